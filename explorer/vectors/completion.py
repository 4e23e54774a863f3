"""From a few keystrokes to the words they may become: one search for words, however they are typed.

What is typed is first told apart (a word, an expression, a sentence), then completed over the vocabulary of one model. Words are
compared by keystrokes on the two-set keyboard, so that a syllable that is still being composed (강앚, 강아ㅈ) is a beginning of
the word it becomes (강아지); 초성 stand for the syllables they begin (ㄱㅇㅈ, 강ㅇㅈ). Everything is looked up in sorted lists, so a
question costs milliseconds over 60,000 words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.display.record import Record
from explorer.text.hangul import CHOSEONG, choseong, from_keyboard, is_syllable, strokes
from explorer.text.hanja import has_hanja, readings
from explorer.text.spelling import is_insult
from explorer.text.tags import PREDICATES, base_tag, is_bound, tag_of
from explorer.vectors.checks import check_n
from explorer.vectors.expression import ExpressionError, Proportion, clean_word, read, words_so_far
from explorer.vectors.records import Resolution
from explorer.vectors.vocabulary import spelling

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["LONGEST", "Completer", "Found", "Suggestion", "classify"]

LONGEST = 200
"""Characters beyond which what is typed is a text, whatever stands in it."""

_LOOK_ALIKES = 4
"""Words that merely look like what was typed, where it is none and begins none."""

_LOOKED_THROUGH = 20_000
"""Words looked through for syllables among 초성; the most frequent ones come first."""

_SURE = 0.5
"""How far an analysis must be trusted to come before words that begin like what is typed."""

_LAST = "\U0010ffff"
_ENDS = re.compile(r"[.?!…。？！~]+$")
_HYPHENED = re.compile(r"[A-Za-z0-9]+-[가-힣]+|[가-힣]+-[A-Za-z0-9]+")
_LOOSE = re.compile("[ㄱ-ㅎㅏ-ㅣ]$")
_LATIN = re.compile("[A-Za-z]{2,60}")
_SYLLABLES = re.compile("[가-힣]+[ㄱ-ㅎ]?")
_COMMAS = re.compile("[,，、]")
_WORDS_APART = ("vectors.sign_missing", "vectors.comma_joins_nothing", "vectors.weight_after_word")
"""What is wrong with a text as an expression where it is none: it has words side by side."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One word that may be meant.

    Attributes:
        text: what to ask for in place of what was typed: the word, or the expression with its last word completed.
        word: the word as people write it.
        key: its key in the model; for ``how`` = ``"composed"`` and ``"subword"`` what stands for it, as in
            :class:`~explorer.vectors.records.Resolution`.
        how: ``"word"`` it is what was typed · ``"inflected"`` what was typed is a form of it · ``"begins"`` it begins like
            that · ``"initials"`` it has these 초성 · ``"hanja"`` it is read like that · ``"keyboard"`` it was typed on Latin
            keys · ``"misspelling"``, ``"typo"`` it is spelt nearly like that · ``"unit"`` it is its symbol · ``"composed"``, ``"subword"`` it
            has a vector made of parts · ``"sense"`` a sense of a word.
        count: occurrences in the training corpus; ``None`` where the model does not know them.
    """

    text: str
    word: str
    key: str
    how: str
    count: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class Found(Record):
    """What was typed, and the words it may mean, the likeliest first.

    Attributes:
        query: as it was typed; of a long text its beginning.
        kind: ``"nothing"``, ``"word"``, ``"initials"``, ``"expression"`` (a sum of words or a proportion, perhaps not
            finished), ``"list"`` (words between commas) or ``"sentence"``.
        suggestions: words of the model; of an expression its completions.
        model: the model whose words they are.
    """

    query: str
    kind: str
    suggestions: tuple[Suggestion, ...] = ()
    model: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "query": self.query,
            "kind": self.kind,
            "suggestions": [one.to_dict() for one in self.suggestions],
        }

    def to_frame(self) -> pd.DataFrame:
        """A row a suggestion."""
        import pandas as pd

        return pd.DataFrame([one.to_dict() for one in self.suggestions], columns=["text", "word", "key", "how", "count"])


def classify(text: str) -> tuple[str, str]:
    """What a text is by its looks: the kind as in :class:`Found`, and the words in it without what nobody sees.

    >>> [classify(text)[0] for text in ("왕자", "ㄱㅇㅈ", "왕자 − 남자", "왕자 : ? = 남자 : 여자", "사과, 배", "나는 간다", " ")]
    ['word', 'initials', 'expression', 'expression', 'list', 'sentence', 'nothing']
    """
    word = clean_word(text[:LONGEST])
    if len(text) > LONGEST:
        return ("sentence" if word or text[LONGEST:].strip() else "nothing"), word
    if not word:
        return "nothing", ""
    if _initials(word):
        return "initials", word
    if _HYPHENED.fullmatch(word):
        return "word", word
    try:
        found = read(text)
    except ExpressionError as error:
        if error.code not in _WORDS_APART:
            return "expression", word
        parts = [part.strip() for part in _COMMAS.split(word)]
        listed = len(parts) > 1 and all(part and " " not in part for part in parts) and not _ENDS.search(word)
        return ("list" if listed else "sentence"), word
    if isinstance(found, Proportion) or len(found) > 1 or found[0].weight != 1:
        return "expression", word
    return "word", _ENDS.sub("", word) or word


class _Sorted:
    """Spellings in order, each with the place of its word; a place tells how frequent a word is, the most frequent is 0."""

    def __init__(self, spelt: Sequence[str]) -> None:
        order = sorted(range(len(spelt)), key=spelt.__getitem__)
        self._spelt = [spelt[place] for place in order]
        self._places = np.array(order, dtype=np.int64)

    def equal(self, spelling: str) -> list[int]:
        return self._between(spelling, spelling + "\0")

    def begun(self, spelling: str) -> list[int]:
        """Places of the words that begin so, the most frequent first."""
        return self._between(spelling, spelling + _LAST)

    def _between(self, low: str, high: str) -> list[int]:
        found: list[int] = np.sort(self._places[bisect_left(self._spelt, low) : bisect_left(self._spelt, high)]).tolist()
        return found


class Completer:
    """Completes over the words of one model. Its tables are built at once (under a second for 60,000 words); immutable then.

    >>> from explorer.vectors.vectors import Vectors
    >>> c = Completer(Vectors(["강아지/NNG", "강의/NNG", "학교/NNG"], np.eye(3), [30, 90, 80]))
    >>> [[one.word for one in c.find(text).suggestions] for text in ("강아ㅈ", "ㄱㅇ", "gkrry")]
    [['강아지'], ['강의', '강아지'], ['학교']]
    >>> c.find("왕 − 남자 + 여자").kind, c.find("왕은 왕비를 만났다.").kind
    ('expression', 'sentence')
    """

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._forms = list(dict.fromkeys(spelling(vectors.keys[row]) for row in _frequent_first(vectors)))
        self._written = _Sorted([form.lower() for form in self._forms])
        self._typed = _Sorted([strokes(form).lower() for form in self._forms])
        self._by_initials = _Sorted([choseong(form) for form in self._forms])
        vectors.suggest("가나")  # the table of look-alikes is made on first use: now, not while somebody types

    def find(self, text: str, n: int = 8) -> Found:
        """Tell what was typed, and complete it.

        Args:
            text: anything, half composed or not.
            n: how many suggestions at most.

        Raises:
            BadInput: ``n`` is no number of suggestions.
        """
        check_n(n)
        kind, word = classify(text)
        query = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
        found: tuple[Suggestion, ...] = ()
        if kind in ("expression", "sentence") and len(text) <= LONGEST:
            joined = word.replace(" ", "")
            if any(one in self._vectors for one in (word, joined)):  # K-팝 is no subtraction, 우리 나라 no sentence
                kind, word = "word", word if word in self._vectors else joined
        if kind in ("word", "initials"):
            found = tuple(islice(self._words(word, n), n))
            if found and found[0].how == "composed" and _has_predicate(found[0].key):
                kind = "sentence"
        elif kind == "expression":
            found = tuple(self._last_of(text, n))
        return Found(query, kind, found, self._vectors.name)

    def _words(self, word: str, n: int) -> Iterator[Suggestion]:
        """What a word may be, each word once."""
        said: set[str] = set()
        for one in self._candidates(word, n):
            if one.word not in said and (not is_insult(one.word) or is_insult(word)):
                said.add(one.word)
                yield one

    def _candidates(self, word: str, n: int) -> Iterator[Suggestion]:
        if word in self._vectors:
            yield self._suggestion(word, "word")
        if initials := _initials(word):
            yield from self._at(self._by_initials.equal(initials), "initials")
            yield from self._at(self._by_initials.begun(initials), "initials")
            return
        meant, begun = self._meant(word), list(islice(self._begun(word), 4 * n))
        sure = meant is not None and meant.how not in ("composed", "subword") and meant.sure >= _SURE
        if meant is not None and sure and not (begun and _far(meant, word)):
            yield self._resolved(meant, word)
        yield from begun
        if meant is not None and meant.how != "subword":
            yield self._resolved(meant, word)
        if has_hanja(word):
            for aloud in readings(word, 4):
                yield from self._at(self._typed.begun(strokes(aloud)), "hanja")
        if not begun and not sure:
            yield from self._look_alikes(word)
        if meant is not None:
            yield self._resolved(meant, word)

    def _begun(self, word: str) -> Iterator[Suggestion]:
        """Words that begin with these letters; with these keystrokes; with these syllables and 초성; with these Latin keys."""
        yield from self._at(self._written.begun(word.lower()), "begins")
        yield from self._at(self._typed.begun(strokes(word).lower()), "begins")
        if _LOOSE.search(word) and is_syllable(word[:1]):
            yield from self._at(self._mixed(_apart(word)), "initials")
        if hangul := _hangul_keys(word):
            yield from self._at(self._typed.begun(strokes(hangul)), "keyboard")

    def _mixed(self, pattern: str) -> Iterator[int]:
        """Words of whose syllables some are given by their 초성: 강ㅇㅈ."""
        for place in self._by_initials.begun(choseong(pattern))[:_LOOKED_THROUGH]:
            pairs = zip(pattern, self._forms[place], strict=False)
            if all(given in (char, choseong(char)) for given, char in pairs):
                yield place

    def _meant(self, word: str) -> Resolution | None:
        """What the whole word is taken for, unless it ends in a lone letter and so is still being typed."""
        try:
            return None if _LOOSE.search(word) else self._vectors.find(word)
        except BadInput:  # a sense that is not known, 왕#9
            return None

    def _look_alikes(self, word: str) -> Iterator[Suggestion]:
        hangul = _hangul_keys(word)
        for near in self._vectors.suggest(hangul or word, _LOOK_ALIKES):
            yield self._suggestion(near, "keyboard" if hangul else "typo")

    def _last_of(self, text: str, n: int) -> list[Suggestion]:
        """An expression with its last word completed: by nouns where it begins with one, else by verbs and adjectives first."""
        words = words_so_far(text)
        if not words or words[-1].end != len(text):
            return []
        *before, last = words
        verbs = bool(before) and self._predicate(before[0].word)
        found = [one for one in self._words(last.word, 4 * n) if one.how not in ("word", "composed", "subword")]
        if before:
            found.sort(key=lambda one: (base_tag(tag_of(one.key)) in PREDICATES) != verbs)
        return [Suggestion(f"{text[: last.start]}{one.word}", one.word, one.key, one.how, one.count) for one in found[:n]]

    def _predicate(self, word: str) -> bool:
        return word in self._vectors and base_tag(tag_of(self._vectors.keys[self._vectors.index(word)])) in PREDICATES

    def _at(self, places: Iterable[int], how: str) -> Iterator[Suggestion]:
        return (self._suggestion(self._forms[place], how) for place in places)

    def _suggestion(self, form: str, how: str) -> Suggestion:
        row, counts = self._vectors.index(form), self._vectors.counts
        key = self._vectors.keys[row]
        word = spelling(key)
        return Suggestion(word, word, key, how, None if counts is None else int(counts[row]))

    def _resolved(self, found: Resolution, typed: str) -> Suggestion:
        if found.how in ("composed", "subword", "sense"):
            return Suggestion(typed, typed, found.key, found.how)
        return self._suggestion(found.key, found.note or {"exact": "word", "form": "word"}.get(found.how, "inflected"))


def _frequent_first(vectors: Vectors) -> list[int]:
    """Rows, those of particles, endings and affixes last, frequent ones first."""
    keys, counts = vectors.keys, vectors.counts
    order = range(len(keys)) if counts is None else np.argsort(-counts, kind="stable").tolist()
    return sorted(order, key=lambda row: is_bound(base_tag(tag_of(keys[row]))))


def _apart(word: str) -> str:
    """Initials that a keyboard joins when they are typed one after the other (ㄳ) taken apart."""
    return "".join(char if is_syllable(char) else strokes(char) for char in word)


def _initials(word: str) -> str:
    """The 초성 of what is nothing else; else nothing."""
    plain = _apart(word)
    return plain if plain and all(char in CHOSEONG for char in plain) else ""


def _hangul_keys(word: str) -> str:
    """The Hangul of what was typed on Latin keys, if it is some."""
    hangul = from_keyboard(word) if _LATIN.fullmatch(word) else ""
    return hangul if _SYLLABLES.fullmatch(hangul) else ""


def _far(found: Resolution, typed: str) -> bool:
    """Whether an inflected word is not written where the typed one begins, as 하다 in 할머 before it becomes 할머니."""
    stem = found.word[:-1] if base_tag(tag_of(found.key)) in PREDICATES else found.word
    return found.how == "analysed" and not found.note and not typed.startswith(stem)


def _has_predicate(parts: str) -> bool:
    return any(base_tag(tag_of(part)) in PREDICATES for part in parts.split(" + "))
