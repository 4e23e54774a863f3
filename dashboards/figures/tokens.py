"""Several tokenizations of one text on one character grid, as plain data that a page can draw.

The grid has a column for everything a reader sees as one character. A column is divided into as many slots as the
busiest tokenizer has tokens on it (갔 = 가 + 었 takes two, the bytes of 뷁 take three), so that every tokenizer needs one
row and tokens that share a syllable stand side by side inside it. White space that no token claims is left out; long
stretches without white space are cut into chunks that may wrap on a narrow screen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Any

from explorer.text.normalise import graphemes, is_zero_width
from explorer.tokenizers.alignment import Alignment, Cell, align
from explorer.tokenizers.token import Token

__all__ = ["Chunk", "Counts", "Grid", "Piece", "counts", "grid", "sendable"]

MAX_WIDTH = 236
"""Estimated pixels of a chunk: what a telephone's screen has room for."""
_COLUMN, _SLOT = 27, 19

SHARED, EMPTY, BYTES, UNKNOWN, FROM_LEFT, TO_RIGHT, DROPPED, REMOVED, CHANGED = (1 << bit for bit in range(9))
"""What is special about a piece. Shared: other tokens stand on the same characters; empty: it stands between characters;
from left, to right: it goes on in the chunk before or after; dropped: characters this tokenizer has no token for; removed:
invisible characters that cleaning takes out; changed: the tokenizer saw other characters than those written."""

_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_JOINED, _SPACED, _NEW_LINE = 0, 1, 2


Piece = tuple[int, int, int, int]
"""``(token, start, end, flags)``: a token, or a part of it, on slots ``[start, end)``; token -1 where nothing stands."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Columns that stay together on one line.

    Attributes:
        gap: what stands before it: 0 nothing (it goes on), 1 white space, 2 a new line.
        heads: ``(slots, label, start, end)`` of each character.
        rows: the pieces of each tokenizer.
    """

    gap: int
    heads: tuple[tuple[int, str, int, int], ...]
    rows: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole picture: ``chunks`` in order, and for every eojeol (``words``: spans) the tokens that begin in it."""

    text: str
    chunks: tuple[Chunk, ...]
    words: tuple[tuple[int, int], ...]
    members: tuple[tuple[tuple[int, ...], ...], ...]


def grid(text: str, rows: Sequence[Sequence[Token]]) -> Grid:
    """Lay tokens of several tokenizers over one text.

    >>> found = grid("갔다", [[Token("갔", 0, 1, "가다"), Token("갔", 0, 1, "었"), Token("다", 1, 2, "다")]])
    >>> [piece[:3] for piece in found.chunks[0].rows[0]]
    [(0, 0, 1), (1, 1, 2), (2, 2, 3)]
    """
    aligned = align({str(number): row for number, row in enumerate(rows)}, text)
    columns = aligned.columns
    blank = [text[start:end].isspace() for start, end in columns]
    spans = [
        [
            [(cell.column, cell.column + cell.width)] * len(cell.tokens) if len(cell.tokens) < 2 else _columns(cell, columns)
            for cell in row.cells
        ]
        for row in aligned.rows
    ]
    slots = _slots(aligned, spans)
    kept = [not empty for empty in blank]
    crossing = [0] * (len(columns) + 1)
    for row, found in zip(aligned.rows, spans, strict=True):
        for cell, members in zip(row.cells, found, strict=True):
            if cell.tokens:
                kept[cell.column : cell.column + cell.width] = [True] * cell.width
            for left, right in members:
                for column in range(left + 1, right):
                    crossing[column] += 1
    first = list(accumulate(slots, initial=0))
    bounds = _cut(text, columns, blank, kept, slots, crossing)
    placed = []
    for tokens, row, found in zip(rows, aligned.rows, spans, strict=True):
        number_of = {id(token): number for number, token in enumerate(tokens)}
        placed.append(_chunked(_place(row.cells, found, number_of, first), bounds, first))
    chunks = tuple(
        Chunk(
            gap,
            tuple((slots[column], _label(text[slice(*columns[column])]), *columns[column]) for column in range(left, right)),
            tuple(tuple(pieces[number]) for pieces in placed),
        )
        for number, (left, right, gap) in enumerate(bounds)
    )
    words = tuple(found.span() for found in re.finditer(r"\S+", text))
    return Grid(text, chunks, words, tuple(_members(row, words) for row in rows))


def _columns(cell: Cell, columns: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The columns that each of several tokens of a cell stands on; an empty one leans on the character after it."""
    end = cell.column + cell.width
    if cell.width == 1:
        return [(cell.column, end)] * len(cell.tokens)
    found = []
    for token in cell.tokens:
        left = cell.column
        while left + 1 < end and columns[left][1] <= token.start:
            left += 1
        right = left + 1
        while right < end and columns[right][0] < token.end:
            right += 1
        found.append((left, right))
    return found


