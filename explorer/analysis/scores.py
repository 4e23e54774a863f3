"""Scores on test sets: frozen records that know how to become plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from explorer.display import scores
from explorer.display.record import Record
from explorer.display.sheet import Sheet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Score", "Section"]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an analogy set.

    Attributes:
        name, metric: as in :class:`Score`.
        value, low, high: accuracy and its 95 % interval; ``None`` where no question is covered.
        covered, total: questions all of whose words have vectors, and all questions.
        impossible: covered questions whose answer is one of their own words, which exclusion bars.
        included: accuracy when the words of the question may answer it.
        distance: mean cosine distance 1 - cos(b - a + c, d), lower is better; only to be read beside the model's random-pair
            cosine, because any space whose vectors point one way gets it for nothing.
        measured: questions ``distance`` is the mean over: those covered, and with sub-words also those whose words are no keys.
        baseline: accuracy of answering with the word nearest to c, without looking at a and b (Linzen 2016).
        by_method: accuracy of each method that was asked for.
        of_all: accuracy over all questions, those not covered counted as wrong.
    """

    name: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    covered: int
    total: int
    impossible: int = 0
    included: float | None = None
    distance: float | None = None
    measured: int = 0
    baseline: float | None = None
    by_method: dict[str, float] = field(default_factory=dict)
    of_all: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class Score(Record):
    """How well vectors do on a test set.

    Attributes:
        name: of the test set.
        kind: ``"similarity"`` or ``"analogy"``.
        metric: ``"spearman"`` (in [-1, 1]) or ``"accuracy"`` (in [0, 1]).
        value: the score over the covered part.
        low, high: 95 % bootstrap interval over word pairs (an analogy set asks many questions about few pairs).
        covered, total: items all of whose words have vectors, and all items. A score without its coverage means little.
        sections: the parts of an analogy set.
        method: of analogies; empty for similarity.
        resolve: how far test words were resolved (:data:`explorer.analysis.evaluation.RESOLVE`).
        random_pair_cosine: mean cosine of random pairs of keys; far above 0 the space is anisotropic.
        details: further numbers; of pairs: distinct_pairs, missing words; of analogies, over the whole set: impossible, included,
            distance, measured, baseline, by_method and of_all, as in :class:`Section`, and section_mean, the mean of the sections'
            of_all, to which every section adds the same.
        kinds: the syntactic and the semantic sections together, where the set tells them apart.
        samples, seed: of the bootstrap.
        model: name of the model.

    >>> found = Score("ws", "similarity", "spearman", 0.62, 0.55, 0.68, covered=340, total=353)
    >>> found.value, found.low, found.high, f"{found.covered / found.total:.0%}"
    (0.62, 0.55, 0.68, '96%')
    """

    name: str
    kind: str
    metric: str
    value: float
    low: float
    high: float
    covered: int
    total: int
    sections: tuple[Section, ...] = ()
    method: str = ""
    resolve: str = "form"
    random_pair_cosine: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)
    samples: int = 0
    seed: int = 42
    model: str = ""
    kinds: tuple[Section, ...] = ()

    @property
    def coverage(self) -> float:
        """Share of the items that were scored."""
        return self.covered / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """``(low, high)``."""
        return self.low, self.high

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in ("sections", "kinds")}
        parts = {name: [part.to_dict() for part in getattr(self, name)] for name in ("sections", "kinds")}
        return plain | {"coverage": self.coverage} | parts

    @staticmethod
    def from_dict(plain: Mapping[str, Any]) -> Score:
        """The record again, from what :meth:`to_dict` gave (also through JSON)."""
        parts = {name: tuple(Section(**part) for part in plain[name]) for name in ("sections", "kinds")}
        return Score(**{name: value for name, value in plain.items() if name != "coverage"} | parts)

    def to_frame(self) -> pd.DataFrame:
        """A table: the whole first, then a row for each section; for analogies with each method and the distance."""
        import pandas as pd

        columns = ["name", "metric", "value", "low", "high", "covered", "total"]
        rows = [{name: getattr(part, name) for name in columns} for part in (self, *self.sections)]
        if self.kind == "analogy":
            more = ["impossible", "included", "baseline", "distance", "measured"]
            methods = list(self.details["by_method"])
            for row, part in zip(rows, (self.details, *(section.to_dict() for section in self.sections)), strict=True):
                row |= {name: part[name] for name in more} | {name: part["by_method"].get(name) for name in methods}
            columns += [*more, *methods]
        return pd.DataFrame(rows, columns=columns)

    def sheet(self) -> Sheet:
        return scores.score(self)
