"""Folders being filled: held by one process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.core.messages import Message
from explorer.core.store import name_lock

__all__ = ["locked"]


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold the folder for this process; the lock goes with the process, however it ends.

    Raises:
        Unavailable: another process is adding the same corpus. It is not waited for: that may take hours.
    """
    busy = Message("corpora.being_added", {"name": name})
    with name_lock(folder, wait=0, busy=busy):
        yield
