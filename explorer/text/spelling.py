"""Three short lists written for this project: common misspellings, units, and words nobody wants to be offered for another one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from explorer.text.postpositions import without_particles

__all__ = ["corrected", "is_insult", "unit_symbol"]


def _lines(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()


@lru_cache(1)
def _misspellings() -> dict[str, str]:
    return dict(line.split("\t") for line in _lines("misspellings.tsv"))


@lru_cache(1)
def _units() -> dict[str, str]:
    return dict(line.split("\t") for line in _lines("units.tsv"))


@lru_cache(1)
def _insults() -> frozenset[str]:
    return frozenset(_lines("insults.txt"))


def corrected(word: str) -> str | None:
    """The usual spelling of a well-known misspelling, with particles or without; ``None`` for any other word.

    >>> corrected("설겆이를"), corrected("며칠")
    ('설거지를', None)
    """
    known = _misspellings()
    if word in known:
        return known[word]
    return next((known[stem] + tail for stem, tail in without_particles(word) if stem in known), None)


def unit_symbol(word: str) -> str | None:
    """The symbol of a unit of measurement, with particles or without; ``None`` for any other word.

    Units in Hangul are bound nouns, which are no keys; their symbols, which texts use as much, are.

    >>> unit_symbol("킬로미터를"), unit_symbol("마일")
    ('km', None)
    """
    known = _units()
    return next((known[stem] for stem, _ in [(word, ""), *without_particles(word)] if stem in known), None)


def is_insult(word: str) -> bool:
    """Whether a word is a slur or a sexual insult: never a suggestion for a word that is none.

    >>> is_insult("그녀")
    False
    """
    return word in _insults()
