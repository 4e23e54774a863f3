"""Sentences as weighted means of their words' vectors (SIF: Arora, Liang & Ma, "A Simple but Tough-to-Beat Baseline for Sentence
Embeddings", ICLR 2017, https://openreview.net/forum?id=SyK00v5xx).

A word that makes up the share p(w) of the training text weighs a / (a + p(w)), so that particles and 하다 hardly count; then the
first singular vector of all sentences, which is what every sentence has, is taken out. Words are what the model's own tokenizer
makes of a sentence. A content word without a key is looked up as a typed word would be (:meth:`Vectors.resolve`): what it is
composed of counts as so many words, and sub-word models compose it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.text.tags import MODELLED, base_tag, word_of
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.token import key_of
from explorer.vectors.records import Resolution
from explorer.vectors.search import Floats, Ints
from explorer.vectors.sentences import Sentences, gather

if TYPE_CHECKING:
    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["COUNTED", "ORDERED", "SifMaker", "Words", "sentences", "weights"]

COUNTED, ORDERED = 1e-3, 1e-4
"""Where a word weighs half: with counts the paper's default; where only the order of the keys tells how frequent they are, what
found more petitions by their titles (docs/contextual.md)."""

_REMEMBERED = 200_000
"""Words without a key whose parts are remembered."""


class Words(Protocol):
    """Vectors of words, as far as sentences need them: :class:`~explorer.vectors.vectors.Vectors`."""

    @property
    def name(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def vectors(self) -> Floats: ...
    @property
    def counts(self) -> Ints | None: ...
    @property
    def info(self) -> Mapping[str, Any]: ...
    @property
    def dim(self) -> int: ...
    @property
    def unit(self) -> Floats: ...
    def row(self, key: str) -> int | None: ...
    def find(self, word: str) -> Resolution | None: ...
    def rows(self, resolution: Resolution) -> list[int]: ...
    def vector(self, word: str) -> Floats: ...


def weights(counts: Ints | int, a: float) -> Floats:
    """A / (a + p) of every key (n float32), by how often each was seen.

    Args:
        counts: of n keys; or n alone where they are in order of their frequency: then p falls as Zipf's law says.
        a: the share at which a key weighs half.

    >>> [round(float(weight), 3) for weight in weights(np.array([999, 1]), 0.001)]
    [0.001, 0.5]
    """
    seen = 1 / (np.arange(counts) + 2.7) if isinstance(counts, int) else counts.astype(np.float64)
    return np.asarray(a / (a + seen / max(float(seen.sum()), 1e-9)), np.float32)


def sentences(
    words: Words,
    texts: Iterable[str],
    *,
    a: float | None = None,
    components: int | None = None,
    keep: bool = False,
    progress: ProgressCallback | None = None,
) -> Sentences:
    """Vectors of whole sentences: weighted means of their words'. Fast and offline.

    Args:
        words: vectors of words.
        texts: sentences or documents; with ``keep`` any number of them, from any iterable.
        a: the share of the training text at which a word weighs half; 0.001, or 0.0001 for vectors without counts.
        components, keep, progress: see :func:`~explorer.vectors.sentences.gather`.

    Raises:
        BadInput: there is no sentence, one is no text, or a number is outside its range.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["왕/NNG", "여왕/NNG", "사과/NNG"], [[1, 0], [0.8, 0.6], [0, 1]])
    >>> found = v.sentences(["왕이 왔다.", "사과를 샀다.", "ㅋㅋㅋ"])
    >>> found.similar("여왕이 온다.", 1)[0].text, found.missing
    ('왕이 왔다.', [2])
    """
    return gather(SifMaker(words, a), texts, components=components, keep=keep, progress=progress)


class SifMaker:
    """A :class:`~explorer.vectors.sentences.Maker` of weighted means of words' vectors.

    Attributes:
        told: called with the tokens of every text it makes a vector of, in their order, but not with those of a query.
    """

    told: Callable[[Sequence[Token]], None] | None = None

    def __init__(self, words: Words, a: float | None = None) -> None:
        """
        Args:
            words: the vectors.
            a: the share of the training text at which a word weighs half.

        Raises:
            BadInput: ``a`` is not above 0.
        """
        if a is None:
            a = ORDERED if words.counts is None else COUNTED
        if not 0 < a < float("inf"):
            raise BadInput("vectors.sif_a", a=a)
        self._words, self._a = words, a
        self._parts: dict[str, tuple[list[int], Floats | None]] = {}
        self.name, self.dim = words.name, words.dim

    @property
    def how(self) -> dict[str, Any]:
        return {"way": "sif", "a": self._a, "frequencies": "counts" if self._words.counts is not None else "order"}

    def identity(self) -> str:
        words = self._words
        digest = hashlib.sha256("\n".join(words.keys).encode("utf-8", "surrogatepass"))
        for part in (words.vectors, words.counts):
            digest.update(b"" if part is None else np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()

    @cached_property
    def _weights(self) -> Floats:
        counts = self._words.counts
        return weights(len(self._words.keys) if counts is None else counts, self._a)

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """What made the keys, as far as that is known, else Kiwi."""
        from explorer.tokenizers import loading

        made = self._words.info.get("tokenizer")
        if isinstance(made, Mapping):
            return loading.from_params(made)
        return loading.tokenizer("kiwi")

    def rows(self, texts: Sequence[str], query: bool = False, progress: ProgressCallback | None = None) -> Floats:
        result = np.zeros((len(texts), self.dim), np.float32)
        for number, tokens in enumerate(tokenize_all(self.tokenizer, texts, progress=progress)):
            result[number] = self._mean(tokens)
            if self.told is not None and not query:
                self.told(tokens)
        return result

    def _mean(self, tokens: Sequence[Token]) -> Floats:
        found: list[int] = []
        more: list[Floats] = []
        for token in tokens:
            key = key_of(token)
            row = self._words.row(key)
            if row is not None:
                found.append(row)
                continue
            rows, vector = self._looked_up(key, token)
            found += rows
            more += [] if vector is None else [vector]
        if not found and not more:
            return np.zeros(self.dim, np.float32)
        # What no text has shown has the share 0, and so the weight 1.
        total = self._weights[found] @ self._words.vectors[found] if found else np.zeros(self.dim, np.float32)
        return np.asarray((total + sum(more)) / (len(found) + len(more)), np.float32)

    def _looked_up(self, key: str, token: Token) -> tuple[list[int], Floats | None]:
        """Rows, or a composed vector, of a token that is no key; neither for particles, endings and signs."""
        known = self._parts.get(key)
        if known is not None:
            return known
        made: tuple[list[int], Floats | None] = ([], None)
        if token.tag is None or base_tag(token.tag) in MODELLED:
            resolution = self._words.find(word_of(key)) if word_of(key).strip() else None
            if resolution is not None and resolution.how == "subword":
                made = [], self._words.vector(word_of(key))
            elif resolution is not None:
                made = self._words.rows(resolution), None
        if len(self._parts) < _REMEMBERED:
            self._parts[key] = made
        return made
