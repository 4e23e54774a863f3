"""Readers of other programs' vector files: streaming, bounded, and unforgiving of headers that lie."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report

__all__ = ["READERS", "Raw", "allocate", "beside", "is_gzip", "keys_beside", "labels_beside", "open_bytes", "text_lines"]

_LINES = 2_000
_MAX_LINE = 1 << 22


@dataclass(slots=True)
class Raw:
    """What a file holds, before its keys are tidied."""

    keys: list[str]
    vectors: npt.NDArray[Any]
    counts: npt.NDArray[np.int64] | None = None
    warnings: list[str] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)
    composer: Callable[[str], npt.NDArray[np.float32] | None] | None = None


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, through gzip where its first bytes say so."""
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        raise BadInput("vectors.no_such_file", path=path) from None
    except OSError as error:
        raise BadInput("vectors.file_unreadable", path=path, reason=error.strerror) from error
    magic = stream.read(2)
    stream.seek(0)
    if magic == b"\x1f\x8b":
        stream.close()
        return gzip.open(path, "rb")  # type: ignore[return-value]
    return stream


def is_gzip(path: Path) -> bool:
    """Whether a file is compressed, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def _free_memory() -> int | None:
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
    need, free = 4 * n * d, _free_memory()
    if free is not None and need > free:
        raise BadInput("vectors.needs_too_much_memory", path=path, need=need / 2**30, count=n, dim=d, free=free / 2**30)
    return np.empty((n, d), dtype=np.float32)


def _header(path: Path, line: bytes, least: int) -> tuple[int, int]:
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


def _word(raw: bytes) -> str:
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
            yield words, _parse(rests, d, start, path)
            words, rests, start = [], [], number
    if words:
        yield words, _parse(rests, d, start, path)


def _lines(stream: IO[bytes], path: Path) -> Iterator[bytes]:
    while line := stream.readline(_MAX_LINE):
        if len(line) == _MAX_LINE and not line.endswith(b"\n"):
            raise BadInput("vectors.line_too_long", path=path, limit=_MAX_LINE)
        yield line


def _read_word2vec_text(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    with open_bytes(path) as stream:
        promised, d = _header(path, stream.readline(200), 2)
        n = promised if limit is None else min(promised, limit)
        if is_gzip(path):
            return _collect(
                path, _lines(stream, path), d, 2, n, None if limit is not None and limit < promised else promised, progress
            )
        vectors = allocate(path, n, d)
        keys: list[str] = []
        for words, numbers in _batches(_lines(stream, path), d, 2, path):
            done = len(keys)
            take = min(len(words), n - done)
            keys += [_word(word) for word in words[:take]]
            vectors[done : done + take] = numbers[:take]
            report(progress, "reading vectors", len(keys), n, "vectors")
            if take < len(words) or (len(keys) == n and n < promised):
                if n == promised:
                    raise BadInput("vectors.vectors_too_many", path=path, promised=promised)
                return Raw(keys, vectors)
    if len(keys) < n:
        raise BadInput("vectors.vectors_too_few", path=path, promised=promised, found=len(keys))
    return Raw(keys, vectors)


def _about(path: Path, d: int) -> str:
    """How much memory a text file without a header may need, judged by its first lines."""
    if is_gzip(path):
        return ""
    with path.open("rb") as stream:
        lines = stream.read(1 << 18).count(b"\n")
    size = path.stat().st_size
    rows = size * max(lines, 1) / min(size, 1 << 18)
    return f"needs about {8 * d * rows / 2**30:.1f} GB of memory while it is read and "


def _collect(
    path: Path,
    lines: Iterator[bytes],
    d: int,
    first: int,
    limit: int | None,
    promised: int | None,
    progress: ProgressCallback | None,
) -> Raw:
    """Read lines whose number is not known beforehand, or not to be believed."""
    keys: list[str] = []
    parts: list[npt.NDArray[np.float32]] = []
    free = _free_memory()
    for words, numbers in _batches(lines, d, first, path):
        take = len(words) if limit is None or promised is not None else min(len(words), limit - len(keys))
        keys += [_word(word) for word in words[:take]]
        parts.append(numbers[:take])
        report(progress, "reading vectors", len(keys), promised, "vectors")
        if free is not None and 8 * d * len(keys) > free:  # twice: the parts, and the whole they are joined to
            raise BadInput("vectors.memory_exceeded", path=path, about=_about(path, d), free=free / 2**30)
        if promised is None and limit is not None and len(keys) >= limit:
            break
    if promised is not None and len(keys) != promised:
        raise BadInput("vectors.vector_count_differs", path=path, promised=promised, found=len(keys))
    if not keys:
        raise BadInput("vectors.file_has_no_vectors", path=path)
    return Raw(keys, np.concatenate(parts))


def _read_glove(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    with open_bytes(path) as stream:
        first = stream.readline(_MAX_LINE).removeprefix(b"\xef\xbb\xbf")
        fields = first.rstrip(b" \t\r\n").replace(b"\t", b" ").split(b" ")
        d = 0
        # The first word may hold spaces: the dimension is the longest run of numbers at the end, one word always before.
        for value in reversed(fields[1:]):
            try:
                float(value)
            except ValueError:
                break
            d += 1
        if d == 0:
            raise BadInput("vectors.first_line_malformed", path=path)

        def lines() -> Iterator[bytes]:
            yield first
            yield from _lines(stream, path)

        return _collect(path, lines(), d, 1, limit, None, progress)


def _read_word2vec_binary(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    with open_bytes(path) as stream:
        promised, d = _header(path, stream.readline(200), 4)
        n = promised if limit is None else min(promised, limit)
        vectors = np.empty((0, d), np.float32) if is_gzip(path) else allocate(path, n, d)
        parts: list[npt.NDArray[np.float32]] = []
        keys: list[str] = []
        buffer, position, width = b"", 0, 4 * d
        while len(keys) < n:
            end = buffer.find(b" ", position)
            if end < 0 or len(buffer) < end + 1 + width:
                more = stream.read(max(1 << 20, width))
                if not more:
                    raise BadInput("vectors.vectors_end_early", path=path, promised=promised, found=len(keys))
                if end < 0 and len(buffer) - position > _MAX_LINE:
                    raise BadInput("vectors.word_missing_after_vector", path=path, count=len(keys))
                buffer, position = buffer[position:] + more, 0
                report(progress, "reading vectors", len(keys), n, "vectors")
                continue
            row = np.frombuffer(buffer, dtype="<f4", count=d, offset=end + 1)
            keys.append(_word(buffer[position:end].lstrip(b"\n")))
            if len(vectors):
                vectors[len(keys) - 1] = row
            else:
                parts.append(row.copy())
            position = end + 1 + width
        rest = (buffer[position:] + stream.read(16)).strip(b"\r\n ")
    if n == promised and rest:
        raise BadInput("vectors.data_after_vectors", path=path, promised=promised)
    report(progress, "reading vectors", n, n, "vectors")
    return Raw(keys, vectors if len(vectors) else np.stack(parts))


def keys_beside(path: Path) -> list[Path]:
    """Where the keys of a matrix ``NAME.npy`` may be, likeliest first."""
    return [path.with_suffix(".keys.txt"), path.with_suffix(".txt"), path.with_name("keys.txt")]


def labels_beside(path: Path) -> list[Path]:
    """Where the labels of a projector TSV may be, likeliest first."""
    near = [path.with_suffix(".metadata.tsv")]
    for word in ("vectors", "tensors", "vecs"):
        if word in path.name:
            near.append(path.with_name(path.name.replace(word, "metadata")))
    return [*near, path.with_name("metadata.tsv")]


def beside(path: Path, places: list[Path], what: str) -> Path:
    found = next((place for place in places if place.is_file() and place != path), None)
    if found is None:
        raise BadInput("vectors.file_beside_missing", path=path, what=what, place=places[0].name)
    return found


def text_lines(path: Path) -> list[str]:
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    lines = content.decode("utf-8", errors="replace").split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def _read_npy(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    try:
        matrix: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BadInput("vectors.npy_unreadable", path=path, reason=error) from error
    if matrix.ndim != 2 or matrix.dtype.kind != "f":
        raise BadInput("vectors.npy_not_matrix", path=path, dtype=matrix.dtype, shape=matrix.shape)
    whole = path.with_name(path.name.removesuffix(".npy").removesuffix(".vectors"))
    if path.name.endswith(".vectors.npy") and whole.is_file() and not any(place.is_file() for place in keys_beside(path)):
        raise BadInput("vectors.gensim_part_opened", path=path, whole=whole.name, target=whole.name)
    names = beside(path, keys_beside(path), "keys")
    keys = text_lines(names)
    if len(keys) != len(matrix):
        raise BadInput("vectors.keys_rows_differ", names=names, count=len(keys), path=path, rows=len(matrix))
    n = len(keys) if limit is None else min(limit, len(keys))
    report(progress, "reading vectors", n, n, "vectors")
    return Raw(keys[:n], matrix[:n])


def _read_projector(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    labels = beside(path, labels_beside(path), "labels")
    rows = text_lines(labels)
    table = [row.split("\t") for row in rows]
    counts = None
    keys = [row[0] for row in table]
    if table and len(table[0]) > 1:  # with several columns the projector wants a header
        names = [name.lower() for name in table[0]]
        column = next((names.index(name) for name in ("key", "word", "label") if name in names), 0)
        if any(len(row) != len(names) for row in table):
            raise BadInput("vectors.label_columns_differ", labels=labels, columns=len(names))
        keys = [row[column] for row in table[1:]]
        if "count" in names and all(row[names.index("count")].isdecimal() for row in table[1:]):
            counts = np.array([int(row[names.index("count")]) for row in table[1:]], dtype=np.int64)
    with open_bytes(path) as stream:
        first = stream.readline(_MAX_LINE)
        d = len(first.rstrip(b"\r\n\t").split(b"\t"))

        def lines() -> Iterator[bytes]:
            yield b"x\t" + first
            for line in _lines(stream, path):
                yield b"x\t" + line if line.strip() else b""

        raw = _collect(path, lines(), d, 1, limit, None, progress)
    if limit is None and len(raw.keys) != len(keys):
        raise BadInput("vectors.labels_rows_differ", labels=labels, count=len(keys), path=path, rows=len(raw.keys))
    n = len(raw.keys)
    if len(keys) < n:
        raise BadInput("vectors.labels_too_few", labels=labels, count=len(keys), path=path)
    return Raw(keys[:n], raw.vectors, None if counts is None else counts[:n])


READERS: dict[str, Callable[[Path, int | None, ProgressCallback | None], Raw]] = {
    "word2vec-text": _read_word2vec_text,
    "word2vec-binary": _read_word2vec_binary,
    "glove": _read_glove,
    "npy": _read_npy,
    "projector": _read_projector,
}
