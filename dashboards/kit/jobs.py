"""Long work in the background: one thread a job, progress to look at, a way to stop it.

A job is known by its key: asking for work that is already under way gives the job that does it. Heavy computing belongs
in the worker process (:mod:`dashboards.app.workers`); a job's thread then only waits for it.
"""

from __future__ import annotations

import itertools
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from explorer.core.errors import Cancelled, ExplorerError, error_from
from explorer.core.progress import Progress, ProgressCallback

__all__ = ["Job", "Jobs", "NotReady", "failure_of"]

log = logging.getLogger(__name__)

KEPT = 50
"""Ended jobs that are remembered, so that a page can still show how they ended."""


@dataclass(eq=False)
class Job:
    """One piece of work.

    Attributes:
        id: short and unguessable enough for one process: it only shows and stops work.
        key: what the work is; two jobs of one key never run at once.
        label: i18n key of what it is called, filled with ``values``.
        state: ``"running"``, ``"done"``, ``"failed"`` or ``"cancelled"``.
        progress: the last report.
    """

    jobs: Jobs
    id: str
    key: tuple[Any, ...]
    label: str
    values: dict[str, Any]
    state: str = "running"
    progress: Progress | None = None
    failure: dict[str, Any] | None = None
    result: Any = None
    awaited: bool = False
    _ended: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def running(self) -> bool:
        return self.state == "running"

    @property
    def error(self) -> ExplorerError | None:
        """Why it failed."""
        return error_from(self.failure) if self.failure else None

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended; false if it still runs after ``seconds``."""
        return self._ended.wait(seconds)

    def cancel(self) -> None:
        """Ask it to stop; it does at its next report."""
        self._stop.set()

    def report(self, progress: Progress) -> None:
        if self._stop.is_set():
            raise Cancelled
        self.progress = progress


def failure_of(error: Exception) -> dict[str, Any]:
    """An error as plain data: the error itself would keep everything its traceback saw in memory."""
    if not isinstance(error, ExplorerError):
        error = ExplorerError("dashboards.job_failed", kind=type(error).__name__, reason=error)
    return error.to_dict()


class NotReady(Exception):
    """What a page needs is being prepared; ``job`` says how far."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.label)
        self.job = job
        job.jobs.await_end(job)


class Jobs:
    """All jobs of one app."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)
        self._last = -math.inf
        self.ended = 0
        """How many awaited jobs have ended: pages that wait look again when it grows."""

    def start(self, key: tuple[Any, ...], function: Callable[[ProgressCallback], Any], label: str, **values: Any) -> Job:
        """Run ``function(progress)`` in a thread, unless work of this key runs already."""
        with self._lock:
            for job in self._jobs.values():
                if job.key == key and job.running:
                    return job
            job = Job(self, str(next(self._numbers)), key, label, values)
            self._jobs[job.id] = job
            for old in [j.id for j in self._jobs.values() if not j.running][:-KEPT]:
                del self._jobs[old]
        threading.Thread(target=self._run, args=(job, function), name=f"job-{job.id}", daemon=True).start()
        return job

    def _run(self, job: Job, function: Callable[[ProgressCallback], Any]) -> None:
        try:
            job.result = function(job.report)
            state = "done"
        except Exception as error:
            if not isinstance(error, ExplorerError):  # shown on the page as one line; the whole story goes to the log
                log.exception("job %s failed", job.key)
            job.failure, state = failure_of(error), "cancelled" if isinstance(error, Cancelled) else "failed"
        with self._lock:
            job.state = state
            self.ended += job.awaited
            self._last = time.monotonic()
        job._ended.set()

    def await_end(self, job: Job) -> None:
        """Somebody waits for this job: count its end, also when it ended just now."""
        with self._lock:
            if not job.running:
                self.ended += 1
                self._last = time.monotonic()
            job.awaited = True

    def quiet(self, seconds: float = 2.0) -> bool:
        """Nothing runs, and nothing has ended for a moment: pages may stop looking."""
        with self._lock:
            return not any(job.running for job in self._jobs.values()) and time.monotonic() - self._last > seconds

    def get(self, number: str) -> Job | None:
        return self._jobs.get(number)

    def running(self) -> list[Job]:
        with self._lock:
            return [job for job in self._jobs.values() if job.running]

    def cancel(self, number: str) -> None:
        job = self.get(number)
        if job is not None:
            job.cancel()
