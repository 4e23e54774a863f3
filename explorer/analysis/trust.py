"""How far a map can be trusted: trustworthiness and kept neighbours, for the whole map and for every point.

Trustworthiness (Venna & Kaski 2001, ICANN): points that are neighbours on the map but not in the original space cost as
much as their original rank exceeds k. For point i, with the k neighbours N(i) on the map and r(i, j) the rank of j among
the points by original distance from i::

    t(i) = 1 - 2 / (k (2n - 3k - 1)) · Σ_{j ∈ N(i)} max(0, r(i, j) - k)

and the map's value is the mean of t(i), as in scikit-learn. A random map of many points gets about 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.search import Floats, top_k

__all__ = ["Trust", "largest_k", "measure_trust"]

_BLOCK_BYTES = 64 << 20
_EXACT = 5_000
"""Up to this many points distances are computed in double precision, and every point is measured unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Numbers about one map.

    Attributes:
        points: t(i) for every point (n float32); NaN for points that were not in the sample.
        trustworthiness: mean over the measured points, in [0, 1].
        preserved: mean share of a point's k nearest original neighbours that are among its k nearest on the map.
        k: the neighbourhood.
        measured: how many points were measured, against all n.
    """

    points: Floats
    trustworthiness: float
    preserved: float
    k: int
    measured: int


def largest_k(n: int) -> int:
    """The largest neighbourhood that n points allow: below n / 2."""
    return (n - 1) // 2


def measure_trust(
    original: npt.NDArray[np.floating],
    coords: npt.NDArray[np.floating],
    k: int = 12,
    *,
    sample: int | None = None,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> Trust:
    """Compare a map with the space it was made from.

    Args:
        original: n × d unit rows (cosine distance; for them it ranks as the Euclidean does).
        coords: n × m positions on the map.
        k: the neighbourhood; must be below n / 2.
        sample: measure only so many points, drawn with ``seed``, each against all others; ``None`` measures all.
        seed: seed of the draw.
        progress: called after each block of points.

    Raises:
        BadInput: k does not fit n, or a position is not finite.
    """
    from scipy.spatial import cKDTree

    n = len(original)
    if not 1 <= k <= largest_k(n):
        raise BadInput("analysis.bad_neighbourhood", k=k, points=n, largest=largest_k(n))
    if not np.all(np.isfinite(coords)):
        raise BadInput("analysis.map_not_finite")
    if sample is None or sample >= n:
        rows = np.arange(n)
    else:
        rows = np.sort(np.random.default_rng(seed).choice(n, sample, replace=False))
    near = _map_neighbours(cKDTree(coords), coords[rows], rows, k)
    space = original.astype(np.float64) if n <= _EXACT else original
    penalty = np.zeros(len(rows))
    kept = np.zeros(len(rows))
    step = max(1, _BLOCK_BYTES // (space.itemsize * n))
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        similarity = space[block] @ space.T
        for offset, row in enumerate(block):
            here = start + offset
            line = similarity[offset]
            line[row] = -np.inf
            neighbours = near[here]
            # Rank by counting: the points strictly nearer, plus one. Sorting the whole line would cost ten times as much.
            ranks = [int(np.count_nonzero(line > value)) + 1 for value in line[neighbours]]
            penalty[here] = sum(rank - k for rank in ranks if rank > k)
            kept[here] = len(np.intersect1d(top_k(line, k)[0], neighbours, assume_unique=True)) / k
        report(progress, "measuring the map's trust", min(start + step, len(rows)), len(rows), "points")
    trust = 1 - penalty * 2 / (k * (2 * n - 3 * k - 1))
    points = np.full(n, np.nan, dtype=np.float32)
    points[rows] = np.clip(trust, 0, 1)
    return Trust(points, float(trust.mean()), float(kept.mean()), k, len(rows))


def _map_neighbours(
    tree: object, positions: npt.NDArray[np.floating], rows: npt.NDArray[np.int64], k: int
) -> npt.NDArray[np.int64]:
    """The k nearest other points on the map; where many points coincide, the point itself may not be the first found."""
    _, found = tree.query(positions, k=k + 1)  # type: ignore[attr-defined]
    others = np.empty((len(rows), k), dtype=np.int64)
    for place, (row, line) in enumerate(zip(rows, found, strict=True)):
        rest = line[line != row]
        others[place] = rest[:k]
    return others
