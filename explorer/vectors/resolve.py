"""From the word a person types to the key, or keys, a vector belongs to.

The steps, first success wins: the key itself · the form without its tag (its most frequent reading, free words before bound
ones; a key much rarer than a noun it may be with a particle, 말이, gives way to it) · the word as it was meant (a common
misspelling, hanja, Hangul typed on Latin keys) · the word analysed (왕에게 → 왕/NNG, 먹었다 → 먹다/VV) · composed from its content
morphemes (왕비님 → 왕비/NNG + 님/XSN) · built by the model from sub-words. When all fail,
:class:`~explorer.core.errors.OutOfVocabulary` names words that look alike.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.text.hangul import CHOSEONG, choseong, from_keyboard, has_coda, is_syllable, without_coda
from explorer.text.hanja import has_hanja
from explorer.text.hanja import readings as hanja_readings
from explorer.text.postpositions import without_particles
from explorer.text.spelling import corrected, is_insult, unit_symbol
from explorer.text.tags import PREDICATES, is_bound, typed_key, word_of
from explorer.tokenizers.token import key_of
from explorer.vectors.expression import QUOTES, clean_word
from explorer.vectors.records import Resolution
from explorer.vectors.suggest import Suggester
from explorer.vectors.typed import Analyser, Reading, inflected, read
from explorer.vectors.vocabulary import Vocabulary, spelling

__all__ = ["Composer", "Resolver"]

Composer = Callable[[str], "npt.NDArray[np.float32] | None"]

MAX_ANALYSED = 200
"""Longest word, in characters, that is analysed; longer ones are texts, not words."""

_RARER = 10
"""How much rarer than a noun in it a key must be for the noun with its particle to be meant by the same letters."""

_STRAY_INITIALS = re.compile("[\u1100-\u115f\ua960-\ua97c]{8}")
"""Conjoining initials in a row are no syllables, and analysers take minutes over them."""

_LATIN = re.compile("[A-Za-z]{4,60}")


class Resolver:
    """Resolves words against one vocabulary. Everything it needs is built on first use; safe from several threads.

    Args:
        keys: the vocabulary.
        index: key → row.
        counts: occurrences of each key; without them the order of the keys stands for frequency.
        tokenizer: parameters of the tokenizer that made the keys, as in ``Vectors.info["tokenizer"]``.
        analyser: a morphological analyser; by default the one that made the keys, or else Kiwi.
        composer: the model's sub-word composition: the vector of any word, or ``None`` where it has none.
    """

    def __init__(
        self,
        keys: Sequence[str],
        index: Mapping[str, int],
        counts: npt.NDArray[np.int64] | None = None,
        tokenizer: Mapping[str, Any] | None = None,
        analyser: Analyser | None = None,
        composer: Composer | None = None,
    ) -> None:
        self._vocabulary = Vocabulary(keys, index, counts)
        self._keys = keys
        self._index = index
        self._tokenizer = dict(tokenizer or {})
        self._given = analyser
        self._composer = composer
        self._lock = threading.RLock()

    def readings(self, form: str) -> list[int]:
        """Rows of every key of this form, best first; an untagged key equal to the form leads."""
        return self._vocabulary.readings(form)

    def same_word(self, key: str) -> list[int]:
        """Rows of every key spelt like this one, itself among them."""
        return self.readings(spelling(key))

    @cached_property
    def _analyser(self) -> Analyser:
        if self._given is not None:
            return self._given
        from explorer.tokenizers.loading import from_params, tokenizer

        if self._tokenizer.get("name") in ("kiwi", "mecab"):
            return from_params(self._tokenizer)
        return tokenizer("kiwi")

    @cached_property
    def _piece_tokenizer(self) -> Analyser | None:
        """The tokenizer that made the keys, where its pieces are no morphemes and so may spell any word."""
        if self._tokenizer.get("name") in (None, "kiwi", "mecab", "eojeol") or self._given is not None:
            return None
        from explorer.tokenizers.loading import from_params

        return from_params(self._tokenizer)

    def find(self, query: str) -> tuple[Resolution, npt.NDArray[np.float32] | None] | None:
        """The resolution of a word, with its vector where a sub-word model made one; ``None`` where no step succeeds.

        Raises:
            BadInput: the word is empty.
        """
        if query in self._index:
            return self._single(query, self._index[query], "exact"), None
        word = clean_word(query)
        if not word:
            raise BadInput("vectors.word_empty")
        bare = _unquoted(word)
        for spelt in (word, bare):
            if spelt in self._index:
                return self._single(query, self._index[spelt], "exact"), None
        found = self._known(query, bare)
        if found is not None and found.how == "form" and corrected(bare) is not None:
            found = self._corrected(query, bare, found)
        if found is None and len(bare) <= MAX_ANALYSED and not _STRAY_INITIALS.search(bare):
            found = self._meant(query, bare)
            if found is None and not _only_initials(bare):
                found = self._analysed(query, bare) or self._pieces(query, bare)
            if found is None and self._composer is not None and (vector := self._composer(word)) is not None:
                return Resolution(query, word, "subword"), vector
        return None if found is None else (found, None)

    def resolve(self, query: str) -> tuple[Resolution, npt.NDArray[np.float32] | None]:
        """:meth:`find`, or an error with suggestions.

        Raises:
            BadInput: the word is empty.
            OutOfVocabulary: no step found a vector; carries words that look alike.
        """
        found = self.find(query)
        if found is None:
            word = clean_word(query)
            hint = "vectors.only_initials" if _only_initials(word) else "vectors.check_spelling"
            raise OutOfVocabulary(shorten(word), self.suggest(word), hint)
        return found

    def _single(self, query: str, row: int, how: str, others: Iterable[int] = (), sure: float = 1.0) -> Resolution:
        key = self._keys[row]
        named = dict.fromkeys(self._keys[other] for other in others if other != row)
        return Resolution(query, key, how, tuple(named), (key,), sure)

    def _known(self, query: str, word: str) -> Resolution | None:
        """The word as a form of some key."""
        rows = self.readings(word)
        tagged = typed_key(word) if not rows else None
        if tagged is not None:
            form, tag = tagged
            rows = [row for row in self.readings(form) if self._vocabulary.tag(row) == tag]
        if not rows:
            return None
        if has_hanja(word) and (found := self._hanja(query, word)) is not None:
            first, second = sorted((found, self._single(query, rows[0], "form", rows)), key=self._rarity)
            return replace(first, alternatives=(*first.alternatives, second.key))
        if tagged is None and self._may_be_inflected(word, rows[0]):
            best, *others = self._read(word) or [Reading((), 0.0, 0.0)]
            if len(best.rows) == 1 and best.rows[0] not in rows and self._outweighs(best, rows[0]):
                also = (*rows, *(row for other in others for row in other.rows))
                return self._single(query, best.rows[0], "analysed", also, best.share)
            also = (*rows, *(row for reading in (best, *others) if len(reading.rows) == 1 for row in reading.rows))
            return self._single(query, rows[0], "form", also)
        return self._single(query, rows[0], "form", rows)

    def _rarity(self, found: Resolution) -> float:
        return -self._vocabulary.frequency(self._index[found.key])

    def _may_be_inflected(self, word: str, row: int) -> bool:
        """Whether a key of this form may hide a far more frequent word with a particle or an ending: 말이, not 종이."""
        tag = self._vocabulary.tag(row)
        if not tag or len(word) < 2 or len(word) > MAX_ANALYSED:
            return False
        if is_bound(tag):
            return True
        limit = self._vocabulary.frequency(row) * _RARER
        stems = [
            *(self._vocabulary.noun(stem) for stem, _ in without_particles(word)),
            *map(self._vocabulary.predicate, _stems(word)),
        ]
        return any(stem is not None and self._vocabulary.frequency(stem) >= limit for stem in stems)

    def _outweighs(self, reading: Reading, row: int) -> bool:
        """Whether a reading is so much more frequent than a key spelt the same that it is meant."""
        taken, bound = reading.rows[0], is_bound(self._vocabulary.tag(row))
        verb = self._vocabulary.tag(taken) in PREDICATES
        if verb and not (
            inflected(reading, self._vocabulary) and choseong(self._keys[taken][0]) == choseong(self._keys[row][0])
        ):
            return False
        if bound and not verb:
            return False  # 으로 is a particle, whatever noun 으 may be
        return self._vocabulary.frequency(taken) >= self._vocabulary.frequency(row) * (1.5 if bound else _RARER)

    def _read(self, word: str) -> list[Reading]:
        with self._lock:
            analyser = self._analyser
        return read(word, self._vocabulary, analyser)

    def _meant(self, query: str, word: str) -> Resolution | None:
        """The word in another spelling: corrected, a unit's symbol, hanja read aloud, or Latin keys read as Hangul."""
        if (found := self._corrected(query, word, None)) is not None:
            return found
        if (symbol := unit_symbol(word)) is not None and (found := self._known(query, symbol)) is not None:
            return replace(found, note="unit")
        if has_hanja(word):
            return self._hanja(query, word)
        if _LATIN.fullmatch(word):
            hangul = from_keyboard(word)
            if len(hangul) > 1 and all(map(is_syllable, hangul)):
                found = self._known(query, hangul) or self._analysed(query, hangul)
                return replace(found, note="keyboard") if found is not None and found.how != "composed" else None
        return None

    def _corrected(self, query: str, word: str, typed: Resolution | None) -> Resolution | None:
        """What a misspelling stands for, unless the vocabulary knows it better than the right spelling: then that is told."""
        right = corrected(word)
        if right is None or (found := self._known(query, right) or self._analysed(query, right)) is None:
            return typed
        typed = typed or self._analysed(query, word)
        if typed is None or len(typed.parts) > 1 or typed.key == found.key:
            return replace(found, note="misspelling")
        if typed.how == "form" and found.how != "composed" and self._rarity(typed) < self._rarity(found):
            return replace(typed, alternatives=(found.key, *typed.alternatives))
        return replace(found, alternatives=(*found.alternatives, typed.key), note="misspelling")

    def _hanja(self, query: str, word: str) -> Resolution | None:
        spelt = [form for form in hanja_readings(word) if form != word]
        # Hanja write nouns: 李 is no 이 "this".
        readings = (row for form in spelt for row in self._vocabulary.readings(form))
        rows = [row for row in readings if self._vocabulary.tag(row) in ("NNG", "NNP", "NR", "XR", "")]
        if rows:
            rows.sort(key=lambda row: -self._vocabulary.frequency(row))
            return replace(self._single(query, rows[0], "form", rows), note="hanja")
        for form in spelt[:4]:
            found = self._analysed(query, form)
            if found is not None and found.how == "analysed":
                return replace(found, note="hanja")
        return None

    def _analysed(self, query: str, word: str) -> Resolution | None:
        readings = self._read(word)
        if not readings:
            return None
        best, *others = readings
        if len(best.rows) == 1:
            also = (row for other in others for row in other.rows if len(other.rows) == 1)
            return self._single(query, best.rows[0], "analysed", also, best.share)
        parts = tuple(self._keys[row] for row in best.rows)
        near = (*(row for other in others for row in other.rows), *self._vocabulary.near(word))
        named = dict.fromkeys(self._keys[row] for row in near if not self._rude(word_of(self._keys[row]), word))
        # A part of one syllable may be there by chance.
        sure = best.share * 0.5 ** sum(len(spelling(part)) == 1 for part in parts)
        return Resolution(query, " + ".join(parts), "composed", tuple(named), parts, sure)

    @staticmethod
    def _rude(offered: str, typed: str) -> bool:
        return is_insult(offered) and not is_insult(typed)

    def _pieces(self, query: str, word: str) -> Resolution | None:
        with self._lock:
            pieces = self._piece_tokenizer
        if pieces is None:
            return None
        tokens = [token for token in pieces.tokenize(word) if token.form]
        parts = tuple(key_of(token) for token in tokens)
        if not parts or any(token.unknown or part not in self._index for token, part in zip(tokens, parts, strict=True)):
            return None
        if len(parts) == 1:
            return self._single(query, self._index[parts[0]], "analysed")
        return Resolution(query, " + ".join(parts), "composed", (), parts)

    @cached_property
    def _suggester(self) -> Suggester:
        counts = self._vocabulary.counts
        order = np.arange(len(self._keys)) if counts is None else np.argsort(-counts, kind="stable")
        forms = dict.fromkeys(spelling(self._keys[row]) for row in order)
        return Suggester(list(forms))

    def suggest(self, word: str, n: int = 5) -> list[str]:
        """Words of the vocabulary spelt like ``word``, nearest first; never a slur for a word that is none."""
        word = _unquoted(clean_word(word))
        if len(word) > MAX_ANALYSED:
            return []
        if _LATIN.fullmatch(word) and all(map(is_syllable, hangul := from_keyboard(word))):
            word = hangul
        tagged = typed_key(word)
        word = tagged[0] if tagged else word
        with self._lock:
            suggester = self._suggester
        offered = (near for near in suggester.suggest(word, n + 20) if not self._rude(near, word))
        return [near for near, _ in zip(offered, range(n), strict=False)]


def _unquoted(word: str) -> str:
    inner = word[1:-1].strip()
    return inner if len(word) > 2 and word[-1] in QUOTES.get(word[0], "") and inner else word


def _stems(word: str) -> list[str]:
    """What a word may be inflected from, were its last syllable an ending: 괜찮아, 하자, 갈래."""
    stem = word[:-1]
    if not is_syllable(stem[-1:]):
        return []
    return [stem, stem[:-1] + without_coda(stem[-1])] if has_coda(stem[-1]) else [stem]


def _only_initials(word: str) -> bool:
    return bool(word) and all(char in CHOSEONG for char in word)


def shorten(word: str, limit: int = 60) -> str:
    """A word short enough for a message."""
    return word if len(word) <= limit else f"{word[:limit]}… ({len(word)} characters)"
