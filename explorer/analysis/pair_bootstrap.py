"""The interval of an analogy set: its questions ask about few pairs of words, so pairs are drawn again, not questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from explorer.analysis.test_sets import Question
from explorer.core.intervals import times_drawn

__all__ = ["accuracies", "draw_pairs", "pair_numbers"]


def pair_numbers(questions: Sequence[Question]) -> npt.NDArray[np.int64]:
    """The two pairs of each question as numbers, the same ones for every model (q × 2)."""
    pairs = sorted({pair for question in questions for pair in (question.words[:2], question.words[2:])})
    number = {pair: place for place, pair in enumerate(pairs)}
    return np.array([[number[question.words[:2]], number[question.words[2:]]] for question in questions], dtype=np.int64)


def draw_pairs(
    numbers: npt.NDArray[np.int64], correct: npt.NDArray[np.bool_], samples: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Bootstrap over word pairs: a question counts as often as both its pairs were drawn (Owen 2007, the pigeonhole bootstrap)."""
    pairs, places = np.unique(numbers, return_inverse=True)
    first, second = places.reshape(numbers.shape).T
    count = len(pairs)
    right, weight = np.empty(samples), np.empty(samples)
    step = max(1, (1 << 20) // max(count, len(first)))
    for start in range(0, samples, step):
        size = min(step, samples - start)
        times = times_drawn(count, size, rng)
        weights = times[:, first] * times[:, second]
        right[start : start + size] = weights @ correct
        weight[start : start + size] = weights.sum(axis=1)
    return right, weight


def accuracies(right: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Of each sample; NaN where no question was drawn."""
    result: npt.NDArray[np.float64] = np.divide(right, weight, out=np.full(len(right), np.nan), where=weight > 0)
    return result
