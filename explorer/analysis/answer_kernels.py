"""The compiled loop over analogy questions and a tile of rows.

Imported inside the functions that need it, as numba takes a moment to import; compiled code is kept on disk.
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.core.compiled import compiler

__all__ = ["BLOCK", "block_maxima", "keep_best"]

numba = compiler()

BLOCK = 64
"""Rows that are looked at together: most blocks cannot hold a better answer than the one found, and are left out."""

# Without "ninf": the bests start at minus infinity.
_MATH = {"reassoc", "nnan", "nsz", "contract"}
_ZERO, _TWO = np.float32(0), np.float32(2)
_HALF = np.float32(0.5)
_LEAST = np.float32(1e-3)


@numba.njit(cache=True, nogil=True, fastmath=_MATH, error_model="numpy")
def block_maxima(cosine: Any, maxima: Any) -> None:
    """The largest of every :data:`BLOCK` cosines of each word (words × blocks)."""
    for word in range(cosine.shape[0]):
        for block in range(maxima.shape[1]):
            top = -_TWO
            for row in range(block * BLOCK, min((block + 1) * BLOCK, cosine.shape[1])):
                top = max(top, cosine[word, row])
            maxima[word, block] = top


@numba.njit(cache=True, nogil=True, fastmath=_MATH, error_model="numpy")
def _offset(one: Any, two: Any, offset: Any, tops: Any) -> None:
    """cos(b, x) - cos(a, x) of a tile's rows, and the largest of each block."""
    for block in range(len(tops)):
        top = np.float32(-np.inf)
        for row in range(block * BLOCK, min((block + 1) * BLOCK, len(one))):
            offset[row] = two[row] - one[row]
            top = max(top, offset[row])
        tops[block] = top


@numba.njit(cache=True, nogil=True, fastmath=_MATH, error_model="numpy")
def _add(scores: Any, offset: Any, three: Any) -> Any:
    """3CosAdd of a block; returns the largest. The length of b - a + c is the same for every row."""
    top = np.float32(-np.inf)
    for row in range(len(three)):
        scores[row] = offset[row] + three[row]
        top = max(top, scores[row])
    return top


@numba.njit(cache=True, nogil=True, fastmath=_MATH, error_model="numpy")
def _multiply(scores: Any, one: Any, two: Any, three: Any, epsilon: Any) -> Any:
    """3CosMul, of cosines moved to 0..1."""
    top = np.float32(-np.inf)
    for row in range(len(one)):
        scores[row] = (_HALF + _HALF * two[row]) * (_HALF + _HALF * three[row]) / (_HALF + _HALF * one[row] + epsilon)
        top = max(top, scores[row])
    return top


@numba.njit(cache=True, nogil=True, fastmath=_MATH, error_model="numpy")
def _turn(scores: Any, one: Any, two: Any, three: Any, shift: Any) -> Any:
    """Pair direction: cos(x - c, b - a), with |x - c|² = 2 - 2 x·c."""
    top = np.float32(-np.inf)
    for row in range(len(one)):
        length = np.sqrt(max(_TWO - _TWO * three[row], _ZERO))
        scores[row] = (two[row] - one[row] - shift) / max(length, _LEAST) if length > _LEAST else _ZERO
        top = max(top, scores[row])
    return top


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _place(scores: Any, barred: Any, base: int, best: Any, values: Any, question: int) -> None:
    """Keep the first of the largest scores, if it is above the best so far, whose row (``base`` on) is not barred."""
    for place in range(len(scores)):
        row = base + place
        if scores[place] > values[question] and row != barred[0] and row != barred[1] and row != barred[2]:
            best[question] = row
            values[question] = scores[place]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def keep_best(
    method: int, cosine: Any, maxima: Any, places: Any, rows: Any, shifts: Any, start: int, epsilon: Any, best: Any, values: Any
) -> None:
    """Update the bests of some questions with a tile of rows.

    Args:
        method: 0 for 3CosAdd, 1 for 3CosMul, 2 for pair direction.
        cosine: of the set's words with the tile's rows (words × rows).
        maxima: its :func:`block_maxima`.
        places: the words a, b, c of each question as rows of ``cosine`` (q × 3).
        rows: the same words as rows of the whole matrix, which may not be the answer (q × 3).
        shifts: cos(b, c) - cos(a, c) of each question, for pair direction.
        start: the tile's first row in the whole matrix.
        epsilon: of 3CosMul.
        best, values: 3 × q; the best row and score with the question's words barred, with them allowed, and of c's
            neighbours with them barred. Changed in place.
    """
    scores = np.empty(BLOCK, np.float32)
    offset, tops = np.empty(cosine.shape[1], np.float32), np.empty(maxima.shape[1], np.float32)
    free = np.array([-1, -1, -1])
    for question in range(len(places)):
        a, b, c = places[question]
        barred = rows[question]
        if method == 0 and (question == 0 or a != places[question - 1, 0] or b != places[question - 1, 1]):
            _offset(cosine[a], cosine[b], offset, tops)
        for block in range(maxima.shape[1]):
            # Rounding is monotone, so no sum in the block is above the sum of the largest of either side.
            hopeless = method == 0 and tops[block] + maxima[c, block] <= values[0, question]
            if hopeless and maxima[c, block] <= values[2, question]:
                continue
            low = block * BLOCK
            high = min(low + BLOCK, cosine.shape[1])
            some, three = scores[: high - low], cosine[c, low:high]
            if hopeless:
                top = values[0, question]
            elif method == 0:
                top = _add(some, offset[low:high], three)
            elif method == 1:
                top = _multiply(some, cosine[a, low:high], cosine[b, low:high], three, epsilon)
            else:
                top = _turn(some, cosine[a, low:high], cosine[b, low:high], three, shifts[question])
            if top > values[0, question]:
                _place(some, barred, start + low, best[0], values[0], question)
            if top > values[1, question]:
                _place(some, free, start + low, best[1], values[1], question)
            if maxima[c, block] > values[2, question]:
                _place(three, barred, start + low, best[2], values[2], question)
