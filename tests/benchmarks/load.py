"""Many people at once: a real server, the requests of real pages, one client and twenty.

Chromium opens every page of PAGES twice, and what it asks for the second time, when nothing has to be waited for any more, is recorded: pages,
the shell, and callbacks with their values. Then gunicorn is
begun on loopback with one worker, and with two, and clients replay the recording, each with its own cookie, a page at a time from
a place of its own, with pauses as people make them. Times are told as ratios: to the median of one client, of single
requests and of pages with all that they ask for, one after another; and each to the median of the same request, or page, of one client, for
some compute and others only look something up. Errors, and the curve of the memory of the server's processes, as they are.

    python tests/benchmarks/load.py [--seconds 60] [--clients 1 20] [--workers 1 2] [--pause 3] [--requests 50000] [--home FOLDER]
        [--recording FILE] [--proxy] [--pages /similarity?word=나무 /analogy]

Goals with twenty clients: no error, p95 within three times what one client waits, memory flat after the beginning. One client
has to come past every page several times for its medians to be worth anything: --seconds 300.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

PAGES = (
    "/", "/word/나무", "/similarity?word=나무", "/analogy", "/versus?word=나무", "/map", "/tokens", "/bench", "/corpora?word=비",
    "/train", "/saved", "/jobs", "/glossary", "/game", "/context", "/inside",
)  # fmt: skip
LARGEST = 100_000
"""Bytes of a callback that is recorded."""
SETTLED = 6.0
"""Seconds without a request after which a page is taken to be there."""
PATIENCE = 120.0
"""Seconds that a page may take while it is recorded, and a request while it is replayed."""
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--disable-gpu-compositing",
]
CALLBACK = "/_dash-update-component"
FIRST = ("/_dash-layout", "/_dash-dependencies")
"""What a page asks for before its callbacks, each time it is opened."""
ACCEPTED = {"Accept-Encoding": "gzip, deflate, br, zstd"}
"""As a browser says, for to pack answers is work as well."""
PROXY = Path(__file__).resolve().parents[2] / "docs" / "server" / "nginx.conf"
PROCESS: list[int] = []
"""The server that runs now."""
MEMORY = re.compile(r'explorer_resident_memory_bytes\{process="(\d+)",role="(\w+)"\} (\d+)')


@dataclass(frozen=True)
class Asked:
    """One request of a page."""

    method: str
    path: str
    body: str = ""


Place = TypeVar("Place")


@dataclass
class Seen:
    """What came of some requests: seconds of each, by page and place in it; and of whole pages, by page."""

    seconds: dict[tuple[int, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    pages: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def behind_proxy(port: int) -> Iterator[int]:
    """nginx with the configuration that ships, in front of a port; its own port."""
    front = free_port()
    written = PROXY.read_text(encoding="utf-8").replace("127.0.0.1:8050", f"127.0.0.1:{port}")
    with tempfile.TemporaryDirectory() as place:
        written = written.replace("listen 8080", f"listen {front}").replace("/tmp/", f"{place}/")
        user = "user root;\n" if os.geteuid() == 0 else ""  # or its workers could not write into this folder
        (Path(place) / "nginx.conf").write_text(user + written, encoding="utf-8")
        command = [shutil.which("nginx") or "/usr/sbin/nginx", "-c", f"{place}/nginx.conf", "-p", place, "-g", "daemon off;"]
        with subprocess.Popen(command) as process:
            try:
                wait_for(front)
                yield front
            finally:
                process.terminate()
                process.wait(30)


def wait_for(port: int) -> None:
    """Return once a server answers there."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), Asked("GET", "/health"), {})[0] == 200:
                return
        except OSError:
            if time.monotonic() > end:
                raise
        time.sleep(0.3)


