"""A vocabulary of morphemes without an unknown: frequent keys whole, all others spelled out.

Entries, in this order::

    [PAD] [CLS] [SEP] [MASK]        as in BERT
    [NNP] [NNG] …                   a part of speech, before a spelled morpheme
    <00> … <FF>                     bytes, the last resort
    ##ㄱ … ##ㅣ                      jamo of syllables that have no entry
    ##가 …                          the characters that rare morphemes are most often spelled with
    왕/NNG …                        whole morphemes, most frequent first

A morpheme without an entry becomes its part of speech and its characters: ``[NNP] ##헝 ##가 ##리``; a character without
an entry becomes jamo, and what has no jamo becomes UTF-8 bytes. Nothing is ever lost, so there is no ``[UNK]``.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.store import atomic_write
from explorer.text.tags import PREDICATES, split_key, tag_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SPECIAL", "MorphemeVocabulary", "blended_shares", "build_vocabulary"]

SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[MASK]")

_JAMO = "ㄱㄲㄳㄴㄵㄶㄷㄸㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅃㅄㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"


def _spelling(key: str) -> tuple[str, str]:
    """What is spelled out: predicates without 다, which their tag already says."""
    form, tag = split_key(key)
    if tag in PREDICATES and form.endswith("다") and len(form) > 1:
        form = form[:-1]
    return unicodedata.normalize("NFC", form), tag


class MorphemeVocabulary:
    """Entries and the way from keys to their numbers.

    Args:
        entries: every entry in the order of its number; the file ``vocab.txt`` has one a line.

    Raises:
        BadInput: special entries, bytes or jamo are missing, or an entry stands twice.

    >>> vocabulary = build_vocabulary({"왕/NNG": 5, "은/JX": 4, "헝가리/NNP": 1}, size=330)
    >>> vocabulary.pieces("왕/NNG"), vocabulary.pieces("쀍/NNP")
    (['왕/NNG'], ['[NNP]', '##ㅃ', '##ㅞ', '##ㄺ'])
    """

    def __init__(self, entries: Sequence[str]) -> None:
        self.entries = tuple(entries)
        self.numbers = {entry: number for number, entry in enumerate(self.entries)}
        if len(self.numbers) != len(self.entries):
            twice = next(entry for entry, count in Counter(self.entries).items() if count > 1)
            raise BadInput("encoders.duplicate_entry", entry=twice)
        needed = [*SPECIAL, *(f"<{byte:02X}>" for byte in range(256)), *(f"##{jamo}" for jamo in _JAMO)]
        missing = [entry for entry in needed if entry not in self.numbers]
        if missing:
            raise BadInput("encoders.spelling_entries_missing", count=len(missing), entry=missing[0])
        self.pad, self.cls, self.sep, self.mask = (self.numbers[entry] for entry in SPECIAL)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, key: object) -> bool:
        return key in self.numbers

    @cached_property
    def first_word(self) -> int:
        """The number of the first whole morpheme; every later entry is one too."""
        spelled = [number for entry, number in self.numbers.items() if self._is_spelling(entry)]
        return max(spelled) + 1

    def tagged(self, tags: Iterable[str]) -> NDArray[np.bool_]:
        """Which entries are whole morphemes with one of these parts of speech."""
        wanted = frozenset(tags)
        return np.array([n >= self.first_word and tag_of(entry) in wanted for n, entry in enumerate(self.entries)])

    @staticmethod
    def _is_spelling(entry: str) -> bool:
        return (
            entry in SPECIAL
            or (entry.startswith("##") and len(entry) == 3)
            or (entry[0] == "[" and entry[-1] == "]" and len(entry) > 2)
            or (entry[0] == "<" and entry[-1] == ">" and len(entry) == 4)
        )

    def encode(self, key: str) -> list[int]:
        """Numbers of a key: one where it has an entry, else its part of speech and its spelling; never empty."""
        number = self.numbers.get(key)
        if number is not None and number >= self.first_word:
            return [number]
        form, tag = _spelling(key)
        numbers = [self.numbers[f"[{tag}]"]] if f"[{tag}]" in self.numbers else []
        for character in form:
            numbers.extend(self._character(character))
        return numbers or [self.numbers["<00>"]]

    def pieces(self, key: str) -> list[str]:
        """The entries :meth:`encode` stands for."""
        return [self.entries[number] for number in self.encode(key)]

    def _character(self, character: str) -> list[int]:
        whole = self.numbers.get(f"##{character}")
        if whole is not None:
            return [whole]
        from explorer.text.hangul import to_compatible

        jamo = to_compatible(unicodedata.normalize("NFD", character))
        if len(jamo) > 1 and all(f"##{part}" in self.numbers for part in jamo):
            return [self.numbers[f"##{part}"] for part in jamo]
        data = character.encode("utf-8", "surrogatepass")
        return [self.numbers[f"<{byte:02X}>"] for byte in data]

    def save(self, path: Path) -> None:
        """Write one entry a line."""
        atomic_write(path, "\n".join(self.entries) + "\n")

    @classmethod
    def load(cls, path: Path) -> MorphemeVocabulary:
        """Read what :meth:`save` wrote.

        Raises:
            BadInput: the file is missing or no such vocabulary.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput("encoders.vocabulary_unreadable", path=path, reason=error) from error
        return cls(text.split("\n")[:-1])


