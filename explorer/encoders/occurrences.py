"""One word in several sentences through a contextual model: how alike its vectors are, at every layer, and beside chance.

Contextual vectors crowd into a narrow cone (Ethayarajh 2019, https://aclanthology.org/D19-1006/), so a cosine of 0.8 may mean
nothing: every number here comes with the cosine of random pairs of words in the same representation. The default representation
is the one that separates senses best (:mod:`~explorer.encoders.representation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.baseline import BACKGROUND, Chance, chance_of, scale_words
from explorer.encoders.clusters import Space, plane
from explorer.encoders.locate import WordSpan
from explorer.encoders.readings import Reader, States, reading_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer

__all__ = ["Occurrence", "Occurrences", "Words", "occurrences"]

MAX_IN_SENTENCE = 8
"""Occurrences of the word that are looked for in one sentence."""


class Words(Protocol):
    """What is asked of an encoder here."""

    name: str

    @property
    def analyser(self) -> Tokenizer: ...
    @property
    def depth(self) -> int: ...
    @property
    def reader(self) -> Reader: ...
    def locate_all(self, word: str, sentence: str, most: int | None = None) -> list[WordSpan]: ...
    def pieces_under(self, text: str, start: int, end: int) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The word at ``sentences[sentence][start:end]``, and the model's sub-words under it."""

    sentence: int
    start: int
    end: int
    surface: str
    pieces: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"pieces": list(self.pieces)}


@dataclass(frozen=True)
class Occurrences:
    """A word in its sentences, in every representation of a model.

    Attributes:
        word, model, pooling: what was asked.
        sentences: as given.
        found: every occurrence, in order.
        missing: numbers of the sentences in which the word was not found.
        depth: number of layers, the input embedding counted.
        reader: how the model reads.
        states: every view of the occurrences.
        others: the same of other words, and which they are; may be none.
    """

    word: str
    model: str
    pooling: str
    sentences: tuple[str, ...]
    found: tuple[Occurrence, ...]
    missing: tuple[int, ...]
    depth: int
    reader: Reader = field(repr=False)
    states: States = field(repr=False)
    others: tuple[States, tuple[str, ...]] | None = field(repr=False)

    def layer(self, layer: int | None = None, representation: str | None = None) -> int:
        """A layer's number counted from 0; by default the one whose states the representation is made of, or the last.

        Raises:
            BadInput: there is no such layer.
        """
        if layer is None:
            parts = self.reader.parts(representation)
            layer = next((number for _, number in parts if isinstance(number, int)), -1)
        if not -self.depth <= layer < self.depth:
            raise BadInput("encoders.layer_out_of_range", layer=layer, model=self.model, last=self.depth - 1)
        return layer % self.depth

    def centred(self, representation: str | None = None) -> bool:
        """Whether the mean of other words is subtracted where nobody says: in the blend, and not in a single view."""
        return self.others is not None and representation in (None, "blend")

    def points(
        self, layer: int | None = None, centred: bool | None = None, representation: str | None = None
    ) -> NDArray[np.float64]:
        """Unit rows of the occurrences: n × D float64; for the arguments see :meth:`cosines`."""
        return self._placed(self.states, layer, centred, representation)

    def cosines(
        self, layer: int | None = None, centred: bool | None = None, representation: str | None = None
    ) -> NDArray[np.float32]:
        """Cosine of every occurrence with every other: n × n float32.

        Args:
            layer: of the states, 0 (input) to depth - 1, or counted from -1; by default the representation's own.
            centred: after subtracting the mean of other words; see :meth:`centred`.
            representation: ``"blend"`` by default, ``"own"`` for the model's states as they are, or another of the model's.

        Raises:
            BadInput: there is no such layer or representation, or there are no other words.
        """
        unit = self.points(layer, centred, representation)
        cosines: NDArray[np.float32] = np.clip(unit @ unit.T, -1, 1).astype(np.float32)
        return cosines

    def chance(self, layer: int | None = None, centred: bool | None = None, representation: str | None = None) -> Chance | None:
        """Cosines of random pairs of different other words; ``None`` without enough of them."""
        if self.others is None:
            return None
        states, words = self.others
        return chance_of(self._placed(states, layer, centred, representation), np.array(words))

    def picture(
        self, layer: int | None = None, centred: bool | None = None, representation: str | None = None
    ) -> tuple[NDArray[np.float32], tuple[float, float]]:
        """Occurrences on the plane of their two main directions (PCA of unit vectors), and the share of variance of each."""
        return plane(self.points(layer, centred, representation))

    def _placed(
        self, states: States, layer: int | None, centred: bool | None, representation: str | None
    ) -> NDArray[np.float64]:
        parts = self.reader.parts(representation, self.layer(layer, representation))
        reading = reading_of(states, parts)
        if not (self.centred(representation) if centred is None else centred):
            return Space(reading.weights, {}, None).place(reading.views)
        if self.others is None:
            raise BadInput("encoders.no_background")
        return Space.beside(reading_of(self.others[0], parts).views, reading.weights).place(reading.views)

    def to_dict(
        self, layer: int | None = None, centred: bool | None = None, representation: str | None = None
    ) -> dict[str, Any]:
        """JSON-able: occurrences, their cosines in one representation, and the random pairs beside them."""
        chance = self.chance(layer, centred, representation)
        number = self.layer(layer, representation)
        return {
            "word": self.word,
            "model": self.model,
            "representation": representation or "blend",
            "weights": {name: weight for (name, _), weight in self.reader.parts(representation, number).items()},
            "layer": number,
            "pooling": self.pooling,
            "centred": self.centred(representation) if centred is None else centred,
            "sentences": list(self.sentences),
            "occurrences": [one.to_dict() for one in self.found],
            "missing": list(self.missing),
            "cosines": self.cosines(layer, centred, representation).tolist(),
            "random_pairs": chance and chance.to_dict(),
        }