@contextmanager
def serving(home: Path, workers: int) -> Iterator[int]:
    """Gunicorn on a free port, once it answers; its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:dashboards.app.serving", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers), "--log-level", "warning"]
    with subprocess.Popen(command, env=os.environ | {"EXPLORER_HOME": str(home), "EXPLORER_TOKEN": ""}) as process:
        try:
            wait_for(port)
            PROCESS[:] = [process.pid]
            yield port
        finally:
            process.terminate()
            process.wait(30)


def ask(connection: http.client.HTTPConnection, asked: Asked, headers: dict[str, str]) -> tuple[int, bytes, str]:
    """Status, body and cookie of an answer."""
    kind = {"Content-Type": "application/json"} if asked.body else {}
    connection.request(asked.method, asked.path, asked.body.encode() or None, {**ACCEPTED, **headers, **kind})
    answer = connection.getresponse()
    return answer.status, answer.read(), "; ".join(one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie", []))


def record(port: int, places: Sequence[str]) -> list[list[Asked]]:
    """What every page asks for: itself, the shell, then its callbacks, but not the clock that looks for jobs, nor what browsers keep."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    found: list[list[Asked]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for place in (*places, *places):
            page, asked, last = browser.new_page(), [Asked("GET", quote(place, safe="/?=&"))], [time.monotonic()]

            def note(request: Any, asked: list[Asked] = asked, last: list[float] = last) -> None:
                body, where = request.post_data or "", urlsplit(request.url).path
                if where in FIRST:
                    asked.append(Asked("GET", where))
                if where == CALLBACK and "tick.n_intervals" not in body and len(body) < LARGEST:
                    asked.append(Asked("POST", CALLBACK, body))
                    last[0] = time.monotonic()

            page.on("request", note)
            page.goto(f"http://127.0.0.1:{port}{asked[0].path}", timeout=1000 * PATIENCE)
            last[0] = time.monotonic()  # or a page that came slowly would be left before its first callback
            end = time.monotonic() + PATIENCE
            while time.monotonic() < min(end, last[0] + SETTLED):
                page.wait_for_timeout(250)
            page.close()
            found.append(asked)
        browser.close()
    return found[len(places) :]


def client(port: int, pages: Sequence[Sequence[Asked]], seed: int, end: float, pause: float, most: int, seen: Seen) -> None:
    """One person until the time is over: a page, its callbacks, a pause."""
    chance = random.Random(seed)
    connection, cookie, sent = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE), "", 0
    if pause:
        time.sleep(chance.uniform(0, pause))
    at = chance.randrange(len(pages))
    while time.monotonic() < end and sent < most:
        page = pages[at % len(pages)]
        opened = time.monotonic()
        for place, asked in enumerate(page):
            referrer = f"http://127.0.0.1:{port}{page[0].path}"
            headers = {"Referer": referrer, **({"Cookie": cookie} if cookie else {})}
            began = time.monotonic()
            try:
                status, _, given = ask(connection, asked, headers)
                wrong = "" if status in (200, 204) else f"{status} {page[0].path}"
                cookie = cookie or given
            except (OSError, http.client.HTTPException) as error:
                wrong = f"{type(error).__name__} {page[0].path}"
                connection.close()
            sent += 1
            with seen.lock:
                seen.seconds[at % len(pages), place].append(time.monotonic() - began)
                seen.errors += [wrong] if wrong else []
        with seen.lock:
            seen.pages[at % len(pages)].append(time.monotonic() - opened)
        at += 1
        connection.close()  # as a server does that is not asked for two seconds; a browser then asks anew
        if pause:
            time.sleep(chance.uniform(0.5 * pause, 1.5 * pause))


def memory(port: int) -> dict[str, int]:
    """MB of the server's processes, by what they do."""
    sizes = {"server": 0, "worker": 0}
    with suppress(OSError, http.client.HTTPException):
        _, told, _ = ask(
            http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE),
            Asked("GET", "/metrics"),
            {"Accept-Encoding": "identity"},
        )
        for _, role, size in MEMORY.findall(told.decode()):
            sizes[role] += int(size) >> 20
    return sizes


