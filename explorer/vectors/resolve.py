"""From the word a person types to the key, or keys, a vector belongs to.

The steps, first success wins: the key itself · the form without its tag (its most frequent reading; particles, endings
and affixes only where no word is spelt so) · the word analysed
(왕에게 → 왕/NNG, 먹었다 → 먹다/VV) · composed from its content morphemes (왕비님 → 왕비/NNG + 님/XSN) · built by the model
from sub-words. When all fail, :class:`~explorer.core.errors.OutOfVocabulary` names words that look alike.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.text.tags import AFFIXES, CONTENT, PREDICATE_SUFFIXES, PREDICATES, base_tag, is_bound, tag_of, word_of
from explorer.tokenizers.token import Token, key_of
from explorer.vectors.expression import clean_word
from explorer.vectors.records import Resolution
from explorer.vectors.suggest import Suggester

__all__ = ["Analyser", "Resolver", "is_content", "is_function"]

Composer = Callable[[str], "npt.NDArray[np.float32] | None"]

MARKERS = ("▁", "Ġ", "##")
"""How sub-word vocabularies mark the beginning or the inside of a word; people do not type them."""

_PLURAL = "들"
"""The plural says no more about the word than a particle does."""


class Analyser(Protocol):
    """What resolution needs of a tokenizer."""

    def tokenize(self, text: str) -> list[Token]: ...


def _spelling(key: str) -> str:
    """A key as a person would type it: without tag and marker."""
    form = word_of(key)
    return next((form[len(marker) :] for marker in MARKERS if form.startswith(marker) and len(form) > len(marker)), form)


def is_content(token: Token) -> bool:
    """Whether a morpheme names something on its own: nouns, predicates, modifiers, foreign words, numbers."""
    return base_tag(token.tag) in CONTENT or (token.tag or "").startswith("W_")


def is_function(token: Token) -> bool:
    """Whether a morpheme is neither content nor a derivational affix: particles, endings, suffixes of predicates, signs."""
    return not is_content(token) and (base_tag(token.tag) not in AFFIXES or token.form == _PLURAL)


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
        self._keys = keys
        self._index = index
        self._counts = counts
        self._tokenizer = dict(tokenizer or {})
        self._given = analyser
        self._composer = composer
        self._lock = threading.RLock()

    def _weight(self, row: int) -> tuple[bool, int, int]:
        """Sorts readings: words before particles, endings and affixes, then most frequent first, then first in order.

        Whoever types 별 or 대로 alone means the star and the avenue, not the suffix and the particle that are seen more often.
        """
        return is_bound(tag_of(self._keys[row])), -int(self._counts[row]) if self._counts is not None else 0, row

    @cached_property
    def _forms(self) -> dict[str, list[int]]:
        """Form without tag or marker → rows, best reading first."""
        forms: dict[str, list[int]] = {}
        for row, key in enumerate(self._keys):
            form = word_of(key)
            if form != key:
                forms.setdefault(form, []).append(row)
            for marker in MARKERS:
                if key.startswith(marker) and len(key) > len(marker):
                    forms.setdefault(key[len(marker) :], []).append(row)
        for rows in forms.values():
            rows.sort(key=self._weight)
        return forms

    def readings(self, form: str) -> list[int]:
        """Rows of every key of this form, best first; an untagged key equal to the form leads."""
        with self._lock:
            rows = list(self._forms.get(form, ()))
        exact = self._index.get(form)
        return rows if exact is None else [exact, *(row for row in rows if row != exact)]

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
        if word in self._index:
            return self._single(query, self._index[word], "exact"), None
        rows = self.readings(word)
        if rows:
            return self._single(query, rows[0], "form", rows[1:]), None
        if len(word) > MAX_ANALYSED:
            return None
        found = self._analyse(query, word) or self._pieces(query, word)
        if found:
            return found, None
        if self._composer is not None and (vector := self._composer(word)) is not None:
            return Resolution(query, word, "subword"), vector
        return None

    def resolve(self, query: str) -> tuple[Resolution, npt.NDArray[np.float32] | None]:
        """:meth:`find`, or an error with suggestions.

        Raises:
            BadInput: the word is empty.
            OutOfVocabulary: no step found a vector; carries words that look alike.
        """
        found = self.find(query)
        if found is None:
            word = clean_word(query)
            raise OutOfVocabulary(shorten(word), self.suggest(word), "vectors.check_spelling")
        return found

    def _single(self, query: str, row: int, how: str, others: Sequence[int] = ()) -> Resolution:
        key = self._keys[row]
        return Resolution(query, key, how, tuple(self._keys[other] for other in others), (key,))

    def _row(self, token: Token) -> int | None:
        """The row of a morpheme: its own key, or the best reading of its form."""
        key = key_of(token)
        if key in self._index:
            return self._index[key]
        rows = self.readings(token.form)
        if not rows:
            return None
        # 나다/VV must not stand in for 나/NP: another reading counts only where it is of the same sort.
        sort = base_tag(token.tag) in PREDICATES
        tags = ((row, base_tag(tag_of(self._keys[row]))) for row in rows)
        return next((row for row, tag in tags if not tag or (tag in PREDICATES) == sort), None)

    def _derived(self, tokens: Sequence[Token]) -> int | None:
        """The row of a predicate made of a noun or root and a suffix: 공부/NNG + 하/XSV → 공부하다, if the model has it."""
        for place, token in enumerate(tokens):
            if base_tag(token.tag) not in PREDICATE_SUFFIXES or place == 0:
                continue
            suffix = token.form if token.form.endswith("다") else token.form + "다"
            head = "".join(part.form for part in tokens[:place])
            tag = "VV" if base_tag(token.tag) == "XSV" else "VA"
            if any(is_content(part) for part in tokens[place + 1 :]):
                return None
            for key in (f"{head}{suffix}/{tag}", f"{head}{suffix}"):
                if key in self._index:
                    return self._index[key]
            rows = self.readings(head + suffix)
            return rows[0] if rows else None
        return None

    def _analyse(self, query: str, word: str) -> Resolution | None:
        with self._lock:
            analyser = self._analyser
        tokens = [token for token in analyser.tokenize(word) if token.form]
        if not tokens:
            return None
        derived = self._derived(tokens)
        if derived is not None:
            return self._single(query, derived, "analysed")
        content = [token for token in tokens if is_content(token)]
        if not content:
            # A lone particle or ending is looked up as what it is; several of them are no word.
            row = self._row(tokens[0]) if len(tokens) == 1 else None
            return None if row is None else self._single(query, row, "analysed")
        rows: list[int] = []
        for token in tokens:
            if is_function(token):
                continue
            row = self._row(token)
            if row is not None:
                rows.append(row)
            elif is_content(token):
                return None  # leaving a content morpheme out would answer for another word
        if len(rows) == 1:
            return self._single(query, rows[0], "analysed")
        parts = tuple(self._keys[row] for row in rows)
        return Resolution(query, " + ".join(parts), "composed", (), parts)

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
        order = np.arange(len(self._keys)) if self._counts is None else np.argsort(-self._counts, kind="stable")
        forms = dict.fromkeys(_spelling(self._keys[row]) for row in order)
        return Suggester(list(forms))

    def suggest(self, word: str, n: int = 5) -> list[str]:
        """Words of the vocabulary spelt like ``word``, nearest first."""
        with self._lock:
            suggester = self._suggester
        return suggester.suggest(clean_word(word), n)


MAX_ANALYSED = 1000
"""Longest word, in characters, that is analysed; longer ones are texts, not words."""


def shorten(word: str, limit: int = 60) -> str:
    """A word short enough for a message."""
    return word if len(word) <= limit else f"{word[:limit]}… ({len(word)} characters)"
