"""What stands around a word, as a vector: no network is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.encoders.locate import Span
from explorer.encoders.morpheme.reading import rarity
from explorer.text.tags import MASKED
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token
    from explorer.vectors.vectors import Vectors

__all__ = ["static_contexts"]


def static_contexts(
    vectors: Vectors, tokens: Sequence[Sequence[Token]], spans: Sequence[Span], weighted: bool = True
) -> NDArray[np.float64]:
    """The mean static vector of a sentence's other content words.

    Args:
        vectors: keyed by morphemes in order of frequency, such as Kiwi's.
        tokens: the morphemes of each sentence.
        spans: where the word stands that is left out.
        weighted: rarer words count more (:func:`~explorer.encoders.morpheme.reading.rarity`).

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
