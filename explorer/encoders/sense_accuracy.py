"""How often new sentences are put into the right sense: sentences are held out, senses found in the rest, the rest is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.intervals import mean_interval
from explorer.core.progress import ProgressCallback, track
from explorer.encoders.clusters import Space, centres, cluster
from explorer.encoders.morpheme.evaluation import SAMPLES, Labelled
from explorer.encoders.senses import place, spread_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.encoders.readings import Reader, Reading

__all__ = ["AssignScore", "score_assigning"]


@dataclass(frozen=True)
class AssignScore:
    """Share of held-out sentences that are put into their sense, mean over words with 95 % bootstrap intervals over words.

    Attributes:
        representation: what was compared.
        known: accuracy where the senses are given (the middle of each is that of its labelled sentences).
        found: accuracy where the senses are found (clusters, as many as there are senses, each called what most of its
            sentences are).
        chance: accuracy of always saying the most frequent sense.
        by_word: ``known`` and ``found`` of each word.
        clear: share of the answers that are not unclear, and the accuracy among these (both for ``found``).
        sentences: how many were held out in all.
    """

    representation: str
    known: tuple[float, float, float]
    found: tuple[float, float, float]
    chance: float
    by_word: dict[str, tuple[float, float]]
    clear: tuple[float, float]
    sentences: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def score_assigning(
    model: Reader,
    sentences: Iterable[Labelled],
    *,
    representation: str | None = None,
    layer: Any = -1,
    folds: int = 10,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> AssignScore:
    """Hold out a tenth of each sense's sentences at a time, find the senses of the rest, and assign what was held out.

    Args:
        model: any encoder's reader.
        sentences: with the word's place and sense; words of one sense only are left out.
        representation, layer: as for :meth:`~explorer.encoders.readings.Reader.read`.
        folds: how many parts the sentences of each sense are divided into.
        seed: of that division and of the bootstrap.
        progress: told about the words.

    Raises:
        BadInput: no word has two senses.
    """
    groups: dict[str, list[Labelled]] = {}
    for one in sentences:
        groups.setdefault(one.word, []).append(one)
    groups = {word: group for word, group in groups.items() if len({one.sense for one in group}) > 1}
    if not groups:
        raise BadInput("encoders.no_ambiguous_word")
    by_word: dict[str, tuple[float, float]] = {}
    chances = []
    clear: list[tuple[bool, bool]] = []
    for word, group in track(groups.items(), progress, "reading words", total=len(groups), unit="words"):
        texts, spans = [one.text for one in group], [(one.start, one.end) for one in group]
        readings = model.read(word, texts, spans, representation=representation, layer=layer)
        gold = np.array([one.sense for one in group])
        part = _folds(gold, folds, seed)
        hits: list[tuple[bool, bool]] = []
        for fold in range(folds):
            train, test = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
            if len(test) and len(set(gold[train])) > 1:
                answers = _fold(readings, gold, train, test)
                hits += [(known, found) for known, found, _ in answers]
                clear += [(found, unclear) for _, found, unclear in answers]
        by_word[word] = tuple(np.mean(hits, axis=0).tolist())
        chances.append(Counter(gold.tolist()).most_common(1)[0][1] / len(gold))
    scores = np.array(list(by_word.values()))
    sure = [found for found, unclear in clear if not unclear]
    return AssignScore(
        representation or model.representations[0],
        mean_interval(scores[:, 0], seed, SAMPLES),
        mean_interval(scores[:, 1], seed, SAMPLES),
        float(np.mean(chances)),
        by_word,
        (len(sure) / len(clear), float(np.mean(sure)) if sure else float("nan")),
        len(clear),
    )


def _folds(gold: NDArray[np.str_], folds: int, seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    part = np.zeros(len(gold), np.int64)
    for sense in dict.fromkeys(gold.tolist()):
        rows = np.flatnonzero(gold == sense)
        part[rows] = rng.permutation(len(rows)) % folds
    return part


def _fold(
    readings: Reading, gold: NDArray[np.str_], train: NDArray[np.int64], test: NDArray[np.int64]
) -> list[tuple[bool, bool, bool]]:
    """For each held-out sentence: right with known senses, right with found ones, and whether that was unclear."""

    def views(rows: Sequence[int] | NDArray[np.int64]) -> dict[str, NDArray[np.floating[Any]]]:
        return {name: values[rows] for name, values in readings.views.items()}

    space = Space.fit(views(train), readings.weights)
    points, new = space.place(views(train)), space.place(views(test))
    names = list(dict.fromkeys(gold[train].tolist()))
    labels, _ = cluster(points, len(names), centre=False)
    called = [Counter(gold[train][np.asarray(labels) == label].tolist()).most_common(1)[0][0] for label in range(len(names))]
    known = centres(points, [names.index(sense) for sense in gold[train].tolist()])
    middles, spread = centres(points, labels), spread_of(points, labels)
    answers = []
    for row, point in zip(test, new, strict=True):
        nearest, _, _, unclear = place(point, middles, spread)
        answers.append((names[place(point, known, 0)[0]] == gold[row], called[nearest] == gold[row], unclear))
    return answers
