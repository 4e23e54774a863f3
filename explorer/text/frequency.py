"""How often something occurs, of how much."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Frequency"]


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a word occurs.

    Attributes:
        count: occurrences; ``None`` where only their order is known.
        rank: 1 for the most frequent; words seen equally often share the better rank.
        of: how many words are ranked.
        per_million: occurrences in a million of all that are counted; ``None`` without counts.
    """

    count: int | None
    rank: int
    of: int
    per_million: float | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
