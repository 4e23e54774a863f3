"""What stands around a word, as a vector: no network is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.encoders.locate import Span, around
from explorer.text.tags import MASKED
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.core.progress import ProgressCallback
    from explorer.tokenizers.token import Token, Tokenizer
    from explorer.vectors.vectors import Vectors

__all__ = ["contexts_of", "rarity", "static_contexts"]


def rarity(rank: NDArray[np.int64]) -> NDArray[np.float32]:
    """Weight of a word by its rank among whole morphemes: the logarithm of the rank, which by Zipf's law is its information.

    >>> rarity(np.array([0, 80, 20_000])).round(1).tolist()
    [0.5, 2.1, 7.4]
    """
    weights: NDArray[np.float32] = (np.log(rank + 20.0) - 2.5).astype(np.float32)
    return weights


def static_contexts(
    vectors: Vectors, tokens: Sequence[Sequence[Token]], spans: Sequence[Span], weighted: bool = True
) -> NDArray[np.float64]:
    """The mean static vector of a sentence's other content words.

    Args:
        vectors: keyed by morphemes in order of frequency, such as Kiwi's.
        tokens: the morphemes of each sentence.
        spans: where the word stands that is left out.
        weighted: rarer words count more (:func:`rarity`).

    Returns:
        sentences × d; a row of zeros where no other content word has a vector.
    """
    result = np.zeros((len(tokens), vectors.dim))
    for row, (sentence, (start, end)) in enumerate(zip(tokens, spans, strict=True)):
        others = [t for t in sentence if t.tag in MASKED and not (t.start < end and t.end > start)]
        found = np.array([index for t in others if (index := vectors.row(key_of(t))) is not None], np.int64)
        if len(found):
            weights = rarity(found) if weighted else np.ones(len(found))
            result[row] = weights @ vectors.unit[found] / len(found)
    return result


_opened: list[Vectors] = []
"""Kiwi's vectors once they are open: one question reads many contexts."""


def _vectors(progress: ProgressCallback | None) -> Vectors:
    if not _opened:
        from explorer.static.kiwi import kiwi_vectors

        _opened.append(kiwi_vectors(progress))
    return _opened[0]


def contexts_of(
    analyser: Tokenizer, sentences: Sequence[str], spans: Sequence[Span], progress: ProgressCallback | None = None
) -> NDArray[np.float64]:
    """:func:`static_contexts` by Kiwi's morpheme vectors; of a very long text what stands around the word is read.

    Args:
        analyser: Kiwi.
        sentences, spans: each with the place of its word.
        progress: told when Kiwi's vectors have to be recovered first (once on a machine).
    """
    tokens: list[list[Token]] = []
    inner: list[Span] = []
    for sentence, (start, end) in zip(sentences, spans, strict=True):
        first, last = around(sentence, start, end)
        tokens.append(analyser.tokenize(sentence[first:last]))
        inner.append((start - first, end - first))
    return static_contexts(_vectors(progress), tokens, inner)
