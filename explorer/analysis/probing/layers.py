"""What does each layer know? One number a layer for senses, parts of speech, similarity of sentences, and labels of one's own.

Beside them stands what cosines are worth at each layer: how alike random words are (anisotropy, Ethayarajh 2019,
https://aclanthology.org/D19-1006/), and how many of a word's neighbours are those of the last layer. Everything is read from frozen
states; nothing is trained but linear probes (:mod:`~explorer.analysis.probing.linear_probe`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.probing.data import ContextPairs, TaggedWords
from explorer.analysis.probing.linear_probe import (
    Scored,
    Selectivity,
    auc_interval,
    control_labels,
    most_frequent,
    rank_correlation,
    score,
    selectivity,
)
from explorer.core.errors import BadInput
from explorer.core.intervals import Interval, mean_interval
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.display.record import Record
from explorer.encoders.baseline import Chance, Scale, unit_rows
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.texts import checked_labels, held_out, text_layers

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from explorer.encoders.encoder import Encoder

    Floats = NDArray[np.float32]

__all__ = ["MEASURES", "LayerLevel", "LayerProbes", "probe_layers"]

MEASURES = ("wic", "pos", "similarity", "labels", "neighbours", "random")
"""What is measured, in the order of the chart."""

WORDS = 2_000
TEXTS = 2_000
_NEIGHBOURS = 10
_TYPES = 1_000
_ROOM = 64_000_000
"""Numbers of states that are held at once: 256 MB."""
_FEWEST = 20


@dataclass(frozen=True)
class LayerLevel:
    """One layer.

    Attributes:
        layer: 0 is the input embedding, 1 the first block.
        wic: area under the curve: the chance that a word's two contexts of one sense have the higher cosine than two of
            different senses.
        pos: linear probe for parts of speech beside its control task.
        similarity: Spearman's correlation of sentences' cosines with what people say.
        labels: linear probe of the sentence for the labels given.
        neighbours: share of a word's ten nearest words that are those of the last layer.
        random: cosines of random pairs of words.

    What was not asked for is ``None``.
    """

    layer: int
    wic: Interval | None
    pos: Selectivity | None
    similarity: Interval | None
    labels: Scored | None
    neighbours: Interval | None
    random: Chance | None

    def value(self, measure: str) -> float | None:
        """The one number of a measure: of parts of speech the selectivity, of labels the held-out accuracy."""
        one = getattr(self, measure)
        if isinstance(one, Selectivity):
            return one.gain.value
        if isinstance(one, Scored):
            return one.accuracy.value
        if isinstance(one, Chance):
            return one.mean
        return one.value if isinstance(one, Interval) else None

    def to_dict(self) -> dict[str, Any]:
        made: dict[str, Any] = {"layer": self.layer}
        for measure in MEASURES:
            one = getattr(self, measure)
            made[measure] = None if one is None else one.to_dict()
        return made

    @staticmethod
    def from_dict(plain: Mapping[str, Any]) -> LayerLevel:
        """The level again, from what :meth:`to_dict` gave (also through JSON)."""
        made = {name: plain[name] and _AGAIN[name](plain[name]) for name in MEASURES}
        return LayerLevel(int(plain["layer"]), **made)


def _scored(plain: Mapping[str, Any]) -> Scored:
    return Scored(Interval(**plain["accuracy"]), plain["trained"], plain["f1"])


def _interval(plain: Mapping[str, Any]) -> Interval:
    return Interval(**plain)


_AGAIN: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "wic": _interval,
    "pos": lambda plain: Selectivity(_scored(plain["task"]), _scored(plain["control"]), _interval(plain["gain"])),
    "similarity": _interval,
    "labels": _scored,
    "neighbours": _interval,
    "random": lambda plain: Chance(**plain),
}
"""What each measure is made of plain data with."""


@dataclass(frozen=True, repr=False)
class LayerProbes(Record):
    """All layers of one encoder.

    Attributes:
        model: its name.
        levels: the input first.
        counts: how much each measure was taken from: words, parts of speech, pairs, texts, held-out texts …
        baselines: accuracy of always saying the most frequent answer, for ``pos`` and ``labels``.
        names: the labels.
        notes: what a person should know about the numbers.
        seed: of what was drawn, held out, and of the intervals.
    """

    model: str
    levels: tuple[LayerLevel, ...]
    counts: Mapping[str, int]
    baselines: Mapping[str, float]
    names: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    seed: int = 42

    def best(self, measure: str) -> LayerLevel | None:
        """The layer with the highest number; ``None`` where it was not measured.

        Raises:
            BadInput: there is no such measure.
        """
        if measure not in MEASURES:
            raise BadInput("encoders.unknown_measure", measure=measure, choices=", ".join(MEASURES))
        found = [(value, -level.layer, level) for level in self.levels if (value := level.value(measure)) is not None]
        return max(found, key=lambda one: one[:2])[2] if found else None

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "levels": [level.to_dict() for level in self.levels],
            "best": {measure: level.layer for measure in MEASURES if (level := self.best(measure)) is not None},
            "counts": dict(self.counts),
            "baselines": dict(self.baselines),
            "labels": list(self.names),
            "notes": [str(note) for note in self.notes],
            "seed": self.seed,
        }

    @staticmethod
    def from_dict(plain: Mapping[str, Any]) -> LayerProbes:
        """The record again, from what :meth:`to_dict` gave (also through JSON), but for its notes.

        >>> found = LayerProbes("mini", (LayerLevel(0, Interval(0.7, 0.6, 0.8), *[None] * 5),), {"pairs": 9}, {})
        >>> LayerProbes.from_dict(found.to_dict()) == found
        True
        """
        levels = tuple(map(LayerLevel.from_dict, plain["levels"]))
        names = tuple(plain["labels"])
        return LayerProbes(
            plain["model"], levels, dict(plain["counts"]), dict(plain["baselines"]), names, seed=int(plain["seed"])
        )

    def to_frame(self) -> pd.DataFrame:
        """A row for each layer, a column for each number; those that were not asked for are left out."""
        import pandas as pd

        rows = []
        for level in self.levels:
            row: dict[str, Any] = {"layer": level.layer} | {name: level.value(name) for name in MEASURES}
            if level.pos is not None:
                row |= {"pos_accuracy": level.pos.task.accuracy.value, "pos_control": level.pos.control.accuracy.value}
            if level.labels is not None:
                row |= {"labels_trained": level.labels.trained, "labels_f1": level.labels.f1}
            rows.append(row)
        return pd.DataFrame(rows).dropna(axis=1, how="all")


def probe_layers(
    encoder: Encoder,
    *,
    words: TaggedWords | None = None,
    contexts: ContextPairs | None = None,
    similarity: Sequence[tuple[str, str, float]] | None = None,
    labelled: Sequence[tuple[str, str]] | None = None,
    most_words: int = WORDS,
    most_texts: int = TEXTS,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> LayerProbes:
    """Measure every layer of an encoder.

    Args:
        encoder: any that reads sentences.
        words: with their parts of speech (:func:`~explorer.analysis.probing.data.tagged_words`); also gives neighbours and random
            pairs.
        contexts: words in two contexts (:func:`~explorer.analysis.probing.data.sense_pairs`).
        similarity: sentences and how alike people find them: ``(first, second, score)``.
        labelled: ``(text, label)``; three tenths of each label are held out.
        most_words, most_texts: more are not read but drawn from; fewer where the states would take more than 256 MB.
        seed: decides what is drawn and held out, and the intervals.
        progress: told about every stage; raising Cancelled in it stops the work.

    Returns:
        A level for each layer.

    Raises:
        BadInput: nothing was asked for, one label only, or too few texts or words to hold some out.

    >>> from explorer import encoder
    >>> found = probe_layers(encoder("mini"), labelled=[(f"{n}번 영화는 재미있다", "good") for n in range(10)]
    ...                      + [(f"{n}번 영화는 지루하다", "bad") for n in range(10)])
    >>> found.best("labels").labels.accuracy.value
    1.0
    """
    if words is None and contexts is None and similarity is None and labelled is None:
        raise BadInput("encoders.nothing_to_probe")
    made = _Probing(encoder, most_words, most_texts, seed, progress)
    if contexts is not None:
        made.senses(contexts)
    if words is not None:
        made.parts(words)
    if similarity is not None:
        made.sentences(similarity)
    if labelled is not None:
        made.labels(labelled)
    return made.result()


@dataclass
class _Probing:
    """One run over all that was asked."""

    encoder: Encoder
    most_words: int
    most_texts: int
    seed: int
    progress: ProgressCallback | None
    found: dict[str, list[Any]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    baselines: dict[str, float] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    notes: list[Message] = field(default_factory=list)

    def result(self) -> LayerProbes:
        each = [
            LayerLevel(layer, **{name: self.found[name][layer] if name in self.found else None for name in MEASURES})
            for layer in range(self.encoder.depth)
        ]
        return LayerProbes(
            self.encoder.name, tuple(each), self.counts, self.baselines, self.names, tuple(self.notes), self.seed
        )

    def _at_most(self, wanted: int) -> int:
        """So many vectors at every layer, or as many as there is room for."""
        return max(_FEWEST, min(wanted, _ROOM // (self.encoder.depth * self.encoder.dim)))

    def _each(self, states: Floats, stage: str) -> Any:
        for layer, rows in enumerate(states):
            report(self.progress, stage, layer, len(states), "layers")
            yield rows
        report(self.progress, stage, len(states), len(states), "layers")

    def senses(self, pairs: ContextPairs) -> None:
        room = self._at_most(2 * self.most_texts)
        inside = (pairs.first < room) & (pairs.second < room)
        states = self.encoder.span_layers(pairs.requests[:room], progress=self.progress)
        first, second, same = pairs.first[inside], pairs.second[inside], pairs.same[inside]
        groups = np.unique(np.array(pairs.words)[inside], return_inverse=True)[1]
        self.counts |= {"pairs": len(same), "words_in_pairs": int(groups.max()) + 1}
        self.found["wic"] = []
        for rows in self._each(states, "comparing senses"):
            unit = unit_rows(rows)
            self.found["wic"].append(auc_interval(np.einsum("ij,ij->i", unit[first], unit[second]), same, groups, self.seed))

    def parts(self, words: TaggedWords) -> None:
        drawn = words.drawn(self._at_most(self.most_words), self.seed)
        names, labels = np.unique(drawn.tags, return_inverse=True)
        types = np.unique(drawn.types, return_inverse=True)[1]
        groups = drawn.sentences
        if len(labels) < _FEWEST or len(drawn.requests) < 4:
            raise BadInput("encoders.probe_too_few", count=len(labels), least=_FEWEST)
        states = self.encoder.span_layers(drawn.requests, progress=self.progress)
        held = held_out(labels, seed=self.seed, groups=groups)
        control = control_labels(types, labels, self.seed)
        self.counts |= {
            "words": len(labels),
            "words_offered": words.offered,
            "words_rare": drawn.dropped,
            "tags": len(names),
            "words_held_out": int(held.sum()),
            "types": int(types.max()) + 1,
        }
        self.baselines["pos"] = most_frequent(labels, held)
        self.found["pos"] = [
            selectivity(rows, labels, control, held, groups, self.seed) for rows in self._each(states, "probing layers")
        ]
        if isinstance(self.encoder.cutter, MorphemePieces):
            self.notes.append(Message("encoders.tags_in_input", {"model": self.encoder.name}))
        scale = Scale(states, types)
        self.found["random"] = [scale.chance(layer, seed=self.seed) for layer in range(len(states))]
        self._neighbours(states[:, np.unique(types, return_index=True)[1][:_TYPES]])

    def _neighbours(self, states: Floats) -> None:
        """One place of each word, so that a word's nearest is not itself elsewhere."""
        count = min(_NEIGHBOURS, states.shape[1] - 1)
        last: NDArray[np.int64] | None = None
        self.found["neighbours"] = []
        for rows in states[::-1]:
            unit = unit_rows(rows)
            cosines = unit @ unit.T
            np.fill_diagonal(cosines, -2)
            near = np.sort(np.argpartition(-cosines, count - 1, axis=1)[:, :count], axis=1)
            last = near if last is None else last
            shares = [
                len(np.intersect1d(one, other, assume_unique=True)) / count for one, other in zip(near, last, strict=True)
            ]
            self.found["neighbours"].insert(0, Interval(*mean_interval(shares, self.seed)))
        self.counts["words_neighbours"] = states.shape[1]

    def sentences(self, pairs: Sequence[tuple[str, str, float]]) -> None:
        pairs = list(pairs)
        room = min(self.most_texts, self._at_most(2 * self.most_texts) // 2)
        if len(pairs) > room:
            pairs = [pairs[row] for row in np.sort(np.random.default_rng([self.seed, 23]).permutation(len(pairs))[:room])]
        texts = [text for first, second, _ in pairs for text in (first, second)]
        states, kept, cut = text_layers(self.encoder.network, self.encoder.cutter, texts, self.progress)
        place = {number: row for row, number in enumerate(kept.tolist())}
        whole = [row for row in range(len(pairs)) if 2 * row in place and 2 * row + 1 in place]
        if len(whole) < 3:
            raise BadInput("encoders.probe_too_few", count=len(whole), least=3)
        first, second = (np.array([place[2 * row + side] for row in whole]) for side in (0, 1))
        gold = np.array([pairs[row][2] for row in whole], np.float64)
        self.counts |= {"sentence_pairs": len(whole), "sentences_cut": cut}
        self.found["similarity"] = []
        for rows in self._each(states, "comparing sentences"):
            unit = unit_rows(rows)
            cosines = np.einsum("ij,ij->i", unit[first], unit[second])
            self.found["similarity"].append(rank_correlation(cosines, gold, self.seed))

    def labels(self, labelled: Sequence[tuple[str, str]]) -> None:
        given = [(text, label) for text, label in labelled if text.strip()]
        room = self._at_most(self.most_texts)
        drawn = np.sort(np.random.default_rng([self.seed, 29]).permutation(len(given))[:room])
        states, kept, cut = text_layers(
            self.encoder.network, self.encoder.cutter, [given[row][0] for row in drawn], self.progress
        )
        said = [given[drawn[row]][1] for row in kept]
        self.names, labels = checked_labels(said)
        held = held_out(labels, seed=self.seed)
        self.counts |= {
            "texts": len(labels),
            "texts_offered": len(labelled),
            "texts_held_out": int(held.sum()),
            "texts_cut": cut,
            "texts_empty": len(labelled) - len(given) + len(drawn) - len(kept),
        }
        self.baselines["labels"] = most_frequent(labels, held)
        each = np.arange(len(labels))
        self.found["labels"] = [score(rows, labels, held, each, self.seed)[0] for rows in self._each(states, "probing layers")]
