"""word2vec's text format, also fastText's ``.vec``: a header ``n d``, then a word and d numbers a line."""

from __future__ import annotations

import re
from pathlib import Path

from explorer.core.progress import ProgressCallback
from explorer.vectors.files.lines import are_numbers, collect, fill, read_header, stream_lines, write_text
from explorer.vectors.files.parts import Format, Raw, Table, is_gzip, open_bytes

__all__ = ["FORMAT", "HEADER", "is_text"]

HEADER = re.compile(rb"\s*(\d+)[ \t]+(\d+)[ \t]*\r?\n")
"""The line that both of word2vec's formats begin with."""


def is_text(body: bytes, dimensions: int) -> bool:
    """Whether the first record after a header is a word and numbers in letters."""
    line, newline, _ = body.partition(b"\n")
    fields = line.strip(b" \r").replace(b"\t", b" ").split(b" ")[1:]
    if not newline:
        fields = fields[:-1]  # the sample ends inside it
    return are_numbers(fields[-min(dimensions, len(fields)) :]) if fields else False


def _detect(sample: bytes) -> bool:
    header = HEADER.match(sample)
    return header is not None and is_text(sample[header.end() :], int(header[2]))


def _read(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    with open_bytes(path) as stream:
        promised, d = read_header(path, stream.readline(200), 2)
        n = promised if limit is None else min(promised, limit)
        lines = stream_lines(stream, path)
        if is_gzip(path):  # what a small file unpacks to is not known, so a header that lies must not take the memory
            return collect(path, lines, d, 2, n, promised if n == promised else None, progress)
        return fill(path, lines, d, 2, n, promised, progress)


def _write(v: Table, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    return write_text(v, path, overwrite, progress, f"{len(v)} {v.dim}\n".encode())


FORMAT = Format(_detect, _read, _write, (".txt", ".vec"))
