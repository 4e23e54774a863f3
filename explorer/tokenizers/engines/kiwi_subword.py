"""Kiwi's own sub-word tokenizer: morphemes first, sub-words inside them (kiwipiepy, https://github.com/bab2min/kiwipiepy)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, ExplorerError
from explorer.core.guarded import require_opening
from explorer.core.messages import Message
from explorer.text.hangul import to_compatible
from explorer.text.morphology import has_threads, shared_kiwi
from explorer.text.normalise import Normalised
from explorer.tokenizers.engine import Engine, as_ids
from explorer.tokenizers.engines.files import file_name, file_params, require_file
from explorer.tokenizers.engines.kiwi import clean_text
from explorer.tokenizers.engines.streams import alongside
from explorer.tokenizers.engines.trial import SAMPLE
from explorer.tokenizers.token import Token

__all__ = ["KiwiSubwordTokenizer"]

_LARGEST = 256 << 20
"""Bytes of a sub-word tokenizer's file; those that exist have a few million."""


def _readable(text: str) -> str:
    # The one code point its UTF-8 reader refuses.
    return text.replace("\U0010ffff", "\ufffd")


def _require_subwords(path: Path) -> None:
    """Refuse what cannot be a sub-word tokenizer before Kiwi sees it: its JSON reader ends the process at a wrong byte."""
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise BadInput("tokenizers.kiwi_file_large", path=path, most=_LARGEST >> 20)
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadInput("tokenizers.kiwi_file_not_json", path=path) from error
    decoder, model = (found.get(key) if isinstance(found, dict) else None for key in ("decoder", "model"))
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(decoder, dict) or decoder.get("type") != "Kiwi" or not isinstance(vocabulary, list) or not vocabulary:
        raise BadInput("tokenizers.kiwi_file_other", path=path)


def try_subwords(path: str) -> None:
    """Open a sub-word tokenizer and use all of it; for a process that may end of it."""
    from kiwipiepy.sw_tokenizer import SwTokenizer

    tokenizer = SwTokenizer(path, kiwi=shared_kiwi(workers=1))
    tokenizer.config.unk_token  # noqa: B018  reading it runs the engine
    for text in (SAMPLE, ""):
        tokenizer.decode(tokenizer.encode(_readable(text), return_offsets=True)[0])
    for index in tokenizer.vocab.values():
        tokenizer.decode([index])


class KiwiSubwordTokenizer(Engine):
    """Kiwi's own sub-word tokenizer: morphemes first, sub-words inside them, from a ``tokenizer.json`` that Kiwi trained.

    Args:
        path: the file. Kiwi ships none; train one with kiwipiepy, or take one of those its author publishes. It is tried in
            a process of its own first, which takes as long as starting Kiwi: a damaged one would end this process.

    Raises:
        BadInput: the file is no Kiwi sub-word tokenizer, or a damaged one.
    """

    def __init__(self, path: str | Path, *, name: str | None = None) -> None:
        from kiwipiepy.sw_tokenizer import SwTokenizer

        self.path = require_file(path, "tokenizers.file_kiwi_subwords")
        self.name = name or file_name(self.path)
        try:
            _require_subwords(self.path)
            what = Message("tokenizers.the_kiwi_subwords")
            require_opening("explorer.tokenizers.engines.kiwi_subword:try_subwords", [self.path], what, library="kiwipiepy")
            self._tokenizer = SwTokenizer(str(self.path), kiwi=shared_kiwi())
        except ExplorerError:
            raise
        except (ValueError, RuntimeError, OSError, KeyError) as error:
            raise BadInput("tokenizers.not_kiwi_subword", path=self.path, reason=str(error).splitlines()[0]) from error
        self._pieces = {index: form for form, index in self._tokenizer.vocab.items()}
        self._unknown = self._tokenizer.vocab.get(self._tokenizer.config.unk_token)
        self.vocab_size: int | None = len(self._pieces)

    def tokenize(self, text: str) -> list[Token]:
        clean = clean_text(text)
        return self._build(clean, *self._tokenizer.encode(_readable(clean.text), return_offsets=True))

    def tokenize_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[Token]]:
        """Stream through Kiwi's threads; ``SwTokenizer`` itself, because its transformers wrapper joins a batch into one list."""
        if not has_threads():
            yield from map(self.tokenize, texts)
            return

        def run(cleans: Iterator[Normalised]) -> Any:
            return self._tokenizer.encode((_readable(clean.text) for clean in cleans), return_offsets=True)

        for clean, (ids, offsets) in alongside(run, map(clean_text, texts)):
            yield self._build(clean, ids, offsets)

    def _build(self, clean: Normalised, ids: Sequence[int], offsets: Sequence[tuple[int, int]]) -> list[Token]:
        tokens = []
        for index, (left, right) in zip(ids, offsets, strict=True):
            start, end = clean.to_original(int(left), int(right))
            index = int(index)
            form = to_compatible(self._pieces.get(index, ""))
            tokens.append(Token(clean.original[start:end], start, end, form, None, index, index == self._unknown))
        return tokens

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        """Text of token ids, as far as this tokenizer can restore it."""
        return str(self._tokenizer.decode(as_ids(ids, self.vocab_size)))

    def vocabulary(self) -> list[str]:
        return [to_compatible(self._pieces.get(index, "")) for index in range(max(self._pieces, default=-1) + 1)]

    def params(self) -> dict[str, Any]:
        return {"name": self.name, "engine": "kiwi-sw", **file_params(self.path)}
