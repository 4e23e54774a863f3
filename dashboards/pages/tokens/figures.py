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
from operator import gt
from typing import Any

from explorer.text.normalise import graphemes, is_zero_width
from explorer.tokenizers.comparison.alignment import Cell, align
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
    kept = [not empty for empty in blank]
    crossing = [0] * (len(columns) + 1)
    slots = [1] * len(columns)
    crowded: list[dict[int, list[tuple[int, int]]]] = []  # for every row: cell -> the columns of each of its several tokens
    for row in aligned.rows:
        several: dict[int, list[tuple[int, int]]] = {}
        for number, cell in enumerate(row.cells):
            tokens, width = cell.tokens, cell.width
            if not tokens:
                continue
            column = cell.column
            if blank[column]:
                kept[column : column + width] = [True] * width
            if len(tokens) == 1:
                for inside in range(column + 1, column + width):
                    crossing[inside] += 1
                    kept[inside] = True
                continue
            members = several[number] = _columns(cell, columns)
            if width == 1:
                slots[column] = max(slots[column], len(members))
                continue
            for inside in range(column, column + width):
                kept[inside] = True
                slots[inside] = max(slots[inside], sum(left <= inside < right for left, right in members))
            for left, right in members:
                for inside in range(left + 1, right):
                    crossing[inside] += 1
        crowded.append(several)
    first = list(accumulate(slots, initial=0))
    bounds = _cut(text, columns, blank, kept, slots, crossing)
    placed = []
    for tokens_of, row, several in zip(rows, aligned.rows, crowded, strict=True):
        number_of = {id(token): number for number, token in enumerate(tokens_of)}
        placed.append(_chunked(_place(row.cells, several, number_of, first), bounds, first))
    chunks = tuple(
        Chunk(
            gap,
            tuple([(slots[column], _label(text[slice(*columns[column])]), *columns[column]) for column in range(left, right)]),
            tuple([tuple(pieces[number]) for pieces in placed]),
        )
        for number, (left, right, gap) in enumerate(bounds)
    )
    words = tuple([found.span() for found in re.finditer(r"\S+", text)])
    return Grid(text, chunks, words, tuple([_members(row, words) for row in rows]))


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


def _place(
    cells: Sequence[Cell], several: Mapping[int, Sequence[tuple[int, int]]], number_of: Mapping[int, int], first: Sequence[int]
) -> list[Piece]:
    """Slots of the whole text for every token of one tokenizer, and for what it lost, in order, none over another."""
    pieces: list[Piece] = []
    for number, cell in enumerate(cells):
        tokens, column = cell.tokens, cell.column
        common = CHANGED if cell.changed else 0
        if len(tokens) == 1:
            [token] = tokens
            if token.unknown or token.start == token.end or "<0x" in token.form:
                common |= _special(token)
            pieces.append((number_of[id(token)], first[column], first[column + cell.width], common))
            continue
        if not tokens:
            flag = {"dropped": DROPPED, "normalised": REMOVED}.get(cell.kind)
            if flag:
                pieces += [(-1, first[at], first[at + 1], flag) for at in range(column, column + cell.width)]
            continue
        borders = _borders(several[number], first)
        start = borders[0]
        for token, end in zip(tokens, borders[1:], strict=True):
            pieces.append((number_of[id(token)], start, end, common | SHARED | _special(token)))
            start = end
    return pieces


def _special(token: Token) -> int:
    return (
        (UNKNOWN if token.unknown else 0) | (BYTES if "<0x" in token.form else 0) | (EMPTY if token.start == token.end else 0)
    )


def _borders(spans: Sequence[tuple[int, int]], first: Sequence[int]) -> list[int]:
    """Where each token of a cell begins, in slots, and where the last one ends.

    Between two tokens that follow each other runs one border, inside what they share; several in one stretch divide it evenly.
    """
    count = len(spans)
    if spans[0] == spans[-1] and spans[0][1] == spans[0][0] + 1 and len(set(spans)) == 1:  # one character: the commonest
        low, high = first[spans[0][0]], first[spans[0][1]]
        if high - low == count:
            return list(range(low, high + 1))
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
    at, size = 0, len(row)
    for left, right, _ in bounds:
        low, high = first[left], first[right]
        here: list[Piece] = []
        while at < size:
            token, start, end, flags = row[at]
            if start >= high:
                break
            if start < low:
                start, flags = low, flags | FROM_LEFT
            if end > high:
                here.append((token, start - low, high - low, flags | TO_RIGHT))
                break
            if end > start:
                here.append((token, start - low, end - low, flags))
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
        at, last = 0, len(words) - 1
        starts = [token.start for token in row]
        order: Sequence[int] = range(len(row))
        if any(map(gt, starts, starts[1:])):
            order = sorted(order, key=starts.__getitem__)
        end = words[0][1]
        for number in order:
            start = starts[number]
            while start >= end and at < last and (start > end or row[number].end > start):
                at += 1
                end = words[at][1]
            found[at].append(number)
    return tuple(map(tuple, found))


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


def counts(text: str, tokens: Sequence[Token], spans: Sequence[tuple[int, int]] | None = None) -> Counts:
    """Count tokens, and what a count alone would hide.

    Args:
        spans: ``graphemes(text)``, where several tokenizers are counted on one text.

    >>> counts("갔다 뷁", [Token("갔다", 0, 2, "갔다"), Token("뷁", 3, 4, "[UNK]", unknown=True)]).unknown_characters
    1
    """
    spans = graphemes(text) if spans is None else spans
    eojeol = len(text.split())
    characters = len(unicodedata.normalize("NFC", text))
    covered = bytearray(len(text))
    hidden = bytearray(len(text))
    unknown = spelled = 0
    for token in tokens:
        start, end = token.start, token.end
        covered[start:end] = b"\1" * (end - start)
        if token.unknown:
            unknown += 1
            hidden[start:end] = b"\1" * (end - start)
        if "<0x" in token.form:
            spelled += 1
    return Counts(
        tokens=len(tokens),
        per_eojeol=len(tokens) / eojeol if eojeol else None,
        per_character=len(tokens) / characters if characters else None,
        unknown=unknown,
        unknown_characters=sum([1 in hidden[start:end] for start, end in spans]) if unknown else 0,
        bytes=spelled,
        dropped=sum(
            [
                not text[start:end].isspace() and not _invisible(text[start:end])
                for start, end in spans
                if not covered[start] and 1 not in covered[start:end]
            ]
        ),
    )


def sendable(found: Grid, names: Sequence[str], rows: Sequence[Sequence[Token]]) -> dict[str, Any]:
    """The grid as small JSON for ``script.js``: numbers and strings, nothing that could be markup.

    A token is ``[start, end, form, what fits into a cell (0: the form), tag, id]``.
    """
    return {
        "text": found.text,
        "names": list(names),
        "tokens": [
            [[token.start, token.end, token.form, _short(token.form), token.tag or 0, token.id] for token in row]
            for row in rows
        ],
        "chunks": [[chunk.gap, chunk.heads, chunk.rows] for chunk in found.chunks],
        "words": found.words,
        "members": found.members,
    }


@lru_cache(maxsize=1 << 15)
def _short(form: str) -> str | int:
    """What fits into a cell, where that is not the form itself: bytes without their brackets, line ends as signs."""
    if form and _invisible(form):
        return _label(form)
    short = _BYTE.sub(lambda byte: f"{byte[1].upper()} ", form).strip() if "<0x" in form else form
    short = short.replace("\n", "↵").replace("\t", "⇥")
    return 0 if short == form else short
