"""Two models side by side: how far they name the same neighbours, for which words they do not, and what each lacks.

Vectors of two models cannot be subtracted, for their axes have nothing to do with each other; neighbours can be compared, each model's
in its own space. The number is overlap@k, the share of a word's k nearest that both models name (Wendlandt, Kummerfeld & Mihalcea 2018,
NAACL, "Factors Influencing the Surprising Instability of Word Embeddings"). Neighbours are exact and are sought among the words that
both have, so that a missing word is no disagreement; other readings of the word itself are none, as in ``Vectors.similar``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.correlation import spearman
from explorer.analysis.shared_words import Lack, SharedWords, lack_of, shared_words
from explorer.core.errors import BadInput
from explorer.core.intervals import Interval, bounds, draw, mean_interval
from explorer.core.progress import ProgressCallback, report
from explorer.display.record import Record
from explorer.text.tags import tag_of, word_of
from explorer.vectors.checks import check_n
from explorer.vectors.records import Neighbour
from explorer.vectors.search import nearest, neighbour_graph

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["SAMPLE", "Group", "ModelComparison", "WordComparison", "WordOverlap", "compare_models", "compare_word"]

SAMPLE = 2_000
"""Words that a first answer rests on: the mean is then known to about ± 0.01, in seconds."""

PAIRS = 4_000
_BLOCK = 256
_BANDS = 5
_LEAST = 30
"""Words a group needs to be listed."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WordOverlap:
    """How far two models agree on one word.

    Attributes:
        word, key: the word and its key in the first model.
        overlap: share of the k nearest that both name, in [0, 1].
        kept: how near each model's neighbours are in the other one, where that one's own are 1: the mean cosine of the first's
            neighbours in the second over that of the second's own, and the reverse; the mean of both. It tells words apart that
            share no neighbour: 0.9 means others that are as good, 0.1 that each finds the other's far off.
        count: occurrences, where a model knows them.
    """

    word: str
    key: str
    overlap: float
    kept: float
    count: int | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Group:
    """Words of one part of speech, or of one fifth by frequency, and their mean overlap.

    Attributes:
        name: a tag (``"VV"``), or ``"1"`` for the most frequent fifth to ``"5"``.
        words: how many were asked for.
        overlap: mean, with its 95 % interval over words.
        least, most: occurrences of the rarest and the most frequent word; ``None`` without counts.
    """

    name: str
    words: int
    overlap: Interval
    least: int | None = None
    most: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"overlap": self.overlap.to_dict()}


