"""What regions of a vocabulary are called: three of their words that could stand in a textbook.

A region is called after its medoid, the word nearest to its mean, and two words that belong to it most: the lift of word w in region
r of n_r among n words is the share of w's nearest neighbours that are in r, over n_r / n, and it counts times the cosine of w and the
mean. Only frequent words name a region, and only those of the part of speech that most of it are of: nouns where half of its words
are nouns, else verbs, adjectives or adverbs.

Things come before deeds. Many Korean nouns say what is done or how something is (증가, 비교, 다양) and are vague alone; how far a noun
is one of them is told by a semantic axis (An, Kwak & Ahn 2018, ACL) between such nouns and names of things, and counts against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explorer.analysis.region_records import Region
from explorer.text.hangul import is_jamo
from explorer.text.tags import base_tag, tag_of, word_of
from explorer.vectors.axes import direction
from explorer.vectors.search import Floats

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["LIGHT", "RegionNames", "alike"]

_FREQUENT, _CANDIDATES, _NAMED = 0.35, 100, 3
"""A name is looked for among this share of a region's words, the most frequent, and never among more than so many."""
_FRAGMENTS = 0.15
"""Where so many of its nouns are syllables of names, a region is named by none."""
_VAGUE, _LOOSE = 0.12, 0.28
"""A region whose median noun is among this share of the most vague ones and whose mean is shorter than that has no name."""
_THING = 0.45
"""Nouns above this share of all on the axis from deeds to things count in full, the first one half."""
_AT_LEAST = 10
"""Without so many words for each end of the axis every noun counts in full."""

_NOUNS = frozenset(["", "NNG", "NNP"])
_OTHERS = (("VV",), ("VA", "XR"), ("MAG",))
LIGHT = frozenset(
    [
        "하다",
        "되다",
        "있다",
        "없다",
        "같다",
        "이다",
        "이러",
        "그러",
        "저러",
        "어떠",
        "이렇다",
        "그렇다",
        "저렇다",
        "어떻다",
        "어떠하다",
    ]
)
"""Predicates that say nothing on their own."""
_THINGS = [
    "나무",
    "집",
    "물",
    "책",
    "손",
    "학교",
    "병원",
    "자동차",
    "강",
    "산",
    "음식",
    "옷",
    "개",
    "의사",
    "아이",
    "음악",
    "돈",
    "법",
    "나라",
    "신문",
    "도시",
    "군대",
    "왕",
    "배우",
    "꽃",
    "바다",
    "컴퓨터",
    "신발",
    "얼굴",
    "가족",
]
_DEEDS = [
    "증가",
    "비교",
    "다양",
    "진행",
    "사용",
    "발생",
    "변화",
    "포함",
    "가능",
    "필요",
    "유지",
    "중요",
    "비난",
    "참석",
    "설명",
    "적용",
    "시작",
    "강조",
    "추진",
    "확대",
    "관련",
    "개선",
    "인정",
    "지속",
    "상당",
    "완료",
    "급증",
    "결합",
    "도입",
    "특징",
]


