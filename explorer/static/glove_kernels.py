"""The compiled loops of counting pairs and of GloVe.

numba takes a second to import, so this module is imported inside the functions that need it. Compiled code is kept on disk
by numba (``cache=True``): a machine compiles once. Every loop gives up Python's lock (``nogil``), so plain threads run them
side by side, whatever else the process does with threads.
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.core.compiled import compiler

__all__ = ["reduce_sorted", "scatter", "tile_order", "visit"]

numba = compiler()

_HALF, _THREE_EIGHTHS, _ONE = np.float32(0.5), np.float32(0.375), np.float32(1)
_BYTE, _WORD = np.uint64(8), np.uint64(28)
_LOW_BYTE = np.uint64(255)


@numba.njit(cache=True, nogil=True)
def scatter(codes: Any, start: int, window: int, steps: Any, top: int, table: Any, buffer: Any, filled: int) -> tuple[int, int]:
    """Add the pairs of ``codes[start:]`` to table or buffer until the buffer may overflow.

    Args:
        codes: word numbers; a negative one ends a sentence.
        steps: what each distance adds, by distance.
        top: pairs of words below this go to ``table``, the packed lower triangle.
        buffer, filled: records ``(low << 28 | high) << 8 | distance`` of the others.

    Returns:
        Where to go on, and how many records the buffer holds.
    """
    position = start
    room = len(buffer) - window
    while position < len(codes) and filled <= room:
        right = codes[position]
        if right >= 0:
            for distance in range(1, window + 1):
                before = position - distance
                if before < 0 or codes[before] < 0:
                    break
                left = codes[before]
                low, high = (left, right) if left < right else (right, left)
                if high < top:
                    table[high * (high + 1) // 2 + low] += steps[distance]
                else:
                    buffer[filled] = ((np.uint64(low) << _WORD | np.uint64(high)) << _BYTE) | np.uint64(distance)
                    filled += 1
        position += 1
    return position, filled


@numba.njit(cache=True, nogil=True)
def reduce_sorted(records: Any, steps: Any, keys: Any, sums: Any) -> int:
    """Sum runs of equal keys of sorted records into ``keys`` and ``sums``; returns how many keys there are."""
    count = -1
    last = np.uint64(0)
    for record in records:
        key = record >> _BYTE
        if count < 0 or key != last:
            count += 1
            keys[count] = key
            sums[count] = 0
            last = key
        sums[count] += steps[record & _LOW_BYTE]
    return count + 1


@numba.njit(cache=True, nogil=True)
def tile_order(rows: Any, cols: Any, high: int, wide: int, seed: int) -> Any:
    """Order of entries by tiles of high × wide, shuffled inside each tile (counting sort, then Fisher-Yates)."""
    across = cols.max() // wide + 1
    down = rows.max() // high + 1
    starts = np.zeros(down * across + 1, np.int64)
    for index in range(len(rows)):
        starts[(rows[index] // high) * across + cols[index] // wide + 1] += 1
    for number in range(down * across):
        starts[number + 1] += starts[number]
    order = np.empty(len(rows), np.int64)
    ends = starts[:-1].copy()
    for index in range(len(rows)):
        number = (rows[index] // high) * across + cols[index] // wide
        order[ends[number]] = index
        ends[number] += 1
    np.random.seed(seed)  # noqa: NPY002 - numba's own generator, apart from numpy's
    for number in range(down * across):
        first = starts[number]
        for last in range(starts[number + 1] - 1, first, -1):
            other = np.random.randint(first, last + 1)  # noqa: NPY002
            order[last], order[other] = order[other], order[last]
    return order


@numba.njit(cache=True, nogil=True, fastmath=True)
def _descend(values: Any, inverse: Any, slopes: Any, scale: Any, limit: Any) -> None:
    """AdaGrad on a row, with neither a root nor a division, which would take three quarters of the time.

    With ``r = 1/√g``, the update ``g += δ²`` is ``r ← r (1 + δ²r²)^-½``; here its series to the second order. ``limit``
    keeps ``δr`` where the series is right to 1 in 300; at a usual step, below 0.05, it is right to float32.
    """
    for k in range(len(values)):
        step = min(max(scale * slopes[k] * inverse[k], -limit), limit)
        values[k] -= step
        square = step * step
        inverse[k] *= _ONE - square * (_HALF - _THREE_EIGHTHS * square)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _half_entry(word: Any, context: Any, before: Any, log_count: Any, weight: Any, rate: Any, limit: Any) -> Any:
    """Train ``w`` of ``word`` against ``w̃`` of ``context``; returns the weighted squared error.

    A row holds ``[w, b, w̃, b̃]`` and then the inverse roots of the squared gradients of each.
    """
    width = len(before) + 1
    last = width - 1
    dot = np.float32(0)
    for k in range(last):
        dot += word[k] * context[width + k]
        before[k] = word[k]
    difference = dot + word[last] + context[width + last] - log_count
    slope = weight * difference
    scale = slope * rate
    _descend(word[:last], word[2 * width : 3 * width - 1], context[width : 2 * width - 1], scale, limit)
    _descend(context[width : 2 * width - 1], context[3 * width : 4 * width - 1], before, scale, limit)
    for row, bias, root in ((word, last, 3 * width - 1), (context, width + last, 4 * width - 1)):
        step = min(max(scale * row[root], -limit), limit)
        row[bias] -= step
        square = step * step
        row[root] *= _ONE - square * (_HALF - _THREE_EIGHTHS * square)
    return slope * difference


@numba.njit(cache=True, nogil=True, fastmath=True)
def visit(blocks: Any, size: int, rows: Any, cols: Any, logs: Any, weights: Any, state: Any, rate: Any, limit: Any) -> float:
    """Train on the entries of ``blocks`` of ``size`` in turn; returns the sum of weighted squared errors."""
    before = np.empty(state.shape[1] // 4 - 1, np.float32)
    total = 0.0
    for block in blocks:
        for index in range(block * size, min((block + 1) * size, len(rows))):
            one_row, other_row = state[rows[index]], state[cols[index]]
            total += _half_entry(one_row, other_row, before, logs[index], weights[index], rate, limit)
            if rows[index] != cols[index]:
                total += _half_entry(other_row, one_row, before, logs[index], weights[index], rate, limit)
    return total
