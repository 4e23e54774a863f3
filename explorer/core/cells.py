"""Cells of tables that leave for a spreadsheet."""

from __future__ import annotations

__all__ = ["csv_cell"]


def csv_cell(value: str) -> str:
    """A cell of a CSV file; one that begins like a formula would be computed by a spreadsheet.

    >>> csv_cell("=1+1"), csv_cell("왕/NNG")
    ("'=1+1", '왕/NNG')
    """
    return f"'{value}" if value[:1] in tuple("=+-@\t\r") else value
