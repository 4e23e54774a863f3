"""Keys looked up as people spell them: by form, free words before bound ones, frequent before rare."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from explorer.text.hangul import CHOSEONG, JONGSEONG, JUNGSEONG, is_syllable, syllable_jamo
from explorer.text.tags import PREDICATES, base_tag, is_bound, split_key, tag_of, word_of
from explorer.tokenizers.token import Token, key_of

__all__ = ["LEANING", "Vocabulary", "spelling"]

MARKERS = ("▁", "Ġ", "##")
"""How sub-word vocabularies mark the beginning or the inside of a word; people do not type them."""

LEANING = frozenset(["NNB", "NNBC", "VX"])
"""Words that lean on others, though each may stand for itself: counters, bound nouns, auxiliary verbs."""

_PLAIN = frozenset(["NNG", "VV", "VA"])
"""Ordinary nouns, verbs and adjectives: what is meant by whoever types 개, 살 or 주다 alone, seldom the counter or the auxiliary."""

_LEANS = 60
"""How much more frequent a leaning word must be than an ordinary one to be meant by the bare form, as 것, 데 and 번 are."""

_NOUNS = frozenset(["NNG", "NNP", "NNB", "NNBC", "NR", "NP", "XR", "SL", "SH", ""])


def spelling(key: str) -> str:
    """A key as a person would type it: without tag and marker."""
    form = word_of(key)
    return next((form[len(marker) :] for marker in MARKERS if form.startswith(marker) and len(form) > len(marker)), form)


class Vocabulary:
    """Keys by form. Its table is built on first use; safe from several threads.

    Args:
        keys: the vocabulary.
        index: key → row.
        counts: occurrences of each key; without them the order of the keys stands for frequency.
    """

    def __init__(self, keys: Sequence[str], index: Mapping[str, int], counts: npt.NDArray[np.int64] | None = None) -> None:
        self.keys = keys
        self.index = index
        self.counts = counts
        self._lock = threading.Lock()

    def frequency(self, row: int) -> float:
        """How often a key is seen, to be compared only within this vocabulary (without counts: by Zipf's law)."""
        return 1 / (row + 1) if self.counts is None else float(self.counts[row]) + 1

    def tag(self, row: int) -> str:
        """A key's tag as the Sejong scheme has it; empty where the key has none."""
        return base_tag(tag_of(self.keys[row]))

    @cached_property
    def _forms(self) -> dict[str, list[int]]:
        forms: dict[str, list[int]] = {}
        for row, key in enumerate(self.keys):
            form, tag = split_key(key)
            if tag:
                forms.setdefault(form, []).append(row)
            if key.startswith(MARKERS):
                for marker in MARKERS:
                    if key.startswith(marker) and len(key) > len(marker):
                        forms.setdefault(key[len(marker) :], []).append(row)
        for form, rows in forms.items():
            if len(rows) > 1:
                forms[form] = self._best_first(rows)
        return forms

    def _best_first(self, rows: list[int]) -> list[int]:
        """Words before particles, endings and affixes; ordinary words before leaning ones; then frequency, then order."""
        tags = {row: self.tag(row) for row in rows}
        ordinary = not _PLAIN.isdisjoint(tags.values())

        def rank(row: int) -> tuple[bool, float, int]:
            leans = ordinary and tags[row] in LEANING
            return is_bound(tags[row]), -self.frequency(row) / (_LEANS if leans else 1), row

        return sorted(rows, key=rank)

    def readings(self, form: str) -> list[int]:
        """Rows of every key of this form, best first; an untagged key equal to the form leads."""
        with self._lock:
            rows = list(self._forms.get(form, ()))
        exact = self.index.get(form)
        return rows if exact is None else [exact, *(row for row in rows if row != exact)]

    def noun(self, form: str) -> int | None:
        """The row of the form's best reading that a particle may follow."""
        return next((row for row in self.readings(form) if self.tag(row) in _NOUNS), None)

    def row(self, token: Token) -> int | None:
        """The row of a morpheme: its own key, or the best reading of its form."""
        key = key_of(token)
        if key in self.index:
            return self.index[key]
        # 나다/VV must not stand in for 나/NP: another reading counts only where it is of the same sort.
        sort = base_tag(token.tag) in PREDICATES
        return next(
            (row for row in self.readings(token.form) if not self.tag(row) or (self.tag(row) in PREDICATES) == sort), None
        )

    def predicate(self, stem: str) -> int | None:
        """The row of the verb or adjective with this stem."""
        return next((row for row in self.readings(stem + "다") if self.tag(row) in PREDICATES), None)

    def near(self, word: str) -> list[int]:
        """Rows of words that differ from this one in one letter of one syllable, most frequent first. Dictionary look-ups only."""
        found = {rows[0] for spelt in _one_letter_off(word) if (rows := self.readings(spelt))}
        return sorted(found, key=lambda row: (-self.frequency(row), row))


def _one_letter_off(word: str) -> Iterator[str]:
    for place, char in enumerate(word):
        if not is_syllable(char):
            continue
        initial, medial, final = (
            CHOSEONG.index(syllable_jamo(char)[0]),
            JUNGSEONG.index(syllable_jamo(char)[1]),
            JONGSEONG.find(syllable_jamo(char)[2]) + 1 if syllable_jamo(char)[2] else 0,
        )
        others = (
            *((other, medial, final) for other in range(len(CHOSEONG)) if other != initial),
            *((initial, other, final) for other in range(len(JUNGSEONG)) if other != medial),
            *((initial, medial, other) for other in range(len(JONGSEONG) + 1) if other != final),
        )
        for a, b, c in others:
            yield f"{word[:place]}{chr(0xAC00 + (a * len(JUNGSEONG) + b) * (len(JONGSEONG) + 1) + c)}{word[place + 1 :]}"
