"""What regions of documents are called: three of the words that tell them, each word for the region that it tells best.

Words that tell a region (:meth:`~explorer.analysis.document_words.DocumentWords.telling`) are often those that tell the next one, too,
or are verbs that say little alone. So a word names, of all regions of a layer, the one that has the highest score of it; nouns come
before adjectives, and these before verbs; no two words of a name begin alike; and syllables that names were cut into name nothing.
"""

from __future__ import annotations

from math import log

import numpy as np
import numpy.typing as npt

from explorer.analysis.document_words import CLEARLY, DocumentWords, TellingWord
from explorer.analysis.region_names import alike
from explorer.text.tags import base_tag, tag_of

__all__ = ["document_names"]

_NAMED, _AT_LEAST, _LOOKED_AT = 3, 2, 24
_WEIGHT = {"NNG": 1.0, "NNP": 1.0, "VA": 0.7, "XR": 0.7, "SL": 0.7, "VV": 0.35}
_VAGUE_WEIGHT = 0.3
_VAGUE = frozenset(
    [
        "때",
        "말",
        "전",
        "뒤",
        "속",
        "앞",
        "중",
        "점",
        "수",
        "것",
        "글",
        "필요",
        "수준",
        "정도",
        "자체",
        "이상",
        "이하",
        "하나",
        "생각",
        "요즘",
        "이제",
        "처음",
        "마지막",
        "부분",
        "경우",
        "제대로",
        "정말",
        "진짜",
    ]
)
"""Nouns that name nothing alone."""
_SHORT_SHARE = 0.1
"""A word of one syllable comes first in a name only if so many of the documents have it."""


def document_names(words: DocumentWords, labels: npt.NDArray[np.int32]) -> list[tuple[TellingWord, ...]]:
    """Up to three words for each region.

    Args:
        words: those of n documents.
        labels: the region of each (n int32), from 0.
    """
    told = [words.telling(np.flatnonzero(labels == number), _LOOKED_AT) for number in range(int(labels.max()) + 1)]
    scored = [sorted(((_score(one), one) for one in found), key=lambda pair: -pair[0]) for found in told]
    best: dict[str, float] = {}
    for found in scored:
        for score, one in found:
            best[one.word] = max(best.get(one.word, 0.0), score)
    return [_named([one for score, one in found if score == best[one.word]], [one for _, one in found]) for found in scored]


def _score(one: TellingWord) -> float:
    weight = _WEIGHT.get(base_tag(tag_of(one.key)), 0.5) * (_VAGUE_WEIGHT if one.word in _VAGUE else 1)
    return weight * one.share * log(one.lift) * (1 if one.lift >= CLEARLY else 0.5)


def _named(own: list[TellingWord], found: list[TellingWord]) -> tuple[TellingWord, ...]:
    """The best of its own words; where it has hardly any, the best of those that others are called by."""
    chosen: list[TellingWord] = []
    for one in own:
        if len(chosen) < _NAMED and _fits(one, chosen):
            chosen.append(one)
    for one in found:
        if len(chosen) < _AT_LEAST and _fits(one, chosen):
            chosen.append(one)
    return tuple(chosen)


def _fits(one: TellingWord, chosen: list[TellingWord]) -> bool:
    if len(one.word) < 2:
        rare = not chosen and one.share < _SHORT_SHARE
        if rare or tag_of(one.key) == "NNP" or any(len(other.word) < 2 for other in chosen):
            return False
    return not any(alike(one.word, other.word) for other in chosen)
