"""Numbered text to batches with masks: the same for morphemes and for word pieces.

Everything here is decided by a seed and a position (epoch, batch), never by what ran before, so that a training that was
interrupted goes on with exactly the batches it would have had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.train.morphemes import DOCUMENT, EOJEOL, KEY, LINE, MorphemeArrays
from explorer.encoders.train.vocabulary import MorphemeVocabulary
from explorer.text.tags import MASKED, SIGNS, tag_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CONTENT", "DOC", "MASKABLE", "SENTENCE", "WORD", "Batch", "Batches", "Encoded", "Masking", "encode_arrays"]

WORD, SENTENCE, DOC, MASKABLE, CONTENT = (np.uint8(1 << bit) for bit in range(5))
"""Marks of a piece: it starts a word (eojeol), a sentence, a document; it may be masked; it is a content morpheme."""


@dataclass(frozen=True)
class Encoded:
    """A corpus as one long run of pieces.

    Attributes:
        ids: numbers of the pieces, int32.
        marks: what each piece starts and whether it may be masked, uint8.
    """

    ids: NDArray[np.int32]
    marks: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.ids)

    @staticmethod
    def join(parts: list[Encoded]) -> Encoded:
        return Encoded(np.concatenate([part.ids for part in parts]), np.concatenate([part.marks for part in parts]))

    def split(self, share: float, seed: int) -> tuple[Encoded, Encoded]:
        """Two parts of whole documents (sentences, where there is only one), the second with about ``share`` of them."""
        starts = np.flatnonzero(self.marks & DOC)
        if len(starts) < 2:
            starts = np.flatnonzero(self.marks & (DOC | SENTENCE))
        if len(starts) < 2:
            raise BadInput("encoders.single_sentence")
        count = min(len(starts) - 1, max(1, round(len(starts) * share)))
        held = np.zeros(len(starts), bool)
        held[np.random.default_rng([seed, 7]).permutation(len(starts))[:count]] = True
        which = held[np.cumsum(np.isin(np.arange(len(self)), starts)) - 1]
        return Encoded(self.ids[~which], self.marks[~which]), Encoded(self.ids[which], self.marks[which])

    def cut(self, length: int, seed: int, single: float = 0.25) -> NDArray[np.int64]:
        """Where sequences start and end: whole sentences of one document while they fit, else pieces of a long one.

        Args:
            length: pieces in a sequence at most, without special ones.
            seed: decides which sequences stop early.
            single: share of sentences after which a sequence stops although more would fit, because what a model is asked
                about later is often one short sentence.

        Returns:
            ``n × 2`` starts and ends.
        """
        starts = np.flatnonzero(self.marks & (SENTENCE | DOC))
        if not len(starts) or starts[0]:
            starts = np.concatenate([[0], starts])
        ends = np.append(starts[1:], len(self.ids))
        documents = (self.marks[starts] & DOC) > 0
        stops = np.random.default_rng([seed, 1]).random(len(starts)) < single
        spans: list[tuple[int, int]] = []
        left = int(starts[0]) if len(starts) else 0
        for start, end, new, stop in zip(starts.tolist(), ends.tolist(), documents.tolist(), stops.tolist(), strict=True):
            if start > left and (new or end - left > length):
                spans.append((left, start))
                left = start
            while end - left > length:
                spans.append((left, left + length))
                left += length
            if stop and end > left:
                spans.append((left, end))
                left = end
        if left < len(self.ids):
            spans.append((left, len(self.ids)))
        return np.asarray(spans, np.int64).reshape(-1, 2)


def encode_arrays(arrays: MorphemeArrays, vocabulary: MorphemeVocabulary) -> Encoded:
    """Every morpheme of an analysed corpus as pieces of ``vocabulary``.

    A sentence starts with a line, and after a full stop, question mark or the like that white space follows. Symbols and
    numbers stand as words of their own, so that masking 왔다. never asks for the full stop; spelled morphemes are context
    only and never masked.
    """
    spelled = [vocabulary.encode(key) for key in arrays.keys]
    lengths = np.array([len(pieces) for pieces in spelled], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    flat = np.array([piece for pieces in spelled for piece in pieces], np.int32)
    tags = [tag_of(key) for key in arrays.keys]
    symbol = np.array([tag.startswith(SIGNS) for tag in tags])
    final = np.array([tag == "SF" for tag in tags])
    base = np.zeros(len(tags), np.uint8)
    base[(lengths == 1) & ~symbol & np.array([key in vocabulary for key in arrays.keys])] |= MASKABLE
    base[np.array([tag in MASKED for tag in tags])] |= CONTENT
    parts, before = [], (False, False)
    for part in arrays.parts:
        keys = (part & KEY).astype(np.int64)
        eojeol, line, document = ((part & bit) > 0 for bit in (EOJEOL, LINE, DOCUMENT))
        ended = np.concatenate([[before[0]], final[keys][:-1]])
        after_symbol = np.concatenate([[before[1]], symbol[keys][:-1]])
        before = (bool(final[keys[-1]]), bool(symbol[keys[-1]]))
        marks = base[keys]
        marks[eojeol | line | symbol[keys] | after_symbol] |= WORD
        marks[line | (ended & eojeol)] |= SENTENCE
        marks[document] |= DOC
        parts.append(_spread(keys, marks, starts, lengths, flat))
    return Encoded.join(parts)


def _spread(
    keys: NDArray[np.int64],
    marks: NDArray[np.uint8],
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    flat: NDArray[np.int32],
) -> Encoded:
    """Each morpheme as its pieces; the first one keeps the marks."""
    counts = lengths[keys]
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    index = np.repeat(starts[keys] - first, counts) + np.arange(int(counts.sum()))
    spread = np.zeros(len(index), np.uint8)
    spread[first] = marks
    return Encoded(flat[index], spread)


@dataclass(frozen=True, slots=True)
class Masking:
    """How words are hidden.

    Attributes:
        rate: share of words chosen.
        whole: of those, the share hidden whole (all their pieces); in the others one morpheme is hidden, content
            morphemes three times as likely as particles and endings.
        random, keep: of what is chosen, the share replaced by random entries, and left as it is but still asked for.
    """

    rate: float = 0.2
    whole: float = 0.5
    random: float = 0.1
    keep: float = 0.1

    def __post_init__(self) -> None:
        if not (0 < self.rate < 1 and 0 <= self.whole <= 1 and self.random >= 0 <= self.keep and self.random + self.keep < 1):
            raise BadInput("encoders.masking_out_of_range", masking=self)

    def choose(self, marks: NDArray[np.uint8], rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which pieces of a run are hidden, and the number of each piece's word."""
        word: NDArray[np.int64] = np.cumsum((marks & WORD) > 0)
        words = int(word[-1]) + 1 if len(word) else 0
        chosen = rng.random(words) < self.rate
        entire = rng.random(words) < self.whole
        maskable = (marks & MASKABLE) > 0
        # Efraimidis & Spirakis (2006): the largest of u^(1/weight) draws one item of each word with its weight.
        weight = np.where((marks & CONTENT) > 0, 3.0, 1.0)
        lot = np.where(maskable, rng.random(len(marks)) ** (1 / weight), -1.0)
        best = np.full(words, -2.0)
        np.maximum.at(best, word, lot)
        hidden = maskable & chosen[word] & (entire[word] | (lot == best[word]))
        return hidden, word


