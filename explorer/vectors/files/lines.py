"""Lines of a word and its numbers, in and out: what word2vec's text, GloVe's and the projector's files have in common."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.files.parts import Raw, Table, allocate, encoded, free_memory, is_gzip, refuse, row_blocks, whole

__all__ = ["MAX_LINE", "are_numbers", "collect", "decode", "fill", "read_header", "stream_lines", "write_lines", "write_text"]

_LINES = 2_000
MAX_LINE = 1 << 22
"""Bytes of a line at most; a longer one is none of vectors."""


def are_numbers(fields: list[bytes]) -> bool:
    """Whether there are fields, and each is a number."""
    try:
        for field in fields:
            float(field)
    except ValueError:
        return False
    return bool(fields)


def read_header(path: Path, line: bytes, least: int) -> tuple[int, int]:
    """N and d of a word2vec header, refused where the file is too short to hold so much."""
    fields = line.split()
    if len(fields) != 2 or not all(field.isdigit() and len(field) < 16 for field in fields):
        raise BadInput("vectors.header_missing", path=path)
    n, d = int(fields[0]), int(fields[1])
    if n < 1 or d < 1:
        raise BadInput("vectors.header_not_positive", path=path, count=n, dim=d)
    size = path.stat().st_size
    if not is_gzip(path) and size < n * (1 + least * d):
        raise BadInput("vectors.header_exceeds_size", path=path, count=n, dim=d, size=size)
    return n, d


def decode(raw: bytes) -> str:
    """A word; broken UTF-8 is shown as such."""
    return raw.decode("utf-8", errors="replace")


def _split(line: bytes, d: int, number: int, path: Path) -> tuple[bytes, bytes]:
    """A line's word and its numbers. The word may hold spaces, so the last d fields are the numbers."""
    line = line.rstrip(b" \t\r\n")
    for separator in (b" ", b"\t"):
        fields = line.rsplit(separator, d)
        if len(fields) == d + 1:
            return fields[0], b" ".join(fields[1:])
    raise BadInput("vectors.line_malformed", line=number, path=path, dim=d)


def _parse(rests: list[bytes], d: int, first: int, path: Path) -> npt.NDArray[np.float32]:
    def read(part: list[bytes]) -> npt.NDArray[np.float32]:
        return np.loadtxt([rest.decode("ascii") for rest in part], dtype=np.float32, ndmin=2, comments=None)

    try:
        return read(rests)
    except (ValueError, UnicodeDecodeError):
        for offset, rest in enumerate(rests):
            try:
                if read([rest]).shape == (1, d):
                    continue
            except (ValueError, UnicodeDecodeError):
                pass
            raise BadInput("vectors.line_numbers_missing", line=first + offset, path=path, dim=d) from None
        raise


def _refuse_left_over(words: list[bytes], d: int, path: Path) -> None:
    """A phrase may end in a number, but not most of them: then the first line announces fewer numbers than there are."""
    if 2 * sum(are_numbers([word.rpartition(b" ")[2]]) for word in words if b" " in word) > len(words):
        raise BadInput("vectors.numbers_left_over", path=path, dim=d)


def _batches(lines: Iterator[bytes], d: int, first: int, path: Path) -> Iterator[tuple[list[bytes], npt.NDArray[np.float32]]]:
    """Words and numbers, some thousand lines at a time; blank lines are skipped."""
    words: list[bytes] = []
    rests: list[bytes] = []
    start = number = first
    for line in lines:
        if line.strip(b" \t\r\n"):
            word, rest = _split(line, d, number, path)
            words.append(word)
            rests.append(rest)
        number += 1
        if len(words) == _LINES:
            _refuse_left_over(words, d, path)
            yield words, _parse(rests, d, start, path)
            words, rests, start = [], [], number
    if words:
        _refuse_left_over(words, d, path)
        yield words, _parse(rests, d, start, path)