class RegionNames:
    """Calls regions by their words.

    Args:
        v: the vectors.
        keys: the n words, the most frequent first.
        unit: their unit vectors (n × d).
        near: their nearest neighbours, as rows (n × k).
    """

    def __init__(self, v: Vectors, keys: tuple[str, ...], unit: Floats, near: npt.NDArray[np.int32]) -> None:
        self.keys, self.unit, self.near = keys, unit, near
        self.words = list(map(word_of, keys))
        tags = np.array([base_tag(tag_of(key)) for key in keys])
        short = np.array([len(word) < 2 for word in self.words])
        # 돈, 별 and 암 lie among longer words; 김, 태 and 드 (surnames, syllables of names) among their like.
        alone = short & ((short[near].mean(axis=1) >= 0.4) | (tags == "NNP"))
        modern = np.array([not any(map(is_jamo, word)) for word in self.words])  # ㅋㅋ and forms of Middle Korean name nothing
        light = np.array([word in LIGHT for word in self.words])
        self.nouns = np.isin(tags, list(_NOUNS))
        self.alone = alone
        self.able = modern & ~light
        self.fit = [self.nouns & ~alone, *(np.isin(tags, some) & ~short for some in _OTHERS)]
        self.adjectives = tags == "VA"
        self.things = self._things(v)
        self.weight = np.where(tags == "NNG", 0.5 + 0.5 * np.minimum(1, self.things / _THING), 1)

    def _things(self, v: Vectors) -> npt.NDArray[np.float64]:
        """The place of every word between deeds (0) and things (1) as its rank among all."""
        ends = [[word for word in words if word in v] for words in (_DEEDS, _THINGS)]
        way = direction(*map(v.unit_vectors, ends)) if min(map(len, ends)) >= _AT_LEAST else None
        if way is None:
            return np.ones(len(self.keys))
        places = np.empty(len(self.keys))
        places[np.argsort(self.unit @ way, kind="stable")] = np.arange(len(places)) / len(places)
        return places

    def of(self, labels: npt.NDArray[np.int32], coarser: npt.NDArray[np.int32] | None) -> list[Region]:
        """The regions that labels tell (n int32, the largest first), each with its region in ``coarser``."""
        inside = labels[self.near] == labels[:, None]
        sizes = np.bincount(labels)
        lift = inside.mean(axis=1) * len(labels) / sizes[labels]
        found = []
        for number, size in enumerate(sizes.tolist()):
            rows = np.flatnonzero(labels == number)
            chosen = self._chosen(rows, lift)
            parent = -1 if coarser is None else int(coarser[rows[0]])
            found.append(
                Region(tuple(self.words[row] for row in chosen), tuple(self.keys[row] for row in chosen), size, parent)
            )
        return found

    def _chosen(self, rows: npt.NDArray[np.int64], lift: npt.NDArray[np.float64]) -> list[int]:
        nouns = rows[self.nouns[rows]]
        middle = self.unit[rows].mean(axis=0)
        if len(nouns) and self.alone[nouns].mean() >= _FRAGMENTS:
            return []
        if len(nouns) and np.median(self.things[nouns]) <= _VAGUE and np.linalg.norm(middle) < _LOOSE:
            return []
        able = self._able(rows, 2 * len(nouns) >= len(rows))[: min(max(8, int(_FREQUENT * len(rows))), _CANDIDATES)]
        if len(able) < _NAMED:
            return []
        near = self.unit[able] @ middle * self.weight[able]
        chosen = [int(able[int(near.argmax())])]
        # Where the lift of many is as high as it can be, those in the middle of the region stand for it.
        for at in np.argsort(-lift[able] * near, kind="stable").tolist():
            row = int(able[at])
            if not any(alike(self.words[row], self.words[other]) for other in chosen):
                chosen.append(row)
                if len(chosen) == _NAMED:
                    break
        return chosen

    def _able(self, rows: npt.NDArray[np.int64], by_nouns: bool) -> npt.NDArray[np.int64]:
        """The words of a region that can name it: nouns, or of the part of speech that most of the others are of."""
        nouns, *others = (rows[self.able[rows] & fit[rows]] for fit in self.fit)
        best: npt.NDArray[np.int64] = max(others, key=len)
        if best is others[1] and (whole := self.adjectives[best]).sum() >= _NAMED:
            best = best[whole]  # 적다 and 어렵다 before 충분, half of a word
        return nouns if (len(nouns) >= _NAMED and by_nouns) or len(best) < _NAMED else best


def alike(one: str, other: str) -> bool:
    """Whether two words have a stem in common, as far as their syllables tell.

    >>> alike("학교", "초등학교"), alike("자녀", "자식"), alike("민주당", "한나라당")
    (True, True, False)
    """
    return one[0] == other[0] or one in other or other in one
