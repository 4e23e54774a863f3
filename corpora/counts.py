"""What is counted of a stretch of documents, and how stretches are put together: the same numbers, wherever the stretches end.

A stretch is counted by whoever has it; what comes of it is small beside the text, and is written to a file where several machines count one
corpus. Nothing in it depends on the process: types are known by a hash of their letters that is the same everywhere.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from corpora.duplicates import text_key

__all__ = ["ARRAYS", "LONGEST", "TOP", "Counts", "Sample", "Totals", "count_documents", "count_sentences"]

LONGEST = 100
"""Sentences of so many eojeol or more are counted as one length."""

TOP = 30
"""How many of the most frequent types are named."""

# Begins only where a run of marks begins (or after a digit's dot), so that a megabyte of dots is looked at once.
_END = re.compile(r"(?:(?<![\d.!?…。])|(?<=\d[.!?…。]))[.!?…。]+[\"'”’」』)\]]*(?=\s|$)")
_NAMED = 10 * TOP  # types of a stretch whose letters are kept
_BATCH_EOJEOL = 1_000_000
_POINTS = 0x110000
_NUMBERS = ("eojeol", "texts", "lengths", "points", "point_counts", "types", "type_counts", "firsts")
ARRAYS = (*_NUMBERS, "names", "lines", "marks", "totals")
"""The names of the arrays that :meth:`Counts.to_arrays` gives."""

Integers: TypeAlias = npt.NDArray[np.int64]
Keys: TypeAlias = npt.NDArray[np.uint64]


def count_sentences(text: str) -> int:
    r"""Sentences by rule, cheap enough for gigabytes.

    >>> count_sentences("봄이 왔다. 3.5도다! 그래서…\n제목")
    4
    """
    return sum(1 for _ in _sentences(text))


def _sentences(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if not line.strip():
            continue
        end = 0
        for match in _END.finditer(line):
            yield line[end : match.end()]
            end = match.end()
        if line[end:].strip():
            yield line[end:]


class Sample:
    """Lines spread evenly over a corpus of unknown length: those whose hash falls under a bar.

    The bar is the highest power of two under which the lines fit, so which lines these are does not depend on where a corpus is
    divided. A single line stays, however long it is.

    Args:
        limit: characters.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bar = 1 << 32
        self.marks: list[int] = []
        self.lines: list[str] = []
        self.size = 0

    def add(self, text: str, place: int) -> None:
        """Offer the lines of the document at a place of the corpus."""
        for number, line in enumerate(text.split("\n")):
            if line:
                # The place is part of it, so that repeated lines are not all in or all out.
                mark = zlib.crc32(line[:64].encode("utf-8", "ignore"), (place * 31 + number) & 0xFFFFFFFF)
                if mark < self.bar:
                    self._take(mark, line)

    def join(self, bar: int, marks: Iterable[int], lines: Iterable[str]) -> None:
        """Offer what another sample kept of the documents that follow."""
        if bar < self.bar:
            self._lower(bar)
        for mark, line in zip(marks, lines, strict=True):
            if mark < self.bar:
                self._take(mark, line)

    def _take(self, mark: int, line: str) -> None:
        self.marks.append(mark)
        self.lines.append(line)
        self.size += len(line)
        while self.size > self.limit and len(self.lines) > 1:
            self._lower(self.bar // 2)

    def _lower(self, bar: int) -> None:
        self.bar = bar
        kept = [at for at, mark in enumerate(self.marks) if mark < bar]
        self.marks, self.lines = [self.marks[at] for at in kept], [self.lines[at] for at in kept]
        self.size = sum(map(len, self.lines))

    @property
    def sampled(self) -> bool:
        """Whether anything was left out."""
        return self.bar < 1 << 32


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted of some documents, in their order.

    Attributes:
        characters: of all of them.
        eojeol: of each document.
        texts: the :func:`text_key` of each document.
        lengths: sentences by their eojeol, 0 to :data:`LONGEST`.
        points, point_counts: the code points that occur, and how often.
        types, type_counts, firsts: the different eojeol by :func:`text_key`, rising; how often each occurs, and in which document first.
        names: the most frequent of them, by their letters.
        bar, marks, lines: the :class:`Sample` of their lines.
    """

    characters: int
    eojeol: npt.NDArray[np.int32]
    texts: Keys
    lengths: Integers
    points: Integers
    point_counts: Integers
    types: Keys
    type_counts: Integers
    firsts: Integers
    names: list[str]
    bar: int
    marks: list[int]
    lines: list[str]

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Everything as arrays, to be written down."""
        made: dict[str, npt.NDArray[np.generic]] = {name: getattr(self, name) for name in _NUMBERS}
        made |= {name: _packed(getattr(self, name)) for name in ("names", "lines")}
        return made | {"marks": np.array(self.marks, np.int64), "totals": np.array([self.characters, self.bar], np.int64)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> Counts:
        """What :meth:`to_arrays` gave."""
        given = dict(arrays)
        characters, bar = (int(number) for number in given.pop("totals").tolist())
        texts = {name: _unpacked(given.pop(name)) for name in ("names", "lines")}
        marks = given.pop("marks").tolist()
        return cls(characters=characters, bar=bar, marks=marks, **texts, **given)  # type: ignore[arg-type]


def _packed(texts: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("".join(f"{text}\n" for text in texts).encode("utf-8", "surrogatepass"), np.uint8)


def _unpacked(array: npt.NDArray[np.generic]) -> list[str]:
    return array.tobytes().decode("utf-8", "surrogatepass").split("\n")[:-1]


def count_documents(texts: Sequence[str], first: int, sample: int) -> Counts:
    """Count a stretch of a corpus.

    Args:
        texts: the documents.
        first: the place of the first one in the corpus, from 1.
        sample: characters of the sample of lines; 0 for none.
    """
    lengths = np.zeros(LONGEST + 1, np.int64)
    codes = np.zeros(_POINTS, np.int64)
    lines = Sample(sample)
    types: Counter[str] = Counter()
    eojeol: list[int] = []
    seen: list[int] = []  # types until the end of each document
    for place, text in enumerate(texts, first):
        for sentence in _sentences(text):
            lengths[min(LONGEST, len(sentence.split()))] += 1
        words = text.split()
        types.update(words)
        eojeol.append(len(words))
        seen.append(len(types))
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        if len(points) > 100_000:
            codes += np.bincount(points, minlength=_POINTS)
        else:
            np.add.at(codes, points, 1)
        if sample:
            lines.add(text, place)
    counts = np.fromiter(types.values(), np.int64, len(types))
    keys = np.fromiter(map(text_key, types), np.uint64, len(types))
    order = np.argsort(keys)
    firsts = np.searchsorted(np.array(seen, np.int64), np.arange(len(types)), "right")
    there = np.flatnonzero(codes)
    return Counts(
        characters=sum(map(len, texts)),
        eojeol=np.array(eojeol, np.int32),
        texts=np.fromiter(map(text_key, texts), np.uint64, len(texts)),
        lengths=lengths,
        points=there,
        point_counts=codes[there],
        types=keys[order],
        type_counts=counts[order],
        firsts=firsts[order].astype(np.int64),
        names=_most_frequent(types, counts),
        bar=lines.bar,
        marks=lines.marks,
        lines=lines.lines,
    )


def _most_frequent(types: Counter[str], counts: Integers) -> list[str]:
    bar = int(np.partition(counts, -_NAMED)[-_NAMED]) if len(counts) > _NAMED else 0
    named = sorted((-count, word) for word, count in types.items() if count >= bar)
    return [word for _, word in named[:_NAMED]]


class Totals:
    """Counts of stretches put together, in the order of the corpus: 24 bytes a type and 12 a document.

    Args:
        sample: characters of the sample of lines.
    """

    def __init__(self, sample: int) -> None:
        self.documents = self.characters = 0
        self.lengths: Integers = np.zeros(LONGEST + 1, np.int64)
        self.codes: Integers = np.zeros(_POINTS, np.int64)
        self.lines = Sample(sample)
        self._eojeol: list[npt.NDArray[np.int32]] = []
        self._texts: list[Keys] = []
        self._names: set[str] = set()
        self._types: list[tuple[Keys, Integers, Integers]] = []

    def add(self, counts: Counts) -> None:
        """Count the documents that follow."""
        self._eojeol.append(counts.eojeol)
        self._texts.append(counts.texts)
        self._names.update(counts.names)
        self._types.append((counts.types, counts.type_counts, counts.firsts + self.documents))
        self.documents += len(counts.eojeol)
        self.characters += counts.characters
        self.lengths += counts.lengths
        self.codes[counts.points] += counts.point_counts
        self.lines.join(counts.bar, counts.marks, counts.lines)
        # Merged when the new ones are as many as the old ones, so that the old ones are copied a few times only.
        while len(self._types) > 1 and 2 * len(self._types[-1][0]) > len(self._types[-2][0]):
            self._types[-2:] = [_merged(self._types[-2:])]

    @property
    def eojeol(self) -> int:
        """Eojeol read."""
        return sum(int(part.sum()) for part in self._eojeol)

    @property
    def duplicates(self) -> int:
        """Documents whose text occurred before."""
        return self.documents - len(np.unique(np.concatenate(self._texts)))

    def type_counts(self) -> Integers:
        """How often each type occurs."""
        return self._whole()[1]

    def growth(self) -> list[tuple[int, int]]:
        """``(eojeol read, types seen)``, at ends of documents that are spread evenly on a logarithmic scale."""
        read = np.cumsum(np.concatenate(self._eojeol), dtype=np.int64)
        firsts = np.sort(self._whole()[2])
        points: list[tuple[int, int]] = []
        before = 0
        while before < read[-1]:
            # Each point a third beyond the last one, later a million.
            at = int(np.searchsorted(read, before + min(_BATCH_EOJEOL, max(200, before // 3))))
            at = min(at, int(np.searchsorted(read, read[-1])))
            before = int(read[at])
            points.append((before, int(np.searchsorted(firsts, at, "right"))))
        return points

    def top(self) -> list[tuple[str, int]]:
        """The most frequent types, those of one count in the order of their letters."""
        keys, counts, _ = self._whole()
        names = sorted(self._names)
        places = np.searchsorted(keys, np.fromiter(map(text_key, names), np.uint64, len(names)))
        return sorted(zip(names, counts[places].tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))[:TOP]

    def _whole(self) -> tuple[Keys, Integers, Integers]:
        if len(self._types) > 1:
            self._types = [_merged(self._types)]
        return self._types[0]


def _merged(parts: Sequence[tuple[Keys, Integers, Integers]]) -> tuple[Keys, Integers, Integers]:
    """Types of stretches in their order as one; a type's first document is that of the first stretch that has it."""
    keys, counts, firsts = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, np.int64)
    if not len(keys):
        return keys, counts, firsts
    return keys[starts], np.add.reduceat(counts[order], starts), firsts[order][starts]
