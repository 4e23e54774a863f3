"""A record as something to look at: a title, remarks, a table, a picture. Rendered as HTML for notebooks and as lines for terminals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.core import settings
from explorer.core.messages import Message, codes
from explorer.display.colours import FONT
from explorer.display.plain import escaped

__all__ = ["Sheet", "bar", "label", "say", "shown", "width"]

MOST_ROWS, MOST_LINES, MOST_CHARACTERS = 200, 30, 120
"""Rows that a notebook shows, lines that a terminal shows, and characters of a cell; the rest is counted."""

_LINE = "border-bottom:1px solid rgba(128,128,128,.25);padding:2px 10px"
_BLUE, _ORANGE = "66,99,235", "213,94,0"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is shown of a record.

    Attributes:
        title: one line.
        notes: further lines.
        columns: names of the columns (:func:`label` says them in the person's language).
        rows: the cells.
        bars: a column whose numbers are drawn as bars, with what the ends of the bar mean.
        heat: colour the cells by their numbers in [-1, 1].
        picture: SVG made in this room, above the table.
        body: HTML made in this room, instead of the table.
        lines: text, instead of the table.
        table: whether HTML shows the rows, too; a terminal always does.
    """

    title: str
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    bars: tuple[str, float, float] | None = None
    heat: bool = False
    picture: str = ""
    body: str = ""
    lines: tuple[str, ...] = ()
    table: bool = True

    def html(self) -> str:
        """The sheet as HTML that needs no script and no style sheet; all text in it stands for itself.

        >>> "<td" in Sheet("a", columns=("x",), rows=((1,),)).html(), "&lt;b&gt;" in Sheet("<b>").html()
        (True, True)
        """
        parts = [f'<div style="font-weight:600;margin:2px 0">{escaped(shown(self.title, 400))}</div>']
        parts += [f'<div style="opacity:.75;font-size:90%">{escaped(shown(note, 400))}</div>' for note in self.notes]
        parts.append(self.picture)
        parts.append(self.body or (self._table() if self.rows and self.table else ""))
        return f'<div style="font-family:{escaped(FONT)};line-height:1.5;overflow-x:auto">{"".join(parts)}</div>'

    def _table(self) -> str:
        numbers = self._numeric()
        head = "".join(
            f'<th style="{_LINE};text-align:{"right" if numeric else "left"};font-weight:600;opacity:.75">{escaped(label(name))}</th>'
            for name, numeric in zip(self.columns, numbers, strict=True)
        )
        rows = "".join(self._row(row, numbers) for row in self.rows[:MOST_ROWS])
        left = len(self.rows) - MOST_ROWS
        more = f'<div style="opacity:.75">{escaped(say("display.more", count=left))}</div>' if left > 0 else ""
        table = '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums;margin:4px 0">'
        return f"{table}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"

    def _numeric(self) -> list[bool]:
        """Which columns hold numbers only, as far as they are shown."""
        return [
            all(cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)) for cell in column)
            for column in zip(*self.rows[:MOST_ROWS], strict=True)
        ] or [False] * len(self.columns)

    def _row(self, row: Sequence[Any], numbers: Sequence[bool]) -> str:
        cells = []
        for name, cell, numeric in zip(self.columns, row, numbers, strict=True):
            style, content = (
                f"{_LINE};text-align:{'right' if numeric else 'left'}",
                escaped(shown(cell)),
            )  # notebooks align right
            if isinstance(cell, int | float) and not isinstance(cell, bool) and not math.isnan(cell):
                if self.heat:
                    colour = _BLUE if cell >= 0 else _ORANGE
                    style += f";background:rgba({colour},{min(abs(cell), 1) * 0.7:.2f})"
                elif self.bars and name == self.bars[0]:
                    content += bar(cell, *self.bars[1:])
            cells.append(f'<td style="{style};white-space:nowrap">{content}</td>')
        return f"<tr>{''.join(cells)}</tr>"

    def text(self) -> str:
        """The sheet as lines of text, columns under each other where Hangul is two cells wide.

        >>> print(Sheet("왕", columns=("x", "y"), rows=(("여왕", 1), ("A", 20))).text())
        왕
        x      y
        여왕   1
        A     20
        """
        lines = [shown(self.title, 400), *(shown(note, 400) for note in self.notes)]
        if self.lines or not self.rows:
            return "\n".join([*lines, *self.lines])
        cells = [[*map(label, self.columns)], *([shown(cell) for cell in row] for row in self.rows[:MOST_LINES])]
        widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
        numbers = self._numeric()
        for row in cells:
            padded = []
            for cell, wide, numeric in zip(row, widths, numbers, strict=True):
                space = " " * (wide - width(cell))
                padded.append(space + cell if numeric else cell + space)
            lines.append("  ".join(padded).rstrip())
        if len(self.rows) > MOST_LINES:
            lines.append(say("display.more", count=len(self.rows) - MOST_LINES))
        return "\n".join(lines)


def say(code: str, **values: Any) -> str:
    """A sentence of the catalogue in the person's language."""
    return Message(code, values).said(settings.language())


def label(name: str) -> str:
    """What a column is called; one that the catalogue does not know keeps its name."""
    code = f"display.column_{name}"
    return say(code) if code in codes("display") else shown(name)


def shown(value: object, most: int = MOST_CHARACTERS) -> str:
    r"""A cell as one line of text.

    >>> shown(0.12345), shown(None), shown("가\n나"), shown(12345)
    ('0.123', '–', '가 나', '12,345')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list | tuple):
        value = ", ".join(shown(one) for one in value[:20]) + (" …" if len(value) > 20 else "")
    line = "".join(
        " " if char.isspace() else char if char.isprintable() else f"<U+{ord(char):04X}>" for char in str(value)[: most + 1]
    )
    return line if len(line) <= most else line[:most] + "…"


def width(text: str) -> int:
    r"""How many cells of a terminal a text takes.

    >>> width("왕A"), width("각"), width("漢字"), width("ㅋ\u200b")
    (3, 2, 4, 2)
    """
    from rich.cells import cell_len

    return cell_len(text)


def bar(value: float, low: float = 0.0, high: float = 1.0) -> str:
    """A bar beside a number; below 0 it is orange and grows from the right of its half.

    >>> "50.0%" in bar(0.5), "213,94,0" in bar(-0.5, -1, 1)
    (True, True)
    """
    span = high - low or 1.0
    zero = min(max((0 - low) / span, 0), 1)
    at = min(max((value - low) / span, 0), 1)
    left, size, colour = min(zero, at) * 100, abs(at - zero) * 100, _BLUE if value >= 0 else _ORANGE
    return (
        '<span style="display:inline-block;position:relative;width:90px;height:.7em;margin-left:8px;background:rgba(128,128,128,.15)">'
        f'<span style="position:absolute;left:{left:.1f}%;width:{size:.1f}%;top:0;bottom:0;background:rgba({colour},.75)"></span></span>'
    )
