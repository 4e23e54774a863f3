"""What every answer can do besides holding its numbers: be plain data, a table, something to look at, a figure."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from explorer.core.later import later
from explorer.display.sheet import Sheet, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Record"]


class Record(ABC):
    """An answer. Subclasses are frozen dataclasses made with ``repr=False``, so that a terminal shows the table, not the fields."""

    __slots__ = ()

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""

    @abstractmethod
    def to_frame(self) -> pd.DataFrame:
        """A table."""

    def sheet(self) -> Sheet:
        """What is shown of it; by default its table."""
        table = self.to_frame()
        columns = [_plain(table[name].tolist()) for name in table.columns]
        rows = tuple(zip(*columns, strict=True))
        return Sheet(self._heading(), columns=tuple(map(str, table.columns)), rows=rows)

    def _heading(self) -> str:
        about = [getattr(self, name, "") for name in ("word", "expression", "text", "model", "name")]
        return " · ".join([type(self).__name__, *(shown(one, 60) for one in about if isinstance(one, str) and one)])

    def plot(self, scheme: str = "light", language: str | None = None) -> Any:
        """The dashboard's figure of this answer, a ``plotly.graph_objects.Figure``.

        Args:
            scheme: ``"light"`` or ``"dark"``.
            language: ``"ko"`` or ``"en"``; by default that of messages.

        Raises:
            BadInput: the dashboard draws no such answer; lists what it draws.
        """
        return later("plot", self, scheme, language)

    def __repr__(self) -> str:
        return self.sheet().text()

    def _repr_html_(self) -> str:
        return self.sheet().html()


def _plain(cells: list[Any]) -> list[Any]:
    """A column without the stand-ins for nothing; counts that a table made fractions for their sake are counts again."""
    there = [None if isinstance(cell, float) and math.isnan(cell) else cell for cell in cells]
    numbers = [cell for cell in there if cell is not None]
    whole = bool(numbers) and all(isinstance(cell, float) and cell.is_integer() for cell in numbers)
    if whole and max(map(abs, numbers)) > 1:
        return [None if cell is None else int(cell) for cell in there]
    return there
