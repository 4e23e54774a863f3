"""Expressions such as ``왕 − 남자 + 여자`` read into signed, weighted words. A parser written by hand; nothing is evaluated.

Grammar::

    expression = sum | proportion
    sum        = [sign] term { sign term }
    term       = [ number times ] word  |  [ number [ times ] ] "(" sum ")"
    sign       = "+" | "-"     and every look-alike people type or paste (− – — － ＋ …)
    times      = "*" | "×" | "·" and look-alikes
    word       = quoted text, or a run without spaces, signs, times, colons, "=" and commas
    proportion = pair { ("=" | "::" | ",") pair }     ``왕 : ? = 남자 : 여자, 아들 : 딸``; one "?" stands for what is asked
    pair       = word ":" word

A quoted word may hold anything but its closing quote, so ``"K-팝"`` is one word while ``왕-남자`` is two. An interpunct
means "times" only between a number and a word: ``2·왕`` is twice 왕, but ``한·미`` and ``3·1운동`` are words. So are ``12:30``,
``1,000`` and ``조선(朝鮮)``: a colon or comma between digits, and brackets with letters inside a word, belong to it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.text.normalise import ZERO_WIDTH, normalise
from explorer.vectors.records import Term

__all__ = ["ExpressionError", "Proportion", "clean_word", "parse", "read", "words_so_far"]

PLUS = frozenset("+＋﹢➕")
MINUS = frozenset("-−–—―‐‑‒﹣－﹘➖")
TIMES = frozenset("*×＊✕✖∗﹡")
DOTS = frozenset("·⋅∙・")
OPENING = frozenset("(（")
CLOSING = frozenset(")）")
COLONS = frozenset(":：∶﹕ː")
EQUALS = frozenset("=＝∷﹦")
COMMAS = frozenset(",，、﹐")
UNKNOWN = frozenset("?？﹖")
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

_KINDS = (
    ("+", PLUS),
    ("-", MINUS),
    ("*", TIMES),
    ("*", DOTS),
    ("(", OPENING),
    (")", CLOSING),
    (":", COLONS),
    ("=", EQUALS),
    (",", COMMAS),
)
_KIND_OF = {sign: kind for kind, signs in _KINDS for sign in signs}

_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)")
_SIGNS = re.escape("".join(_KIND_OF.keys() - DOTS))
_GLOSS = re.compile(rf"[(（][^\s{_SIGNS}]+[)）]")
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


def written(word: str) -> str:
    """A word as an expression holds it: in quotes where it would be read as several, as a number or as a question mark.

    >>> written("배/NNG#1"), written("K-팝")
    ('배/NNG#1', '"K-팝"')
    """
    try:
        found = [(piece.kind, piece.text, piece.unknown) for piece in _pieces(word)]
    except ExpressionError:
        found = []
    if found == [("word", word, False)]:
        return word
    opening = next((one for one, closers in QUOTES.items() if not set(closers) & set(word)), '"')
    return f"{opening}{word}{QUOTES[opening][0]}"


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
class Proportion:
    """What stands to a word as in some examples: ``왕 : ? = 남자 : 여자, 아들 : 딸``.

    Attributes:
        source: the word beside the unknown.
        pairs: the examples, each turned so that its first word stands where ``source`` does.
    """

    source: Term
    pairs: tuple[tuple[Term, Term], ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """The sum it stands for: the source, less the mean of the examples' first words, and the mean of their second ones."""
        share = 1 / len(self.pairs)
        ways = [replace(term, weight=sign * share) for pair in self.pairs for term, sign in zip(pair, (-1, 1), strict=True)]
        return (self.source, *ways)


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str  # "word", "number" or one of _KINDS
    text: str
    start: int
    end: int
    quoted: bool = False

    @property
    def unknown(self) -> bool:
        return self.text in UNKNOWN and not self.quoted

    def term(self, weight: float = 1.0) -> Term:
        return Term(self.text, weight, self.start, self.end)


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
    following = plain[position + 1 : position + 2]
    if character in DOTS:
        # 2·왕 multiplies; 한·미 and 3·1운동 are words.
        return (
            bool(_NUMBER.fullmatch(plain, start, position))
            and not following.isdecimal()
            and not following.isspace()
            and following != ""
        )
    if character in COLONS or character in COMMAS:
        return not (plain[position - 1].isdecimal() and following.isdecimal())
    return character in _KIND_OF


