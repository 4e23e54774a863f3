"""Ways in which a text sets two words beside each other: A와 B, A나 B, A이 아니라 B, A보다 B, A 대 B, A 같은 B, A의 B.

What joins two words tells how they belong together: what is of one kind is listed, what excludes each other is offered as a
choice (Lin, Zhao, Qin & Zhou 2003, IJCAI), and the genitive joins what belongs together without being alike. The patterns are
written over the keys of Kiwi's morphemes: 남자나 여자, 크거나 작은 and 오르든 내리든 are one of them each, and no particle is mistaken
for a part of a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.text.tags import COMPOUNDING, PREDICATE_SUFFIXES, base_tag, split_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CONTRASTS", "EQUALS", "FAMILIES", "PairLine", "find_patterns"]

_WITH, _AND, _IS = "와|과|하고|랑|이랑/JC|JKB", "라|고|며/EC", "이다/VCP"
_APART = "의/JKG 차이|차이점|구별|구분|대립|대결|대비|갈등/NNG"
_WRITTEN: dict[str, tuple[str, ...]] = {
    "and": (_WITH, "및/MAG", "·/SP", "고|면서|으면서/EC", "ㄴ|은|는/ETM 것|거/NNB 과/JC|JKB"),
    "list": (",/SP",),
    "or": (
        "나|이나/JC|JX",
        "또는|혹은|내지/MAG",
        "//SP",
        f"{_IS} 든|든지|거나|건|냐|ㄴ지/EC|EF",
        "거나|든|든지|건|ㄴ지|은지|는지|냐|느냐|으냐/EC|EF",
        "지/EC 도/JX",
    ),
    "not": (
        f"가|이/JKC|JKS 아니다/VCN {_AND}",
        "가|이/JKC|JKS 아니다/VCN ㄴ/ETM",
        f"아니다/VCN {_AND}",
        "아니다/VCN ㄴ/ETM",
        "말다/VV|VX 고/EC",
        "지/EC 않다/VX 고/EC",
        "는커녕|은커녕/JX",
    ),
    "than": ("보다/JKB", "보다/JKB 는|ㄴ|도/JX", "기/ETN 보다/JKB", "기/ETN 보다/JKB 는|ㄴ/JX"),
    "versus": (
        "대/NNB|NNG",
        "vs|VS/SL",
        f"{_WITH} 달리/MAG",
        f"{_WITH} 는/JX 달리/MAG",
        f"{_WITH} 반대/NNG 로/JKB",
        f"{_WITH} 는/JX 반대/NNG 로/JKB",
        f"{_WITH} _ {_APART}",
        "지만|으나/EC",
    ),
    "range": ("에서/JKB _ 까지/JX", "부터/JX _ 까지/JX", "에서/JKB 부터/JX _ 까지/JX", "에서/JKB _ 로|으로/JKB"),
    "like": ("같다/VA 은/ETM", "처럼|같이/JKB", f"{_WITH} 같다/VA 은/ETM"),
    "is": (f"{_IS} 자/EC", f"{_IS} 라는|ㄴ/ETM"),
    "of": ("의/JKG",),
}
"""For each family what stands between A and B, and after B where it says ``_``: places separated by spaces, at each one of the
forms with one of the tags."""

FAMILIES = tuple(_WRITTEN)
"""``and`` A와 B · ``list`` A, B · ``or`` A나 B · ``not`` A이 아니라 B · ``than`` A보다 B · ``versus`` A 대 B, A와 달리 B ·
``range`` A에서 B까지 · ``like`` A 같은 B · ``is`` A인 B · ``of`` A의 B."""


CONTRASTS = ("or", "not", "than", "versus", "range")
"""Families that weigh A against B."""

EQUALS = ("and", "list", *CONTRASTS)
"""Families that set A and B side by side, as things of one kind."""


@dataclass(frozen=True, slots=True)
class PairLine:
    """A line of text in which two words stand.

    Attributes:
        text: the line, or the part of it around both.
        a, b: where they stand in it.
        pattern: the family of the pattern that joins them, ``""`` where none does.
        turned: whether B stands first in that pattern.
        document, title: the document's id and title.
    """

    text: str
    a: tuple[int, int]
    b: tuple[int, int]
    pattern: str
    turned: bool
    document: str
    title: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"a": list(self.a), "b": list(self.b)}


_QUOTES = frozenset("'\"‘’“”《》〈〉「」『』")


def _keys(place: str) -> frozenset[str]:
    forms, _, tags = place.rpartition("/")
    return frozenset(f"{form}/{tag}" for form, tag in product(forms.split("|"), tags.split("|")))


def _places(written: str) -> tuple[frozenset[str], ...]:
    return tuple(map(_keys, written.split()))


_PATTERNS = tuple(
    (number, _places(between), _places(after))
    for number, name in enumerate(FAMILIES)
    for between, _, after in (pattern.partition("_") for pattern in _WRITTEN[name])
)

_USED = frozenset(key for _, *sides in _PATTERNS for side in sides for choice in side for key in choice)


def _passed_over(key: str) -> bool:
    """Whether a pattern is read as if a token were not there: the plural 들, quotation marks, the 하 of 행복하고 즐겁다."""
    form, tag = split_key(key)
    return key == "들/XSN" or tag in PREDICATE_SUFFIXES or (tag.startswith("SS") and form in _QUOTES)


def find_patterns(
    keys: Sequence[str], codes: NDArray[np.int32], ends: NDArray[np.int32], wanted: NDArray[np.bool_]
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Places where a pattern joins two wanted words.

    The second word is not followed by another noun: in 남자와 여자 친구 it is 친구 that 남자 is joined with, so nothing is found.

    Args:
        keys: the keys of the text (``form/TAG``), endings and particles among them; a key may stand there twice.
        codes: the text, as numbers into ``keys``.
        ends: for every stretch of text where its codes end; no pattern reaches over an end.
        wanted: for each key whether it may be A or B.

    Yields:
        A number into :data:`FAMILIES`, the places of A and the places of B in ``codes``; a place may come in several yields.

    >>> keys = ["남자/NNG", "나/JC", "여자/NNG", "의/JKG"]
    >>> found = find_patterns(keys, np.arange(4), np.array([4]), np.array([True, False, True, False]))
    >>> [(FAMILIES[family], a.tolist(), b.tolist()) for family, a, b in found]
    [('or', [0], [2])]
    """
    numbers: dict[str, list[int]] = {}
    for number, key in enumerate(keys):
        if key in _USED:
            numbers.setdefault(key, []).append(number)
    passed = np.array([_passed_over(key) for key in keys], bool)
    nominal = np.array([base_tag(split_key(key)[1]) in COMPOUNDING for key in keys], bool)
    places = np.flatnonzero(~passed[codes])
    read = codes[places]
    stretch = np.searchsorted(ends, places, "right")
    able = wanted[read]
    last = np.append(~nominal[read[1:]] | (stretch[1:] != stretch[:-1]), True)[: len(read)]
    at: dict[frozenset[str], NDArray[np.bool_]] = {}

    def stands(choice: frozenset[str], where: NDArray[np.int64]) -> NDArray[np.bool_]:
        if choice not in at:
            here = np.zeros(len(keys), bool)
            here[[number for key in choice for number in numbers.get(key, ())]] = True
            at[choice] = here[read]
        return at[choice][where]

    for family, between, after in _PATTERNS:
        to_b = len(between) + 1
        end = to_b + len(after)
        first = np.flatnonzero(able[: max(0, len(read) - end)])
        for step, choice in [*enumerate(between, 1), *enumerate(after, to_b + 1)]:
            first = first[stands(choice, first + step)]
        second = first + to_b
        same = (stretch[first] == stretch[first + end]) & (read[first] != read[second])
        kept = able[second] & (last[second] if not after else True) & same
        if kept.any():
            yield family, places[first[kept]], places[second[kept]]
