"""What layers are asked about: words with their parts of speech, and words in two contexts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from explorer.analysis.in_context.sets import SentencePairSet, WordPairSet, find_places, read_context_set
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, track
from explorer.encoders.locate import Span
from explorer.text.tags import CONTENT, base_tag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token, Tokenizer

__all__ = [
    "ContextPairs",
    "Gold",
    "TaggedWords",
    "file_pairs",
    "gold_words",
    "scored_pairs",
    "sense_pairs",
    "spread",
    "tagged_words",
]

T = TypeVar("T")

LONGEST = 40
"""Characters of a word; longer runs (addresses, laughter) are no words to be tagged."""


@dataclass(frozen=True)
class TaggedWords:
    """Words in their sentences with their parts of speech.

    Attributes:
        requests: each sentence with the places of its words.
        tags: the part of speech of every word, sentence by sentence.
        types: what word each is (its first morpheme: 배 of 배를 and of 배가), for the control task.
        source: ``"kiwi"`` or ``"gold"``.
        dropped: words left out because too few have their part of speech.
        offered: words there were before some were drawn.
    """

    requests: list[tuple[str, list[Span]]]
    tags: list[str]
    types: list[str]
    source: str
    dropped: int = 0
    offered: int = 0

    @property
    def sentences(self) -> NDArray[np.int64]:
        """The number of each word's sentence."""
        return np.repeat(np.arange(len(self.requests)), [len(spans) for _, spans in self.requests])

    def drawn(self, most: int, seed: int, fewest: int = 10) -> TaggedWords:
        """At most about ``most`` words, whole sentences drawn; without parts of speech that fewer than ``fewest`` words have."""
        order = np.random.default_rng([seed, 17]).permutation(len(self.requests))
        sizes = np.array([len(spans) for _, spans in self.requests])
        kept = np.sort(order[: int(np.searchsorted(np.cumsum(sizes[order]), most)) + 1])
        ends = np.cumsum(sizes)
        rows = [row for one in kept for row in range(int(ends[one] - sizes[one]), int(ends[one]))]
        counts: dict[str, int] = {}
        for row in rows:
            counts[self.tags[row]] = counts.get(self.tags[row], 0) + 1
        requests, tags, types = [], [], []
        for one in kept:
            text, spans = self.requests[one]
            begin = int(ends[one] - sizes[one])
            chosen = [place for place in range(len(spans)) if counts[self.tags[begin + place]] >= fewest]
            if chosen:
                requests.append((text, [spans[place] for place in chosen]))
                tags += [self.tags[begin + place] for place in chosen]
                types += [self.types[begin + place] for place in chosen]
        return TaggedWords(requests, tags, types, self.source, len(rows) - len(tags), len(self.tags))


def tagged_words(analyser: Tokenizer, sentences: Iterable[str], progress: ProgressCallback | None = None) -> TaggedWords:
    """Words between spaces with the part of speech of their first content morpheme, by Kiwi.

    배를 is a noun; 공부했다 and 조용한, where a suffix makes a predicate of the stem, are a verb and an adjective. Words without a
    content morpheme are left out.

    >>> from explorer.tokenizers.loading import tokenizer
    >>> tagged_words(tokenizer("kiwi"), ["배를 타고 공부했다."]).tags
    ['NNG', 'VV', 'VV']
    """
    requests: list[tuple[str, list[Span]]] = []
    tags: list[str] = []
    types: list[str] = []
    for text in track(list(dict.fromkeys(sentences)), progress, "finding parts of speech", unit="sentences"):
        spans: list[Span] = []
        for word in _eojeol(text, analyser.tokenize(text)):
            lead = next((place for place, token in enumerate(word) if base_tag(token.tag) in CONTENT), None)
            start, end = word[0].start, max(token.end for token in word)
            if lead is None or end - start > LONGEST:
                continue
            suffix = {"XSV": "VV", "XSA": "VA"}.get(base_tag(word[lead + 1].tag) if lead + 1 < len(word) else "")
            spans.append((start, end))
            tags.append(suffix or base_tag(word[lead].tag))
            types.append(word[lead].form)
        if spans:
            requests.append((text, spans))
    return TaggedWords(requests, tags, types, "kiwi", offered=len(tags))


def _eojeol(text: str, tokens: Sequence[Token]) -> Iterable[list[Token]]:
    word: list[Token] = []
    for token in tokens:
        if token.end <= token.start:
            continue
        if word and any(char.isspace() for char in text[word[-1].start : token.start]):
            yield word
            word = []
        word.append(token)
    if word:
        yield word


