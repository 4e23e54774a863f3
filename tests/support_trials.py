"""What files may do to the process that opens them, for the tests of the process that tries them first."""

from __future__ import annotations

import os
from pathlib import Path


def opens(path: str, note: str = "") -> None:
    """Says each time that it was asked."""
    if note:
        with Path(note).open("a", encoding="utf-8") as stream:
            stream.write(Path(path).name + "\n")


def aborts(path: str) -> None:
    os.abort()


def lingers(path: str) -> None:
    while True:
        pass


def swells(path: str) -> None:
    bytearray(3 << 30)


def babbles(path: str) -> None:
    os.write(1, b"{}" * 100_000)
    raise ValueError(f"{path}\nis\x1b[31m bad")


def panics(path: str) -> None:
    class PanicException(BaseException):
        pass

    raise PanicException("too many steps")
