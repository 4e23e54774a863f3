"""Answers to thousands of analogy questions in one pass over the vectors."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explorer.core.progress import ProgressCallback, report
from explorer.vectors.analogy import EPSILON, METHODS
from explorer.vectors.search import Floats

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["best_answers", "distances"]

_TILE_BYTES = 8 << 20


def distances(unit: Floats) -> npt.NDArray[np.float64]:
    """1 - cos(b - a + c, d) of each question, from the unit vectors of its four words (q × 4 × d)."""
    a, b, c, d = (unit[:, place] for place in range(4))
    target = b - a + c
    lengths = np.linalg.norm(target, axis=1)
    cosine = np.divide(np.einsum("ij,ij->i", target, d), lengths, out=np.zeros(len(unit)), where=lengths > 0)
    result: npt.NDArray[np.float64] = 1 - cosine
    return result


def best_answers(
    v: Vectors, questions: npt.NDArray[np.int64], method: str, progress: ProgressCallback | None
) -> npt.NDArray[np.int64]:
    """The best rows for each question (a, b, c).

    The cosines of the set's few different words with a tile of rows are computed once, shared by all questions, and never
    leave the cache.

    Args:
        v: the vectors.
        questions: rows of a, b and c (q × 3).
        method: one of :data:`explorer.vectors.analogy.METHODS`.
        progress: told how many rows were weighed.

    Returns:
        3 × q: the best row with the question's words barred; with them allowed; and the row nearest to c, the words barred,
        which needs no analogy (Linzen 2016, https://aclanthology.org/W16-2503/).
    """
    from explorer.analysis.answer_kernels import BLOCK, block_maxima, keep_best

    order = np.lexsort(questions.T[::-1])  # questions with the same first pair follow each other and find it in the cache
    questions = questions[order]
    words, places = np.unique(questions, return_inverse=True)
    places = places.reshape(questions.shape)
    unit = np.asarray(v.vectors[words] * v.inverse[words, None], dtype=np.float32)
    gram = unit @ unit.T
    shifts = gram[places[:, 1], places[:, 2]] - gram[places[:, 0], places[:, 2]]
    count, n = len(questions), len(v)
    best = np.full((3, count), -1, dtype=np.int64)
    value = np.full((3, count), -np.inf, dtype=np.float32)
    tile = BLOCK * max(1, _TILE_BYTES // (4 * BLOCK * len(words)))
    workers = max(1, os.cpu_count() or 1)
    shares = [slice(part[0], part[-1] + 1) for part in np.array_split(np.arange(count), 8 * workers) if len(part)]
    room = np.empty(len(words) * min(tile, n), np.float32)
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, n, tile):
            stop = min(start + tile, n)
            cosine = room[: len(words) * (stop - start)].reshape(len(words), stop - start)
            part = np.asarray(v.vectors[start:stop] * v.inverse[start:stop, None], dtype=np.float32)
            np.matmul(unit, part.T, out=cosine)
            maxima = np.empty((len(words), -(-(stop - start) // BLOCK)), np.float32)
            block_maxima(cosine, maxima)

            def weigh(share: slice, cosine: Floats = cosine, maxima: Floats = maxima, start: int = start) -> None:
                mine = places[share], questions[share], shifts[share]
                keep_best(
                    METHODS.index(method), cosine, maxima, *mine, start, np.float32(EPSILON), best[:, share], value[:, share]
                )

            list(pool.map(weigh, shares))
            report(progress, "answering analogies", stop, n, "words")
    result = np.empty_like(best)
    result[:, order] = best
    return result