class Labelled(Protocol):
    """A sentence that holds ``word`` at ``text[start:end]`` in one of its senses; see :class:`corpora.sample.Homograph`."""

    @property
    def word(self) -> str: ...
    @property
    def sense(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...


class GoldWord(Protocol):
    """A word of a treebank; see :class:`corpora.readers.conllu.GoldWord`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def form(self) -> str: ...
    @property
    def upos(self) -> str: ...
    @property
    def morphemes(self) -> tuple[tuple[str, str], ...]: ...


class Gold(Protocol):
    """A sentence of a treebank."""

    @property
    def text(self) -> str: ...
    @property
    def words(self) -> Sequence[GoldWord]: ...


def gold_words(sentences: Iterable[Gold]) -> TaggedWords:
    """Words of a treebank with its own parts of speech (UPOS).

    Raises:
        BadInput: no word has one.
    """
    requests: list[tuple[str, list[Span]]] = []
    tags: list[str] = []
    types: list[str] = []
    for sentence in sentences:
        words = [word for word in sentence.words if word.upos not in ("", "_") and 0 < word.end - word.start <= LONGEST]
        if words:
            requests.append((sentence.text, [(word.start, word.end) for word in words]))
            tags += [word.upos for word in words]
            types += [word.morphemes[0][0] if word.morphemes else word.form for word in words]
    if not tags:
        raise BadInput("encoders.gold_without_tags")
    return TaggedWords(requests, tags, types, "gold", offered=len(tags))


@dataclass(frozen=True)
class ContextPairs:
    """Words in two contexts each.

    Attributes:
        requests: a sentence and the place of the word in it.
        first, second: numbers of the sentences of each pair.
        same: whether the word has the same sense in both.
        words: the word of each pair.
    """

    requests: list[tuple[str, list[Span]]]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    same: NDArray[np.bool_]
    words: list[str]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, tuple[str, Span], tuple[str, Span], bool]]) -> ContextPairs:
        """From ``(word, (sentence, span), (sentence, span), same sense)``.

        Raises:
            BadInput: there are no pairs of both kinds.
        """
        numbers: dict[tuple[str, Span], int] = {}
        rows = [
            (word, numbers.setdefault(one, len(numbers)), numbers.setdefault(other, len(numbers)), bool(same))
            for word, one, other, same in pairs
        ]
        alike = sum(row[3] for row in rows)
        if not 0 < alike < len(rows):
            raise BadInput("encoders.pairs_one_kind", pairs=len(rows), same=alike)
        words, first, second, same = zip(*rows, strict=True)
        requests = [(text, [span]) for text, span in numbers]
        return cls(requests, np.array(first), np.array(second), np.array(same), list(words))


def spread(items: Iterable[T], most: int) -> list[T]:
    """At most ``most`` of some items, evenly from the beginning to the end; no more than twice as many are held.

    >>> spread(range(10), 4)
    [0, 4, 8]
    """
    kept: list[T] = []
    step = 1
    for number, item in enumerate(items):
        if number % step:
            continue
        kept.append(item)
        if len(kept) > most:
            kept, step = kept[::2], 2 * step
    return kept


def file_pairs(path: str | Path, analyser: Tokenizer, progress: ProgressCallback | None = None) -> ContextPairs:
    """The pairs of a word-in-context file, such as KoBEST-WiC; those whose word is not found in both sentences are left out.

    Raises:
        BadInput: it is no such file, or what is left has not both kinds of pairs.
    """
    given = read_context_set(path, "wic")
    assert isinstance(given, WordPairSet)  # the kind that was asked for
    places = find_places([place for pair in given.pairs for place in (pair.first, pair.second)], analyser, progress)
    both = zip(given.pairs, places[::2], places[1::2], strict=True)
    return ContextPairs.of(
        (pair.first.word, (pair.first.text, first), (pair.second.text, second), pair.same)
        for pair, first, second in both
        if first is not None and second is not None
    )


def scored_pairs(path: str | Path) -> list[tuple[str, str, float]]:
    """Sentences and how alike people find them, of a file such as KorSTS or KLUE-STS: ``(first, second, score)``.

    Raises:
        BadInput: it is no such file.
    """
    given = read_context_set(path, "sentences")
    assert isinstance(given, SentencePairSet)  # the kind that was asked for
    return [(first, second, score) for (first, second), score in zip(given.pairs, given.scores, strict=True)]


def sense_pairs(labelled: Iterable[Labelled], per_word: int = 200, seed: int = 42) -> ContextPairs:
    """Pairs of sentences of one homograph, at most ``per_word`` of each word, half of one sense if there are so many.

    Raises:
        BadInput: no word has both kinds of pairs.
    """
    groups: dict[str, list[Labelled]] = {}
    for one in labelled:
        groups.setdefault(one.word, []).append(one)
    rng = np.random.default_rng([seed, 19])
    pairs = []
    for word, group in groups.items():
        for same in (True, False):
            found = [(a, b) for a, b in combinations(group, 2) if (a.sense == b.sense) == same and a.text != b.text]
            for number in np.sort(rng.permutation(len(found))[: per_word // 2]):
                a, b = found[number]
                pairs.append((word, (a.text, (a.start, a.end)), (b.text, (b.start, b.end)), same))
    return ContextPairs.of(pairs)
