"""Work in pieces, each of which ends as one file: made here, in parts on a folder that several machines see, or on a cluster.

A piece is called by all that its content depends on, written to a temporary file and renamed: **the file that is there is the work that is
done**. So a process may be killed at any time, two may be at the same piece, and whoever comes next goes on with what is missing.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from explorer.core.errors import BadInput, Unavailable
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_file, atomic_write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Divided",
    "Maker",
    "Piece",
    "check_division",
    "damaged",
    "is_whole",
    "part_of",
    "read_arrays",
    "teller",
    "write_arrays",
    "zip_file",
]

_PART = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})", re.ASCII)
_DAMAGE = (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work.

    Attributes:
        target: the zip archive (an ``.npz`` is one) that is there when it is done.
        given: what its maker is given: small plain data, or texts.
    """

    target: Path
    given: Any


class Maker(Protocol):
    """What makes the pieces. It is sent to every worker once, and opened there: what cannot be sent is made by :meth:`open`."""

    def open(self) -> None: ...

    def make(self, given: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Divided:
    """What one part of a work left behind.

    Attributes:
        part: which part it was, ``"2/8"``.
        pieces: how many the work has in all.
        made, found: how many of this part's were made now, and were there already.
        left: how many of all pieces nobody has made yet.
    """

    part: str
    pieces: int
    made: int
    found: int
    left: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def part_of(part: str | None) -> tuple[int, int]:
    """The numbers of ``"i/N"``; all of it is ``(1, 1)``.

    Raises:
        BadInput: there is no such part.

    >>> part_of("2/8"), part_of(None)
    ((2, 8), (1, 1))
    """
    found = _PART.fullmatch("1/1" if part is None else part)
    if found is None or int(found[1]) > int(found[2]):
        raise BadInput("core.bad_part", part=part)
    return int(found[1]), int(found[2])


def check_division(part: str | None, cluster: str | None) -> None:
    """Refuse a work that would be divided in two ways at once.

    Raises:
        BadInput: both are given.
    """
    if part is not None and cluster is not None:
        raise BadInput("core.part_on_cluster")


def teller(
    progress: ProgressCallback | None, stage: str, sizes: Mapping[Path, int], total: int | None, unit: str
) -> Callable[[Piece | None], None]:
    """What is called with every piece that is done, and with ``None`` now and then: it adds up sizes and reports them.

    Args:
        progress: told.
        stage, unit: the work, and what its sizes count.
        sizes: of each piece by its target; it may grow while the work goes on.
        total: of all pieces, where it is known.
    """
    done = 0

    def told(piece: Piece | None) -> None:
        nonlocal done
        done += sizes[piece.target] if piece is not None else 0
        report(progress, stage, done, total, unit)

    return told


def is_whole(path: Path) -> bool:
    """Whether an archive is there to its end, where its table of contents stands; what is in it is not looked at."""
    return zipfile.is_zipfile(path)


@contextmanager
def zip_file(target: Path) -> Iterator[zipfile.ZipFile]:
    """A zip archive to be written, whole or not at all; its members are stored as they are, each with a checksum.

    Raises:
        Unavailable: the disk is full, or nobody may write there.
    """
    with atomic_file(target) as temporary, zipfile.ZipFile(temporary, "w") as packed:
        yield packed


def write_arrays(target: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Arrays as a piece, an ``.npz`` without any pickle."""
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # its stubs take the names for its own
    atomic_write(target, buffer.getvalue())


def read_arrays(path: Path, names: Sequence[str]) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a piece. A damaged one is deleted, to be made again.

    Raises:
        Unavailable: it was damaged, and is gone.
    """
    import numpy as np

    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
            return {name: data[name] for name in names}
    except _DAMAGE as error:
        raise damaged(path) from error


def damaged(path: Path) -> Unavailable:
    """Delete a piece that cannot be read; the error to be raised."""
    path.unlink(missing_ok=True)
    return Unavailable("core.piece_damaged", path=path)
