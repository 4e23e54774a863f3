"""Where a word stands in a sentence (배 in 배를, 먹다 in 먹었다), in texts of any length, and the tokens under it.

Nobody's sentence is as long as a page or a book given as one. Analysing all of it for one word takes a minute a megabyte, and
only what stands near the word says anything about it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.text.normalise import normalise
from explorer.text.tags import FUNCTION, split_key, tag_of

if TYPE_CHECKING:
    from explorer.tokenizers.token import Token, Tokenizer

__all__ = [
    "LONG",
    "REACH",
    "Request",
    "Span",
    "WordSpan",
    "around",
    "find_word",
    "find_words",
    "holding",
    "in_nfc",
    "nfc",
    "parts_around",
    "stretches",
    "under",
]

Span = tuple[int, int]
"""A place in a text: first and one-past-last code point."""
Request = tuple[str, list[Span]]
"""A text and places in it."""
Found = list[tuple[int, int, str | None]]

_JAMO = re.compile("[\u3131-\u318e]")

LONG = 5_000
"""Characters up to which a text is read as a whole."""

REACH = 2_000
"""Of a longer one so many characters are read on each side of a word."""

_SIZE = 1_000
_END = re.compile(r"[\r\n]+|(?<=[.!?…。])[\"'”’)」』]*\s+")
_SPACE = re.compile(r"\s+")


def stretches(text: str) -> list[tuple[int, int]]:
    """A text of any length cut into stretches of about 1,000 characters: after a line or a sentence, else at a space, and
    inside a word only where 4,000 characters have none. Together they are the text.

    >>> stretches("왕이 왔다. " * 400)
    [(0, 1001), (1001, 2800)]
    """
    found: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > 2 * _SIZE:
        near, far = start + _SIZE, min(len(text), start + 4 * _SIZE)
        cut = _END.search(text, near, start + 2 * _SIZE) or _SPACE.search(text, near, far)
        stop = cut.end() if cut else far
        while stop < len(text) and _hangs(text[stop]):
            stop += 1
        found.append((start, stop))
        start = stop
    if start < len(text):
        found.append((start, len(text)))
    return found


def around(text: str, start: int, end: int, reach: int = REACH) -> tuple[int, int]:
    """The part of a text that is read for what stands at ``start`` to ``end``: all of it, or where it is longer than
    :data:`LONG` characters, ``reach`` on each side, from and up to a space.

    >>> around("배를 탔다", 0, 1)
    (0, 5)
    >>> around("가 " * 3000, 3000, 3001)
    (1000, 5002)
    """
    if len(text) <= LONG:
        return 0, len(text)
    first, last = max(0, start - reach), min(len(text), end + reach)
    # Nothing nearer to the word than half the reach: a text without spaces is cut inside a word.
    if first and (cut := _SPACE.search(text, first - 1, max(first, start - reach // 2))):
        first = cut.end()
    if last < len(text) and (cut := _SPACE.search(text, last, min(len(text), last + reach // 2))):
        last = cut.end()
    while first < start and _hangs(text[first]):
        first += 1
    while last < len(text) and _hangs(text[last]):
        last += 1
    return first, last


def parts_around(requests: Sequence[Request], reach: int) -> Iterator[Request]:
    """Texts with spans, where few spans of a very long text are wanted only the parts around them; spans keep their order.

    Args:
        requests: texts, each with places in it.
        reach: characters on each side of a place.
    """
    for text, spans in requests:
        if len(text) <= 4 * LONG or len(text) <= 2 * (2 * reach + 100) * len(spans):
            yield text, spans
            continue
        for start, end in spans:
            first, last = around(text, start, end, reach)
            yield text[first:last], [(start - first, end - first)]


def _hangs(character: str) -> bool:
    """Whether a character belongs to the one before: a mark, a vowel or final consonant of a decomposed syllable, a joiner."""
    return bool(unicodedata.combining(character)) or "\u1160" <= character <= "\u11ff" or character in "\u200d\ufe0f"


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def in_nfc(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Offsets into ``text`` as offsets into its NFC form; spans begin and end between whole characters."""
    if unicodedata.is_normalized("NFC", text):
        return list(spans)
    edges = sorted({0, *(edge for span in spans for edge in span)})
    places = {0: 0}
    for left, right in pairwise(edges):
        places[right] = places[left] + len(nfc(text[left:right]))
    return [(places[start], places[end]) for start, end in spans]


