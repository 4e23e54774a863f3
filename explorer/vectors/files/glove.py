"""GloVe's text format: a word and d numbers a line, without a header."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.vectors.files.lines import MAX_LINE, are_numbers, collect, stream_lines, write_text
from explorer.vectors.files.parts import Format, Raw, open_bytes
from explorer.vectors.files.projector import first_line, is_projector
from explorer.vectors.files.word2vec_text import HEADER

__all__ = ["FORMAT"]


def _detect(sample: bytes) -> bool:
    if HEADER.match(sample) or is_projector(sample):
        return False
    fields = first_line(sample).replace(b"\t", b" ").split(b" ")
    return len(fields) > 1 and are_numbers(fields[-1:]) and are_numbers(fields[len(fields) // 2 :])


def _read(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    with open_bytes(path) as stream:
        first = stream.readline(MAX_LINE).removeprefix(b"\xef\xbb\xbf")
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
            yield from stream_lines(stream, path)

        return collect(path, lines(), d, 1, limit, None, progress)


FORMAT = Format(_detect, _read, write_text, (".glove",))
