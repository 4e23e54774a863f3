"""How the answer of a card leaves a page: as a table, and as lines of Python that give the same numbers.

A view names the answers of its cards in ``CARDS``. What is taken along is computed from the page's address alone, so that it
cannot be another answer than the one a link leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explorer.core.cells import csv_text

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Take", "csv_of", "lines"]

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Take:
    """One answer of a page, from what stands in its address (decoded with the page's ``FIELDS``).

    Attributes:
        frame: the answer as a table; raises NotReady while it is made, ExplorerError where there is none.
        python: lines that end with ``answer = …``, the same table.
        html: a page that opens from the disk without a network, where the answer has one; its card is made with
            ``takes=(VIEW, entry, "html")``.
    """

    frame: Callable[[Values], DataFrame]
    python: Callable[[Values], str]
    html: Callable[[Values], str] | None = None


def lines(template: str, **values: Any) -> str:
    r"""Python with values written as literals: what a person typed stays a string, whatever it holds.

    >>> lines("v.similar({word}, {n})", word="왕\"'; import os", n=10)
    'v.similar(\'왕"\\\'; import os\', 10)'
    """
    return template.format(**{name: repr(value) for name, value in values.items()})


def csv_of(frame: DataFrame) -> str:
    """A table as CSV that spreadsheets open as it is: with the mark of UTF-8, and no cell that would be computed."""
    return "\ufeff" + csv_text(frame)
