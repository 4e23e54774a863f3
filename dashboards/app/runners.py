"""Threads that take tasks from the table and have them done, one for each lane: they hold a lease, tell progress, and stop.

Every process of a server has these threads. Who holds a lane does its work, in one child process; the others look on, and take the
lane over when its holder falls silent.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress

from dashboards.app.workers import Worker
from dashboards.kit.job_table import JobTable, Row
from dashboards.kit.jobs import Jobs, failure_of
from explorer.core.caches import keep_within
from explorer.core.errors import Cancelled, ExplorerError
from explorer.core.progress import Progress
from explorer.core.settings import answers_limit

__all__ = ["LANES", "Runner", "lane_of"]

log = logging.getLogger(__name__)

LANES = ("quick", "slow", "long")
"""The lanes: what a page waits for, what takes up to minutes, and what may take hours. Each has a child process of its own."""

_LANE = {"kiwi": "quick", "warm": "quick", "project": "quick", "train": "long"}
"""Lanes of tasks; any other is slow."""

POLL = 0.25
"""Seconds between two looks at the table."""

RECOVER = 5.0
"""Seconds until a lane looks again after something went wrong."""

_TOLD = 0.4
"""Seconds between two reports that are written down."""

_IDLE = 900.0
"""Seconds after which a child without work is ended, except that of the quick lane, which has compiled UMAP."""


ANSWERS = ("maps", "bench", "documents", "labelled")
"""Folders of the cache with answers of workers, which are kept within a budget."""

_TIDY = 600.0
"""Seconds between two looks at what is kept of answers."""


def lane_of(task: str) -> str:
    """The lane of a task."""
    return _LANE.get(task, "slow")


def _make_room() -> None:
    with suppress(
        ExplorerError, OSError
    ):  # a wrong setting is told by the command line, a disk that refuses by what is written next
        keep_within(answers_limit(), ANSWERS)


class _Taken(Exception):
    """The lease ran out meanwhile: another process does this now."""


class Runner:
    """Does the work of one lane while this process holds it."""

    def __init__(self, jobs: Jobs, lane: str) -> None:
        self._jobs, self._lane = jobs, lane
        self._worker = Worker()
        self._wake = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Look for work from now on."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name=f"lane-{self._lane}", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """End the child, and what it does."""
        self._closed = True
        self._wake.set()
        self._worker.stop()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        self._last, self._tidied = time.monotonic(), 0.0
        while not self._closed:
            try:
                if self._step():
                    continue
                pause = POLL
            except Exception:  # whatever it is, this thread is the only one of the lane
                log.exception("the lane %s cannot work", self._lane)
                pause = RECOVER
            self._wake.wait(pause)
            self._wake.clear()

    def _step(self) -> bool:
        """Do what comes next, if anything does."""
        if self._lane == LANES[1] and time.monotonic() - self._tidied > _TIDY:
            self._tidied = time.monotonic()
            _make_room()
        row = self._jobs.table.claim(self._lane, self._jobs.process)
        if row is not None:
            self._do(self._jobs.table, row)
            _make_room()
            self._last = time.monotonic()
            return True
        if self._lane != LANES[0] and time.monotonic() - self._last > _IDLE:
            self._worker.stop()
        return False

    def _do(self, table: JobTable, row: Row) -> None:
        process, told, stage = self._jobs.process, 0.0, ""

        def progress(step: Progress) -> None:
            nonlocal told, stage
            if self._closed:
                raise _Taken
            now = time.monotonic()
            if now - told < _TOLD and step.stage == stage:
                return
            told, stage = now, step.stage
            try:
                heard = table.beat(row.id, process, step)
            except ExplorerError:  # the work goes on: if it takes longer than the lease, another one has it then, and says so
                log.exception("the table of jobs cannot be written")
                return
            if heard == "lost":
                raise _Taken
            if heard == "stop":
                raise Cancelled

        try:
            answer = self._worker.call(row.task, row.params, progress)
        except _Taken:
            return
        except Exception as error:
            if self._closed:  # ended with the server: it waits for the next one
                return
            state = "cancelled" if isinstance(error, Cancelled) else "failed"
            with suppress(ExplorerError):
                table.end(row.id, process, state, failure=failure_of(error))
            return
        with suppress(ExplorerError):  # the lease runs out, and it is done again
            table.end(row.id, process, "done", answer)