def _slots(aligned: Alignment, spans: Sequence[Sequence[Sequence[tuple[int, int]]]]) -> list[int]:
    """Into how many slots each column is divided: as many as one tokenizer has tokens on it."""
    slots = [1] * len(aligned.columns)
    for row, found in zip(aligned.rows, spans, strict=True):
        for cell, members in zip(row.cells, found, strict=True):
            if len(members) > 1:
                for column in range(cell.column, cell.column + cell.width):
                    slots[column] = max(slots[column], sum(left <= column < right for left, right in members))
    return slots


def _place(
    cells: Sequence[Cell], spans: Sequence[Sequence[tuple[int, int]]], number_of: Mapping[int, int], first: Sequence[int]
) -> list[Piece]:
    """Slots of the whole text for every token of one tokenizer, and for what it lost, in order, none over another."""
    pieces = []
    for cell, members in zip(cells, spans, strict=True):
        if not members:
            flag = {"dropped": DROPPED, "normalised": REMOVED}.get(cell.kind)
            if flag:
                pieces += [
                    (-1, first[column], first[column + 1], flag) for column in range(cell.column, cell.column + cell.width)
                ]
            continue
        common = CHANGED if cell.changed else 0
        if len(members) == 1:
            borders = [first[cell.column], first[cell.column + cell.width]]
        else:
            common |= SHARED
            borders = _borders(members, first)
        start = borders[0]
        for token, end in zip(cell.tokens, borders[1:], strict=True):
            flags = common
            if token.unknown:
                flags |= UNKNOWN
            if "<0x" in token.form:
                flags |= BYTES
            if token.start == token.end:
                flags |= EMPTY
            pieces.append((number_of[id(token)], start, end, flags))
            start = end
    return pieces


