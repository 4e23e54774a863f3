"""Expressions such as ``왕 − 남자 + 여자`` read into signed, weighted words. A parser written by hand; nothing is evaluated.

Grammar::

    expression = [sign] term { sign term }
    term       = [ number times ] word
    sign       = "+" | "-"     and every look-alike people type or paste (− – — － ＋ …)
    times      = "*" | "×" | "·" and look-alikes
    word       = quoted text, or a run without spaces, signs and times

A quoted word may hold anything but its closing quote, so ``"K-팝"`` is one word while ``왕-남자`` is two. An interpunct
means "times" only between a number and a word: ``2·왕`` is twice 왕, but ``한·미`` and ``3·1운동`` are words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.text.normalise import ZERO_WIDTH, normalise
from explorer.vectors.records import Term

__all__ = ["ExpressionError", "clean_word", "parse"]

PLUS = frozenset("+＋﹢➕")
MINUS = frozenset("-−–—―‐‑‒﹣－﹘➖")
TIMES = frozenset("*×＊✕✖∗﹡")
DOTS = frozenset("·⋅∙・")
QUOTES = {
    '"': '"＂',
    "＂": '＂"',
    "'": "'＇",
    "＇": "＇'",
    "“": "”“",
    "”": "”",
    "‘": "’‘",
    "’": "’",
    "「": "」",
    "『": "』",
    "｢": "｣",
    "《": "》",
    "〈": "〉",
}
MAX_TERMS = 1000

_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)")
# What `normalise` strips as invisible, and the Hangul fillers, which people do not see either.
_INVISIBLE = re.compile(f"[{ZERO_WIDTH}\u3164\u115f\u1160\uffa0]")
_FILLERS = str.maketrans("", "", "\u3164\u115f\u1160\uffa0")


def clean_word(word: str) -> str:
    r"""A typed word as vocabularies spell it: NFC, no invisible characters, no spaces around it, single spaces inside.

    >>> clean_word(" 왕\u200b ")
    '왕'
    """
    plain = normalise(word, strip_zero_width=True, jamo=True).text.translate(_FILLERS)
    # Composed again, because taking a filler out may bring two jamo together.
    return " ".join(unicodedata.normalize("NFC", plain).split())


class ExpressionError(BadInput):
    """An expression that cannot be read; knows the place.

    Attributes:
        expression: as it was typed.
        position: offset of the problem in it, in code points.
    """

    def __init__(self, code: str, expression: str, position: int, /, **values: object) -> None:
        self.expression = expression
        self.position = position
        super().__init__(code, **values)

    def said(self, language: str = "en") -> str:
        at = self.position
        before, after = self.expression[max(0, at - 20) : at], self.expression[at : at + 20]
        head, tail = "…" if at > 20 else "", "…" if at + 20 < len(self.expression) else ""
        shown = f"{head}{before}▸{after}{tail}".replace("\n", " ")
        return Message("vectors.at_character", {"what": super().said(language), "place": at + 1, "shown": shown}).said(language)


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str  # "+", "-", "*", "number" or "word"
    text: str
    start: int
    end: int
    quoted: bool = False


def _ascii_number(text: str) -> str:
    """Full-width digits and point made plain; other characters stay, so that lengths agree."""
    return "".join(chr(ord(c) - 0xFEE0) if "０" <= c <= "９" or c == "．" else c for c in text)


def _quoted(text: str, start: int) -> _Piece:
    closers = QUOTES[text[start]]
    ends = [position for closer in closers if (position := text.find(closer, start + 1)) >= 0]
    if not ends:
        raise ExpressionError("vectors.quote_not_closed", text, start, opening=text[start], closing=closers[0])
    end = min(ends)
    word = clean_word(text[start + 1 : end])
    if not word:
        raise ExpressionError("vectors.quotes_empty", text, start)
    return _Piece("word", word, start, end + 1, quoted=True)


def _ends_word(text: str, plain: str, start: int, position: int) -> bool:
    """Whether the bare word that began at ``start`` ends before ``position``."""
    character = text[position]
    if character.isspace() or character in PLUS or character in MINUS or character in TIMES:
        return True
    if character in DOTS:
        # 2·왕 multiplies; 한·미 and 3·1운동 are words.
        following = plain[position + 1 : position + 2]
        return (
            bool(_NUMBER.fullmatch(plain[start:position]))
            and not following.isdecimal()
            and not following.isspace()
            and following != ""
        )
    return False


def _pieces(text: str) -> Iterable[_Piece]:
    plain = _ascii_number(text)
    position, length = 0, len(text)
    while position < length:
        character = text[position]
        if character.isspace() or character == "\ufe0f" or _INVISIBLE.match(character):
            position += 1
            continue
        for kind, signs in (("+", PLUS), ("-", MINUS), ("*", TIMES), ("*", DOTS)):
            if character in signs:
                yield _Piece(kind, character, position, position + 1)
                position += 1
                break
        else:
            if character in QUOTES:
                piece = _quoted(text, position)
            else:
                end = position + 1
                while end < length and not _ends_word(text, plain, position, end):
                    end += 1
                bare = plain[position:end]
                kind = "number" if _NUMBER.fullmatch(bare) else "word"
                piece = _Piece(kind, bare if kind == "number" else clean_word(text[position:end]), position, end)
            if piece.text:  # a run of nothing but joiners is no word
                yield piece
            position = piece.end


def _weight(number: _Piece, text: str) -> float:
    value = float(number.text)
    if not math.isfinite(value) or value == 0:
        raise ExpressionError("vectors.weight_unusable", text, number.start, weight=number.text[:20])
    return value


def _next_sign(pieces: list[_Piece], at: int, text: str) -> tuple[float, int]:
    """The sign at ``at`` and the place after it; only the first term may go without."""
    piece = pieces[at]
    if piece.kind not in "+-":
        if at == 0:
            return 1.0, at
        if piece.kind == "*":
            raise ExpressionError("vectors.weight_after_word", text, piece.start)
        raise ExpressionError("vectors.sign_missing", text, piece.start)
    if at + 1 == len(pieces):
        raise ExpressionError("vectors.word_missing_after_sign", text, piece.end, sign=piece.text)
    following = pieces[at + 1]
    if following.kind in "+-":
        raise ExpressionError("vectors.two_signs_in_row", text, following.start)
    return (-1.0 if piece.kind == "-" else 1.0), at + 1


def _next_word(pieces: list[_Piece], at: int, text: str) -> tuple[float, _Piece, int]:
    """The weight, the word and the place after it."""
    piece = pieces[at]
    if piece.kind == "*":
        raise ExpressionError("vectors.number_missing", text, piece.start, sign=piece.text)
    multiplied = at + 1 < len(pieces) and pieces[at + 1].kind == "*"
    if piece.kind != "number" or not multiplied:
        return 1.0, piece, at + 1
    if at + 2 == len(pieces):
        raise ExpressionError("vectors.word_missing_after_weight", text, pieces[at + 1].end, weight=piece.text)
    word = pieces[at + 2]
    if word.kind not in ("word", "number"):
        raise ExpressionError("vectors.word_missing_after_weight", text, word.start, weight=piece.text)
    return _weight(piece, text), word, at + 3


def parse(expression: str) -> tuple[Term, ...]:
    """Read an expression into its terms.

    Args:
        expression: e.g. ``"왕 − 남자 + 여자"``, ``"왕-남자+여자"``, ``"0.5*왕 + 2×여왕"``, ``'"K-팝" - 한국 + 일본'``.

    Returns:
        The terms in order; ``start`` and ``end`` count code points of ``expression`` as given.

    Raises:
        ExpressionError: it is empty or malformed; the error knows the place.

    >>> [(t.word, t.weight) for t in parse("왕 − 남자 + 0.5*여자")]
    [('왕', 1.0), ('남자', -1.0), ('여자', 0.5)]
    """
    pieces: list[_Piece] = []
    for piece in _pieces(expression):
        pieces.append(piece)
        if len(pieces) > 4 * MAX_TERMS:
            raise ExpressionError("vectors.too_many_words", expression, piece.start, limit=MAX_TERMS)
    if not pieces:
        raise ExpressionError("vectors.expression_empty", expression, 0)
    terms: list[Term] = []
    at = 0
    while at < len(pieces):
        sign, at = _next_sign(pieces, at, expression)
        weight, word, at = _next_word(pieces, at, expression)
        if len(terms) == MAX_TERMS:
            raise ExpressionError("vectors.too_many_words", expression, word.start, limit=MAX_TERMS)
        terms.append(Term(word.text, sign * weight, word.start, word.end))
    return tuple(terms)
