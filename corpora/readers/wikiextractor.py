"""WikiExtractor's text form: ``<doc id url title>`` blocks, one paragraph a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from corpora.document import Document
from corpora.readers.lines import Lines
from corpora.readers.plain import MAX_DOCUMENT, pieces
from corpora.readers.report import Report

__all__ = ["read_wikiextractor"]

# A title may hold quotation marks of its own, so an attribute ends where the next one (or the tag) begins.
_ATTRIBUTE = re.compile(r'(?:^<doc|")\s+(\w+)="')


def read_wikiextractor(lines: Lines, report: Report) -> Iterator[Document]:
    """One document a block. The title, which WikiExtractor repeats as the first line, is taken off the text."""
    attributes: dict[str, str] | None = None
    held: list[str] = []
    size = part = 0
    place = ""
    for line in lines:
        if line.startswith("<doc ") and line.rstrip().endswith(">"):
            if attributes is not None and held:  # a block that was never closed
                yield from _made(attributes, held, part, place, report)
            attributes = _attributes(line)
            held, size, part, place = [], 0, 0, lines.place
        elif line == "</doc>":
            if attributes is not None:
                yield from _made(attributes, held, part, place, report)
            attributes, held = None, []
        elif attributes is not None:
            held.append(line)
            size += len(line)
            if size > MAX_DOCUMENT:
                report.note("cut", place)
                yield from _made(attributes, held, part, place, report)
                held, size, part = [], 0, part + 1
        elif line.strip():
            report.note("unparsed", f"{lines.place}, text outside a <doc> block")
    if attributes is not None and held:
        yield from _made(attributes, held, part, place, report)


def _attributes(line: str) -> dict[str, str]:
    starts = list(_ATTRIBUTE.finditer(line))
    last = line.rstrip()[:-1].rstrip().removesuffix('"')
    ends = [*(match.start() for match in starts[1:]), len(last)]
    return {match[1]: line[match.end() : end] for match, end in zip(starts, ends, strict=True)} if starts else {}


def _made(attributes: dict[str, str], held: list[str], part: int, place: str, report: Report) -> Iterator[Document]:
    title = unescape(attributes.get("title", ""))
    if part == 0 and held and title and unescape(held[0].strip()) == title.strip():
        held = held[1:]
    text = "\n".join(held).strip()
    if not text:
        report.note("empty", place)
        return
    name = attributes.get("id") or place
    meta = {"url": attributes["url"]} if "url" in attributes else {}
    for number, piece in enumerate(pieces(text), part):
        yield Document(f"{name}#{number + 1}" if number else name, piece, title, meta)
