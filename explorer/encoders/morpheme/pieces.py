"""Text to pieces of a morpheme vocabulary and back to characters: what a Hugging Face tokenizer is to other encoders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from explorer.encoders.train.vocabulary import MorphemeVocabulary
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["MorphemePieces"]


class MorphemePieces:
    """Kiwi's morphemes as pieces of a vocabulary, callable like a tokenizer of transformers.

    A spelled morpheme's pieces all lie over the whole morpheme: a model has no vector for a part of it.

    Args:
        vocabulary: the entries.
        tokenizer: makes the morphemes; Kiwi when ``None``.
    """

    is_fast = True
    unk_token_id = None  # there is no unknown

    def __init__(self, vocabulary: MorphemeVocabulary, tokenizer: Tokenizer | None = None, length: int = 128) -> None:
        self.vocabulary = vocabulary
        self.model_max_length = length
        self._given = tokenizer
        self.pad_token_id = vocabulary.pad
        self.cls_token_id = vocabulary.cls
        self.sep_token_id = vocabulary.sep
        self.mask_token_id = vocabulary.mask
        self.mask_token = "[MASK]"  # noqa: S105

    @cached_property
    def analyser(self) -> Tokenizer:
        """The tokenizer that makes morphemes."""
        from explorer.tokenizers.loading import tokenizer

        return self._given if self._given is not None else tokenizer("kiwi")

    def __len__(self) -> int:
        return len(self.vocabulary)

    def get_vocab(self) -> dict[str, int]:
        """Every entry and its number."""
        return dict(self.vocabulary.numbers)

    def encode_tokens(self, tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
        """Numbers of the pieces, and for each piece which token it belongs to."""
        ids: list[int] = []
        owners: list[int] = []
        for index, token in enumerate(tokens):
            pieces = self.vocabulary.encode(key_of(token))
            ids += pieces
            owners += [index] * len(pieces)
        return ids, owners

    def __call__(self, text: str, *, add_special_tokens: bool = True, **_: Any) -> dict[str, list[Any]]:
        """``input_ids``, ``offset_mapping`` (characters of ``text``) and ``attention_mask``; never cut."""
        tokens = self.analyser.tokenize(text)
        ids, owners = self.encode_tokens(tokens)
        offsets = [(tokens[owner].start, tokens[owner].end) for owner in owners]
        if add_special_tokens:
            ids = [self.cls_token_id, *ids, self.sep_token_id]
            offsets = [(0, 0), *offsets, (0, 0)]
        return {"input_ids": ids, "offset_mapping": offsets, "attention_mask": [1] * len(ids)}

    def convert_ids_to_tokens(self, ids: int | Iterable[int]) -> Any:
        """Entries of numbers."""
        if isinstance(ids, int):
            return self.vocabulary.entries[ids]
        return [self.vocabulary.entries[int(number)] for number in ids]

    def convert_tokens_to_ids(self, tokens: str | Iterable[str]) -> Any:
        """Numbers of entries; raises KeyError for what is none."""
        if isinstance(tokens, str):
            return self.vocabulary.numbers[tokens]
        return [self.vocabulary.numbers[token] for token in tokens]
