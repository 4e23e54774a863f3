"""Several models on one test set: each on what it covers, and all on what all cover.

A model that knows few words is asked the easy questions. Only scores on the common part can be held against each other,
and only together with the interval of their difference, which is drawn over the same items for all models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.analysis.evaluation import covered_items, judge
from explorer.analysis.judged import Judged
from explorer.analysis.scores import Score
from explorer.analysis.test_sets import AnalogySet, SimilaritySet, read_test_set
from explorer.core.errors import BadInput
from explorer.core.intervals import bounds
from explorer.core.progress import ProgressCallback, report
from explorer.display.record import Record

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["Difference", "ScoreComparison", "compare_scores"]


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one model is than another on the common items.

    Attributes:
        model, against: the two models.
        value: score of the first minus score of the second.
        low, high: 95 % interval, from bootstrap draws of the same items for both. Where it holds 0, the difference may be chance.
    """

    model: str
    against: str
    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class ScoreComparison(Record):
    """Models side by side on one test set.

    Attributes:
        name: of the test set.
        metric: ``"spearman"`` or ``"accuracy"``.
        common: items every model covers; ``total``: all items.
        own: each model's score on what it covers itself.
        shared: each model's score on the common items, in the same order.
        differences: the model that leads on the common items against each other one.
    """

    name: str
    metric: str
    common: int
    total: int
    own: tuple[Score, ...]
    shared: tuple[Score, ...]
    differences: tuple[Difference, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "metric": self.metric,
            "common": self.common,
            "total": self.total,
            "own": [score.to_dict() for score in self.own],
            "shared": [score.to_dict() for score in self.shared],
            "differences": [difference.to_dict() for difference in self.differences],
        }

    def to_frame(self) -> pd.DataFrame:
        """A row for each model: its own score and coverage, then the score on the common items."""
        import pandas as pd

        rows = [
            {
                "model": own.model,
                "own": own.value,
                "covered": own.covered,
                "total": self.total,
                "shared": shared.value,
                "low": shared.low,
                "high": shared.high,
                "common": self.common,
                "random_pair_cosine": own.random_pair_cosine,
            }
            for own, shared in zip(self.own, self.shared, strict=True)
        ]
        return pd.DataFrame(rows)


def compare_scores(
    models: Sequence[Vectors],
    name_or_path: str | Path | SimilaritySet | AnalogySet,
    *,
    method: str = "3cosadd",
    resolve: str = "form",
    samples: int = 1000,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> ScoreComparison:
    """Score several models on one test set, also on the items that all of them cover.

    Args:
        models: two or more.
        name_or_path, method, resolve, samples, seed: as in :func:`explorer.analysis.evaluation.evaluate`.
        progress: told which model is being asked.

    Raises:
        BadInput: fewer than two models, or no (for pairs: fewer than 3) items that all cover.
    """
    if len(models) < 2:
        raise BadInput("analysis.comparison_too_small", count=len(models))
    tests = name_or_path if isinstance(name_or_path, SimilaritySet | AnalogySet) else read_test_set(name_or_path)
    total = len(tests.items)
    common = set(range(total))
    for v in models:
        common.intersection_update(covered_items(v, tests, resolve))
    if len(common) < (3 if isinstance(tests, SimilaritySet) else 1):
        raise BadInput("analysis.too_few_common_items", common=len(common), total=total, name=tests.name, models=len(models))
    part = tests.part(sorted(common))
    own: list[Score] = []
    judged: list[Judged] = []
    for number, v in enumerate(models):
        report(progress, "comparing models", number, len(models), "models", v.name)
        own.append(judge(v, tests, method, resolve, samples, seed, progress).score)
        judged.append(judge(v, part, method, resolve, samples, seed, progress))
    report(progress, "comparing models", len(models), len(models), "models")
    best = max(range(len(models)), key=lambda place: judged[place].score.value)
    differences = tuple(_difference(judged[best], other) for place, other in enumerate(judged) if place != best)
    shared = tuple(each.score for each in judged)
    return ScoreComparison(tests.name, shared[0].metric, len(common), total, tuple(own), shared, differences)


def _difference(first: Judged, second: Judged) -> Difference:
    value = first.score.value - second.score.value
    return Difference(first.score.model, second.score.model, value, *bounds(first.draws - second.draws, empty=(value, value)))
