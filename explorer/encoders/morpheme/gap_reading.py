"""Kiwi's reading of a text of which morphemes are missing.

A syllable that is no word stands in for each mask, fixed for this one call as a morpheme of some part of speech, and of several
parts of speech and syllables (with and without a final consonant, with a bright and a dark vowel, because particles and endings
agree with them) the reading that Kiwi finds most probable is taken: a noun before 를, a verb stem before 었다, a pre-final ending
between 먹 and 다.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from explorer.text.morphology import shared_kiwi
from explorer.text.normalise import Normalised, normalise
from explorer.text.tags import PREDICATES, split_key
from explorer.tokenizers.engines.kiwi import dictionary_form

__all__ = ["NEAR", "Analysis", "Morpheme", "analyse", "clean", "join"]

_STANDINS = "뿰뿨뽠뽜"  # final consonant or none, dark vowel and bright; no word has them
_TAGS = ("NNG", "NNP", "NP", "VV", "VA", "MAG", "MM", "XR", "EP", "EC", "EF", "ETM", "JKB", "JX", "XSN")

NEAR = 60
"""Characters on each side that decide how Kiwi reads a gap."""


@dataclass(frozen=True)
class Morpheme:
    """A morpheme of an analysed text: its key (``None`` for a mask) and its place in the cleaned text."""

    key: str | None
    start: int
    end: int


@dataclass(frozen=True)
class Analysis:
    """A text with masks, read by Kiwi.

    Attributes:
        text: cleaned, a stand-in for every mask.
        morphemes: in order.
        places: for each mask the index of its morpheme.
    """

    text: str
    morphemes: list[Morpheme]
    places: list[int]


def clean(text: str) -> Normalised:
    return normalise(text, strip_zero_width=True, jamo=True)


def analyse(parts: Sequence[str]) -> Analysis:
    """Kiwi's reading of cleaned text with a mask between each two parts.

    >>> [m.key for m in analyse(["밥을 ", "었다."]).morphemes]
    ['밥/NNG', '을/JKO', None, '었/EP', '다/EF', './SF']
    """
    places, at = [], 0
    for part in parts[:-1]:
        at += len(part)
        places.append(at)
        at += 1
    chosen = [_stand_in(parts, number) for number in range(len(places))]
    text = parts[0] + "".join(syllable + part for (syllable, _), part in zip(chosen, parts[1:], strict=True))
    raw = _kiwi(text, [(place, *one) for place, one in zip(places, chosen, strict=True)])
    wanted = set(places)
    morphemes = []
    for one in raw:
        hole = one.len == 1 and one.start in wanted and one.form == text[one.start]
        key = None if hole else "/".join(dictionary_form(one.form, one.tag))
        morphemes.append(Morpheme(key, one.start, one.start + one.len))
    holes = [index for index, one in enumerate(morphemes) if one.key is None]
    return Analysis(text, morphemes, holes)


def _stand_in(parts: Sequence[str], number: int) -> tuple[str, str]:
    """The syllable and part of speech with which Kiwi reads the surroundings of a mask best."""
    before, after = parts[number][-NEAR:], parts[number + 1][:NEAR]
    if number and len(parts[number]) < NEAR:
        before = _STANDINS[0] + before  # another mask, here just a noun
    if number + 2 < len(parts) and len(parts[number + 1]) < NEAR:
        after += _STANDINS[0]
    if not after or after[0].isspace():
        return _STANDINS[0], _best(before, after, _STANDINS[:1])[1]
    return _best(before, after, _STANDINS)


@lru_cache(maxsize=256)
def _best(before: str, after: str, syllables: str) -> tuple[str, str]:
    best, found = -np.inf, (syllables[0], "NNG")
    for syllable in syllables:
        for tag in _TAGS:
            text, place = before + syllable + after, len(before)
            [(raw, score)] = shared_kiwi().analyze(text, 1, pretokenized=[_fixed(place, syllable, tag)], compatible_jamo=True)
            # A copula that is not written is an escape that fits everything: a noun, then nothing, then any ending.
            if score > best and not any(one.len == 0 for one in raw):
                best, found = score, (syllable, tag)
    return found


def _fixed(place: int, syllable: str, tag: str) -> Any:
    return (place, place + 1, [(syllable, tag, 0, 1)])


def _kiwi(text: str, fixed: Sequence[tuple[int, str, str]]) -> list[Any]:
    options = {"pretokenized": [_fixed(*one) for one in fixed]} if fixed else {}
    found: list[Any] = shared_kiwi().tokenize(text, compatible_jamo=True, **options)
    return found


def join(keys: Sequence[str], irregular: bool = False) -> str:
    """Morphemes written as one word, without spaces: endings and particles in the form that fits.

    Args:
        keys: ``form/TAG``.
        irregular: take predicates as irregular ones (걷다 + 어 = 걸어).

    >>> join(["타다/VV", "고/EC"]), join(["학교/NNG", "을/JKO"]), join(["걷다/VV", "어/EC"], irregular=True)
    ('타고', '학교를', '걸어')
    """
    if not keys:
        return ""
    morphemes = []
    for number, key in enumerate(keys):
        form, tag = split_key(key)
        if tag in PREDICATES:
            form = form.removesuffix("다") or form
            tag += "-I" if irregular and tag in ("VV", "VA", "VX") else ""
        morphemes.append((form, tag, False) if number else (form, tag))
    return str(shared_kiwi().join(morphemes))
