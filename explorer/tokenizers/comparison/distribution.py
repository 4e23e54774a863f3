"""The distribution of tokens: its entropies, and how much of a vocabulary occurs."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.intervals import Interval, Numbers, centred_bounds, draw

__all__ = ["distribution", "renyi_efficiency", "renyi_entropy"]

_SAMPLES = 200
_BLOCK = 16_384


def renyi_entropy(counts: Iterable[float], alpha: float = 2.5) -> float:
    """Rényi entropy of order ``alpha`` in bits of the distribution proportional to ``counts``; order 1 is Shannon's.

    Raises:
        BadInput: nothing was counted, or ``alpha`` is negative.

    >>> round(renyi_entropy([3, 2, 1, 1]), 4), round(renyi_entropy([3, 2, 1, 1], alpha=1), 4)
    (1.653, 1.8424)
    """
    values = np.asarray([count for count in counts if count > 0], dtype=np.float64)
    if not values.size:
        raise BadInput("tokenizers.entropy_without_counts")
    if alpha < 0:
        raise BadInput("tokenizers.bad_alpha", alpha=alpha)
    shares = values / values.sum()
    if alpha == 1:
        return float(-(shares * np.log2(shares)).sum())
    return float(np.log2(np.power(shares, alpha).sum()) / (1 - alpha))


def renyi_efficiency(counts: Iterable[float], vocab_size: int | None = None, alpha: float = 2.5) -> float:
    """Rényi entropy over its maximum, log of the vocabulary size: 1 when every piece is used equally often.

    Args:
        counts: how often each token occurs.
        vocab_size: the tokenizer's real vocabulary size; ``None`` takes the number of types counted, which is not
            comparable between tokenizers.
        alpha: the order.

    >>> round(renyi_efficiency([3, 2, 1, 1]), 4)
    0.8265
    """
    seen = [count for count in counts if count > 0]
    size = len(seen) if vocab_size is None else vocab_size
    if size < len(seen):
        raise BadInput("tokenizers.vocab_below_seen", size=size, seen=len(seen))
    entropy = renyi_entropy(seen, alpha)
    return entropy / math.log2(size) if size > 1 else 1.0


def distribution(groups: Numbers, vocab_size: int | None, seed: int = 42) -> tuple[Interval, Interval]:
    """``(vocabulary used, Rényi efficiency of order 2.5)`` of a distribution of tokens; both in [0, 1], and so are their intervals.

    Args:
        groups: counts, groups of documents × types, float32; the groups are what is resampled.
        vocab_size: size of the closed vocabulary; ``None`` for an open one, whose use has no value and whose efficiency is over
            the types that occur.
    """
    count, types = groups.shape
    # The first row is the corpus itself, the others are resamples.
    draws = np.ones((1 + (_SAMPLES if count > 1 else 0), count), dtype=np.float32)
    for row, drawn in zip(draws[1:], draw(count, len(draws) - 1, seed), strict=True):
        row[:] = np.bincount(drawn, minlength=count)
    powers, totals, used = np.zeros(len(draws)), np.zeros(len(draws)), np.zeros(len(draws))
    for begin in range(0, types, _BLOCK):
        block = draws @ groups[:, begin : begin + _BLOCK]
        totals += block.sum(axis=1, dtype=np.float64)
        used += np.count_nonzero(block, axis=1)
        powers += (block * block * np.sqrt(block)).sum(axis=1, dtype=np.float64)
    # H = log(sum of p^2.5) / (1 - 2.5), with p = count / total.
    entropies = (np.log2(powers) - 2.5 * np.log2(totals)) / -1.5 / math.log2(max(2, vocab_size or types))
    return _interval(used / vocab_size) if vocab_size else Interval(None), _interval(entropies)


def _interval(values: Numbers) -> Interval:
    value = float(values[0])
    return Interval(value, *centred_bounds(values[1:], value)) if len(values) > 1 else Interval(value)
