"""What an encoder over morphemes makes of a word in its sentence: its own state, the state of a mask in its place, and
what the encoder would put there.

The word's own state mixes all its senses, because the input does; the state of a mask standing where the word stood
depends on the context alone, and so do the words proposed for the place (substitutes, after Başkaya et al. 2013 and
Amrami & Goldberg 2018, arXiv 1808.08518). Senses separate better by what fits the place than by the word itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.encoders.clusters import centred
from explorer.encoders.contexts import default_contexts, default_rows
from explorer.encoders.forward import Job, Layer, Network
from explorer.encoders.locate import Span, around
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.readings import Level, Reader, Reading, Representation, States, spans_of
from explorer.text.tags import MASKED, split_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token

    Floats = NDArray[np.float32]

__all__ = ["MorphemeReader", "Place", "Readings", "Substitute", "find_places", "read_places"]

_COMMON, _AKIN = 0.6, 4.0
"""How much of a substitute's frequency is taken off, and what a cosine of 1 with the word adds; chosen with the pairs that KoBEST-WiC
trains on (docs/contextual.md)."""

_FITTING = 8
"""Words that are named for a sense."""


@dataclass(frozen=True, slots=True)
class Substitute:
    """A word that would fit where another one stands: its key, the key without tag, its probability."""

    word: str
    key: str
    probability: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Place:
    """A word's pieces in a sentence.

    Attributes:
        ids: pieces of the sentence (or of the window around the word), without special ones.
        first, last: the word's pieces are ``ids[first:last]``.
    """

    ids: list[int]
    first: int
    last: int


@dataclass(frozen=True)
class Readings:
    """Words in their sentences, as arrays; the first axis is the sentence.

    Attributes:
        own: n × layers × d, the word's own states (mean of its pieces), the input embedding first.
        masked: n × layers × d, the states of a mask in its place.
        logits: n × entries, what the encoder expects there.
        context: n × e, the weighted mean of the static vectors of the other content words (no network involved).
        substitutes: n × e, the mean static vector of the content morphemes that would fit and are akin to the word.
        spans: where the word stands in each sentence (start and end in code points), where that is known.
    """

    own: Floats
    masked: Floats
    logits: Floats
    context: Floats
    substitutes: Floats
    spans: tuple[tuple[int, int], ...] = ()


def find_places(
    pieces: MorphemePieces, tokens: Sequence[Sequence[Token]], spans: Sequence[tuple[int, int, str | None]], length: int
) -> list[Place]:
    """The pieces of one word in each analysed sentence.

    Args:
        pieces: the tokenizer.
        tokens: the morphemes of each sentence.
        spans: start, end and key of the word in each; a key picks one of several morphemes over the same characters
            (타 of 탔다), without one all morphemes that touch the span are the word.
        length: pieces that fit the model; of a longer sentence the part around the word is read.

    Raises:
        BadInput: there is no morpheme in the span, or the word alone is too long.
    """
    places = []
    for sentence, (start, end, key) in zip(tokens, spans, strict=True):
        touching = [i for i, t in enumerate(sentence) if t.start < end and t.end > start]
        exact = [i for i in touching if f"{sentence[i].form}/{sentence[i].tag}" == key]
        word = exact[:1] or touching
        if not word:
            raise BadInput("encoders.no_morpheme_there", start=start, end=end)
        ids, owners = pieces.encode_tokens(sentence)
        first = owners.index(word[0])
        last = len(owners) - owners[::-1].index(word[-1])
        if last - first > length // 2:
            raise BadInput("encoders.word_too_long_2", pieces=last - first, length=length)
        left = max(0, min(first - (length - (last - first)) // 2, len(ids) - length))
        places.append(Place(ids[left : left + length], first - left, last - left))
    return places


def read_places(
    network: Network,
    pieces: MorphemePieces,
    places: Sequence[Place],
    context: NDArray[np.floating[Any]] | None = None,
    lexicon: NDArray[np.float32] | None = None,
    progress: ProgressCallback | None = None,
) -> Readings:
    """Run the network over every place, once as it is and once with the word masked.

    Args:
        network: with a masked-word head.
        pieces: its tokenizer.
        places: from :func:`find_places`.
        context: what stands around each, places × e; where nobody asks for it, nothing.
        lexicon: static vectors of the vocabulary's entries, entries × e, that substitutes are read in; where nobody asks for them, none.
    """
    each = [[layer] for layer in range(network.depth)]
    plain = [(place.ids, place.first, place.last) for place in places]
    hidden = [([*ids[:first], pieces.vocabulary.mask, *ids[last:]], first, first + 1) for ids, first, last in plain]
    own, masked = (
        network.pooled(
            (
                Job([*pieces.prefix, *ids, *pieces.suffix], [(row, first + 1, last + 1)])
                for row, (ids, first, last) in enumerate(source)
            ),
            each,
            progress=progress,
            stage=("reading sentences", "sentences"),
        ).swapaxes(0, 1)
        for source in (plain, hidden)
    )
    logits = network.expected(masked[:, -1])
    around_it = np.zeros((len(places), 0)) if context is None else context
    fitting = np.zeros((len(places), 0), np.float32) if lexicon is None else _fitting(pieces, places, logits, lexicon)
    return Readings(own, masked, logits, np.asarray(around_it, np.float32), fitting)


def _fitting(pieces: MorphemePieces, places: Sequence[Place], logits: Floats, unit: Floats) -> Floats:
    """The mean static vector of what would fit each place.

    What is expected for its mere frequency counts less, and what is akin to the word more: of all that fits, that tells which of
    the word's senses is meant. The square root of the probabilities keeps the first guess from standing for all. The network's own
    input vectors know less of meaning than vectors that were trained for it (docs/contextual.md).
    """
    content = pieces.vocabulary.tagged(MASKED)
    frequency = -np.log(np.maximum(np.arange(len(unit)) - pieces.vocabulary.first_word, 0) + 2.7).astype(np.float32)
    word = np.zeros((len(places), unit.shape[1]), np.float32)
    for row, place in enumerate(places):
        own = [number for number in place.ids[place.first : place.last] if content[number]]
        if own:
            word[row] = unit[own].mean(axis=0)
    wanted = (logits - np.float32(_COMMON) * frequency) / 2 + np.float32(_AKIN) * (word @ unit.T)
    return softmax(np.where(content, wanted, -np.inf)) @ unit


def softmax(logits: NDArray[np.floating[Any]]) -> Floats:
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Floats = (shifted / shifted.sum(axis=-1, keepdims=True)).astype(np.float32)
    return probabilities


class MorphemeReader(Reader):
    """The reader of an encoder over morphemes, which can also be asked what fits a word's place."""

    layered, whole = ("own", "masked"), ("substitutes", "context")

    def __init__(
        self, network: Network, pieces: MorphemePieces, choose: Callable[[Reader, ProgressCallback | None], Representation]
    ) -> None:
        super().__init__(network, choose)
        self._pieces = pieces

    def readings(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        *,
        occurrence: int = 0,
        spans: Sequence[Span] | None = None,
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
        if not sentences:
            raise BadInput("encoders.word_count_mismatch", words=len(words), sentences=0)
        where = spans_of(self._pieces, word, sentences, spans, occurrence)
        tokens: list[list[Token]] = []
        inner: list[tuple[int, int, str | None]] = []
        for one, sentence, (start, end, key) in zip(words, sentences, where, strict=True):
            first, last = around(sentence, start, end)
            tokens.append(self._pieces.analyser.tokenize(sentence[first:last]))
            if spans is not None:
                touching = [t for t in tokens[-1] if t.start < end - first and t.end > start - first and t.form == one]
                key = f"{touching[0].form}/{touching[0].tag}" if touching else None
            inner.append((start - first, end - first, key))
        places = find_places(self._pieces, tokens, inner, self._pieces.capacity)
        context = default_contexts(tokens, [(start, end) for start, end, _ in inner], progress)
        lexicon = default_rows(self._pieces.vocabulary.entries, progress)
        found = read_places(self._network, self._pieces, places, context, lexicon, progress)
        return replace(found, spans=tuple((start, end) for start, end, _ in where))

    def represent(self, readings: Readings, representation: str = "blend", layer: int | None = None) -> Floats:
        """One vector for each reading.

        Args:
            readings: from :meth:`readings`.
            representation: ``"own"`` or ``"masked"`` states at ``layer``; ``"substitutes"``, the mean static vector of what
                would fit; ``"context"``, the weighted mean static vector of the other content words; ``"blend"``, context,
                masked state and substitutes, each centred over these readings and brought to length 1, side by side: its
                cosine is the mean of their cosines with the weights of the encoder's
                :class:`~explorer.encoders.readings.Representation`.
            layer: 0 is the input embedding; by default the blend's own, or the last.
        """
        parts = self.parts(representation, layer)
        rows = [self._view(readings, *level) for level in parts]
        if len(rows) == 1:
            return rows[0]
        blended = [np.sqrt(weight) * centred(view) for view, weight in zip(rows, parts.values(), strict=True)]
        return np.concatenate(blended, axis=1).astype(np.float32)

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
        probabilities = softmax(self.readings(word, [sentence], occurrence=occurrence).logits)[0]
        if content:
            probabilities = probabilities * self._content
        best = np.argsort(-probabilities, kind="stable")[: max(0, n)]
        entries = self._pieces.vocabulary.entries
        return [Substitute(split_key(entries[i])[0], entries[i], float(probabilities[i])) for i in best if probabilities[i] > 0]

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
        found = self.readings(word, sentences, occurrence=occurrence, spans=spans, progress=progress)
        return States({level: self._view(found, *level) for level in views}, found.spans, found.logits)

    def _view(self, found: Readings, name: str, layer: Layer | None) -> Floats:
        if name not in self.layered:
            return found.substitutes if name == "substitutes" else found.context
        if not isinstance(layer, int):
            raise BadInput("encoders.layer_not_single", layer=layer, model=self._network.name)
        [number], _ = self._network.layers(layer)
        states: Floats = (found.own if name == "own" else found.masked)[:, number]
        return states

    @cached_property
    def _content(self) -> NDArray[np.bool_]:
        return self._pieces.vocabulary.tagged(MASKED)

    def fitting(self, reading: Reading, labels: Sequence[int]) -> list[list[str]]:
        """For each sense the content words that its sentences expect more than the others do."""
        assert reading.expected is not None
        probabilities = softmax(reading.expected)
        groups = [probabilities[np.asarray(labels) == label].mean(0) for label in range(max(labels) + 1)]
        entries = self._pieces.vocabulary.entries
        result = []
        for own in groups:
            rest = (np.sum(groups, axis=0) - own) / max(1, len(groups) - 1) if len(groups) > 1 else np.zeros_like(own)
            # The share of a word's expectation that falls to this sense, weighted by how much is expected of it at all.
            score = np.where(self._content, own * own / (own + rest + 1e-6), 0)
            result.append([entries[i] for i in np.argsort(-score, kind="stable")[:_FITTING]])
        return result
