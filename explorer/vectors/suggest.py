"""Words spelt like a given one: edit distance over jamo, for a whole vocabulary at once.

Distances are counted on jamo because that is where typing goes wrong: 업서 and 없어 share no syllable but most of their
jamo. The table of Levenshtein (1966) is filled column by column for all candidates together, in numpy.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from explorer.text.hangul import choseong, to_compatible

__all__ = ["Suggester", "jamo"]

MAX_JAMO = 40
MAX_FORMS = 500_000
_LEADING = frozenset("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")


def jamo(word: str) -> str:
    """A word's letters as on the keyboard: syllables decomposed, a coda the same letter as an initial, Latin in lower case.

    >>> jamo("각A")
    'ㄱㅏㄱa'
    """
    return to_compatible(unicodedata.normalize("NFD", word)).lower()


class Suggester:
    """Finds look-alikes in a list of words given in order of frequency. Immutable once built."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = [word for word in words[:MAX_FORMS] if word]
        spelt = [jamo(word)[: MAX_JAMO + 4] for word in self._words]
        self._lengths = np.fromiter(map(len, spelt), dtype=np.int16, count=len(spelt))
        width = int(self._lengths.max()) if spelt else 0
        # One row a position, so that one step of the table reads contiguous memory.
        table = np.array(spelt, dtype=f"<U{max(width, 1)}").view(np.uint32).reshape(len(spelt), max(width, 1))
        self._letters = np.ascontiguousarray(table.T)
        self._initials: list[str] | None = None

    def suggest(self, word: str, n: int = 5) -> list[str]:
        """Up to ``n`` words: those with these 초성 if the word is 초성 only, else those within a third of its jamo."""
        query = jamo(word)
        if not query or len(query) > MAX_JAMO or not self._words:
            return []
        if all(c in _LEADING for c in word):
            return self._by_initials(word, n)
        allowed = min(6, (len(query) + 1) // 3)
        rows = np.flatnonzero(np.abs(self._lengths - len(query)) <= allowed)
        distances = self._distances(query, rows)
        near = np.flatnonzero(distances <= allowed)
        first = choseong(word[:1])
        ranked = sorted(
            (int(distances[place]), choseong(self._words[rows[place]][:1]) != first, int(rows[place]))
            for place in near
            if self._words[rows[place]] != word
        )
        return [self._words[row] for _, _, row in ranked[:n]]

    def _by_initials(self, word: str, n: int) -> list[str]:
        if self._initials is None:
            self._initials = [choseong(candidate) for candidate in self._words]
        whole = [row for row, spelt in enumerate(self._initials) if spelt == word and self._words[row] != word]
        return [self._words[row] for row in whole[:n]]

    def _distances(self, query: str, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int8]:
        """Levenshtein distance of ``query`` to each candidate row."""
        lengths = self._lengths[rows]
        if not len(rows):
            return np.empty(0, dtype=np.int8)
        width = int(lengths.max())
        letters = self._letters[:width, rows]
        previous = [np.full(len(rows), place, dtype=np.int8) for place in range(len(query) + 1)]
        result = np.where(lengths == 0, previous[-1], np.int8(127)).astype(np.int8)
        for column in range(width):
            current = [np.full(len(rows), column + 1, dtype=np.int8)]
            for place, letter in enumerate(query):
                substituted = previous[place] + (letters[column] != ord(letter))
                np.minimum(substituted, previous[place + 1] + 1, out=substituted)
                np.minimum(substituted, current[place] + 1, out=substituted)
                current.append(substituted)
            previous = current
            result = np.where(lengths == column + 1, previous[-1], result)
        return result