def stream_lines(stream: IO[bytes], path: Path) -> Iterator[bytes]:
    """The lines of a stream, none of them longer than :data:`MAX_LINE`."""
    while line := stream.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            raise BadInput("vectors.line_too_long", path=path, limit=MAX_LINE)
        yield line


def _needed(path: Path, d: int) -> float | None:
    """How many GB of memory a text file without a header may need, judged by its first lines."""
    if is_gzip(path):
        return None
    with path.open("rb") as stream:
        lines = stream.read(1 << 18).count(b"\n")
    size = path.stat().st_size
    rows = size * max(lines, 1) / min(size, 1 << 18)
    return 8 * d * rows / 2**30


def collect(
    path: Path,
    lines: Iterator[bytes],
    d: int,
    first: int,
    limit: int | None,
    promised: int | None,
    progress: ProgressCallback | None,
) -> Raw:
    """Read lines whose number is not known beforehand, or not to be believed.

    Args:
        path, lines: the file, and its lines from the one numbered ``first``.
        d: numbers a line.
        limit: read only so many.
        promised: how many there must be; ``None`` where nobody says, or ``limit`` comes before.
    """
    keys: list[str] = []
    parts: list[npt.NDArray[np.float32]] = []
    free = free_memory()
    for words, numbers in _batches(lines, d, first, path):
        take = len(words) if limit is None or promised is not None else min(len(words), limit - len(keys))
        keys += map(decode, words[:take])
        parts.append(numbers[:take])
        report(progress, "reading vectors", len(keys), promised, "vectors")
        if free is not None and 8 * d * len(keys) > free:  # twice: the parts, and the whole they are joined to
            need = _needed(path, d)
            if need is None:
                raise BadInput("vectors.memory_exceeded_packed", path=path, free=free / 2**30)
            raise BadInput("vectors.memory_exceeded", path=path, need=need, free=free / 2**30)
        if promised is None and limit is not None and len(keys) >= limit:
            break
    if promised is not None and len(keys) != promised:
        raise BadInput("vectors.vector_count_differs", path=path, promised=promised, found=len(keys))
    if not keys:
        raise BadInput("vectors.file_has_no_vectors", path=path)
    return Raw(keys, np.concatenate(parts))


def fill(
    path: Path, lines: Iterator[bytes], d: int, first: int, n: int, promised: int, progress: ProgressCallback | None
) -> Raw:
    """Read the first n of as many lines as are promised into room made beforehand."""
    vectors = allocate(path, n, d)
    keys: list[str] = []
    for words, numbers in _batches(lines, d, first, path):
        done = len(keys)
        take = min(len(words), n - done)
        keys += map(decode, words[:take])
        vectors[done : done + take] = numbers[:take]
        report(progress, "reading vectors", len(keys), n, "vectors")
        if take < len(words) or (len(keys) == n and n < promised):
            if n == promised:
                raise BadInput("vectors.vectors_too_many", path=path, promised=promised)
            break
    if len(keys) < n:
        raise BadInput("vectors.vectors_too_few", path=path, promised=promised, found=len(keys))
    return Raw(keys, vectors)


def write_lines(
    v: Table, stream: IO[bytes], progress: ProgressCallback | None, words: bool = True, separator: str = " "
) -> None:
    """A line a row: the word, where it is wanted, and the numbers."""
    # Nine digits give every float32 back exactly.
    pattern = separator.join(["%.9g"] * v.dim) + "\n"
    names = encoded(v)
    for block in row_blocks(v, progress):
        for row in block.tolist():
            if words:
                stream.write(next(names) + b" ")
            stream.write((pattern % tuple(row)).encode("ascii"))


def write_text(v: Table, path: Path, overwrite: bool, progress: ProgressCallback | None, header: bytes = b"") -> list[Path]:
    """A text file of words and numbers."""
    refuse(v, " \t\n\r", Message("vectors.kind.text"))
    with whole(path, overwrite) as stream:
        stream.write(header)
        write_lines(v, stream, progress)
    return [path]
