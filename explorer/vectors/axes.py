"""Semantic axes: where words lie between two poles, such as 남자 and 여자.

The axis is the difference of the poles' mean unit vectors; a word's score is its cosine with that difference
(An, Kwak & Ahn 2018, ACL, "SemAxis"). A pole of several words says more than a pole of one, and lets the score carry an
interval: the pole words are drawn again with replacement, so the interval shows how much the choice of words decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.intervals import bounds
from explorer.display import words as sheets
from explorer.display.record import Record
from explorer.display.sheet import Sheet
from explorer.text.tags import word_of
from explorer.vectors.records import Resolution
from explorer.vectors.search import Floats, nearest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Axis", "AxisScore", "Poles", "direction", "place_words", "pole_draws", "score_bounds", "separation"]


@dataclass(frozen=True, slots=True)
class AxisScore:
    """One word on an axis.

    Attributes:
        word: as it was asked for, or the key without its tag.
        key: what it was resolved to.
        score: cosine with the axis, in [-1, 1]; above 0 is nearer the high pole.
        low, high: 95 % bootstrap interval of the score over the pole words; ``None`` where both poles are single words.
    """

    word: str
    key: str
    score: float
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class Axis(Record):
    """Words between two poles, highest score first.

    Attributes:
        low, high: what the words of each pole were taken for.
        scores: the words, highest first.
        separation: cosine of the two poles' mean vectors; near 1 they hardly differ and the axis says little.
        samples, seed: the bootstrap behind the intervals (0 samples: no intervals).
        model: name of the model.
    """

    low: tuple[Resolution, ...]
    high: tuple[Resolution, ...]
    scores: tuple[AxisScore, ...]
    separation: float
    samples: int
    seed: int
    model: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "low": [resolution.to_dict() for resolution in self.low],
            "high": [resolution.to_dict() for resolution in self.high],
            "separation": self.separation,
            "samples": self.samples,
            "seed": self.seed,
            "scores": [score.to_dict() for score in self.scores],
        }

    def to_frame(self) -> pd.DataFrame:
        """A table with the columns word, key, score, low, high."""
        import pandas as pd

        return pd.DataFrame([s.to_dict() for s in self.scores], columns=["word", "key", "score", "low", "high"])

    def sheet(self) -> Sheet:
        return sheets.axis(self)


def direction(low: Floats, high: Floats) -> Floats | None:
    """The unit vector from the mean of the low pole's unit vectors (k × d) to the high one's; ``None`` where they coincide."""
    way = high.mean(axis=0) - low.mean(axis=0)
    length = float(np.linalg.norm(way))
    return None if length < 1e-6 else np.asarray(way / length, np.float32)


def separation(low: Floats, high: Floats) -> float:
    """Cosine of the means of two poles' unit vectors."""
    low_mean, high_mean = low.mean(axis=0), high.mean(axis=0)
    lengths = float(np.linalg.norm(low_mean) * np.linalg.norm(high_mean))
    return float(low_mean @ high_mean) / lengths if lengths > 0 else 0.0


def pole_draws(unit: Floats, samples: int, rng: np.random.Generator) -> Floats:
    """Means of ``samples`` bootstrap draws of the rows: samples × d."""
    size = len(unit)
    weights = rng.multinomial(size, np.full(size, 1 / size), size=samples).astype(np.float32) / size
    return np.asarray(weights @ unit, dtype=np.float32)


