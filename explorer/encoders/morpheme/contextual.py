"""An encoder over morphemes as a contextual model: everything any other one does, and readings with the word masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.encoders.checkpoints import Checkpoint
from explorer.encoders.clusters import centred
from explorer.encoders.contextual import Contextual, Layer
from explorer.encoders.morpheme.model import pick_device
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.morpheme.reading import Readings, find_places, read_places, softmax
from explorer.encoders.morpheme.storing import open_network
from explorer.encoders.precision import check_dtype, in_precision
from explorer.encoders.sensing import SenseReadings
from explorer.encoders.stretches import around
from explorer.text.tags import MASKED, split_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["REPRESENTATIONS", "MorphemeContextual", "Substitute", "open_encoder"]

REPRESENTATIONS = ("blend", "own", "masked", "substitutes", "context")

BLEND = {"context": 1.0, "masked": 0.25, "substitutes": 0.25}
"""Weights of the blend's cosines."""


@dataclass(frozen=True, slots=True)
class Substitute:
    """A word that would fit where another one stands: its key, the key without tag, its probability."""

    word: str
    key: str
    probability: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def open_encoder(
    folder: Path,
    name: str | None = None,
    *,
    layer: Layer = -1,
    pooling: str = "mean",
    device: str | None = None,
    dtype: str = "float32",
) -> MorphemeContextual:
    """Open an encoder over morphemes.

    Raises:
        BadInput: the folder holds none, or it is damaged.
        MissingExtra: torch is not installed.
    """
    network, vocabulary, info = open_network(folder)
    where = pick_device(device)
    check_dtype(dtype, where)
    network = in_precision(network.to(where), dtype, name or folder.name)
    length = int(network.config.max_position_embeddings)
    pieces = MorphemePieces(vocabulary, length=length)
    special = [pieces.cls_token_id], [pieces.sep_token_id]
    checkpoint = Checkpoint(name or folder.name, network.bert, pieces, where, *special, length - 2)
    return MorphemeContextual(checkpoint, network, info, layer=layer, pooling=pooling)


