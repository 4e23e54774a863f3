"""Test sets for word vectors: similarity pairs and analogies, scored with an interval and the coverage beside every number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.analogy_scores import score_answers
from explorer.analysis.answers import best_answers, distances
from explorer.analysis.correlation import spearman
from explorer.analysis.form_questions import judge_forms, ways
from explorer.analysis.judged import Judged
from explorer.analysis.question_rows import question_rows
from explorer.analysis.scores import Score
from explorer.analysis.test_sets import AnalogySet, Question, SimilaritySet, read_test_set
from explorer.core.errors import BadInput
from explorer.core.intervals import bounds, draw
from explorer.core.progress import ProgressCallback
from explorer.vectors.analogy import METHODS, check_method
from explorer.vectors.search import Floats, unit_rows

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["RESOLVE", "covered_items", "evaluate", "judge", "random_cosine"]

RESOLVE = ("exact", "form", "analysed", "composed", "subword", "inflected")
"""How far a test word may be from a key, each step including those before it; but ``"subword"`` is ``"form"`` with the
model's own sub-word vectors for all other words, and no analysis of them, and ``"inflected"`` is ``"form"`` with analogies of inflected
words answered in that form (:mod:`explorer.analysis.form_questions`)."""


_NO_ROW = -2
"""Fills the rows of right answers up; best_answers gives -1 where it has none."""


def random_cosine(v: Vectors, pairs: int = 10_000, seed: int = 42) -> float:
    """Mean cosine of random pairs of different rows; 0 in a space without a preferred direction.

    >>> from explorer.vectors.vectors import Vectors
    >>> random_cosine(Vectors("ab", [[1, 0], [1, 0]]))
    1.0
    """
    if len(v) < 2:
        return 0.0
    rng = np.random.default_rng(seed)
    first = rng.integers(0, len(v), pairs)
    second = (first + rng.integers(1, len(v), pairs)) % len(v)
    dots = np.einsum("ij,ij->i", v.vectors[first], v.vectors[second], dtype=np.float64)
    return float(np.mean(dots * v.inverse[first] * v.inverse[second]))


def evaluate(
    v: Vectors,
    name_or_path: str | Path | SimilaritySet | AnalogySet,
    *,
    method: str = "3cosadd",
    resolve: str = "form",
    samples: int = 1000,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> Score:
    """Score vectors on a test set of words; :func:`explorer.analysis.benchmarks.evaluate` is the door to all.

    Args:
        v: the vectors.
        name_or_path: a file of word pairs with a score (CSV or TSV, as WordSim-353), or of analogies (``: section`` lines and
            four words a line, as word2vec's ``questions-words``), or of relations (:func:`explorer.analysis.test_sets.read_test_set`);
            the name of a fetched set (``"ws353-ko"``, ``"kwat"``) or of the one that ships: ``"relations"``, its half for choosing
            parameters ``"relations-dev"`` and its half for scoring ``"relations-test"``; or a set that was read already.
        method: for analogies: ``"3cosadd"``, ``"3cosmul"`` or ``"direction"``; ``"all"`` scores the first and lists the accuracy of
            each in ``by_method``. The question's own words never answer.
        resolve: how far a test word may be from a key: ``"exact"``; ``"form"`` (default: also the key without its tag);
            ``"analysed"`` (also the stem: 먹었다 counts as 먹다); ``"composed"`` (pairs only: also from parts or sub-words);
            ``"subword"`` (keys, else the model's own sub-word vectors; analogies are then answered with keys, and their
            distance is measured over all); ``"inflected"`` (analogies only: 가다 : 갔다 = 먹다 : ? is answered by grammar, 먹었다 : 먹혔다
            = 잡았다 : ? by the vectors of the stems and grammar, and both must be spelt as the answer is).
        samples, seed: of the bootstrap.
        progress: called while analogies are answered.

    Returns:
        Spearman's ρ with people's judgements (ties share ranks), or accuracy; with interval and coverage.

    Raises:
        BadInput: no such file, a line that is not as it should be, an unknown option, or nothing covered.
        Unavailable: a known set whose file is not on this machine; says how to get it.
    """
    tests = name_or_path if isinstance(name_or_path, SimilaritySet | AnalogySet) else read_test_set(name_or_path)
    return judge(v, tests, method, resolve, samples, seed, progress).score


def judge(
    v: Vectors,
    tests: SimilaritySet | AnalogySet,
    method: str,
    resolve: str,
    samples: int,
    seed: int,
    progress: ProgressCallback | None,
) -> Judged:
    """:func:`evaluate` on a set that was read, with the draws of its bootstrap."""
    _check_resolve(resolve)
    if samples < 1:
        raise BadInput("analysis.samples_too_few", samples=samples)
    methods = METHODS if method == "all" else (check_method(method),)
    if isinstance(tests, SimilaritySet):
        if resolve == "inflected":
            raise BadInput("analysis.pairs_have_no_form")
        judged = _similarity(v, tests, resolve, samples, seed)
    else:
        if resolve == "composed":
            raise BadInput("analysis.analogies_need_keys")
        if resolve == "inflected":
            judged = judge_forms(v, tests, methods, samples, seed, progress)
        else:
            judged = _analogies(v, tests, methods, resolve, samples, seed, progress)
    score = replace(
        judged.score, random_pair_cosine=random_cosine(v, seed=seed), resolve=resolve, samples=samples, seed=seed, model=v.name
    )
    return Judged(score, judged.draws)


def _check_resolve(resolve: str) -> None:
    if resolve not in RESOLVE:
        raise BadInput("analysis.unknown_resolve", resolve=resolve, allowed=", ".join(RESOLVE))


def covered_items(v: Vectors, tests: SimilaritySet | AnalogySet, resolve: str = "form") -> list[int]:
    """Numbers of the pairs or questions a model can be scored on: pairs with two vectors, questions with four keys."""
    _check_resolve(resolve)
    if isinstance(tests, AnalogySet):
        if resolve == "inflected":
            return [place for place, way in enumerate(ways(v, tests)) if way]
        return [place for place, rows in enumerate(question_rows(v, tests, resolve)) if rows is not None]
    known = {word: _has_vector(v, word, resolve) for word in {word for pair in tests.pairs for word in pair}}
    return [place for place, pair in enumerate(tests.pairs) if all(known[word] for word in pair)]


def _has_vector(v: Vectors, word: str, resolve: str) -> bool:
    if resolve == "exact":
        return v.row(word) is not None
    if v.lookup(word) is not None:
        return True
    if resolve == "subword":
        return v.composer is not None and v.composer(word) is not None
    found = v.find(word) if resolve in ("analysed", "composed") else None
    return found is not None and (resolve == "composed" or found.how == "analysed")


def _unit(v: Vectors, words: Sequence[str], resolve: str) -> Floats:
    """Unit vectors of words that have one."""
    if resolve != "subword":
        return v.unit_vectors(words)
    made: list[Floats] = []
    for word in words:
        row = v.lookup(word)
        composed = v.composer(word) if row is None and v.composer is not None else None
        made.append(v.vector(word) if composed is None else composed)
    return unit_rows(np.stack(made))


def _similarity(v: Vectors, tests: SimilaritySet, resolve: str, samples: int, seed: int) -> Judged:
    words = sorted({word for pair in tests.pairs for word in pair})
    usable = {word for word in words if _has_vector(v, word, resolve)}
    covered = [place for place, pair in enumerate(tests.pairs) if usable.issuperset(pair)]
    if len(covered) < 3:
        raise BadInput("analysis.too_few_pairs", covered=len(covered), total=len(tests.pairs), name=tests.name)
    places = {word: place for place, word in enumerate(sorted(usable))}
    unit = _unit(v, list(places), resolve)
    ends = np.array([[places[word] for word in tests.pairs[place]] for place in covered])
    cosine = np.einsum("ij,ij->i", unit[ends[:, 0]], unit[ends[:, 1]])
    human = np.array([tests.scores[place] for place in covered])
    value = float(spearman(cosine, human))
    if np.isnan(value):
        raise BadInput("analysis.no_rank_correlation", name=tests.name)
    draws = draw(len(covered), samples, seed)
    drawn = spearman(cosine[draws], human[draws])
    low, high = bounds(drawn, empty=(value, value))
    details = {"distinct_pairs": len({frozenset(pair) for pair in tests.pairs}), "missing": sorted(set(words) - usable)}
    score = Score(tests.name, "similarity", "spearman", value, low, high, len(covered), len(tests.pairs), details=details)
    return Judged(score, drawn)


def _analogies(
    v: Vectors,
    tests: AnalogySet,
    methods: Sequence[str],
    resolve: str,
    samples: int,
    seed: int,
    progress: ProgressCallback | None,
) -> Judged:
    found = question_rows(v, tests, resolve)
    covered = [question for question, rows in zip(tests.questions, found, strict=True) if rows is not None]
    if not covered:
        raise BadInput("analysis.no_question_covered", count=len(tests.questions), name=tests.name)
    rows = [known for known in found if known is not None]
    asked = np.array([known[0] for known in rows], dtype=np.int64)
    most = max(len(known[1]) for known in rows)
    wanted = np.array([known[1] + [_NO_ROW] * (most - len(known[1])) for known in rows], dtype=np.int64)
    right: dict[str, npt.NDArray[np.bool_]] = {}
    barred = (asked[:, :, None] == wanted[:, None]).any(axis=1) | (wanted == _NO_ROW)
    numbers = {"impossible": barred.all(axis=1)}
    for method in methods:
        answers = (best_answers(v, asked, method, progress)[..., None] == wanted).any(axis=2)
        right[method] = answers[0]
        if method == methods[0]:
            numbers["included"], numbers["baseline"] = answers[1:]
    quads = np.concatenate([asked, wanted[:, :1]], axis=1)
    measured, distance = _measured(v, tests, covered, quads, resolve)
    there = np.array([question.section for question in measured])

    def facts(names: Sequence[str], mine: npt.NDArray[np.bool_]) -> dict[str, Any]:
        far = distance[np.isin(there, names)]
        away: dict[str, Any] = {"distance": float(far.mean()) if len(far) else None, "measured": len(far)}
        if not mine.any():
            return away
        return away | {
            "impossible": int(numbers["impossible"][mine].sum()),
            "included": float(numbers["included"][mine].mean()),
            "baseline": float(numbers["baseline"][mine].mean()),
        }

    return score_answers(tests, covered, right, samples, seed, facts)


def _measured(
    v: Vectors, tests: AnalogySet, covered: list[Question], quads: npt.NDArray[np.int64], resolve: str
) -> tuple[list[Question], npt.NDArray[np.float64]]:
    """The questions whose distance can be measured, and it: those covered, and with sub-words all whose words compose."""
    if resolve != "subword":
        return covered, distances(np.asarray(v.vectors[quads] * v.inverse[quads][..., None], dtype=np.float32))
    words = sorted({word for question in tests.questions for word in question.words})
    usable = [word for word in words if _has_vector(v, word, resolve)]
    number = {word: place for place, word in enumerate(usable)}
    measured = [question for question in tests.questions if all(word in number for word in question.words)]
    unit = _unit(v, usable, resolve)
    return measured, distances(unit[np.array([[number[word] for word in question.words] for question in measured])])
