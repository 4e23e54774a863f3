"""Small computations that only pictures need: a scale for cosines. Arrays in, arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.vectors.vectors import Vectors

__all__ = ["random_cosines", "share_below"]


def random_cosines(vectors: Vectors, pairs: int = 4000, among: int = 20_000, seed: int = 42) -> NDArray[np.float32]:
    """Cosines of random pairs of different words: what "not related" looks like in this model.

    Args:
        vectors: the model.
        pairs: how many.
        among: only the most frequent words take part, since rare ones are often near everything.

    Returns:
        Sorted float32, ``pairs`` long (empty for a model of one word).
    """
    n = min(among, len(vectors))
    if n < 2:
        return np.empty(0, np.float32)
    random = np.random.default_rng(seed)
    first = random.integers(0, n, pairs)
    second = (first + random.integers(1, n, pairs)) % n
    rows = np.arange(n)
    if vectors.counts is not None:
        rows = np.argsort(-vectors.counts, kind="stable")[:n]
    unit = vectors.unit
    cosines = np.einsum("ij,ij->i", unit[rows[first]], unit[rows[second]])
    return np.sort(cosines).astype(np.float32)


def share_below(values: NDArray[np.float32], value: float) -> float:
    """Share of sorted ``values`` that lie below ``value``.

    >>> share_below(np.array([0, 1, 2, 3], np.float32), 2)
    0.5
    """
    return float(np.searchsorted(values, value) / max(len(values), 1))
