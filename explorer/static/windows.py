"""What stands around words in a corpus: a sample of the places of some words, and the sums of the contexts of many others.

The corpus is read once, with its tokens from the cache that training fills. Of each wanted word the places with the lowest hashes
are kept: a uniform sample of the different texts that hold it, the same for a seed whatever the order of the corpus.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.static.keys import key_filter
from explorer.static.pipeline import shard_batches, text_spans
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.static.pipeline import Batch
    from explorer.static.shards import Shard
    from explorer.tokenizers.token import Token, Tokenizer

    Weigh = Callable[[NDArray[np.int32], NDArray[np.int64]], tuple[NDArray[np.float64], NDArray[np.float64]]]

__all__ = ["Place", "Windows", "place_in", "read_windows"]

_EACH = 5
"""Places of an anchor taken from a shard: a few from everywhere, since neighbouring texts speak of the same."""
_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word stands.

    Attributes:
        text: the stretch (:func:`~explorer.static.pipeline.text_spans`) that holds it.
        rows: rows of the keys around it, within the window and the sentence; -1 beyond these.
    """

    text: str
    rows: NDArray[np.int32]


@dataclass(frozen=True)
class Windows:
    """What was read.

    Attributes:
        places: wanted row → its sampled places, in the order of their hashes.
        distances: how many keys away each of a place's rows is: 2·window.
        sums, mass: of the weighted vectors around each anchor (anchors × d), and of the weights (anchors).
        documents, characters, tokens: what was read.
    """

    places: dict[int, list[Place]]
    distances: NDArray[np.int64]
    sums: NDArray[np.float64] = field(repr=False)
    mass: NDArray[np.float64] = field(repr=False)
    documents: int = 0
    characters: int = 0
    tokens: int = 0


@dataclass(frozen=True)
class _Rows:
    """A shard as rows of a vocabulary, without the keys outside it; of each its sentence and its stretch."""

    rows: NDArray[np.int32]
    sentences: NDArray[np.int64]
    stretches: NDArray[np.int64]

    @classmethod
    def of(cls, shard: Shard, index: Mapping[str, int], choice: str) -> _Rows:
        keep, ends = key_filter(choice)
        table = np.array([-1 if (kept := keep(key)) is None else index.get(kept, -1) for key in shard.keys], np.int32)
        after = np.array([ends(key) for key in shard.keys], bool)[shard.codes]
        after[shard.lines[shard.lines > 0] - 1] = True
        rows = table[shard.codes]
        places = np.flatnonzero(rows >= 0)
        return cls(rows[places], (np.cumsum(after) - after)[places], np.searchsorted(shard.lines, places, "right"))

    def around(self, places: NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.int32]:
        """Rows around places (places × offsets), -1 beyond a sentence."""
        where = places[:, None] + offsets
        inside = (where >= 0) & (where < len(self.rows))
        where = np.where(inside, where, 0)
        inside &= self.sentences[where] == self.sentences[places][:, None]
        found: NDArray[np.int32] = np.where(inside, self.rows[where], -1).astype(np.int32)
        return found


def place_in(
    text: str, tokens: Sequence[Token], start: int, row: int, index: Mapping[str, int], window: int, choice: str
) -> Place | None:
    """The place of the word that begins at ``start``, as :func:`read_windows` would have found it.

    Args:
        text: what holds it.
        tokens: of the text.
        start: in code points.
        row: of the word in the vocabulary.
        index: key → row.
        window: how many keys to each side.
        choice: which keys count.

    Returns:
        ``None`` where no token of that row begins there.
    """
    keep, ends = key_filter(choice)
    rows: list[int] = []
    where: list[int] = []
    sentence, at = 0, None
    for token in tokens:
        found = index.get(kept, -1) if (kept := keep(key_of(token))) is not None else -1
        if found >= 0:
            at = len(rows) if found == row and token.start == start else at
            rows.append(found)
            where.append(sentence)
        sentence += ends(key_of(token))
    if at is None:
        return None
    line = _Rows(np.array(rows, np.int32), np.array(where, np.int64), np.zeros(len(rows), np.int64))
    offsets = np.concatenate([np.arange(-window, 0), np.arange(1, window + 1)])
    return Place(text, line.around(np.array([at]), offsets)[0])


