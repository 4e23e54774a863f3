"""Intervals: how far a number would move if what it was counted on had been drawn again. Their one home.

Everything is drawn with replacement by numpy's default generator, so that a seed gives the same draws everywhere; an interval
is the middle 95 % of them (Efron 1979, "Bootstrap methods: another look at the jackknife"). A share of a few trials has a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "Interval",
    "Units",
    "bounds",
    "centred_bounds",
    "draw",
    "mean_interval",
    "ratio_interval",
    "share_interval",
    "times_drawn",
]

_MIDDLE = (2.5, 97.5)
_UNITS = 20_000  # units resampled one by one; beyond, several share a place
_SAMPLES = 1_000
_CELLS = 4_000_000

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval; no interval (``None``) where there is a single unit to draw from."""

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


def draw(size: int, samples: int, seed: int | np.random.Generator) -> npt.NDArray[np.int64]:
    """Which of ``size`` units each sample drew: samples × size. A generator goes on where it stands.

    >>> draw(3, 2, 42).shape
    (2, 3)
    """
    return np.random.default_rng(seed).integers(0, size, (samples, size))


def times_drawn(size: int, samples: int, seed: int | np.random.Generator) -> npt.NDArray[np.int64]:
    """How often each sample drew each of ``size`` units: samples × size. What belongs to a unit counts as often as it was drawn.

    >>> times_drawn(3, 2, 42).sum(axis=1).tolist()
    [3, 3]
    """
    drawn = draw(size, samples, seed) + np.arange(samples)[:, None] * size
    return np.bincount(drawn.ravel(), minlength=samples * size).reshape(samples, size)


def bounds(draws: Numbers, empty: tuple[float, float] = (np.nan, np.nan)) -> tuple[float, float]:
    """The middle 95 % of what the samples gave; those that gave no number (NaN) are left out, and ``empty`` is for none at all.

    >>> bounds(np.arange(101.0))
    (2.5, 97.5)
    """
    kept = draws[np.isfinite(draws)]
    if not len(kept):
        return empty
    low, high = np.percentile(kept, _MIDDLE)
    return float(low), float(high)


def centred_bounds(draws: Numbers, value: float, least: float = 0.0, most: float = 1.0) -> tuple[float, float]:
    """Bounds whose middle is moved to ``value`` and that end where the quantity does: for what resampling itself pushes one way.

    A sample repeats some units and lacks others, so it holds fewer types and looks more orderly than the whole, whatever the whole
    is: only the spread of the draws is news, not their level.

    >>> centred_bounds(np.arange(0.0, 41.0), 100.0, most=115.0)
    (81.0, 115.0)
    """
    low, high = bounds(draws - draws.mean())
    return max(least, value + low), min(most, value + high)


def mean_interval(values: Sequence[float] | Numbers, seed: int = 42, samples: int = _SAMPLES) -> tuple[float, float, float]:
    """The mean of one or more values, and the bounds of its interval.

    >>> mean_interval([1.0, 1.0])
    (1.0, 1.0, 1.0)
    """
    array, random = np.asarray(values, np.float64), np.random.default_rng(seed)
    # In parts, which draw what one draw of all would: 1,000 draws of 60,000 values would take a gigabyte.
    step = max(1, _CELLS // len(array))
    parts = [array[draw(len(array), min(step, samples - start), random)].mean(axis=1) for start in range(0, samples, step)]
    return float(array.mean()), *bounds(np.concatenate(parts))


def share_interval(hits: int, trials: int) -> Interval:
    """A share of trials with Wilson's 95 % interval (1927, JASA 22), which has a width also where all or none hit.

    >>> share_interval(3, 3)
    Interval(value=1.0, low=0.438..., high=1.0)
    """
    share, z = hits / trials, 1.959964
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    width = z / (1 + z * z / trials) * (share * (1 - share) / trials + z * z / (4 * trials * trials)) ** 0.5
    return Interval(share, max(0.0, middle - width) if hits else 0.0, min(1.0, middle + width) if hits < trials else 1.0)


class Units:
    """Counts of every unit (a document, a word), in a fixed number of columns; past 20,000 units several share a place.

    >>> units = Units(2)
    >>> units.add([1, 2]); units.add([2, 2]); units.ratio(0, 1).value
    0.75
    """

    def __init__(self, width: int, seed: int = 42, samples: int = _SAMPLES) -> None:
        self.width = width
        self.seed = seed
        self.samples = samples
        self._rows: list[list[float]] = []
        self._count = 0
        self._sums: tuple[Numbers, Numbers | None] | None = None

    def __len__(self) -> int:
        return self._count

    def add(self, counts: Sequence[float]) -> None:
        """Count one unit."""
        self._sums = None
        if self._count < _UNITS:
            self._rows.append(list(counts))
        else:
            row = self._rows[self._count % _UNITS]
            for position, count in enumerate(counts):
                row[position] += count
        self._count += 1

    def rows(self) -> list[list[float]]:
        """What was added, of 20,000 units or fewer one by one."""
        return [list(row) for row in self._rows]

    def totals(self) -> Numbers:
        """Column sums."""
        return self._resampled()[0]

    def ratio(self, above: int, below: int) -> Interval:
        """Column ``above`` over column ``below``, units resampled together."""
        totals, sums = self._resampled()
        if totals[below] == 0:
            return Interval(None)
        value = float(totals[above] / totals[below])
        if sums is None:
            return Interval(value)
        drawn = sums[below] > 0
        return Interval(value, *bounds(sums[above][drawn] / sums[below][drawn]))

    def _resampled(self) -> tuple[Numbers, Numbers | None]:
        """Column sums, and column sums over resampled units (columns × samples) where there are two units or more."""
        if self._sums is None:
            table = np.asarray(self._rows, dtype=np.float64).reshape(-1, self.width).T
            units, random = table.shape[1], np.random.default_rng(self.seed)
            sums = np.empty((self.width, self.samples)) if units > 1 else None
            if sums is not None:
                for sample in range(self.samples):  # one at a time: the draws of 20,000 units would take 160 MB
                    sums[:, sample] = table @ np.bincount(draw(units, 1, random)[0], minlength=units)
            self._sums = table.sum(axis=1), sums
        return self._sums


def ratio_interval(
    above: Sequence[float] | Numbers, below: Sequence[float] | Numbers, seed: int = 42, samples: int = _SAMPLES
) -> Interval:
    """``sum(above) / sum(below)`` with its interval, units resampled together.

    >>> ratio_interval([1, 1], [2, 2])
    Interval(value=0.5, low=0.5, high=0.5)
    """
    units = Units(2, seed, samples)
    for pair in zip(above, below, strict=True):
        units.add(pair)
    return units.ratio(0, 1)
