"""Long work in the background: seen, waited for and stopped from any process of the server, and found again after a restart.

There are two kinds of it.

**Tasks** are what takes long: a function of :data:`dashboards.app.worker.TASKS`, JSON in and JSON out, done in a child process.
They lie in a table in the home folder (:mod:`dashboards.kit.job_table`), wait in one queue with fair turns, are done once however many
ask, and survive the process that took them up. A page starts one through its app::

    from dashboards.app.state import state

    answer = state().made("project", params, "job.map", words=20_000)    # the answer, or NotReady with the job
    job = state().task("project", params, "job.map", words=20_000)       # or the job: .id .state .progress .result .error
    state().jobs.get(job.id)                                              # later, in any process; only the person's own

``made`` may be called wherever ``NotReady`` may be raised, also inside an opener of ``State.opened``: no thread waits. An answer that
names a ``"folder"`` (what the task wrote) is good as long as that is there; any other for as long as the job is remembered, so
``params``, or ``of=``, hold whatever changes the answer (the version of a model). The last words of both calls are the values of the
label, an i18n key: how the job is called for the person who asks, and for nobody else. The address of the page that asks is kept
with the job, so that its answer can be opened from the page of jobs.

**Openings** put something into the memory of this process (a model, a tokenizer): ``start`` runs a function in one of a few
threads. Somebody who has to wait for one makes it known in the table, so that the clock of the page is told of its end whichever
process answers the clock.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from dashboards.kit.errors import on_page
from dashboards.kit.job_table import LEASE, MEMORY, REMEMBERED, JobTable, Row
from dashboards.kit.person import acting_for, address, person, woken
from dashboards.kit.pool import Pool
from dashboards.kit.steady import passing
from explorer.core.errors import Cancelled, ExplorerError, Unavailable, error_from
from explorer.core.progress import Progress, ProgressCallback
from explorer.core.store import home

__all__ = ["JOBS_PATH", "Job", "Jobs", "NotReady", "Opening", "Task", "failure_of"]

log = logging.getLogger(__name__)

FILE = "jobs.sqlite"
"""Name of the table in the home folder."""

JOBS_PATH = "/jobs"
"""The page that lists them; what it shows is not where an answer will be."""

PATIENT = 60.0
"""Seconds a failure is remembered for a page that asks again by itself; a person who asks again is answered after :data:`MEMORY`."""

_TOLD = 0.3
"""Seconds between two reports that are written down."""


class Job(ABC):
    """Work as the person sees it who asked for it: a :class:`Task` or an :class:`Opening`.

    Attributes:
        id: random.
        key: what the work is; two jobs of one key never run at once (of openings: in one process).
        label: i18n key of what it is called, filled with ``values``.
        waits_for: the job it ended for the sake of: to be asked for again when that has ended.
    """

    waits_for: Job | None = None

    def __init__(self, jobs: Jobs, name: str, key: tuple[Any, ...], label: str, values: Mapping[str, Any]) -> None:
        self.jobs, self.id, self.key, self.label, self.values = jobs, name, key, label, dict(values)

    @property
    @abstractmethod
    def state(self) -> str:
        """``"waiting"``, ``"running"``, ``"done"``, ``"failed"``, ``"cancelled"`` or ``"lost"``."""

    @property
    @abstractmethod
    def progress(self) -> Progress | None:
        """The last report."""

    @property
    @abstractmethod
    def result(self) -> Any:
        """The answer, once there is one."""

    @property
    @abstractmethod
    def error(self) -> ExplorerError | None:
        """Why there is no answer."""

    @property
    def running(self) -> bool:
        """Whether it has not ended; also while it waits for its turn."""
        return self.state in ("waiting", "running")

    @abstractmethod
    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended; false if it has not after ``seconds``."""

    @abstractmethod
    def cancel(self) -> None:
        """The person no longer wants it: it stops, unless somebody else waits for it as well."""

    @abstractmethod
    def awaited(self) -> None:
        """Somebody waits for it: have its end told, also when it has ended just now."""


class Task(Job):
    """A row of the table; every attribute is read anew."""

    @property
    def row(self) -> Row | None:
        """What the table holds; ``None`` once it is forgotten."""
        return self.jobs.table.row(self.id, self._person)

    def __init__(self, jobs: Jobs, row: Row, who: str) -> None:
        super().__init__(jobs, row.id, (row.task, row.key), row.label, row.values)
        self._person = who

    @property
    def state(self) -> str:
        row = self.row
        return row.state if row is not None else "lost"

    @property
    def progress(self) -> Progress | None:
        row = self.row
        return row.progress if row is not None else None

    @property
    def result(self) -> Any:
        row = self.row
        return row.result if row is not None else None

    @property
    def error(self) -> ExplorerError | None:
        row = self.row
        if row is None:
            return Unavailable("dashboards.job_forgotten")
        if row.running or row.state == "done":
            return None
        return row.error or Cancelled()

    def wait(self, seconds: float | None = None) -> bool:
        end = time.monotonic() + seconds if seconds is not None else None
        pause = 0.02
        while self.running:
            if end is not None and time.monotonic() >= end:
                return False
            time.sleep(pause)
            pause = min(0.25, pause * 1.5)
        return True

    def cancel(self) -> None:
        self.jobs.table.cancel(self.id, self._person)

    def awaited(self) -> None:
        self.jobs.table.join(self.id, person(), self.label, self.values, address())


