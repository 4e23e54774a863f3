"""One word in several sentences through a contextual model: how alike its vectors are, at every layer, and beside chance.

Contextual vectors crowd into a narrow cone (Ethayarajh 2019, https://aclanthology.org/D19-1006/), so a cosine of 0.8 may mean
nothing: every number here comes with the cosine of random pairs of words at the same layer, and can be had centred.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.encoders.contextual import Contextual
    from explorer.encoders.encoder import Encoder

__all__ = ["Chance", "Occurrence", "Occurrences", "occurrences"]

MAX_IN_SENTENCE = 8
"""Occurrences of the word that are looked for in one sentence."""
_PAIRS = 3000
_BACKGROUND = 240


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The word at ``sentences[sentence][start:end]``, and the model's sub-words under it."""

    sentence: int
    start: int
    end: int
    surface: str
    pieces: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "sentence": self.sentence,
            "start": self.start,
            "end": self.end,
            "surface": self.surface,
            "pieces": list(self.pieces),
        }


@dataclass(frozen=True, slots=True)
class Chance:
    """Cosines of random pairs of words: mean, 5th and 95th percentile, and how many pairs."""

    mean: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True)
class Occurrences:
    """A word's vectors in its sentences.

    Attributes:
        word, model, pooling: what was asked.
        sentences: as given.
        found: every occurrence, in order.
        missing: numbers of the sentences in which the word was not found.
        vectors: layers × occurrences × d float32; layer 0 is the input embedding.
        background: layers × words × d float32: other words, for the scale; may be empty.
    """

    word: str
    model: str
    pooling: str
    sentences: tuple[str, ...]
    found: tuple[Occurrence, ...]
    missing: tuple[int, ...]
    vectors: NDArray[np.float32]
    background: NDArray[np.float32]
    _surfaces: tuple[str, ...] = field(repr=False, default=())

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

    def _unit(self, vectors: NDArray[np.float32], layer: int, centred: bool) -> NDArray[np.float32]:
        chosen = vectors[self.layer(layer)]
        if centred:
            chosen = chosen - self._centre(layer)
        norms = np.linalg.norm(chosen, axis=1, keepdims=True)
        unit: NDArray[np.float32] = (chosen / np.where(norms > 0, norms, 1)).astype(np.float32)
        return unit

    def _centre(self, layer: int) -> NDArray[np.float32]:
        if not self.background.shape[1]:
            raise BadInput("encoders.no_background")
        centre: NDArray[np.float32] = self.background[self.layer(layer)].mean(axis=0)
        return centre

    def cosines(self, layer: int = -1, centred: bool = False) -> NDArray[np.float32]:
        """Cosine of every occurrence with every other: n × n float32.

        Args:
            layer: 0 (input) to depth - 1, or counted from -1.
            centred: after subtracting the mean of the background's vectors at that layer.
        """
        unit = self._unit(self.vectors, layer, centred)
        cosines: NDArray[np.float32] = np.clip(unit @ unit.T, -1, 1)
        return cosines

    def chance(self, layer: int = -1, centred: bool = False, seed: int = 42) -> Chance | None:
        """Cosines of random pairs of different background words; ``None`` without enough background."""
        count = self.background.shape[1]
        if count < 3:
            return None
        unit = self._unit(self.background, layer, centred)
        generator = np.random.default_rng(seed)
        first, second = generator.integers(0, count, (2, _PAIRS))
        names = np.array(self._surfaces)
        different = names[first] != names[second]
        scores = np.einsum("ij,ij->i", unit[first[different]], unit[second[different]])
        if not len(scores):
            return None
        low, high = np.percentile(scores, [5, 95])
        return Chance(float(scores.mean()), float(low), float(high), len(scores))

    def picture(self, layer: int = -1) -> tuple[NDArray[np.float32], tuple[float, float]]:
        """Occurrences on the plane of their two main directions (PCA of unit vectors), and the share of variance of each."""
        unit = self._unit(self.vectors, layer, False)
        centred = unit - unit.mean(axis=0)
        left, strength, _ = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
        coords = np.zeros((len(unit), 2), np.float32)
        kept = min(2, len(strength))
        # The sign of a direction is arbitrary: fixed by its largest entry, so that the picture does not flip between layers.
        signs = [np.sign(left[np.argmax(np.abs(left[:, axis])), axis]) or 1.0 for axis in range(kept)]
        coords[:, :kept] = left[:, :kept] * strength[:kept] * signs
        total = float((strength**2).sum()) or 1.0
        shares = [float(value**2) / total for value in strength[:kept]] + [0.0, 0.0]
        return coords, (shares[0], shares[1])

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
            "random_pairs": None
            if chance is None
            else {"mean": chance.mean, "low": chance.low, "high": chance.high, "pairs": chance.pairs},
        }


def occurrences(
    model: Contextual | Encoder,
    word: str,
    sentences: Sequence[str],
    *,
    pooling: str = "mean",
    background: Iterable[str] = (),
    progress: ProgressCallback | None = None,
) -> Occurrences:
    """Read a word's vectors in every sentence, at all layers at once.

    Args:
        model: from :func:`explorer.encoders.contextual.contextual`.
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
        here = _in_sentence(model, word, text, number)
        found += here
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
    surfaces = tuple(text[start:end] for text, spans in others for start, end in spans)
    return Occurrences(
        word,
        model.name,
        pooling,
        tuple(texts),
        tuple(found),
        tuple(missing),
        states[:, : len(found)],
        states[:, len(found) :],
        surfaces,
    )


def _in_sentence(model: Contextual | Encoder, word: str, text: str, number: int) -> list[Occurrence]:
    return [
        Occurrence(number, span.start, span.end, span.surface, tuple(model.pieces_under(text, span.start, span.end)))
        for span in model.locate_all(word, text, MAX_IN_SENTENCE)
    ]


def _others(background: Iterable[str]) -> list[tuple[str, list[tuple[int, int]]]]:
    """Words of the background, at most _BACKGROUND of them."""
    found: list[tuple[str, list[tuple[int, int]]]] = []
    left = _BACKGROUND
    for text in background:
        spans = [match.span() for match in re.finditer(r"[가-힣]+", text)][:left]
        if spans:
            found.append((text, spans))
            left -= len(spans)
        if left <= 0:
            break
    return found