def score_bounds(unit: Floats, low: Floats, high: Floats, samples: int, seed: int) -> list[tuple[float, float]]:
    """Bounds of the scores of m words over bootstrap draws of the pole words.

    Args:
        unit: the words' unit vectors, m × d.
        low, high: unit vectors of each pole's words, k × d.
        samples, seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    drawn = pole_draws(high, samples, rng) - pole_draws(low, samples, rng)
    lengths = np.linalg.norm(drawn, axis=1, keepdims=True)
    kept = lengths[:, 0] > 1e-6  # a draw in which both poles coincide has no direction
    return [bounds(line) for line in np.clip(unit @ (drawn[kept] / lengths[kept]).T, -1, 1)]


class Poles(Protocol):
    """What an axis asks of vectors; see :class:`explorer.vectors.vectors.Vectors`."""

    @property
    def name(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def vectors(self) -> Floats: ...
    @property
    def inverse(self) -> Floats: ...
    def resolve(self, word: str) -> Resolution: ...
    def rows(self, resolution: Resolution) -> list[int]: ...
    def unit_vectors(self, words: Sequence[str]) -> Floats: ...
    def mask(self, tags: str | Iterable[str] | None, min_count: int) -> npt.NDArray[np.bool_] | None: ...


def place_words(
    v: Poles,
    low: str | Sequence[str],
    high: str | Sequence[str],
    words: Sequence[str] | None = None,
    *,
    n: int = 20,
    samples: int = 1000,
    seed: int = 42,
    tags: str | Iterable[str] | None = None,
    min_count: int = 0,
) -> Axis:
    """Where words lie on the axis from ``low`` to ``high``, e.g. 남자 and 여자 (:mod:`explorer.vectors.axes`).

    Args:
        v: the vectors.
        low, high: a word or several for each pole.
        words: the words to place; by default the ``n`` keys at each end of the axis.
        n: how many at each end, when ``words`` is not given.
        samples: bootstrap draws of the pole words; used where a pole has two words or more.
        seed: seed of the draws.
        tags, min_count: which keys may stand at the ends, as in :meth:`similar`.

    Raises:
        OutOfVocabulary: a word has no vector.
        BadInput: an empty pole, or poles that are the same.
    """
    (low_words, low_found, low_unit), (high_words, high_found, high_unit) = (
        _pole(v, low, "vectors.low_pole_empty"),
        _pole(v, high, "vectors.high_pole_empty"),
    )
    way = direction(low_unit, high_unit)
    if way is None:
        raise BadInput("vectors.poles_same", low=", ".join(low_words[:3]), high=", ".join(high_words[:3]))
    asked = _ends(v, way, [*low_found, *high_found], n, v.mask(tags, min_count)) if words is None else list(words)
    unit = v.unit_vectors(asked)
    scores = np.clip(unit @ way, -1, 1)
    resampled = samples > 0 and (len(low_unit) > 1 or len(high_unit) > 1)
    around: list[tuple[float | None, float | None]] = [(None, None)] * len(asked)
    if resampled and asked:
        around[:] = score_bounds(unit, low_unit, high_unit, samples, seed)
    placed = [
        AxisScore(
            word_of(asked[row]) if words is None else asked[row], v.resolve(asked[row]).key, float(scores[row]), *around[row]
        )
        for row in np.argsort(-scores, kind="stable")
    ]
    apart = separation(low_unit, high_unit)
    return Axis(low_found, high_found, tuple(placed), apart, samples if resampled else 0, seed, v.name)


def _pole(v: Poles, words: str | Iterable[str], code: str) -> tuple[list[str], tuple[Resolution, ...], Floats]:
    chosen = [words] if isinstance(words, str) else list(words)
    if not chosen:
        raise BadInput(code)
    return chosen, tuple(map(v.resolve, chosen)), v.unit_vectors(chosen)


def _ends(v: Poles, way: Floats, poles: Iterable[Resolution], n: int, mask: npt.NDArray[np.bool_] | None) -> list[str]:
    """Keys at both ends of an axis, the poles' own left out."""
    barred = sorted({row for resolution in poles for row in v.rows(resolution)})
    ends = nearest(v.vectors, np.stack([way, -way]), n, v.inverse, [barred, barred], mask)
    return [v.keys[row] for row in dict.fromkeys(int(row) for rows, _ in ends for row in rows)]
