"""JSON lines, and JSON arrays read element by element."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Protocol

import orjson

from corpora.document import Document
from corpora.readers.fields import ID_NAMES, TITLE_NAMES, guess_field, named_fields, text_of
from corpora.readers.lines import Lines
from corpora.readers.plain import pieces
from corpora.readers.report import Report
from explorer.core.errors import BadInput
from explorer.core.messages import Message

__all__ = ["documents_of_records", "element_records", "line_records", "objects_of", "read_json", "read_jsonl"]

SAMPLE = 100
_DEEPEST = 6


class _File(Protocol):
    """What is asked of a file here."""

    name: str
    encoding: str


_ID_ENDINGS = ("_id", "_idx", "_no")


def objects_of(records: Iterable[Any]) -> list[dict[str, Any]]:
    """Every object in records that may hold a text."""
    return [made for record in records for made in _objects(record, {})]


def read_jsonl(lines: Lines, field: str | None, report: Report) -> Iterator[Document]:
    """One document a line that holds an object."""
    return documents_of_records(line_records(lines, report), lines, field, report, "jsonl")


def line_records(lines: Lines, report: Report) -> Iterator[tuple[str, Any]]:
    """``(place, value)`` of every line that is JSON."""
    for line in lines:
        if lines.piece:
            if lines.piece == 1:
                report.note("oversized", lines.place)
            continue
        if not line.strip():
            continue
        try:
            yield lines.place, orjson.loads(line)
        except ValueError:
            report.note("unparsed", lines.place)


def read_json(lines: Lines, field: str | None, report: Report) -> Iterator[Document]:
    """One document an element of the file's array; of every array in it, where the file is an object.

    Raises:
        BadInput: the JSON is broken, with the line; or one element is too long to hold.
    """
    return documents_of_records(element_records(lines), lines, field, report, "json")


def element_records(lines: Lines) -> Iterator[tuple[str, Any]]:
    """``(place, element)`` of every array of a JSON file."""
    return _Elements(lines).records()


def documents_of_records(
    records: Iterable[tuple[str, Any]], lines: _File, field: str | None, report: Report, form: str
) -> Iterator[Document]:
    """Documents of ``(place, record)``; objects nested in a record (``data[].paragraphs[].context``) are found too."""
    stream = iter(records)
    sample = list(islice(stream, SAMPLE))
    inner = objects_of(record for _, record in sample)
    if not inner:
        report.file(lines.encoding, form)
        return
    known = sorted({name for record in inner for name in record})
    chosen = named_fields(field, known, lines.name) if field else guess_field(inner, lines.name)
    report.file(lines.encoding, form, ", ".join(chosen))
    for place, record in chain(sample, stream):
        number = -1
        for number, made in enumerate(_objects(record, {}, chosen)):
            text = (text_of(made, chosen) or "").strip()
            if not text:
                report.note("empty", place)
                continue
            yield from _documents(made, text, chosen, f"{place}.{number + 1}" if number else place)
        if number < 0:
            report.note("ragged", place)


def _documents(record: Mapping[str, Any], text: str, chosen: tuple[str, ...], place: str) -> Iterator[Document]:
    id_name = next((name for name in ID_NAMES if name in record), None) or next(
        (name for name in record if name.endswith(_ID_ENDINGS) and isinstance(record[name], str | int)), None
    )
    title_name = next((name for name in TITLE_NAMES if isinstance(record.get(name), str)), None)
    meta = {
        name: value
        for name, value in record.items()
        if name not in chosen and name not in (id_name, title_name) and isinstance(value, str | int | float | bool)
    }
    identity = str(record[id_name]) if id_name is not None and record[id_name] not in (None, "") else place
    title = record[title_name] if title_name is not None and title_name not in chosen else ""
    for piece in pieces(text):
        yield Document(identity, piece, title, meta)


def _objects(
    record: Any, above: dict[str, Any], chosen: tuple[str, ...] | None = None, depth: int = 0
) -> Iterator[dict[str, Any]]:
    """The record and every object below it, with the plain values of the objects above.

    With ``chosen`` only the outermost objects that have one of those fields themselves.
    """
    if isinstance(record, str) and (chosen is None or "text" in chosen):
        yield {"text": record}
    if not isinstance(record, dict):
        return
    own = {**above, **{name: value for name, value in record.items() if not isinstance(value, list | dict)}}
    holds = chosen is not None and any(isinstance(record.get(name), str) for name in chosen)
    if chosen is None or holds:
        yield own
    if holds or depth == _DEEPEST:
        return
    for items in record.values():
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield from _objects(item, own, chosen, depth + 1)


class _Elements:
    """The elements of the arrays of one JSON file, without ever holding more than one of them."""

    MAX = 32 << 20
    """Characters one element may have."""

    _SPACE = re.compile(r"[\s,]*")

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        # A line end is never needed between JSON's parts, and inside its strings it cannot stand.
        self._more = iter(lines)
        self._decoder = json.JSONDecoder(strict=False)
        self._text = ""
        self._at = 0
        self._number = 0

    def records(self) -> Iterator[tuple[str, Any]]:
        """``(place, element)`` in order of the file."""
        first = self._next_sign()
        if first == "[":
            self._at += 1
            yield from self._array()
        elif first == "{":
            self._at += 1
            yield from self._object()
        if self._next_sign():
            raise BadInput("corpora.json_extra_text", place=self._lines.place)

    def _object(self) -> Iterator[tuple[str, Any]]:
        """Elements of every array that is a member; an object without arrays is one record itself."""
        plain: dict[str, Any] = {}
        arrays = 0
        while (sign := self._next_sign()) != "}":
            if sign != '"':
                raise self._broken(Message("corpora.json_wants_name"))
            name = self._value()
            if self._next_sign() != ":":
                raise self._broken(Message("corpora.json_wants_colon"))
            self._at += 1
            if self._next_sign() == "[":
                self._at += 1
                arrays += 1
                yield from self._array()
            else:
                plain[name] = self._value()
        self._at += 1
        if not arrays and plain:
            yield f"{self._lines.name}", plain

    def _array(self) -> Iterator[tuple[str, Any]]:
        while (sign := self._next_sign()) != "]":
            if not sign:
                raise self._broken(Message("corpora.json_wants_end"))
            self._number += 1
            yield f"{self._lines.name}:element {self._number}", self._value()
        self._at += 1

    def _fill(self, least: int) -> bool:
        """Append at least ``least`` characters; ``False`` at the end of the file."""
        parts = [self._text[self._at :]]
        self._at = 0
        size = 0
        for line in self._more:
            parts.append(line)
            size += len(line)
            if size >= least:
                break
        self._text = "".join(parts)
        return size > 0

    def _next_sign(self) -> str:
        """The next character that is neither white space nor a comma, still to be read; empty at the end."""
        while True:
            match = self._SPACE.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill(1 << 16):
                return ""

    def _value(self) -> Any:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                held = len(self._text) - self._at
                if held > self.MAX:
                    raise BadInput(
                        "corpora.json_element_too_long",
                        place=self._lines.place,
                        number=self._number,
                        limit=self.MAX >> 20,
                        reason=error,
                    ) from None
                if not self._fill(max(1 << 16, held)):
                    raise self._broken(Message("corpora.json_wants_value", {"reason": str(error)})) from None
                continue
            # A number at the very end of what is held may go on.
            if end == len(self._text) and not isinstance(value, str | dict | list) and self._fill(1 << 16):
                continue
            self._at = end
            return value

    def _broken(self, wanted: Message) -> BadInput:
        near = self._text[self._at : self._at + 30]
        return BadInput("corpora.json_broken", place=self._lines.place, number=self._number, wanted=wanted, found=near)
