"""Groups in layers: rows joined bottom up by Ward's criterion along their nearest neighbours, and cut where so many are left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from explorer.vectors.search import Floats

__all__ = ["cut", "levels_of", "ward_tree"]

_FINEST, _STEP = 60, 3
"""The finest layer has one region for so many words; each coarser one so many times fewer."""
_MOST = 600


def levels_of(n: int, finest: int = _FINEST, least: int = 2) -> tuple[int, ...]:
    """Three layers, fewer where the rows are few.

    Args:
        n: how many rows.
        finest: the finest layer has one region for so many of them.
        least: a coarser layer of fewer regions says nothing.

    >>> levels_of(20_000), levels_of(300), levels_of(800, 25, 6)
    ((37, 111, 333), (2, 5), (11, 32))
    """
    most = min(max(n // finest, 2), _MOST)
    return tuple(sorted({count for power in range(3) if (count := round(most / _STEP**power)) >= (least if power else 2)}))


def ward_tree(unit: Floats, near: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """The pair that each step joins ((n - 1) × 2), words first, then what earlier steps made."""
    import warnings

    from scipy.sparse import csr_matrix
    from sklearn.cluster import ward_tree as tree_of

    n, k = near.shape
    graph = csr_matrix((np.ones(n * k, np.int8), (np.repeat(np.arange(n), k), near.ravel())), (n, n))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "the number of connected components", UserWarning)  # it joins them itself
        return np.asarray(tree_of(unit, connectivity=graph + graph.T)[0], np.int64)


def cut(tree: npt.NDArray[np.int64], n: int, count: int) -> npt.NDArray[np.int32]:
    """The region of every word when ``count`` are left, numbered from the largest."""
    top = np.arange(n + len(tree))
    steps = n - count
    for step in range(steps - 1, -1, -1):  # what was joined last is the top of what it joined
        top[tree[step]] = top[n + step]
    _, labels, sizes = np.unique(top[:n], return_inverse=True, return_counts=True)
    place = np.empty(count, np.int32)
    place[np.argsort(-sizes, kind="stable")] = np.arange(count, dtype=np.int32)
    return place[labels]
