"""Text to pieces of a morpheme vocabulary and back to characters: what a Hugging Face tokenizer is to other encoders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from explorer.encoders.pieces import Cut, Passage, Piece
from explorer.encoders.train.vocabulary import MorphemeVocabulary
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["MorphemePieces"]


class MorphemePieces:
    """Kiwi's morphemes as :class:`~explorer.encoders.pieces.Pieces` of a vocabulary.

    A spelled morpheme's pieces all lie over the whole morpheme: a model has no vector for a part of it.

    Args:
        vocabulary: the entries.
        tokenizer: makes the morphemes; Kiwi when ``None``.
        length: longest input, special pieces included.
    """

    paired = False

    def __init__(self, vocabulary: MorphemeVocabulary, tokenizer: Tokenizer | None = None, length: int = 128) -> None:
        self.vocabulary = vocabulary
        self.capacity = length - 2
        self.pad = vocabulary.pad
        self.prefix, self.suffix = [vocabulary.cls], [vocabulary.sep]
        self._given = tokenizer

    @cached_property
    def analyser(self) -> Tokenizer:
        """The tokenizer that makes morphemes."""
        from explorer.tokenizers.loading import tokenizer

        return self._given if self._given is not None else tokenizer("kiwi")

    def encode_tokens(self, tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
        """Numbers of the pieces, and for each piece which token it belongs to."""
        ids: list[int] = []
        owners: list[int] = []
        for index, token in enumerate(tokens):
            pieces = self.vocabulary.encode(key_of(token))
            ids += pieces
            owners += [index] * len(pieces)
        return ids, owners

    def encode(self, text: str) -> Cut:
        """A text's pieces with the characters they lie over; never cut."""
        tokens = self.analyser.tokenize(text)
        ids, owners = self.encode_tokens(tokens)
        return [(number, tokens[owner].start, tokens[owner].end) for number, owner in zip(ids, owners, strict=True)]

    def names(self, numbers: Sequence[int]) -> list[str]:
        """Entries of numbers."""
        return [self.vocabulary.entries[int(number)] for number in numbers]

    def passage(self, texts: Sequence[str]) -> Passage:
        """One or two sentences as the model reads them, special pieces included."""
        entries = self.vocabulary.entries
        pieces = [Piece(0, entries[self.vocabulary.cls], self.vocabulary.cls, None)]
        morphemes = [self.analyser.tokenize(text) for text in texts]
        for sentence, tokens in enumerate(morphemes):
            for number, owner in zip(*self.encode_tokens(tokens), strict=True):
                token = tokens[owner]
                pieces.append(
                    Piece(len(pieces), entries[number], number, sentence, token.start, token.end, token.surface, morpheme=owner)
                )
            pieces.append(Piece(len(pieces), entries[self.vocabulary.sep], self.vocabulary.sep, None))
        # Never trained on pairs: its second segment row is as it was drawn, so it is not used.
        return Passage(pieces, [0] * len(pieces), morphemes)