class Opening(Job):
    """Something that this process opens for itself, in a thread."""

    def __init__(self, jobs: Jobs, key: tuple[Any, ...], label: str, values: Mapping[str, Any]) -> None:
        super().__init__(jobs, secrets.token_urlsafe(15), key, label, values)
        self.began = time.time()
        self._state = "running"
        self._progress: Progress | None = None
        self._result: Any = None
        self._failure: dict[str, Any] | None = None
        self._known = False
        self._told = -1.0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._stop = threading.Event()

    @property
    def state(self) -> str:
        return self._state

    @property
    def progress(self) -> Progress | None:
        return self._progress

    @property
    def result(self) -> Any:
        return self._result

    @property
    def error(self) -> ExplorerError | None:
        return error_from(self._failure) if self._failure else None

    def wait(self, seconds: float | None = None) -> bool:
        return self._ended.wait(seconds)

    def cancel(self) -> None:
        """Ask it to stop; it does at its next report. Somebody else may wait for it too: then it goes on."""
        if self._known:
            self.jobs.table.cancel(self.id, person())
        else:
            self._stop.set()

    def awaited(self) -> None:
        with self._lock:
            wanted = self.jobs.table.open_here(
                self.id,
                self.jobs.name_of(self.key),
                self.jobs.process,
                person(),
                self.label,
                self.values,
                address(),
                self.began,
            )
            self._known = True
            if self._state != "running":
                self._write_end()
        if not wanted:
            raise Cancelled
        self.jobs.keep_alive()

    def report(self, progress: Progress) -> None:
        if self._stop.is_set():
            raise Cancelled
        self._progress = progress
        now = time.monotonic()
        if self._known and now - self._told >= _TOLD:
            self._told = now
            if self._heard(progress) != "go":
                raise Cancelled

    def _heard(self, progress: Progress) -> str:
        try:
            return self.jobs.table.beat(self.id, self.jobs.process, progress)
        except ExplorerError:  # nothing is heard while the table cannot be used, and the work goes on
            return "go"

    def run(self, function: Callable[[ProgressCallback], Any]) -> None:
        try:
            if self._stop.is_set():
                raise Cancelled
            self._result = function(self.report)
            state = "done"
        except NotReady as wait:
            self.waits_for, state = wait.job, "passed"
        except Exception as error:
            if not isinstance(error, ExplorerError):  # shown on the page as one line; the whole story goes to the log
                log.exception("job %s failed", self.key[0])
            self._failure, state = failure_of(error), "cancelled" if isinstance(error, Cancelled) else "failed"
        with self._lock:
            self._state = state
            if self._known:
                with suppress(ExplorerError):  # the table cannot be written: who waits sees it by asking again
                    self._write_end()
        self.jobs.forget(self)
        self._ended.set()

    def _write_end(self) -> None:
        self.jobs.table.end(self.id, self.jobs.process, self._state, failure=self._failure)


def failure_of(error: Exception) -> dict[str, Any]:
    """An error as plain data: the error itself would keep everything its traceback saw in memory."""
    if not isinstance(error, ExplorerError):
        error = ExplorerError("dashboards.job_failed", kind=type(error).__name__, reason=error)
    return on_page(error).to_dict()


class NotReady(Exception):
    """What a page needs is being prepared; ``job`` says how far.

    Raises:
        Cancelled: instead of this, if the person has just stopped the job and others still wait for it.
    """

    def __init__(self, job: Job) -> None:
        super().__init__(job.label)
        self.job = job
        job.awaited()


