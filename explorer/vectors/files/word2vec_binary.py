"""word2vec's binary format: a header ``n d``, then words and raw float32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.files.lines import MAX_LINE, decode, read_header
from explorer.vectors.files.parts import Format, Raw, Table, allocate, encoded, is_gzip, open_bytes, refuse, row_blocks, whole
from explorer.vectors.files.word2vec_text import HEADER, is_text

__all__ = ["FORMAT"]


def _detect(sample: bytes) -> bool:
    header = HEADER.match(sample)
    return header is not None and not is_text(sample[header.end() :], int(header[2]))


def _read(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    with open_bytes(path) as stream:
        promised, d = read_header(path, stream.readline(200), 4)
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
                if end < 0 and len(buffer) - position > MAX_LINE:
                    raise BadInput("vectors.word_missing_after_vector", path=path, count=len(keys))
                buffer, position = buffer[position:] + more, 0
                report(progress, "reading vectors", len(keys), n, "vectors")
                continue
            row = np.frombuffer(buffer, dtype="<f4", count=d, offset=end + 1)
            keys.append(decode(buffer[position:end].lstrip(b"\n")))
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


def _write(v: Table, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    refuse(v, " \n", Message("vectors.kind.word2vec_binary"))
    names = encoded(v)
    with whole(path, overwrite) as stream:
        stream.write(f"{len(v)} {v.dim}\n".encode())
        for block in row_blocks(v, progress):
            for row in block:
                stream.write(next(names) + b" " + row.tobytes() + b"\n")
    return [path]


FORMAT = Format(_detect, _read, _write, (".bin",))
