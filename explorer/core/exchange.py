"""Two folders change places in one step, where the operating system can do that."""

from __future__ import annotations

import errno
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["exchange"]

_HERE = -100  # AT_FDCWD: relative paths start at the working directory
_EXCHANGE = 2  # RENAME_EXCHANGE


@cache
def _renameat2() -> Any:
    """The C library's ``renameat2``; ``None`` where there is none (another system, an old C library)."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def exchange(one: Path, other: Path) -> bool:
    """Let two paths change places; nobody ever sees either of them missing.

    Returns:
        False where the system or this file system cannot do it; nothing has changed then.

    Raises:
        OSError: it can, but not with these two.
    """
    function = _renameat2()
    if function is None:
        return False
    import ctypes

    if function(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    # EINVAL is what a file system says that knows renames but no exchange (NFS, some FUSE ones).
    if code in (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP):
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))
