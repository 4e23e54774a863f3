"""What every format of vectors needs: what a file holds, streams, keys, room for numbers, and files written whole or not at all."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.paths import require_ordinary
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_file

__all__ = [
    "NOTE",
    "Format",
    "Raw",
    "Table",
    "allocate",
    "beside",
    "check_file",
    "check_pair",
    "check_unpacked",
    "encoded",
    "free_memory",
    "from_note",
    "is_gzip",
    "keys_beside",
    "note",
    "open_bytes",
    "refuse",
    "row_blocks",
    "text_lines",
    "to_bytes",
    "whole",
]

NOTE = "korean-explorer"
"""The metadata entry of a :func:`note`."""

_BLOCK = 4_096

UNPACKED_BYTES = 64 << 20
UNPACKED_RATIO = 50
"""A compressed file may grow to so many bytes, and beyond that to so many times its size (vectors as text: 2 to 4 times)."""


@dataclass(slots=True)
class Raw:
    """What a file holds, before its keys are tidied."""

    keys: list[str]
    vectors: npt.NDArray[Any]
    counts: npt.NDArray[np.int64] | None = None
    warnings: list[str] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)
    composer: Callable[[str], npt.NDArray[np.float32] | None] | None = None


class Writes(Protocol):
    """What puts files of its own into an artifact's folder; nothing where it is empty."""

    def __len__(self) -> int: ...
    def write(self, folder: Path, small: bool = False) -> None: ...


class Table(Protocol):
    """What is written: :class:`~explorer.vectors.vectors.Vectors`, as far as files are concerned."""

    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def vectors(self) -> npt.NDArray[np.float32]: ...
    @property
    def counts(self) -> npt.NDArray[np.int64] | None: ...
    @property
    def info(self) -> Mapping[str, Any]: ...
    @property
    def composer(self) -> Callable[[str], npt.NDArray[np.float32] | None] | None: ...
    @property
    def dim(self) -> int: ...
    @property
    def sense_table(self) -> Writes: ...
    def __len__(self) -> int: ...
    def parts(self) -> Mapping[str, npt.NDArray[Any]]: ...


@dataclass(frozen=True)
class Format:
    """One format of files.

    Attributes:
        detect: whether the first 64 KB of a file are of this format.
        read: reads a file, or its first so many vectors.
        write: writes the vectors and returns the files made; ``None`` where the format is only read.
        endings: what such files are called; an ending stands for the first format that names it.
    """

    detect: Callable[[bytes], bool]
    read: Callable[[Path, int | None, ProgressCallback | None], Raw]
    write: Callable[[Table, Path, bool, ProgressCallback | None], list[Path]] | None = None
    endings: tuple[str, ...] = ()


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, through gzip where its first bytes say so."""
    require_ordinary(path)
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        raise BadInput("vectors.no_such_file", path=path) from None
    except OSError as error:
        raise BadInput("vectors.file_unreadable", path=path, reason=error.strerror) from error
    magic = stream.read(2)
    stream.seek(0)
    if magic == b"\x1f\x8b":
        return cast(IO[bytes], io.BufferedReader(_Unpacked(path, stream), 1 << 16))
    return stream


class _Unpacked(io.RawIOBase):
    """What a gzip file unpacks to, as long as it could be vectors."""

    def __init__(self, path: Path, packed: IO[bytes]) -> None:
        self._path, self._packed = path, packed
        self._stream = gzip.GzipFile(fileobj=packed)
        self._left = _most_unpacked(path)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            count = self._stream.readinto(buffer)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadInput("vectors.packed_damaged", path=self._path, reason=error) from error
        self._left -= count
        if self._left < 0:
            raise BadInput("vectors.unpacks_too_far", path=self._path, ratio=UNPACKED_RATIO)
        return count

    def close(self) -> None:
        self._stream.close()
        self._packed.close()
        super().close()


def _most_unpacked(path: Path) -> int:
    return max(UNPACKED_BYTES, UNPACKED_RATIO * path.stat().st_size)


def check_unpacked(path: Path, size: int) -> None:
    """Refuse a compressed file that says that it unpacks to ``size`` bytes where no vectors would.

    Raises:
        BadInput: as its code says.
    """
    if size > _most_unpacked(path):
        raise BadInput("vectors.unpacks_too_far", path=path, ratio=UNPACKED_RATIO)


def is_gzip(path: Path) -> bool:
    """Whether a file is compressed, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def free_memory() -> int | None:
    """Bytes a process may still take, where the system says so."""
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as stream:
            for line in stream:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        return None
    return None