@dataclass(frozen=True)
class Batch:
    """One batch: ``ids``, ``attention`` (rows × length) and what was hidden where.

    Attributes:
        ids: int64, with masks, special pieces and padding.
        attention: int64, 1 where there is text.
        places: int64, positions of hidden pieces in the flattened batch.
        labels: int64, what stood there.
    """

    ids: NDArray[np.int64]
    attention: NDArray[np.int64]
    places: NDArray[np.int64]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Batches:
    """An endless, seeded, restartable run of batches over one corpus.

    Attributes:
        encoded, spans: the corpus and its sequences (:meth:`Encoded.cut`).
        cls, sep, pad, mask: numbers of the special pieces.
        low, high: entries that may stand in as random replacements.
        size: pieces in a batch, padding included, about.
        masking: how words are hidden.
        seed: with an epoch and a batch's number it decides everything.
    """

    encoded: Encoded
    spans: NDArray[np.int64]
    cls: int
    sep: int
    pad: int
    mask: int
    low: int
    high: int
    size: int = 2048
    masking: Masking = Masking()
    seed: int = 42

    def plan(self, epoch: int) -> list[NDArray[np.int64]]:
        """The sequences of every batch of an epoch: shuffled, alike in length within a batch, batches shuffled again."""
        rng = np.random.default_rng([self.seed, 2, epoch])
        order = rng.permutation(len(self.spans))
        lengths = (self.spans[:, 1] - self.spans[:, 0]) + 2
        batches: list[NDArray[np.int64]] = []
        for begin in range(0, len(order), 8192):
            pool = order[begin : begin + 8192]
            pool = pool[np.argsort(lengths[pool], kind="stable")]
            made, at = [], 0
            while at < len(pool):
                take = max(1, self.size // int(lengths[pool[at]]))
                while take > 1 and int(lengths[pool[min(at + take, len(pool)) - 1]]) * take > self.size:
                    take -= 1
                made.append(pool[at : at + take])
                at += take
            batches.extend(made[i] for i in rng.permutation(len(made)))
        return batches

    def batch(self, rows: NDArray[np.int64], epoch: int, number: int) -> Batch:
        """Batch ``number`` of ``epoch``, masked."""
        rng = np.random.default_rng([self.seed, 3, epoch, number])
        spans = self.spans[rows]
        lengths = spans[:, 1] - spans[:, 0]
        width = int(lengths.max()) + 2
        ids = np.full((len(rows), width), self.pad, np.int64)
        attention = (np.arange(width) < (lengths + 2)[:, None]).astype(np.int64)
        row = np.repeat(np.arange(len(rows)), lengths)
        column = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths) + 1
        source = np.repeat(spans[:, 0], lengths) + column - 1
        pieces = self.encoded.ids[source].astype(np.int64)
        marks = self.encoded.marks[source].copy()
        marks[column == 1] |= WORD
        hidden, word = self.masking.choose(marks, rng)
        fate = rng.random(int(word[-1]) + 1)[word]
        shown = np.where(fate < self.masking.random, rng.integers(self.low, self.high, len(pieces)), self.mask)
        shown = np.where(fate > 1 - self.masking.keep, pieces, shown)
        ids[row, column] = np.where(hidden, shown, pieces)
        ids[:, 0] = self.cls
        ids[np.arange(len(rows)), lengths + 1] = self.sep
        places = (row * width + column)[hidden]
        return Batch(ids, attention, places, pieces[hidden])

    def run(self, epoch: int = 0, number: int = 0) -> Iterator[tuple[int, int, Batch]]:
        """Batches from a position on, without end, each with the position that follows it."""
        while True:
            plan = self.plan(epoch)
            for index in range(number, len(plan)):
                following = (epoch, index + 1) if index + 1 < len(plan) else (epoch + 1, 0)
                batch = self.batch(plan[index], epoch, index)
                if len(batch.places):
                    yield (*following, batch)
            epoch, number = epoch + 1, 0
