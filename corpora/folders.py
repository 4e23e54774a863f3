"""Folders being filled: held by one process at a time, moved into place when whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.core.errors import Unavailable

__all__ = ["install", "locked"]


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold the folder for this process; the lock goes with the process, however it ends."""
    lock = (folder / ".lock").open("a")
    try:
        try:
            import fcntl
        except ImportError:  # Windows, where two runs at once are left to the person
            yield
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unavailable(f"another process is adding the corpus {name!r} right now; wait for it, or stop it") from None
        yield
    finally:
        lock.close()


def install(folder: Path, target: Path) -> None:
    """Move the finished folder into place; an old corpus of that name is there until the new one is."""
    (folder / ".lock").unlink(missing_ok=True)
    if target.exists():
        aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=".partial-"))
        os.replace(target, aside / "old")
        os.replace(folder, target)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        os.replace(folder, target)
