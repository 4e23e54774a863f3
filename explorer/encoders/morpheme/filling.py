"""Masked words by an encoder over morphemes: one mask stands for one morpheme, a word is one to a few of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from explorer.encoders.fill import Place, window
from explorer.encoders.forward import Network
from explorer.encoders.guesses import Guess
from explorer.encoders.morpheme.gap_reading import NEAR, Analysis, Morpheme, analyse, clean, join
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.text.normalise import Normalised
from explorer.text.tags import ATTACHED, NOUNS, PREDICATES, SIGNS, WORD_STARTS, split_key, tag_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MorphemeGaps", "MorphemePlace"]

_REACH = 10
"""Characters read on each side of a gap, for each morpheme that fits the model."""
_NEIGHBOURS = 6
"""Morphemes on each side that a word in the gap is joined with at most, so that a page without spaces is no single word."""
_LONGEST = 12
"""Characters of a morpheme at most that a word in the gap is joined with."""
_STEMS = PREDICATES | {"XSV", "XSA"}
_FOLLOWS: dict[str, tuple[str, ...]] = {
    "noun": (*NOUNS, "XS", "VCP", "J"),
    "prefix": (*NOUNS, "XR", "VV", "VA"),
    "root": ("XS", "J"),
    "stem": ("E",),
    "nominal": ("J", "VCP", "XSN"),
    "ending": ("J",),
    "particle": ("J", "VCP"),
    "adverb": ("J",),
    "alone": ("?",),
}
"""Parts of speech that are written together with what stands before them, by the kind of that."""


@dataclass(frozen=True)
class MorphemePlace(Place):
    """A gap with the morphemes that share its eojeol, which a word in the gap has to be joined with.

    Attributes:
        left, right: keys of the morphemes written together with the gap, symbols and other masks excluded.
        head, tail: the text before and after them, near the gap.
        open: another mask follows them without a space.
    """

    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    head: str = ""
    tail: str = ""
    open: bool = False


class MorphemeGaps:
    """:class:`~explorer.encoders.fill.Gaps` of an encoder over morphemes.

    By piece the guesses are morphemes with their part of speech (``먹다``, ``VV``). By word they are what one to three
    morphemes write together (타다 + 고 = 타고), kept if Kiwi reads the text with the word in it as those very morphemes; where
    the gap ends in a stem that the text goes on from, the dictionary form stands for it. Candidates are written as they would
    stand in the text, or as keys (``먹다/VV``).
    """

    mask = "[MASK]"
    batch = 4096

    def __init__(self, network: Network, pieces: MorphemePieces) -> None:
        self._network, self._pieces = network, pieces
        self.mask_id = pieces.vocabulary.mask
        self.room = max(1, min(16, pieces.capacity // 4))

    # Reading the text

    def places(self, text: str, spans: Sequence[tuple[int, int]]) -> list[MorphemePlace]:
        reach = _REACH * self._pieces.capacity
        made: list[MorphemePlace] = []
        analysed: dict[tuple[int, int], tuple[Analysis, list[tuple[int, Normalised]], list[int]]] = {}
        for number, (start, end) in enumerate(spans):
            first, last = _edge(text, start, -reach, spans), _edge(text, end, reach, spans)
            if (first, last) not in analysed:
                inside = [index for index, (a, b) in enumerate(spans) if first <= a and b <= last]
                parts = _parts(text, first, last, [spans[index] for index in inside])
                analysed[first, last] = analyse([part.text for _, part in parts]), parts, inside
            analysis, parts, inside = analysed[first, last]
            made.append(self._place(text, (start, end), analysis, parts, inside.index(number)))
        return made

    def _place(
        self, text: str, span: tuple[int, int], analysis: Analysis, parts: list[tuple[int, Normalised]], number: int
    ) -> MorphemePlace:
        at = analysis.places[number]
        before, after = self._encode(analysis, 0, at), self._encode(analysis, at + 1, len(analysis.morphemes))
        left, right = window(before, after, self._pieces.capacity - self.room)
        before, after = before[len(before) - left :], after[:right]
        here = analysis.morphemes[at]
        low, high = at, at + 1
        # Zero-width characters are gone from the cleaned text, so that what touches here touches for the eye.
        while (
            low
            and at - low < _NEIGHBOURS
            and _joins(analysis.morphemes[low - 1])
            and analysis.morphemes[low - 1].end >= analysis.morphemes[low].start
        ):
            low -= 1
        while (
            high < len(analysis.morphemes)
            and high - at <= _NEIGHBOURS
            and _joins(analysis.morphemes[high])
            and analysis.morphemes[high].start <= analysis.morphemes[high - 1].end
        ):
            high += 1
        core = analysis.morphemes[low:high]
        start, end = min(m.start for m in core), max(m.end for m in core)
        glued = here.start > 0 and not analysis.text[here.start - 1].isspace()
        head, tail = analysis.text[max(0, start - NEAR) : start], analysis.text[end : end + NEAR]
        if start > NEAR:
            head = head.partition(" ")[2] or head
        return MorphemePlace(
            span[0],
            span[1],
            [number for number, _ in before],
            [number for number, _ in after],
            glued,
            not analysis.text[: here.start].strip(),
            _read_span(text, span, analysis, parts, [i for _, i in before], [i for _, i in after]),
            [str(m.key) for m in analysis.morphemes[low:at]],
            [str(m.key) for m in analysis.morphemes[at + 1 : high]],
            head,
            tail,
            high < len(analysis.morphemes)
            and analysis.morphemes[high].key is None
            and analysis.morphemes[high].start <= analysis.morphemes[high - 1].end,
        )

    def _encode(self, analysis: Analysis, first: int, last: int) -> list[tuple[int, int]]:
        """Pieces of some morphemes, each with the index of its morpheme."""
        found = []
        for index in range(first, last):
            key = analysis.morphemes[index].key
            numbers = [self.mask_id] if key is None else self._pieces.vocabulary.encode(key)
            found += [(number, index) for number in numbers]
        return found

    def logits(self, rows: Sequence[list[int]], at: Sequence[int]) -> NDArray[np.float32]:
        prefix, suffix = self._pieces.prefix, self._pieces.suffix
        return self._network.masked_logits([[*prefix, *row, *suffix] for row in rows], [one + len(prefix) for one in at])

    # Words

    @cached_property
    def _tags(self) -> NDArray[np.str_]:
        vocabulary = self._pieces.vocabulary
        return np.array([tag_of(e) if n >= vocabulary.first_word else "" for n, e in enumerate(vocabulary.entries)])

    @cached_property
    def _following(self) -> dict[str, NDArray[np.bool_]]:
        """For each kind of morpheme the entries that may be written together with one of it; by ``""`` those that start a word."""
        tags = self._tags.tolist()
        flags = {"": np.array([tag in WORD_STARTS for tag in tags]), "stems": np.array([tag in _STEMS for tag in tags])}
        flags["any"] = np.array([tag in WORD_STARTS or (tag.startswith(ATTACHED) and tag[0] != "Z") for tag in tags])
        return flags | {kind: np.array([tag.startswith(allowed) for tag in tags]) for kind, allowed in _FOLLOWS.items()}

    def allowed(self, place: MorphemePlace, head: tuple[int, ...], last: bool) -> NDArray[np.bool_]:
        before = str(self._tags[head[-1]]) if head else tag_of(place.left[-1]) if place.left else ""
        allowed = self._following[_kind(before) if before else "any" if place.glued else ""]
        # A word that nothing goes on from cannot end in a stem.
        return allowed & ~self._following["stems"] if last and not place.right and not place.open else allowed

    def read(self, place: MorphemePlace, pieces: tuple[int, ...]) -> str | None:
        keys = [self.entry(number) for number in pieces]
        for irregular in (False, True):
            whole = join([*place.left, *keys, *place.right], irregular)
            found = analyse([place.head + whole + place.tail]).morphemes
            inside = [m.key for m in found if m.start >= len(place.head) and m.end <= len(place.head) + len(whole)]
            if inside == [*place.left, *keys, *place.right]:
                stem = place.right and tag_of(keys[-1]) in _STEMS
                return join([*keys, "다/EF"] if stem else keys, irregular)
        return None

    def words(self, pieces: Sequence[int]) -> list[str]:
        first = self._pieces.vocabulary.first_word
        keys = [self.entry(number) for number in pieces if number >= first]
        return [key for key in keys if tag_of(key) in NOUNS or tag_of(key) == "XR"]

    def cut(self, place: MorphemePlace, word: str) -> list[int]:
        vocabulary = self._pieces.vocabulary
        keys = [word] if word in vocabulary and vocabulary.numbers[word] >= vocabulary.first_word else self._keys(place, word)
        numbers = [number for key in keys for number in vocabulary.encode(key)]
        return numbers if all(number >= vocabulary.first_word for number in numbers) else []

    def _keys(self, place: MorphemePlace, word: str) -> list[str]:
        """The morphemes of a candidate, read in its place if that is possible, else by itself."""
        written = clean(word).text
        stem = bool(place.right) and tag_of(place.right[0]).startswith("E")
        if not (stem and written.endswith("다")):
            left, right = join(place.left), join(place.right)
            start = len(place.head) + len(left)
            end = start + len(written)
            found = analyse([place.head + left + written + right + place.tail]).morphemes
            inside = [m for m in found if m.start >= start and m.end <= end]
            crossing = [m for m in found if m not in inside and m.start < end and m.end > start]
            if inside and not crossing:
                return [str(m.key) for m in inside]
        keys = [str(m.key) for m in analyse([written]).morphemes]
        return keys[:-1] if stem and len(keys) > 1 and keys[-1] in ("다/EF", "다/EC") else keys

    def piece(self, number: int, probability: float) -> Guess:
        entry = self.entry(number)
        whole = number >= self._pieces.vocabulary.first_word
        form, tag = split_key(entry) if whole else (entry, "")
        score = float(np.log(probability)) if probability > 0 else None
        return Guess(form, probability, (entry,), tag.startswith(ATTACHED), tag or None, score)

    def entry(self, number: int) -> str:
        return self._pieces.vocabulary.entries[number]


def _kind(tag: str) -> str:
    """The kind of a morpheme, as far as it decides what is written together with it."""
    if tag in _STEMS or tag == "EP":
        return "stem"
    if tag.startswith("N") or tag == "XSN":
        return "noun"
    if tag.startswith("J"):
        return "particle"
    names = {"XPN": "prefix", "XR": "root", "ETN": "nominal", "EC": "ending", "EF": "ending", "MAG": "adverb", "IC": "adverb"}
    return names.get(tag, "alone")


def _joins(morpheme: Morpheme) -> bool:
    """Whether a morpheme is part of a word of usual length, and not a symbol or a mask."""
    if morpheme.key is None or morpheme.end - morpheme.start > _LONGEST:
        return False
    return not tag_of(morpheme.key).startswith((*SIGNS, "U"))


def _edge(text: str, at: int, reach: int, spans: Sequence[tuple[int, int]]) -> int:
    """Where the part of the text that is read around a gap ends: at white space if there is some, never inside a mask."""
    edge = at + reach
    if not 0 < edge < len(text):
        return 0 if reach < 0 else len(text)
    if reach < 0:
        space = re.compile(r"\s").search(text, edge, at)
        edge = space.end() if space else edge
    else:
        last = text.rfind(" ", at, edge)
        edge = last if last > at else edge
    for start, end in spans:
        if start < edge < end:
            return end if reach < 0 else start
    return edge


def _parts(text: str, first: int, last: int, spans: Sequence[tuple[int, int]]) -> list[tuple[int, Normalised]]:
    """The text between masks, cleaned, each part with where it starts."""
    edges = [first, *(edge for span in spans for edge in span), last]
    return [(edges[i], clean(text[edges[i] : edges[i + 1]])) for i in range(0, len(edges), 2)]


def _read_span(
    text: str,
    span: tuple[int, int],
    analysis: Analysis,
    parts: list[tuple[int, Normalised]],
    before: list[int],
    after: list[int],
) -> tuple[int, int]:
    """The part of the text as given that lies between two morphemes of its analysis."""
    starts = [0]
    for _, part in parts:
        starts.append(starts[-1] + len(part.text) + 1)

    def original(at: int, end: bool) -> int:
        index = max(i for i, start in enumerate(starts[:-1]) if start <= at)
        offset, part = parts[index]
        inner = min(at - starts[index], len(part.text))
        if end:
            return offset + (part.to_original(inner - 1, inner)[1] if inner else 0)
        return offset + part.to_original(inner, inner)[0]

    low = original(analysis.morphemes[before[0]].start, False) if before else span[0]
    high = original(analysis.morphemes[after[-1]].end, True) if after else span[1]
    return (0 if not text[:low].strip() else min(low, span[0]), len(text) if not text[high:].strip() else max(high, span[1]))
