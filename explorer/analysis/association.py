"""Do two groups of words lean to different sides? The Word-Embedding Association Test, with an interval and a p-value.

Where single words lie between two poles is asked with ``v.axis(…)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.intervals import bounds
from explorer.display.record import Record
from explorer.vectors.records import Resolution

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["Association", "weat"]

_EXACT = 20_000


@dataclass(frozen=True, slots=True, repr=False)
class Association(Record):
    """The result of a WEAT (Caliskan, Bryson & Narayanan 2017, Science).

    Attributes:
        effect: d = (mean s(x) - mean s(y)) / standard deviation of s over both, s(w) = mean cos(w, a) - mean cos(w, b);
            from -2 to 2, above 0 where the first group leans to the first attribute.
        low, high: 95 % bootstrap interval of ``effect`` over the words of all four sets.
        p: one-sided permutation p-value: the share of ways to split the words into two groups that lean at least as much.
        exact: whether every split was tried; else ``samples`` random ones.
        samples, seed: of the bootstrap and the random splits.
        x, y, a, b: what the words were taken for.
        model: name of the model.
    """

    effect: float
    low: float
    high: float
    p: float
    exact: bool
    samples: int
    seed: int
    x: tuple[Resolution, ...]
    y: tuple[Resolution, ...]
    a: tuple[Resolution, ...]
    b: tuple[Resolution, ...]
    model: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """A table of one row: the numbers."""
        import pandas as pd

        names = ["effect", "low", "high", "p", "exact", "samples", "seed", "model"]
        return pd.DataFrame([{name: getattr(self, name) for name in names}])


def _effect(scores_x: npt.NDArray[Any], scores_y: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Effect sizes along the last axis; NaN where all scores are equal."""
    spread = np.concatenate([scores_x, scores_y], axis=-1).std(axis=-1, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        result: npt.NDArray[np.float64] = (scores_x.mean(axis=-1) - scores_y.mean(axis=-1)) / np.where(
            spread > 1e-9, spread, np.nan
        )
    return result


def _p_value(
    scores: npt.NDArray[Any], size: int, observed: float, samples: int, rng: np.random.Generator
) -> tuple[float, bool]:
    total, n = float(scores.sum()), len(scores)

    def lean(chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        first: npt.NDArray[np.float64] = scores[chosen].sum(axis=-1)
        return first / size - (total - first) / (n - size)

    if comb(n, size) <= _EXACT:
        leans = lean(np.array(list(combinations(range(n), size)), dtype=np.int64))
        return float(np.mean(leans >= observed - 1e-9)), True
    leans = lean(np.argsort(rng.random((samples, n)), axis=1)[:, :size])
    # The split that was observed is one of those possible, so p is never 0.
    return float((np.count_nonzero(leans >= observed - 1e-9) + 1) / (samples + 1)), False


def weat(
    v: Vectors, x: Sequence[str], y: Sequence[str], a: Sequence[str], b: Sequence[str], *, samples: int = 2000, seed: int = 42
) -> Association:
    """How much more the words ``x`` than ``y`` lean to the attributes ``a`` rather than ``b``.

    Args:
        v: the vectors.
        x, y: the two groups, two words or more each.
        a, b: the two attributes, two words or more each.
        samples, seed: of the bootstrap and of the random splits.

    Raises:
        OutOfVocabulary: a word has no vector.
        BadInput: a set of fewer than two words, or words that all lean the same.

    >>> from explorer.vectors.vectors import Vectors
    >>> rows = [[1, 0.1], [1, 0.3], [0.2, 1], [0, 1], [1, 0], [0.9, 0], [0, 1.1], [0.1, 1]]
    >>> found = weat(Vectors(list("꽃풀벌쥐좋참싫밉"), rows), ["꽃", "풀"], ["벌", "쥐"], ["좋", "참"], ["싫", "밉"])
    >>> round(found.effect, 2), round(found.p, 2)
    (1.72, 0.17)
    """
    sets = {"x": x, "y": y, "a": a, "b": b}
    for name, words in sets.items():
        if isinstance(words, str) or len(words) < 2:
            raise BadInput("analysis.set_too_small", name=name)
    if samples < 1:
        raise BadInput("analysis.samples_too_few", samples=samples)
    unit = {name: v.unit_vectors(list(words)) for name, words in sets.items()}
    groups = np.vstack([unit["x"], unit["y"]])
    to_a, to_b = groups @ unit["a"].T, groups @ unit["b"].T
    scores = to_a.mean(axis=1).astype(np.float64) - to_b.mean(axis=1)
    size = len(x)
    effect = float(_effect(scores[:size], scores[size:]))
    if np.isnan(effect):
        raise BadInput("analysis.no_effect_to_measure")
    rng = np.random.default_rng(seed)
    p, exact = _p_value(scores, size, float(scores[:size].mean() - scores[size:].mean()), samples, rng)
    drawn = np.empty(samples)
    for place in range(samples):
        rows = np.concatenate([rng.integers(0, size, size), size + rng.integers(0, len(y), len(y))])
        of_a, of_b = rng.integers(0, len(a), len(a)), rng.integers(0, len(b), len(b))
        again = to_a[np.ix_(rows, of_a)].mean(axis=1) - to_b[np.ix_(rows, of_b)].mean(axis=1)
        drawn[place] = _effect(again[:size], again[size:])
    low, high = bounds(drawn)
    found = {name: tuple(v.resolve(word) for word in words) for name, words in sets.items()}
    return Association(effect, low, high, p, exact, samples, seed, **found, model=v.name)
