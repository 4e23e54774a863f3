"""Texts that leave for a spreadsheet or a terminal, where some signs are commands."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["csv_cell", "csv_text", "visible"]

_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def csv_cell(value: str) -> str:
    """A cell of a CSV file; one that begins like a formula would be computed by a spreadsheet, and a lone CR would begin a row.

    >>> csv_cell("=1+1"), csv_cell("왕/NNG")
    ("'=1+1", '왕/NNG')
    """
    guarded = f"'{value}" if value[:1] in tuple("=+-@\t\r\n") else value
    return guarded.replace("\r\n", "\n").replace("\r", "\n")


def csv_text(table: DataFrame) -> str:
    """A table as CSV, every text of it and every name of a column as :func:`csv_cell`: the only way tables leave as CSV."""
    guarded = table.map(lambda cell: csv_cell(cell) if isinstance(cell, str) else cell)
    guarded.columns = [csv_cell(str(name)) for name in table.columns]
    return guarded.to_csv(index=False, lineterminator="\n")


def visible(text: str) -> str:
    r"""A text for a terminal: signs that would move its cursor, colour it or turn the direction of writing are told by number.

    >>> visible("\x1b[31m왕\u202e"), visible("왕\t여왕")
    ('<U+001B>[31m왕<U+202E>', '왕\t여왕')
    """
    if text.isprintable():
        return text
    return "".join(
        f"<U+{ord(char):04X}>" if char in _TURNING or (unicodedata.category(char) == "Cc" and char not in "\n\t") else char
        for char in text
    )
