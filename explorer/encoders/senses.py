"""The senses of a word: its sentences in groups, how well they agree with known senses, and where a new sentence belongs.

What is compared is the representation that separates senses best for the model (:mod:`~explorer.encoders.representation`), unless
another is named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.intervals import bounds, centred_bounds, draw
from explorer.core.progress import ProgressCallback, report
from explorer.display import senses as sheets
from explorer.display.record import Record
from explorer.display.sheet import Sheet
from explorer.encoders.choose import Decision, choose_senses
from explorer.encoders.clusters import Space, centres, cluster, medoids, plane, silhouette
from explorer.encoders.contexts import contexts_of
from explorer.encoders.locate import Span, around
from explorer.encoders.readings import Reader, Reading
from explorer.encoders.regroup import Change, joined, split_up
from explorer.encoders.telling import content_words, telling_words
from explorer.text.tags import word_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer

    Rows = NDArray[np.float64]

__all__ = [
    "Agreement",
    "Assignment",
    "Senses",
    "agreement",
    "assign",
    "check_number",
    "find_senses",
    "names_of",
    "place",
    "spread_of",
]

LIMIT = 500
"""Sentences that are read; of more so many are drawn."""
_ROUNDS = 2_000

Naming = Callable[[Sequence[int]], tuple[list[list[str]], list[list[str]]]]
"""From the sense of each sentence to the telling words and the substitutes of each sense."""


@dataclass(frozen=True)
class Agreement:
    """How well groups agree with known senses, with 95 % bootstrap intervals over sentences (the groups held fixed).

    Attributes:
        ari: adjusted Rand index (Hubert & Arabie 1985): 1 for the same division, 0 on average for a random one.
        ari_interval: of it. Pairs of one sentence with itself, which resampling makes, are not counted.
        v: V-measure (Rosenberg & Hirschberg 2007, https://aclanthology.org/D07-1043/), the harmonic mean of the next two.
        v_interval: of it, moved by the bias of the bootstrap (few sentences drawn with repeats look more orderly).
        homogeneity: 1 when every group holds one sense only.
        completeness: 1 when every sense is in one group only.
        sentences: how many have a known sense; the others are left out.
    """

    ari: float
    ari_interval: tuple[float, float]
    v: float
    v_interval: tuple[float, float]
    homogeneity: float
    completeness: float
    sentences: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Assignment:
    """Where a sentence belongs among the senses.

    Attributes:
        sentence, start, end: the word is ``sentence[start:end]``.
        sense: the nearest one.
        cosines: with the middle of each sense.
        margin: the best cosine minus the second best; ``None`` where there is one sense only.
        spread: how far the cosines of a sense's own sentences scatter (see :attr:`Senses.spread`).
        unclear: whether the margin is within the spread.
    """

    sentence: str
    start: int
    end: int
    sense: int
    cosines: tuple[float, ...]
    margin: float | None
    spread: float
    unclear: bool

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Finder(Protocol):
    """What finds senses, and knows new sentences among them."""

    def assign(self, senses: Senses, sentence: str, *, occurrence: int = 0) -> Assignment: ...


@dataclass(frozen=True, repr=False)
class Senses(Record):
    """Sentences of one word, sorted into senses.

    Attributes:
        word: the word.
        labels: the sense of each sentence, numbered from 0 by size, in the order of the sentences.
        k: number of senses.
        silhouette: how clear the division is (-1 to 1), ``None`` where it is not defined (one sense, or as many as
            sentences).
        tried: the silhouette of every number of senses that was tried; empty when the number was given.
        typical: for each sense the sentence nearest its middle.
        telling: for each sense the words around it that tell it from the others, best first, as ``form/TAG`` (see
            :mod:`explorer.encoders.telling`).
        substitutes: for each sense the words that would fit in its sentences and not in the others, best first; empty for
            models that do not guess words.
        decision: whether there is one sense or several, and why; ``None`` where the number was given.
        by_hand: what a person changed afterwards, in order: ``("join", 0, 2)``, ``("split", 1)``.
        chosen: which of the sentences that came were read, by their place; all of them, unless there were too many.
        given: how many came.
        representation: what was clustered.
        model, layer, pooling: of which model; ``layer`` is ``None`` where no states are compared.
        sentences: as given.
        spans: where the word stands in each.
        points: n × d unit rows, as they were clustered.
        space: how they came about.
        name: the telling words and the substitutes of other groups of the same sentences.
    """

    word: str
    labels: list[int]
    k: int
    silhouette: float | None
    tried: dict[int, float]
    typical: list[int]
    telling: list[list[str]]
    substitutes: list[list[str]]
    representation: str
    decision: Decision | None = None
    by_hand: tuple[tuple[str | int, ...], ...] = ()
    chosen: tuple[int, ...] = ()
    given: int = 0
    model: str = ""
    layer: Any = None
    pooling: str | None = None
    sentences: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    points: Rows = field(default_factory=lambda: np.zeros((0, 0)), repr=False)
    space: Space | None = field(default=None, repr=False)
    name: Naming | None = field(default=None, repr=False, compare=False)

    def __len__(self) -> int:
        return self.k

    def members(self, sense: int) -> list[int]:
        """The sentences of a sense."""
        return [index for index, label in enumerate(self.labels) if label == sense]

    @cached_property
    def centres(self) -> Rows:
        """The middle of each sense: k × d unit rows."""
        return centres(self.points, self.labels)

    @cached_property
    def spread(self) -> float:
        """Standard deviation of the cosines of the sentences with the middle of the *other* sentences of their sense."""
        return spread_of(self.points, self.labels)

    def agreement(self, gold: Sequence[str | None], *, seed: int = 42) -> Agreement:
        """Agreement with known senses; see :func:`agreement`.

        Args:
            gold: the sense of each sentence (of all that came, where not all were read), ``None`` where it is not known.
            seed: of the bootstrap.

        Raises:
            BadInput: there is not one entry for each sentence, or no sense is known.
        """
        read = [gold[row] for row in self.chosen] if len(gold) == self.given else gold
        return agreement(self.labels, read, seed=seed)

    def assign(self, model: Finder, sentence: str, *, occurrence: int = 0) -> Assignment:
        """Which sense the word has in a new sentence.

        Args:
            model: the one that found these senses.
            sentence: it holds the word.
            occurrence: which of several, from 0.

        Raises:
            BadInput: the sentence does not hold the word, or the model is another one.
        """
        return model.assign(self, sentence, occurrence=occurrence)

    def join(self, *senses: int) -> Senses:
        """The same sentences with some senses made one, which takes the place of the first of them.

        Args:
            senses: two or more, counted from 0.

        Raises:
            BadInput: there is no such sense, or only one is named.
        """
        return self._after(joined(self.word, self.labels, senses))

    def split(self, sense: int) -> Senses:
        """The same sentences with one sense made two: the larger half keeps its number, the other comes last.

        Args:
            sense: counted from 0.

        Raises:
            BadInput: there is no such sense, or it has one sentence only.
        """
        if not len(self.points):
            raise BadInput("encoders.senses_without_vectors")
        return self._after(split_up(self.word, self.labels, self.points, sense))

    def _after(self, change: Change) -> Senses:
        if self.name is None:
            raise BadInput("encoders.senses_without_vectors")
        telling, substitutes = self.name(change.labels)

        def words(new: list[list[str]], old: list[list[str]]) -> list[list[str]]:
            return [new[sense] if sense in change.new else old[was] for sense, was in enumerate(change.before)]

        return replace(
            self,
            labels=change.labels,
            k=len(change.before),
            silhouette=silhouette(self.points, change.labels, centre=False),
            typical=medoids(self.points, change.labels, centre=False),
            telling=words(telling, self.telling),
            substitutes=words(substitutes, self.substitutes),
            by_hand=(*self.by_hand, change.step),
        )

    def picture(self) -> tuple[NDArray[np.float32], tuple[float, float]]:
        """The points on the plane of their two main directions (n × 2), and the share of variance of each."""
        return plane(self.points)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, without the vectors; ``spread`` is among it."""
        return {
            "word": self.word,
            "model": self.model,
            "representation": self.representation,
            "layer": self.layer if isinstance(self.layer, int | str | None) else list(self.layer),
            "pooling": self.pooling,
            "k": self.k,
            "labels": self.labels,
            "silhouette": self.silhouette,
            "tried": self.tried,
            "decision": self.decision.to_dict() if self.decision else None,
            "by_hand": [list(step) for step in self.by_hand],
            "given": self.given,
            "chosen": list(self.chosen),
            "typical": self.typical,
            "telling": self.telling,
            "substitutes": self.substitutes,
            "spread": self.spread if len(self.points) else None,
            "sentences": list(self.sentences),
            "spans": [list(span) for span in self.spans],
        }

    def to_frame(self) -> pd.DataFrame:
        """A row a sentence: the sentence, where the word stands in it, and its sense."""
        import pandas as pd

        rows = zip(self.sentences, self.spans, self.labels, strict=True)
        return pd.DataFrame(
            [(sentence, *span, sense) for sentence, span, sense in rows], columns=["sentence", "start", "end", "sense"]
        )

    def sheet(self) -> Sheet:
        return sheets.senses(self)


def check_number(count: int, k: int | None) -> None:
    """Refuse to divide ``count`` sentences into ``k`` senses where that cannot be done."""
    if not count or (k is not None and not 1 <= k <= count):
        noun = "sentence" if count == 1 else "sentences"
        raise BadInput("encoders.too_few_sentences", count=count, noun=noun, senses=k or "any")


def find_senses(
    reader: Reader,
    analyser: Tokenizer,
    model: str,
    word: str,
    sentences: Sequence[str],
    k: int | None = None,
    *,
    representation: str | None = None,
    layer: Any = None,
    pooling: str = "mean",
    centred: bool = True,
    most: int = 6,
    limit: int = LIMIT,
    seed: int = 42,
    occurrence: int = 0,
    spans: Sequence[Span] | None = None,
    progress: ProgressCallback | None = None,
) -> Senses:
    """Sort sentences by the sense that a word has in them; see :meth:`~explorer.encoders.encoder.Encoder.senses`.

    Args:
        reader, analyser, model: the model, Kiwi, and what the model is called; for the others see there.
    """
    check_number(len(sentences), k)
    if spans is not None and len(spans) != len(sentences):
        raise BadInput("encoders.span_count_mismatch", spans=len(spans), sentences=len(sentences))
    chosen = _drawn(len(sentences), max(limit, k or 1), seed)
    texts, where = [sentences[row] for row in chosen], None if spans is None else [spans[row] for row in chosen]
    asked: dict[str, Any] = {"representation": representation, "layer": layer, "pooling": pooling, "occurrence": occurrence}
    reading = reader.read(word, texts, where, progress=progress, **asked)
    space = Space.fit(reading.views, reading.weights, centre=centred)
    points = space.place(reading.views)
    report(progress, "sorting senses", 0, 1)
    if k is None:
        contexts = contexts_of(analyser, texts, reading.spans, progress)
        decision = choose_senses(points, contexts, most=most, centre=False)
        labels = decision.labels
    else:
        decision, labels = None, cluster(points, k, centre=False)[0]
    name = _naming(reader, analyser, reading, texts)
    telling, substitutes = name(labels)
    report(progress, "sorting senses", 1, 1)
    depth = next((number for _, number in reader.parts(representation, layer) if number is not None), None)
    return Senses(
        word=word,
        labels=labels,
        k=max(labels) + 1,
        silhouette=silhouette(points, labels, centre=False),
        tried={trial.k: trial.silhouette for trial in decision.trials} if decision else {},
        typical=medoids(points, labels, centre=False),
        telling=telling,
        substitutes=substitutes,
        representation=representation or reader.representations[0],
        decision=decision,
        chosen=chosen,
        given=len(sentences),
        model=model,
        layer=depth,
        pooling=pooling,
        sentences=tuple(texts),
        spans=reading.spans,
        points=points,
        space=space,
        name=name,
    )


def _drawn(count: int, limit: int, seed: int) -> tuple[int, ...]:
    """Places of the sentences that are read: all, or ``limit`` drawn from them, in their order."""
    if count <= limit:
        return tuple(range(count))
    return tuple(sorted(np.random.default_rng(seed).choice(count, limit, replace=False).tolist()))


def _naming(reader: Reader, analyser: Tokenizer, reading: Reading, sentences: Sequence[str]) -> Naming:
    """What tells the telling words (among those around the word) and the substitutes of any groups of the sentences."""
    from explorer.static.kiwi import kiwi_vectors

    bags = []
    for sentence, (start, end) in zip(sentences, reading.spans, strict=True):
        first, last = around(sentence, start, end)
        bags.append(content_words(analyser.tokenize(sentence[first:last]), start - first, end - first))

    def name(labels: Sequence[int]) -> tuple[list[list[str]], list[list[str]]]:
        return telling_words(bags, labels, kiwi_vectors()), reader.fitting(reading, labels)

    return name


def assign(
    reader: Reader, model: str, senses: Senses, sentence: str, *, occurrence: int = 0, span: Span | None = None
) -> Assignment:
    """Which of some senses a word has in a new sentence; see :meth:`~explorer.encoders.encoder.Encoder.assign`."""
    if senses.space is None or not len(senses.points):
        raise BadInput("encoders.senses_without_vectors")
    if senses.model != model:
        raise BadInput("encoders.senses_of_other_model", finder=senses.model, model=model)
    reading = reader.read(
        senses.word,
        [sentence],
        None if span is None else [span],
        representation=senses.representation,
        layer=senses.layer,
        pooling=senses.pooling or "mean",
        occurrence=occurrence,
    )
    best, cosines, margin, unclear = place(senses.space.place(reading.views)[0], senses.centres, senses.spread)
    [(start, end)] = reading.spans
    return Assignment(sentence, start, end, best, cosines, margin, senses.spread, unclear)


def spread_of(points: Rows, labels: Sequence[int]) -> float:
    """See :attr:`Senses.spread`; 0 where no sense has two sentences.

    Around the mean of the own sense, so that one sense being wider than another does not count.
    """
    marks = np.asarray(labels)
    sums, count = 0.0, 0
    for label in set(labels):
        rows = points[marks == label]
        if len(rows) < 2:
            continue
        others = rows.sum(axis=0) - rows
        cosines = np.einsum("ij,ij->i", rows, others) / np.maximum(np.linalg.norm(others, axis=1), 1e-12)
        sums += float(((cosines - cosines.mean()) ** 2).sum())
        count += len(rows) - 1
    return float(np.sqrt(sums / count)) if count else 0.0


def place(point: Rows, middles: Rows, spread: float) -> tuple[int, tuple[float, ...], float | None, bool]:
    """The nearest sense of a point: its number, the cosine with each middle, the margin, and whether it is unclear.

    >>> place(np.array([1.0, 0.0]), np.array([[0.6, 0.8], [1.0, 0.0]]), 0.1)
    (1, (0.6, 1.0), 0.4, False)
    """
    cosines = tuple(round(float(value), 6) for value in np.clip(middles @ point, -1, 1))
    order = sorted(range(len(cosines)), key=lambda sense: -cosines[sense])
    margin = round(cosines[order[0]] - cosines[order[1]], 6) if len(order) > 1 else None
    return order[0], cosines, margin, margin is not None and margin <= spread


def agreement(labels: Sequence[int], gold: Sequence[str | None], *, seed: int = 42) -> Agreement:
    """How well labels agree with known senses.

    Args:
        labels: a group for each sentence.
        gold: the sense of each sentence, ``None`` where it is not known.
        seed: of the bootstrap.

    Raises:
        BadInput: there is not one entry for each sentence, or no sense is known.

    >>> agreement([0, 0, 1, 1], ["ship", "ship", "pear", "pear"]).ari
    1.0
    """
    if len(gold) != len(labels):
        raise BadInput("encoders.known_sense_mismatch", senses=len(gold), sentences=len(labels))
    known = [index for index, sense in enumerate(gold) if sense is not None]
    if not known:
        raise BadInput("encoders.no_known_sense")
    _, mine = np.unique(np.asarray(labels)[known], return_inverse=True)
    _, theirs = np.unique(np.array([gold[index] for index in known], dtype=str), return_inverse=True)
    one = np.ones((1, len(known)))
    draws = draw(len(known), _ROUNDS, seed)
    counts = np.zeros((_ROUNDS, len(known)))
    np.add.at(counts, (np.arange(_ROUNDS)[:, None], draws), 1)
    v, homogeneity, completeness = (float(value[0]) for value in _v_measure(mine, theirs, one))
    return Agreement(
        float(_rand(mine, theirs, one)[0]),
        bounds(_rand(mine, theirs, counts)),
        v,
        centred_bounds(_v_measure(mine, theirs, counts)[0], v),
        homogeneity,
        completeness,
        len(known),
    )


def _rand(mine: NDArray[np.int64], theirs: NDArray[np.int64], counts: Rows) -> Rows:
    """Adjusted Rand index for each row of sentence counts, over pairs of different sentences."""
    together = mine[:, None] == mine, theirs[:, None] == theirs
    apart = 1.0 - np.eye(len(mine))

    def pairs(matrix: Rows) -> Rows:
        found: Rows = np.einsum("ri,ri->r", counts @ (matrix * apart), counts) / 2
        return found

    both, first, second = pairs(together[0] & together[1]), pairs(together[0] * 1.0), pairs(together[1] * 1.0)
    expected = first * second / np.maximum(pairs(np.ones_like(apart)), 1e-12)
    top = (first + second) / 2 - expected
    return np.divide(both - expected, top, out=np.ones_like(top), where=np.abs(top) > 1e-12)


def _v_measure(mine: NDArray[np.int64], theirs: NDArray[np.int64], counts: Rows) -> tuple[Rows, Rows, Rows]:
    """V-measure, homogeneity and completeness for each row of sentence counts."""
    a, b = np.eye(int(mine.max()) + 1)[mine], np.eye(int(theirs.max()) + 1)[theirs]
    table = np.einsum("ri,ia,ib->rab", counts, a, b) / counts.sum(axis=1)[:, None, None]

    def entropy(shares: Rows) -> Rows:
        flat = shares.reshape(len(shares), -1)
        found: Rows = -(flat * np.log(np.where(flat > 0, flat, 1))).sum(axis=1)
        return found

    joint, groups, senses = entropy(table), entropy(table.sum(axis=2)), entropy(table.sum(axis=1))
    shared = groups + senses - joint
    homogeneity = np.divide(shared, senses, out=np.ones_like(shared), where=senses > 1e-12)
    completeness = np.divide(shared, groups, out=np.ones_like(shared), where=groups > 1e-12)
    total = homogeneity + completeness
    v = np.divide(2 * homogeneity * completeness, total, out=np.zeros_like(total), where=total > 1e-12)
    return v, homogeneity, completeness


def names_of(keys: Sequence[str]) -> list[str]:
    """Keys without their tags, each once.

    >>> names_of(["배/NNG", "배/NNB", "먹다/VV"])
    ['배', '먹다']
    """
    return list(dict.fromkeys(map(word_of, keys)))
