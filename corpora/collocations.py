"""Collocates: which words stand near a word more often than chance would put them there.

Every place of the corpus counts, none is sampled: the token shards that training and the concordance keep are read once. A word
is near when at most ``window`` words of the same sentence lie from the node to it, particles and endings not counted; a place
near two occurrences of the node counts once. From the four numbers this gives for each word (near or not, this word or
another; Evert, Corpora and Collocations, 2008) come

* **G²**, the log-likelihood ratio (Dunning, Accurate methods for the statistics of surprise and coincidence, Computational
  Linguistics 19, 1993): how sure one can be. 3.84 stands for p < 0.05, 10.83 for p < 0.001; negative where the word is rarer than by chance.
* **PMI** (Church & Hanks, Word association norms, mutual information, and lexicography, Computational Linguistics 16, 1990): how much
  more often, in powers of two. It overrates what is rare, hence ``least``.
* **logDice** (Rychlý, A lexicographer-friendly association score, 2008): at most 14, comparable between corpora of any size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from math import log2
from typing import TYPE_CHECKING, Any

import numpy as np

from corpora.concordance import ConcordanceIndex, query_of
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.display.record import Record
from explorer.display.sheet import Sheet, say
from explorer.static.keys import CHOICES, key_filter
from explorer.static.pipeline import tokenize_corpus
from explorer.static.shards import Shard

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from corpora.concordance import Searchable
    from explorer.tokenizers.token import Tokenizer

__all__ = ["MEASURES", "Collocate", "Collocations", "collocates", "g2"]

MEASURES = ("g2", "pmi", "log_dice", "count")
"""What collocates can be ordered by."""


@dataclass(frozen=True, slots=True)
class Collocate:
    """A word that stands near the node.

    Attributes:
        key: the word.
        count: at how many places it stands near the node.
        left, right: how often before and after it; a place between two occurrences counts for both.
        total: how often it occurs in the corpus.
        expected: at how many places it would stand near the node by chance.
        g2, pmi, log_dice: see the module.
    """

    key: str
    count: int
    left: int
    right: int
    total: int
    expected: float
    g2: float
    pmi: float
    log_dice: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def cells(self) -> tuple[str, ...]:
        """The row as tables show it: what :meth:`to_dict` has, in its order."""
        counts = [f"{count:,}" for count in (self.count, self.left, self.right, self.total)]
        return (self.key, *counts, f"{self.expected:,.1f}", f"{self.g2:,.1f}", f"{self.pmi:.2f}", f"{self.log_dice:.2f}")


@dataclass(frozen=True, slots=True, repr=False)
class Collocations(Record):
    """The collocates of a word in a corpus.

    Attributes:
        corpus: its name.
        query: as it was asked.
        resolved: the keys that were looked for; empty where the corpus has none of them.
        window: words to each side that counted as near.
        occurrences: of the node.
        near, words: places near the node, and all places of the corpus.
        rows: the collocates, the strongest first.
        found: how many there are, also those that were not asked for.
    """

    corpus: str
    query: str
    resolved: tuple[str, ...]
    window: int
    occurrences: int
    near: int
    words: int
    rows: tuple[Collocate, ...]
    found: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"resolved": list(self.resolved), "rows": [row.to_dict() for row in self.rows]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Collocations:
        """What :meth:`to_dict` wrote."""
        rows = tuple(Collocate(**row) for row in data["rows"])
        return cls(**data | {"resolved": tuple(data["resolved"]), "rows": rows})

    def to_frame(self) -> pd.DataFrame:
        """A table, a row a collocate."""
        import pandas as pd

        return pd.DataFrame([row.to_dict() for row in self.rows], columns=list(Collocate.__slots__))

    def sheet(self) -> Sheet:
        keys = ", ".join(self.resolved) or "–"
        title = say("corpora.collocates_found", query=self.query, keys=keys, occurrences=self.occurrences, found=self.found)
        return Sheet(title, columns=Collocate.__slots__, rows=tuple(tuple(row.to_dict().values()) for row in self.rows))


def g2(count: int, near: int, total: int, words: int) -> float:
    """Dunning's log-likelihood ratio, negative where there are fewer than expected.

    Args:
        count: places near the node that hold the word.
        near: places near the node.
        total: places that hold the word.
        words: all places.

    >>> round(g2(10, 100, 20, 10_000), 1), g2(1, 100, 100, 10_000)
    (65.6, 0.0)
    """
    observed = np.array([[count, near - count], [total - count, words - near - total + count]], np.float64)
    expected = np.outer([near, words - near], [total, words - total]) / words
    terms = observed * np.log(np.divide(observed, expected, out=np.ones((2, 2)), where=(observed > 0) & (expected > 0)))
    return float(np.copysign(max(0.0, 2 * terms.sum()), count - expected[0, 0])) or 0.0


def collocates(
    corpus: Searchable,
    word: str,
    n: int = 30,
    *,
    window: int = 5,
    least: int = 3,
    by: str = "g2",
    keys: str = "content",
    tokenizer: str | Tokenizer = "kiwi",
    cluster: str | None = None,
    progress: ProgressCallback | None = None,
) -> Collocations:
    """The collocates of a word or phrase. The corpus is tokenized and indexed on first use.

    Args:
        corpus: as for :func:`~corpora.concordance.concordance`.
        word: a word in any form (먹었다 asks for 먹다), a key (``먹다/VV``), or a phrase.
        n: at most so many.
        window: words to each side that count as near.
        least: collocates stand near the word at so many places or more.
        by: what they are ordered by, one of :data:`MEASURES`.
        keys: ``"content"`` words, or ``"all"`` tokens, particles and endings too.
        tokenizer: what cuts the text.
        cluster: where the text of a corpus without an index is tokenized (:func:`explorer.prepare`); here if ``None``.
        progress: told how far it is.

    Raises:
        BadInput: an empty word, an unknown measure or choice, a number that cannot be, or a corpus without text.

    >>> from corpora import open_corpus
    >>> found = collocates(open_corpus("sample"), "비", 5)
    >>> "오다/VV" in [row.key for row in found.rows]
    True
    """
    query = query_of(word)
    if n < 0 or window < 1 or least < 1:
        raise BadInput("corpora.collocates_window", n=n, window=window, least=least)
    if by not in MEASURES:
        raise BadInput("corpora.unknown_measure", by=by, known=MEASURES)
    if keys not in CHOICES:
        raise BadInput("static.unknown_keys", keys=keys, choices=", ".join(CHOICES))
    with closing(ConcordanceIndex.of(corpus, tokenizer, progress, cluster)) as index:
        phrases = [tuple(key for key, _, _ in phrase) for phrase in index.resolve(query)]
        engine = index.tokenizer
    counted = _Counts()
    if phrases:
        shards = tokenize_corpus(corpus.texts(), engine, choice="all", progress=progress)
        for number, path in enumerate(shards.paths):
            _count(Shard.read(path), phrases, window, keys, counted)
            report(progress, "counting pairs", number + 1, len(shards.paths), "shards")
    near, words = counted.near.total(), counted.all.total()
    found = [counted.row(key, near, words) for key, count in counted.near.items() if count >= least]
    found.sort(key=lambda row: (-getattr(row, by), -row.count, row.key))
    resolved = tuple(" ".join(phrase) for phrase in phrases)
    return Collocations(corpus.name, query, resolved, window, counted.occurrences, near, words, tuple(found[:n]), len(found))


class _Counts:
    """What is summed over the shards."""

    def __init__(self) -> None:
        self.occurrences = 0
        self.near: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        self.all: Counter[str] = Counter()

    def row(self, key: str, near: int, words: int) -> Collocate:
        count, total = self.near[key], self.all[key]
        expected = near * total / words
        return Collocate(
            key,
            count,
            self.left[key],
            self.right[key],
            total,
            expected,
            g2(count, near, total, words),
            log2(count / expected),
            min(14.0, 14 + log2(2 * count / (self.occurrences + total))),
        )


def _count(shard: Shard, phrases: Sequence[tuple[str, ...]], window: int, choice: str, counted: _Counts) -> None:
    keep, _ = key_filter(choice)
    names = [keep(key) for key in shard.keys]
    starts, ends = _nodes(shard, phrases)
    node = np.zeros(len(shard.codes) + 1, np.int64)  # tokens of the node are collocates of nothing
    np.add.at(node, starts, 1)
    np.add.at(node, ends, -1)
    inside = np.cumsum(node[:-1]) > 0
    kept = np.array([name is not None for name in names], bool)[shard.codes] & ~inside
    places = np.flatnonzero(kept)
    sentences = shard.sentence_numbers()
    sides = []
    for edge, steps in ((np.searchsorted(places, starts), range(-window, 0)), (np.searchsorted(places, ends), range(window))):
        marked = np.zeros(len(places), bool)
        for step in steps:
            at = edge + step
            here = (at >= 0) & (at < len(places))
            rows = at[here]
            marked[rows[sentences[places[rows]] == sentences[starts[here]]]] = True
        sides.append(marked)
    codes = shard.codes[places]
    counted.occurrences += len(starts)
    for total, chosen in (
        (counted.all, slice(None)),
        (counted.left, sides[0]),
        (counted.right, sides[1]),
        (counted.near, sides[0] | sides[1]),
    ):
        for code, count in enumerate(np.bincount(codes[chosen], minlength=len(names)).tolist()):
            if count:
                total[names[code] or ""] += count


def _nodes(shard: Shard, phrases: Sequence[tuple[str, ...]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the phrases begin and end, each place once, none over the end of a line."""
    numbers = {key: code for code, key in enumerate(shard.keys)}
    line = np.searchsorted(shard.lines, np.arange(len(shard.codes)), side="right")
    found: dict[int, int] = {}
    for phrase in sorted(phrases, key=len):
        wanted = [numbers.get(key, -1) for key in phrase]
        last = len(shard.codes) - len(wanted) + 1
        if -1 in wanted or last < 1:
            continue
        fits = line[:last] == line[len(wanted) - 1 :]
        for offset, code in enumerate(wanted):
            fits &= shard.codes[offset : offset + last] == code
        found.update((start, start + len(wanted)) for start in np.flatnonzero(fits).tolist())
    starts = np.array(sorted(found), np.int64)
    return starts, np.array([found[start] for start in starts.tolist()], np.int64)
