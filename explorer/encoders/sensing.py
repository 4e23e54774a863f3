"""Finding the senses of a word with any contextual model, and where a new sentence belongs among them.

An ordinary checkpoint is asked for the word's own state at a layer; a model that can be read in more ways (``mini``: what
would fit in the word's place, what stands around it) offers these as other representations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.clusters import Space, cluster, medoids, silhouette
from explorer.encoders.senses import Assignment, Senses, place
from explorer.encoders.stretches import around
from explorer.encoders.telling import content_words, telling_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.encoders.sense_curve import SenseCurve
    from explorer.encoders.word_spans import WordSpan
    from explorer.tokenizers.token import Tokenizer

    Span = tuple[int, int]

__all__ = ["SenseFinder", "SenseReadings", "holding"]


@dataclass(frozen=True)
class SenseReadings:
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


class SenseFinder:
    """What a contextual model says about the senses of a word; every :class:`~explorer.encoders.contextual.Contextual` is one.

    Attributes:
        representations: what can be compared, the best first.
    """

    representations: tuple[str, ...] = ("own",)

    if TYPE_CHECKING:
        name: str
        pooling: str
        layer: Any

        @cached_property
        def _analyser(self) -> Tokenizer: ...
        @property
        def depth(self) -> int: ...
        def locate(self, word: str, sentence: str, occurrence: int = 0) -> WordSpan: ...
        def locate_all(self, word: str, sentence: str, most: int | None = None) -> list[WordSpan]: ...
        def span_layers(
            self,
            requests: Sequence[tuple[str, list[Span]]],
            *,
            pooling: str | None = None,
            progress: ProgressCallback | None = None,
        ) -> NDArray[np.float32]: ...
        def _pool(
            self,
            requests: Sequence[tuple[str, list[Span]]],
            layer: Any,
            pooling: str | None,
            progress: ProgressCallback | None = None,
        ) -> NDArray[np.float32]: ...

    def senses(
        self,
        word: str,
        sentences: Sequence[str],
        k: int | None = None,
        *,
        representation: str | None = None,
        layer: Any = None,
        pooling: str | None = None,
        centred: bool = True,
        most: int = 6,
        occurrence: int = 0,
        spans: Sequence[Span] | None = None,
        progress: ProgressCallback | None = None,
    ) -> Senses:
        """Sort sentences by the sense that a word has in them: agglomerative clusters on cosine, average linkage.

        Args:
            word: as a person says it: 배 is found in 배를, 먹다 in 먹었다.
            sentences: each holds the word; of one longer than 5,000 characters what stands around it is read.
            k: how many senses; when ``None``, the number up to ``most`` with the clearest division (the smallest whose
                silhouette is within one standard error of the highest). Whether there is more than one sense at all is not
                decided by that.
            representation: ``"own"``, the word's own state; ``mini`` has more (see its ``represent``), and ``"blend"``, its
                default, separates senses far better than own states do.
            layer, pooling: of the states, instead of the model's own.
            centred: subtract the mean over these sentences first. Contextual vectors crowd into a cone
                (Ethayarajh 2019, https://aclanthology.org/D19-1006/); without it average linkage splits off odd sentences.
            most, occurrence, progress: as their names say.
            spans: where the word stands in each sentence (start and end in code points), instead of looking for it.

        Returns:
            Senses, with ``labels`` in the order of the sentences.

        Raises:
            BadInput: a sentence does not hold the word, or there are fewer sentences than senses.
        """
        sentences = _checked(word, sentences)
        if not sentences or (k is not None and not 1 <= k <= len(sentences)):
            raise BadInput(
                "encoders.too_few_sentences",
                count=len(sentences),
                noun="sentence" if len(sentences) == 1 else "sentences",
                senses=k or "any",
            )
        readings = self._sense_readings(word, sentences, spans, representation, layer, pooling, occurrence, progress)
        space = Space.fit(readings.views, readings.weights, centre=centred)
        points = space.place(readings.views)
        labels, tried = cluster(points, k, most=most, centre=False)
        report(progress, "sorting senses", 0, 1)
        telling = self._telling(sentences, readings.spans, labels)
        report(progress, "sorting senses", 1, 1)
        return Senses(
            word=word,
            labels=labels,
            k=max(labels) + 1,
            silhouette=silhouette(points, labels, centre=False),
            tried=tried,
            typical=medoids(points, labels, centre=False),
            telling=telling,
            substitutes=self._substitutes(readings, labels),
            representation=representation or self.representations[0],
            model=self.name,
            layer=self._sense_layer(layer),
            pooling=pooling or self.pooling,
            sentences=tuple(sentences),
            spans=readings.spans,
            points=points,
            space=space,
        )

    def assign(self, senses: Senses, sentence: str, *, occurrence: int = 0, span: Span | None = None) -> Assignment:
        """Which of some senses a word has in a new sentence.

        The sentence is moved by the means of the sentences that the senses were found in, and compared with the middle of each
        sense. The answer is unclear when the best cosine leads by no more than the cosines within a sense scatter. A sense
        that none of the sentences had cannot be recognised as new.

        Args:
            senses: found by this model.
            sentence: it holds the word.
            occurrence: which of several, from 0.
            span: where the word stands, instead of looking for it.

        Raises:
            BadInput: the sentence does not hold the word, or another model found the senses.
        """
        if senses.space is None or not len(senses.points):
            raise BadInput("encoders.senses_without_vectors")
        if senses.model != self.name:
            raise BadInput("encoders.senses_of_other_model", finder=senses.model, model=self.name)
        asked = senses.representation, senses.layer, senses.pooling
        given = None if span is None else [span]
        readings = self._sense_readings(senses.word, _checked(senses.word, [sentence]), given, *asked, occurrence, None)
        spread = senses.spread
        best, cosines, margin, unclear = place(senses.space.place(readings.views)[0], senses.centres, spread)
        [(start, end)] = readings.spans
        return Assignment(sentence, start, end, best, cosines, margin, spread, unclear)

    def sense_curve(
        self,
        word: str,
        sentences: Sequence[str],
        k: int | None = None,
        *,
        gold: Sequence[str | None] | None = None,
        background: Sequence[str] = (),
        pooling: str | None = None,
        occurrence: int = 0,
        spans: Sequence[Span] | None = None,
        progress: ProgressCallback | None = None,
    ) -> SenseCurve:
        """How clearly the senses part at every layer (and in every representation); see
        :func:`~explorer.encoders.sense_curve.sense_curve`.
        """
        from explorer.encoders.sense_curve import sense_curve

        sentences = _checked(word, sentences)
        return sense_curve(
            self,
            word,
            sentences,
            k,
            gold=gold,
            background=background,
            pooling=pooling,
            occurrence=occurrence,
            spans=spans,
            progress=progress,
        )

    # What a kind of model knows; MorphemeContextual knows more.

    def _sense_layer(self, layer: Any) -> Any:
        return self.layer if layer is None else layer

    def _sense_readings(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None,
        representation: str | None,
        layer: Any,
        pooling: str | None,
        occurrence: int,
        progress: ProgressCallback | None,
    ) -> SenseReadings:
        """The word in its sentences, as one representation."""
        self._known(representation)
        where = self._spans(word, sentences, spans, occurrence, progress)
        requests = [(sentence, [span]) for sentence, span in zip(sentences, where, strict=True)]
        return SenseReadings({"own": self._pool(requests, layer, pooling, progress)}, {"own": 1.0}, where)

    def _sense_levels(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None,
        pooling: str | None,
        occurrence: int,
        progress: ProgressCallback | None,
    ) -> dict[tuple[str, int | None], SenseReadings]:
        """The same at every layer and in every representation, read once."""
        where = self._spans(word, sentences, spans, occurrence, progress)
        requests = [(sentence, [span]) for sentence, span in zip(sentences, where, strict=True)]
        states = self.span_layers(requests, pooling=pooling, progress=progress)
        return {("own", layer): SenseReadings({"own": rows}, {"own": 1.0}, where) for layer, rows in enumerate(states)}

    def _telling(self, sentences: Sequence[str], spans: Sequence[Span], labels: Sequence[int]) -> list[list[str]]:
        """The telling words of each sense, among those around it."""
        from explorer.static.kiwi import kiwi_vectors

        bags = []
        for sentence, (start, end) in zip(sentences, spans, strict=True):
            first, last = around(sentence, start, end)
            bags.append(content_words(self._analyser.tokenize(sentence[first:last]), start - first, end - first))
        return telling_words(bags, labels, kiwi_vectors())

    def _substitutes(self, readings: SenseReadings, labels: Sequence[int]) -> list[list[str]]:
        """What would fit in each sense's sentences; nothing for a model that does not guess words."""
        return [[] for _ in range(max(labels) + 1)]

    def _known(self, representation: str | None) -> str:
        if representation is not None and representation not in self.representations:
            raise BadInput(
                "encoders.representation_not_offered",
                representation=representation,
                model=self.name,
                choices=", ".join(self.representations),
            )
        return representation or self.representations[0]

    def _spans(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        spans: Sequence[Span] | None,
        occurrence: int,
        progress: ProgressCallback | None,
    ) -> tuple[Span, ...]:
        words = [word] * len(sentences) if isinstance(word, str) else list(word)
        if spans is not None:
            if len(spans) != len(sentences):
                raise BadInput("encoders.span_count_mismatch", spans=len(spans), sentences=len(sentences))
            return tuple((int(start), int(end)) for start, end in spans)
        found = []
        for number, (one, sentence) in enumerate(zip(words, sentences, strict=True), 1):
            span = self.locate(one, sentence, occurrence)
            found.append((span.start, span.end))
            report(progress, "looking for the word", number, len(sentences), "sentences")
        return tuple(found)


def _checked(word: str, sentences: Sequence[str]) -> list[str]:
    if isinstance(sentences, str):
        raise BadInput("encoders.sentences_as_text", word=word)
    return list(sentences)


def holding(model: Any, word: str, sentences: Sequence[str]) -> tuple[list[int], list[Span], list[int]]:
    """Which sentences hold a word.

    Returns:
        Numbers of the sentences with it, where it first stands in each of these, and numbers of those without it.

    Raises:
        BadInput: there is no word.
    """
    if not word.strip():
        raise BadInput("dashboards.word_empty")
    kept, spans, missing = [], [], []
    for number, sentence in enumerate(sentences):
        found = model.locate_all(word, sentence, 1)
        if not found:
            missing.append(number)
            continue
        kept.append(number)
        spans.append((found[0].start, found[0].end))
    return kept, spans, missing
