"""Caches of answers that are kept within a budget: what was used longest ago goes first.

An answer is a folder ``cache/KIND/NAME`` of the home folder, written by :func:`explorer.core.store.atomic_folder`. When it was last
used is the folder's own time of change, which :func:`mark_used` sets.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from explorer.core.errors import BadInput
from explorer.core.store import discard_folder, home, read_manifest, sha256_file

__all__ = ["PRIVATE", "PRIVATE_SECONDS", "intact", "keep_within", "mark_used"]

PRIVATE = "private-"
"""How the names of folders begin that hold what a person typed."""

PRIVATE_SECONDS = 86_400.0
"""Seconds after their last use when those are deleted, whatever the budget."""


def intact(folder: Path) -> bool:
    """Whether an answer is there, each of its files as it was written; a damaged one is deleted, to be made again."""
    if not folder.exists():
        return False
    try:
        files = read_manifest(folder).files
        if all(sha256_file(folder / name) == digest for name, digest in files.items()):
            return True
    except (OSError, BadInput):
        pass
    discard_folder(folder)
    return False


def mark_used(folder: Path) -> None:
    """Note that an answer was used just now."""
    with suppress(OSError):  # it is gone, or not ours to touch: then it is simply older
        os.utime(folder)


def keep_within(budget: int, kinds: Sequence[str]) -> list[Path]:
    """Delete answers until the rest is no larger than ``budget``, and those of persons that nobody used for a day.

    Args:
        budget: bytes of all kinds together.
        kinds: the folders of the cache that are looked at.

    Returns:
        what was deleted, in that order.
    """
    found: list[tuple[float, int, Path]] = []
    for kind in kinds:
        for folder in (home() / "cache" / kind).glob("[!.]*"):
            with suppress(OSError):  # somebody else deleted it just now
                found.append((folder.stat().st_mtime, _bytes(folder), folder))
    found.sort(key=lambda one: one[0])
    now, size, gone = time.time(), sum(one[1] for one in found), []
    for used, bytes_, folder in found:
        old = folder.name.startswith(PRIVATE) and now - used > PRIVATE_SECONDS
        if old or size > budget:
            discard_folder(folder)
            size -= bytes_
            gone.append(folder)
    return gone


def _bytes(folder: Path) -> int:
    return sum(part.stat().st_size for part in folder.rglob("*") if part.is_file())
