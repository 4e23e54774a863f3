"""What a server does, in numbers: counted by every process into one table of the home folder, told at ``/metrics`` for Prometheus.

Requests are counted by page, kind and status and their times put into buckets; jobs, caches and memory are looked at when
somebody asks. A label is the name of a page or one of a few fixed words, never a part of an address: nothing that a person typed
is in any number. The table may be deleted at any time; the counts begin again then.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import sqlite3
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dash import Dash
from flask import Flask, Response

from dashboards.app import access
from dashboards.app.logs import request_line
from dashboards.app.state import State
from explorer.core.errors import ExplorerError
from explorer.core.places import home, make_folder

__all__ = ["BUCKETS", "TYPE", "Meter", "measure", "what_of"]

FILE = "metrics.sqlite"
TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the buckets of times, in seconds; there is one more without end."""

CACHE_SECONDS = 60.0
"""How long the sizes of the caches are remembered: to add them up is a walk through all their files."""

DELAY = 0.5
"""Seconds until a count is written, together with those that came meanwhile."""

KINDS = {"_dash-update-component": "callback", "upload": "upload", "find": "search", "health": "probe", "metrics": "probe"}
"""Kinds of requests by the first part of their address; one of Dash's own or of a file is ``"file"``, any other a ``"page"``."""