def allocate(path: Path, n: int, d: int) -> npt.NDArray[np.float32]:
    """Room for n × d numbers, refused with the size needed where this machine has not so much."""
    need, free = 4 * n * d, free_memory()
    if free is not None and need > free:
        raise BadInput("vectors.needs_too_much_memory", path=path, need=need / 2**30, count=n, dim=d, free=free / 2**30)
    return np.empty((n, d), dtype=np.float32)


def keys_beside(path: Path) -> list[Path]:
    """Where the keys of a matrix ``NAME.npy`` may be, likeliest first."""
    return [path.with_suffix(".keys.txt"), path.with_suffix(".txt"), path.with_name("keys.txt")]


def beside(path: Path, places: list[Path], code: str) -> Path:
    """The first of these files that there is.

    Raises:
        BadInput: there is none; ``code`` says what is missing.
    """
    found = next((place for place in places if place.is_file() and place != path), None)
    if found is None:
        raise BadInput(code, path=path, place=places[0].name)
    return found


def text_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file; broken characters are shown as such."""
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    lines = content.decode("utf-8", errors="replace").split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def to_bytes(vectors: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int8]]:
    """Rows in a byte a number: a scale for each row (n float32), and multiples of it (n × d)."""
    scales = np.abs(vectors).max(axis=1, initial=0).astype(np.float32) / np.float32(127)
    safe = np.where(scales > 0, scales, np.float32(1))
    return scales, np.rint(vectors / safe[:, None]).astype(np.int8)


def check_file(path: Path, overwrite: bool) -> None:
    """Refuse to write over a folder ever, over a file unless told.

    Raises:
        BadInput: says which of the two it was.
    """
    if path.is_dir():
        raise BadInput("core.folder_in_the_way", path=path)
    if os.path.lexists(path) and not overwrite:
        raise BadInput("vectors.file_exists", path=path)


def check_pair(first: Path, second: Path, overwrite: bool) -> None:
    """Both names are looked at before either file is written."""
    for path in (first, second):
        if path.suffix == ".gz":
            raise BadInput("vectors.two_files_not_compressible", path=path.name)
        check_file(path, overwrite)


@contextlib.contextmanager
def whole(path: Path, overwrite: bool) -> Iterator[IO[bytes]]:
    """A stream whose content becomes ``path`` only if nothing goes wrong."""
    check_file(path, overwrite)
    with atomic_file(path) as temporary:
        with temporary.open("wb") as stream:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as packed:
                    yield cast(IO[bytes], packed)
            else:
                yield stream
        check_file(path, overwrite)  # again: another export may have finished meanwhile


def refuse(v: Table, forbidden: str, kind: Message) -> None:
    """Refuse keys with signs that a format uses for itself."""
    bad = next((key for key in v.keys if any(character in key for character in forbidden)), None)
    if bad is not None:
        raise BadInput("vectors.key_has_space", key=bad, kind=kind)


def encoded(v: Table) -> Iterator[bytes]:
    """The keys as UTF-8, one by one."""
    for key in v.keys:
        try:
            yield key.encode("utf-8")
        except UnicodeEncodeError:
            raise BadInput("vectors.key_half_character", key=key) from None


def row_blocks(v: Table, progress: ProgressCallback | None) -> Iterator[npt.NDArray[np.float32]]:
    """The rows as little-endian float32, some thousand at a time; tells of those written."""
    for start in range(0, len(v), _BLOCK):
        report(progress, "writing vectors", start, len(v), "vectors")
        yield np.asarray(v.vectors[start : start + _BLOCK], dtype="<f4")
    report(progress, "writing vectors", len(v), len(v), "vectors")


def note(v: Table) -> str:
    """Where vectors came from, as JSON for a format's metadata."""
    info = {name: value for name, value in v.info.items() if name not in ("warnings", "name")}
    return json.dumps(info, ensure_ascii=False, default=str)


def from_note(text: str | bytes | None) -> dict[str, Any]:
    """Provenance from a note; a note that cannot be read is none."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    shapes: dict[str, Any] = {"history": list, "params": dict, "tokenizer": (dict, str), "warnings": ()}
    return {name: value for name, value in found.items() if isinstance(value, shapes.get(name, object))}
