"""Answers to thousands of analogy questions in one pass over the vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explorer.core.progress import ProgressCallback, report
from explorer.vectors.analogy import EPSILON
from explorer.vectors.search import Floats, cosines, nearest

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["best_answers", "distances", "neighbours_of_third"]

_TILE_BYTES = 48 << 20


def distances(unit: Floats) -> npt.NDArray[np.float64]:
    """1 - cos(b - a + c, d) of each question, from the unit vectors of its four words (q × 4 × d)."""
    a, b, c, d = (unit[:, place] for place in range(4))
    target = b - a + c
    lengths = np.linalg.norm(target, axis=1)
    cosine = np.divide(np.einsum("ij,ij->i", target, d), lengths, out=np.zeros(len(unit)), where=lengths > 0)
    result: npt.NDArray[np.float64] = 1 - cosine
    return result


def neighbours_of_third(v: Vectors, questions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The row nearest to the third word of each question (a, b, c) that is none of the three: what needs no analogy."""
    third, places = np.unique(questions[:, 2], return_inverse=True)
    unit = np.asarray(v.vectors[third] * v.inverse[third, None], dtype=np.float32)
    near: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(third), 64):
        part = slice(start, start + 64)
        near += [rows for rows, _ in nearest(v.vectors, unit[part], 4, v.inverse)]
    return np.array(
        [
            next((row for row in near[place].tolist() if row not in words), -1)
            for place, words in zip(places.tolist(), questions.tolist(), strict=True)
        ],
        dtype=np.int64,
    )


def best_answers(
    v: Vectors, questions: npt.NDArray[np.int64], method: str, progress: ProgressCallback | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The best row for each question (a, b, c), its own words barred, and the best with them allowed.

    The cosines of the set's few different words with a tile of rows are computed once and shared by all questions.
    """
    words, places = np.unique(questions, return_inverse=True)
    a, b, c = places.reshape(questions.shape).T
    unit = np.asarray(v.vectors[words] * v.inverse[words, None], dtype=np.float32)
    gram = unit @ unit.T
    count, n = len(questions), len(v)
    best = np.zeros((2, count), dtype=np.int64)
    value = np.full((2, count), -np.inf, dtype=np.float32)
    tile = max(256, min(n, _TILE_BYTES // (4 * len(words))))
    chunk = max(1, _TILE_BYTES // (4 * tile))
    for start in range(0, n, tile):
        part = slice(start, min(start + tile, n))
        cosine = cosines(v.vectors[part], unit, v.inverse[part])
        if method == "3cosmul":
            cosine += 1
            cosine /= 2
        for first in range(0, count, chunk):
            here = slice(first, first + chunk)
            scores = _scores(method, cosine, gram, a[here], b[here], c[here])
            at = np.arange(len(scores))
            _keep_best(scores, best[1, here], value[1, here], start)
            for side in range(3):
                inside = questions[here, side] - start
                barred = (inside >= 0) & (inside < scores.shape[1])
                scores[at[barred], inside[barred]] = -np.inf
            _keep_best(scores, best[0, here], value[0, here], start)
        report(progress, "answering analogies", part.stop, n, "words")
    return best[0], best[1]


def _keep_best(scores: Floats, best: npt.NDArray[np.int64], value: Floats, start: int) -> None:
    """Update the best row and score of each question in place."""
    at = scores.argmax(axis=1)
    found = scores[np.arange(len(scores)), at]
    better = found > value
    value[better] = found[better]
    best[better] = at[better] + start


def _scores(
    method: str, cosine: Floats, gram: Floats, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], c: npt.NDArray[np.int64]
) -> Floats:
    """Scores of a tile of rows (questions × rows), from the cosines of the words with them."""
    scores = cosine[b]
    if method == "3cosmul":
        scores *= cosine[c]
        scores /= cosine[a] + np.float32(EPSILON)
        return scores
    scores -= cosine[a]
    if method == "3cosadd":
        scores += cosine[c]  # the length of b - a + c is the same for every row
        return scores
    # direction: cos(x - c, b - a), with |x - c|² = 2 - 2 x·c
    scores -= (gram[b, c] - gram[a, c])[:, None]
    length = np.sqrt(np.clip(2 - 2 * cosine[c], 0, None))
    result: Floats = np.divide(scores, length, out=np.zeros_like(scores), where=length > 1e-3)
    return result
