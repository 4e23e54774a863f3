"""What a linear reader gets out of vectors: a probe, its control task, and how well a score ranks.

A probe is logistic regression on frozen vectors (Alain & Bengio 2016, arXiv 1610.01644). A good probe alone says little, since with
enough numbers one may learn by heart which label each word has. The control task shows how far: every word type is given a label at
random, the same wherever it stands, and the same probe is trained on these (Hewitt & Liang 2019, https://aclanthology.org/D19-1275/).
What the real task is better by is its selectivity.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.correlation import spearman
from explorer.analysis.in_context.scoring import auc
from explorer.core.errors import BadInput
from explorer.core.intervals import Interval, bounds, draw, ratio_interval, times_drawn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.floating[Any]]
    Ints = NDArray[np.int64]

__all__ = [
    "LinearProbe",
    "Scored",
    "Selectivity",
    "auc_interval",
    "control_labels",
    "most_frequent",
    "rank_correlation",
    "score",
    "selectivity",
]

STRENGTH = 0.03
"""Inverse regularisation of a probe over standardised vectors (what scikit-learn calls ``C``): of 0.001 to 1 the value that reads film
reviews best from ``mini`` (0.01 does as well), and parts of speech within two points of the best accuracy."""

_STEPS = 300
_SAMPLES, _AT_ONCE = 500, 50
"""Of a bootstrap, and how many of them are held together."""


@dataclass(frozen=True)
class Scored:
    """How a probe did.

    Attributes:
        accuracy: on what was held out, with its interval over groups.
        trained: accuracy on what it was trained on; far above ``accuracy`` it has learnt by heart.
        f1: mean over the labels of F1 on what was held out.
    """

    accuracy: Interval
    trained: float
    f1: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Selectivity:
    """A task beside its control task.

    Attributes:
        task, control: the probe on the labels, and on random labels of the word types.
        gain: accuracy minus control accuracy, drawn together.
    """

    task: Scored
    control: Scored
    gain: Interval

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class LinearProbe:
    """Logistic regression over standardised vectors.

    Attributes:
        mean, scale: of the training vectors, d.
        weights, bias: labels × d, and one a label.
        labels: the numbers that were there.
    """

    mean: Rows
    scale: Rows
    weights: Rows
    bias: Rows
    labels: Ints

    @classmethod
    def fit(cls, vectors: Rows, labels: Ints, strength: float = STRENGTH) -> LinearProbe:
        """Train one.

        Args:
            vectors: n × d.
            labels: n numbers, at least two different ones.
            strength: smaller is a simpler probe.

        Raises:
            BadInput: there is one label only.
        """
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits  # scikit-learn brings it

        present = np.unique(labels)
        if len(present) < 2:
            raise BadInput("encoders.probe_one_label", count=len(labels))
        mean, scale = vectors.mean(axis=0, dtype=np.float64), vectors.std(axis=0, dtype=np.float64)
        scale = np.where(scale > 1e-9, scale, 1.0)
        # Small products on several threads take longer than on one, and minutes where others compute too.
        with threadpool_limits(1):
            made = LogisticRegression(C=strength, max_iter=_STEPS).fit((vectors - mean) / scale, labels)
        weights, bias = made.coef_, made.intercept_
        if len(present) == 2:  # one row then, for the second label
            weights, bias = np.vstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
        return cls(mean, scale, weights, bias, present)

    def answers(self, vectors: Rows) -> Ints:
        """The label (n) of each of n × d vectors."""
        found: Ints = self.labels[(((vectors - self.mean) / self.scale) @ self.weights.T + self.bias).argmax(axis=1)]
        return found


def control_labels(types: Ints, labels: Ints, seed: int = 42) -> Ints:
    """Random labels (n) of a control task: one for each word type, drawn with the frequencies that the labels have.

    >>> made = control_labels(np.array([5, 7, 5, 7, 5]), np.array([0, 1, 0, 1, 1]))
    >>> made[0] == made[2] == made[4], made[1] == made[3]
    (np.True_, np.True_)
    """
    rng = np.random.default_rng([seed, 13])
    _, numbers = np.unique(types, return_inverse=True)
    drawn: Ints = rng.choice(labels, size=int(numbers.max()) + 1)[numbers]
    return drawn


def most_frequent(labels: Ints, held: NDArray[np.bool_]) -> float:
    """Accuracy on the held-out rows of always saying the label that most of the others have.

    >>> most_frequent(np.array([1, 1, 0, 1, 0]), np.array([False, False, False, True, True]))
    0.5
    """
    return float((labels[held] == np.bincount(labels[~held]).argmax()).mean())


def score(vectors: Rows, labels: Ints, held: NDArray[np.bool_], groups: Ints, seed: int = 42) -> tuple[Scored, NDArray[Any]]:
    """Train a probe on what is not held out; how it does, and whether each held-out row was right."""
    probe = LinearProbe.fit(vectors[~held], labels[~held])
    found = probe.answers(vectors[held])
    right = found == labels[held]
    trained = float((probe.answers(vectors[~held]) == labels[~held]).mean())
    return Scored(_over_groups(right, groups[held], seed), trained, _macro_f1(found, labels[held])), right


def selectivity(
    vectors: Rows, labels: Ints, control: Ints, held: NDArray[np.bool_], groups: Ints, seed: int = 42
) -> Selectivity:
    """A probe beside the same probe on the control task.

    Args:
        vectors: n × d.
        labels, control: n each; see :func:`control_labels`.
        held: which rows are held out.
        groups: rows that are drawn together for the intervals (the sentence of each).
        seed: of the intervals.

    Raises:
        BadInput: the training part has one label only.
    """
    task, right = score(vectors, labels, held, groups, seed)
    chance, lucky = score(vectors, control, held, groups, seed)
    return Selectivity(task, chance, _over_groups(right.astype(float) - lucky, groups[held], seed))


def _over_groups(values: NDArray[Any], groups: Ints, seed: int) -> Interval:
    _, numbers = np.unique(groups, return_inverse=True)
    return ratio_interval(np.bincount(numbers, values), np.bincount(numbers), seed)


def _macro_f1(found: Ints, gold: Ints) -> float:
    scores = []
    for label in np.unique(gold):
        hits = int(((found == label) & (gold == label)).sum())
        scores.append(2 * hits / (int((found == label).sum()) + int((gold == label).sum())))
    return float(np.mean(scores))


def auc_interval(cosines: NDArray[np.floating[Any]], same: NDArray[np.bool_], groups: Ints, seed: int = 42) -> Interval:
    """How often a pair of the same sense has the higher cosine (:func:`~explorer.analysis.in_context.scoring.auc`), with its interval.

    Args:
        cosines, same: of n pairs, some of each kind.
        groups: what is drawn together for the interval (the word of each pair).

    >>> auc_interval(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True]), np.zeros(4, np.int64)).value
    0.75
    """
    values = cosines.astype(np.float64)
    _, numbers = np.unique(groups, return_inverse=True)
    count = int(numbers.max()) + 1
    value = float(auc(values, same)[0])
    if count < 2:
        return Interval(value)
    random = np.random.default_rng(seed)
    draws = [auc(values, same, times_drawn(count, _AT_ONCE, random)[:, numbers]) for _ in range(_SAMPLES // _AT_ONCE)]
    return Interval(value, *bounds(np.concatenate(draws)))


def rank_correlation(found: Rows, gold: Rows, seed: int = 42) -> Interval:
    """Spearman's rank correlation with its interval over pairs; no value where one side never differs.

    >>> rank_correlation(np.array([0.1, 0.2, 0.9]), np.array([1, 2, 3])).value
    1.0
    """
    value = float(spearman(found, gold))
    if not np.isfinite(value):
        return Interval(None)
    random = np.random.default_rng(seed)
    drawn = (draw(len(found), _AT_ONCE, random) for _ in range(_SAMPLES // _AT_ONCE))
    return Interval(round(value, 12), *bounds(np.concatenate([spearman(found[rows], gold[rows]) for rows in drawn])))
