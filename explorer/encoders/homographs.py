"""Sentences with homographs and their senses, written for this project (CC0): what encoders are measured on when they are first used.

They are also part of the sample corpus (``corpora.sample.homographs``). No encoder that ships was trained on them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Homograph", "homographs"]

_FILE = Path(__file__).with_suffix(".tsv")


@dataclass(frozen=True, slots=True)
class Homograph:
    """A sentence that holds ``word`` in one of its senses, at ``text[start:end]`` (code points)."""

    word: str
    sense: str
    start: int
    end: int
    text: str


def homographs() -> Iterator[Homograph]:
    """Sentences with a homograph, its span and its sense.

    >>> next(homographs()).sense
    'pear'
    """
    with _FILE.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)  # the header
        for word, sense, start, end, text in rows:
            yield Homograph(word, sense, int(start), int(end), text)
