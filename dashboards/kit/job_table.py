"""The table of jobs: one SQLite file in the home folder that every process of a server reads and writes.

A row of ``jobs`` is a piece of work; a row of ``asks`` is a person who waits for it, with the words the work is called by for that
person. Work is done under a lease that its process renews: when a process dies, the lease runs out, and whoever looks next puts
the work back into the queue. A lane is a queue of its own, held by one process at a time in the same manner, so that the
child process that does the work exists once however many processes the server has.

Every method is one short transaction; none keeps anything in memory.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from dashboards.kit.job_file import JobFile
from dashboards.kit.public import WORDLESS
from explorer.core.errors import BadInput, Cancelled, ExplorerError, Unavailable, error_from, packed, unpacked
from explorer.core.progress import Progress, Whole

__all__ = ["ACTIVE", "LEASE", "MEMORY", "REMEMBERED", "JobTable", "Row"]

ACTIVE = ("waiting", "running")

LEASE = 20.0
"""Seconds after which work of a silent process is taken from it: longer than any library holds Python's lock."""

TRIES = 3
"""How often work is begun whose process dies."""

QUEUE = 400
"""Jobs that may wait in all."""

SHARE = 100
"""Jobs of one person that may wait."""

REMEMBERED = 7 * 86_400.0
"""Seconds an ended job is kept."""

KEPT = 500
"""Ended jobs of one person that are kept at most, so that nobody's are pushed out by somebody else's."""

KEPT_IN_ALL = 20_000
"""Ended jobs of all persons."""

MEMORY = 3.0
"""Seconds in which somebody who stopped work is not taken to ask for it again."""

# The heads of all persons' own queues come first, those of persons whose work began longest ago before others.
_PLACES = """
WITH heads AS (
    SELECT id, lane, owner, created, ROW_NUMBER() OVER (PARTITION BY lane, owner ORDER BY created, rowid) AS turn
    FROM jobs WHERE state = 'waiting'
), began AS (
    SELECT lane, owner, (SELECT MAX(started) FROM jobs AS past WHERE past.owner = own.owner AND past.lane = own.lane) AS last
    FROM (SELECT DISTINCT lane, owner FROM heads) AS own
)
SELECT id, ROW_NUMBER() OVER (PARTITION BY lane ORDER BY turn, COALESCE(last, 0), created) AS place
FROM heads JOIN began USING (lane, owner)
"""
_NEXT = f"SELECT places.id FROM ({_PLACES}) AS places JOIN jobs USING (id) WHERE jobs.lane = ? ORDER BY place LIMIT 1"  # noqa: S608
_MINE = "SELECT * FROM asks JOIN jobs ON asks.job = jobs.id WHERE asks.person = ?"
_TOO_MANY = """
DELETE FROM jobs WHERE id IN (
    SELECT id FROM (
        SELECT id, ROW_NUMBER() OVER (PARTITION BY owner ORDER BY ended DESC) AS own, ROW_NUMBER() OVER (ORDER BY ended DESC) AS place
        FROM jobs WHERE ended IS NOT NULL
    ) WHERE own > ? OR place > ?
)
"""
_LOSE = "UPDATE jobs SET state = ?, ended = ?, failure = ? WHERE state = 'running' AND stop = ? AND (task = '') = ? AND "


