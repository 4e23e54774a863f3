"""Scores in the form that gensim gives them; methods of ``Vectors`` by their names (:mod:`explorer.vectors.named`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.answers import best_answers
from explorer.analysis.evaluation import covered_items
from explorer.analysis.question_rows import question_rows
from explorer.analysis.test_sets import AnalogySet, SimilaritySet, read_test_set
from explorer.core.errors import BadInput

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["evaluate_word_analogies", "evaluate_word_pairs"]


def evaluate_word_pairs(v: Vectors, pairs: str | Path, *, dummy4unknown: bool, resolve: str) -> tuple[Any, Any, float]:
    """See :func:`explorer.vectors.named.evaluate_word_pairs`."""
    from scipy.stats import pearsonr, spearmanr

    tests = read_test_set(pairs)
    if not isinstance(tests, SimilaritySet):
        raise BadInput("analysis.not_word_pairs", name=tests.name)
    covered = covered_items(v, tests, resolve)
    cosine = dict.fromkeys(range(len(tests.pairs)) if dummy4unknown else covered, 0.0)
    for place in covered:
        cosine[place] = v.similarity(*tests.pairs[place])
    if len(cosine) < 3:
        raise BadInput("analysis.too_few_pairs", covered=len(covered), total=len(tests.pairs), name=tests.name)
    human = [tests.scores[place] for place in cosine]
    unknown = 100 * (1 - len(covered) / len(tests.pairs))
    return pearsonr(list(cosine.values()), human), spearmanr(list(cosine.values()), human), unknown


def evaluate_word_analogies(
    v: Vectors, analogies: str | Path, *, dummy4unknown: bool, resolve: str
) -> tuple[float, list[dict[str, Any]]]:
    """See :func:`explorer.vectors.named.evaluate_word_analogies`."""
    tests = read_test_set(analogies)
    if not isinstance(tests, AnalogySet):
        raise BadInput("analysis.not_analogies", name=tests.name)
    found = question_rows(v, tests, resolve)
    rows = [known for known in found if known is not None]
    if not rows:
        raise BadInput("analysis.no_question_covered", count=len(tests.questions), name=tests.name)
    answers = iter(best_answers(v, np.array([asked for asked, _ in rows], np.int64), "3cosadd", None)[0].tolist())
    sections: dict[str, dict[str, Any]] = {
        name: {"section": name, "correct": [], "incorrect": []} for name in (*tests.sections, "Total accuracy")
    }
    for question, known in zip(tests.questions, found, strict=True):
        if known is None and not dummy4unknown:
            continue
        right = known is not None and next(answers) in known[1]
        for name in (question.section, "Total accuracy"):
            sections[name]["correct" if right else "incorrect"].append(question.words)
    total = sections["Total accuracy"]
    score = len(total["correct"]) / (len(total["correct"]) + len(total["incorrect"]))
    return score, list(sections.values())
