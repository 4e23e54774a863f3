"""MeCab-ko with mecab-ko-dic, through python-mecab-ko (the optional extra ``mecab``)."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, MissingExtra
from explorer.core.guarded import require_opening
from explorer.core.messages import Message
from explorer.text.hangul import to_compatible
from explorer.text.normalise import normalise
from explorer.tokenizers.engine import Engine
from explorer.tokenizers.engines.kiwi import dictionary_form
from explorer.tokenizers.engines.spans import trim
from explorer.tokenizers.engines.trial import SAMPLE
from explorer.tokenizers.token import Token

__all__ = ["MecabTokenizer"]

# The lattice of one call holds every dictionary word of its text: long texts go in as pieces cut at white space.
_PIECE = 8192
_SPACE = re.compile(r"\s")


def try_dictionaries(dictionary: str | None, user_dictionary: str | None) -> None:
    """Open dictionaries and use them; for a process that may end of it."""
    from mecab import MeCab

    MeCab(dictionary_path=dictionary, user_dictionary_path=user_dictionary).parse(SAMPLE)


class MecabTokenizer(Engine):
    """Morphemes with Sejong tags from MeCab's Korean dictionary.

    Args:
        decompose: give the parts of a fused word (신다 = 시/EP + ㄴ다/EF) as tokens that share its span; otherwise one token
            with a joined tag (EP+EF).
        dictionary: a folder with a compiled system dictionary; by default the one that comes with the package.
        user_dictionary: a compiled user dictionary file.

    Dictionaries of one's own are tried in another process first: MeCab maps them into memory and trusts what they say.

    Raises:
        MissingExtra: python-mecab-ko is not installed.
        BadInput: a dictionary is none, or is damaged.
    """

    name = "mecab"

    def __init__(
        self, *, decompose: bool = True, dictionary: str | None = None, user_dictionary: str | None = None, name: str = "mecab"
    ) -> None:
        try:
            from mecab import MeCab
        except ImportError as error:
            raise MissingExtra("tokenizers.the_mecab", "mecab") from error
        self.name = name
        self.decompose = decompose
        self.dictionary = dictionary
        self.user_dictionary = user_dictionary
        if dictionary or user_dictionary:
            paths = [Path(path) if path else None for path in (dictionary, user_dictionary)]
            what = Message("tokenizers.the_mecab_dictionary")
            require_opening("explorer.tokenizers.engines.mecab:try_dictionaries", paths, what, library="python-mecab-ko")
        try:
            self._mecab = MeCab(dictionary_path=dictionary, user_dictionary_path=user_dictionary)
        except (RuntimeError, OSError, ValueError) as error:
            raise BadInput("tokenizers.mecab_dictionary_unopened", reason=" ".join(str(error).split())) from error
        self._lock = threading.Lock()

    def tokenize(self, text: str) -> list[Token]:
        clean = normalise(text, strip_zero_width=True, jamo=True)
        # A NUL ends a C string, and with it the analysis.
        source = clean.text.replace("\0", " ")
        tokens: list[Token] = []
        for offset, piece in _pieces(source):
            with self._lock:
                morphemes = self._mecab.parse(piece)
            for morpheme in morphemes:
                left, right = trim(source, offset + morpheme.span.start, offset + morpheme.span.end)
                if not source[left:right].strip():
                    continue  # MeCab calls exotic spaces symbols
                start, end = clean.to_original(left, right)
                surface = text[start:end]
                unknown = morpheme.feature.reading is None and morpheme.pos in ("UNKNOWN", "NA", "UNA", "UNT")
                for form, tag in self._parts(morpheme):
                    form, tag = dictionary_form(form, tag)
                    tokens.append(Token(surface, start, end, form, tag, None, unknown))
        return tokens

    def _parts(self, morpheme: Any) -> list[tuple[str, str]]:
        feature = morpheme.feature
        if self.decompose and feature.type == "Inflect" and feature.expression:
            # "시/EP/*+ᆫ다/EF/*"
            parts = [part.split("/") for part in feature.expression.split("+")]
            if all(len(part) >= 2 and part[0] for part in parts):
                return [(part[0], part[1]) for part in parts]
        return [(to_compatible(morpheme.surface), morpheme.pos)]

    def params(self) -> dict[str, Any]:
        from mecab import __version__

        return {
            "name": self.name,
            "engine": "mecab",
            "decompose": self.decompose,
            "dictionary": self.dictionary,
            "user_dictionary": self.user_dictionary,
            "version": __version__,
        }


def _pieces(text: str) -> list[tuple[int, str]]:
    """``(offset, piece)``: pieces without leading white space, after which MeCab's spans would be off by its length."""
    pieces: list[tuple[int, str]] = []
    start, size = 0, len(text)
    while start < size:
        end = min(size, start + _PIECE)
        if end < size:
            cut = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = cut + 1 if cut > start else end
        piece = text[start:end]
        stripped = piece.lstrip()
        if stripped:
            pieces.append((start + len(piece) - len(stripped), stripped))
        start = end
    return pieces
