"""What every trainer asks of its numbers, once."""

from __future__ import annotations

from explorer.core.errors import BadInput
from explorer.text.morphology import cpu_count

__all__ = ["at_least_one", "threads"]


def at_least_one(**values: float | None) -> None:
    """Refuse the first of these parameters that is below 1; ``None`` is no value.

    Raises:
        BadInput: names the parameter.
    """
    for name, value in values.items():
        if value is not None and value < 1:
            raise BadInput("static.parameter_below_one", key=name, value=value)


def threads(workers: int | None) -> int:
    """How many threads to train with: as many as were asked for, or all cores."""
    at_least_one(workers=workers)
    return workers or cpu_count()
