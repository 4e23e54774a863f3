"""All words of a text, and a vector for each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.core.errors import BadInput
from explorer.encoders.locate import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer

__all__ = ["WordVectors", "units"]


@dataclass(frozen=True)
class WordVectors:
    """Vectors of all words of one text.

    Attributes:
        spans: ``(start, end)`` of each word in the text as given.
        vectors: words × d float32.
    """

    spans: list[Span]
    vectors: NDArray[np.float32]


def units(text: str, unit: str, analyser: Tokenizer) -> list[Span]:
    """Where the words of a text stand: ``unit`` is ``"eojeol"``, between white space, or ``"morpheme"``.

    Raises:
        BadInput: there is no such unit, or no word in the text.
    """
    if unit == "eojeol":
        spans = [match.span() for match in re.finditer(r"\S+", text)]
    elif unit == "morpheme":
        spans = [(token.start, token.end) for token in analyser.tokenize(text) if token.end > token.start]
    else:
        raise BadInput("encoders.unit_eojeol_morpheme", unit=unit)
    if not spans:
        raise BadInput("encoders.no_word_in_text")
    return spans
