"""One word in several sentences through a contextual model: how alike its vectors are, at every layer, and beside chance.

Contextual vectors crowd into a narrow cone (Ethayarajh 2019, https://aclanthology.org/D19-1006/), so a cosine of 0.8 may mean
nothing: every number here comes with the cosine of random pairs of words at the same layer, and can be had centred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.baseline import Chance, Scale, unit_rows
from explorer.encoders.clusters import plane
from explorer.encoders.locate import Request, WordSpan

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Occurrence", "Occurrences", "Words", "occurrences"]

MAX_IN_SENTENCE = 8
"""Occurrences of the word that are looked for in one sentence."""
_BACKGROUND = 240


class Words(Protocol):
    """What is asked of an encoder here."""

    name: str

    def locate_all(self, word: str, sentence: str, most: int | None = None) -> list[WordSpan]: ...
    def pieces_under(self, text: str, start: int, end: int) -> list[str]: ...
    def span_layers(
        self, requests: Sequence[Request], *, pooling: str | None = None, progress: ProgressCallback | None = None
    ) -> NDArray[np.float32]: ...


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
    """A word's vectors in its sentences.

    Attributes:
        word, model, pooling: what was asked.
        sentences: as given.
        found: every occurrence, in order.
        missing: numbers of the sentences in which the word was not found.
        vectors: layers × occurrences × d float32; layer 0 is the input embedding.
        scale: other words; may be none.
    """

    word: str
    model: str
    pooling: str
    sentences: tuple[str, ...]
    found: tuple[Occurrence, ...]
    missing: tuple[int, ...]
    vectors: NDArray[np.float32]
    scale: Scale

    @property
    def depth(self) -> int:
        """Number of layers, the input embedding counted."""
        return int(self.vectors.shape[0])

    def layer(self, layer: int) -> int:
        """A layer's number counted from 0.

        Raises:
            BadInput: there is no such layer.
        """
        if not -self.depth <= layer < self.depth:
            raise BadInput("encoders.layer_out_of_range", layer=layer, model=self.model, last=self.depth - 1)
        return layer % self.depth

    def cosines(self, layer: int = -1, centred: bool = False) -> NDArray[np.float32]:
        """Cosine of every occurrence with every other: n × n float32.

        Args:
            layer: 0 (input) to depth - 1, or counted from -1.
            centred: after subtracting the mean of the background's vectors at that layer.
        """
        number = self.layer(layer)
        rows = self.vectors[number]
        unit = unit_rows(rows - self.scale.centre(number) if centred else rows)
        cosines: NDArray[np.float32] = np.clip(unit @ unit.T, -1, 1)
        return cosines

    def chance(self, layer: int = -1, centred: bool = False) -> Chance | None:
        """Cosines of random pairs of different background words; ``None`` without enough background."""
        return self.scale.chance(self.layer(layer), centred)

    def picture(self, layer: int = -1) -> tuple[NDArray[np.float32], tuple[float, float]]:
        """Occurrences on the plane of their two main directions (PCA of unit vectors), and the share of variance of each."""
        return plane(unit_rows(self.vectors[self.layer(layer)]))

    def to_dict(self, layer: int = -1, centred: bool = False) -> dict[str, Any]:
        """JSON-able: occurrences, their cosines at one layer, and the random pairs beside them."""
        chance = self.chance(layer, centred)
        return {
            "word": self.word,
            "model": self.model,
            "layer": self.layer(layer),
            "pooling": self.pooling,
            "centred": centred,
            "sentences": list(self.sentences),
            "occurrences": [one.to_dict() for one in self.found],
            "missing": list(self.missing),
            "cosines": self.cosines(layer, centred).tolist(),
            "random_pairs": chance and chance.to_dict(),
        }


def occurrences(
    model: Words,
    word: str,
    sentences: Sequence[str],
    *,
    pooling: str = "mean",
    background: Iterable[str] = (),
    progress: ProgressCallback | None = None,
) -> Occurrences:
    """Read a word's vectors in every sentence, at all layers at once.

    Args:
        model: an encoder.
        word: as a person says it: 배 is found in 배를, 먹다 in 먹었다. Every occurrence in a sentence counts.
        sentences: where it stands.
        pooling: how sub-words become one vector: ``"mean"``, ``"first"``, ``"last"``, ``"sum"``, ``"max"``.
        background: other sentences, whose words give the cosine of random pairs.
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
    requests = [
        (text, [(one.start, one.end) for one in found if one.sentence == number])
        for number, text in enumerate(texts)
        if number not in missing
    ]
    others = _others(background)
    states = model.span_layers([*requests, *others], pooling=pooling, progress=progress)
    surfaces = np.array([text[start:end] for text, spans in others for start, end in spans])
    scale = Scale(states[:, len(found) :], surfaces)
    vectors = states[:, : len(found)]
    return Occurrences(word, model.name, pooling, tuple(texts), tuple(found), tuple(missing), vectors, scale)


def _others(background: Iterable[str]) -> list[Request]:
    """Words of the background, at most _BACKGROUND of them."""
    found: list[Request] = []
    left = _BACKGROUND
    for text in background:
        spans = [match.span() for match in re.finditer(r"[가-힣]+", text)][:left]
        if spans:
            found.append((text, spans))
            left -= len(spans)
        if left <= 0:
            break
    return found
