"""What some work may take, as far as it can be said before it begins."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Cost"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What some work may take: seconds of the whole, and bytes of memory at most."""

    seconds: float
    bytes: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
