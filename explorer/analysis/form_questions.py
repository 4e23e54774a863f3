"""Analogies between inflected words, answered as inflected words.

A model over dictionary forms has no vector for 갔다 beside 가다. Each question is answered in the first of three ways that it allows:

* ``grammar``: two of its words are forms of one stem, and the change is made to the third (가다 : 갔다 = 먹다 : 먹었다); no vector is asked.
* ``vectors``: all of its words are keys.
* ``ending``: its words are different stems with one ending, and the vectors' answer for the stems gets it (먹었다 : 먹혔다 = 잡았다 : 잡혔다).

The answer must be spelt as the test set spells it; no other answer that is as good counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.answers import best_answers
from explorer.analysis.judged import Judged
from explorer.analysis.pair_bootstrap import accuracies, draw_pairs, pair_numbers
from explorer.analysis.question_rows import question_rows, row_of
from explorer.analysis.scores import Score, Section
from explorer.analysis.test_sets import AnalogySet
from explorer.core.errors import BadInput
from explorer.core.intervals import bounds
from explorer.core.progress import ProgressCallback, report
from explorer.text.forms import same_ending, with_ending
from explorer.text.tags import word_of
from explorer.vectors.forms import changed_form

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["WAYS", "judge_forms", "ways"]

WAYS = ("grammar", "vectors", "ending")
"""How a question may be answered."""

_STEP = 500


def ways(v: Vectors, tests: AnalogySet, progress: ProgressCallback | None = None) -> list[str]:
    """The way in which each question is answered (:data:`WAYS`); empty where there is none."""
    keys = question_rows(v, tests, "form")
    found: list[str] = []
    for number, question in enumerate(tests.questions):
        if number % _STEP == 0:
            report(progress, "taking forms apart", number, len(keys), "questions")
        a, b, c, _ = question.words
        if changed_form(a, b, c):
            found.append("grammar")
        elif keys[number] is not None:
            found.append("vectors")
        else:
            stems = [row_of(v, word, "analysed", ()) for word in (a, b, c)]
            found.append("ending" if None not in stems and same_ending((a, b, c)) else "")
    return found


def judge_forms(
    v: Vectors,
    tests: AnalogySet,
    methods: Sequence[str],
    resolve: str,
    samples: int,
    seed: int,
    progress: ProgressCallback | None,
) -> Judged:
    """Accuracy with an interval over the pairs of words, by section and by way.

    Raises:
        BadInput: no question can be answered.
    """
    way = ways(v, tests, progress)
    places = [place for place, one in enumerate(way) if one]
    if not places:
        raise BadInput("analysis.no_question_covered", count=len(tests.questions), name=tests.name)
    right = {method: _right(v, tests, way, method, progress) for method in methods}
    covered = [tests.questions[place] for place in places]
    correct = {method: np.array([found[place] for place in places]) for method, found in right.items()}
    first = correct[methods[0]]
    sections = np.array([question.section for question in covered])
    pairs, rng = pair_numbers(covered), np.random.default_rng(seed)
    drawn = {
        name: draw_pairs(pairs[mine], first[mine], samples, rng) for name in tests.sections if (mine := sections == name).any()
    }
    totals = Counter(question.section for question in tests.questions)

    def draws(names: Sequence[str]) -> Any:
        weights = (sum((drawn[name][side] for name in names if name in drawn), np.zeros(samples)) for side in (0, 1))
        return accuracies(*weights)

    def part(called: str, names: Sequence[str]) -> Section:
        mine, total = np.isin(sections, names), sum(totals[name] for name in names)
        if not mine.any():
            return Section(called, "accuracy", None, None, None, 0, total, of_all=0.0)
        by_method = {method: float(found[mine].mean()) for method, found in correct.items()}
        value, count = by_method[methods[0]], int(mine.sum())
        low, high = bounds(draws(names), empty=(0.0, 1.0))
        return Section(called, "accuracy", value, low, high, count, total, by_method=by_method, of_all=value * count / total)

    whole = part(tests.name, tests.sections)
    parts = tuple(part(name, [name]) for name in tests.sections)
    kind_of = {question.section: question.kind for question in tests.questions}
    kinds = tuple(
        part(kind, [name for name in tests.sections if kind_of[name] == kind])
        for kind in dict.fromkeys(kind_of.values())
        if kind
    )
    facts = ("impossible", "included", "baseline", "by_method", "distance", "measured", "of_all")
    details: dict[str, Any] = {name: getattr(whole, name) for name in facts}
    details["section_mean"] = float(np.mean([section.of_all for section in parts]))
    details["ways"] = {
        name: {"questions": way.count(name), "right": sum(right[methods[0]][place] for place in places if way[place] == name)}
        for name in WAYS
    }
    assert whole.value is not None and whole.low is not None and whole.high is not None
    score = Score(
        tests.name, "analogy", "accuracy", whole.value, whole.low, whole.high, len(covered), len(tests.questions), parts, methods[0],
        details=details, kinds=kinds,
    )  # fmt: skip
    return Judged(score, draws(tests.sections))


def _right(v: Vectors, tests: AnalogySet, way: Sequence[str], method: str, progress: ProgressCallback | None) -> list[bool]:
    """Whether each question is answered right."""
    right = [False] * len(way)
    keys = question_rows(v, tests, "form")
    asked: dict[int, list[int]] = {}
    for place, question in enumerate(tests.questions):
        a, b, c, d = question.words
        if way[place] == "grammar":
            made = changed_form(a, b, c)
            right[place] = made is not None and made.words[0] in (d, *question.also)
        elif way[place] == "vectors":
            asked[place] = keys[place][0]  # type: ignore[index]
        elif way[place] == "ending":
            asked[place] = [row for word in (a, b, c) if (row := row_of(v, word, "analysed", ())) is not None]
    if not asked:
        return right
    answers = best_answers(v, np.array(list(asked.values()), dtype=np.int64), method, progress)[0]
    for place, row in zip(asked, answers.tolist(), strict=True):
        question, known = tests.questions[place], keys[place]
        if way[place] == "vectors":
            right[place] = known is not None and row in known[1]
        else:
            form = with_ending(word_of(v.keys[row]), same_ending(question.words[:3]))
            right[place] = form is not None and form in (question.words[3], *question.also)
    return right
