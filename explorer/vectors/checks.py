"""What :class:`~explorer.vectors.vectors.Vectors` demands of its parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.vectors.search import Floats, Ints

__all__ = ["as_counts", "as_index", "as_matrix", "check_n"]


def check_n(n: int) -> None:
    """Refuse a number of answers that is none."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise BadInput(f"n must be a whole number of 1 or more, not {n!r}")


def as_matrix(vectors: Any) -> Floats:
    """A read-only n × d float32 view, copied only where type or layout demand it."""
    try:
        array = vectors if isinstance(vectors, np.ndarray) else np.asarray(vectors, dtype=np.float32)
        if array.dtype.kind not in "fiu":
            raise ValueError(f"they are of type {array.dtype}")
        matrix = (
            np.ascontiguousarray(array, dtype=np.float32)
            if array.dtype != np.float32 or not array.flags.c_contiguous
            else array
        )
    except (TypeError, ValueError) as error:
        raise BadInput(f"vectors must be a table of numbers, one row a key ({error})") from error
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise BadInput(f"vectors must be n × d with n and d of 1 or more, not of shape {matrix.shape}")
    view = matrix.view()
    view.flags.writeable = False
    return view


def as_index(keys: tuple[str, ...]) -> dict[str, int]:
    """Key → row, refused where keys repeat."""
    index: dict[str, int] = {}
    for row, key in enumerate(keys):
        if not isinstance(key, str) or not key:
            raise BadInput(f"keys must be non-empty texts, and number {row + 1} is {key!r}")
        index[key] = row
    if len(index) != len(keys):
        twice = sorted({key for row, key in enumerate(keys) if index[key] != row})
        raise BadInput(
            f"{len(keys) - len(index):,} keys occur more than once, such as {', '.join(twice[:3])}; give each key once"
        )
    return index


def as_counts(counts: Any, n: int) -> Ints | None:
    """N counts of 0 or more as read-only int64."""
    if counts is None:
        return None
    array = np.array(counts, dtype=np.int64)
    if array.shape != (n,) or (array < 0).any():
        raise BadInput(f"counts must be {n:,} numbers of 0 or more, not of shape {array.shape}")
    array.flags.writeable = False
    return array
