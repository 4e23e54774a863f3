"""Ratios with bootstrap intervals, and the entropies of a distribution of tokens."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.core.errors import BadInput

__all__ = ["Interval", "Units", "distribution", "renyi_efficiency", "renyi_entropy", "resample_ratio"]

_UNITS = 20_000  # documents resampled one by one; beyond, documents share a unit
_REPLICATES = 1000
_GROUP_REPLICATES = 200
_BLOCK = 16_384

Array = np.ndarray[Any, Any]


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


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % bootstrap interval over documents; no interval (``None``) from a single document."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, float | None]:
        return {"value": self.value, "low": self.low, "high": self.high}

    def scaled(self, factor: float) -> Interval:
        """The interval of ``factor`` times the quantity.

        >>> Interval(2.0, 1.0, 3.0).scaled(2)
        Interval(value=4.0, low=2.0, high=6.0)
        """
        return Interval(*(None if number is None else number * factor for number in (self.value, self.low, self.high)))


class Units:
    """Counts of every document, in a fixed number of columns; past 20,000 documents several share a unit.

    >>> units = Units(2)
    >>> units.add([1, 2]); units.add([2, 2]); units.ratio(0, 1).value
    0.75
    """

    def __init__(self, width: int, seed: int = 42) -> None:
        self.width = width
        self.seed = seed
        self._rows: list[list[float]] = []
        self._count = 0
        self._sums: tuple[Array, Array | None] | None = None

    def __len__(self) -> int:
        return self._count

    def add(self, counts: Sequence[float]) -> None:
        """Count one document."""
        self._sums = None
        if self._count < _UNITS:
            self._rows.append(list(counts))
        else:
            row = self._rows[self._count % _UNITS]
            for position, count in enumerate(counts):
                row[position] += count
        self._count += 1

    def totals(self) -> Array:
        """Column sums."""
        return self._resampled()[0]

    def ratio(self, above: int, below: int) -> Interval:
        """Column ``above`` over column ``below``, documents resampled together."""
        totals, sums = self._resampled()
        if not len(totals) or totals[below] == 0:
            return Interval(None)
        value = float(totals[above] / totals[below])
        if sums is None:
            return Interval(value)
        drawn = sums[below] > 0
        low, high = np.percentile(sums[above][drawn] / sums[below][drawn], [2.5, 97.5])
        return Interval(value, float(low), float(high))

    def _resampled(self) -> tuple[Array, Array | None]:
        """Column sums, and column sums over resampled units (columns × replicates) where there are two units or more."""
        if self._sums is None:
            table = np.asarray(self._rows, dtype=np.float64).reshape(-1, self.width).T
            self._sums = table.sum(axis=1), _resample(table, self.seed)
        return self._sums


def _resample(table: Array, seed: int) -> Array | None:
    units = table.shape[1]
    if units < 2:
        return None
    random = np.random.default_rng(seed)
    sums = np.empty((table.shape[0], _REPLICATES))
    for replicate in range(_REPLICATES):
        sums[:, replicate] = table @ np.bincount(random.integers(0, units, units), minlength=units)
    return sums


def resample_ratio(above: Sequence[float], below: Sequence[float], seed: int = 42) -> Interval:
    """``sum(above) / sum(below)`` with its interval, units resampled together.

    >>> resample_ratio([1, 1], [2, 2])
    Interval(value=0.5, low=0.5, high=0.5)
    """
    units = Units(2, seed)
    for pair in zip(above, below, strict=True):
        units.add(pair)
    return units.ratio(0, 1)


def distribution(groups: Array, vocab_size: int | None, seed: int = 42) -> tuple[Interval, Interval]:
    """``(vocabulary used, Rényi efficiency of order 2.5)`` of a distribution of tokens.

    Args:
        groups: counts, groups of documents × types, float32; the groups are what is resampled.
        vocab_size: size of the closed vocabulary; ``None`` for an open one, whose use has no value and whose efficiency is over
            the types that occur.
    """
    count, types = groups.shape
    random = np.random.default_rng(seed)
    # The first row is the corpus itself, the others are resamples.
    draws = np.ones((1 + (_GROUP_REPLICATES if count > 1 else 0), count), dtype=np.float32)
    for row in draws[1:]:
        row[:] = np.bincount(random.integers(0, count, count), minlength=count)
    powers, totals, used = np.zeros(len(draws)), np.zeros(len(draws)), np.zeros(len(draws))
    for begin in range(0, types, _BLOCK):
        block = draws @ groups[:, begin : begin + _BLOCK]
        totals += block.sum(axis=1, dtype=np.float64)
        used += np.count_nonzero(block, axis=1)
        powers += (block * block * np.sqrt(block)).sum(axis=1, dtype=np.float64)
    # H = log(sum of p^2.5) / (1 - 2.5), with p = count / total.
    entropies = (np.log2(powers) - 2.5 * np.log2(totals)) / -1.5 / math.log2(max(2, vocab_size or types))
    return _centred(used / vocab_size) if vocab_size else Interval(None), _centred(entropies)


def _centred(values: Array) -> Interval:
    value = float(values[0])
    if len(values) < 2:
        return Interval(value)
    # A resample holds fewer types than the corpus, whatever the corpus is: only its spread is news, not its level.
    low, high = np.percentile(values[1:] - values[1:].mean(), [2.5, 97.5])
    return Interval(value, value + float(low), value + float(high))