class Jobs:
    """All jobs of a home folder, as one process sees them.

    Args:
        table: where they lie; by default in the home folder, opened on first use.
    """

    def __init__(self, table: JobTable | None = None) -> None:
        self.process = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._table = table
        self._pool = Pool()
        self._lock = threading.Lock()
        self._openings: dict[tuple[Any, ...], Opening] = {}
        self._beating = False
        self._closed = threading.Event()

    @property
    def table(self) -> JobTable:
        """The table of the home folder. An answer for which it was looked into is a passing one."""
        passing()
        if self._table is None:
            self._table = JobTable(home() / FILE)
        return self._table

    # ---- tasks

    def submit(
        self,
        task: str,
        params: Mapping[str, Any],
        label: str,
        lane: str,
        of: Any = None,
        reuse: bool = True,
        lasts: float = REMEMBERED,
        values: Mapping[str, Any] | None = None,
    ) -> Task:
        """A task for a worker: the one that is under way or answered already, else a new one at the end of the queue.

        Args:
            of: plain data that changes the answer beside ``params``.
            reuse: whether an answer of before will do.
            lasts: seconds it is remembered once it has ended.

        Raises:
            BadInput: the queue is full.
        """
        who = person()
        row = self.table.ask(_task_key(task, params, of), task, params, lane, who, label, values or {}, address(), reuse, lasts)
        return Task(self, row, who)

    def failed_task(self, task: str, params: Mapping[str, Any], of: Any) -> ExplorerError | None:
        """Why this task of this person failed a moment ago."""
        return self._failed(_task_key(task, params, of))

    def again(self, name: str) -> Task | None:
        """A person's ended task once more; ``None`` if it is not theirs, or nothing that can be done again."""
        who = person()
        row = self.table.row(name, who)
        if row is None or not row.task or row.running:
            return None
        asked = row.key, row.task, row.params, row.lane, who, row.label, row.values, row.href
        made = self.table.ask(*asked, reuse=False, pressed=True)
        return Task(self, made, who)

    # ---- openings

    def start(self, key: tuple[Any, ...], function: Callable[[ProgressCallback], Any], label: str, **values: Any) -> Opening:
        """Run ``function(progress)`` in a thread of this process, unless work of this key runs already.

        Raises:
            BadInput: this person has too much waiting.
        """
        passing()
        who, where, again = person(), address(), woken()
        with self._lock:
            found = self._openings.get(key)
            if found is not None:
                return found
            job = Opening(self, key, label, values)
            self._openings[key] = job

        def work() -> None:
            with acting_for(who, where, again):
                job.run(function)

        try:
            self._pool.submit(who, work)
        except BaseException:
            self.forget(job)
            raise
        return job

    def forget(self, job: Opening) -> None:
        """It has ended."""
        with self._lock:
            if self._openings.get(job.key) is job:
                del self._openings[job.key]

    def running(self) -> list[Opening]:
        """What this process opens just now."""
        with self._lock:
            return list(self._openings.values())

    def failure(self, key: tuple[Any, ...]) -> ExplorerError | None:
        """Why the opening of ``key`` failed for this person a moment ago, in whichever process."""
        return self._failed(self.name_of(key))

    def _failed(self, name: str) -> ExplorerError | None:
        # A page that asks again by itself must not begin what was stopped, however long its question was on its way.
        found = self.table.failure(name, person(), PATIENT if woken() else MEMORY)
        return error_from(found) if found else None

    @staticmethod
    def name_of(key: tuple[Any, ...]) -> str:
        """An opening's key as the table knows it; the words in it cannot be read there."""
        return _hashed(repr(key))

    def keep_alive(self) -> None:
        """Renew the leases of openings that are known to the table as long as there are any."""
        with self._lock:
            if self._beating:
                return
            self._beating = True
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()

    def _beat(self) -> None:
        while not self._closed.wait(LEASE / 4):
            with self._lock:
                if not self._openings:
                    self._beating = False
                    return
            with suppress(ExplorerError):
                self.table.keep_alive(self.process)

    # ---- looking

    def get(self, name: str) -> Task | None:
        """A job of this person by its id."""
        who = person()
        row = self.table.row(name, who)
        return Task(self, row, who) if row is not None else None

    def goes(self, name: str) -> bool:
        """Whether a job is under way, whoever asked for it."""
        row = self.table.row(name)
        return row is not None and row.running

    def active(self) -> list[Row]:
        """What this person waits for, the oldest first."""
        return self.table.active(person())

    def mine(self) -> list[Row]:
        """Everything of this person that is remembered, the newest first."""
        return self.table.of(person())

    def stand(self, name: str, where: str) -> None:
        """The answer of a job of this person will be at this address."""
        self.table.stand(name, person(), where)

    def clear(self) -> None:
        """Forget this person's part in what has ended."""
        self.table.clear(person())

    def told(self, seconds: float = 2.0) -> tuple[float, bool]:
        """A number that changes when something this person waits for ends: pages that wait then look again. And whether nothing runs
        for this person, and nothing has ended for a moment: pages may stop looking.
        """
        try:
            last, active = self.table.told(person())
        except ExplorerError:  # a page is a page without it; whoever asks for something is told what is wrong
            log.exception("the table of jobs cannot be read")
            last, active = 0.0, 0
        return last, not active and time.time() - last > seconds

    def cancel(self, name: str) -> None:
        """The person no longer wants a job of theirs."""
        self.table.cancel(name, person())

    # ---- the end

    def close(self) -> None:
        """Stop what this process opens, and give back what it does for the table."""
        self._closed.set()
        for job in self.running():
            job._stop.set()
        if self._table is not None:
            with suppress(ExplorerError):
                self._table.release(self.process)
            self._table.close()


def _task_key(task: str, params: Mapping[str, Any], of: Any) -> str:
    return _hashed(json.dumps([task, params, of], sort_keys=True, ensure_ascii=False))


def _hashed(whole: str) -> str:
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]