@dataclass(frozen=True, slots=True)
class Row:
    """A job as it was when the table was read, as one person may see it.

    Attributes:
        id: random; who has it may look at the work and stop it, if it is theirs.
        key: what the work is: a hash of all that changes its answer.
        lane: the queue it waits in; ``""`` for what a process opens for itself.
        task, params: what a worker is told; ``""`` and nothing for what a process opens for itself.
        owner: whose turn it takes.
        state: ``"waiting"``, ``"running"``, ``"done"``, ``"failed"``, ``"cancelled"`` or ``"lost"``. For somebody who no longer
            waits for it, it is cancelled.
        progress: the last report, and ``left``, the seconds that the work may still take, or its phase where no more is known (``None`` while
            nothing is).
        tries: how often it was begun.
        label, values, href: what it is called for this person (an i18n key, filled), and where it was asked for.
        place: in the queue, from 1; 0 for what does not wait.
    """

    id: str
    key: str
    lane: str
    task: str
    params: dict[str, Any]
    owner: str
    state: str
    progress: Progress | None
    left: float | None
    result: Any
    failure: dict[str, Any] | None
    tries: int
    created: float
    started: float | None
    ended: float | None
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    href: str = ""
    place: int = 0

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.state in ACTIVE

    @property
    def error(self) -> ExplorerError | None:
        """Why there is no answer."""
        return error_from(self.failure) if self.failure else None


