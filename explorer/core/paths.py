"""Paths as people write them, and as systems give them."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from explorer.core.errors import BadInput

__all__ = ["as_name", "bytes_of", "expanded", "readable_name", "require_ordinary"]


_SHORT = 140
"""Bytes of a path that no system finds too long; the file itself is not looked at for it, as the home folder is named all the time."""


def as_name(given: object) -> str:
    """What a person gave as a name or a path, as text.

    Raises:
        BadInput: it is neither.

    >>> as_name(Path("models") / "a.bin") == str(Path("models", "a.bin"))
    True
    """
    if not isinstance(given, str | os.PathLike):
        raise BadInput("core.name_not_text", kind=type(given).__name__)
    return os.fsdecode(given)


def expanded(path: str | Path) -> Path:
    """``~`` and ``~user`` written out; where there is no such user the path stays as it is, and names nothing.

    Raises:
        BadInput: it is longer than the system's files may be named.

    >>> expanded("~nobody-of-that-name/a.txt").as_posix()
    '~nobody-of-that-name/a.txt'
    """
    found = Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser raises RuntimeError
    try:
        if len(os.fsencode(found)) > _SHORT:
            found.lstat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise BadInput("core.path_too_long", start=str(path)[:40], count=len(str(path))) from None
    except ValueError:  # a NUL, or what is no text: it names nothing
        pass
    return found


def bytes_of(path: Path, most: int = 64 << 20) -> bytes:
    """A text file that a person names, whole.

    Raises:
        BadInput: no ordinary file, or one of more than ``most`` bytes.
    """
    require_ordinary(path)
    with path.open("rb") as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise BadInput("core.text_too_long", path=path, most=most >> 20)
    return data


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
