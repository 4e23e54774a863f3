"""Analogies over unit vectors: arrays in, arrays out, many questions at a time.

Three ways to answer "a is to b as c is to ?":

* ``3cosadd`` — the row nearest to the weighted sum of the words (Mikolov, Yih & Zweig 2013, NAACL).
* ``3cosmul`` — the row with the largest product of similarities to the added words over the product of similarities to
  the subtracted ones, each cosine shifted to (cos + 1) / 2 (Levy & Goldberg 2014, CoNLL, equation 4; ε = 1e-6).
* ``direction`` — the row x for which x − start points the way end − origin does, however far
  (PairDirection, ibid., equation 2). It needs exactly two added words and one subtracted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.vectors.search import Floats, cosines

__all__ = ["METHODS", "check_method", "score_add", "score_direction", "score_multiply", "scores_of"]

METHODS = ("3cosadd", "3cosmul", "direction")
"""Names of the methods, the default first."""

EPSILON = 1e-6
"""Added to 3CosMul's denominator, as Levy & Goldberg's and gensim's code do."""


def check_method(method: str, allowed: Sequence[str] = METHODS) -> str:
    """Return ``method`` if it is one of those ``allowed``.

    Raises:
        BadInput: it is none; lists them.
    """
    if method not in allowed:
        raise BadInput("vectors.unknown_analogy_method", method=method, allowed=", ".join(allowed))
    return method


def score_add(unit: npt.NDArray[Any], terms: Floats, weights: Floats, inverse: Floats | None = None) -> Floats:
    """3CosAdd: cosine of every row with each question's weighted sum.

    Args:
        unit: n × d (unit rows, or any rows with their ``inverse`` norms).
        terms: q × t × d unit vectors of the words.
        weights: q × t.

    Returns:
        q × n float32.
    """
    return cosines(unit, np.einsum("qt,qtd->qd", weights, terms), inverse)


def score_multiply(unit: npt.NDArray[Any], terms: Floats, weights: Floats, inverse: Floats | None = None) -> Floats:
    """3CosMul with weights as exponents: Π₊ s^w / (Π₋ s^|w| + ε), s = (cos + 1) / 2. Shapes as in :func:`score_add`."""
    q, t, d = terms.shape
    shifted = cosines(unit, terms.reshape(q * t, d), inverse)
    shifted += 1
    shifted /= 2
    np.clip(shifted, 0, 1, out=shifted)  # rounding may leave a hair below zero, which has no power
    shifted = shifted.reshape(q, t, -1)
    above = np.ones((q, shifted.shape[2]), dtype=np.float32)
    below = np.ones_like(above)
    for question in range(q):
        for term in range(t):
            weight = float(weights[question, term])
            if weight:
                target = above if weight > 0 else below
                similarity = shifted[question, term]
                target[question] *= similarity if abs(weight) == 1 else similarity ** abs(weight)
    below += np.float32(EPSILON)
    above /= below
    return above


def score_direction(unit: npt.NDArray[Any], terms: Floats, weights: Floats, inverse: Floats | None = None) -> Floats:
    """Pair direction: cos(x − start, end − origin), where start and end are the first and second added word and origin
    the subtracted one. Shapes as in :func:`score_add`; q × 3 terms, weights two positive and one negative.

    Weights only tell the words' parts here; their sizes do not matter to a direction.
    """
    positive, negative = weights > 0, weights < 0
    if not (np.all(positive.sum(axis=1) == 2) and np.all(negative.sum(axis=1) == 1)):
        raise BadInput("vectors.direction_needs_three")
    rows = np.arange(len(terms))
    start = terms[rows, positive.argmax(axis=1)]
    end = terms[rows, weights.shape[1] - 1 - positive[:, ::-1].argmax(axis=1)]
    direction = end - terms[rows, negative.argmax(axis=1)]
    length = np.linalg.norm(direction, axis=1)
    if np.any(length < EPSILON):
        raise BadInput("vectors.direction_words_same")
    direction /= length[:, None]
    # |x - start|² = 2 - 2 x·start for unit vectors (1 + 1 only if x is not a row of zeros, which scores 0 below).
    numerator = cosines(unit, direction, inverse) - np.einsum("qd,qd->q", direction, start)[:, None]
    distance = np.sqrt(np.clip(2 - 2 * cosines(unit, start, inverse), 0, None))
    result: Floats = np.divide(numerator, distance, out=np.zeros_like(numerator), where=distance > 1e-3)
    return result


_SCORERS = {"3cosadd": score_add, "3cosmul": score_multiply, "direction": score_direction}


def scores_of(
    matrix: npt.NDArray[Any],
    terms: npt.NDArray[Any],
    weights: npt.NDArray[Any],
    method: str = "3cosadd",
    inverse: Floats | None = None,
) -> Floats:
    """The score of every row for each of q expressions: q × n.

    Args:
        matrix: n × d, possibly memory-mapped.
        terms: q × t × d unit vectors of each expression's words.
        weights: q × t signed weights.
        method: one of :data:`METHODS`.
        inverse: inverse norms of the rows; ``None`` when they have length 1.

    Raises:
        BadInput: an unknown method, a sum that is zero, or terms the method cannot use.
    """
    terms = np.asarray(terms, dtype=np.float32)
    weights = np.asarray(weights, dtype=np.float32)
    scorer = _SCORERS[check_method(method)]
    if method == "3cosadd" and np.any(np.linalg.norm(np.einsum("qt,qtd->qd", weights, terms), axis=1) < EPSILON):
        raise BadInput("vectors.words_cancel_out")
    return scorer(matrix, terms, weights, inverse)
