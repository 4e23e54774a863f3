"""Analogies between inflected words, answered as inflected words.

A model over dictionary forms has no vector for 갔다 beside 가다. Each question is answered in the first of three ways that it allows:

* ``grammar``: one of its words is no key, and two are forms of one stem, and the change is made to the third (가다 : 갔다 = 먹다 : 먹었다); no vector is asked.
* ``vectors``: all of its words are keys.
* ``ending``: its words are different stems with one ending, and the vectors' answer for the stems gets it (먹었다 : 먹혔다 = 잡았다 : 잡혔다).

The answer must be spelt as the test set spells it; no other answer that is as good counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.analysis.analogy_scores import score_answers
from explorer.analysis.answers import best_answers
from explorer.analysis.judged import Judged
from explorer.analysis.question_rows import question_rows, row_of
from explorer.analysis.test_sets import AnalogySet
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
        inflected = any(row_of(v, word, "form", ()) is None for word in (a, b, c))
        if inflected and changed_form(a, b, c):
            found.append("grammar")
        elif keys[number] is not None:
            found.append("vectors")
        else:
            stems = [row_of(v, word, "analysed", ()) for word in (a, b, c)]
            found.append("ending" if None not in stems and same_ending((a, b, c)) else "")
    return found


def judge_forms(
    v: Vectors, tests: AnalogySet, methods: Sequence[str], samples: int, seed: int, progress: ProgressCallback | None
) -> Judged:
    """Accuracy with an interval over the pairs of words, by section and by way.

    Raises:
        BadInput: no question can be answered.
    """
    way = ways(v, tests, progress)
    places = [place for place, one in enumerate(way) if one]
    right = {method: np.array(_right(v, tests, way, method, progress), dtype=bool) for method in methods}
    judged = score_answers(
        tests,
        [tests.questions[place] for place in places],
        {name: found[places] for name, found in right.items()},
        samples,
        seed,
    )
    judged.score.details["ways"] = {
        name: {"questions": way.count(name), "right": int(right[methods[0]][[one == name for one in way]].sum())}
        for name in WAYS
    }
    return judged


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
        elif (known := keys[place]) is not None and way[place] == "vectors":
            asked[place] = known[0]
        elif way[place] == "ending":
            asked[place] = [row for word in (a, b, c) if (row := row_of(v, word, "analysed", ())) is not None]
    if not asked:
        return right
    answers = best_answers(v, np.array(list(asked.values()), dtype=np.int64), method, progress)[0]
    for place, row in zip(asked, answers.tolist(), strict=True):
        if row < 0:  # every row is barred
            continue
        question, known = tests.questions[place], keys[place]
        if way[place] == "vectors":
            right[place] = known is not None and row in known[1]
        else:
            form = with_ending(word_of(v.keys[row]), same_ending(question.words[:3]))
            right[place] = form is not None and form in (question.words[3], *question.also)
    return right