class JobTable(JobFile):
    """The table in one file, made on first use.

    Args:
        file: where it lies.
        lease, tries, queue, share: see :data:`LEASE`, :data:`TRIES`, :data:`QUEUE`, :data:`SHARE`.
    """

    def __init__(self, file: Path, lease: float = LEASE, tries: int = TRIES, queue: int = QUEUE, share: int = SHARE) -> None:
        super().__init__(file)
        self.lease, self.tries, self.queue, self.share = lease, tries, queue, share
        self._swept = 0.0

    # ---- asking

    def ask(
        self,
        key: str,
        task: str,
        params: Mapping[str, Any],
        lane: str,
        person: str,
        label: str,
        values: Mapping[str, Any],
        href: str = "",
        reuse: bool = True,
        lasts: float = REMEMBERED,
        pressed: bool = False,
    ) -> Row:
        """The job of this key for a person: the one under way, the one whose answer is still there, else a new one that waits.

        Args:
            reuse: whether the answer of an ended job will do.
            lasts: seconds the job is remembered once it has ended.
            pressed: whether the person asks, and not perhaps their page, so that a stop of a moment ago does not count.

        Raises:
            BadInput: the queue is full, or this person's share of it.
        """
        now = time.time()
        with self._write() as db:
            found = db.execute("SELECT * FROM jobs WHERE key = ? AND task <> '' AND state IN ('waiting', 'running')", (key,))
            row = found.fetchone()
            if row is None and reuse:
                found = db.execute("SELECT * FROM jobs WHERE key = ? AND state = 'done' ORDER BY ended DESC LIMIT 1", (key,))
                row = found.fetchone()
                if row is not None and not _is_there(json.loads(row["result"])):
                    row = None
            if row is None:
                waiting = db.execute(
                    "SELECT COUNT(*), COALESCE(SUM(owner = ?), 0) FROM jobs WHERE state = 'waiting'", (person,)
                ).fetchone()
                if waiting[0] >= self.queue:
                    raise BadInput("dashboards.queue_full", most=self.queue)
                if waiting[1] >= self.share:
                    raise BadInput("dashboards.too_many_jobs_of_yours", most=self.share)
                name = secrets.token_urlsafe(15)
                db.execute(
                    "INSERT INTO jobs (id, key, lane, task, params, owner, state, created, lasts) VALUES (?,?,?,?,?,?,?,?,?)",
                    (name, key, lane, task, json.dumps(params, ensure_ascii=False), person, "waiting", now, lasts),
                )
                row = db.execute("SELECT * FROM jobs WHERE id = ?", (name,)).fetchone()
            elif row["state"] == "waiting" and not row["owner"]:
                db.execute("UPDATE jobs SET owner = ? WHERE id = ?", (person, row["id"]))  # the server's own work can wait
            # Where the answer is there nobody waits: told as an end that is news, it would have the page ask again, and so on.
            asked = row["ended"] if row["state"] == "done" else now
            self._join(db, row["id"], person, label, values, href, now, asked, pressed)
            return self._seen(db, row["id"], person)

    def open_here(
        self, name: str, key: str, process: str, person: str, label: str, values: Mapping[str, Any], href: str, began: float
    ) -> bool:
        """Note what a process opens for itself, so that the others can tell of it; false if this person has just stopped it."""
        now = time.time()
        with self._write() as db:
            db.execute(
                "INSERT OR IGNORE INTO jobs (id, key, lane, task, params, owner, state, process, lease, created, started, lasts) "
                "VALUES (?,?,'','','{}',?,'running',?,?,?,?,?)",
                (name, key, person, process, now + self.lease, began, began, REMEMBERED),
            )
            self._join(db, name, person, label, values, href, now)
            row = db.execute("SELECT gone FROM asks WHERE job = ? AND person = ?", (name, person)).fetchone()
            return row["gone"] is None

    def join(self, name: str, person: str, label: str, values: Mapping[str, Any], href: str) -> None:
        """A person waits for a job that is known."""
        with self._write() as db:
            self._join(db, name, person, label, values, href, time.time())

    @staticmethod
    def _join(
        db: sqlite3.Connection,
        name: str,
        person: str,
        label: str,
        values: Mapping[str, Any],
        href: str,
        now: float,
        asked: float | None = None,
        pressed: bool = False,
    ) -> None:
        said = json.dumps(packed(values), ensure_ascii=False)
        db.execute(
            "INSERT INTO asks (job, person, label, words, href, at) SELECT id,?,?,?,?,? FROM jobs WHERE id = ? "  # if it is known still
            "ON CONFLICT (job, person) DO UPDATE SET "
            "at = MAX(at, excluded.at), href = CASE WHEN excluded.href = '' THEN href ELSE excluded.href END, "
            "gone = CASE WHEN ? OR gone < ? THEN NULL ELSE gone END",
            (person, label, said, href, now if asked is None else asked, name, pressed, now - MEMORY),
        )
        # Where its process was told to stop but a moment ago, it need not, or is begun again (see `end`).
        db.execute(
            "UPDATE jobs SET stop = 0 WHERE id = ?1 AND stop = 1 AND state = 'running' "
            "AND EXISTS (SELECT 1 FROM asks WHERE job = ?1 AND person = ?2 AND gone IS NULL)",
            (name, person),
        )

    def cancel(self, name: str, person: str) -> None:
        """Somebody no longer wants this; it is stopped when nobody else does. Others' jobs stay."""
        now = time.time()
        with self._write() as db:
            left = db.execute(
                "UPDATE asks SET gone = ? WHERE job = ? AND person = ? AND gone IS NULL", (now, name, person)
            ).rowcount
            if not left:
                return
            other = db.execute("SELECT person FROM asks WHERE job = ? AND gone IS NULL LIMIT 1", (name,)).fetchone()
            if other is not None:
                db.execute("UPDATE jobs SET owner = ? WHERE id = ? AND owner = ?", (other["person"], name, person))
                return
            db.execute("UPDATE jobs SET stop = 1 WHERE id = ? AND state = 'running'", (name,))
            db.execute(
                "UPDATE jobs SET state = 'cancelled', ended = ?, failure = ? WHERE id = ? AND state = 'waiting'",
                (now, json.dumps(Cancelled().to_dict()), name),
            )

    def stand(self, name: str, person: str, href: str) -> None:
        """Where the page stands that shows this job: there its answer will be."""
        with self._write() as db:
            db.execute("UPDATE asks SET href = ? WHERE job = ? AND person = ?", (href, name, person))

    def clear(self, person: str) -> None:
        """Forget a person's part in what has ended, and its words and answer where nobody else has one (but `WORDLESS`)."""
        with self._write() as db:
            db.execute(
                "DELETE FROM asks WHERE person = ? AND (gone IS NOT NULL OR job IN (SELECT id FROM jobs WHERE ended IS NOT NULL))",
                (person,),
            )
            nobodys = "ended IS NOT NULL AND task NOT IN (?, ?) AND id NOT IN (SELECT job FROM asks)"
            db.execute(f"DELETE FROM jobs WHERE {nobodys}", WORDLESS)  # noqa: S608 - nothing of a person's is in it

    # ---- looking

    def row(self, name: str, person: str | None = None) -> Row | None:
        """A job; for a person only one that is theirs."""
        with self._read() as db:
            if person is None:
                found = db.execute("SELECT * FROM jobs WHERE id = ?", (name,)).fetchone()
                return _row(found) if found is not None else None
            if db.execute("SELECT 1 FROM asks WHERE job = ? AND person = ?", (name, person)).fetchone() is None:
                return None
            return self._seen(db, name, person)

    @staticmethod
    def _seen(db: sqlite3.Connection, name: str, person: str) -> Row:
        found = db.execute(
            "SELECT * FROM jobs JOIN asks ON asks.job = jobs.id WHERE jobs.id = ? AND asks.person = ?", (name, person)
        ).fetchone()
        return _row(found)

    def active(self, person: str) -> list[Row]:
        """What a person waits for, in the order it was asked for."""
        return self._placed(
            self._rows(_MINE + " AND gone IS NULL AND state IN ('waiting', 'running') ORDER BY created", person)
        )

    def of(self, person: str, most: int = 200) -> list[Row]:
        """Everything of a person that is remembered, the newest first; with places in the queue."""
        rows = self._rows(_MINE + " AND state <> 'passed' ORDER BY at DESC LIMIT ?", person, most)
        return self._placed(rows)

    def _placed(self, rows: list[Row]) -> list[Row]:
        if not any(row.state == "waiting" for row in rows):
            return rows
        with self._read() as db:
            places = {one["id"]: one["place"] for one in db.execute(_PLACES)}
        return [replace(row, place=places.get(row.id, 0)) for row in rows]

    def _rows(self, query: str, *values: Any) -> list[Row]:
        with self._read() as db:
            return [_row(one) for one in db.execute(query, values).fetchall()]

    def told(self, person: str) -> tuple[float, int]:
        """When something of this person last ended (0 for never), and how much has not."""
        with self._read() as db:
            found = db.execute(
                "SELECT MAX(CASE WHEN gone IS NOT NULL THEN gone WHEN ended IS NOT NULL THEN MAX(ended, at) END) AS last, "
                "SUM(gone IS NULL AND ended IS NULL) AS open FROM asks JOIN jobs ON asks.job = jobs.id WHERE person = ?",
                (person,),
            ).fetchone()
        return found["last"] or 0.0, found["open"] or 0

    def counts(self) -> list[tuple[str, str, int]]:
        """How many jobs there are, by task (``"opening"`` for what a process opens for itself) and state; none before the first."""
        if self._opened is None and not self.file.exists():
            return []
        with self._read() as db:
            found = db.execute("SELECT CASE task WHEN '' THEN 'opening' ELSE task END, state, COUNT(*) FROM jobs GROUP BY 1, 2")
            return [tuple(row) for row in found.fetchall()]

    def failure(self, key: str, person: str, seconds: float) -> dict[str, Any] | None:
        """Why a person's latest work of this key failed a moment ago, or that they stopped it; whichever process did it."""
        if self._opened is None and not self.file.exists():
            return None
        with self._read() as db:
            found = db.execute(
                "SELECT failure, gone, ended, state = 'lost' AND task = '' AS again FROM jobs JOIN asks ON asks.job = jobs.id WHERE key = ? AND person = ? "
                "ORDER BY created DESC LIMIT 1",
                (key, person),
            ).fetchone()
        if found is None or found["again"]:  # what a process opened for itself another one opens
            return None
        since = time.time() - seconds
        if found["failure"] and found["ended"] > since:
            failure: dict[str, Any] = json.loads(found["failure"])
            return failure
        return Cancelled().to_dict() if (found["gone"] or 0) > since else None

    # ---- working

    def claim(self, lane: str, process: str) -> Row | None:
        """The next job of a lane, begun by this process; ``None`` if there is none, or another process holds the lane."""
        now = time.time()
        self.sweep()
        with self._read() as db:
            held = db.execute("SELECT process, until FROM lanes WHERE lane = ?", (lane,)).fetchone()
            free = held is None or held["until"] < now or held["process"] == process
            waits = db.execute("SELECT 1 FROM jobs WHERE lane = ? AND state = 'waiting' LIMIT 1", (lane,)).fetchone()
            mine = held is not None and held["process"] == process
            if not free or (waits is None and (not mine or held["until"] - now > self.lease / 2)):
                return None
        with self._write() as db:
            if not db.execute(
                "INSERT INTO lanes VALUES (?, ?, ?) ON CONFLICT (lane) DO UPDATE SET process = excluded.process, until = excluded.until "
                "WHERE process = excluded.process OR until < ?",
                (lane, process, now + self.lease, now),
            ).rowcount:
                return None
            # Work that another process of this lane still does under its lease is waited for.
            busy = db.execute("SELECT 1 FROM jobs WHERE lane = ? AND state = 'running' AND process <> ?", (lane, process))
            if busy.fetchone() is not None:
                return None
            found = db.execute(_NEXT, (lane,)).fetchone()
            if found is None:
                return None
            db.execute(
                "UPDATE jobs SET state = 'running', process = ?, lease = ?, started = ?, tries = tries + 1, phase = '', done = 0, "
                "total = NULL, unit = '', note = '', phase_at = ?, whole = NULL WHERE id = ?",
                (process, now + self.lease, now, now, found["id"]),
            )
            return _row(db.execute("SELECT * FROM jobs WHERE id = ?", (found["id"],)).fetchone())

    def beat(self, name: str, process: str, step: Progress) -> str:
        """Renew the lease and tell how far it is: ``"go"``, ``"stop"``, or ``"lost"`` if the work was taken from this process."""
        now, whole = time.time(), json.dumps(asdict(step.whole)) if step.whole else None
        with self._write() as db:
            found = db.execute(
                "UPDATE jobs SET phase_at = CASE WHEN phase = ?1 THEN phase_at ELSE ?2 END, phase = ?1, done = ?3, total = ?4, "
                "unit = ?5, note = ?6, whole = ?7, lease = ?8 WHERE id = ?9 AND process = ?10 AND state = 'running' RETURNING stop, lane",
                (step.stage, now, float(step.done), step.total, step.unit, step.note, whole, now + self.lease, name, process),
            ).fetchall()
            if (
                not found
            ):  # it was silent, but has not died: on a machine with too much to do nothing is to be given up for that
                db.execute("UPDATE jobs SET tries = tries - 1 WHERE id = ? AND state IN ('waiting', 'running')", (name,))
                return "lost"
            db.execute(
                "UPDATE lanes SET until = ? WHERE lane = ? AND process = ?", (now + self.lease, found[0]["lane"], process)
            )
            return "stop" if found[0]["stop"] else "go"

    def end(self, name: str, process: str, state: str, result: Any = None, failure: Mapping[str, Any] | None = None) -> bool:
        """Say how it ended; false if it was taken from this process, whose answer then does not count.

        Work that was stopped, and that somebody has asked for since, waits for its turn again.
        """
        with self._write() as db:
            if state == "cancelled":
                again = db.execute(
                    "UPDATE jobs SET state = 'waiting', process = '', lease = NULL WHERE id = ? AND process = ? "
                    "AND state = 'running' AND stop = 0 AND task <> '' AND tries < ?",
                    (name, process, self.tries),
                )
                if again.rowcount:
                    return True
            return (
                db.execute(
                    "UPDATE jobs SET state = ?, result = ?, failure = ?, ended = ? WHERE id = ? AND process = ? AND state = 'running'",
                    (
                        state,
                        json.dumps(result, ensure_ascii=False),
                        json.dumps(failure, ensure_ascii=False) if failure else None,
                        time.time(),
                        name,
                        process,
                    ),
                ).rowcount
                > 0
            )

    def keep_alive(self, process: str) -> None:
        """Renew the leases of what this process opens for itself."""
        with self._write() as db:
            db.execute(
                "UPDATE jobs SET lease = ? WHERE process = ? AND state = 'running' AND task = ''",
                (time.time() + self.lease, process),
            )

    def release(self, process: str) -> None:
        """A process ends of its own will: what it was at waits for another, what it opened for itself is lost."""
        with self._write() as db:
            db.execute("DELETE FROM lanes WHERE process = ?", (process,))
            db.execute(
                "UPDATE jobs SET state = 'waiting', process = '', lease = NULL, tries = tries - 1 "
                "WHERE process = ? AND state = 'running' AND task <> '' AND stop = 0",
                (process,),
            )
            self._lose(db, "process = ?", process)

    def sweep(self) -> None:
        """Put back the work whose process fell silent, or say what became of it; forget what ended long ago."""
        now = time.time()
        with self._read() as db:
            if db.execute("SELECT 1 FROM jobs WHERE state = 'running' AND lease < ? LIMIT 1", (now,)).fetchone() is None and (
                now - self._swept < 600
            ):
                return
        with self._write() as db:
            db.execute(
                "UPDATE jobs SET state = 'waiting', process = '', lease = NULL "
                "WHERE state = 'running' AND lease < ? AND task <> '' AND stop = 0 AND tries < ?",
                (now, self.tries),
            )
            self._lose(db, "lease < ?", now)
            if now - self._swept >= 600:
                self._swept = now
                db.execute("DELETE FROM jobs WHERE ended + lasts < ?", (now,))
                db.execute(_TOO_MANY, (KEPT, KEPT_IN_ALL))

    def _lose(self, db: sqlite3.Connection, which: str, value: Any) -> None:
        """End what runs and cannot go on."""
        tried, opened, stopped = (
            Unavailable("dashboards.job_lost", tries=self.tries),
            Unavailable("dashboards.opening_lost"),
            Cancelled(),
        )
        for state, error, stop, opening in (
            ("lost", tried, 0, 0),
            ("lost", opened, 0, 1),
            ("cancelled", stopped, 1, 0),
            ("cancelled", stopped, 1, 1),
        ):
            db.execute(_LOSE + which, (state, time.time(), json.dumps(error.to_dict()), stop, opening, value))


