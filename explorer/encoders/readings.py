"""What a model makes of words in their sentences: vectors of spans, in one or several representations.

Text longer than a model takes is read through overlapping windows, and every word gets its vector from the window in which it
stands most in the middle.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.forward import Job, Layer, Network
from explorer.encoders.locate import Request, Span, find_word, in_nfc, nfc, parts_around, under
from explorer.encoders.pieces import Pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["OwnStates", "Reader", "Reading", "read_spans", "reading_named", "spans_of"]

Level = tuple[str, int | None]
"""A representation, and the layer of it where there are layers to choose from."""


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


class Reader(Protocol):
    """A model as it reads words in sentences.

    Attributes:
        representations: what can be compared, the best first.
    """

    @property
    def representations(self) -> tuple[str, ...]: ...
    def read(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None = None,
        *,
        representation: str | None = None,
        layer: Layer = -1,
        pooling: str = "mean",
        occurrence: int = 0,
        progress: ProgressCallback | None = None,
    ) -> Reading:
        """The word in its sentences, as one representation."""

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

    def fitting(self, reading: Reading, labels: Sequence[int]) -> list[list[str]]:
        """For each group of sentences the words that would fit there; nothing where the model does not guess words."""


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


class OwnStates:
    """The :class:`Reader` of any checkpoint: a word's own states."""

    representations: tuple[str, ...] = ("own",)

    def __init__(self, network: Network, pieces: Pieces) -> None:
        self._network, self._pieces = network, pieces

    def _requests(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None,
        occurrence: int,
        progress: ProgressCallback | None,
    ) -> tuple[list[Request], tuple[Span, ...]]:
        where = [(start, end) for start, end, _ in spans_of(self._pieces, word, sentences, spans, occurrence, progress)]
        return [(sentence, [span]) for sentence, span in zip(sentences, where, strict=True)], tuple(where)

    def read(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None = None,
        *,
        representation: str | None = None,
        layer: Layer = -1,
        pooling: str = "mean",
        occurrence: int = 0,
        progress: ProgressCallback | None = None,
    ) -> Reading:
        reading_named(representation, self.representations, self._network.name)
        numbers, join = self._network.layers(layer)
        requests, where = self._requests(word, sentences, spans, occurrence, progress)
        [rows] = read_spans(self._network, self._pieces, requests, [numbers], join, pooling, progress)
        return Reading({"own": rows}, {"own": 1.0}, where)

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
        requests, where = self._requests(word, sentences, spans, occurrence, progress)
        each = [[layer] for layer in range(self._network.depth)]
        states = read_spans(self._network, self._pieces, requests, each, "mean", pooling, progress)
        return {("own", layer): Reading({"own": rows}, {"own": 1.0}, where) for layer, rows in enumerate(states)}

    def fitting(self, reading: Reading, labels: Sequence[int]) -> list[list[str]]:
        return [[] for _ in range(max(labels) + 1)]