def under(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]], shown: Sequence[str]) -> list[tuple[int, int]]:
    """For every span, the first and one-past-last token that share a character with it.

    Raises:
        BadInput: a span has none; the tokenizer dropped these characters.
    """
    table = np.array(offsets, np.int64).reshape(-1, 2)
    wanted = np.array(spans, np.int64).reshape(-1, 2)
    first = np.searchsorted(table[:, 1], wanted[:, 0], side="right")
    last = np.searchsorted(table[:, 0], wanted[:, 1], side="left")
    lost = np.flatnonzero(first >= last)
    if len(lost):
        raise BadInput("encoders.tokenizer_drops_text", text=shown[lost[0]][:40])
    return list(zip(first.tolist(), last.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class WordSpan:
    """A word found in a sentence.

    Attributes:
        word: what was looked for.
        start, end: code-point offsets into the sentence as given.
        surface: ``sentence[start:end]``.
        how: ``"morpheme"`` (배 in 배를, 먹다 in 먹었다), ``"surface"`` (a run of morphemes written so), ``"text"`` (plain
            text from the beginning of a word) or ``"lemma"`` (another form of the same word).
        key: the morpheme's ``form/TAG``, or ``None``.
    """

    word: str
    start: int
    end: int
    surface: str
    how: str
    key: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def find_word(word: str, sentence: str, tokenizer: Tokenizer, occurrence: int = 0) -> WordSpan:
    """Find a word, first as a morpheme, then as written, then in another form.

    Args:
        word: a word (배, 먹다, 서울대학교), or a key (``배/NNG``) to choose a reading.
        sentence: where to look; a text of more than 5,000 characters is analysed in parts, only those that may hold the word.
        tokenizer: a morphological tokenizer (Kiwi).
        occurrence: which of several, from 0; -1 is the last.

    Raises:
        BadInput: the word is empty, not in the sentence, or not so many times.

    >>> from explorer.tokenizers.loading import tokenizer
    >>> find_word("먹다", "밥을 먹었다.", tokenizer("kiwi")).surface
    '먹'
    """
    spans = find_words(word, sentence, tokenizer, occurrence + 1 if occurrence >= 0 else None)
    if not spans:
        raise BadInput("encoders.word_not_in_sentence", word=_shown(word), sentence=_shown(sentence))
    if not -len(spans) <= occurrence < len(spans):
        raise BadInput(
            "encoders.no_such_occurrence", word=_shown(word), count=len(spans), sentence=_shown(sentence), occurrence=occurrence
        )
    return spans[occurrence]


def find_words(word: str, sentence: str, tokenizer: Tokenizer, most: int | None = None) -> list[WordSpan]:
    """Every place of a word (at most ``most``), in order; see :func:`find_word`. None is an empty list.

    Raises:
        BadInput: the word is empty.
    """
    wanted = unicodedata.normalize("NFC", word).strip()
    if not wanted:
        raise BadInput("encoders.word_empty")
    if len(sentence) <= LONG:
        found = _search(wanted, sentence, tokenizer, 0)
    else:
        found = _search_long(wanted, sentence, tokenizer, most)
    for how in _SEARCHES:
        if found.get(how):
            hits = _content(found[how]) if how == "morpheme" else found[how]
            return [WordSpan(word, start, end, sentence[start:end], how, key) for start, end, key in hits[:most]]
    return []


def _search(wanted: str, sentence: str, tokenizer: Tokenizer, shift: int) -> dict[str, Found]:
    """What the first search that finds something finds; ``shift`` is added to every place."""
    tokens = [token for token in tokenizer.tokenize(sentence) if token.end > token.start]
    for how, search in _SEARCHES.items():
        if hits := search(wanted, sentence, tokens, tokenizer):
            return {how: [(start + shift, end + shift, key) for start, end, key in hits]}
    return {}


def _search_long(wanted: str, sentence: str, tokenizer: Tokenizer, most: int | None) -> dict[str, Found]:
    """The same in a long text, stretch by stretch, until there are enough morphemes (nothing goes before these)."""
    found: dict[str, Found] = {}
    looks = _looks(wanted, tokenizer)
    for start, end in stretches(sentence):
        text = sentence[start:end]
        if looks is not None and not looks.search(normalise(text, strip_zero_width=True, jamo=True).text):
            continue
        for how, hits in _search(wanted, text, tokenizer, start).items():
            found.setdefault(how, []).extend(hits)
        if most is not None and sum(_is_content(hit) for hit in found.get("morpheme", ())) >= most:
            break
    return found


def _looks(wanted: str, tokenizer: Tokenizer) -> re.Pattern[str] | None:
    """What any form of a word looks like, for leaving out stretches without one; ``None`` where that cannot be told.

    A stem keeps its syllables but for the end of the last (먹다 – 먹었다, 가다 – 갔다, 듣다 – 들어, 돕다 – 도와) and, before 르,
    of the one before it (흐르다 – 흘러), so these are told by what they begin with. A noun's last syllable can take up a
    consonant (뭐 – 뭘), a pronoun's change its vowel too (나 – 내). Particles and endings melt into others' syllables.
    """
    form, tag = split_key(wanted)
    tokens = tokenizer.tokenize(form)
    content = [token.form for token in tokens if token.tag and not token.tag.startswith(FUNCTION)]
    noun = all(token.tag in ("NNG", "NNP") for token in tokens)
    if tag.startswith(FUNCTION) or not content or _JAMO.search(form):
        return None
    forms = {wanted, form, *(content if len(content) == 1 else ())}
    stems = {one[:-1] for one in forms if one.endswith("다") and len(one) > 1}
    return re.compile("|".join(sorted({*(_shape(one, noun) for one in forms), *(_shape(one) for one in stems)})))


def _shape(stem: str, noun: bool = False) -> str:
    """A pattern for a stem and what its end may turn into."""
    head, last = stem[:-1], stem[-1]
    if not "가" <= last <= "힣":
        return re.escape(stem)
    if last == "하" and head:
        return re.escape(head)  # 흔하다 – 흔치
    shape = _like(last, 28 if noun else 588)
    if last == "르" and head and "가" <= head[-1] <= "힣":
        return re.escape(head[:-1]) + _like(head[-1], 28) + shape
    return re.escape(head) + shape


def _like(syllable: str, block: int) -> str:
    """A pattern for the 28 syllables that differ in their final consonant, or the 588 that share the first."""
    first = (ord(syllable) - 0xAC00) // block * block + 0xAC00
    return f"[{chr(first)}-{chr(first + block - 1)}]"


def _shown(sentence: str) -> str:
    return repr(sentence if len(sentence) <= 60 else sentence[:59] + "…")


def _morphemes(wanted: str, sentence: str, tokens: list[Token], _: Tokenizer) -> Found:
    """Tokens whose form (or key) is the word."""
    return [
        (token.start, token.end, f"{token.form}/{token.tag}")
        for token in tokens
        if wanted in (token.form, f"{token.form}/{token.tag}")
    ]


def _is_content(hit: tuple[int, int, str | None]) -> bool:
    return not tag_of(hit[2] or "").startswith(FUNCTION)


def _content(hits: Found) -> Found:
    """Content words rule out particles that look alike."""
    return [hit for hit in hits if _is_content(hit)] or hits


def _surfaces(wanted: str, sentence: str, tokens: list[Token], _: Tokenizer) -> Found:
    """Runs of morphemes that are written like the word."""
    found: Found = []
    ends = sorted({token.end for token in tokens})
    for start in sorted({token.start for token in tokens}):
        for end in ends[bisect_right(ends, start) :]:
            text = nfc(sentence[start:end])
            if text == wanted:
                found.append((start, end, None))
            if len(text) >= len(wanted):
                break
    return found


def _text(wanted: str, sentence: str, tokens: list[Token], _: Tokenizer) -> Found:
    """The word as plain text, not from the middle of another word."""
    found: Found = []
    starts = sorted({token.start for token in tokens} | {i for i in range(len(sentence)) if _begins(sentence, i)})
    for start in starts:
        # In decomposed text a character may be up to three code points long.
        for end in range(start + len(wanted), min(len(sentence), start + 3 * len(wanted)) + 1):
            complete = end == len(sentence) or (
                not unicodedata.combining(sentence[end]) and not "\u1160" <= sentence[end] <= "\u11ff"
            )
            if complete and nfc(sentence[start:end]) == wanted:
                found.append((start, end, None))
                break
    return found


def _begins(sentence: str, position: int) -> bool:
    return not sentence[position].isspace() and (position == 0 or not sentence[position - 1].isalnum())


def _lemmas(wanted: str, sentence: str, tokens: list[Token], tokenizer: Tokenizer) -> Found:
    """Another form of the same word: the content morphemes of 먹었다 in 먹는다."""
    content = [token for token in tokenizer.tokenize(wanted) if token.tag and not token.tag.startswith(FUNCTION)]
    if len(content) != 1:
        return []
    return _content(_morphemes(f"{content[0].form}/{content[0].tag}", sentence, tokens, tokenizer))


_SEARCHES = {"morpheme": _morphemes, "surface": _surfaces, "text": _text, "lemma": _lemmas}


def holding(word: str, sentences: Sequence[str], analyser: Tokenizer) -> tuple[list[int], list[Span], list[int]]:
    """Which sentences hold a word.

    Returns:
        Numbers of the sentences with it, where it first stands in each of these, and numbers of those without it.

    Raises:
        BadInput: there is no word.
    """
    if not word.strip():
        raise BadInput("dashboards.word_empty")
    kept, spans, missing = [], [], []
    for number, sentence in enumerate(sentences):
        found = find_words(word, sentence, analyser, 1)
        if not found:
            missing.append(number)
            continue
        kept.append(number)
        spans.append((found[0].start, found[0].end))
    return kept, spans, missing
