"""A server killed in the middle of its jobs: ``python -m tests.fuzz.kills --jobs 30 --seed 1``.

Gunicorn with two workers runs over a home of its own. Three jobs are asked for as pages ask for them (trainings of vectors, tokenizers
and grids, corpora that are added, indexes, counts, maps of words and of documents), and at a random moment the server, its workers and the children
that do the work are killed with SIGKILL at once. What is listed then must be whole. The server is begun again (the lease of
twenty seconds is run out by hand), and every job must end: with what was asked for, whole and listed, or with a
sentence that says why not. Nothing else may be listed, no temporary file left, and what the jobs had not to do with is as it was.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from explorer.core.leftovers import give_back, sweep
from tests.fuzz.kills import hashes, prepare, troubles

__all__ = ["kill_jobs"]

PATIENCE = 1200.0
"""Seconds in which a server must answer, and all jobs must end."""
MOMENTS = 9.0
"""Seconds within which the kill comes: opening a child takes some, the jobs another few."""
MADE = {"vectors": "models", "tokenizer": "tokenizers", "lab": "labs", "corpus": "corpora"}
"""Where what a kind of job makes is listed."""


@contextlib.contextmanager
def _serving(home: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Gunicorn with two workers in a process group of its own, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "dashboards.app.wsgi:server", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--timeout", "120", "--log-level", "warning"]
    environment = os.environ | {"EXPLORER_HOME": str(home), "EXPLORER_TOKEN": "", "EXPLORER_LANG": "en", "HF_HUB_OFFLINE": "1"}
    with (
        log.open("ab") as said,
        subprocess.Popen(command, env=environment, stdout=said, stderr=said, start_new_session=True) as process,
    ):
        try:
            end = time.monotonic() + PATIENCE
            while not _answers(port):
                if time.monotonic() > end or process.poll() is not None:
                    raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            _kill(process)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    return False


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


class _Asking:
    """Asks for jobs as pages do, in a process that does none of them itself."""

    def __init__(self, home: Path) -> None:
        os.environ |= {"EXPLORER_HOME": str(home), "EXPLORER_LANG": "en"}
        from dashboards.app.application import create_app
        from dashboards.app.state import State

        State.work = lambda self: None  # type: ignore[method-assign]
        self.app = create_app()
        self.made: dict[str, set[str]] = {kind: set() for kind in MADE}

    def __call__(self, kind: str, number: int) -> tuple[str, Callable[[], bool]]:
        """The id of a job of that kind, and what tells whether it has made what was asked for."""
        with self.app.server.test_request_context("/"):
            return getattr(self, f"_{kind}")(number)  # type: ignore[no-any-return]

    def table(self) -> Any:
        return self.app.server.extensions["explorer"].jobs.table

    def _run(self, kind: str, **choice: Any) -> tuple[str, Callable[[], bool]]:
        from dashboards.pages.train import asked, runs
        from dashboards.pages.train.choice import Choice

        name = asked.start(Choice(corpus="old", **choice))
        self.made[kind].add(name)
        return runs.read(name).job, lambda: runs.read(name).state == "done"  # type: ignore[union-attr]

    def _vectors(self, number: int) -> tuple[str, Callable[[], bool]]:
        params = {"dim": 4, "min_count": 1, "epochs": 40}
        return self._run("vectors", what="vectors", model="word2vec", tokenizer="kiwi", name=f"v{number}", params=params)

    def _tokenizer(self, number: int) -> tuple[str, Callable[[], bool]]:
        return self._run("tokenizer", what="tokenizer", subword="bpe", vocab_size=24, tokenizer_name=f"t{number}")

    def _lab(self, number: int) -> tuple[str, Callable[[], bool]]:
        cells = {"tokenizers": ("eojeol", "syllable"), "models": ("word2vec", "ppmi"), "tests": ("relations-dev",)}
        return self._run("lab", what="lab", name=f"g{number}", params={"dim": 4, "epochs": 5}, **cells)

    def _corpus(self, number: int) -> tuple[str, Callable[[], bool]]:
        from dashboards.app.state import state
        from dashboards.kit.upload import keep_text

        kept = keep_text("given.txt", "".join(f"{number}의 {line}번째 줄을 읽었다 😀.\n\n" for line in range(20_000)))
        self.made["corpus"].add(f"c{number}")
        job = state().task("add corpus", {"upload": kept.id, "name": f"c{number}"}, "corpora.job_adding", corpus=f"c{number}")
        return job.id, lambda: not kept.path.exists()

    def _index(self, number: int) -> tuple[str, Callable[[], bool]]:
        from corpora import open_corpus
        from corpora.concordance import ConcordanceIndex

        name = self._added(number)
        return self._task("index", {"corpus": name}, name), lambda: ConcordanceIndex.made(open_corpus(name))

    def _statistics(self, number: int) -> tuple[str, Callable[[], bool]]:
        from corpora import open_corpus
        from corpora.statistics import statistics_path

        name = self._added(number)
        return self._task("statistics", {"corpus": name}, name), lambda: statistics_path(open_corpus(name)).exists()

    def _documents(self, number: int) -> tuple[str, Callable[[], bool]]:
        from dashboards.pages.documents.asked import Choice
        from explorer.core.caches import intact
        from explorer.core.store import cache_path

        folder = cache_path("documents", f"killed{number}")
        choice = Choice("old", "line", 500, "", "static", "korean", "tsne", number)
        params = {"choice": asdict(choice), "encoder": "", "folder": str(folder)}
        return self._task("documents", params, "old"), lambda: intact(folder)

    def _map(self, number: int) -> tuple[str, Callable[[], bool]]:
        from dashboards.pages.map.maps import Choice

        job = self._task("project", asdict(Choice("korean", "tsne", words=300, seed=number).settled()), "old")
        return job, lambda: (Path(self.table().row(job).result["folder"]) / "map.json").is_file()

    def _added(self, number: int) -> str:
        """Another corpus, which has no index and no counts yet."""
        from corpora import library
        from explorer.core.store import home

        name, file = f"x{number}", home().parent / "added.txt"
        file.write_text("".join(f"{number}{line}번 집에서 배를 먹었다ㅋㅋ.\n\n" for line in range(4000)), encoding="utf-8")
        library.add(file, name)
        self.made["corpus"].add(name)
        return name

    @staticmethod
    def _task(task: str, params: dict[str, Any], corpus: str) -> str:
        from dashboards.app.state import state

        return state().task(task, params, "job.evidence", corpus=corpus).id


KINDS = ("vectors", "corpus", "map", "tokenizer", "index", "documents", "lab", "statistics")


def kill_jobs(folder: Path, kills: int, seed: int) -> Counter[str]:
    """Kill a server so many times, and say what became of the jobs; troubles are printed.

    Args:
        folder: an empty one.
        kills: how many.
        seed: decides kinds and moments.
    """
    draw = random.Random(seed)
    prepare(folder)
    before, counted = hashes(folder), Counter[str]()
    ask, log = _Asking(folder / "home"), folder / "server.log"
    jobs: dict[str, tuple[str, Callable[[], bool]]] = {}
    for number in range(kills):
        with _serving(folder / "home", log) as server:
            for place in range(3):
                kind = KINDS[(3 * number + place) % len(KINDS)]
                name, made = ask(kind, 10 * number + place)
                jobs[name] = kind, made
            time.sleep(draw.random() * MOMENTS)
            _kill(server)
        rows = {name: ask.table().row(name) for name in jobs}
        counted |= {"kills": number + 1}
        counted["caught"] += sum(row.running for row in rows.values())
        found = [f"lost: {name}" for name, row in rows.items() if row is None] + _listed(folder, ask, exact=False)
        _run_out(ask.table())
        with _serving(folder / "home", log):
            end = time.monotonic() + PATIENCE
            while any(ask.table().row(name).running for name in jobs) and time.monotonic() < end:
                time.sleep(0.2)
        for name, (kind, made) in jobs.items():
            found += _ended(ask, name, kind, made, counted)
        jobs = {}
        found += _listed(folder, ask, exact=True)
        ask.table().close()  # to read a file of SQLite's ends the locks that this process has on it
        give_back()  # what this process has begun itself; then what the next command would do
        sweep()
        own = [f"home/{room}/{name}" for kind, room in MADE.items() for name in ask.made[kind]]
        found += troubles(folder, before, [*own, *_BESIDE])
        counted["troubles"] += len(found)
        if found:
            print(f"{number}:", *found, sep="\n    ", flush=True)
    return counted


_BESIDE = (
    "home/jobs.sqlite",
    "home/jobs.sqlite-wal",
    "home/jobs.sqlite-shm",
    "home/metrics.sqlite",
    "home/uploads",
    "server.log",
    "added.txt",
)


def _run_out(table: Any) -> None:
    with table._write() as db:
        db.execute("UPDATE jobs SET lease = 1 WHERE state = 'running'")
        db.execute("UPDATE lanes SET until = 1")


def _ended(ask: _Asking, name: str, kind: str, made: Callable[[], bool], counted: Counter[str]) -> list[str]:
    row = ask.table().row(name)
    counted["jobs"] += 1
    counted["again"] += row.tries > 1
    if row.state == "done":
        counted["done"] += 1
        with ask.app.server.test_request_context("/"):
            return [] if made() else [f"not made: {kind}"]
    counted["refused"] += row.error is not None
    return [f"{row.state}: {kind}: {row.error}"]


def _listed(folder: Path, ask: _Asking, exact: bool) -> list[str]:
    """What is listed that was not asked for; where the jobs have ended, also what is not listed that was."""
    found = []
    for kind, room in MADE.items():
        listed = {path.parent.name for path in (folder / "home" / room).glob("[!.]*/manifest.json")} - {"old"}
        found += [f"listed: {kind} {name}" for name in sorted(listed - ask.made[kind])]
        found += [f"not listed: {kind} {name}" for name in sorted(ask.made[kind] - listed) if exact]
    return found
