"""Semantic axes: where words lie between two poles, such as 남자 and 여자.

The axis is the difference of the poles' mean unit vectors; a word's score is its cosine with that difference
(An, Kwak & Ahn 2018, ACL, "SemAxis"). A pole of several words says more than a pole of one, and lets the score carry an
interval: the pole words are drawn again with replacement, so the interval shows how much the choice of words decides.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.intervals import bounds
from explorer.vectors.records import Resolution
from explorer.vectors.search import Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Axis", "AxisScore", "direction", "pole_draws", "score_bounds", "separation"]


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
