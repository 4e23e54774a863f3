"""Groups of vectors by their cosines, and the space they were found in, for new vectors.

The vectors are centred over the ones at hand first. All contexts of one word share most of their direction, and average
linkage on raw cosines then splits off single odd sentences instead of senses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.agreement import agreement, best_number, cuts, divisions

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
    vectors: NDArray[np.floating[Any]], k: int | None = None, *, most: int = 6, centre: bool = True, linkage: str | None = None
) -> tuple[list[int], dict[int, float]]:
    """Divide vectors into ``k`` groups.

    Args:
        vectors: n × d.
        k: how many groups; when ``None``, the number from 2 to ``most`` that is worth it
            (:func:`~explorer.encoders.agreement.best_number`; 1 where all vectors are the same).
        most: see there.
        centre: subtract the mean of the given vectors first.
        linkage: by default the division that agrees best with the cosines (:mod:`explorer.encoders.agreement`); ``"average"``,
            ``"complete"`` or ``"ward"`` for a cut of that tree as it is.

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
    if linkage is None:
        found = divisions(distances, candidates)
    else:
        found = {
            number: (labels, agreement(distances, labels)) for number, labels in cuts(distances, candidates, linkage).items()
        }
    each = {number: values for number in candidates if (values := silhouettes(distances, found[number][0])) is not None}
    best = k if k is not None else best_number({number: found[number][1] for number in each}, count) if each else 1
    labels = found[best][0] if best in found else np.zeros(count, np.int64)
    return by_size(labels), {} if k is not None else {number: float(values.mean()) for number, values in each.items()}


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
