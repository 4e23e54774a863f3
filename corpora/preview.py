"""The first look at a file before it is added: what it is, its columns and first rows, which of them seems to be the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from corpora.labelled import label_column
from corpora.readers.fields import guess_field
from corpora.readers.inputs import Buffered, Input, find_inputs
from corpora.readers.jsons import SAMPLE, element_records, line_records, objects_of
from corpora.readers.lines import Lines, NotText
from corpora.readers.parquet import parquet_records
from corpora.readers.reading import read_input
from corpora.readers.report import Report
from corpora.readers.sniff import Shape, sniff
from corpora.readers.tables import open_table
from explorer.core.errors import BadInput

__all__ = ["Preview", "preview"]

_CELL = 300
"""Characters of a cell that are shown."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file holds, from its beginning; of an archive, the first file in it that is text.

    Attributes:
        form: ``"table"``, ``"json"``, ``"jsonl"``, ``"parquet"``, ``"plain"``, ``"paragraphs"``, ``"wikiextractor"``,
            ``"mediawiki"`` or ``"conllu"``.
        files: how many files there are: one, or those of an archive.
        name: of the file that was looked at.
        columns: the columns or fields one can choose from; none where all of it is text.
        rows: the first rows, a cell a column; of text, the first documents.
        text: the columns that seem to hold the text; several where they are a pair.
        label: the column that seems to hold a label.
    """

    form: str
    files: int
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text: tuple[str, ...]
    label: str | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def preview(where: str | Path, rows: int = 5, *, called: str = "") -> Preview:
    """Look at the beginning of a file, a folder or an archive.

    Args:
        where: the path.
        rows: how many rows or documents to give.
        called: what a single file is called instead of its own name.

    Raises:
        BadInput: it cannot be read, or holds no text.
        MissingExtra: a package to read it is not installed.
    """
    inputs = find_inputs(where, Report(), called)
    refused: BadInput | None = None
    for one in inputs:
        try:
            with one.open() as source:
                if source.peek(1):
                    return _look(one, source, len(inputs), rows)
        except NotText as error:
            refused = refused or error
    raise refused or BadInput("corpora.no_text_found", source=called or str(where), count=len(inputs), notes="")


def _look(one: Input, source: Buffered, files: int, most: int) -> Preview:
    shape = sniff(source, one.name)
    columns, records = _records(one, source, shape)
    if columns:
        cells = tuple(tuple(_shown(record.get(name)) for name in columns) for record in records[:most])
        text = guess_field(records, one.name)
        label = label_column([name for name in columns if name not in text])
        return Preview(shape.form, files, one.name, tuple(columns), cells, text, label)
    documents = tuple((_shown(document.text),) for document in islice(read_input(one, None, Report()), most))
    if not documents:
        raise BadInput("corpora.no_text_found", source=one.name, count=files, notes="")
    return Preview(shape.form, files, one.name, (), documents, (), None)


def _records(one: Input, source: Buffered, shape: Shape) -> tuple[list[str], list[dict[str, Any]]]:
    """The names of the columns, and the first records; neither where all of it is text."""
    found: Iterable[tuple[str, Any]]
    match shape.form:
        case "table":
            table = open_table(Lines(source, one.name, Report()), shape)
            return (table.columns, list(table.records())) if table else ([], [])
        case "jsonl":
            found = line_records(Lines(source, one.name, Report()), Report())
        case "json":
            found = element_records(Lines(source, one.name, Report(), max_line=1 << 20))
        case "parquet":
            found = parquet_records(one, source)
        case _:
            return [], []
    records = objects_of(record for _, record in islice(found, SAMPLE))
    known = dict.fromkeys(name for record in records for name, value in record.items() if not isinstance(value, list | dict))
    return list(known), records


def _shown(value: Any) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
