"""Paths as people write them, and as systems give them."""

from __future__ import annotations

import os
from pathlib import Path

from explorer.core.errors import BadInput

__all__ = ["expanded", "readable_name", "require_ordinary"]


def expanded(path: str | Path) -> Path:
    """``~`` and ``~user`` written out; where there is no such user the path stays as it is, and names nothing.

    >>> expanded("~nobody-of-that-name/a.txt").as_posix()
    '~nobody-of-that-name/a.txt'
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises RuntimeError


def require_ordinary(path: Path) -> None:
    """Refuse what is there and neither a file nor a folder: a pipe is waited for without end, a device has none.

    Raises:
        BadInput: a pipe, a socket or a device.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadInput("core.no_ordinary_file", path=path)


def readable_name(name: str) -> str:
    r"""A file's name as text: names written on systems in CP949 are read so, other bytes are shown as escapes.

    >>> readable_name(os.fsdecode("한글.txt".encode("cp949"))), readable_name(os.fsdecode(b"\xff.txt"))
    ('한글.txt', '\\xff.txt')
    """
    raw = os.fsencode(name)
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")
