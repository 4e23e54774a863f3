"""How well a division agrees with the cosines it divides, and divisions that agree best.

Of two rows it is asked whether they lie in one group; the correlation of these answers with the cosines (the point-biserial correlation
of Milligan 1981, https://doi.org/10.1007/BF02293899, among the best of thirty criteria there) says what a division is
worth as a whole, where a tree of merges only ever looked at two groups. So single rows of several trees are moved to other groups as
long as that raises it. docs/contextual.md has what this gives on homographs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float64]
    Labels = NDArray[np.int64]

__all__ = ["COST", "LINKAGES", "agreement", "best_number", "cuts", "divisions", "improved"]

LINKAGES = ("average", "ward", "complete")
COST = 0.45
"""What every further group has to add to the agreement of n rows, times √n: of few rows chance alone makes groups that agree. Chosen
on the sample's homographs, all of their sentences and twelve or twenty of them."""


def cuts(distances: Rows, numbers: Iterable[int], linkage: str = "average") -> dict[int, Labels]:
    """Labels, in no particular order, for each number of groups: the first merges of one tree until so many are left.

    SciPy's tree is the one that scikit-learn cuts, without pandas in tow, whose import may not run beside other threads.

    Args:
        distances: n × n, one minus the cosine.
        numbers: of groups, each from 1 to n.
        linkage: ``"average"``, ``"complete"`` or ``"ward"`` (Ward's criterion on unit rows, whose squared distances are
            2 − 2 cos).

    >>> labels = cuts(np.array([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]), [2])[2]
    >>> bool(labels[0] == labels[2]), bool(labels[0] == labels[1])
    (True, False)
    """
    count = len(distances)
    labels = np.arange(count)
    wanted = {count - number: number for number in numbers}
    found: dict[int, Labels] = {}
    if count > 1:
        from scipy.cluster import hierarchy
        from scipy.spatial.distance import squareform

        method: Any = linkage  # SciPy's own type of it is a list of names
        source = squareform(np.sqrt(np.maximum(2 * distances, 0)) if linkage == "ward" else distances, checks=False)
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


def agreement(distances: Rows, labels: Labels) -> float:
    """Correlation, over all pairs of rows, of lying in one group with the cosine; 0 where either is always the same.

    >>> far = np.array([[0.0, 0.1, 1], [0.1, 0, 1], [1, 1, 0]])
    >>> round(agreement(far, np.array([0, 0, 1])), 3), agreement(far, np.array([0, 0, 0]))
    (1.0, 0.0)
    """
    cosines, together = 1 - distances[np.triu_indices(len(distances), 1)], (labels[:, None] == labels)
    inside = together[np.triu_indices(len(distances), 1)]
    pairs, share = max(len(cosines), 1), float(inside.sum()) / max(len(cosines), 1)
    spread = float(cosines.std()) * np.sqrt(share * (1 - share)) if len(cosines) else 0.0
    return float((cosines @ inside / pairs - cosines.mean() * share) / spread) if spread > 1e-12 else 0.0


def improved(distances: Rows, labels: Labels, least: int = 1) -> tuple[Labels, float]:
    """Move one row at a time, always the one that gains most, until no move raises the agreement.

    Args:
        distances: n × n, one minus the cosine.
        labels: n numbers from 0 to k − 1.
        least: a group of so many rows gives none away.

    Returns:
        The labels, and their agreement.

    >>> far = 1 - np.array([[1, 0.9, 0.1, 0.2], [0.9, 1, 0.1, 0.1], [0.1, 0.1, 1, 0.8], [0.2, 0.1, 0.8, 1]])
    >>> improved(far, np.array([0, 1, 1, 1]))[0].tolist()
    [0, 0, 1, 1]
    """
    n, k = len(labels), int(labels.max()) + 1
    cosines = 1 - distances
    np.fill_diagonal(cosines, 0)
    above, current = cosines[np.triu_indices(n, 1)], agreement(distances, labels)
    if n < 3 or (spread := float(above.std())) <= 1e-12:
        return labels, current
    pairs, mean = len(above), float(above.mean())
    labels, rows = labels.copy(), np.arange(n)
    while True:
        member = np.eye(k)[labels]
        sizes = member.sum(axis=0)
        to_group = cosines @ member  # n × k: the sum of a row's cosines with each group's other rows
        inside = float(to_group[rows, labels].sum()) / 2
        together = float((sizes * (sizes - 1)).sum()) / 2
        count = together + sizes - (sizes[labels] - 1)[:, None]
        share = count / pairs
        total = inside + to_group - to_group[rows, labels][:, None]
        width = np.sqrt(np.clip(share * (1 - share), 0, None)) * spread
        value = np.divide(total / pairs - mean * share, width, out=np.full((n, k), -np.inf), where=width > 1e-12)
        value[rows, labels] = -np.inf
        value[sizes[labels] <= least] = -np.inf
        row, group = np.unravel_index(int(value.argmax()), value.shape)
        if not value[row, group] > current + 1e-9:
            return labels, current
        labels[row], current = group, float(value[row, group])


def divisions(distances: Rows, numbers: Iterable[int]) -> dict[int, tuple[Labels, float]]:
    """For each number of groups the division that agrees best of those climbed to from three trees, and its agreement.

    No group of one row is made where there are enough rows for larger ones.
    """
    numbers = list(numbers)
    found: dict[int, tuple[Labels, float]] = {}
    for linkage in LINKAGES:
        for number, labels in cuts(distances, numbers, linkage).items():
            made = improved(distances, labels, 2 if 2 * number <= len(labels) else 1)
            if number not in found or made[1] > found[number][1] + 1e-9:
                found[number] = made
    return found


def best_number(agreements: Mapping[int, float], count: int) -> int:
    """The number of groups that is worth its :data:`COST`; the smallest of equals.

    >>> best_number({2: 0.5, 3: 0.55}, 9), best_number({2: 0.5, 3: 0.7}, 9)
    (2, 3)
    """
    return max(sorted(agreements), key=lambda number: agreements[number] - COST * number / np.sqrt(count))