def blended_shares(counts: Mapping[str, int], ordered: Sequence[str], weight: float = 0.5) -> dict[str, float]:
    """Shares of morphemes, from a corpus and from a list in order of frequency.

    A corpus of one kind of text (an encyclopaedia, film reviews) lacks everyday words that a reader of other texts will
    need. The order of Kiwi's own vocabulary comes from a much larger and more varied text; Zipf's law turns it into shares.

    Args:
        counts: how often each key occurs in the corpus.
        ordered: keys, most frequent first.
        weight: what the list counts, from 0 (nothing) to 1 (everything).

    >>> shares = blended_shares({"왕/NNG": 3, "은/JX": 1}, ["은/JX", "냄비/NNG"], 0.5)
    >>> max(shares, key=shares.get), round(sum(shares.values()), 6)
    ('은/JX', 1.0)
    """
    if not 0 <= weight <= 1:
        raise BadInput("encoders.weight_out_of_range", weight=weight)
    total = sum(counts.values()) or 1
    zipf = {key: 1 / (rank + 20) for rank, key in enumerate(ordered)}
    norm = sum(zipf.values()) or 1
    keys = dict.fromkeys([*counts, *(zipf if weight else ())])
    return {key: (1 - weight) * counts.get(key, 0) / total + weight * zipf.get(key, 0) / norm for key in keys}


def build_vocabulary(
    counts: Mapping[str, float] | Iterable[tuple[str, float]], size: int = 20_000, characters: int = 1_500
) -> MorphemeVocabulary:
    """The most frequent morphemes, and the characters that spell the others.

    Args:
        counts: how often each key occurs, or its share.
        size: entries in all, those for spelling included.
        characters: at most this many characters for spelling, those that rare morphemes need most often.

    Raises:
        BadInput: ``size`` leaves no room for a single morpheme.
    """
    table = dict(counts)
    ordered = sorted((key for key in table if tag_of(key)), key=lambda key: (-table[key], key))
    tags = sorted({tag_of(key) for key in ordered})
    fixed = [
        *SPECIAL,
        *(f"[{tag}]" for tag in tags),
        *(f"<{byte:02X}>" for byte in range(256)),
        *(f"##{jamo}" for jamo in _JAMO),
    ]
    room = size - len(fixed)
    if room < 1:
        raise BadInput("encoders.vocabulary_too_small", size=size, fixed=len(fixed), least=len(fixed) + 1000)
    characters = min(characters, room // 2)
    spelled: dict[str, float] = {}
    for key in ordered[room - characters :]:
        for character in _spelling(key)[0]:
            if character not in _JAMO and not character.isspace():
                spelled[character] = spelled.get(character, 0) + table[key]
    chosen = [f"##{c}" for c, _ in sorted(spelled.items(), key=lambda item: (-item[1], item[0]))[:characters]]
    words = [key for key in ordered if "\n" not in key and not key[0].isspace()][: room - len(chosen)]
    return MorphemeVocabulary([*fixed, *chosen, *words])