@dataclass(frozen=True, slots=True, repr=False)
class ModelComparison(Record):
    """Two models, and what they agree on.

    Attributes:
        a, b: their names.
        k: neighbours compared.
        shared: words both have; ``by_form`` of them were matched without a tag.
        words: every word asked for, the most frequent first: all shared ones, or a sample drawn with ``seed``.
        overlap: mean overlap@k with its 95 % bootstrap interval over words.
        correlation: Spearman's ρ of the two models' cosines over ``pairs`` random pairs of shared words, with its interval.
        bands: fifths by frequency, the most frequent first; none without counts.
        tags: parts of speech with 30 words or more, most words first.
        lacks: what ``a`` lacks of ``b``'s words, and the reverse.
    """

    a: str
    b: str
    k: int
    shared: int
    by_form: int
    words: tuple[WordOverlap, ...]
    overlap: Interval
    correlation: Interval
    pairs: int
    bands: tuple[Group, ...]
    tags: tuple[Group, ...]
    lacks: tuple[Lack, Lack]
    seed: int

    @property
    def chance(self) -> float:
        """The mean overlap of neighbours drawn from a hat."""
        return self.k / (self.shared - 1)

    @property
    def complete(self) -> bool:
        """Whether every shared word was asked for."""
        return len(self.words) == self.shared

    def ranked(
        self, n: int = 20, *, differ: bool = True, tags: Collection[str] = (), min_count: int = 0
    ) -> tuple[WordOverlap, ...]:
        """The words on which the models differ most, or least: by overlap, then by how near the other's neighbours are.

        Args:
            n: how many.
            differ: the least overlap first; ``False``: the most.
            tags: keep only these parts of speech; all by default.
            min_count: keep only words seen at least this often.

        Raises:
            BadInput: counts are asked for and neither model has them, or ``n`` is none.
        """
        check_n(n)
        if min_count > 0 and self.words[0].count is None:
            raise BadInput("vectors.no_counts")
        kept = [
            one
            for one in self.words
            if (not tags or tag_of(one.key) in tags) and (not min_count or (one.count or 0) >= min_count)
        ]
        kept.sort(key=lambda one: (one.overlap, one.kept), reverse=not differ)
        return tuple(kept[:n])

    def to_dict(self) -> dict[str, Any]:
        plain = {
            name: getattr(self, name) for name in ("a", "b", "k", "shared", "by_form", "chance", "complete", "pairs", "seed")
        }
        records = {name: [one.to_dict() for one in getattr(self, name)] for name in ("bands", "tags", "lacks", "words")}
        return plain | {"overlap": self.overlap.to_dict(), "correlation": self.correlation.to_dict()} | records

    @staticmethod
    def from_dict(plain: Mapping[str, Any]) -> ModelComparison:
        """The record again, from what :meth:`to_dict` gave (also through JSON)."""

        def groups(name: str) -> tuple[Group, ...]:
            return tuple(Group(**one | {"overlap": Interval(**one["overlap"])}) for one in plain[name])

        lacks = tuple(Lack(**one | {"words": tuple((key, count) for key, count in one["words"])}) for one in plain["lacks"])
        return ModelComparison(
            **{name: plain[name] for name in ("a", "b", "k", "shared", "by_form", "pairs", "seed")},
            words=tuple(WordOverlap(**one) for one in plain["words"]),
            overlap=Interval(**plain["overlap"]),
            correlation=Interval(**plain["correlation"]),
            bands=groups("bands"),
            tags=groups("tags"),
            lacks=(lacks[0], lacks[1]),
        )

    def to_frame(self) -> pd.DataFrame:
        """A row for each word asked for: word, key, overlap, kept, count."""
        return _frame(self.words)

    def groups_frame(self) -> pd.DataFrame:
        """A row for all words, for each fifth by frequency and for each part of speech: group, name, words, overlap, low, high."""
        import pandas as pd

        whole = Group("", len(self.words), self.overlap)
        named = [("all", whole), *(("frequency", one) for one in self.bands), *(("tag", one) for one in self.tags)]
        rows = [(kind, one.name, one.words, one.overlap.value, one.overlap.low, one.overlap.high) for kind, one in named]
        return pd.DataFrame(rows, columns=["group", "name", "words", "overlap", "low", "high"])

    def lacks_frame(self) -> pd.DataFrame:
        """The most frequent words that each lacks: model, key, count."""
        import pandas as pd

        rows = [(lack.model, key, count) for lack in self.lacks for key, count in lack.words]
        return pd.DataFrame(rows, columns=["model", "key", "count"])

    def ranked_frame(self, n: int = 20, **filters: Any) -> pd.DataFrame:
        """:meth:`ranked` as a table."""
        return _frame(self.ranked(n, **filters))


def _frame(words: Collection[WordOverlap]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([one.to_dict() for one in words], columns=["word", "key", "overlap", "kept", "count"])


@dataclass(frozen=True, slots=True, repr=False)
class WordComparison(Record):
    """One word's neighbours in two models.

    Attributes:
        word, key: what was asked for, and its key in the first model.
        a, b: names of the models.
        first, second: the nearest shared words in each, best first.
        both: keys (of the first model) that are in both lists.
        overlap, kept: as in :class:`WordOverlap`.
    """

    word: str
    key: str
    a: str
    b: str
    first: tuple[Neighbour, ...]
    second: tuple[Neighbour, ...]
    both: tuple[str, ...]
    overlap: float
    kept: float

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("word", "key", "a", "b", "overlap", "kept")}
        lists = {name: [one.to_dict() for one in getattr(self, name)] for name in ("first", "second")}
        return plain | lists | {"both": list(self.both)}

    def to_frame(self) -> pd.DataFrame:
        """A row for each neighbour: model, rank, word, key, score, count, both."""
        import pandas as pd

        rows = [
            {"model": model, "rank": rank, **one.to_dict(), "both": one.key in self.both}
            for model, found in ((self.a, self.first), (self.b, self.second))
            for rank, one in enumerate(found, 1)
        ]
        return pd.DataFrame(rows, columns=["model", "rank", "word", "key", "score", "count", "both"])