def _is_there(answer: Any) -> bool:
    """Whether what an answer speaks of still lies on the disk."""
    folder = answer.get("folder") if isinstance(answer, dict) else None
    return folder is None or Path(folder).exists()


def _row(found: sqlite3.Row) -> Row:
    names = found.keys()
    whole = Whole(**json.loads(found["whole"])) if found["whole"] else None
    progress = None
    if found["phase"]:
        progress = Progress(found["phase"], found["done"], found["total"], found["unit"], found["note"], whole=whole)
    share, left = progress.fraction if progress else None, None
    if found["state"] == "running" and whole:
        left = whole.left()
    elif found["state"] == "running" and share and found["phase_at"]:
        left = (time.time() - found["phase_at"]) * (1 - share) / share
    asked = "label" in names
    gone = asked and found["gone"] is not None and found["state"] in ACTIVE
    return Row(
        found["id"], found["key"], found["lane"], found["task"], json.loads(found["params"]), found["owner"],
        "cancelled" if gone else found["state"], progress, left, json.loads(found["result"]) if found["result"] else None,
        json.loads(found["failure"]) if found["failure"] else None, found["tries"], found["created"], found["started"],
        found["ended"], found["label"] if asked else "", unpacked(json.loads(found["words"])) if asked else {},
        found["href"] if asked else "",
    )  # fmt: skip