_OURS = re.compile(rb"python|gunicorn|korean-explorer")
_FILES = ("_", "assets", "pages")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS counts (name TEXT, labels TEXT, value REAL NOT NULL, PRIMARY KEY (name, labels)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS processes (pid INTEGER PRIMARY KEY);
"""
_Key = tuple[str, str]

_HELP = {
    "explorer_requests_total": ("counter", "Requests answered."),
    "explorer_request_seconds": ("histogram", "Seconds from the first byte read to the last one given."),
    "explorer_jobs": ("gauge", "Jobs in the table, by what they do and their state."),
    "explorer_cache_bytes": ("gauge", "Bytes on the disk, by folder of the cache."),
    "explorer_resident_memory_bytes": ("gauge", "Memory of the server's processes and of those that compute for them."),
}


class Meter:
    """Counts of all processes of a home folder.

    A count is kept in memory until it is written, half a second later and not by the thread that counted: nobody waits for a disk,
    or for another process that is writing.

    Args:
        file: the table, made on first use.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._later: threading.Timer | None = None
        self._new: Counter[_Key] = Counter()
        self._known = 0
        self._sizes: tuple[float, dict[str, int]] = (0.0, {})

    def request(self, page: str, kind: str, status: int, seconds: float) -> None:
        """Count one request."""
        place, told = _places(page, kind, status)
        bucket = BUCKETS[at] if (at := bisect_left(BUCKETS, seconds)) < len(BUCKETS) else "+Inf"
        with self._lock:
            self._new["requests", told] += 1
            self._new[f"bucket {bucket}", place] += 1
            self._new["seconds", place] += seconds  # type: ignore[assignment]
            if self._later is None:
                self._later = threading.Timer(DELAY, self.write)
                self._later.daemon = True
                self._later.start()

    @property
    def pending(self) -> int:
        """Counts that are not written yet."""
        return len(self._new)

    def write(self) -> None:
        """Write down what was counted; what cannot be written now is kept for the next time."""
        with self._lock:
            self._later = None
        while self._new and self._writing.acquire(blocking=False):
            with self._lock:
                new, self._new = self._new, Counter()
            try:
                with self._opened() as db:
                    db.executemany(
                        "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value",
                        [(*key, value) for key, value in new.items()],
                    )
            except (sqlite3.Error, OSError, ExplorerError):
                with self._lock:
                    self._new.update(new)
                return
            finally:
                self._writing.release()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The table for one transaction; this process is on its list afterwards."""
        make_folder(self._file.parent)
        with closing(sqlite3.connect(self._file, timeout=2, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = OFF")  # numbers that a power cut may take are no loss
            db.execute("BEGIN IMMEDIATE")
            if self._known != os.getpid():
                for statement in _SCHEMA.strip().split(";\n"):
                    db.execute(statement)
                db.execute("INSERT OR IGNORE INTO processes VALUES (?)", (os.getpid(),))
            yield db
            db.execute("COMMIT")
            self._known = os.getpid()

    def told(self, state: State) -> str:
        """Everything, as Prometheus reads it."""
        self.write()
        counts: dict[_Key, float] = {}
        processes: list[int] = [os.getpid()]
        with suppress(sqlite3.Error, OSError, ExplorerError), self._opened() as db:
            counts = {(name, labels): value for name, labels, value in db.execute("SELECT * FROM counts")}
            listed = [pid for (pid,) in db.execute("SELECT pid FROM processes")]
            gone = [pid for pid in listed if not _memory(pid)]
            db.executemany("DELETE FROM processes WHERE pid = ?", [(pid,) for pid in gone])
            processes = sorted({*processes, *listed} - set(gone))
        with self._lock:  # where nothing can be written, what this process knows
            for key, value in self._new.items():
                counts[key] = counts.get(key, 0) + value
        values: dict[str, Iterable[tuple[str, dict[str, Any], float]]] = {
            "explorer_requests_total": (
                ("", json.loads(key[1]), value) for key, value in sorted(counts.items()) if key[0] == "requests"
            ),
            "explorer_request_seconds": _histogram(counts),
            "explorer_jobs": (("", {"kind": task, "state": one}, count) for task, one, count in _jobs(state)),
            "explorer_cache_bytes": (("", {"folder": name}, size) for name, size in self._caches().items()),
            "explorer_resident_memory_bytes": _memories(processes),
        }
        lines = []
        for name, found in values.items():
            kind, said = _HELP[name]
            lines += [f"# HELP {name} {said}", f"# TYPE {name} {kind}"]
            lines += [f"{name}{end}{_labels(labels)} {value:.15g}" for end, labels, value in found]
        return "\n".join(lines) + "\n"

    def _caches(self) -> dict[str, int]:
        when, sizes = self._sizes
        if not when or time.monotonic() - when > CACHE_SECONDS:
            root = self._file.parent / "cache"
            sizes = {folder.name: _size(folder) for folder in _folders(root)}
            self._sizes = time.monotonic(), sizes
        return sizes


@lru_cache(maxsize=512)
def _places(page: str, kind: str, status: int) -> tuple[str, str]:
    """The labels of a time and of a count."""
    return json.dumps({"page": page, "kind": kind}), json.dumps({"page": page, "kind": kind, "status": str(status)})


def _histogram(counts: dict[_Key, float]) -> Iterator[tuple[str, dict[str, Any], float]]:
    for place in sorted({labels for name, labels in counts if name == "seconds"}):
        labels, total = json.loads(place), 0.0
        for end in (*BUCKETS, "+Inf"):
            total += counts.get((f"bucket {end}", place), 0)
            yield "_bucket", {**labels, "le": str(end)}, total
        yield "_sum", labels, counts["seconds", place]
        yield "_count", labels, total


def _labels(labels: dict[str, Any]) -> str:
    """Labels as the format has them.

    >>> _labels({"page": "map", "le": "0.1"})
    '{page="map",le="0.1"}'
    """
    said = (json.dumps(str(value), ensure_ascii=False) for value in labels.values())
    return "{" + ",".join(f"{name}={value}" for name, value in zip(labels, said, strict=True)) + "}"


def _jobs(state: State) -> list[tuple[str, str, int]]:
    try:
        return state.jobs.table.counts()
    except ExplorerError:  # said on every page
        return []


def _folders(root: Path) -> list[Path]:
    try:
        return sorted(one for one in root.iterdir() if one.is_dir() and not one.name.startswith("."))
    except OSError:
        return []


def _size(folder: Path) -> int:
    size = 0
    for where, _, files in os.walk(folder):
        for file in files:
            with suppress(OSError):  # deleted just now
                size += os.stat(f"{where}/{file}").st_size  # noqa: PTH116 - many thousands of them
    return size


def _memories(processes: list[int]) -> Iterator[tuple[str, dict[str, Any], float]]:
    for pid in processes:
        yield "", {"process": str(pid), "role": "server"}, _memory(pid)
        for child in _children(pid):
            yield "", {"process": str(child), "role": "worker"}, _memory(child)


def _memory(pid: int) -> int:
    """Bytes of memory of a process of ours that lives; 0 for any other, and where the system does not tell (only Linux does)."""
    try:
        if (
            b"python" not in Path(f"/proc/{pid}/cmdline").read_bytes() and pid != os.getpid()
        ):  # the number is somebody else's now
            return 0
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError, ValueError):
            found += map(int, file.read_text().split())
    return [child for child in found if _memory(child)]


def what_of(method: str, path: str, referrer: str, routes: str, prefix: str, pages: Iterable[str]) -> tuple[str, str]:
    """Page and kind of a request.

    Args:
        path: its address on this server, which begins with ``routes``.
        referrer: the whole address of the page that asks, which begins with ``prefix``.
        pages: the paths of the pages, without slashes; ``""`` is the first one.

    >>> what_of("GET", "/word/비밀", "", "/", "/", ["", "word"])
    ('word', 'page')
    >>> what_of("POST", "/_dash-update-component", "http://a/word/비밀?n=3", "/", "/", ["", "word"])
    ('word', 'callback')
    >>> what_of("GET", "/비밀", "", "/", "/", ["", "word"])
    ('other', 'page')
    """
    first = path.removeprefix(routes).partition("/")[0]
    kind = KINDS.get(first, "file" if first.startswith(_FILES) else "page")
    if kind in ("file", "probe"):
        return first if kind == "probe" else "", kind
    if kind != "page":
        first = _path(referrer).removeprefix(prefix).partition("/")[0]
    return (first or "home") if first in pages else "other", kind


def _path(address: str) -> str:
    """The path of an address; of none, and of what is none, one that no page has."""
    try:
        return urlsplit(address).path or "?"
    except ValueError:
        return "?"


class _Measured:
    """A server whose answers are counted."""

    def __init__(self, answer: Callable[..., Iterable[bytes]], note: Callable[[dict[str, Any], int, float], None]) -> None:
        self._answer, self._note = answer, note

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        began, status = time.perf_counter(), 500

        def start(line: str, *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, *rest)

        try:
            return self._answer(environ, start)
        finally:
            self._note(environ, status, time.perf_counter() - began)


def measure(app: Dash, pages: Iterable[str]) -> None:
    """Count what the server of ``app`` answers, and tell it at ``/metrics``.

    Args:
        pages: the paths of the pages.
    """
    server: Flask = app.server
    routes, prefix = app.config.routes_pathname_prefix, app.config.requests_pathname_prefix
    known = {path.strip("/") for path in pages}
    try:
        meter = Meter(home() / FILE)
    except ExplorerError:  # no home: said to whoever asks for something that lies in it
        return
    atexit.register(meter.write)

    def note(environ: dict[str, Any], status: int, seconds: float) -> None:
        path, came = environ.get("PATH_INFO", ""), environ.get("HTTP_REFERER", "")
        page, kind = what_of(environ["REQUEST_METHOD"], path, came, routes, prefix, known)
        meter.request(page, kind, status, seconds)
        request_line(page, kind, status, seconds)

    def tell() -> Response:
        state: State = server.extensions["explorer"]
        return Response(meter.told(state), content_type=TYPE, headers={"Cache-Control": "no-store"})

    server.wsgi_app = _Measured(server.wsgi_app, note)
    server.add_url_rule(f"{routes}{access.METRICS}", "explorer_metrics", tell)
