"""Small computations that only pictures need: a scale for cosines, the plane of an analogy. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.vectors.vectors import Vectors

__all__ = ["Plane", "plane", "random_cosines", "share_below"]


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


@dataclass(frozen=True, slots=True)
class Plane:
    """An analogy seen in the plane of its two differences.

    Attributes:
        origin, start, end: coordinates of b, a and c in a − b + c; ``origin`` is (0, 0), ``start`` lies on the x axis.
        target: start + end, where the analogy points.
        answers: k × 2, where the answers fall.
        inside: k, the share of each answer's distance from the origin that lies in the plane, 0 to 1.
    """

    origin: NDArray[np.float32]
    start: NDArray[np.float32]
    end: NDArray[np.float32]
    target: NDArray[np.float32]
    answers: NDArray[np.float32]
    inside: NDArray[np.float32]


def plane(
    start: NDArray[np.float32], origin: NDArray[np.float32], end: NDArray[np.float32], answers: Sequence[NDArray[np.float32]]
) -> Plane:
    """Orthonormal coordinates in the plane through origin, start and end (each d float32); answers are projected onto it.

    Raises:
        BadInput: two of the three words have the same vector, or all lie on one line, so there is no plane.
    """
    across, up = start - origin, end - origin
    length = float(np.linalg.norm(across))
    x = across / length if length > 1e-6 else across
    rest = up - (up @ x) * x
    height = float(np.linalg.norm(rest))
    if length <= 1e-6 or height <= 1e-6:
        raise BadInput("dashboards.words_on_line")
    axes = np.stack([x, rest / height])
    others = np.stack(list(answers)) - origin if len(answers) else np.empty((0, len(origin)), np.float32)
    flat = (others @ axes.T).astype(np.float32)
    distance = np.linalg.norm(others, axis=1)
    inside = np.divide(np.linalg.norm(flat, axis=1), distance, out=np.ones(len(flat), np.float32), where=distance > 1e-6)
    a, c = (axes @ across).astype(np.float32), (axes @ up).astype(np.float32)
    return Plane(np.zeros(2, np.float32), a, c, a + c, flat, inside.astype(np.float32))
