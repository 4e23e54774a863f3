"""A NumPy matrix beside a text file of keys, one a line."""

from __future__ import annotations

from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.files.parts import Format, Raw, Table, beside, check_pair, encoded, keys_beside, refuse, text_lines, whole

__all__ = ["FORMAT"]


def _read(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    try:
        matrix: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, TokenError, SyntaxError) as error:  # its header is parsed as Python
        raise BadInput("vectors.npy_unreadable", path=path, reason=error) from error
    if matrix.ndim != 2 or matrix.dtype.kind != "f":
        raise BadInput("vectors.npy_not_matrix", path=path, dtype=matrix.dtype, shape=matrix.shape)
    whole = path.with_name(path.name.removesuffix(".npy").removesuffix(".vectors"))
    if path.name.endswith(".vectors.npy") and whole.is_file() and not any(place.is_file() for place in keys_beside(path)):
        raise BadInput("vectors.gensim_part_opened", path=path, whole=whole.name, target=whole.name)
    names = beside(path, keys_beside(path), "vectors.keys_beside_missing")
    keys = text_lines(names)
    if len(keys) != len(matrix):
        raise BadInput("vectors.keys_rows_differ", names=names, count=len(keys), path=path, rows=len(matrix))
    n = len(keys) if limit is None else min(limit, len(keys))
    report(progress, "reading vectors", n, n, "vectors")
    return Raw(keys[:n], matrix[:n])


def _write(v: Table, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    refuse(v, "\n\r", Message("vectors.kind.list_of_keys"))
    names = keys_beside(path)[0]
    check_pair(path, names, overwrite)
    with whole(names, overwrite) as stream:
        stream.writelines(name + b"\n" for name in encoded(v))
    with whole(path, overwrite) as stream:
        np.lib.format.write_array(stream, np.asarray(v.vectors), allow_pickle=False)
    report(progress, "writing vectors", len(v), len(v), "vectors")
    return [path, names]


FORMAT = Format(lambda sample: sample.startswith(b"\x93NUMPY"), _read, _write, (".npy",))
