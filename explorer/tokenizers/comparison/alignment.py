"""Several tokenizations of one text on one grid, whose columns are the characters a reader sees.

A row is one tokenizer, a cell one stretch of text that it treats as a unit: usually one token, but also morphemes fused in one
syllable (갔 = 가 + 았), the bytes of one syllable, white space, and text that the tokenizer lost.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from explorer.core.errors import BadInput
from explorer.text.hangul import compose
from explorer.text.normalise import graphemes, is_zero_width
from explorer.tokenizers.engines.pieces import holds_bytes, piece_text
from explorer.tokenizers.token import Token

__all__ = ["Alignment", "Cell", "Row", "align"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One stretch of the text in one row.

    Attributes:
        start, end: code-point offsets into the text.
        column, width: the first grid column it takes, and how many.
        kind: ``"token"``; ``"fused"`` (morphemes whose spans overlap); ``"bytes"`` and ``"parts"`` (several pieces of one
            character: its bytes; its jamo, or the emoji joined in it);
            ``"space"`` (white space without a token); ``"normalised"`` (invisible characters that cleaning removed);
            ``"dropped"`` (visible text that no token covers).
        tokens: the tokens on it, in order; empty ones (``start == end``) sit on the cell that follows them.
        unknown: one of the tokens is unknown to the tokenizer.
        changed: the tokenizer saw other characters than those written (NFD, full-width, NFKC, stripped marks).
    """

    start: int
    end: int
    column: int
    width: int
    kind: str
    tokens: tuple[Token, ...] = ()
    unknown: bool = False
    changed: bool = False

    def to_dict(self, text: str) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "column": self.column,
            "width": self.width,
            "text": text[self.start : self.end],
            "kind": self.kind,
            "unknown": self.unknown,
            "changed": self.changed,
            "tokens": [token.to_dict() for token in self.tokens],
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One tokenizer's cells; together they cover the text without gap or overlap."""

    tokenizer: str
    cells: tuple[Cell, ...]

    @property
    def boundaries(self) -> frozenset[int]:
        """Offsets where a new unit begins inside the text, white space apart: what tokenizers can disagree on."""
        found = set()
        previous = None
        for cell in self.cells:
            if cell.tokens and previous is not None and previous.tokens and cell.start == previous.end:
                found.add(cell.start)
            previous = cell
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Alignment:
    """A grid: ``columns[i]`` is the span of the i-th visible character, ``rows`` one tokenizer each, in the order given."""

    text: str
    columns: tuple[tuple[int, int], ...]
    rows: tuple[Row, ...]

    def row(self, tokenizer: str) -> Row:
        """The row of one tokenizer.

        Raises:
            KeyError: it is not in this alignment.
        """
        for row in self.rows:
            if row.tokenizer == tokenizer:
                return row
        raise KeyError(tokenizer)

    def disagreements(self) -> list[int]:
        """Offsets where some rows begin a new unit and others do not, in order."""
        all_boundaries = [row.boundaries for row in self.rows]
        if not all_boundaries:
            return []
        return sorted(frozenset.union(*all_boundaries) - frozenset.intersection(*all_boundaries))

    @property
    def disagreement(self) -> float:
        """How divided the rows are, per visible character: 0 when all cut alike, 1 when half cut everywhere and half nowhere.

        Every boundary counts by its minority, so that one row that cuts at every syllable does not divide all texts alike.
        """
        if not self.rows or not self.columns:
            return 0.0
        votes = Counter(boundary for row in self.rows for boundary in row.boundaries)
        minority = sum(min(count, len(self.rows) - count) for count in votes.values())
        return 2 * minority / len(self.rows) / len(self.columns)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; the one form that the command line, the HTML report and the dashboard draw from."""
        return {
            "text": self.text,
            "columns": [{"start": start, "end": end, "text": self.text[start:end]} for start, end in self.columns],
            "rows": [
                {"tokenizer": row.tokenizer, "cells": [cell.to_dict(self.text) for cell in row.cells]} for row in self.rows
            ],
            "disagreements": self.disagreements(),
        }


def align(tokenizations: Mapping[str, Sequence[Token]], text: str) -> Alignment:
    """Lay tokenizations of one text over each other.

    Args:
        tokenizations: ``{tokenizer name: its tokens of text}``.
        text: the text they were made from.

    Raises:
        BadInput: a token's span is not of this text.

    >>> from explorer.tokenizers.engines.rules import EojeolTokenizer, SyllableTokenizer
    >>> grid = align({"eojeol": EojeolTokenizer().tokenize("왕이 A"), "syllable": SyllableTokenizer().tokenize("왕이 A")}, "왕이 A")
    >>> [[(cell.start, cell.end, cell.kind) for cell in row.cells] for row in grid.rows]
    [[(0, 2, 'token'), (2, 3, 'space'), (3, 4, 'token')], [(0, 1, 'token'), (1, 2, 'token'), (2, 3, 'space'), (3, 4, 'token')]]
    >>> grid.disagreements()
    [1]
    """
    columns = graphemes(text)
    layout = _Layout(text, columns)
    return Alignment(
        text, tuple(columns), tuple(Row(name, _cells(name, tokens, layout)) for name, tokens in tokenizations.items())
    )


class _Layout:
    """A text, its columns, and what every row would otherwise find out again for each cell."""

    def __init__(self, text: str, columns: Sequence[tuple[int, int]]) -> None:
        self.text = text
        self.columns = columns
        self.column_of: Sequence[int] = (
            range(len(text))
            if len(columns) == len(text)
            else [index for index, (start, end) in enumerate(columns) for _ in range(start, end)]
        )
        self.composed = unicodedata.is_normalized("NFC", text)  # so is then every part of it
        self.visible = not any(is_zero_width(char) for char in set(text))


class _CellDraft:
    """A :class:`Cell` being filled: plain assignment, see :func:`~explorer.tokenizers.token.new_token`."""

    __slots__ = ("changed", "column", "end", "kind", "start", "tokens", "unknown", "width")


def _cell(
    start: int, end: int, column: int, width: int, kind: str, tokens: tuple[Token, ...], unknown: bool, changed: bool
) -> Cell:
    made: Any = _CellDraft()
    made.start = start
    made.end = end
    made.column = column
    made.width = width
    made.kind = kind
    made.tokens = tokens
    made.unknown = unknown
    made.changed = changed
    made.__class__ = Cell
    found: Cell = made
    return found


def _cells(name: str, tokens: Sequence[Token], layout: _Layout) -> tuple[Cell, ...]:
    text, columns, column_of = layout.text, layout.columns, layout.column_of
    groups: list[tuple[int, int, list[Token]]] = []  # first column, column after the last, tokens
    empty: list[Token] = []
    size, reached, in_order = len(text), 0, True
    for token in _sorted(tokens):
        start, end = token.start, token.end
        if not 0 <= start <= end <= size or text[start:end] != token.surface:
            raise BadInput("tokenizers.token_not_in_text", token=token.form, tokenizer=name)
        if start == end:
            empty.append(token)
            continue
        first, after = column_of[start], column_of[end - 1] + 1
        if first < reached:
            begin, before, members = groups[-1]
            members.append(token)
            in_order = False
            if after > before:
                groups[-1] = (begin, after, members)
                reached = after
        else:
            groups.append((first, after, [token]))
            reached = after
    if empty:
        _place_empty(groups, empty, columns)
        in_order = False
    order = {} if in_order else {id(token): position for position, token in enumerate(tokens)}
    cells: list[Cell] = []
    column = 0
    for first, after, members in groups:
        if column < first:
            cells += _uncovered(text, columns, column, first)
        if len(members) > 1:
            members.sort(key=lambda token: order[id(token)])
        cells.append(_covered(layout, first, after, members))
        column = after
    cells += _uncovered(text, columns, column, len(columns))
    return tuple(cells)


def _sorted(tokens: Sequence[Token]) -> Sequence[Token]:
    """In order of their spans, which most engines keep already."""
    last = last_end = -1
    for token in tokens:
        start = token.start
        if start <= last and (start < last or token.end < last_end):
            return sorted(tokens, key=lambda token: (token.start, token.end))
        last, last_end = start, token.end
    return tokens


def _place_empty(
    groups: list[tuple[int, int, list[Token]]], empty: Sequence[Token], columns: Sequence[tuple[int, int]]
) -> None:
    """Put tokens without text on the unit that begins where they stand, or on the one before."""
    if not groups:
        return
    begins = [columns[first][0] for first, _, _ in groups]
    for token in empty:
        at = bisect_left(begins, token.start)
        if at == len(groups) or (begins[at] != token.start and at > 0):
            at -= 1
        groups[at][2].append(token)


def _covered(layout: _Layout, first: int, after: int, tokens: list[Token]) -> Cell:
    start, end = layout.columns[first][0], layout.columns[after - 1][1]
    surface = layout.text[start:end]
    if len(tokens) == 1:
        [token] = tokens
        unknown, kind = token.unknown, "token"
        if token.form == surface and layout.composed and (layout.visible or token.tag is None):
            return _cell(start, end, first, after - first, kind, (token,), unknown, False)
    else:
        unknown = any(token.unknown for token in tokens)
        solid = [token for token in tokens if token.surface]
        if len(solid) == 1:
            kind = "token"
        elif any(left.end > right.start and left.tag for left, right in pairwise(solid)):
            kind = "fused"
        else:
            kind = "bytes" if any(holds_bytes(token.form) for token in solid) else "parts"
    changed = _changed(layout, surface, tokens, unknown)
    return _cell(start, end, first, after - first, kind, tuple(tokens), unknown, changed)


def _changed(layout: _Layout, surface: str, tokens: Sequence[Token], unknown: bool) -> bool:
    if not layout.composed and not unicodedata.is_normalized("NFC", surface):
        return True
    if tokens[0].tag or any(token.tag for token in tokens):
        return not layout.visible and any(is_zero_width(char) and char != "\u200d" for char in surface)
    if unknown:
        return False
    return _spelled_otherwise(surface, tuple([token.form for token in tokens]))


@lru_cache(maxsize=1 << 15)  # the same pieces come back all the time, and on every key pressed in a live view
def _spelled_otherwise(surface: str, forms: tuple[str, ...]) -> bool:
    spelled = piece_text(forms)
    plain = "".join(surface.split())
    return plain not in (spelled, "".join(spelled.split()), compose(spelled))


def _uncovered(text: str, columns: Sequence[tuple[int, int]], first: int, after: int) -> Iterator[Cell]:
    """Cells for columns no token lies on: runs of white space, of removed invisible characters, of lost text."""
    column = first
    while column < after:
        kind = _lost(text[slice(*columns[column])])
        end = column + 1
        while end < after and _lost(text[slice(*columns[end])]) == kind:
            end += 1
        yield Cell(columns[column][0], columns[end - 1][1], column, end - column, kind)
        column = end


def _lost(character: str) -> str:
    if character.isspace():
        return "space"
    if all(is_zero_width(part) or unicodedata.category(part) in ("Cc", "Cf") for part in character):
        return "normalised"
    return "dropped"
