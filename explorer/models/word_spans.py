"""Where a word stands in a sentence: 배 in 배를, 먹다 in 먹었다."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from explorer.core.errors import BadInput

if TYPE_CHECKING:
    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["WordSpan", "find_word"]

_FUNCTION = ("J", "E", "X", "S", "Z")  # first letters of tags of particles, endings, affixes, symbols, codas


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
        sentence: where to look.
        tokenizer: a morphological tokenizer (Kiwi).
        occurrence: which of several, from 0; -1 is the last.

    Raises:
        BadInput: the word is empty, not in the sentence, or not so many times.

    >>> from explorer.tokenizers.loading import tokenizer
    >>> find_word("먹다", "밥을 먹었다.", tokenizer("kiwi")).surface
    '먹'
    """
    wanted = unicodedata.normalize("NFC", word).strip()
    if not wanted:
        raise BadInput("the word is empty; give a word that stands in the sentence")
    tokens = [token for token in tokenizer.tokenize(sentence) if token.end > token.start]
    for how in ("morpheme", "surface", "text", "lemma"):
        spans = _SEARCHES[how](wanted, sentence, tokens, tokenizer)
        if spans:
            break
    else:
        raise BadInput(f"{word!r} does not occur in {_shown(sentence)}; give a sentence that holds it, as written or inflected")
    if not -len(spans) <= occurrence < len(spans):
        raise BadInput(
            f"{word!r} occurs {len(spans)} times in {_shown(sentence)}; occurrence={occurrence} asks for another one"
        )
    start, end, key = spans[occurrence]
    return WordSpan(word, start, end, sentence[start:end], how, key)


def _shown(sentence: str) -> str:
    return repr(sentence if len(sentence) <= 60 else sentence[:59] + "…")


Found = list[tuple[int, int, str | None]]


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _morphemes(wanted: str, sentence: str, tokens: list[Token], _: Tokenizer) -> Found:
    """Tokens whose form (or key) is the word; content words rule out particles that look alike."""
    hits = [
        (token.start, token.end, f"{token.form}/{token.tag}")
        for token in tokens
        if wanted in (token.form, f"{token.form}/{token.tag}")
    ]
    content = [hit for hit in hits if not (hit[2].rpartition("/")[2]).startswith(_FUNCTION)]
    return list(content or hits)


def _surfaces(wanted: str, sentence: str, tokens: list[Token], _: Tokenizer) -> Found:
    """Runs of morphemes that are written like the word."""
    found: Found = []
    ends = sorted({token.end for token in tokens})
    for start in sorted({token.start for token in tokens}):
        for end in ends:
            if end <= start:
                continue
            text = _nfc(sentence[start:end])
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
            if complete and _nfc(sentence[start:end]) == wanted:
                found.append((start, end, None))
                break
    return found


def _begins(sentence: str, position: int) -> bool:
    return not sentence[position].isspace() and (position == 0 or not sentence[position - 1].isalnum())


def _lemmas(wanted: str, sentence: str, tokens: list[Token], tokenizer: Tokenizer) -> Found:
    """Another form of the same word: the content morphemes of 먹었다 in 먹는다."""
    content = [token for token in tokenizer.tokenize(wanted) if token.tag and not token.tag.startswith(_FUNCTION)]
    if len(content) != 1:
        return []
    return _morphemes(f"{content[0].form}/{content[0].tag}", sentence, tokens, tokenizer)


_SEARCHES = {"morpheme": _morphemes, "surface": _surfaces, "text": _text, "lemma": _lemmas}
