"""Byte-level encodings that the ``tiktoken`` package runs, where it is installed; OpenAI's are had by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from explorer.core.errors import BadInput, MissingExtra, Unavailable
from explorer.text.normalise import Normalised, normalise
from explorer.tokenizers.engine import Engine, as_ids
from explorer.tokenizers.engines.pieces import byte_text, holds_bytes
from explorer.tokenizers.engines.spans import trim
from explorer.tokenizers.engines.trial import panics
from explorer.tokenizers.token import Token

__all__ = ["ByteEncoding", "TiktokenTokenizer"]


class ByteEncoding(Engine):
    """What encodings of bytes share, whoever made them.

    Args:
        name: of the tokenizer.
        encoding: a ``tiktoken.Encoding``.
        special: how many ids the vocabulary gives to special tokens before the first piece.
    """

    def __init__(self, name: str, encoding: Any, special: int = 0) -> None:
        self.name = name
        self.vocab_size: int | None = encoding.n_vocab + special
        self._encoding = encoding
        self._special = special
        self._forms: dict[int, str] = {}

    def tokenize(self, text: str) -> list[Token]:
        clean = normalise(text)
        with panics(self.name):
            ranks = self._encoding.encode_ordinary(clean.text)
        return self._tokens(clean, ranks)

    def tokenize_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[Token]]:
        """Stream tokens of many texts, in order."""
        for text in texts:
            yield self.tokenize(text)

    def _tokens(self, clean: Normalised, ranks: Sequence[int]) -> list[Token]:
        text = clean.text
        # Character index of every byte; only texts beyond ASCII need it.
        bytes_at = list(range(len(text))) if text.isascii() else [at for at, char in enumerate(text) for _ in char.encode()]
        bytes_at.append(len(text))
        tokens: list[Token] = []
        position = 0
        for rank in ranks:
            data = self._encoding.decode_single_token_bytes(rank)
            start, end = bytes_at[position], bytes_at[position + len(data) - 1] + 1
            position += len(data)
            left, right = clean.to_original(*trim(text, start, end))
            form = self._forms.get(rank)
            if form is None:
                form = self._forms[rank] = byte_text(data)
            tokens.append(Token(clean.original[left:right], left, right, form, None, rank + self._special))
        return tokens

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        """The text of token ids; special tokens spell nothing."""
        return str(
            self._encoding.decode([index - self._special for index in as_ids(ids, self.vocab_size) if index >= self._special])
        )

    def vocabulary(self) -> list[str]:
        return [self._piece(index - self._special) for index in range(self.vocab_size or 0)]

    def _piece(self, rank: int) -> str:
        try:
            return byte_text(self._encoding.decode_single_token_bytes(rank)) if rank >= 0 else ""
        except KeyError:  # numbers between the pieces and the special tokens
            return ""

    def is_byte(self, index: int) -> bool:
        """Whether a token is no whole characters."""
        rank = index - self._special
        return rank >= 0 and holds_bytes(byte_text(self._encoding.decode_single_token_bytes(rank)))


class TiktokenTokenizer(ByteEncoding):
    """One of OpenAI's encodings, e.g. ``"cl100k_base"`` or ``"o200k_base"``. tiktoken downloads it once and caches it.

    Raises:
        MissingExtra: tiktoken is not installed.
        BadInput: it knows no encoding of that name.
        Unavailable: the encoding is not cached and cannot be downloaded.
    """

    def __init__(self, encoding: str, *, name: str | None = None) -> None:
        try:
            import tiktoken
        except ImportError as error:
            raise MissingExtra("tokenizers.the_tiktoken", "tiktoken") from error
        known = tiktoken.list_encoding_names()
        if encoding not in known:
            raise BadInput("tokenizers.no_such_encoding", encoding=encoding, known=", ".join(sorted(known)))
        self.encoding = encoding
        try:
            made = tiktoken.get_encoding(encoding)
        except Exception as error:  # requests, urllib3 or the disk, depending on what is missing
            raise Unavailable("tokenizers.encoding_not_downloaded", encoding=encoding, reason=type(error).__name__) from error
        super().__init__(name or encoding, made)

    def params(self) -> dict[str, Any]:
        return {"name": self.name, "engine": "tiktoken", "encoding": self.encoding}
