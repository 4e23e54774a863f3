"""Tokens on disk: shards of the corpus, and what choosing keys and joining phrases makes of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import Unavailable
from explorer.static.keys import key_filter

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BREAK", "PairMap", "Shard", "TokenShards"]

BREAK = -1
"""The code that ends a sentence."""

MAX_SENTENCE = 10_000
"""Longer sentences are cut: gensim reads no further."""

PairMap = Mapping[tuple[str, str], str]
"""Pairs of neighbouring keys, and the key that stands for both."""


@dataclass(frozen=True)
class Shard:
    """Tokens of one piece of the corpus.

    Attributes:
        keys: the different keys of this shard.
        codes: int32 numbers into ``keys``; :data:`BREAK` after each sentence once keys are chosen.
        documents, characters: what went in.
        lines: int32, for every stretch of text (:func:`text_spans`) where its codes end; as kept on disk, before keys are chosen.
    """

    keys: list[str]
    codes: NDArray[np.int32]
    documents: int
    characters: int
    lines: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    @property
    def tokens(self) -> int:
        return int(np.count_nonzero(self.codes >= 0))

    def to_bytes(self) -> bytes:
        """The shard as an uncompressed ``.npz`` (no pickle in it)."""
        buffer = io.BytesIO()
        text = np.frombuffer("\n".join(self.keys).encode("utf-8"), np.uint8)
        sizes = np.array([self.documents, self.characters], np.int64)
        np.savez(buffer, keys=text, codes=self.codes, lines=self.lines, sizes=sizes)
        return buffer.getvalue()

    @classmethod
    def read(cls, path: Path) -> Shard:
        """Read a shard that :meth:`to_bytes` made. A damaged one is deleted: it is only a cache, and made again when asked for.

        Raises:
            FileNotFoundError: it is not there.
            Unavailable: it was damaged, and is gone.
        """
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
                text = data["keys"].tobytes().decode("utf-8")
                documents, characters = (int(number) for number in data["sizes"])
                return cls(text.split("\n") if text else [], data["codes"], documents, characters, data["lines"])
        except (ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:  # the zip has a checksum of every part
            path.unlink(missing_ok=True)
            raise Unavailable("static.shard_damaged", path=path) from error

    def sentence_numbers(self) -> NDArray[np.int64]:
        """The number of the sentence each token stands in, of a shard as kept on disk."""
        _, ends = key_filter("all")
        after = np.array([ends(key) for key in self.keys], bool)[self.codes]
        after[self.lines[self.lines > 0] - 1] = True
        numbers: NDArray[np.int64] = np.cumsum(after) - after
        return numbers

    def chosen(self, choice: str) -> Shard:
        """The shard with only the keys of a choice, and a break after each sentence that has any.

        A sentence ends with a line, after a key that ends sentences, and after :data:`MAX_SENTENCE` keys.
        """
        keep, _ = key_filter(choice)
        numbers: dict[str, int] = {}
        table = np.full(len(self.keys), -1, np.int32)
        for code, key in enumerate(self.keys):  # asked once per key, not once per token
            kept = keep(key)
            if kept is not None:
                table[code] = numbers.setdefault(kept, len(numbers))
        codes = table[self.codes]
        sentences = self.sentence_numbers()
        places = np.flatnonzero(codes >= 0)
        codes, sentences = codes[places], sentences[places]
        first = np.flatnonzero(np.diff(sentences, prepend=-1))
        position = np.arange(len(codes)) - np.repeat(first, np.diff(np.append(first, len(codes))))
        is_end = np.append(sentences[1:] != sentences[:-1], True)[: len(codes)] | (position % MAX_SENTENCE == MAX_SENTENCE - 1)
        with_breaks = np.insert(codes, np.flatnonzero(is_end) + 1, BREAK).astype(np.int32)
        return Shard(list(numbers), with_breaks, self.documents, self.characters)

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Neighbouring pairs inside sentences, as ``first * keys + second``, and where they stand."""
        codes = self.codes.astype(np.int64)
        places = np.flatnonzero((codes[:-1] >= 0) & (codes[1:] >= 0)) if len(codes) > 1 else np.zeros(0, np.int64)
        return codes[places] * len(self.keys) + codes[places + 1], places

    def merged(self, phrases: PairMap) -> Shard:
        """The shard with every phrase as one key; of overlapping ones the first wins.

        >>> shard = Shard(["국립/NNG", "공원/NNG"], np.array([0, 1, 1, -1], np.int32), 1, 9)
        >>> made = shard.merged({("국립/NNG", "공원/NNG"): "국립공원/NNG"})
        >>> [made.keys[code] for code in made.codes if code >= 0]
        ['국립공원/NNG', '공원/NNG']
        """
        numbers = {key: code for code, key in enumerate(self.keys)}
        targets: dict[int, int] = {}
        for (first, second), joined in phrases.items():
            if first in numbers and second in numbers:
                targets[numbers[first] * len(self.keys) + numbers[second]] = numbers.setdefault(joined, len(numbers))
        coded, places = self.pairs()
        codes = self.codes.copy()
        kept = np.ones(len(codes), bool)
        last = -2
        hits = np.flatnonzero(np.isin(coded, np.fromiter(targets, np.int64, len(targets))))
        for place, pair in zip(places[hits].tolist(), coded[hits].tolist(), strict=True):
            if place > last + 1:
                codes[place] = targets[pair]
                kept[place + 1] = False
                last = place
        return Shard(list(numbers), codes[kept], self.documents, self.characters)


@dataclass(frozen=True)
class TokenShards:
    """The tokenized corpus on disk.

    Attributes:
        paths: shard files in the order of the corpus, with all tokens.
        tokenizer: the tokenizer's parameters.
        choice: which keys were kept (``"content"``, ``"all"``).
        documents, characters, tokens, sentences: totals.
        sha256: identifies the corpus as this tokenizer saw it.
        phrases: pairs of keys that count as one (:mod:`explorer.static.phrases`).
        cluster: where what can be counted shard by shard is counted; here if ``None``.
    """

    paths: list[Path]
    tokenizer: dict[str, Any]
    choice: str
    documents: int = 0
    characters: int = 0
    tokens: int = 0
    sentences: int = 0
    sha256: str = ""
    phrases: PairMap = field(default_factory=dict, repr=False)
    cluster: str | None = None

    def __iter__(self) -> Iterator[Shard]:
        for path in self.paths:
            shard = Shard.read(path).chosen(self.choice)
            yield shard.merged(self.phrases) if self.phrases else shard

    def to_dict(self) -> dict[str, Any]:
        """Sizes and hash, for provenance."""
        names = ("documents", "characters", "sentences", "tokens", "sha256")
        return {name: getattr(self, name) for name in names}
