"""Exact cosine search: arrays in, arrays out, no state, safe from any number of threads.

The matrix may be memory-mapped; it is read in row blocks and never copied as a whole. Queries are answered many at a
time, because one pass over the matrix costs the same for one query as for a dozen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "Ints", "cosines", "inverse_norms", "nearest", "neighbour_graph", "rank_blocks", "top_k", "unit_rows"]

Floats: TypeAlias = npt.NDArray[np.float32]
Ints: TypeAlias = npt.NDArray[np.int64]

BLOCK_BYTES = 64 << 20
"""Memory for one block of scores; small enough to stay polite, large enough that BLAS does the work."""

_FEW = 8
"""Queries up to which the rows times the queries are faster than the queries times the rows."""

_CHUNK = 256
"""Scores per cell when looking for a threshold in :func:`top_k`."""


def _row_blocks(rows: int, columns: int, bytes_per_row: int | None = None) -> range:
    size = max(1, BLOCK_BYTES // max(1, bytes_per_row or 4 * columns))
    return range(0, rows, min(size, max(rows, 1)))


def inverse_norms(matrix: npt.NDArray[Any]) -> Floats:
    """1 / length of every row, 0 for rows of zeros.

    Args:
        matrix: n × d.

    Returns:
        n float32; NaN or infinite exactly where the row holds a NaN or an infinity.

    >>> inverse_norms(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)).tolist()
    [0.20000000298023224, 0.0]
    """
    n, d = matrix.shape
    result = np.zeros(n, dtype=np.float32)
    blocks = _row_blocks(n, d)
    for start in blocks:
        block = np.asarray(matrix[start : start + blocks.step], dtype=np.float32)
        # Squares in double precision: in single they overflow above 1e19 and vanish below 1e-22.
        lengths = np.sqrt(np.einsum("ij,ij->i", block, block, dtype=np.float64))
        with np.errstate(over="ignore"):
            inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
            inverse[~np.isfinite(lengths)] = np.nan
            result[start : start + blocks.step] = inverse
    return result


def unit_rows(matrix: npt.NDArray[Any], inverse: Floats | None = None) -> Floats:
    """Rows scaled to length 1 (rows of zeros stay zero): n × d float32, a new array.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).round(3).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    if inverse is None:
        inverse = inverse_norms(matrix)
    result = np.empty(matrix.shape, dtype=np.float32)
    blocks = _row_blocks(*matrix.shape)
    for start in blocks:
        part = slice(start, start + blocks.step)
        np.multiply(matrix[part], inverse[part, None], out=result[part], casting="same_kind")
    return result


def cosines(matrix: npt.NDArray[Any], queries: npt.NDArray[Any], inverse: Floats | None = None) -> Floats:
    """Cosines of q query vectors with n rows.

    Args:
        matrix: n × d; unit rows unless ``inverse`` is given.
        queries: q × d, any length.
        inverse: :func:`inverse_norms` of ``matrix``, when its rows are not of length 1.

    Returns:
        q × n float32.
    """
    unit = unit_rows(np.atleast_2d(queries))
    if len(unit) == 1:
        scores = (matrix @ unit[0])[None]
    elif len(unit) <= _FEW:
        scores = np.ascontiguousarray((matrix @ unit.T).T)
    else:
        scores = unit @ matrix.T
    if inverse is not None:
        scores *= inverse
    return np.asarray(scores, dtype=np.float32)


def top_k(scores: npt.NDArray[Any], k: int) -> tuple[Ints, npt.NDArray[Any]]:
    """The k largest of n scores, best first; equal scores in order of their index. ``-inf`` never counts.

    No full sort: the k-th largest of the maxima of cells of 256 scores is a lower bound for the k-th largest score, and
    only the few scores that reach it are sorted.

    Returns:
        Indices and scores; fewer than k where there are fewer.

    >>> top_k(np.array([0.1, 0.9, 0.9, -np.inf]), 3)[0].tolist()
    [1, 2, 0]
    """
    n = len(scores)
    k = min(k, n)
    if k <= 0:
        return np.empty(0, dtype=np.int64), scores[:0]
    cells = n // _CHUNK
    if k <= cells // 2:
        maxima = scores[: cells * _CHUNK].reshape(cells, _CHUNK).max(axis=1)
        bound = np.partition(maxima, cells - k)[cells - k]
    else:
        bound = np.partition(scores, n - k)[n - k]
    candidates = np.flatnonzero(scores >= bound)
    candidates = candidates[scores[candidates] > -np.inf]
    order = np.lexsort((candidates, -scores[candidates]))[:k]
    best = candidates[order]
    return best, scores[best]


