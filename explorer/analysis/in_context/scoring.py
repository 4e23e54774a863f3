"""Scores of a model on pairs of sentences with a word, on senses, and on pairs of sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.correlation import pearson, spearman
from explorer.analysis.in_context.records import ContextScore, Measure
from explorer.analysis.in_context.sets import Place, SensePlace, SenseSet, SentencePairSet, WordPairSet, find_places
from explorer.core.errors import BadInput
from explorer.core.intervals import bounds, draw, mean_interval, times_drawn
from explorer.core.progress import ProgressCallback, labelled, track
from explorer.encoders.clusters import Space, cluster
from explorer.encoders.readings import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.analysis.in_context.models import ContextModel

    Floats = NDArray[np.float64]
    Truths = NDArray[np.bool_]
    Group = tuple[str, list[str], Reading]

__all__ = ["auc", "best_threshold", "read_groups", "score_senses", "score_sentence_pairs", "score_word_pairs"]

_FOLDS = 10
LEAST = 3
"""Sentences a sense needs to count."""


# Words in context


def best_threshold(cosines: Floats, same: Truths) -> float:
    """The cosine from which on to say "the same sense" so that most answers are right: in the middle of the gap between two of
    the given cosines, of several equally good gaps the middle one.

    >>> best_threshold(np.array([0.1, 0.2, 0.6, 0.9]), np.array([False, False, True, True]))
    0.4
    """
    order = np.argsort(cosines, kind="stable")
    value, truth = cosines[order], same[order]
    right = np.concatenate([[0], np.cumsum(~truth)]) + truth.sum() - np.concatenate([[0], np.cumsum(truth)])
    edges = np.concatenate([[value[0] - 1e-6], (value[:-1] + value[1:]) / 2, [value[-1] + 1e-6]])
    real = np.concatenate([[True], value[:-1] < value[1:], [True]])  # nothing lies between equal cosines
    best = np.flatnonzero(real & (right == right[real].max()))
    return float(edges[best[len(best) // 2]])


def auc(cosines: Floats, same: Truths, weights: NDArray[Any] | None = None) -> Floats:
    """How often a pair of the same sense has the higher cosine than one of different senses (ties count half): the area under
    the ROC curve.

    Args:
        cosines, same: of n pairs.
        weights: samples × n, how often each pair counts; by default once, in one sample.

    Returns:
        A value for each sample; NaN where it holds one of the two kinds only.

    >>> auc(np.array([0.1, 0.2, 0.6, 0.9]), np.array([False, True, False, True])).tolist()
    [0.75]
    """
    times = np.ones((1, len(cosines))) if weights is None else np.asarray(weights, np.float64)
    order = np.argsort(cosines, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(cosines[order]) > 0]))
    yes = np.add.reduceat(times[:, order] * same[order], starts, axis=1)
    no = np.add.reduceat(times[:, order] * ~same[order], starts, axis=1)
    below = np.cumsum(no, axis=1) - no / 2
    both = yes.sum(axis=1) * no.sum(axis=1)
    area: Floats = np.divide((yes * below).sum(axis=1), both, out=np.full(len(times), np.nan), where=both > 0)
    return area


def score_word_pairs(
    model: ContextModel,
    tests: WordPairSet,
    train: WordPairSet | None = None,
    *,
    samples: int = 1000,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> ContextScore:
    """Say of each pair whether the word has the same sense in both: the cosine of its two readings is at or above a threshold.

    The readings are centred: the mean of all of them (of ``train``, where there is one) is subtracted, view by view, because
    contextual vectors crowd into a cone. No label of ``tests`` is looked at before the answers are counted.

    Args:
        model: what reads.
        tests: what is scored.
        train: where the threshold is chosen; without it, a tenth of the words at a time is answered with the threshold of the others.
        samples, seed: of the bootstrap, over words.
        progress: told what is read.

    Returns:
        ``accuracy`` (chance: the more frequent answer) and ``auc`` (chance 0.5); in ``details`` the ``threshold`` (of all, without
        ``train``), ``chosen_on``, and ``missing``, the pairs one of whose words was not found.

    Raises:
        BadInput: too few pairs are covered, or all of them have one label.
    """
    spaces: list[Space] = []
    threshold = chosen_on = None
    if train is not None:
        cosines, same, _, _ = _read_pairs(model, train, spaces, labelled(progress, train.name))
        threshold, chosen_on = best_threshold(cosines, same), train.name
    cosines, same, words, missing = _read_pairs(model, tests, spaces, labelled(progress, tests.name))
    names, which = np.unique(words, return_inverse=True)
    if threshold is None:
        right = _crossed(cosines, same, which, seed)
        threshold = best_threshold(cosines, same)
    else:
        right = (cosines >= threshold) == same
    times = times_drawn(len(names), samples, seed)[:, which]
    drawn = times @ right / times.sum(axis=1)
    area = float(auc(cosines, same)[0])
    measures = (
        Measure("accuracy", float(right.mean()), *bounds(drawn), chance=float(max(same.mean(), 1 - same.mean()))),
        Measure("auc", area, *bounds(auc(cosines, same, times), empty=(area, area)), chance=0.5),
    )
    details = {"threshold": threshold, "chosen_on": chosen_on or "other words of the same set", "missing": missing}
    read = len(same), len(tests.pairs)
    return ContextScore.of(model, tests.name, "wic", measures, read, len(names), samples, seed, details)


def _read_pairs(
    model: ContextModel, tests: WordPairSet, spaces: list[Space], progress: ProgressCallback | None
) -> tuple[Floats, Truths, NDArray[np.str_], list[int]]:
    """Cosine, label and word of each covered pair, and the numbers of the others. The first space that is made serves all."""
    places = [place for pair in tests.pairs for place in (pair.first, pair.second)]
    spans = find_places(places, model.analyser, progress)
    covered = [at for at in range(len(tests.pairs)) if spans[2 * at] is not None and spans[2 * at + 1] is not None]
    same = np.array([tests.pairs[at].same for at in covered])
    if len(covered) < 2:
        raise BadInput("analysis.too_few_word_pairs", name=tests.name, covered=len(covered), total=len(tests.pairs))
    if same.all() or not same.any():
        raise BadInput("analysis.one_label_only", name=tests.name, label=str(bool(same[0])).lower())
    rows = [row for at in covered for row in (2 * at, 2 * at + 1)]
    reading = model.words(
        [places[row].word for row in rows],
        [places[row].text for row in rows],
        [span for row in rows if (span := spans[row]) is not None],
        progress,
    )
    if not spaces:
        spaces.append(Space.fit(reading.views, reading.weights))
    points = spaces[0].place(reading.views)
    cosines: Floats = np.einsum("ij,ij->i", points[::2], points[1::2])
    missing = sorted(set(range(len(tests.pairs))) - set(covered))
    return cosines, same, np.array([tests.pairs[at].first.word for at in covered]), missing


def _crossed(cosines: Floats, same: Truths, which: NDArray[np.int64], seed: int) -> Truths:
    """Whether each answer is right, with the threshold of the other words."""
    folds = min(_FOLDS, int(which.max()) + 1)
    part = (np.random.default_rng(seed).permutation(int(which.max()) + 1) % folds)[which]
    right = np.zeros(len(same), bool)
    for fold in range(folds):
        here = part == fold
        others = ~here if folds > 1 else here
        right[here] = (cosines[here] >= best_threshold(cosines[others], same[others])) == same[here]
    return right


# Senses


def score_senses(
    model: ContextModel, tests: SenseSet, *, samples: int = 1000, seed: int = 42, progress: ProgressCallback | None = None
) -> ContextScore:
    """Divide each word's sentences into as many groups as it has senses, compare, and see whether that number is found by itself.

    Words with two senses or more of three sentences each count, with these senses alone.

    Args:
        model: what reads.
        tests: sentences with senses.
        samples, seed: of the bootstrap, over words.
        progress: told what is read.

    Returns:
        ``ari`` (adjusted Rand index, Hubert & Arabie 1985; chance 0) and ``v_measure`` (Rosenberg & Hirschberg 2007), means over
        words with the number of senses given, and ``number_right``, the share of words whose number is found (chance: always the
        most frequent number). ``covered`` and ``total`` are sentences of these words; ``details["by_word"]`` has all by word.

    Raises:
        BadInput: no word has two such senses.
    """
    groups, read = read_groups(model, tests, progress)
    return _sense_score(model, tests.name, groups, read, samples, seed, progress)


def _sense_score(
    model: ContextModel,
    name: str,
    groups: Sequence[Group],
    read: tuple[int, int],
    samples: int,
    seed: int,
    progress: ProgressCallback | None,
) -> ContextScore:
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    by_word: dict[str, dict[str, Any]] = {}
    for word, gold, reading in track(groups, progress, "sorting senses", total=len(groups), unit="words"):
        points = Space.fit(reading.views, reading.weights).place(reading.views)
        senses = len(set(gold))
        given, _ = cluster(points, senses, centre=False)
        found, _ = cluster(points, None, centre=False)
        by_word[word] = {
            "sentences": len(gold),
            "senses": senses,
            "found": max(found) + 1,
            "ari": float(adjusted_rand_score(gold, given)),
            "v_measure": float(v_measure_score(gold, given)),
        }
    numbers = Counter(one["senses"] for one in by_word.values())
    hits = [float(one["found"] == one["senses"]) for one in by_word.values()]
    measures = (
        Measure("ari", *mean_interval([one["ari"] for one in by_word.values()], seed, samples), chance=0.0),
        Measure("v_measure", *mean_interval([one["v_measure"] for one in by_word.values()], seed, samples)),
        Measure("number_right", *mean_interval(hits, seed, samples), chance=numbers.most_common(1)[0][1] / len(by_word)),
    )
    return ContextScore.of(model, name, "senses", measures, read, len(by_word), samples, seed, {"by_word": by_word})


def read_groups(model: ContextModel, tests: SenseSet, progress: ProgressCallback | None) -> tuple[list[Group], tuple[int, int]]:
    """The words with several senses, each with the sense and the reading of its sentences; how many sentences they are, and how many
    such words had before those without the word were left out.

    Raises:
        BadInput: there is no such word.
    """
    found, total = _sense_groups(tests, model.analyser, progress)
    placed = [one for group in found.values() for one in group]
    words = [one.place.word for one, _ in placed]
    reading = model.words(words, [one.place.text for one, _ in placed], [span for _, span in placed], progress)
    groups: list[Group] = []
    start = 0
    for word, group in found.items():
        rows = slice(start, start + len(group))
        start += len(group)
        own = Reading({name: values[rows] for name, values in reading.views.items()}, reading.weights, reading.spans[rows])
        groups.append((word, [one.sense for one, _ in group], own))
    return groups, (len(placed), total)


def _sense_groups(
    tests: SenseSet, analyser: Any, progress: ProgressCallback | None = None
) -> tuple[dict[str, list[tuple[SensePlace, tuple[int, int]]]], int]:
    """The sentences of each word that has two senses of :data:`LEAST` sentences, with the word's place; and how many sentences
    such words had before those without the word were left out.
    """
    wanted = _ambiguous(tests.places, lambda one: one)
    places: list[Place] = [one.place for one in wanted]
    spans = find_places(places, analyser, progress)
    located = [(one, span) for one, span in zip(wanted, spans, strict=True) if span is not None]
    kept = _ambiguous(located, lambda pair: pair[0])
    groups: dict[str, list[tuple[SensePlace, tuple[int, int]]]] = {}
    for one, span in kept:
        groups.setdefault(one.place.word, []).append((one, span))
    if not groups:
        raise BadInput("analysis.no_ambiguous_word", name=tests.name, least=LEAST)
    return groups, len(wanted)


def _ambiguous(items: Sequence[Any], of: Callable[[Any], SensePlace]) -> list[Any]:
    """What belongs to senses of enough sentences, of words that have two of these."""
    sizes = Counter((of(item).place.word, of(item).sense) for item in items)
    kept = {key for key, count in sizes.items() if count >= LEAST}
    several = Counter(word for word, _ in kept)
    return [item for item in items if (key := (of(item).place.word, of(item).sense)) in kept and several[key[0]] > 1]


# Sentences


def score_sentence_pairs(
    model: ContextModel,
    tests: SentencePairSet,
    *,
    samples: int = 1000,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> ContextScore:
    """Compare the cosines of sentence vectors with how alike people find the sentences.

    Args:
        model: what reads.
        tests: pairs with scores.
        samples, seed: of the bootstrap, over pairs.
        progress: told what is read.

    Returns:
        ``spearman`` (ties share ranks) and ``pearson``; ``details["missing"]`` has the numbers of pairs with an empty
        sentence or one that the model has no vector for.

    Raises:
        BadInput: fewer than three pairs are covered, or one side is constant.
    """
    filled = [at for at, pair in enumerate(tests.pairs) if all(pair)]
    texts = list(dict.fromkeys(text for at in filled for text in tests.pairs[at]))
    number = {text: place for place, text in enumerate(texts)}
    rows = np.asarray(model.sentences(texts, progress), np.float64) if texts else np.zeros((0, 1))
    lengths = np.linalg.norm(rows, axis=1)
    covered = [at for at in filled if all(lengths[number[text]] > 0 for text in tests.pairs[at])]
    if len(covered) < 3:
        raise BadInput("analysis.too_few_sentence_pairs", name=tests.name, covered=len(covered), total=len(tests.pairs))
    ends = np.array([[number[text] for text in tests.pairs[at]] for at in covered])
    unit = rows / np.maximum(lengths, 1e-12)[:, None]
    cosines = np.einsum("ij,ij->i", unit[ends[:, 0]], unit[ends[:, 1]])
    human = np.array([tests.scores[at] for at in covered])
    draws = draw(len(covered), samples, seed)
    measures = []
    for name, correlate in (("spearman", spearman), ("pearson", pearson)):
        value = float(correlate(cosines, human))
        if np.isnan(value):
            raise BadInput("analysis.no_rank_correlation", name=tests.name)
        measures.append(
            Measure(name, value, *bounds(correlate(cosines[draws], human[draws]), empty=(value, value)), chance=0.0)
        )
    missing = sorted(set(range(len(tests.pairs))) - set(covered))
    return ContextScore(
        tests.name,
        "sentences",
        model.name,
        None,
        model.layer,
        tuple(measures),
        len(covered),
        len(tests.pairs),
        samples=samples,
        seed=seed,
        details={"missing": missing},
    )
