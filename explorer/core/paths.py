"""Paths as people write them."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["expanded"]


def expanded(path: str | Path) -> Path:
    """``~`` and ``~user`` written out; where there is no such user the path stays as it is, and names nothing.

    >>> expanded("~nobody-of-that-name/a.txt").as_posix()
    '~nobody-of-that-name/a.txt'
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises RuntimeError
