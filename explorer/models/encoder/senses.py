"""Senses as clusters of a word's contexts: agglomerative, on cosine distance, average linkage.

The vectors are centred over the sentences at hand first. All contexts of one word share most of their direction, and
average linkage on raw cosines then splits off single odd sentences instead of senses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Senses", "centred", "cluster", "medoids", "silhouette"]


@dataclass(frozen=True)
class Senses:
    """Sentences of one word, sorted into senses.

    Attributes:
        word: the word.
        labels: the sense of each sentence, numbered from 0 by size, in the order of the sentences.
        k: number of senses.
        silhouette: how clear the division is (-1 to 1), ``None`` where it is not defined (one sense, or as many as
            sentences).
        tried: the silhouette of every number of senses that was tried; empty when the number was given.
        typical: for each sense the sentence nearest its middle.
        substitutes: for each sense the words that fit its sentences and not the others, best first.
        representation: what was clustered.
    """

    word: str
    labels: list[int]
    k: int
    silhouette: float | None
    tried: dict[int, float]
    typical: list[int]
    substitutes: list[list[str]]
    representation: str

    def __len__(self) -> int:
        return self.k

    def members(self, sense: int) -> list[int]:
        """The sentences of a sense."""
        return [index for index, label in enumerate(self.labels) if label == sense]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def centred(vectors: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Unit rows, minus their mean, unit again; rows of zeros stay zero."""
    unit = _unit(np.asarray(vectors, np.float64))
    return _unit(unit - unit.mean(axis=0)) if len(unit) > 1 else unit


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
    return result


def cluster(
    vectors: NDArray[np.floating[Any]], k: int | None = None, *, most: int = 6, centre: bool = True, linkage: str = "average"
) -> tuple[list[int], dict[int, float]]:
    """Divide vectors into ``k`` groups.

    Args:
        vectors: n × d.
        k: how many groups; when ``None``, the number from 2 to ``most`` with the highest silhouette.
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
        raise BadInput(f"{count} sentences cannot be divided into {k or 'any'} senses; give more sentences")
    points = centred(vectors) if centre else _unit(np.asarray(vectors, np.float64))
    distances = _distances(points)
    candidates = [k] if k is not None else list(range(2, min(most, count - 1) + 1))
    labels = {number: _divide(points, distances, number, linkage) for number in candidates}
    tried = {number: value for number in candidates if (value := _silhouette(distances, labels[number])) is not None}
    best = k if k is not None else max(tried, key=lambda number: (tried[number], -number), default=1)
    return _by_size(labels.get(best, np.zeros(count, int))), {} if k is not None else tried


def _divide(points: NDArray[np.float64], distances: NDArray[np.float64], k: int, linkage: str) -> NDArray[np.int64]:
    from sklearn.cluster import AgglomerativeClustering

    if k == 1 or len(points) == 1:
        return np.zeros(len(points), np.int64)
    if linkage == "ward":
        return np.asarray(AgglomerativeClustering(n_clusters=k, linkage="ward").fit_predict(points), np.int64)
    model = AgglomerativeClustering(n_clusters=k, metric="precomputed", linkage=linkage)
    return np.asarray(model.fit_predict(distances), np.int64)


def silhouette(vectors: NDArray[np.floating[Any]], labels: Sequence[int]) -> float | None:
    """How clear a division of (centred) vectors is, on cosine distance; ``None`` with one group or one vector a group."""
    points = centred(vectors)
    return _silhouette(_distances(points), np.asarray(labels))


def _distances(points: NDArray[np.float64]) -> NDArray[np.float64]:
    distances: NDArray[np.float64] = np.clip(1 - points @ points.T, 0, 2)
    np.fill_diagonal(distances, 0)
    return distances


def _silhouette(distances: NDArray[np.float64], labels: NDArray[np.int64]) -> float | None:
    from sklearn.metrics import silhouette_score

    if not 2 <= len(set(labels.tolist())) <= len(labels) - 1:
        return None
    return float(silhouette_score(distances, labels, metric="precomputed"))


def _by_size(labels: NDArray[np.int64]) -> list[int]:
    names, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(range(len(names)), key=lambda index: (-sizes[index], first[index]))
    rank = {int(names[index]): place for place, index in enumerate(order)}
    return [rank[int(label)] for label in labels]


def medoids(vectors: NDArray[np.floating[Any]], labels: Sequence[int]) -> list[int]:
    """For each label the vector that is nearest, by cosine, to the mean of its group."""
    points = centred(vectors)
    result = []
    for label in range(max(labels) + 1):
        rows = np.flatnonzero(np.asarray(labels) == label)
        result.append(int(rows[(points[rows] @ points[rows].mean(0)).argmax()]))
    return result
