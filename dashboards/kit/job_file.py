"""The file that the table of jobs lies in: made and brought up to date on first use, read and written in short transactions.

Every process of a server has it open for itself; SQLite keeps them apart.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from explorer.core.errors import BadInput, Unavailable, disk_errors
from explorer.core.places import make_folder

__all__ = ["JobFile"]

_VERSION = 2
_SCHEMA = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, lane TEXT NOT NULL, task TEXT NOT NULL, params TEXT NOT NULL, owner TEXT NOT NULL,
    state TEXT NOT NULL, phase TEXT NOT NULL DEFAULT '', done REAL NOT NULL DEFAULT 0, total REAL, unit TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '', phase_at REAL, whole TEXT, result TEXT, failure TEXT, process TEXT NOT NULL DEFAULT '', lease REAL,
    tries INTEGER NOT NULL DEFAULT 0, stop INTEGER NOT NULL DEFAULT 0, created REAL NOT NULL, started REAL, ended REAL,
    lasts REAL NOT NULL
);
CREATE UNIQUE INDEX jobs_active ON jobs(key) WHERE state IN ('waiting', 'running') AND task <> '';
CREATE INDEX jobs_key ON jobs(key);
CREATE INDEX jobs_state ON jobs(state, lane);
CREATE INDEX jobs_ended ON jobs(ended);
CREATE INDEX jobs_owner ON jobs(owner, lane, started);
CREATE TABLE asks (
    job TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE, person TEXT NOT NULL, label TEXT NOT NULL, words TEXT NOT NULL,
    href TEXT NOT NULL, at REAL NOT NULL, gone REAL, PRIMARY KEY (job, person)
) WITHOUT ROWID;
CREATE INDEX asks_person ON asks(person, at);
CREATE TABLE lanes (lane TEXT PRIMARY KEY, process TEXT NOT NULL, until REAL NOT NULL);
"""
_LATER = ("", "ALTER TABLE jobs ADD COLUMN whole TEXT")
"""What makes a table of each version one of the next."""


class JobFile:
    """An SQLite file with the tables of jobs, of who asks for them, and of lanes.

    Args:
        file: where it lies.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.RLock()
        self._opened: tuple[int, sqlite3.Connection] | None = None

    def _connection(self) -> sqlite3.Connection:
        if self._opened is not None and self._opened[0] == os.getpid():
            return self._opened[1]
        with disk_errors("core.writing", path=self.file):
            make_folder(self.file.parent)
            # It holds what people asked for; SQLite gives the files beside it the rights that it finds here.
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
            for part in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    self.file.with_name(self.file.name + part).chmod(0o600)
        made = sqlite3.connect(self.file, timeout=20, isolation_level=None, check_same_thread=False)
        try:
            made.row_factory = sqlite3.Row
            _to_wal(made)
            made.execute("PRAGMA synchronous = NORMAL")
            made.execute("PRAGMA foreign_keys = ON")
            made.execute("BEGIN IMMEDIATE")
            version = made.execute("PRAGMA user_version").fetchone()[0]
            if version < _VERSION:
                for statement in _SCHEMA.split(";") if version == 0 else _LATER[version:]:
                    made.execute(statement)
                made.execute(f"PRAGMA user_version = {_VERSION}")
            made.execute("COMMIT")
        except (sqlite3.Error, OSError):
            made.close()
            raise
        if version > _VERSION:
            made.close()
            raise BadInput("dashboards.jobs_too_new", file=self.file)
        self._opened = (os.getpid(), made)
        return made

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                yield self._connection()
        except (sqlite3.Error, OSError) as error:
            raise Unavailable("dashboards.jobs_unusable", file=self.file, reason=error) from error

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._read() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Let the file go; the next use opens it again."""
        with self._lock:
            if self._opened is not None and self._opened[0] == os.getpid():
                self._opened[1].close()
            self._opened = None


def _to_wal(made: sqlite3.Connection) -> None:
    """Change the way the file is written, for which SQLite does not wait while other processes do just that."""
    for attempt in range(50):
        try:
            made.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if attempt == 49:
                raise
            time.sleep(0.05)
