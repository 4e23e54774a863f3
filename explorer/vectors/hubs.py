"""Neighbours that are not hubs: some rows of a large space are near to everything, and so near to nothing in particular.

* **CSLS** (Conneau et al. 2018, ICLR): 2 cos(x, y) - r(x) - r(y), where r is the mean cosine of a row with its k nearest
  others. A hub's r is high everywhere, so it must be nearer to x than it is to most.
* **Mutual neighbours**: y is among the n nearest of x, and x is as near to y as y's own n nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.vectors.search import Floats, Ints, nearest

__all__ = ["LOCAL", "csls", "local_means", "mutual"]

LOCAL = 10
"""Neighbours whose cosines are averaged for r, as in the paper."""

_AT_LEAST = 100
_QUERIES = 64
Answers = list[tuple[Ints, npt.NDArray[Any]]]


def _nearest_of_rows(matrix: npt.NDArray[Any], rows: Ints, k: int, inverse: Floats | None) -> list[Floats]:
    """Cosines of each given row with its k nearest other rows, best first."""
    found: list[Floats] = []
    for start in range(0, len(rows), _QUERIES):
        part = rows[start : start + _QUERIES]
        answers = nearest(matrix, matrix[part], k, inverse, [[row] for row in part.tolist()])
        found += [np.asarray(scores, dtype=np.float32) for _, scores in answers]
    return found


def local_means(matrix: npt.NDArray[Any], rows: Ints, k: int = LOCAL, inverse: Floats | None = None) -> Floats:
    """The mean cosine of each given row with its k nearest other rows (m float32; 0 where there is no other row).

    >>> local_means(np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32), np.array([0, 2]), k=1).tolist()
    [1.0, 0.0]
    """
    found = _nearest_of_rows(matrix, rows, k, inverse)
    return np.array([scores.mean() if len(scores) else 0 for scores in found], dtype=np.float32)


def csls(
    matrix: npt.NDArray[Any],
    queries: npt.NDArray[Any],
    n: int,
    inverse: Floats | None = None,
    exclude: Sequence[Sequence[int] | Ints] | None = None,
    mask: npt.NDArray[np.bool_] | None = None,
    *,
    k: int = LOCAL,
    candidates: int | None = None,
    means: Callable[[Ints], Floats] | None = None,
) -> Answers:
    """The n rows of highest CSLS for each of q queries, chosen among the rows of highest cosine.

    Args:
        matrix, queries, inverse, exclude, mask: as in :func:`explorer.vectors.search.nearest`.
        n: answers per query.
        k: neighbours that r is the mean over.
        candidates: how many rows of highest cosine are weighed; by default 10 n, at least 100. All rows make it exact.
        means: gives r of rows, e.g. from a cache; by default :func:`local_means`.
    """
    pool = max(_AT_LEAST, 10 * n) if candidates is None else max(candidates, n)
    found = nearest(matrix, queries, max(pool, k) if mask is None else pool, inverse, exclude, mask)
    around = found if mask is None else nearest(matrix, queries, k, inverse, exclude)
    rows = np.unique(np.concatenate([answer[0] for answer in found])) if found else np.empty(0, np.int64)
    r = local_means(matrix, rows, k, inverse) if means is None else means(rows)
    answers: Answers = []
    for (best, cosine), (_, near) in zip(found, around, strict=True):
        own = float(near[:k].mean()) if len(near) else 0.0
        scores = 2 * cosine - own - r[np.searchsorted(rows, best)]
        order = np.lexsort((best, -scores))[:n]
        answers.append((best[order], scores[order]))
    return answers


def mutual(
    matrix: npt.NDArray[Any],
    queries: npt.NDArray[Any],
    n: int,
    inverse: Floats | None = None,
    exclude: Sequence[Sequence[int] | Ints] | None = None,
    mask: npt.NDArray[np.bool_] | None = None,
) -> Answers:
    """The rows among the n nearest of each query to which the query is as near as their own n nearest; n or fewer, by cosine."""
    found = nearest(matrix, queries, n, inverse, exclude, mask)
    rows = np.unique(np.concatenate([answer[0] for answer in found])) if found else np.empty(0, np.int64)
    # The last of a row's own n nearest; with fewer than n others anything is near enough.
    last = [float(scores[-1]) if len(scores) == n else -1.0 for scores in _nearest_of_rows(matrix, rows, n, inverse)]
    bound = dict(zip(rows.tolist(), last, strict=True))
    answers: Answers = []
    for best, cosine in found:
        kept = np.array([score >= bound[row] - 1e-6 for row, score in zip(best.tolist(), cosine.tolist(), strict=True)], bool)
        answers.append((best[kept], cosine[kept]))
    return answers