def occurrences(
    model: Words,
    word: str,
    sentences: Sequence[str],
    *,
    pooling: str = "mean",
    background: Sequence[str] = BACKGROUND,
    progress: ProgressCallback | None = None,
) -> Occurrences:
    """Read a word in every sentence, in every representation and at all layers at once.

    Args:
        model: an encoder.
        word: as a person says it: 배 is found in 배를, 먹다 in 먹었다. Every occurrence in a sentence counts.
        sentences: where it stands.
        pooling: how sub-words become one vector: ``"mean"``, ``"first"``, ``"last"``, ``"sum"``, ``"max"``.
        background: other sentences, whose words give the mean and the cosine of random pairs.
        progress: told how far the reading is.

    Raises:
        BadInput: no sentence was given, or the word stands in none of them.
    """
    texts = [sentence.strip() for sentence in sentences if sentence.strip()]
    if not texts:
        raise BadInput("encoders.no_sentences")
    report(progress, "looking for the word", 0, len(texts), "sentences")
    found: list[Occurrence] = []
    missing: list[int] = []
    for number, text in enumerate(texts):
        here = model.locate_all(word, text, MAX_IN_SENTENCE)
        found += [
            Occurrence(number, at.start, at.end, at.surface, tuple(model.pieces_under(text, at.start, at.end))) for at in here
        ]
        if not here:
            missing.append(number)
        report(progress, "looking for the word", number + 1, len(texts), "sentences")
    if not found:
        raise BadInput("encoders.word_in_no_sentence", word=word)
    reader = model.reader
    reader.blend(progress)
    asked: dict[str, Any] = {"views": reader.every(), "pooling": pooling, "progress": progress}
    lines = [texts[one.sentence] for one in found]
    states = reader.states([word] * len(found), lines, [(one.start, one.end) for one in found], **asked)
    words, around, places = scale_words(model.analyser, background)
    others = (reader.states(words, around, places, **asked), tuple(words)) if len(set(words)) > 2 else None
    return Occurrences(
        word, model.name, pooling, tuple(texts), tuple(found), tuple(missing), model.depth, reader, states, others
    )
