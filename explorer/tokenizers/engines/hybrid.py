"""Morphemes first, sub-words inside them: Kiwi cuts, SentencePiece spells.

No piece crosses a morpheme boundary, which is what "morpheme-aware sub-words" means in Park et al. 2020, "An Empirical Study of
Tokenization Strategies for Various Korean NLP Tasks" (AACL).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput
from explorer.text.normalise import check_text
from explorer.tokenizers.engine import Engine
from explorer.tokenizers.engines.files import file_name, file_params, require_file
from explorer.tokenizers.engines.kiwi import KiwiTokenizer
from explorer.tokenizers.engines.sentencepiece import SentencePieceTokenizer
from explorer.tokenizers.engines.streams import alongside
from explorer.tokenizers.token import Token

__all__ = ["HybridTokenizer", "segments"]

_CACHE = 200_000


def segments(text: str, morphemes: Sequence[Token]) -> list[tuple[int, int]]:
    """Disjoint spans of ``text`` cut at morpheme boundaries; fused morphemes (갔 = 가 + 았) stay together.

    Text that no morpheme covers becomes segments of its own, white space excepted; none crosses white space.

    >>> segments("갔다 와", [Token("갔", 0, 1, "가다"), Token("갔", 0, 1, "았"), Token("다", 1, 2, "다"), Token("와", 3, 4, "오다")])
    [(0, 1), (1, 2), (3, 4)]
    """
    spans: list[tuple[int, int]] = []
    for token in sorted(morphemes, key=lambda token: (token.start, token.end)):
        if token.start == token.end:
            continue
        if spans and token.start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], token.end))
        else:
            if token.start > (spans[-1][1] if spans else 0):
                spans.append((spans[-1][1] if spans else 0, token.start))
            spans.append((token.start, token.end))
    last = spans[-1][1] if spans else 0
    if last < len(text):
        spans.append((last, len(text)))
    return [cut for span in spans for cut in _words(text, *span)]


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for word in text[start:end].split():
        position = text.index(word, position, end)
        yield position, position + len(word)
        position += len(word)


class HybridTokenizer(Engine):
    """Kiwi's morphemes, spelled with the pieces of a SentencePiece model trained on text cut the same way.

    Args:
        path: the ``.model`` that :func:`explorer.train_tokenizer` wrote for ``"kiwi-bpe"`` or ``"kiwi-unigram"``; any other
            SentencePiece model works, but its pieces were not learnt for it.
        kiwi: options of :class:`~explorer.tokenizers.engines.kiwi.KiwiTokenizer`.
    """

    def __init__(self, path: str | Path, *, kiwi: dict[str, Any] | None = None, name: str | None = None) -> None:
        self.path = require_file(path, "tokenizers.file_sentencepiece")
        self.name = name or f"kiwi+{file_name(self.path)}"
        try:
            self._kiwi = KiwiTokenizer(**(kiwi or {}))
        except TypeError as error:
            raise BadInput("tokenizers.unknown_kiwi_option", kiwi=kiwi, reason=error) from error
        self._kiwi_options = dict(kiwi or {})
        self._pieces = SentencePieceTokenizer(self.path, raw=True)
        self.vocab_size = self._pieces.vocab_size
        self._cache: dict[tuple[str, bool], list[Token]] = {}

    def tokenize(self, text: str) -> list[Token]:
        return self._spell(check_text(text), self._kiwi.tokenize(text))

    def tokenize_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[Token]]:
        """Stream tokens of many texts; the analysis uses Kiwi's threads."""
        for text, morphemes in alongside(lambda waiting: self._kiwi.tokenize_batch(waiting, workers), texts):
            yield self._spell(text, morphemes)

    def _spell(self, text: str, morphemes: Sequence[Token]) -> list[Token]:
        tokens: list[Token] = []
        previous = -1
        for start, end in segments(text, morphemes):
            first = start != previous
            previous = end
            surface = text[start:end]
            key = (surface, first)
            pieces = self._cache.get(key)
            if pieces is None:
                pieces = self._segment(surface, first)
                if len(self._cache) < _CACHE:
                    self._cache[key] = pieces
            tokens += [
                Token(piece.surface, piece.start + start, piece.end + start, piece.form, None, piece.id, piece.unknown)
                for piece in pieces
            ]
        return tokens

    def _segment(self, surface: str, first: bool) -> list[Token]:
        """Pieces of one segment, offsets from its start. ``first``: it begins an eojeol, so a space mark belongs before it."""
        if not first:
            return self._pieces.tokenize(surface)
        tokens = []
        for piece in self._pieces.tokenize(" " + surface):
            start, end = max(0, piece.start - 1), max(0, piece.end - 1)
            tokens.append(Token(surface[start:end], start, end, piece.form, None, piece.id, piece.unknown))
        return tokens

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        """The text of token ids."""
        return self._pieces.decode(ids, skip_special_tokens=skip_special_tokens).strip()

    def vocabulary(self) -> list[str]:
        return self._pieces.vocabulary()

    def is_byte(self, index: int) -> bool:
        """Whether a vocabulary id stands for one byte."""
        return self._pieces.is_byte(index)

    def params(self) -> dict[str, Any]:
        return {"name": self.name, "engine": "hybrid", **file_params(self.path), "kiwi": self._kiwi_options}
