"""Kiwi's own similarity of contexts: how alike its language model finds what stands before a word.

Kiwi's Cong model reads from left to right and a few morphemes far, so a context ends where the word begins; what follows the
word, often the telling part in Korean (배를 **타다**), it does not see.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import Unavailable
from explorer.encoders.stretches import around
from explorer.text.morphology import shared_kiwi

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer

__all__ = ["context_similarities"]

_SEEN = 32
"""Morphemes of a context that are handed over; Kiwi's own reach is shorter."""

_BEGINNING = 0  # Kiwi's morpheme for the beginning of a text: a context is never empty


def context_similarities(
    analyser: Tokenizer, sentences: Sequence[str], spans: Sequence[tuple[int, int]]
) -> NDArray[np.float64]:
    """Kiwi's ``context_similarity`` of what stands before a word, for every two sentences.

    Args:
        analyser: the Kiwi tokenizer.
        sentences: any.
        spans: where the word stands in each.

    Returns:
        n × n, from -1 to 1.

    Raises:
        Unavailable: the installed Kiwi has no such similarity.
    """
    kiwi = shared_kiwi()
    if not hasattr(kiwi, "context_similarity"):
        raise Unavailable("encoders.kiwi_too_old")
    contexts = []
    for sentence, (start, end) in zip(sentences, spans, strict=True):
        first, last = around(sentence, start, end)
        tokens = analyser.tokenize(sentence[first:last])
        before = [token.id for token in tokens if token.end <= start - first and token.id is not None]
        contexts.append([_BEGINNING, *before][-_SEEN:])
    result = np.eye(len(contexts))
    try:
        for row in range(len(contexts)):
            for column in range(row):
                result[row, column] = result[column, row] = kiwi.context_similarity(contexts[row], contexts[column])
    except (RuntimeError, ValueError) as error:
        raise Unavailable("encoders.kiwi_cannot_compare", reason=error) from error
    return result
