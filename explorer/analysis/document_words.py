"""The content words of many documents: which has which, and which words tell some of them from the rest."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.region_names import LIGHT
from explorer.text.hangul import choseong, is_jamo, to_compatible
from explorer.text.tags import LISTED, base_tag, tag_of, word_of
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from explorer.tokenizers.token import Token

__all__ = ["CLEARLY", "DocumentWords", "TellingWord", "WordsBuilder", "content_keys"]

Ints = npt.NDArray[np.int32]

_TELLING = frozenset(["NNG", "NNP", "XR", "VV", "VA", "SL"])
_AT_LEAST = 3
"""Documents that a word must be in before anything is said of it."""
CLEARLY = 2.0
"""Words with such a lift stand before all others, which in half of all documents or more can only be a little oftener."""


def content_keys(tokens: Sequence[Token]) -> list[str]:
    """Keys of what names something, each once, in their order."""
    return list(dict.fromkeys(key_of(token) for token in tokens if base_tag(token.tag) in LISTED))


@dataclass(frozen=True, slots=True)
class TellingWord:
    """A word that some documents have oftener than all.

    Attributes:
        word: without its tag.
        key: with it.
        inside: how many of the documents have it.
        share: their share, in [0, 1].
        lift: that share over its share of all documents.
    """

    word: str
    key: str
    inside: int
    share: float
    lift: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, eq=False)
class DocumentWords:
    """Content words of n documents, each once a document.

    Attributes:
        keys: the words, by their first appearance.
        starts: where each document begins in ``numbers`` (n + 1 int64).
        numbers: numbers of words, document after document (int32).
    """

    keys: tuple[str, ...]
    starts: npt.NDArray[np.int64]
    numbers: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, row: int) -> tuple[str, ...]:
        """The words of one document, in their order."""
        return tuple(self.keys[number] for number in self.numbers[self.starts[row] : self.starts[row + 1]])

    @cached_property
    def number_of(self) -> dict[str, int]:
        """Number of every key."""
        return {key: number for number, key in enumerate(self.keys)}

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """In how many documents each word is."""
        return np.bincount(self.numbers, minlength=len(self.keys))

    @cached_property
    def _able(self) -> npt.NDArray[np.bool_]:
        words = map(word_of, self.keys)
        return np.array(
            [
                (tag := base_tag(tag_of(key))) in _TELLING
                and word not in LIGHT
                and not any(map(is_jamo, word))
                and (tag != "SL" or len(set(word.lower())) > 1)  # m, c and OO name nothing
                for key, word in zip(self.keys, words, strict=True)
            ],
            bool,
        )

    @cached_property
    def _initials(self) -> tuple[str, ...]:
        return tuple(choseong(word_of(key)) for key in self.keys)

    @cached_property
    def postings(self) -> tuple[npt.NDArray[np.int64], Ints]:
        """Documents of every word: where they begin, and their rows."""
        rows = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))
        order = np.argsort(self.numbers, kind="stable")
        return np.concatenate([[0], np.cumsum(self.counts)]), rows[order]

    def holding(self, key: str) -> Ints:
        """Rows of the documents that have a word, rising; none for a word nobody has."""
        number = self.number_of.get(key)
        if number is None:
            return np.empty(0, np.int32)
        starts, rows = self.postings
        return rows[starts[number] : starts[number + 1]]

    def by_initials(self, initials: str) -> Ints:
        """Rows of the documents with a word whose 초성 begin like that: ㅎㄱ finds 학교 and 한국."""
        wanted = to_compatible(initials)
        found = [self.holding(key) for key, own in zip(self.keys, self._initials, strict=True) if own.startswith(wanted)]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int32)

    def telling(self, rows: npt.NDArray[np.integer], n: int = 10) -> tuple[TellingWord, ...]:
        """The words that tell some documents from all, best first.

        The score of a word is its part of the divergence between the documents and all of them: its share inside times the
        logarithm of its lift. The lift alone would take words that hardly anybody uses, the share alone those that everybody does.

        Args:
            rows: the documents.
            n: at most so many words.
        """
        if not len(rows):
            return ()
        parts = [self.numbers[self.starts[row] : self.starts[row + 1]] for row in rows]
        inside = np.bincount(np.concatenate(parts), minlength=len(self.keys))
        share = inside / len(rows)
        lift = share / np.maximum(self.counts / len(self), 1e-12)
        able = self._able & (inside >= min(_AT_LEAST, len(rows))) & (lift > 1)
        score = np.where(able, share * np.log(np.maximum(lift, 1)), 0)
        score[lift >= CLEARLY] += able[lift >= CLEARLY]
        best: list[TellingWord] = []
        for number in np.argsort(-score, kind="stable").tolist():
            if len(best) == n or score[number] <= 0:
                break
            word = word_of(self.keys[number])
            if all(word != one.word for one in best):
                best.append(
                    TellingWord(word, self.keys[number], int(inside[number]), float(share[number]), float(lift[number]))
                )
        return tuple(best)


class WordsBuilder:
    """Notes the content words of documents as their tokens go by."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._ends = array("q", [0])
        self._found = array("i")

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, tokens: Sequence[Token]) -> None:
        """The tokens of the next document."""
        self._found.extend([self._numbers.setdefault(key, len(self._numbers)) for key in content_keys(tokens)])
        self._ends.append(len(self._found))

    def made(self, kept: Iterable[int] | None = None) -> DocumentWords:
        """The words of all documents, or of some."""
        starts, numbers = np.array(self._ends, np.int64), np.array(self._found, np.int32)
        if kept is not None:
            rows = np.fromiter(kept, np.int64)
            numbers = np.concatenate([np.empty(0, np.int32), *(numbers[starts[row] : starts[row + 1]] for row in rows)])
            starts = np.concatenate([[0], np.cumsum(np.diff(starts)[rows])]).astype(np.int64)
        return DocumentWords(tuple(self._numbers), starts, numbers)
