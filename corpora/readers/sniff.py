"""What a file is, from its first bytes. Names decide nothing; a ``.csv`` at the end only lowers the bar for a table."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass

from corpora.readers.lines import HEAD, ByteSource, head_text

__all__ = ["Shape", "sniff"]

_WIKI_BLOCK = re.compile(r'\s*<doc\s+(?:id|url|title)="')
_CONLLU = re.compile(r"\d+(?:[-.]\d+)?(?:\t[^\t\n]*){9}")
_SENTENCE_END = re.compile(r"[.!?…。][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file was found to be.

    Attributes:
        form: ``plain``, ``paragraphs``, ``wikiextractor``, ``mediawiki``, ``conllu``, ``jsonl``, ``json``, ``table`` or ``parquet``.
        delimiter: of a table.
        quoted: whether quotation marks enclose cells of a table (they are ordinary characters in files such as NSMC's).
    """

    form: str
    delimiter: str = ""
    quoted: bool = False


def sniff(source: ByteSource, name: str) -> Shape:
    """Look at the first bytes without taking them.

    Raises:
        BadInput: the file is binary.
    """
    head = source.peek(HEAD)
    if head.startswith(b"PAR1"):
        return Shape("parquet")
    text = head_text(head, name).lstrip("\ufeff")
    whole = len(head) < HEAD
    start = text.lstrip()
    if _WIKI_BLOCK.match(start):
        return Shape("wikiextractor")
    if start.startswith("<mediawiki") or (start.startswith("<?xml") and "<mediawiki" in start[:2000]):
        return Shape("mediawiki")
    lines = text.split("\n")
    if not whole and len(lines) > 1:
        lines.pop()  # cut in two by the end of the sample
    lines = [line for line in lines if line.strip()]
    if start.startswith(("{", "[")):
        form = _json_form(lines, start)
        if form:
            return Shape(form)
    if lines and _is_conllu(lines):
        return Shape("conllu")
    table = _table(text, lines, whole, name)
    if table:
        return table
    return Shape("paragraphs" if _is_wrapped(text) else "plain")


def _json_form(lines: list[str], start: str) -> str | None:
    try:
        first = json.loads(lines[0])
    except (ValueError, RecursionError):
        # The first line alone is no JSON: an array or object laid over many lines, one too long for the sample, or prose.
        return "json" if re.match(r"\[\s*(?:[{\[\"\]]|$)|\{\s*(?:\"|\}|$)", start) else None
    if isinstance(first, dict) and len(lines) > 1:
        return "jsonl" if lines[1].lstrip().startswith("{") else None
    if isinstance(first, dict | list):
        if len(lines) > 1 and isinstance(first, list):
            return None  # "[1]" and then prose
        nested = isinstance(first, list) or any(isinstance(value, list) for value in first.values())
        return "json" if nested else "jsonl"
    return None


def _is_conllu(lines: list[str]) -> bool:
    body = [line for line in lines if not line.startswith("#")]
    return bool(body) and all(_CONLLU.fullmatch(line) for line in body[:20])


def _table(text: str, lines: list[str], whole: bool, name: str) -> Shape | None:
    lowered = name.lower()
    for delimiter in ("\t", ",", ";"):
        if not lines or delimiter not in lines[0]:
            continue
        # Tab files mostly write quotation marks as they are; comma files enclose cells in them.
        for quoted in (False, True) if delimiter == "\t" else (True, False):
            rows = _rows(text, delimiter, quoted, whole)
            if len(rows) < 2 or len(rows[0]) < 2:
                continue
            even = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
            named = lowered.removesuffix(".gz").endswith((".csv", ".tsv"))
            if even >= (0.8 if named else 0.95) and (named or _is_deliberate(rows, delimiter, text)):
                if delimiter == "\t" and not quoted and _all_enclosed(rows):
                    continue
                return Shape("table", delimiter, quoted)
    return None


def _rows(text: str, delimiter: str, quoted: bool, whole: bool) -> list[list[str]]:
    try:
        rows = list(
            csv.reader(
                text.split("\n") if not quoted else text.splitlines(keepends=True),
                delimiter=delimiter,
                quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            )
        )
    except csv.Error:
        return []
    if not whole and rows:
        rows.pop()
    return [row for row in rows if row]


def _all_enclosed(rows: list[list[str]]) -> bool:
    """Whether some column has all its cells in quotation marks, as a writer that quotes produces."""
    body = rows[1:]
    return any(
        all(len(row) > column and len(row[column]) > 1 and row[column][0] == row[column][-1] == '"' for row in body)
        for column in range(len(rows[0]))
    )


def _is_deliberate(rows: list[list[str]], delimiter: str, text: str) -> bool:
    """Whether equal numbers of separators are a table rather than prose that happens to have as many commas a line."""
    if delimiter == "\t":
        return True
    header = [cell.strip() for cell in rows[0]]
    names = all(header) and len(set(header)) == len(header) and all(len(cell) <= 40 for cell in header)
    prose = any(_SENTENCE_END.search(cell) for cell in header) or any(cell != cell.strip() for row in rows for cell in row[1:2])
    enclosed = f'"{delimiter}' in text or f'{delimiter}"' in text
    return names and (not prose or enclosed) and (len(rows) >= 3 or enclosed or all(h.isascii() for h in header))


def _is_wrapped(text: str) -> bool:
    """Whether lines are cut at a fixed width with blank lines between paragraphs, so that a line is no unit of text."""
    if "\n\n" not in text:
        return False
    inner = [
        line.rstrip()
        for block in re.split(r"\n\s*\n", text)[:-1]
        for line in block.strip("\n").split("\n")[:-1]
        if line.strip()
    ]
    if len(inner) < 5 or max(map(len, inner)) > 120:
        return False
    return sum(not _SENTENCE_END.search(line) for line in inner) > 0.5 * len(inner)