class _Pair:
    """Two models and the words they share; every word is a place among these."""

    def __init__(self, a: Vectors, b: Vectors, k: int, shared: SharedWords | None = None) -> None:
        check_n(k)
        self.shared = shared_words(a, b) if shared is None else shared
        self.models, self.rows = (a, b), (self.shared.rows_a, self.shared.rows_b)
        # Readings of one form are passed over, so a few more rows are looked at than neighbours are wanted.
        largest = int(np.bincount(self.shared.forms).max()) if len(self.shared) else 0
        self.k, self._reach = k, k + largest - 1
        if len(self.shared) <= self._reach:
            raise BadInput("analysis.shared_keys_too_few", shared=len(self.shared), n=k)

    @cached_property
    def _units(self) -> tuple[Floats, Floats]:
        """The shared words as unit rows, each model in its own space."""
        first, second = (v.unit[rows] for v, rows in zip(self.models, self.rows, strict=True))
        return first, second

    def nearest(self, side: int, asked: Ints) -> tuple[Ints, Floats]:
        """The k nearest of each word asked for, and their cosines."""
        places, scores = neighbour_graph(self._units[side], self._reach, asked)
        others = self.shared.forms[places] == self.shared.forms[asked][:, None]
        order = np.argsort(others, axis=1, kind="stable")[:, : self.k]
        return np.take_along_axis(places, order, 1).astype(np.int64), np.take_along_axis(scores, order, 1)

    def nearest_of(self, side: int, place: int) -> tuple[Ints, Floats]:
        """The same for one word, without a copy of the shared rows."""
        v, rows = self.models[side], self.rows[side]
        places = np.full(len(v), -1, np.int64)
        places[rows] = np.arange(len(rows))
        mask = places >= 0
        mask[rows[self.shared.forms == self.shared.forms[place]]] = False
        [(found, scores)] = nearest(v.unit, v.unit[rows[place]][None], self.k, mask=mask)
        return places[found][None], np.asarray(scores, np.float32)[None]

    def numbers(
        self, asked: Ints, first: Ints, near_first: Floats, second: Ints, near_second: Floats
    ) -> tuple[Doubles, Doubles]:
        """Overlap and ``kept`` of each word, from both models' neighbours."""
        overlap: Doubles = (first[:, :, None] == second[:, None, :]).any(2).mean(1)
        return overlap, (self._share(0, asked, second, near_first) + self._share(1, asked, first, near_second)) / 2

    def _share(self, side: int, asked: Ints, others: Ints, own: Floats) -> Doubles:
        """Mean cosine of the other model's neighbours here, over that of this model's own."""
        unit, rows = self.models[side].unit, self.rows[side]
        there = np.einsum("wd,wkd->w", unit[rows[asked]], unit[rows[others]], dtype=np.float64) / self.k
        here = own.mean(1, dtype=np.float64)
        share: Doubles = np.divide(there, here, out=np.zeros_like(there), where=here > 0)
        return share

    def records(self, places: Ints, scores: Floats) -> tuple[Neighbour, ...]:
        """Neighbours of one word as records."""
        keys, counts = self.shared.keys, self.shared.counts
        return tuple(
            Neighbour(word_of(keys[place]), keys[place], score, None if counts is None else int(counts[place]))
            for place, score in zip(places.tolist(), scores.tolist(), strict=True)
        )

    def cosines(self, first: Ints, second: Ints) -> list[Floats]:
        """Cosines of pairs of words in both models."""
        return [
            np.einsum("ij,ij->i", v.unit[rows[first]], v.unit[rows[second]])
            for v, rows in zip(self.models, self.rows, strict=True)
        ]


