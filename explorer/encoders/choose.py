"""One sense or several, decided by what contexts of different groups have in common.

Clustering always divides, and a division of nothing has a silhouette above zero too. What a division is worth is seen beside a
null: contexts of words that have one sense, as many, divided in the same way. Compared is the mean cosine between contexts of
different groups. Those of a ship and of a pear have no more in common than those of two words; those of a child at school and of
one at table have. The contexts are vectors of the other content words, by the default word vectors and without any model, so that one table
(``one_sense.json``, made from nouns of the sample) is the null for every encoder.

It decides better than a single cloud of the same covariance as the null of the silhouette, and than the gap statistic (Tibshirani,
Walther & Hastie 2001, https://doi.org/10.1111/1467-9868.00293): in a dozen points of hundreds of dimensions the clouds of two
senses are no clearer than chance divides one, but what stands around the words tells. docs/contextual.md has the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.agreement import LINKAGES, best_number, cuts, improved
from explorer.encoders.clusters import NOTHING, by_size, centred, cosine_distances, silhouettes, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float64]
    Labels = NDArray[np.int64]

__all__ = ["FEWEST", "LEVEL", "Decision", "Trial", "between", "choose_senses", "groupings", "null_of"]

FEWEST = 4
"""Fewer contexts cannot be two groups of two, and one sentence is no sense."""
LEVEL = 0.1
"""Several senses are said where one-sense words part as far in no more than this share of the draws."""
_TABLE = Path(__file__).parent / "one_sense.json"


@dataclass(frozen=True)
class Trial:
    """One number of senses that was tried.

    Attributes:
        k: the number.
        silhouette: how clear the division is.
        agreement: how well it agrees with the cosines; of the numbers the one is chosen that is worth its cost
            (:func:`~explorer.encoders.agreement.best_number`).
        observed: the mean cosine between contexts of different groups; NaN where no content word stands around them.
        mean, low, high: of the same for one-sense words; low to high hold the middle 95 % of the draws.
        p: share of the draws (these contexts counted as one of them) that part at least as far.
    """

    k: int
    silhouette: float
    agreement: float
    observed: float
    mean: float
    low: float
    high: float
    p: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"observed": self.observed if np.isfinite(self.observed) else None}


@dataclass(frozen=True)
class Decision:
    """Whether contexts belong to one sense or several, and why.

    Attributes:
        k: number of senses; 1 is an answer like others.
        labels: the sense of each context, numbered from 0 by size. No group has one context only.
        number: the number of senses, of those tried, that agrees best for its cost.
        p: of that number; ``None`` where nothing could be tried (:data:`FEWEST`, or all the same).
        level: several senses where ``p`` is no larger.
        trials: every number tried.
        draws: of the null.
    """

    k: int
    labels: list[int]
    number: int | None
    p: float | None
    level: float
    trials: tuple[Trial, ...]
    draws: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"trials": [one.to_dict() for one in self.trials]}


def choose_senses(
    points: NDArray[np.floating[Any]],
    contexts: NDArray[np.floating[Any]],
    *,
    most: int = 6,
    level: float = LEVEL,
    centre: bool = True,
) -> Decision:
    """Decide whether contexts of a word belong to one sense or several, and divide them. Nothing is drawn: it is always the same.

    Args:
        points: n × d, a context each, as a model represents it; these are divided.
        contexts: n × e, what stands around the word, from :func:`~explorer.encoders.contexts.contexts_of`, not centred.
        most: the largest number of senses that is tried.
        level: several senses where p is no larger.
        centre: subtract the mean of the points first; ``False`` for points that were centred already.

    Raises:
        BadInput: there are no points, or not one context for each.

    >>> points = np.eye(2)[[0, 0, 0, 1, 1, 1]]
    >>> choose_senses(points, contexts=points).labels
    [0, 0, 0, 1, 1, 1]
    >>> choose_senses(points, contexts=np.ones((6, 2))).labels
    [0, 0, 0, 0, 0, 0]
    """
    if not len(points) or len(contexts) != len(points):
        raise BadInput("encoders.context_count_mismatch", points=len(points), contexts=len(contexts))
    rows = centred(points) if centre else unit(points)
    distances = cosine_distances(rows)
    different = bool((np.ptp(rows, axis=0) > NOTHING).any())
    found = groupings(distances, most) if different else {}
    clear = {number: values for number, (labels, _) in found.items() if (values := silhouettes(distances, labels)) is not None}
    if not clear:
        return Decision(1, [0] * len(rows), None, None, level, (), 0)
    trials = tuple(
        _trial(k, float(clear[k].mean()), found[k][1], between(contexts, found[k][0]), null_of(len(rows), k)) for k in clear
    )
    number = best_number({one.k: one.agreement for one in trials}, len(rows))
    p = next(one.p for one in trials if one.k == number)
    k = number if p <= level else 1
    labels = by_size(found[k][0]) if k > 1 else [0] * len(rows)
    return Decision(k, labels, number, p, level, trials, len(null_of(len(rows), number)))


def groupings(distances: Rows, most: int) -> dict[int, tuple[Labels, float]]:
    """Divisions into 2 to ``most`` groups of at least two, each with its agreement (:mod:`explorer.encoders.agreement`).

    Trees like to part with single odd sentences first. These go to the group they are nearest to on average, a tree is cut further
    until there are so many groups without them, and single rows move on from there.
    """
    count = len(distances)
    found: dict[int, tuple[Labels, float]] = {}
    if count < FEWEST:
        return found
    for linkage in LINKAGES:
        started = set[int]()
        for _, labels in sorted(cuts(distances, range(2, min(2 * most, count - 1) + 1), linkage).items()):
            whole = _without_singles(distances, labels)
            number = int(whole.max()) + 1
            if 2 <= number <= most and number not in started:
                started.add(number)
                made = improved(distances, whole, 2)
                if number not in found or made[1] > found[number][1] + 1e-9:
                    found[number] = made
    return dict(sorted(found.items()))


def _without_singles(distances: Rows, labels: Labels) -> Labels:
    sizes = np.bincount(labels)
    large = np.flatnonzero(sizes > 1)
    if not len(large):
        return np.zeros_like(labels)
    result = labels.copy()
    for row in np.flatnonzero(sizes[labels] == 1):
        result[row] = min(large, key=lambda group: float(distances[row, labels == group].mean()))
    return np.unique(result, return_inverse=True)[1].astype(np.int64)


def between(contexts: NDArray[np.floating[Any]], labels: Labels) -> float:
    """Mean cosine of two contexts of different groups; those without a content word say nothing. NaN where none are left.

    >>> between(np.array([[1.0, 0.0], [1.0, 0.0], [0.6, 0.8]]), np.array([0, 0, 1]))
    0.6
    """
    kept = np.linalg.norm(contexts, axis=1) > 0
    rows, marks = unit(contexts[kept]), labels[kept]
    apart = marks[:, None] != marks
    return round(float((rows @ rows.T)[apart].mean()), 9) if apart.any() else float("nan")


@cache
def _table() -> dict[int, dict[int, Rows]]:
    data: Mapping[str, Mapping[str, list[float]]] = json.loads(_TABLE.read_text(encoding="utf-8"))["cosines"]
    return {int(size): {int(k): np.array(values) for k, values in row.items()} for size, row in data.items()}


def null_of(count: int, k: int) -> Rows:
    """Mean cosines between the groups of one-sense words' contexts, for the number of contexts that is nearest (by ratio)."""
    sizes = _table()
    size = min((size for size in sizes if k in sizes[size]), key=lambda size: abs(np.log(size / count)))
    return sizes[size][k]


def _trial(k: int, clear: float, agrees: float, observed: float, drawn: Rows) -> Trial:
    """What is not a number is no evidence: then every draw parts as far."""
    as_far = int((drawn <= observed).sum()) if np.isfinite(observed) else len(drawn)
    low, high = map(float, np.percentile(drawn, (2.5, 97.5)))
    return Trial(k, clear, agrees, observed, float(drawn.mean()), low, high, (1 + as_far) / (1 + len(drawn)))
