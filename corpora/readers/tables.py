"""CSV and TSV, streamed: quoted or not, with or without a header."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from corpora.document import Document
from corpora.readers.fields import ID_NAMES, TEXT_NAMES, TITLE_NAMES, guess_field, named_fields
from corpora.readers.lines import Lines
from corpora.readers.plain import pieces
from corpora.readers.report import Report
from corpora.readers.sniff import Shape
from explorer.core.errors import BadInput

__all__ = ["Table", "open_table", "read_table"]

MAX_CELL = 16 << 20
SAMPLE = 200
_HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is being read.

    Attributes:
        columns: their names; ``"1"``, ``"2"`` … where the file names none.
        named: whether it does.
        sample: its first rows with the number of the line each ends on.
        rest: the others.
    """

    columns: list[str]
    named: bool
    sample: list[tuple[int, list[str]]]
    rest: Iterator[tuple[int, list[str]]]

    def records(self) -> list[dict[str, str]]:
        """The first rows by column."""
        return [dict(zip(self.columns, row, strict=False)) for _, row in self.sample]


def open_table(lines: Lines, shape: Shape, field: str | None = None) -> Table | None:
    """The columns and first rows; ``None`` where there is no row.

    Args:
        lines: the file.
        shape: its delimiter, and whether cells are quoted.
        field: the text column, which tells a header from a row.
    """
    csv.field_size_limit(MAX_CELL)
    ends = "\n" if shape.quoted else ""
    rows = csv.reader(
        (line + ends for line in lines),
        delimiter=shape.delimiter,
        quoting=csv.QUOTE_MINIMAL if shape.quoted else csv.QUOTE_NONE,
    )
    numbered = _numbered(rows, lines)
    sample = list(islice(numbered, SAMPLE))
    if not sample:
        return None
    names = _header([row for _, row in sample], field)
    columns = names or [str(number + 1) for number in range(len(sample[0][1]))]
    return Table(columns, names is not None, sample[names is not None :], numbered)


def read_table(lines: Lines, shape: Shape, field: str | None, report: Report) -> Iterator[Document]:
    """One document a row.

    Args:
        lines: the file.
        shape: its delimiter, and whether cells are quoted.
        field: the text column by name, or by number from 1 where there is no header; guessed if ``None``.
        report: rows without the column are counted in it.

    Raises:
        BadInput: no such column, or a quoted cell that never ends.
    """
    table = open_table(lines, shape, field)
    if table is None:
        return
    columns = table.columns
    records = table.records() or [dict.fromkeys(columns, "")]
    chosen = named_fields(field, columns, lines.name) if field else guess_field(records, lines.name)
    report.file(lines.encoding, "table", _field_words(chosen, table.named))
    at = [columns.index(name) for name in chosen]
    id_at = _position(columns, ID_NAMES)
    title_at = _position(columns, TITLE_NAMES)
    others = [(number, name) for number, name in enumerate(columns) if number not in {*at, id_at, title_at}]
    for place, row in chain(table.sample, table.rest):
        if len(row) <= at[-1] or len(row) <= at[0]:
            report.note("ragged", f"{lines.name}:{place}")
            continue
        text = "\n".join(row[number] for number in at).strip()
        if not text:
            report.note("empty", f"{lines.name}:{place}")
            continue
        name = row[id_at] if id_at is not None and id_at < len(row) and row[id_at] else f"{lines.name}:{place}"
        title = row[title_at] if title_at is not None and title_at < len(row) else ""
        meta = {column: row[number] for number, column in others if number < len(row)}
        for piece in pieces(text):
            yield Document(name, piece, title, meta)


def _numbered(rows: Iterator[list[str]], lines: Lines) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the number of their last line."""
    while True:
        try:
            for row in rows:
                if row:
                    yield lines.line, row
        except csv.Error as error:
            raise BadInput("corpora.table_cell_broken", place=lines.place, reason=error, limit=MAX_CELL >> 20) from None
        return


def _field_words(chosen: tuple[str, ...], named: bool) -> str:
    return ", ".join(chosen) if named else f"column {', '.join(chosen)}"


def _position(columns: list[str], names: tuple[str, ...]) -> int | None:
    for number, column in enumerate(columns):
        if column.strip().lower() in names:
            return number
    return None


def _header(rows: list[list[str]], field: str | None) -> list[str] | None:
    """The first row's cells if they name the columns."""
    first = [cell.strip() for cell in rows[0]]
    if len(set(first)) != len(first) or not all(first):
        return None
    known = {*TEXT_NAMES, *ID_NAMES, *TITLE_NAMES, "label", "sentence1", "sentence2", "premise", "hypothesis"}
    if any(cell.lower() in known for cell in first) or (field and not field.isdigit() and set(field.split(",")) & set(first)):
        return first
    body = rows[1:]
    if not body or any(_number(cell) for cell in first):
        return None
    for column in range(len(first)):
        cells = [row[column] for row in body if len(row) > column]
        if cells and all(_number(cell) for cell in cells):  # numbers under a word
            return first
    if not all(cell.isascii() and cell.replace("_", "").isalnum() for cell in first):
        return None
    columns = [[row[column] for row in body if len(row) > column] for column in range(len(first))]
    hangul = any(cells and all(_HANGUL.search(cell) for cell in cells) for cells in columns)
    return (
        first
        if hangul or max((len(cell) for cells in columns for cell in cells), default=0) > 3 * max(map(len, first))
        else None
    )


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
