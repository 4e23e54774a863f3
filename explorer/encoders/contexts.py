"""What stands around a word, as a vector: no network is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.encoders.locate import Span, around
from explorer.text.tags import MASKED
from explorer.tokenizers.token import key_of
from explorer.vectors.sif import COUNTED, weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.core.progress import ProgressCallback
    from explorer.tokenizers.token import Token, Tokenizer
    from explorer.vectors.vectors import Vectors

__all__ = ["contexts_of", "default_contexts", "default_rows", "rarity", "static_contexts"]


def rarity(rank: NDArray[np.int64]) -> NDArray[np.float32]:
    """Weight of a word by its rank among whole morphemes: the logarithm of the rank, which by Zipf's law is its information.

    >>> [round(weight, 1) for weight in rarity(np.array([0, 80, 20_000])).tolist()]
    [0.5, 2.1, 7.4]
    """
    weights: NDArray[np.float32] = (np.log(rank + 20.0) - 2.5).astype(np.float32)
    return weights


def static_contexts(vectors: Vectors, tokens: Sequence[Sequence[Token]], spans: Sequence[Span]) -> NDArray[np.float64]:
    """The mean static vector of a sentence's other content words; what is rarer and what stands nearer counts more.

    A word weighs a / (a + p) by its share p of the training text (:func:`~explorer.vectors.sif.weights`), or by the logarithm of
    its rank where the model has no counts (:func:`rarity`), divided by the square root of its distance in content words: the
    verb of an object and the noun of an adjective say more of its sense than the rest of the sentence.

    Args:
        vectors: keyed by morphemes.
        tokens: the morphemes of each sentence.
        spans: where the word stands that is left out.

    Returns:
        sentences × d; a row of zeros where no other content word has a vector.
    """
    result = np.zeros((len(tokens), vectors.dim))
    weight = _weights(vectors)
    for row, (sentence, (start, end)) in enumerate(zip(tokens, spans, strict=True)):
        content = [t for t in sentence if t.tag in MASKED]
        mine = [place for place, t in enumerate(content) if t.start < end and t.end > start]
        others = [
            (index, place)
            for place, t in enumerate(content)
            if place not in mine and (index := vectors.row(key_of(t))) is not None
        ]
        if others:
            rows, places = np.array(others, np.int64).T
            before = sum(t.end <= start for t in content)
            own = np.array(mine, np.float64) if mine else np.array([before - 0.5])  # a word that is no content word itself
            away = np.abs(places[:, None] - own).min(axis=1)
            result[row] = (weight[rows] / np.sqrt(np.maximum(away, 1.0))) @ vectors.unit[rows] / len(rows)
    return result


def _weights(vectors: Vectors) -> NDArray[np.float32]:
    """How much each key counts."""
    if vectors.counts is None:
        return rarity(np.arange(len(vectors)))
    return weights(vectors.counts, COUNTED)


_opened: list[Vectors] = []
"""The vectors once they are open: one question reads many contexts."""


def _vectors(progress: ProgressCallback | None) -> Vectors:
    if not _opened:
        from explorer.static.load import DEFAULT_MODEL, load

        _opened.append(load(DEFAULT_MODEL, progress=progress))
    return _opened[0]


def default_contexts(
    tokens: Sequence[Sequence[Token]], spans: Sequence[Span], progress: ProgressCallback | None = None
) -> NDArray[np.float64]:
    """:func:`static_contexts` by the default word vectors.

    Args:
        tokens: the morphemes of each sentence, from Kiwi.
        spans: where the word stands in each.
        progress: told when the vectors are opened.
    """
    return static_contexts(_vectors(progress), tokens, spans)


_rows: dict[tuple[str, ...], NDArray[np.float32]] = {}


def default_rows(keys: tuple[str, ...], progress: ProgressCallback | None = None) -> NDArray[np.float32]:
    """The default word vectors of some keys, a vocabulary's entries for example; kept, for each sentence asks for the same.

    Args:
        keys: ``form/TAG``.
        progress: told when the vectors are opened.

    Returns:
        keys × e, of length 1; zeros for a key without a vector.
    """
    if keys not in _rows:
        vectors = _vectors(progress)
        found = [(place, row) for place, key in enumerate(keys) if (row := vectors.row(key)) is not None]
        table = np.zeros((len(keys), vectors.dim), np.float32)
        places, rows = np.array(found, np.int64).reshape(-1, 2).T
        table[places] = vectors.unit[rows]
        _rows[keys] = table
    return _rows[keys]


def contexts_of(
    analyser: Tokenizer, sentences: Sequence[str], spans: Sequence[Span], progress: ProgressCallback | None = None
) -> NDArray[np.float64]:
    """:func:`default_contexts` of sentences; of a very long text what stands around the word is read.

    Args:
        analyser: Kiwi.
        sentences, spans: each with the place of its word.
        progress: told when the vectors are opened.
    """
    tokens: list[list[Token]] = []
    inner: list[Span] = []
    for sentence, (start, end) in zip(sentences, spans, strict=True):
        first, last = around(sentence, start, end)
        tokens.append(analyser.tokenize(sentence[first:last]))
        inner.append((start - first, end - first))
    return default_contexts(tokens, inner, progress)
