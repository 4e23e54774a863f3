"""Semantic axes: where words lie between two poles, such as 남자 and 여자.

The axis is the difference of the poles' mean unit vectors; a word's score is its cosine with that difference
(An, Kwak & Ahn 2018, ACL, "SemAxis"). A pole of several words says more than a pole of one, and lets the score carry an
interval: the pole words are drawn again with replacement, so the interval shows how much the choice of words decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.intervals import bounds
from explorer.text.tags import word_of
from explorer.vectors.records import Resolution
from explorer.vectors.search import Floats, nearest

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["Axis", "AxisScore", "axis", "pole_draws"]


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


@dataclass(frozen=True, slots=True)
class Axis:
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


def pole_draws(unit: Floats, samples: int, rng: np.random.Generator) -> Floats:
    """Means of ``samples`` bootstrap draws of the rows: samples × d."""
    size = len(unit)
    weights = rng.multinomial(size, np.full(size, 1 / size), size=samples).astype(np.float32) / size
    return np.asarray(weights @ unit, dtype=np.float32)


def _pole(v: Vectors, words: str | Iterable[str], side: str) -> tuple[list[str], tuple[Resolution, ...], Floats]:
    chosen = [words] if isinstance(words, str) else list(words)
    if not chosen:
        raise BadInput("vectors.pole_empty", side=side)
    return chosen, tuple(v.resolve(word) for word in chosen), v.unit_vectors(chosen)


def _extremes(v: Vectors, direction: Floats, poles: Iterable[Resolution], n: int, tags: Any, min_count: int) -> list[str]:
    """Keys at both ends of the axis, the poles' own left out."""
    mask = v.mask(tags, min_count)
    barred = sorted({row for resolution in poles for row in v.rows(resolution)})
    ends = nearest(v.vectors, np.stack([direction, -direction]), n, v.inverse, [barred, barred], mask)
    return [v.keys[row] for row in dict.fromkeys(int(row) for rows, _ in ends for row in rows)]


def axis(
    v: Vectors,
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
    """Scores of words on the axis from ``low`` to ``high``.

    Args:
        v: the vectors.
        low, high: a word or several for each pole.
        words: the words to place; by default the ``n`` keys at each end of the axis.
        n: how many at each end, when ``words`` is not given.
        samples: bootstrap draws of the pole words; used where a pole has two words or more.
        seed: seed of the draws.
        tags, min_count: which keys may stand at the ends, as in :meth:`Vectors.similar`.

    Raises:
        OutOfVocabulary: a word has no vector.
        BadInput: an empty pole, or poles that are the same.
    """
    low_words, low_found, low_unit = _pole(v, low, "low")
    high_words, high_found, high_unit = _pole(v, high, "high")
    low_mean, high_mean = low_unit.mean(axis=0), high_unit.mean(axis=0)
    direction = high_mean - low_mean
    length = float(np.linalg.norm(direction))
    if length < 1e-6:
        raise BadInput("vectors.poles_same", low=", ".join(low_words[:3]), high=", ".join(high_words[:3]))
    direction /= length
    given = words is not None
    asked = list(words) if words is not None else _extremes(v, direction, [*low_found, *high_found], n, tags, min_count)
    unit = v.unit_vectors(asked)
    scores = np.clip(unit @ direction, -1, 1)
    resampled = samples > 0 and (len(low_unit) > 1 or len(high_unit) > 1)
    around: list[tuple[float | None, float | None]] = [(None, None)] * len(asked)
    if resampled and asked:
        rng = np.random.default_rng(seed)
        drawn = pole_draws(high_unit, samples, rng) - pole_draws(low_unit, samples, rng)
        lengths = np.linalg.norm(drawn, axis=1, keepdims=True)
        kept = lengths[:, 0] > 1e-6  # a draw in which both poles coincide has no direction
        around = [bounds(line) for line in np.clip(unit @ (drawn[kept] / lengths[kept]).T, -1, 1)]
    rows = [
        AxisScore(
            asked[place] if given else word_of(asked[place]), v.resolve(asked[place]).key, float(scores[place]), *around[place]
        )
        for place in np.argsort(-scores, kind="stable")
    ]
    means = float(np.linalg.norm(low_mean) * np.linalg.norm(high_mean))
    separation = float(low_mean @ high_mean) / means if means > 0 else 0.0
    return Axis(low_found, high_found, tuple(rows), separation, samples if resampled else 0, seed, v.name)
