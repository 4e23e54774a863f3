"""The compiled loop of skip-gram over words and their sub-words.

Imported inside the functions that need it, as numba takes a second to import; compiled code is kept on disk.
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from typing import Any

import numpy as np

from explorer.core.compiled import compiler

__all__ = ["SIGMOID_LIMIT", "skipgram"]

numba = compiler()

SIGMOID_LIMIT = 8.0
"""Dot products beyond are taken as this."""

_LIMIT = np.float32(SIGMOID_LIMIT)
_ONE, _ZERO = np.float32(1), np.float32(0)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _draw(state: Any) -> Any:
    """The next of a sequence of pseudo-random 64-bit numbers (xorshift64*, Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(2685821657736338717)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _uniform(state: Any) -> Any:
    return np.float32(_draw(state) >> np.uint64(40)) * np.float32(1.0 / (1 << 24))


@numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _gather(hidden: Any, own: Any, pieces: Any, which: Any) -> None:
    """The mean of a word's own row and those of its pieces."""
    for k in range(len(hidden)):
        hidden[k] = own[k]
    for piece in which:
        row = pieces[piece]
        for k in range(len(hidden)):
            hidden[k] += row[k]
    scale = _ONE / np.float32(len(which) + 1)
    for k in range(len(hidden)):
        hidden[k] *= scale


@numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _learn(hidden: Any, change: Any, output: Any, label: Any, rate: Any) -> None:
    """One example of the logistic regression: moves ``output``, adds to ``change``."""
    dot = _ZERO
    for k in range(len(hidden)):
        dot += hidden[k] * output[k]
    dot = min(max(dot, -_LIMIT), _LIMIT)
    step = (label - _ONE / (_ONE + np.exp(-dot))) * rate
    for k in range(len(hidden)):
        change[k] += step * output[k]
        output[k] += step * hidden[k]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _read(codes: Any, position: int, keep: Any, sentence: Any, state: Any) -> tuple[int, int]:
    """The words of one sentence that are not skipped; returns where the next begins, and how many there are."""
    length = 0
    while position < len(codes) and codes[position] >= 0:
        word = codes[position]
        if keep[word] >= _ONE or _uniform(state) < keep[word]:
            sentence[length] = word
            length += 1
        position += 1
    return position + 1, length


@numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _context(
    context: int, hidden: Any, change: Any, outputs: Any, threshold: Any, alias: Any, negative: int, rate: Any, state: Any
) -> None:
    """Learn one context of a word, and ``negative`` words that are none."""
    _learn(hidden, change, outputs[context], _ONE, rate)
    for _ in range(negative):
        noise = np.int64(_draw(state) % np.uint64(len(alias)))
        if _uniform(state) >= threshold[noise]:
            noise = np.int64(alias[noise])
        if noise != context:
            _learn(hidden, change, outputs[noise], _ZERO, rate)


@numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _update(change: Any, own: Any, pieces: Any, which: Any) -> None:
    """Add the change to a word's own row and to those of its pieces."""
    for k in range(len(change)):
        own[k] += change[k]
    for piece in which:
        row = pieces[piece]
        for k in range(len(change)):
            row[k] += change[k]


@numba.njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def skipgram(
    codes: Any,
    starts: Any,
    pieces_of: Any,
    words: Any,
    pieces: Any,
    outputs: Any,
    keep: Any,
    threshold: Any,
    alias: Any,
    window: int,
    negative: int,
    rate: Any,
    state: Any,
) -> None:
    """Train on a stretch of the corpus.

    All contexts of one occurrence are learnt against one hidden vector, and its rows are updated once: with 5 contexts a
    word and 25 pieces a word, a fifth of the memory traffic of updating after every context.

    Args:
        codes: word numbers; a negative one ends a sentence.
        starts, pieces_of: the pieces of word i are ``pieces_of[starts[i]:starts[i + 1]]``.
        words, pieces, outputs: rows of words, of pieces, and of words as contexts.
        keep: the chance that an occurrence of a word is not skipped.
        threshold, alias: Walker's table for drawing noise words.
        window, negative, rate: as usual.
        state: one uint64, not 0, of the random numbers; changed in place.
    """
    hidden, change = np.empty(words.shape[1], np.float32), np.empty(words.shape[1], np.float32)
    sentence = np.empty(len(codes), np.int32)
    position = 0
    while position < len(codes):
        position, length = _read(codes, position, keep, sentence, state)
        for centre in range(length):
            reach = 1 + np.int64(_draw(state) % np.uint64(window))
            word = sentence[centre]
            which = pieces_of[starts[word] : starts[word + 1]]
            _gather(hidden, words[word], pieces, which)
            change[:] = _ZERO
            for place in range(centre - reach, centre + reach + 1):
                if 0 <= place < length and place != centre:
                    _context(sentence[place], hidden, change, outputs, threshold, alias, negative, rate, state)
            if length > 1:
                _update(change, words[word], pieces, which)
