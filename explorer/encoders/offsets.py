"""Characters and tokens: offsets in a text's NFC form, and the tokens under a span."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from explorer.core.errors import BadInput

__all__ = ["in_nfc", "nfc", "under"]


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def in_nfc(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Offsets into ``text`` as offsets into its NFC form; spans begin and end between whole characters."""
    if unicodedata.is_normalized("NFC", text):
        return list(spans)
    edges = sorted({0, *(edge for span in spans for edge in span)})
    places = {0: 0}
    for left, right in pairwise(edges):
        places[right] = places[left] + len(nfc(text[left:right]))
    return [(places[start], places[end]) for start, end in spans]


def under(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]], shown: Sequence[str]) -> list[tuple[int, int]]:
    """For every span, the first and one-past-last token that share a character with it.

    Raises:
        BadInput: a span has none; the tokenizer dropped these characters.
    """
    table = np.array(offsets, np.int64).reshape(-1, 2)
    wanted = np.array(spans, np.int64).reshape(-1, 2)
    first = np.searchsorted(table[:, 1], wanted[:, 0], side="right")
    last = np.searchsorted(table[:, 0], wanted[:, 1], side="left")
    lost = np.flatnonzero(first >= last)
    if len(lost):
        raise BadInput("encoders.tokenizer_drops_text", text=shown[lost[0]][:40])
    return list(zip(first.tolist(), last.tolist(), strict=True))