def compare_models(
    a: Vectors,
    b: Vectors,
    *,
    k: int = 10,
    sample: int | None = SAMPLE,
    pairs: int = PAIRS,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> ModelComparison:
    """How far two models see the same neighbours, over all words they share.

    Memory is bounded: words are asked for in blocks, and no matrix of all cosines is held. All of 60,000 words take about a minute
    on two cores, the sample seconds.

    Args:
        a, b: two models; their keys may carry tags or not (:mod:`explorer.analysis.shared_words`).
        k: neighbours of each word.
        sample: ask only for so many words, drawn with ``seed``; ``None`` for all. Neighbours are sought among all either way.
        pairs: random pairs whose cosines are correlated.
        seed: of the draws and the bootstrap.
        progress: told how many words have been asked for; may raise to stop.

    Raises:
        BadInput: fewer shared words than k neighbours need, or a number that is none.

    >>> from explorer.vectors.vectors import Vectors
    >>> words = [f"단어{number}" for number in range(20)]
    >>> v = Vectors(words, np.random.default_rng(1).normal(size=(20, 5)))
    >>> found = compare_models(v, v, k=3)
    >>> found.overlap.value, round(found.words[0].kept, 3), round(found.chance, 3)
    (1.0, 1.0, 0.158)
    """
    for number in (pairs, *([] if sample is None else [sample])):
        check_n(number)
    pair = _Pair(a, b, k)
    shared = pair.shared
    asked = np.arange(len(shared))
    if sample is not None and sample < len(shared):
        asked = np.sort(np.random.default_rng(seed).choice(len(shared), sample, replace=False))
    overlap, kept = np.empty(len(asked)), np.empty(len(asked))
    for start in range(0, len(asked), _BLOCK):
        report(progress, "comparing neighbours", start, len(asked), "words")
        block = slice(start, start + _BLOCK)
        part = asked[block]
        overlap[block], kept[block] = pair.numbers(part, *pair.nearest(0, part), *pair.nearest(1, part))
    report(progress, "comparing neighbours", len(asked), len(asked), "words")
    counts = None if shared.counts is None else shared.counts[asked]
    keys = [shared.keys[place] for place in asked.tolist()]
    numbers = [None] * len(keys) if counts is None else counts.tolist()
    words = tuple(
        WordOverlap(word_of(key), key, *values)
        for key, *values in zip(keys, overlap.tolist(), kept.tolist(), numbers, strict=True)
    )
    return ModelComparison(
        a.name,
        b.name,
        k,
        len(shared),
        shared.by_form,
        words,
        Interval(*mean_interval(overlap, seed)),
        _correlation(pair, pairs, seed, progress),
        pairs,
        _bands(overlap, counts, seed),
        _by_tag(overlap, keys, seed),
        (lack_of(a, b, shared.rows_b), lack_of(b, a, shared.rows_a)),
        seed,
    )


def compare_word(a: Vectors, b: Vectors, word: str, k: int = 10, *, shared: SharedWords | None = None) -> WordComparison:
    """One word's k nearest in two models, among the words both have.

    Args:
        a, b: two models.
        word: as the first model resolves it (먹었다 is 먹다/VV).
        k: how many neighbours.
        shared: what :func:`~explorer.analysis.shared_words.shared_words` found for these two, to save looking again.

    Raises:
        OutOfVocabulary: the first model has no vector for the word.
        BadInput: the word is no key of both, or they share too few.

    >>> from explorer.vectors.vectors import Vectors
    >>> words = [f"단어{number}" for number in range(20)]
    >>> v = Vectors(words, np.random.default_rng(1).normal(size=(20, 5)))
    >>> found = compare_word(v, v, "단어3", k=3)
    >>> round(found.kept, 6)
    1.0
    """
    pair = _Pair(a, b, k, shared)
    key = a.resolve(word).key
    row = a.row(key)
    found = np.flatnonzero(pair.shared.rows_a == (-1 if row is None else row))
    if not len(found):
        raise BadInput("analysis.key_not_shared", word=word)
    first, second = (pair.nearest_of(side, int(found[0])) for side in (0, 1))
    overlap, kept = pair.numbers(found, *first, *second)
    lists = [pair.records(places[0], scores[0]) for places, scores in (first, second)]
    known = {one.key for one in lists[1]}
    both = tuple(one.key for one in lists[0] if one.key in known)
    return WordComparison(word, key, a.name, b.name, lists[0], lists[1], both, float(overlap[0]), float(kept[0]))


def _correlation(pair: _Pair, pairs: int, seed: int, progress: ProgressCallback | None) -> Interval:
    """Spearman's ρ of cosines over random pairs of different words."""
    random, n = np.random.default_rng(seed), len(pair.shared)
    first = random.integers(0, n, pairs)
    second = (first + random.integers(1, n, pairs)) % n
    cosines = pair.cosines(first, second)
    value = float(spearman(*cosines))
    draws = []
    for step in range(10):  # in parts: ranks of all draws at once would take 100 MB and more
        report(progress, "comparing random pairs", step, 10, "parts")
        drawn = draw(pairs, 100, random)
        draws.append(spearman(*(side[drawn] for side in cosines)))
    return Interval(value, *bounds(np.concatenate(draws)))


def _bands(overlap: Doubles, counts: Ints | None, seed: int) -> tuple[Group, ...]:
    if counts is None or len(counts) < _BANDS * _LEAST:
        return ()
    parts = np.array_split(np.arange(len(counts)), _BANDS)  # words come the most frequent first
    return tuple(
        Group(
            str(number), len(part), Interval(*mean_interval(overlap[part], seed)), int(counts[part[-1]]), int(counts[part[0]])
        )
        for number, part in enumerate(parts, 1)
    )


def _by_tag(overlap: Doubles, keys: list[str], seed: int) -> tuple[Group, ...]:
    tags = np.array([tag_of(key) for key in keys])
    names, sizes = np.unique(tags, return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    return tuple(
        Group(str(names[one]), int(sizes[one]), Interval(*mean_interval(overlap[tags == names[one]], seed)))
        for one in order.tolist()
        if names[one] and sizes[one] >= _LEAST
    )