def rank_blocks(
    rows: int,
    queries: int,
    score: Callable[[slice], npt.NDArray[Any]],
    k: int,
    exclude: Sequence[Sequence[int] | Ints] | None = None,
    mask: npt.NDArray[np.bool_] | None = None,
) -> list[tuple[Ints, npt.NDArray[Any]]]:
    """Top k of every query over row blocks, with ``score(block)`` giving q × block scores.

    Args:
        rows, queries: n and q.
        score: called with row slices that together cover ``range(n)``; its result may be overwritten.
        exclude: for each query, the rows that may not be answers.
        mask: n booleans; rows with ``False`` may not be answers.
    """
    found: list[list[tuple[Ints, npt.NDArray[Any]]]] = [[] for _ in range(queries)]
    blocks = _row_blocks(rows, 1, 4 * max(queries, 1))
    for start in blocks:
        part = slice(start, min(start + blocks.step, rows))
        scores = score(part)
        if mask is not None:
            scores[:, ~mask[part]] = -np.inf
        for index in range(queries):
            row = scores[index]
            if exclude is not None and len(exclude[index]):
                barred = np.asarray(exclude[index], dtype=np.int64)
                barred = barred[(barred >= start) & (barred < part.stop)]
                row[barred - start] = -np.inf
            best, values = top_k(row, k)
            found[index].append((best + start, values.copy()))
    merged = []
    for parts in found:
        if len(parts) == 1:
            merged.append(parts[0])
            continue
        # Parts come in order of their rows, so a position in the joined array breaks ties as the row number would.
        where = np.concatenate([part[0] for part in parts]) if parts else np.empty(0, dtype=np.int64)
        values = np.concatenate([part[1] for part in parts]) if parts else np.empty(0, dtype=np.float32)
        order = np.lexsort((where, -values))[:k]
        merged.append((where[order], values[order]))
    return merged


def nearest(
    matrix: npt.NDArray[Any],
    queries: npt.NDArray[Any],
    k: int,
    inverse: Floats | None = None,
    exclude: Sequence[Sequence[int] | Ints] | None = None,
    mask: npt.NDArray[np.bool_] | None = None,
) -> list[tuple[Ints, npt.NDArray[Any]]]:
    """The k rows of highest cosine for each of q queries.

    Args:
        matrix: n × d, possibly memory-mapped.
        queries: q × d, any length.
        k: answers per query.
        inverse: :func:`inverse_norms` of the matrix; ``None`` when its rows have length 1.
        exclude: for each query, rows barred from its answers.
        mask: n booleans, ``False`` bars a row from all answers.

    Returns:
        For each query: row indices and cosines, best first.
    """
    queries = np.atleast_2d(np.asarray(queries, dtype=np.float32))

    def score(part: slice) -> Floats:
        return cosines(matrix[part], queries, None if inverse is None else inverse[part])

    return rank_blocks(len(matrix), len(queries), score, k, exclude, mask)


def neighbour_graph(
    unit: Floats, k: int, rows: Ints | None = None, step: Callable[[int, int], None] | None = None
) -> tuple[npt.NDArray[np.int32], Floats]:
    """The k nearest other rows of each row, exactly.

    Args:
        unit: n × d unit rows.
        k: neighbours per row; at most n - 1.
        rows: the rows to ask for (all by default).
        step: called with (rows done, rows in all) after each block; may raise to stop.

    Returns:
        Indices (m × k int32) and cosines (m × k), best first.
    """
    asked = np.arange(len(unit)) if rows is None else np.asarray(rows, dtype=np.int64)
    indices = np.empty((len(asked), k), dtype=np.int32)
    values = np.empty((len(asked), k), dtype=np.float32)
    blocks = _row_blocks(len(asked), 1, 4 * len(unit))
    for start in blocks:
        block = asked[start : start + blocks.step]
        scores = unit[block] @ unit.T
        scores[np.arange(len(block)), block] = -np.inf
        for offset in range(len(block)):
            indices[start + offset], values[start + offset] = top_k(scores[offset], k)
        if step is not None:
            step(min(start + blocks.step, len(asked)), len(asked))
    return indices, values
