"""What a comparison says of one tokenizer, and what its numbers mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.core.errors import ExplorerError
from explorer.core.intervals import Interval
from explorer.core.messages import Message
from explorer.tokenizers.comparison.definitions import DEFINITIONS
from explorer.tokenizers.comparison.metrics import LostText

__all__ = ["ComparisonRow", "definitions_of", "metrics_of"]


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One tokenizer's numbers.

    Attributes:
        tokenizer: its name.
        params: exactly which tokenizer it was.
        vocab_size: size of its closed vocabulary, if it has one.
        totals: documents, tokens, eojeol, characters and bytes counted.
        metrics: by name, see :data:`explorer.tokenizers.comparison.definitions.METRICS`.
        warnings: what it hides or loses; its length compares with no other while there is one.
        notes: what else must be read beside the numbers.
        lost: the characters that did not come back, most frequent first.
        lost_examples: places where something did not come back.
        error: why there are no numbers, or ``None``.
    """

    tokenizer: str
    params: Mapping[str, Any] = field(default_factory=dict)
    vocab_size: int | None = None
    totals: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, Interval] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    lost: tuple[tuple[str, int], ...] = ()
    lost_examples: tuple[LostText, ...] = ()
    error: ExplorerError | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data; the remarks as English sentences."""
        return {
            "tokenizer": self.tokenizer,
            "vocab_size": self.vocab_size,
            **self.totals,
            **{name: interval.to_dict() for name, interval in self.metrics.items()},
            "warnings": list(map(str, self.warnings)),
            "notes": list(map(str, self.notes)),
            "lost": [{"text": text, "count": count} for text, count in self.lost],
            "lost_examples": [example.to_dict() for example in self.lost_examples],
            "error": None if self.error is None else str(self.error),
        }


def metrics_of(rows: Iterable[ComparisonRow]) -> list[str]:
    """Names of the metrics that some row has a value for, in the order of their definitions."""
    present = {name for row in rows for name, interval in row.metrics.items() if interval.value is not None}
    return [name for name in DEFINITIONS if name in present]


def definitions_of(rows: Iterable[ComparisonRow], reference: str | None) -> dict[str, str]:
    """What the numbers of these rows mean, the reference of the boundaries included."""
    found = {name: DEFINITIONS[name] for name in metrics_of(rows)}
    if reference == "kiwi":
        for name in found:
            if name.startswith(("boundary", "exact", "fused")):
                found[name] += " (reference: Kiwi's analysis of the corpus, no gold standard)"
    return found