def read_windows(
    texts: Iterable[str],
    tokenizer: Tokenizer,
    index: Mapping[str, int],
    wanted: Mapping[int, int],
    anchors: NDArray[np.int64],
    weigh: Weigh,
    *,
    dim: int,
    window: int,
    choice: str,
    seed: int,
    workers: int | None = None,
    progress: ProgressCallback | None = None,
) -> Windows:
    """Read a corpus for the places of some words and the contexts of others.

    Args:
        texts: documents, read once.
        tokenizer, choice: what made the keys, and which of them count (:mod:`explorer.static.keys`).
        index: key → row of the vocabulary.
        wanted: rows of the words whose places are sampled → at most how many of each.
        anchors: rows of the words whose contexts are summed.
        weigh: makes a weighted sum of vectors (n × dim) and the sums of the weights (n) of rows around places (n × 2·window)
            and their distances (2·window).
        dim, window, seed: as their names say.
        workers: threads of the tokenizer, where tokens are not in the cache.
        progress: told the characters read.

    Raises:
        BadInput: there is no text.
    """
    offsets = np.concatenate([np.arange(-window, 0), np.arange(1, window + 1)])
    sample = _Sample(wanted, seed, len(index))
    number_of = np.full(len(index), -1)
    number_of[anchors] = np.arange(len(anchors))
    sums, mass = np.zeros((len(anchors), dim)), np.zeros(len(anchors))
    random = np.random.default_rng(seed)
    documents = characters = tokens = 0
    for batch in shard_batches(texts, tokenizer, workers=workers):
        line = _Rows.of(batch.shard, index, choice)
        documents, characters = documents + batch.shard.documents, characters + batch.shard.characters
        tokens += len(line.rows)
        sample.add(batch, line, offsets)
        numbers, places = _few(number_of[line.rows], random)
        for start in range(0, len(places), _BLOCK):
            part = slice(start, start + _BLOCK)
            vectors, weights = weigh(line.around(places[part], offsets), np.abs(offsets))
            np.add.at(sums, numbers[part], vectors)
            np.add.at(mass, numbers[part], weights)
        report(progress, "looking for words", characters, None, "characters")
    if not characters:
        raise BadInput("static.corpus_empty")
    return Windows(sample.places(), np.abs(offsets), sums, mass, documents, characters, tokens)


def _few(numbers: NDArray[np.int64], random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """At most :data:`_EACH` places of each number from 0, drawn at random: their numbers, and where they are."""
    places = np.flatnonzero(numbers >= 0)
    order = np.lexsort((random.random(len(places)), numbers[places]))
    numbers, places = numbers[places][order], places[order]
    first = np.flatnonzero(np.diff(numbers, prepend=-1))
    rank = np.arange(len(numbers)) - np.repeat(first, np.diff(np.append(first, len(numbers))))
    return numbers[rank < _EACH], places[rank < _EACH]


class _Sample:
    """Of each wanted row the places in the texts with the lowest hashes, each text once."""

    def __init__(self, wanted: Mapping[int, int], seed: int, size: int) -> None:
        self._heaps: dict[int, list[tuple[int, Place]]] = {row: [] for row in wanted}
        self._hashes: dict[int, set[int]] = {row: set() for row in self._heaps}
        self._most = wanted
        self._salt = str(seed).encode()
        self._is_wanted = np.zeros(size, bool)
        self._is_wanted[list(self._heaps)] = True

    def add(self, batch: Batch, line: _Rows, offsets: NDArray[np.int64]) -> None:
        places = np.flatnonzero(self._is_wanted[line.rows])
        if not len(places):
            return
        # Of a word that stands in a stretch twice, the first place counts.
        coded = line.rows[places].astype(np.int64) * (len(batch.shard.lines) + 1) + line.stretches[places]
        places = places[np.sort(np.unique(coded, return_index=True)[1])]
        around = line.around(places, offsets)
        texts = [document[start:end] for document in batch.documents for start, end in text_spans(document)]
        marks: dict[int, int] = {}
        for rows, row, stretch in zip(around, line.rows[places].tolist(), line.stretches[places].tolist(), strict=True):
            if stretch not in marks:
                data = texts[stretch].encode("utf-8", "surrogatepass")
                marks[stretch] = int.from_bytes(hashlib.blake2b(data, digest_size=8, key=self._salt).digest())
            self._offer(row, marks[stretch], Place(texts[stretch], rows))

    def _offer(self, row: int, mark: int, place: Place) -> None:
        heap, hashes, most = self._heaps[row], self._hashes[row], self._most[row]
        if mark in hashes or (len(heap) == most and mark >= -heap[0][0]):
            return
        hashes.add(mark)
        if len(heap) < most:
            heapq.heappush(heap, (-mark, place))
        else:
            hashes.discard(-heapq.heappushpop(heap, (-mark, place))[0])

    def places(self) -> dict[int, list[Place]]:
        return {row: [place for _, place in sorted(heap, key=lambda one: -one[0])] for row, heap in self._heaps.items()}