def _borders(spans: Sequence[tuple[int, int]], first: Sequence[int]) -> list[int]:
    """Where each token of a cell begins, in slots, and where the last one ends.

    Between two tokens that follow each other runs one border, inside what they share; several in one stretch divide it evenly.
    """
    count = len(spans)
    if len(set(spans)) == 1 and spans[0][1] == spans[0][0] + 1:  # all on one character: by far the commonest
        low, high = first[spans[0][0]], first[spans[0][1]]
        return [low + place * (high - low) // count for place in range(count + 1)]
    limits = [(first[left], first[max(right, left + 1)]) for (_, right), (left, _) in pairwise(spans)]
    last = first[spans[0][0]]
    borders = [last]
    place, size = 0, len(limits)
    while place < size:
        low, high = limits[place]
        run = place + 1
        while run < size and limits[run] == (low, high):
            run += 1
        count = run - place
        for step in range(1, count + 1):
            last = max(last + 1, low + step * (high - low) // (count + 1))
            borders.append(last)
        place = run
    borders.append(first[max(right for _, right in spans)])
    for place in range(len(borders) - 2, 0, -1):  # there are as many slots as tokens: none is pushed out at the end
        borders[place] = min(borders[place], borders[place + 1] - 1)
    return borders


def _cut(
    text: str,
    columns: Sequence[tuple[int, int]],
    blank: Sequence[bool],
    kept: Sequence[bool],
    slots: Sequence[int],
    crossing: Sequence[int],
) -> list[tuple[int, int, int]]:
    """Where chunks begin and end, and what stands before each."""
    found: list[tuple[int, int, int]] = []
    at, gap = 0, _JOINED
    while at < len(columns):
        here = text[slice(*columns[at])]
        if not kept[at]:
            gap = max(gap, _NEW_LINE if _breaks(here) else _SPACED)
            at += 1
            continue
        end, width = at, 0
        while end < len(columns) and kept[end]:
            width += max(_COLUMN, _SLOT * slots[end])
            if width > MAX_WIDTH and end > at:
                break
            end += 1
            if blank[end - 1] and _breaks(text[slice(*columns[end - 1])]):
                break
        goes_on = end < len(columns) and kept[end] and not (blank[end - 1] and _breaks(text[slice(*columns[end - 1])]))
        if goes_on and end - at > 3:
            # Of the last places that are not too early, the one that cuts the fewest tokens; the latest of those.
            end = min(range(end, at + (end - at) // 2, -1), key=lambda cut: crossing[cut])
        found.append((at, end, gap))
        gap = _NEW_LINE if blank[end - 1] and _breaks(text[slice(*columns[end - 1])]) else _JOINED
        at = end
    return found


def _breaks(piece: str) -> bool:
    return piece in ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")


def _chunked(row: Sequence[Piece], bounds: Sequence[tuple[int, int, int]], first: Sequence[int]) -> list[list[Piece]]:
    """The pieces of one row chunk by chunk, cut to them."""
    found: list[list[Piece]] = []
    at = 0
    for left, right, _ in bounds:
        low, high = first[left], first[right]
        here: list[Piece] = []
        while at < len(row) and row[at][1] < high:
            token, start, end, flags = row[at]
            if start < low:
                start, flags = low, flags | FROM_LEFT
            over = end > high
            if over:
                end, flags = high, flags | TO_RIGHT
            if end > start:
                here.append((token, start - low, end - low, flags))
            if over:
                break
            at += 1
        found.append(here)
    return found


_NAMES = {" ": "␣", "\t": "⇥", "\n": "↵", "\r": "↵", "\r\n": "↵", "\u3000": "␣"}


def _invisible(piece: str) -> bool:
    return all(
        is_zero_width(char) or char == "\u3164" or unicodedata.category(char) in ("Cc", "Cf", "Cn", "Co") for char in piece
    )


def _label(piece: str) -> str:
    """A character as a reader can see it: NFC, white space as a sign, invisible ones by their number."""
    if piece in _NAMES:
        return _NAMES[piece]
    if piece.isspace() or _invisible(piece):
        return " ".join(f"U+{ord(char):04X}" for char in piece)
    return unicodedata.normalize("NFC", piece)


def _members(row: Sequence[Token], words: Sequence[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """For every eojeol the tokens that begin in it or, being white space, just before it."""
    found: list[list[int]] = [[] for _ in words]
    if words:
        at = 0
        for number in sorted(range(len(row)), key=lambda i: row[i].start):
            while at + 1 < len(words) and row[number].start >= words[at][1] + (row[number].start == row[number].end):
                at += 1
            found[at].append(number)
    return tuple(tuple(numbers) for numbers in found)


@dataclass(frozen=True, slots=True)
class Counts:
    """What one tokenizer made of the text.

    Attributes:
        tokens: how many tokens.
        per_eojeol: tokens per stretch without white space (fertility; Rust et al. 2021), ``None`` for no text.
        per_character: tokens per character of the NFC text, white space counted.
        unknown: unknown tokens.
        unknown_characters: characters under unknown tokens.
        bytes: tokens that are raw bytes of a character.
            dropped: visible characters that no token stands for.
    """

    tokens: int
    per_eojeol: float | None
    per_character: float | None
    unknown: int
    unknown_characters: int
    bytes: int
    dropped: int


def counts(text: str, tokens: Sequence[Token]) -> Counts:
    """Count tokens, and what a count alone would hide.

    >>> counts("갔다 뷁", [Token("갔다", 0, 2, "갔다"), Token("뷁", 3, 4, "[UNK]", unknown=True)]).unknown_characters
    1
    """
    eojeol = len(text.split())
    characters = len(unicodedata.normalize("NFC", text))
    covered = bytearray(len(text))
    hidden = bytearray(len(text))
    for token in tokens:
        covered[token.start : token.end] = b"\1" * (token.end - token.start)
        if token.unknown:
            hidden[token.start : token.end] = b"\1" * (token.end - token.start)
    spans = graphemes(text)
    return Counts(
        tokens=len(tokens),
        per_eojeol=len(tokens) / eojeol if eojeol else None,
        per_character=len(tokens) / characters if characters else None,
        unknown=sum(token.unknown for token in tokens),
        unknown_characters=sum(any(hidden[start:end]) for start, end in spans),
        bytes=sum("<0x" in token.form for token in tokens),
        dropped=sum(
            not any(covered[start:end]) and not text[start:end].isspace() and not _invisible(text[start:end])
            for start, end in spans
        ),
    )


def sendable(found: Grid, names: Sequence[str], rows: Sequence[Sequence[Token]]) -> dict[str, Any]:
    """The grid as small JSON for ``assets/tokens.js``: numbers and strings, nothing that could be markup."""
    return {
        "text": found.text,
        "names": list(names),
        "tokens": [
            [[token.start, token.end, token.form, _short(token.form), token.tag or "", token.id] for token in row]
            for row in rows
        ],
        "chunks": [[chunk.gap, chunk.heads, chunk.rows] for chunk in found.chunks],
        "words": found.words,
        "members": found.members,
    }


@lru_cache(maxsize=1 << 15)
def _short(form: str) -> str:
    """What fits into a cell: bytes without their brackets, line ends as signs."""
    if form and _invisible(form):
        return _label(form)
    if "<0x" in form:
        form = _BYTE.sub(lambda byte: f"{byte[1].upper()} ", form).strip()
    return form.replace("\n", "↵").replace("\t", "⇥")
