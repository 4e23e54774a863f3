"""What the spelling of two words shares: characters and jamo, in order."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from explorer.text.hangul import decompose

__all__ = ["SharedLetters", "common", "shared_letters"]

_MOST = 200
"""Characters that are compared; words are shorter."""


@dataclass(frozen=True, slots=True)
class SharedLetters:
    """What two words share in writing.

    Attributes:
        characters: the longest run of characters that both have in this order, not necessarily side by side.
        jamo: the same of their jamo.
        share: 2 · shared jamo / jamo of both words, in [0, 1].
    """

    characters: str
    jamo: str
    share: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def common(a: str, b: str) -> str:
    """The longest common subsequence (Wagner & Fischer 1974, JACM 21); of several the one that comes first in ``a``.

    >>> common("고양이", "강아지"), common("여왕", "왕비")
    ('', '왕')
    """
    lengths = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            lengths[i][j] = lengths[i + 1][j + 1] + 1 if a[i] == b[j] else max(lengths[i + 1][j], lengths[i][j + 1])
    found, i, j = [], 0, 0
    while lengths[i][j]:
        if a[i] == b[j] and lengths[i][j] == lengths[i + 1][j + 1] + 1:
            found.append(a[i])
            i, j = i + 1, j + 1
        elif lengths[i][j + 1] == lengths[i][j]:
            j += 1
        else:
            i += 1
    return "".join(found)


def shared_letters(a: str, b: str) -> SharedLetters:
    """Compare two words as they are written (NFC; the first 200 characters).

    >>> found = shared_letters("학교", "대학교")
    >>> found.characters, found.jamo, round(found.share, 2)
    ('학교', 'ㅎㅏㄱㄱㅛ', 0.83)
    """
    first, second = (unicodedata.normalize("NFC", word)[:_MOST] for word in (a, b))
    parts = decompose(first), decompose(second)
    jamo = common(*parts)
    total = len(parts[0]) + len(parts[1])
    return SharedLetters(common(first, second), jamo, 2 * len(jamo) / total if total else 0.0)