def proportional() -> list[int]:
    """MB of the server's processes, those that compute left out, where a page that several have counts once in all (PSS; Linux)."""
    found = []
    for pid in [PROCESS[0], *_children(PROCESS[0])]:
        if b"dashboards.app.worker" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            told = re.search(r"^Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
            found.append(int(told[1]) >> 10 if told else 0)
    return found


def _children(pid: int) -> list[int]:
    return [int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()]


def replay(
    port: int, pages: Sequence[Sequence[Asked]], clients: int, seconds: float, pause: float, most: int
) -> tuple[Seen, list[Any]]:
    """What clients see, and the memory: at the beginning, eight times meanwhile, and at the end."""
    seen, end = Seen(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=client, args=(port, pages, number, end, pause, most // clients, seen))
        for number in range(clients)
    ]
    sizes = [memory(port)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        time.sleep(seconds / 9)
        sizes.append(memory(port))
    for thread in threads:
        thread.join()
    return seen, [*sizes, memory(port)]


def warm(port: int, pages: Sequence[Sequence[Asked]], workers: int) -> None:
    """Let every worker open what the pages need; and the jobs that they begin end."""
    for _ in range(2 * workers):
        threads = [
            threading.Thread(target=client, args=(port, [page], 0, time.monotonic() + 1, 0.0, len(page), Seen()))
            for page in pages
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(SETTLED)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=60.0, help="of each measurement")
    asked.add_argument("--clients", type=int, nargs="+", default=[1, 20])
    asked.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    asked.add_argument("--pause", type=float, default=3.0, help="seconds between two pages of a client, on average")
    asked.add_argument("--requests", type=int, default=50_000, help="at most, of each measurement")
    asked.add_argument("--pages", nargs="+", default=list(PAGES), help="addresses that are recorded")
    asked.add_argument("--home", type=Path, help="home folder of the server; a new one by default")
    asked.add_argument("--recording", type=Path, help="made on first use, then replayed")
    asked.add_argument("--proxy", action="store_true", help="ask through nginx with the configuration of docs/server")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        home = given.home or Path(place)
        file = given.recording or Path(place) / "recording.json"
        if not file.exists():
            with serving(home, 1) as port:
                made = record(port, given.pages)
            file.write_text(
                json.dumps([[[one.method, one.path, one.body] for one in page] for page in made], ensure_ascii=False)
            )
        pages = [[Asked(*one) for one in page] for page in json.loads(file.read_text())]
        print(f"{len(pages)} pages, {sum(map(len, pages))} requests; load of this machine {os.getloadavg()[0]:.1f}")
        for workers in given.workers:
            with ExitStack() as open_:
                port = open_.enter_context(serving(home, workers))
                if given.proxy:
                    port = open_.enter_context(behind_proxy(port))
                warm(port, pages, workers)
                sizes_in_all = proportional()
                print(f"--workers {workers}: {sum(sizes_in_all):,} MB in all, by process {sizes_in_all}", flush=True)
                one = None
                for clients in given.clients:
                    seen, sizes = replay(port, pages, clients, given.seconds, given.pause, given.requests)
                    one = one or seen
                    tell(workers, clients, seen, sizes, one)


def tell(workers: int, clients: int, seen: Seen, sizes: Sequence[dict[str, int]], one: Seen) -> None:
    """Lines of ratios for requests and for pages with all that they ask for, one of memory, and the errors."""
    print(f"--workers {workers}, {clients} clients: {sum(map(len, seen.seconds.values()))} requests, {len(seen.errors)} errors")
    _waited("requests", seen.seconds, one.seconds)
    _waited("whole pages", seen.pages, one.pages)
    for role, what in (("server", "workers of the server"), ("worker", "processes that compute")):
        print(f"    {what}: {' → '.join(f'{size[role]:,}' for size in sizes)} MB; load {os.getloadavg()[0]:.1f}")
    for error in sorted(set(seen.errors))[:10]:
        print(f"    {seen.errors.count(error)} × {error}", file=sys.stderr)


def _waited(what: str, seconds: dict[Place, list[float]], alone: dict[Place, list[float]]) -> None:
    base = statistics.median(chain(*alone.values()))
    print(
        f"    {what}: {_ratios([took / base for took in chain(*seconds.values())])} (median of one client {base * 1000:.0f} ms = 1)"
    )
    own = [took / statistics.median(alone[at]) for at, found in seconds.items() if alone.get(at) for took in found]
    print(f"    {what}, each against itself: {_ratios(own)} (its own median with one client = 1)")


def _ratios(found: Sequence[float]) -> str:
    cuts = statistics.quantiles(found, n=100)
    return ", ".join(f"p{at} {cuts[at - 1]:.1f}" for at in (50, 95, 99))


if __name__ == "__main__":
    main()