class MorphemeContextual(Contextual):
    """A contextual model over Kiwi's morphemes that can also be asked what fits a word's place.

    Attributes:
        info: where the encoder came from.
        network: the ``BertForMaskedLM``.
    """

    def __init__(
        self, checkpoint: Checkpoint, network: Any, info: dict[str, Any], *, layer: Layer = -1, pooling: str = "mean"
    ) -> None:
        super().__init__(checkpoint, layer=layer, pooling=pooling)
        self.network = network
        self.info = info

    @property
    def _pieces(self) -> MorphemePieces:
        pieces: MorphemePieces = self._checkpoint.tokenizer
        return pieces

    @cached_property
    def _analyser(self) -> Tokenizer:
        return self._pieces.analyser

    def tokens(self, sentence: str) -> list[Token]:
        """The morphemes this encoder sees in a sentence."""
        return self._analyser.tokenize(sentence)

    def read(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        *,
        occurrence: int = 0,
        spans: Sequence[tuple[int, int]] | None = None,
        progress: ProgressCallback | None = None,
    ) -> Readings:
        """All there is to know about one word in many sentences, as arrays (see :class:`Readings`).

        Args:
            word: one word, or one for each sentence.
            sentences: the sentences; of one longer than 5,000 characters what stands around the word.
            occurrence: which of several, from 0.
            spans: where the word stands in each sentence (start and end in code points), instead of looking for it.
            progress: told about the sentences read.

        Raises:
            BadInput: a sentence does not hold the word.
        """
        words = [word] * len(sentences) if isinstance(word, str) else list(word)
        if isinstance(sentences, str) or not sentences or len(words) != len(sentences):
            raise BadInput("encoders.word_count_mismatch", words=len(words), sentences=len(sentences))
        if spans is not None and len(spans) != len(sentences):
            raise BadInput("encoders.span_count_mismatch", spans=len(spans), sentences=len(sentences))
        tokens: list[list[Token]] = []
        where: list[tuple[int, int, str | None]] = []
        given: list[tuple[int, int]] = []
        for index, (one, sentence) in enumerate(zip(words, sentences, strict=True)):
            key = None
            if spans is None:
                found = self.locate(one, sentence, occurrence)
                start, end, key = found.start, found.end, found.key
            else:
                start, end = spans[index]
            first, last = around(sentence, start, end)
            tokens.append(self._analyser.tokenize(sentence[first:last]))
            given.append((start, end))
            start, end = start - first, end - first
            if spans is not None:
                touching = [t for t in tokens[index] if t.start < end and t.end > start and t.form == one]
                key = f"{touching[0].form}/{touching[0].tag}" if touching else None
            where.append((start, end, key))
        places = find_places(self._pieces, tokens, where, self._checkpoint.capacity)
        readings = read_places(self.network, self._pieces, places, progress)
        return replace(readings, spans=tuple(given))

    def represent(self, readings: Readings, representation: str = "blend", layer: int = -1) -> NDArray[np.float32]:
        """One vector for each reading.

        Args:
            readings: from :meth:`read`.
            representation: ``"own"`` or ``"masked"`` states at ``layer``; ``"substitutes"``, the mean input vector of what
                would fit; ``"context"``, the weighted mean input vector of the other content words; ``"blend"``, context,
                masked state and substitutes, each centred over these readings and brought to length 1, side by side: its cosine is the mean of
                their cosines with the weights :data:`BLEND`.
            layer: 0 is the input embedding.
        """
        if representation in ("own", "masked"):
            states = readings.own if representation == "own" else readings.masked
            if not -states.shape[1] <= layer < states.shape[1]:
                raise BadInput("encoders.no_such_layer_2", layer=layer, model=self.name, last=states.shape[1] - 1)
            chosen: NDArray[np.float32] = states[:, layer]
            return chosen
        if representation == "substitutes":
            return readings.substitutes
        if representation == "context":
            return readings.context
        if representation != "blend":
            raise BadInput("encoders.unknown_representation", representation=representation, choices=", ".join(REPRESENTATIONS))
        views = {"masked": readings.masked[:, layer], "substitutes": readings.substitutes, "context": readings.context}
        parts = [np.sqrt(weight) * centred(views[name]) for name, weight in BLEND.items()]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def substitutes(
        self, word: str, sentence: str, n: int = 10, *, content: bool = True, occurrence: int = 0
    ) -> list[Substitute]:
        """The words that would fit in a word's place, most probable first.

        Args:
            word: as a person says it; it stands in the sentence.
            sentence: any length; the part around the word is read.
            n: how many.
            content: content morphemes only (nouns, verbs, adjectives, adverbs, determiners), their probabilities as the
                model gives them among all morphemes.
            occurrence: which of several, from 0.
        """
        probabilities = softmax(self.read(word, [sentence], occurrence=occurrence).logits)[0]
        if content:
            probabilities = probabilities * self._content
        best = np.argsort(-probabilities, kind="stable")[: max(0, n)]
        entries = self._pieces.vocabulary.entries
        return [Substitute(split_key(entries[i])[0], entries[i], float(probabilities[i])) for i in best if probabilities[i] > 0]

    # Senses: SenseFinder asks for these.

    representations = REPRESENTATIONS

    def _sense_layer(self, layer: Any) -> Any:
        return -1 if layer is None else layer

    def _sense_readings(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[tuple[int, int]] | None,
        representation: str | None,
        layer: Any,
        pooling: str | None,
        occurrence: int,
        progress: ProgressCallback | None,
    ) -> SenseReadings:
        name, layer = self._known(representation), self._sense_layer(layer)
        if not isinstance(layer, int):
            raise BadInput("encoders.layer_not_single", layer=layer, model=self.name)
        readings = self.read(word, sentences, occurrence=occurrence, spans=spans, progress=progress)
        return self._sense_views(readings, name, layer)

    def _sense_levels(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[tuple[int, int]] | None,
        pooling: str | None,
        occurrence: int,
        progress: ProgressCallback | None,
    ) -> dict[tuple[str, int | None], SenseReadings]:
        readings = self.read(word, sentences, occurrence=occurrence, spans=spans, progress=progress)
        asked: list[tuple[str, int | None]] = [
            (name, layer) for name in ("own", "masked") for layer in range(readings.own.shape[1])
        ]
        asked += [("substitutes", None), ("context", None), ("blend", None)]
        return {(name, layer): self._sense_views(readings, name, -1 if layer is None else layer) for name, layer in asked}

    def _sense_views(self, readings: Readings, name: str, layer: int) -> SenseReadings:
        weights = BLEND if name == "blend" else {name: 1.0}
        views = {view: self.represent(readings, view, layer) for view in weights}
        return SenseReadings(views, weights, readings.spans, readings.logits)

    def _substitutes(self, readings: SenseReadings, labels: Sequence[int]) -> list[list[str]]:
        assert readings.expected is not None
        return self._expected(readings.expected, labels)

    @cached_property
    def _content(self) -> NDArray[np.bool_]:
        return self._pieces.vocabulary.tagged(MASKED)

    def _expected(self, logits: NDArray[np.float32], labels: Sequence[int], n: int = 8) -> list[list[str]]:
        """For each sense the content words that its sentences expect more than the others do."""
        probabilities = softmax(logits)
        groups = [probabilities[np.asarray(labels) == label].mean(0) for label in range(max(labels) + 1)]
        entries = self._pieces.vocabulary.entries
        result = []
        for own in groups:
            rest = (np.sum(groups, axis=0) - own) / max(1, len(groups) - 1) if len(groups) > 1 else np.zeros_like(own)
            # The share of a word's expectation that falls to this sense, weighted by how much is expected of it at all.
            score = np.where(self._content, own * own / (own + rest + 1e-6), 0)
            result.append([entries[i] for i in np.argsort(-score, kind="stable")[:n]])
        return result