def _word_end(text: str, plain: str, start: int) -> int:
    end = start + 1
    while end < len(text):
        if text[end] in OPENING and not _NUMBER.fullmatch(plain, start, end) and (gloss := _GLOSS.match(text, end)):
            end = gloss.end()
        elif _ends_word(text, plain, start, end):
            break
        else:
            end += 1
    return end


def _pieces(text: str) -> Iterable[_Piece]:
    plain = _ascii_number(text)
    position, length = 0, len(text)
    while position < length:
        character = text[position]
        if character.isspace() or character == "\ufe0f" or _INVISIBLE.match(character):
            position += 1
            continue
        if character in _KIND_OF:
            piece = _Piece(_KIND_OF[character], character, position, position + 1)
        elif character in QUOTES:
            piece = _quoted(text, position)
        else:
            end = _word_end(text, plain, position)
            bare = plain[position:end]
            number = _NUMBER.fullmatch(bare) is not None
            piece = (
                _Piece("number", bare, position, end)
                if number
                else _Piece("word", clean_word(text[position:end]), position, end)
            )
        if piece.text:  # a run of nothing but joiners is no word
            yield piece
        position = piece.end


def _weight(number: _Piece, text: str) -> float:
    value = float(number.text)
    if not math.isfinite(value) or value == 0:
        raise ExpressionError("vectors.weight_unusable", text, number.start, weight=number.text[:20])
    return value


def _next_sign(pieces: list[_Piece], at: int, text: str, first: bool) -> tuple[float, int]:
    """The sign at ``at`` and the place after it; only the first term may go without."""
    piece = pieces[at]
    if piece.kind not in "+-":
        if first:
            return 1.0, at
        if piece.kind == "*":
            raise ExpressionError("vectors.weight_after_word", text, piece.start)
        if piece.kind == ",":
            raise ExpressionError("vectors.comma_joins_nothing", text, piece.start, form=_with_signs(pieces))
        raise ExpressionError("vectors.sign_missing", text, piece.start)
    following = pieces[at + 1] if at + 1 < len(pieces) else None
    if following is None or following.kind == ")":
        place = piece.end if following is None else following.start
        raise ExpressionError("vectors.word_missing_after_sign", text, place, sign=piece.text)
    if following.kind in "+-":
        raise ExpressionError("vectors.two_signs_in_row", text, following.start)
    return (-1.0 if piece.kind == "-" else 1.0), at + 1


def _with_signs(pieces: list[_Piece]) -> str:
    """How three words between commas are meant, or an example of such an expression."""
    short = len(pieces) == 5 and all(len(piece.text) <= 20 for piece in pieces)
    if short and [piece.kind for piece in pieces] == ["word", ",", "word", ",", "word"]:
        return f"{pieces[0].text} − {pieces[2].text} + {pieces[4].text}"
    return "왕 − 남자 + 여자"


def _next_word(pieces: list[_Piece], at: int, text: str) -> tuple[float, _Piece, int]:
    """The weight, the word or opening bracket, and the place after it."""
    piece = pieces[at]
    if piece.kind == "*":
        raise ExpressionError("vectors.number_missing", text, piece.start, sign=piece.text)
    if piece.kind == ",":
        raise ExpressionError("vectors.comma_joins_nothing", text, piece.start, form=_with_signs(pieces))
    following = pieces[at + 1].kind if at + 1 < len(pieces) else ""
    if piece.kind != "number" or following not in ("*", "("):
        return 1.0, piece, at + 1
    at += 2 if following == "*" else 1
    if at == len(pieces):
        raise ExpressionError("vectors.word_missing_after_weight", text, pieces[-1].end, weight=piece.text)
    word = pieces[at]
    if word.kind not in ("word", "number", "("):
        raise ExpressionError("vectors.word_missing_after_weight", text, word.start, weight=piece.text)
    return _weight(piece, text), word, at + 1


