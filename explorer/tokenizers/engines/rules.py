"""Tokenizers that need no dictionary and no training: white space, syllables, jamo. The baselines of every comparison."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from explorer.core.errors import BadInput
from explorer.text.hangul import decompose, is_jamo
from explorer.text.normalise import check_text, graphemes
from explorer.tokenizers.engine import Engine
from explorer.tokenizers.engines.spans import trim
from explorer.tokenizers.token import Token

__all__ = ["EojeolTokenizer", "JamoTokenizer", "SyllableTokenizer"]

_EOJEOL = re.compile(r"\S+")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _characters(text: str) -> Iterator[tuple[int, int]]:
    for start, end in graphemes(text):
        if not text[start:end].isspace():
            yield trim(text, start, end)  # a mark may sit on a space


class EojeolTokenizer(Engine):
    """Cuts at white space only (띄어쓰기): the unit a Korean reader calls a word.

    >>> [token.form for token in EojeolTokenizer().tokenize("왕이  왔다.")]
    ['왕이', '왔다.']
    """

    name = "eojeol"

    def tokenize(self, text: str) -> list[Token]:
        check_text(text)
        return [Token(found[0], found.start(), found.end(), _nfc(found[0])) for found in _EOJEOL.finditer(text)]

    def params(self) -> dict[str, Any]:
        return {"name": self.name, "engine": "eojeol"}


class SyllableTokenizer(Engine):
    """One token per syllable, letter, digit, sign or emoji: whatever a reader sees as one character. White space is dropped.

    >>> [token.form for token in SyllableTokenizer().tokenize("왕이 A1")]
    ['왕', '이', 'A', '1']
    """

    name = "syllable"

    def tokenize(self, text: str) -> list[Token]:
        check_text(text)
        return [Token(text[start:end], start, end, _nfc(text[start:end])) for start, end in _characters(text)]

    def params(self) -> dict[str, Any]:
        return {"name": self.name, "engine": "syllable"}


class JamoTokenizer(Engine):
    """Every syllable taken apart into its jamo, which all share the span of their syllable.

    Args:
        jamo: ``"compatible"`` gives keyboard letters (ㄱㅏㄱ: initial and final are the same ㄱ); ``"conjoining"`` gives
            U+1100-11FF, where an initial and a final are different symbols.

    >>> [(token.form, token.start) for token in JamoTokenizer().tokenize("각 ㅋ")]
    [('ㄱ', 0), ('ㅏ', 0), ('ㄱ', 0), ('ㅋ', 2)]
    """

    name = "jamo"

    def __init__(self, *, jamo: str = "compatible") -> None:
        if jamo not in ("compatible", "conjoining"):
            raise BadInput("tokenizers.bad_jamo", jamo=jamo)
        self.jamo = jamo

    def tokenize(self, text: str) -> list[Token]:
        check_text(text)
        tokens: list[Token] = []
        for start, end in _characters(text):
            piece = text[start:end]
            letters = decompose(_nfc(piece), conjoining=self.jamo == "conjoining")
            if len(letters) > 1 and all(map(is_jamo, letters)):
                tokens += [Token(piece, start, end, letter) for letter in letters]
            else:
                tokens.append(Token(piece, start, end, letters))
        return tokens

    def params(self) -> dict[str, Any]:
        return {"name": self.name, "engine": "jamo", "jamo": self.jamo}
