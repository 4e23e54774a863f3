"""What a model scores on a test set of words in sentences, or of sentences: plain records."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from explorer.display import scores
from explorer.display.record import Record
from explorer.display.sheet import Sheet

if TYPE_CHECKING:
    import pandas as pd

    from explorer.analysis.in_context.models import ContextModel

__all__ = ["ContextScore", "Measure"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its 95 % bootstrap interval.

    Attributes:
        name: ``"accuracy"``, ``"auc"``, ``"ari"``, ``"v_measure"``, ``"number_right"``, ``"spearman"``, ``"pearson"``, …
        value, low, high: the number and its interval.
        chance: what is had without looking (the more frequent answer, a random order); ``None`` where that is not said.
    """

    name: str
    value: float
    low: float
    high: float
    chance: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class ContextScore(Record):
    """How well a model does on one test set.

    Attributes:
        name: of the test set.
        kind: ``"wic"``, ``"senses"``, ``"sentences"``, ``"assigning"`` or ``"masking"``.
        model: its name.
        representation, layer: what was compared; a layer of ``None`` is the model's own choice, or it has none.
        measures: the numbers, the most wanted first.
        covered, total: items that were scored (the word was found in all of their sentences, no sentence was empty), and all.
        words: how many different words the covered items ask about; 0 where there are none.
        samples, seed: of the bootstrap: over words where items ask about words, else over items.
        details: further numbers; each kind says which.
    """

    name: str
    kind: str
    model: str
    representation: str | None
    layer: int | None
    measures: tuple[Measure, ...]
    covered: int
    total: int
    words: int = 0
    samples: int = 0
    seed: int = 42
    details: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        model: ContextModel,
        name: str,
        kind: str,
        measures: tuple[Measure, ...],
        read: tuple[int, int],
        words: int,
        samples: int,
        seed: int,
        details: dict[str, Any],
    ) -> ContextScore:
        """The score of a model; ``read`` is ``covered`` and ``total``."""
        return cls(name, kind, model.name, model.representation, model.layer, measures, *read, words, samples, seed, details)

    def measure(self, name: str) -> Measure | None:
        """One of the numbers by its name."""
        return next((one for one in self.measures if one.name == name), None)

    @property
    def value(self) -> float:
        """The first number."""
        return self.measures[0].value

    @property
    def interval(self) -> tuple[float, float]:
        """``(low, high)`` of it."""
        return self.measures[0].low, self.measures[0].high

    @property
    def coverage(self) -> float:
        """Share of the items that were scored."""
        return self.covered / self.total

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__}
        return plain | {"coverage": self.coverage, "measures": [one.to_dict() for one in self.measures]}

    def to_frame(self) -> pd.DataFrame:
        """A row a number."""
        import pandas as pd

        about = {"name": self.name, "model": self.model, "covered": self.covered, "total": self.total}
        return pd.DataFrame(
            [{"measure": one.name, "value": one.value, "low": one.low, "high": one.high, **about} for one in self.measures]
        )

    def sheet(self) -> Sheet:
        return scores.context_score(self)
