"""What regions of documents are called: three of the words that tell them, each word for the region that it tells best.

Words that tell a region (:meth:`~explorer.analysis.document_words.DocumentWords.telling`) are often those that tell the next one, too,
or are verbs that say little alone. So a word names, of all regions of a layer, the one that has the highest score of it; nouns come
before adjectives, and these before verbs; no two words of a name begin alike; and syllables that names were cut into name nothing.
A region that no word tells has no name, which is better than a chance one.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from math import log

import numpy as np
import numpy.typing as npt

from explorer.analysis.document_words import CLEARLY, DocumentWords, TellingWord
from explorer.analysis.region_names import alike
from explorer.text.tags import base_tag, tag_of

__all__ = ["document_names"]

_NAMED, _LOOKED_AT = 3, 24
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
        "곳",
        "번",
        "편",
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
        "지금",
        "처음",
        "마지막",
        "중간",
        "결국",
        "다음",
        "이후",
        "그때",
        "동안",
        "당시",
        "부분",
        "대부분",
        "경우",
        "방법",
        "동시",
        "얼마",
        "개인",
        "느낌",
        "얘기",
        "마찬가지",
        "실제",
        "제대로",
        "정말",
        "진짜",
        "완전",
        "가다",
        "오다",
        "주다",
        "보다",
        "알다",
        "모르다",
        "쓰다",
        "들다",
        "만들다",
        "나오다",
        "생기다",
        "두다",
        "갖다",
        "구하다",
        "거리다",
        "말다",
        "잇다",
        "이러다",
        "저러다",
        "그러다",
        "the",
        "is",
        "are",
        "was",
        "and",
        "of",
        "to",
        "in",
        "it",
        "this",
        "that",
        "for",
        "you",
        "my",
    ]
)
"""Words that name nothing alone."""
_LEAST_SCORE, _LEAST_OTHER, _BESIDE = 0.06, 0.03, 0.07
"""The score a word needs to name a region; each further word of a name; and that as a share of the first one's. Of 100,000 film
reviews the words below were chance: 나라 of 1 % of a region, 물결 beside 감동."""
_SHORT_SHARE = 0.15
"""A word of one syllable is in a name only if so many of the documents have it: others are pieces of words that were cut."""
_LENT_SHARE = 0.4
"""A region without a word of its own is called by one that names another, if so many of its documents have it."""


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
    return [_named([pair for pair in found if pair[0] == best[pair[1].word]], found) for found in scored]


def _score(one: TellingWord) -> float:
    weight = _WEIGHT.get(base_tag(tag_of(one.key)), 0.5) * (_VAGUE_WEIGHT if one.word.lower() in _VAGUE else 1)
    return weight * one.share * log(one.lift) * (1 if one.lift >= CLEARLY else 0.5)


def _named(own: list[tuple[float, TellingWord]], found: list[tuple[float, TellingWord]]) -> tuple[TellingWord, ...]:
    """The best of its own words; where it has none, the best of those that others are called by, if most documents have it."""
    chosen: list[TellingWord] = []
    least = _LEAST_SCORE
    for score, one in own:
        if len(chosen) < _NAMED and score >= least and _fits(one, chosen):
            least = least if chosen else max(_LEAST_OTHER, _BESIDE * score)
            chosen.append(one)
    lent = (one for score, one in found if score >= _LEAST_SCORE and one.share >= _LENT_SHARE and _fits(one, []))
    return tuple(map(_whole, chosen or itertools.islice(lent, 1)))


def _whole(one: TellingWord) -> TellingWord:
    """A root is no word: 지루 is written as the adjective it is the root of."""
    return replace(one, word=f"{one.word}하다") if base_tag(tag_of(one.key)) == "XR" else one


def _fits(one: TellingWord, chosen: list[TellingWord]) -> bool:
    if len(one.word) < 2 and (
        one.share < _SHORT_SHARE or tag_of(one.key) == "NNP" or any(len(other.word) < 2 for other in chosen)
    ):
        return False
    return not any(alike(one.word, other.word) for other in chosen)
