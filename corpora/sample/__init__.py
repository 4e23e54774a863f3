"""The sample corpus: Korean sentences written for this project (CC0), so that everything works with nothing downloaded.

Four tables: sentences over topics and registers, homographs in context with their senses, and Korean–English pairs. All but
the homographs, by which the library measures encoders, lie beside this module.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from corpora.document import Document
from explorer.encoders.homographs import Homograph, homographs

__all__ = ["Homograph", "Pair", "Sense", "Sentence", "documents", "evenly", "homographs", "parallel", "senses", "sentences"]

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its topic, its register, the number of its passage within both, and the text."""

    topic: str
    register: str
    passage: str
    text: str


@dataclass(frozen=True, slots=True)
class Sense:
    """What a sense label of a homograph means, in Korean and in English."""

    word: str
    sense: str
    gloss_ko: str
    gloss_en: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The same sentence in Korean and in English."""

    topic: str
    ko: str
    en: str


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row:
                yield row


def _body(path: Path) -> Iterator[list[str]]:
    rows = _rows(path)
    next(rows, None)  # the header
    return rows


def sentences() -> Iterator[Sentence]:
    """Every sentence, topic by topic in the order of the files' names.

    >>> next(sentences()).text != ""
    True
    """
    for path in sorted(FOLDER.joinpath("sentences").glob("*.tsv")):
        for register, passage, text in _rows(path):
            if (register, passage, text) != ("register", "passage", "text"):
                yield Sentence(path.stem, register, passage, text)


def evenly(word: str, limit: int) -> list[Homograph]:
    """At most ``limit`` sentences of one homograph, sense by sense, as many of each; none where the word is no homograph here.

    >>> [one.sense for one in evenly("은행", 2)]
    ['bank', 'ginkgo']
    """
    by_sense: dict[str, list[Homograph]] = {}
    for one in homographs():
        if one.word == word:
            by_sense.setdefault(one.sense, []).append(one)
    each = -(-limit // len(by_sense)) if by_sense else 0
    return [one for group in by_sense.values() for one in group[:each]][:limit]


def senses() -> Iterator[Sense]:
    """The senses the homographs are labelled with."""
    for word, sense, gloss_ko, gloss_en in _body(FOLDER / "senses.tsv"):
        yield Sense(word, sense, gloss_ko, gloss_en)


def parallel() -> Iterator[Pair]:
    """Korean–English pairs."""
    for topic, ko, en in _body(FOLDER / "parallel.tsv"):
        yield Pair(topic, ko, en)


def documents() -> Iterator[Document]:
    """The sentences as documents: one passage each, one sentence a line."""
    for (topic, register, passage), group in groupby(sentences(), key=lambda s: (s.topic, s.register, s.passage)):
        text = "\n".join(sentence.text for sentence in group)
        yield Document(f"{topic}/{register}/{passage}", text, meta={"topic": topic, "register": register})
