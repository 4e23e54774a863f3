"""What a model makes of words in their sentences: vectors of spans, in one or several representations.

Text longer than a model takes is read through overlapping windows, and every word gets its vector from the window in which it
stands most in the middle.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.contexts import contexts_of
from explorer.encoders.forward import Job, Layer, Network
from explorer.encoders.locate import Request, Span, find_word, in_nfc, nfc, parts_around, under
from explorer.encoders.pieces import Pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Level",
    "OwnStates",
    "Reader",
    "Reading",
    "Representation",
    "States",
    "read_spans",
    "reading_named",
    "reading_of",
    "spans_of",
]

Level = tuple[str, Layer | None]
"""A view of a word, and the layer of it where there are layers to choose from."""


@dataclass(frozen=True)
class Reading:
    """A word in its sentences, ready to be sorted.

    Attributes:
        views: name → n × d.
        weights: of each view's cosine; one view for most representations.
        spans: where the word stands in each sentence.
        expected: n × entries, what the model would put there (logits), for models that can say.
    """

    views: Mapping[str, NDArray[np.floating[Any]]]
    weights: Mapping[str, float]
    spans: tuple[Span, ...]
    expected: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Representation:
    """How the vectors of words in their sentences are compared, where nobody says otherwise.

    Attributes:
        layer: of the states that have layers.
        weights: view → the weight of its cosine in the blend.
        source: ``"shipped"`` (measured beforehand) or ``"measured"`` (on this machine).
        auc: how often two sentences of one sense are nearer than two of different senses, mean over the words it was measured
            on (0.5 by chance).
        ari: agreement of clusters with senses (adjusted Rand index, 0 by chance), mean over these words.
        own_auc, own_ari: the same of the model's own states in its last layer, as they are.
    """

    layer: int
    weights: Mapping[str, float]
    source: str
    auc: float
    ari: float
    own_auc: float
    own_ari: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"weights": dict(self.weights)}


@dataclass(frozen=True)
class States:
    """Words in their sentences, in every way that was asked for.

    Attributes:
        rows: (view, layer) → n × d; the layer is ``None`` for views without layers.
        spans, expected: as for :class:`Reading`.
    """

    rows: Mapping[Level, NDArray[np.floating[Any]]]
    spans: tuple[Span, ...]
    expected: NDArray[np.float32] | None = None


class Reader(ABC):
    """A model as it reads words in sentences, in several representations: each view of a word, and all of them in a blend.

    Attributes:
        layered: views of which there is one at every layer.
        whole: views without layers.
    """

    layered: tuple[str, ...]
    whole: tuple[str, ...]

    def __init__(self, network: Network, choose: Callable[[Reader, ProgressCallback | None], Representation]) -> None:
        """
        Args:
            network: what runs.
            choose: tells the blend when it is needed; that may take a while the first time.
        """
        self._network, self._choose = network, choose

    @property
    def representations(self) -> tuple[str, ...]:
        """What can be compared, the best first."""
        return ("blend", *self.layered, *self.whole)

    def blend(self, progress: ProgressCallback | None = None) -> Representation:
        """What the blend is made of; measured the first time, which ``progress`` is told about."""
        return self._choose(self, progress)

    @abstractmethod
    def states(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None = None,
        *,
        views: Sequence[Level],
        pooling: str = "mean",
        occurrence: int = 0,
        progress: ProgressCallback | None = None,
    ) -> States:
        """A word (or one for each sentence) in its sentences, in the views that are named."""

    @abstractmethod
    def fitting(self, reading: Reading, labels: Sequence[int]) -> list[list[str]]:
        """For each group of sentences the words that would fit there; nothing where the model does not guess words."""

    def parts(
        self, representation: str | None = None, layer: Layer | None = None, progress: ProgressCallback | None = None
    ) -> dict[Level, float]:
        """What a representation is made of: views and the weights of their cosines.

        Args:
            representation: the blend where none is named.
            layer: of the views that have layers; by default the blend's own, or the last.
            progress: told when the blend has to be measured first.

        Raises:
            BadInput: the model has no representation of that name, or no such layer.
        """
        name = reading_named(representation, self.representations, self._network.name)
        if layer is not None:
            self._network.layers(layer)
            layer = layer if isinstance(layer, int | str) else tuple(layer)
        if name != "blend":
            return {(name, (-1 if layer is None else layer) if name in self.layered else None): 1.0}
        chosen = self.blend(progress)
        depth = chosen.layer if layer is None else layer
        return {(view, depth if view in self.layered else None): weight for view, weight in chosen.weights.items()}

    def read(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None = None,
        *,
        representation: str | None = None,
        layer: Layer | None = None,
        pooling: str = "mean",
        occurrence: int = 0,
        progress: ProgressCallback | None = None,
    ) -> Reading:
        """The word in its sentences, as one representation."""
        parts = self.parts(representation, layer, progress)
        asked: dict[str, Any] = {"pooling": pooling, "occurrence": occurrence, "progress": progress}
        return reading_of(self.states(word, sentences, spans, views=list(parts), **asked), parts)

    def levels(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None = None,
        *,
        pooling: str = "mean",
        occurrence: int = 0,
        progress: ProgressCallback | None = None,
    ) -> dict[Level, Reading]:
        """The same at every layer and in every representation, read once."""
        blend = self.parts("blend", None, progress)
        asked: dict[str, Any] = {"pooling": pooling, "occurrence": occurrence, "progress": progress}
        every = self.every()
        found = self.states(word, sentences, spans, views=list(dict.fromkeys([*every, *blend])), **asked)
        return {one: reading_of(found, {one: 1.0}) for one in every} | {("blend", None): reading_of(found, blend)}

    def every(self) -> list[Level]:
        """Every view at every layer."""
        layered = [(name, layer) for name in self.layered for layer in range(self._network.depth)]
        return [*layered, *((name, None) for name in self.whole)]


def reading_of(found: States, parts: Mapping[Level, float]) -> Reading:
    """The views of a representation, with their weights."""
    views = {level[0]: found.rows[level] for level in parts}
    return Reading(views, {level[0]: weight for level, weight in parts.items()}, found.spans, found.expected)


def reading_named(representation: str | None, choices: Sequence[str], model: str) -> str:
    """A representation, the first of ``choices`` where none is asked for.

    Raises:
        BadInput: the model has none of that name.
    """
    if representation is not None and representation not in choices:
        raise BadInput(
            "encoders.representation_not_offered", representation=representation, model=model, choices=", ".join(choices)
        )
    return representation or choices[0]


def spans_of(
    pieces: Pieces,
    word: str | Sequence[str],
    sentences: Sequence[str],
    spans: Sequence[Span] | None,
    occurrence: int,
    progress: ProgressCallback | None = None,
) -> list[tuple[int, int, str | None]]:
    """Where a word (or one for each sentence) stands in each sentence, and as which morpheme where that is known.

    Raises:
        BadInput: a sentence does not hold it, or there is not one word and one span for each.
    """
    words = [word] * len(sentences) if isinstance(word, str) else list(word)
    if isinstance(sentences, str) or len(words) != len(sentences):
        raise BadInput("encoders.word_count_mismatch", words=len(words), sentences=len(sentences))
    if spans is not None:
        if len(spans) != len(sentences):
            raise BadInput("encoders.span_count_mismatch", spans=len(spans), sentences=len(sentences))
        return [(int(start), int(end), None) for start, end in spans]
    found = []
    for number, (one, sentence) in enumerate(zip(words, sentences, strict=True), 1):
        span = find_word(one, sentence, pieces.analyser, occurrence)
        found.append((span.start, span.end, span.key))
        report(progress, "looking for the word", number, len(sentences), "sentences")
    return found


def read_spans(
    network: Network,
    pieces: Pieces,
    requests: Sequence[Request],
    groups: Sequence[Sequence[int]],
    join: str = "mean",
    pooling: str = "mean",
    progress: ProgressCallback | None = None,
) -> NDArray[np.float32]:
    """Pooled vectors, groups × spans × d: for every group of layers, every span of every text in turn.

    Raises:
        BadInput: the tokenizer drops a span's characters, or cuts it into more pieces than fit.
    """
    jobs: list[Job] = []
    total = 0
    for text, spans in parts_around(requests, 8 * pieces.capacity):
        jobs += _windows(network.name, pieces, text, spans, total)
        total += len(spans)
    return network.pooled(jobs, groups, join, pooling, progress)


def _windows(model: str, pieces: Pieces, text: str, spans: list[Span], first_row: int) -> Iterator[Job]:
    """The windows a text needs, each word in the one where it is farthest from an edge."""
    cut = pieces.encode(nfc(text))
    ids = [number for number, _, _ in cut]
    ranges = under([(a, b) for _, a, b in cut], in_nfc(text, spans), [text[start:end] for start, end in spans])
    size, step = pieces.capacity, max(1, pieces.capacity // 2)
    starts = [0] if len(ids) <= size else [*range(0, len(ids) - size, step), len(ids) - size]
    words: dict[int, list[tuple[int, int, int]]] = {}
    for row, (first, last) in enumerate(ranges):
        near = bisect_right(starts, first)  # windows from here on begin too late; one reaches over at most two steps
        holding = [start for start in starts[max(0, near - 3) : near] if last <= start + size]
        if not holding:
            word = text[slice(*spans[row])][:40]
            raise BadInput("encoders.word_too_long", word=word, pieces=last - first, room=size, model=model)
        # The text's own beginning and end are no edges: nothing is missing there.
        best = max(
            holding,
            key=lambda start: min(
                first - start if start else len(ids), start + size - last if start + size < len(ids) else len(ids)
            ),
        )
        shift = len(pieces.prefix) - best
        words.setdefault(best, []).append((first_row + row, first + shift, last + shift))
    for start, members in words.items():
        yield Job([*pieces.prefix, *ids[start : start + size], *pieces.suffix], members)


class OwnStates(Reader):
    """The :class:`Reader` of any checkpoint: a word's own states, and what stands around it (:mod:`~explorer.encoders.contexts`)."""

    layered, whole = ("own",), ("context",)

    def __init__(
        self, network: Network, pieces: Pieces, choose: Callable[[Reader, ProgressCallback | None], Representation]
    ) -> None:
        super().__init__(network, choose)
        self._pieces = pieces

    def states(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None = None,
        *,
        views: Sequence[Level],
        pooling: str = "mean",
        occurrence: int = 0,
        progress: ProgressCallback | None = None,
    ) -> States:
        found = spans_of(self._pieces, word, sentences, spans, occurrence, progress)
        where = tuple((start, end) for start, end, _ in found)
        # Words of one sentence that follow each other are read in one pass.
        pairs = groupby(zip(sentences, where, strict=True), key=lambda pair: pair[0])
        requests = [(sentence, [span for _, span in group]) for sentence, group in pairs]
        rows: dict[Level, NDArray[np.floating[Any]]] = {}
        for join in ("mean", "sum"):
            levels = [level for level in views if level[0] == "own" and self._layers(level)[1] == join]
            if levels:
                groups = [self._layers(level)[0] for level in levels]
                rows |= zip(
                    levels, read_spans(self._network, self._pieces, requests, groups, join, pooling, progress), strict=True
                )
        if ("context", None) in views:
            rows["context", None] = contexts_of(self._pieces.analyser, sentences, where, progress)
        return States(rows, where)

    def _layers(self, level: Level) -> tuple[list[int], str]:
        assert level[1] is not None
        return self._network.layers(level[1])

    def fitting(self, reading: Reading, labels: Sequence[int]) -> list[list[str]]:
        return [[] for _ in range(max(labels) + 1)]
