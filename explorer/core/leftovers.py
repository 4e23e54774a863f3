"""Temporary files and folders that a killed process leaves, and how they go.

A process that makes its first temporary file takes a *lease*: a lock in ``.leases`` of the home folder that the system takes back
however the process ends, and beside it a list of the folders in which the process makes temporary files. The names of those bear
the lease. So a lock that nobody holds tells, without a look at the rest of the home, which files nobody will ever finish;
:func:`sweep` deletes them. Nothing is judged by its age, except what another machine left in a home that is shared: locks
may not reach that far, so that is left alone for a week.
"""

from __future__ import annotations

import atexit
import json
import os
import platform
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.errors import ExplorerError
from explorer.core.places import home, make_folder

if TYPE_CHECKING:
    from filelock import FileLock

__all__ = ["PARTIAL", "Swept", "give_back", "passing_folder", "sweep", "temporary_file", "temporary_folder"]

PARTIAL = ".partial-"
"""How the names of all temporary files and folders begin; nothing of that name is ever listed or opened."""

_LEASES = ".leases"
_ELSEWHERE = 7 * 86_400.0
_TRIES = 100

_guard = threading.Lock()
_held: dict[tuple[int, Path], _Lease] = {}  # a forked child keeps its parent's entries: letting go of them would free the lock


@dataclass(frozen=True, slots=True)
class Swept:
    """What killed processes had left: how many files and folders, and their bytes."""

    count: int = 0
    size: int = 0

    def to_dict(self) -> dict[str, int]:
        return {"count": self.count, "size": self.size}


class _Lease:
    def __init__(self, root: Path) -> None:
        make_folder(root)
        for _ in range(_TRIES):
            self.token = secrets.token_hex(6)
            lock = _taken(root / f"{self.token}.lock")
            if lock is not None:
                break
        else:
            raise FileExistsError(root)
        self._lock = lock
        self.list = root / f"{self.token}.list"
        # Only with the lock held is there a list, and only what has a list is swept.
        self.list.write_text(f"{platform.node()}\n", encoding="utf-8")
        self._folders: set[Path] = set()

    def note(self, folder: Path) -> None:
        """Put a folder on the list, before anything is made in it."""
        if folder not in self._folders:
            with self.list.open("a", encoding="utf-8") as stream:
                stream.write(f"{json.dumps(str(folder))}\n")
            self._folders.add(folder)

    def give_back(self) -> None:
        _let_go(self._lock, self.list)


def _taken(path: Path) -> FileLock | None:
    """A lock, taken; nothing where somebody holds it, or deletes it just now."""
    from filelock import FileLock, Timeout

    lock = FileLock(path, thread_local=False)
    with suppress(Timeout):
        lock.acquire(timeout=0)
        if path.exists():
            return lock
        lock.release()
    return None


def _let_go(lock: FileLock, file: Path) -> None:
    """End a lease: its lock first, as a list alone is found by the next sweep."""
    path = Path(lock.lock_file)
    with suppress(OSError):  # where what is open cannot be deleted
        path.unlink()
    file.unlink(missing_ok=True)
    lock.release()
    path.unlink(missing_ok=True)


def _lease(folder: Path) -> str:
    """The lease of this process, with ``folder`` on its list; nothing where the home cannot be written."""
    try:
        root = (home() / _LEASES).absolute()
        key = (os.getpid(), root)
        with _guard:
            if key not in _held or not _held[key].list.exists():
                sweep()
                _held[key] = _Lease(root)
            _held[key].note(folder.absolute())
            return _held[key].token
    except (OSError, ExplorerError):
        return "0"  # a file is made elsewhere all the same; only what a kill leaves of it will stay


@atexit.register
def give_back() -> None:
    """End the leases of this process; done at its end, needed only before an end that runs no other clean-up."""
    for (process, _), lease in _held.items():
        if process == os.getpid():
            with suppress(OSError):
                lease.give_back()


def _names(folder: Path) -> Iterator[Path]:
    lease = _lease(folder)
    for _ in range(_TRIES):
        yield folder / f"{PARTIAL}{lease}-{secrets.token_hex(4)}"
    raise FileExistsError(folder)


def temporary_folder(folder: Path) -> Path:
    """A new folder in ``folder``, which is there; swept if this process is killed before it removed or renamed it."""
    for path in _names(folder):
        with suppress(FileExistsError):
            path.mkdir()
            return path
    raise AssertionError


def temporary_file(folder: Path) -> Path:
    """A new empty file in ``folder``, as :func:`temporary_folder`."""
    for path in _names(folder):
        with suppress(FileExistsError):
            path.touch(exist_ok=False)
            return path
    raise AssertionError


@contextmanager
def passing_folder(folder: Path) -> Iterator[Path]:
    """A new folder in ``folder`` that is gone afterwards, however this process ends."""
    path = temporary_folder(folder)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep() -> Swept:
    """Delete what killed processes left; costs a look at one small folder where none was killed.

    Never fails: what cannot be deleted is tried again next time.
    """
    count = size = 0
    with suppress(OSError, ExplorerError):
        for alone in sorted((home() / _LEASES).glob("*.lock")):
            file = alone.with_suffix(".list")
            with suppress(OSError):
                if not file.exists() and (lock := _taken(alone)) is not None:  # killed before it had a list
                    lock.release() if file.exists() else _let_go(lock, file)
        for file in sorted((home() / _LEASES).glob("*.list")):
            with suppress(OSError):
                for path in _dead(file):
                    bytes_ = _bytes(path)
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                    count, size = count + 1, size + bytes_
    return Swept(count, size)


def _dead(file: Path) -> Iterator[Path]:
    """What the holder of a lease left, if it is dead; the lease goes when all has been taken."""
    lock = _taken(file.with_suffix(".lock"))
    if lock is None:
        return
    try:
        machine, *folders = file.read_text(encoding="utf-8").split("\n")
        # Without a whole first line nothing was made yet.
        if folders and machine != platform.node() and time.time() - file.stat().st_mtime < _ELSEWHERE:
            return
        for folder in folders:
            with suppress(ValueError):  # the last line, cut off with its writer, or empty
                yield from sorted(Path(json.loads(folder)).glob(f"{PARTIAL}{file.stem}-*"))
        _let_go(lock, file)
    finally:
        lock.release()


def _bytes(path: Path) -> int:
    parts: Any = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    return sum(part.lstat().st_size for part in parts)
