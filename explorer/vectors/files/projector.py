"""TensorFlow's embedding projector: a TSV of numbers beside a TSV of labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback
from explorer.text.tags import word_of
from explorer.vectors.files.lines import MAX_LINE, are_numbers, collect, stream_lines, write_lines
from explorer.vectors.files.parts import Format, Raw, Table, beside, check_pair, encoded, open_bytes, refuse, text_lines, whole

__all__ = ["FORMAT", "first_line", "is_projector"]


def first_line(sample: bytes) -> bytes:
    """The first line of a text file, without a byte order mark."""
    return sample.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").strip(b" \r\n")


def is_projector(sample: bytes) -> bool:
    """Whether a file begins with numbers between tabs."""
    fields = first_line(sample).split(b"\t")
    return len(fields) > 1 and are_numbers(fields)


def _labels_beside(path: Path) -> list[Path]:
    """Where the labels of a projector TSV may be, likeliest first."""
    near = [path.with_suffix(".metadata.tsv")]
    for word in ("vectors", "tensors", "vecs"):
        if word in path.name:
            near.append(path.with_name(path.name.replace(word, "metadata")))
    return [*near, path.with_name("metadata.tsv")]


def _read(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    labels = beside(path, _labels_beside(path), "vectors.labels_beside_missing")
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
        first = stream.readline(MAX_LINE)
        d = len(first.rstrip(b"\r\n\t").split(b"\t"))

        def lines() -> Iterator[bytes]:
            yield b"x\t" + first
            for line in stream_lines(stream, path):
                yield b"x\t" + line if line.strip() else b""

        raw = collect(path, lines(), d, 1, limit, None, progress)
    if limit is None and len(raw.keys) != len(keys):
        raise BadInput("vectors.labels_rows_differ", labels=labels, count=len(keys), path=path, rows=len(raw.keys))
    n = len(raw.keys)
    if len(keys) < n:
        raise BadInput("vectors.labels_too_few", labels=labels, count=len(keys), path=path)
    return Raw(keys[:n], raw.vectors, None if counts is None else counts[:n])


def _write(v: Table, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    refuse(v, "\t\n\r", Message("vectors.kind.tsv"))
    labels = _labels_beside(path)[1 if "vectors" in path.name else 0]
    check_pair(path, labels, overwrite)
    counts = v.counts
    with whole(labels, overwrite) as stream:
        stream.write(b"word\tkey" + (b"\tcount" if counts is not None else b"") + b"\n")
        for row, name in enumerate(encoded(v)):
            count = f"\t{counts[row]}" if counts is not None else ""
            stream.write(f"{word_of(v.keys[row])}\t".encode() + name + f"{count}\n".encode())
    with whole(path, overwrite) as stream:
        write_lines(v, stream, progress, words=False, separator="\t")
    return [path, labels]


FORMAT = Format(is_projector, _read, _write, (".tsv",))
