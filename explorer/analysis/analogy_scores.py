"""From questions that were answered right or wrong to a score: whole, by section and by kind, each with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.judged import Judged
from explorer.analysis.pair_bootstrap import accuracies, draw_pairs, pair_numbers
from explorer.analysis.scores import Score, Section
from explorer.analysis.test_sets import AnalogySet, Question
from explorer.core.errors import BadInput
from explorer.core.intervals import bounds

__all__ = ["Facts", "score_answers"]

Bools = npt.NDArray[np.bool_]
Facts = Callable[[Sequence[str], Bools], dict[str, Any]]
"""Further fields of :class:`Section` for some sections, by their names and which of the covered questions are theirs."""

_IN_DETAILS = ("impossible", "included", "baseline", "by_method", "distance", "measured", "of_all")


def score_answers(
    tests: AnalogySet,
    covered: Sequence[Question],
    right: Mapping[str, Bools],
    samples: int,
    seed: int,
    facts: Facts | None = None,
) -> Judged:
    """The accuracy of answers, with the draws behind its interval.

    Args:
        tests: all questions; those not covered count as wrong in ``of_all``.
        covered: the questions that were answered, n of them.
        right: for each method whether they were answered right, n booleans; the first method is the one that counts.
        samples, seed: of the bootstrap over pairs of words.
        facts: what else is said about a part.

    Raises:
        BadInput: nothing is covered.
    """
    if not covered:
        raise BadInput("analysis.no_question_covered", count=len(tests.questions), name=tests.name)
    method, first = next(iter(right.items()))
    here = np.array([question.section for question in covered])
    pairs, rng = pair_numbers(covered), np.random.default_rng(seed)
    drawn = {
        name: draw_pairs(pairs[mine], first[mine], samples, rng) for name in tests.sections if (mine := here == name).any()
    }
    totals = Counter(question.section for question in tests.questions)

    def drawn_of(names: Sequence[str]) -> npt.NDArray[np.float64]:
        correct, weight = (sum((drawn[name][side] for name in names if name in drawn), np.zeros(samples)) for side in (0, 1))
        return accuracies(correct, weight)

    def part(called: str, names: Sequence[str]) -> Section:
        mine, total = np.isin(here, names), sum(totals[name] for name in names)
        more = facts(names, mine) if facts else {}
        if not mine.any():
            return Section(called, "accuracy", None, None, None, 0, total, of_all=0.0, **more)
        low, high = bounds(drawn_of(names), empty=(0.0, 1.0))
        by_method = {name: float(found[mine].mean()) for name, found in right.items()}
        value, count = by_method[method], int(mine.sum())
        return Section(
            called, "accuracy", value, low, high, count, total, by_method=by_method, of_all=value * count / total, **more
        )

    whole = part(tests.name, tests.sections)
    sections = tuple(part(name, [name]) for name in tests.sections)
    kind_of = {question.section: question.kind for question in tests.questions}
    kinds = tuple(
        part(kind, [name for name in tests.sections if kind_of[name] == kind])
        for kind in dict.fromkeys(kind_of.values())
        if kind
    )
    details = {name: getattr(whole, name) for name in _IN_DETAILS}
    details["section_mean"] = float(np.mean([section.of_all for section in sections]))
    draws = drawn_of(tests.sections)
    score = Score(
        tests.name,
        "analogy",
        "accuracy",
        float(first.mean()),
        *bounds(draws, empty=(0.0, 1.0)),
        len(covered),
        len(tests.questions),
        sections,
        method,
        details=details,
        kinds=kinds,
    )
    return Judged(score, draws)
