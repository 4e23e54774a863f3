"""Groups of vectors: agglomerative, on cosine distance, average linkage; and the space they were found in, for new vectors.

The vectors are centred over the ones at hand first. All contexts of one word share most of their direction, and average
linkage on raw cosines then splits off single odd sentences instead of senses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

__all__ = [
    "NOTHING",
    "Space",
    "by_size",
    "centred",
    "centres",
    "cluster",
    "cosine_distances",
    "divisions",
    "medoids",
    "plane",
    "silhouette",
    "silhouettes",
    "unit",
]

NOTHING = 1e-5
"""A row this short after centring is rounding alone: sentences that say the same."""


@dataclass(frozen=True)
class Space:
    """How vectors became points, so that a vector that comes later is put into the same place.

    A word's reading has one or more views (its state, what would fit, its context). Several are centred each, weighted and put
    side by side; the result is centred once more. The means are kept: a new reading is moved by them, and not by its own.

    Attributes:
        weights: the weight of each view's cosine.
        means: of each view's unit rows; empty for a single view.
        mean: of the joined unit rows, or ``None`` where nothing is subtracted.
    """

    weights: Mapping[str, float]
    means: Mapping[str, Rows] = field(repr=False)
    mean: Rows | None = field(repr=False)

    @classmethod
    def fit(cls, views: Mapping[str, NDArray[np.floating[Any]]], weights: Mapping[str, float], *, centre: bool = True) -> Space:
        """The space of some readings.

        Args:
            views: name → n × d.
            weights: name → weight; which views are used.
            centre: subtract the mean of the joined rows.
        """
        several = len(weights) > 1 and len(next(iter(views.values()))) > 1
        means = {name: unit(views[name]).mean(axis=0) for name in weights} if several else {}
        joined = cls(weights, means, None)._joined(views)
        return cls(weights, means, joined.mean(axis=0) if centre and len(joined) > 1 else None)

    @classmethod
    def beside(cls, others: Mapping[str, NDArray[np.floating[Any]]], weights: Mapping[str, float]) -> Space:
        """The space around other readings: each view moves by their mean, whatever is placed in it."""
        return cls(weights, {name: unit(others[name]).mean(axis=0) for name in weights}, None)

    def place(self, views: Mapping[str, NDArray[np.floating[Any]]]) -> Rows:
        """Readings as points: n × d unit rows (rows of zeros where nothing is left)."""
        joined = self._joined(views)
        return joined if self.mean is None else _centred(joined, self.mean)

    def _joined(self, views: Mapping[str, NDArray[np.floating[Any]]]) -> Rows:
        parts = []
        for name, weight in self.weights.items():
            rows = unit(views[name])
            parts.append(np.sqrt(weight) * (_centred(rows, self.means[name]) if name in self.means else rows))
        return unit(np.concatenate(parts, axis=1)) if len(parts) > 1 else unit(parts[0])


def centred(vectors: NDArray[np.floating[Any]]) -> Rows:
    """Unit rows, minus their mean, unit again; rows of zeros stay zero."""
    rows = unit(vectors)
    return _centred(rows, rows.mean(axis=0)) if len(rows) > 1 else rows


def unit(rows: NDArray[np.floating[Any]]) -> Rows:
    """Rows brought to length 1; rows of zeros stay zero."""
    wide = np.asarray(rows, np.float64)
    result: Rows = wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), 1e-12)
    return result


def _centred(rows: Rows, mean: Rows) -> Rows:
    moved = np.where(rows.any(axis=-1, keepdims=True), rows - mean, 0)  # what is not there has no direction
    lengths = np.linalg.norm(moved, axis=-1, keepdims=True)
    result: Rows = np.divide(moved, lengths, out=np.zeros_like(moved), where=lengths > NOTHING)
    return result


def cluster(
    vectors: NDArray[np.floating[Any]], k: int | None = None, *, most: int = 6, centre: bool = True, linkage: str = "average"
) -> tuple[list[int], dict[int, float]]:
    """Divide vectors into ``k`` groups.

    Args:
        vectors: n × d.
        k: how many groups; when ``None``, the number from 2 to ``most`` that divides most clearly: the smallest whose
            silhouette is within one standard error of the highest (1 where all vectors are the same).
        most: see there.
        centre: subtract the mean of the given vectors first.
        linkage: ``"average"``, ``"complete"`` or ``"ward"`` (Ward's criterion on unit vectors, whose squared distances are
            2 − 2 cos).

    Returns:
        A label for each vector, numbered by size (ties: by first appearance), and the silhouette of every number tried,
        on cosine distance.

    Raises:
        BadInput: there are fewer vectors than groups asked for, or none.

    >>> cluster(np.array([[1, 0.1], [0, 1], [1, 0], [0.9, 0]]), 2)[0]
    [0, 1, 0, 0]
    """
    count = len(vectors)
    if not count or (k is not None and not 1 <= k <= count):
        raise BadInput(
            "encoders.too_few_sentences", count=count, noun="sentence" if count == 1 else "sentences", senses=k or "any"
        )
    points = centred(vectors) if centre else unit(vectors)
    distances = cosine_distances(points)
    different = bool(distances.size) and bool((np.ptp(points, axis=0) > NOTHING).any())
    candidates = [k] if k is not None else list(range(2, min(most, count - 1) + 1)) if different else []
    labels = divisions(distances, candidates, linkage, points)
    each = {number: values for number in candidates if (values := silhouettes(distances, labels[number])) is not None}
    best = k if k is not None else _clearest(each)
    tried = {number: float(values.mean()) for number, values in each.items()}
    return by_size(labels.get(best, np.zeros(count, int))), {} if k is not None else tried


def _clearest(found: Mapping[int, Rows]) -> int:
    """Of numbers of groups with the silhouette of each vector, the smallest whose mean is within one standard error of the highest.

    The highest itself is often one of many that hardly differ, and then the largest: on the sample's homographs it hits the
    number of senses for 46 % of the words, this rule for 62 %.
    """
    if not found:
        return 1
    top = max(found.values(), key=lambda values: float(values.mean()))
    enough = top.mean() - (top.std(ddof=1) / np.sqrt(len(top)) if len(top) > 1 else 0)
    return min(number for number, values in found.items() if values.mean() >= enough)


def divisions(
    distances: Rows, numbers: Iterable[int], linkage: str = "average", points: Rows | None = None
) -> dict[int, NDArray[np.int64]]:
    """Labels, in no particular order, for each number of groups: the first merges of one tree until so many are left.

    SciPy's tree is the one that scikit-learn cuts, without pandas in tow, whose import may not run beside other threads.

    Args:
        distances: n × n.
        numbers: of groups, each from 1 to n.
        linkage: as for :func:`cluster`.
        points: n × d, for ``"ward"``.

    >>> labels = divisions(cosine_distances(np.eye(3)[[0, 1, 0]]), [2])[2]
    >>> bool(labels[0] == labels[2]), bool(labels[0] == labels[1])
    (True, False)
    """
    count = len(distances)
    labels = np.arange(count)
    wanted = {count - number: number for number in numbers}
    found: dict[int, NDArray[np.int64]] = {}
    if count > 1:
        from scipy.cluster import hierarchy
        from scipy.spatial.distance import squareform

        method: Any = linkage  # SciPy's own type of it is a list of names
        source = points if linkage == "ward" and points is not None else squareform(distances, checks=False)
        merges = hierarchy.linkage(source, method)[: max(wanted, default=0), :2].astype(np.int64)
    else:
        merges = np.zeros((0, 2), np.int64)
    for step in range(len(merges) + 1):
        if step in wanted:
            found[wanted[step]] = np.unique(labels, return_inverse=True)[1].astype(np.int64)
        if step < len(merges):
            first, second = merges[step]
            labels[(labels == first) | (labels == second)] = count + step
    return found


def silhouette(vectors: NDArray[np.floating[Any]], labels: Sequence[int], *, centre: bool = True) -> float | None:
    """How clear a division of (centred) vectors is, on cosine distance; ``None`` with one group or one vector a group."""
    points = centred(vectors) if centre else unit(vectors)
    return _silhouette(cosine_distances(points), np.asarray(labels))


def cosine_distances(points: Rows) -> Rows:
    """One minus the cosine of every two unit rows: n × n, 0 to 2."""
    distances: Rows = np.clip(1 - points @ points.T, 0, 2)
    np.fill_diagonal(distances, 0)
    return distances


def _silhouette(distances: Rows, labels: NDArray[np.int64]) -> float | None:
    values = silhouettes(distances, labels)
    return None if values is None else float(values.mean())


def silhouettes(distances: Rows, labels: NDArray[np.int64]) -> Rows | None:
    """The silhouette of each vector (Rousseeuw 1987, https://doi.org/10.1016/0377-0427(87)90125-7); 0 for one on its own."""
    names, which, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    if not 2 <= len(names) <= len(labels) - 1:
        return None
    sums = distances @ np.eye(len(names))[which]
    rows = np.arange(len(labels))
    own = sums[rows, which] / np.maximum(sizes[which] - 1, 1)
    others = sums / sizes
    others[rows, which] = np.inf
    nearest = others.min(axis=1)
    longer = np.maximum(own, nearest)
    values: Rows = np.divide(nearest - own, longer, out=np.zeros_like(own), where=longer > 0)
    values[sizes[which] == 1] = 0
    return values


def by_size(labels: NDArray[np.int64]) -> list[int]:
    """Labels numbered by the size of their groups, then by first appearance."""
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(range(len(names)), key=lambda index: (-sizes[index], first[index]))
    rank = {int(names[index]): place for place, index in enumerate(order)}
    return [rank[int(label)] for label in labels]


def centres(points: NDArray[np.floating[Any]], labels: Sequence[int]) -> Rows:
    """The middle of each group: k × d unit rows."""
    marks = np.asarray(labels)
    return unit(np.stack([unit(points)[marks == label].mean(axis=0) for label in range(int(marks.max()) + 1)]))


def medoids(vectors: NDArray[np.floating[Any]], labels: Sequence[int], *, centre: bool = True) -> list[int]:
    """For each label the vector that is nearest, by cosine, to the mean of its group."""
    points = centred(vectors) if centre else unit(vectors)
    result = []
    for label in range(max(labels) + 1):
        rows = np.flatnonzero(np.asarray(labels) == label)
        result.append(int(rows[(points[rows] @ points[rows].mean(0)).argmax()]))
    return result


def plane(points: NDArray[np.floating[Any]]) -> tuple[NDArray[np.float32], tuple[float, float]]:
    """Points on their two main directions (PCA), n × 2, and the share of variance of each; signs are fixed."""
    moved = np.asarray(points, np.float64) - np.mean(points, axis=0)
    left, strength, _ = np.linalg.svd(moved, full_matrices=False)
    coords = np.zeros((len(moved), 2), np.float32)
    kept = min(2, len(strength))
    signs = [np.sign(left[np.abs(left[:, axis]).argmax(), axis]) or 1.0 for axis in range(kept)]
    coords[:, :kept] = left[:, :kept] * strength[:kept] * signs
    total = float((strength**2).sum()) or 1.0
    shares = [float(value**2) / total for value in strength[:kept]] + [0.0, 0.0]
    return coords, (shares[0], shares[1])