def _sum(pieces: list[_Piece], text: str) -> tuple[Term, ...]:
    terms: list[Term] = []
    around: list[tuple[float, _Piece]] = []  # for each open bracket: the factor before it, and the bracket
    factor, first, at = 1.0, True, 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.kind == ")":
            if not around or first:
                code = "vectors.brackets_empty" if around else "vectors.bracket_not_opened"
                raise ExpressionError(code, text, piece.start)
            factor, _ = around.pop()
            at += 1
            continue
        sign, at = _next_sign(pieces, at, text, first)
        weight, word, at = _next_word(pieces, at, text)
        weight *= sign * factor
        first = word.kind == "("
        if first:
            around.append((factor, word))
            factor = weight
            continue
        if not math.isfinite(weight) or not weight:
            raise ExpressionError("vectors.weight_unusable", text, word.start, weight=weight)
        if len(terms) == MAX_TERMS:
            raise ExpressionError("vectors.too_many_words", text, word.start, limit=MAX_TERMS)
        terms.append(word.term(weight))
    if around:
        raise ExpressionError("vectors.bracket_not_closed", text, around[-1][1].start)
    return tuple(terms)


def _pairs(pieces: list[_Piece], text: str) -> Iterable[tuple[_Piece, _Piece]]:
    """The pairs of a proportion; two colons in a row are an equals sign."""
    at = 0
    while True:
        kinds = [piece.kind.replace("number", "word") for piece in pieces[at : at + 3]]
        for offset, wanted in enumerate(("word", ":", "word")):
            if offset == len(kinds) or kinds[offset] != wanted:
                place = pieces[at + offset].start if at + offset < len(pieces) else len(text)
                raise ExpressionError("vectors.proportion_malformed", text, place)
        yield pieces[at], pieces[at + 2]
        at += 3
        if at == len(pieces):
            return
        double = [piece.kind for piece in pieces[at : at + 2]] == [":", ":"]
        if not double and pieces[at].kind not in "=,":
            raise ExpressionError("vectors.proportion_malformed", text, pieces[at].start)
        at += 2 if double else 1


def _proportion(pieces: list[_Piece], text: str) -> Proportion:
    pairs = list(_pairs(pieces, text))
    unknown = [(pair, place) for pair in pairs for place in (0, 1) if pair[place].unknown]
    if len(unknown) != 1:
        at = len(text) if not unknown else unknown[1][0][unknown[1][1]].start
        raise ExpressionError("vectors.unknown_not_one", text, at, count=len(unknown))
    [(asked, place)] = unknown
    examples = [pair for pair in pairs if pair is not asked]
    if not examples:
        raise ExpressionError("vectors.proportion_malformed", text, asked[1].end)
    turned = tuple((pair[1 - place].term(), pair[place].term()) for pair in examples)
    return Proportion(asked[1 - place].term(), turned)


def read(expression: str) -> Proportion | tuple[Term, ...]:
    """Read an expression: the terms of a sum, or a proportion.

    Args:
        expression: e.g. ``"왕 − 남자 + 여자"``, ``"왕-남자+여자"``, ``"왕 − (남자 − 여자)"``, ``"0.5*왕 + 2×여왕"``,
            ``'"K-팝" - 한국 + 일본'``, ``"왕 : ? = 남자 : 여자, 아들 : 딸"``, ``"왕:남자::?:여자"``.

    Returns:
        Terms in order; ``start`` and ``end`` count code points of ``expression`` as given.

    Raises:
        ExpressionError: it is empty or malformed; the error knows the place.

    >>> [term.word for term in read("왕:남자::?:여자").terms]
    ['여자', '남자', '왕']
    """
    pieces: list[_Piece] = []
    for piece in _pieces(expression):
        pieces.append(piece)
        if len(pieces) > 4 * MAX_TERMS:
            raise ExpressionError("vectors.too_many_words", expression, piece.start, limit=MAX_TERMS)
    if not pieces:
        raise ExpressionError("vectors.expression_empty", expression, 0)
    if any(piece.kind in ":=" for piece in pieces):
        return _proportion(pieces, expression)
    return _sum(pieces, expression)


def parse(expression: str) -> tuple[Term, ...]:
    """The weighted words of an expression, brackets and proportions worked out; see :func:`read`.

    >>> [(t.word, t.weight) for t in parse("왕 − 0.5*(남자 − 여자)")]
    [('왕', 1.0), ('남자', -0.5), ('여자', 0.5)]
    """
    found = read(expression)
    return found.terms if isinstance(found, Proportion) else found


def words_so_far(expression: str) -> tuple[Term, ...]:
    """The words of an expression, finished or not, each with its place; none where it cannot be taken apart (an open quotation).

    >>> [term.word for term in words_so_far("왕 − (남자 − 여")]
    ['왕', '남자', '여']
    """
    try:
        return tuple(piece.term() for piece in _pieces(expression) if piece.kind == "word" and not piece.unknown)
    except ExpressionError:
        return ()
