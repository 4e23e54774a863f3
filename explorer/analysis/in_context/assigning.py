"""How often new sentences are put into the right sense: sentences are held out, senses found in the rest, the rest is compared."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.in_context.records import ContextScore, Measure
from explorer.analysis.in_context.scoring import read_groups
from explorer.core.intervals import mean_interval
from explorer.core.progress import ProgressCallback, track
from explorer.encoders.clusters import Space, centres, cluster
from explorer.encoders.senses import place, spread_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.analysis.in_context.models import ContextModel
    from explorer.analysis.in_context.sets import SenseSet
    from explorer.encoders.readings import Reading

__all__ = ["score_assigning"]

_FOLDS = 10


def score_assigning(
    model: ContextModel, tests: SenseSet, *, samples: int = 1000, seed: int = 42, progress: ProgressCallback | None = None
) -> ContextScore:
    """Hold out a tenth of each sense's sentences at a time, find the senses of the rest, and assign what was held out.

    Args:
        model: what reads.
        tests: sentences with senses; as for :func:`~explorer.analysis.in_context.scoring.score_senses`.
        samples, seed: of the bootstrap, over words; the seed also divides the sentences.
        progress: told what is read.

    Returns:
        ``known``, the accuracy where the senses are given (the middle of each is that of its labelled sentences), and ``found``, that
        where they are found (clusters, as many as there are senses, each called what most of its sentences are); means over words,
        beside always saying the most frequent sense. In ``details``: ``by_word``, ``clear`` (the share of answers from found senses
        that are not unclear) and ``clear_accuracy`` (of these).

    Raises:
        BadInput: no word has two senses of enough sentences.
    """
    groups, read = read_groups(model, tests, progress)
    by_word: dict[str, dict[str, float]] = {}
    chances: list[float] = []
    clear: list[tuple[bool, bool]] = []
    for word, senses, readings in track(groups, progress, "sorting senses", total=len(groups), unit="words"):
        gold = np.array(senses)
        part = _folds(gold, seed)
        hits: list[tuple[bool, bool]] = []
        for fold in range(_FOLDS):
            train, held = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
            if len(held) and len(set(gold[train])) > 1:
                answers = _fold(readings, gold, train, held)
                hits += [(known, found) for known, found, _ in answers]
                clear += [(found, unclear) for _, found, unclear in answers]
        known, found = np.mean(hits, axis=0).tolist()
        by_word[word] = {"known": known, "found": found}
        chances.append(Counter(senses).most_common(1)[0][1] / len(gold))
    chance = float(np.mean(chances))
    measures = tuple(
        Measure(name, *mean_interval([one[name] for one in by_word.values()], seed, samples), chance=chance)
        for name in ("known", "found")
    )
    sure = [found for found, unclear in clear if not unclear]
    details: dict[str, Any] = {
        "by_word": by_word,
        "clear": len(sure) / len(clear),
        "clear_accuracy": float(np.mean(sure)) if sure else None,
    }
    return ContextScore.of(model, tests.name, "assigning", measures, read, len(by_word), samples, seed, details)


def _folds(gold: NDArray[np.str_], seed: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(seed)
    part = np.zeros(len(gold), np.int64)
    for sense in dict.fromkeys(gold.tolist()):
        rows = np.flatnonzero(gold == sense)
        part[rows] = rng.permutation(len(rows)) % _FOLDS
    return part


def _fold(
    readings: Reading, gold: NDArray[np.str_], train: NDArray[np.int64], held: NDArray[np.int64]
) -> list[tuple[bool, bool, bool]]:
    """For each held-out sentence: right with known senses, right with found ones, and whether that was unclear."""

    def views(rows: NDArray[np.int64]) -> dict[str, NDArray[np.floating[Any]]]:
        return {name: values[rows] for name, values in readings.views.items()}

    space = Space.fit(views(train), readings.weights)
    points, new = space.place(views(train)), space.place(views(held))
    names = list(dict.fromkeys(gold[train].tolist()))
    labels, _ = cluster(points, len(names), centre=False)
    called = [Counter(gold[train][np.asarray(labels) == label].tolist()).most_common(1)[0][0] for label in range(len(names))]
    known = centres(points, [names.index(sense) for sense in gold[train].tolist()])
    middles, spread = centres(points, labels), spread_of(points, labels)
    answers = []
    for row, point in zip(held, new, strict=True):
        nearest, _, _, unclear = place(point, middles, spread)
        answers.append((names[place(point, known, 0)[0]] == gold[row], called[nearest] == gold[row], unclear))
    return answers
