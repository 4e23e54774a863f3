"""Adding and subtracting words: what an expression asks for, and the parallelogram it draws. Methods of ``Vectors``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.text.tags import word_of
from explorer.vectors.analogy import METHODS, check_method, scores_of
from explorer.vectors.checks import check_n
from explorer.vectors.expression import Proportion, read
from explorer.vectors.forms import answer_in_form
from explorer.vectors.plane import plane
from explorer.vectors.records import Analogy, Parallelogram, Step, Term
from explorer.vectors.relations import EXAMPLE_METHODS, Relation, Space, told
from explorer.vectors.search import Floats

__all__ = ["analogy", "parallelogram"]


_DRAWN = 5
"""Answers in the picture that an analogy carries."""


class _Asked(Space, Protocol):
    def relation(self, pairs: Iterable[Sequence[str]]) -> Relation: ...
    def analogy(
        self,
        expression: str | Sequence[Term],
        method: str = ...,
        n: int = ...,
        exclude: bool = ...,
        *,
        script: str = ...,
        expected: str = ...,
    ) -> Analogy: ...


def analogy(
    self: _Asked,
    expression: str | Sequence[Term],
    method: str = "3cosadd",
    n: int = 10,
    exclude: bool = True,
    *,
    script: str = "any",
    expected: str = "",
) -> Analogy:
    """The keys that answer an expression such as ``왕 − 남자 + 여자``, or a proportion such as ``왕 : ? = 남자 : 여자``.

    Where the words are inflected (갔다 − 가다 + 먹다) ``answer.form`` has the answer as a form (먹었다).

    Args:
        expression: see :func:`explorer.vectors.expression.read`; or terms already parsed.
        method: ``"3cosadd"``, ``"3cosmul"`` or ``"direction"`` (start − origin + end: the way from the subtracted word to
            the second added one, set out from the first). For a proportion also ``"3cosavg"`` or ``"lrcos"`` (see
            :meth:`Vectors.relation`); of several examples ``"3cosadd"`` is ``"3cosavg"``.
        n: how many answers.
        exclude: bar every reading of the expression's words from the answers, as is usual. With ``False`` the nearest
            answer is often a word of the question; Linzen (2016) explains why that is worth seeing.
        script: keep only keys with a letter of this script, as in :meth:`Vectors.similar`.
        expected: the answer one expects: ``answer.expected`` tells its rank among all answers.

    Raises:
        ExpressionError: the expression is malformed; it knows the place.
        OutOfVocabulary: a word has no vector.
        BadInput: an unknown method, or words that cancel each other out.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["왕", "여왕", "남자", "여자", "배"], [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0]])
    >>> v.analogy("왕 − 남자 + 여자", n=1, expected="배").words, v.analogy("왕 − 남자 + 여자", n=1, expected="배").expected.rank
    (['여왕'], 2)
    """
    check_n(n)
    check_method(method, (*METHODS, *EXAMPLE_METHODS))
    asked = read(expression) if isinstance(expression, str) else _as_terms(expression)
    if not asked:
        raise BadInput("vectors.expression_without_words")
    terms = asked.terms if isinstance(asked, Proportion) else asked
    resolved = tuple(self.resolve(term.word) for term in terms)
    written = expression if isinstance(expression, str) else " ".join(f"{term.weight:+g}*{term.word}" for term in terms)
    if isinstance(asked, Proportion) and (method in EXAMPLE_METHODS or (method == "3cosadd" and len(asked.pairs) > 1)):
        relation = self.relation([(start.word, end.word) for start, end in asked.pairs])
        way = method if method in EXAMPLE_METHODS else EXAMPLE_METHODS[0]
        answer = relation.apply(asked.source.word, n, way, exclude=exclude, script=script, expected=expected)
        return _with_drawing(self, replace(answer, expression=written, terms=terms, resolved=resolved))
    if method in EXAMPLE_METHODS:
        raise BadInput("vectors.method_needs_examples", method=method)
    unit = self.unit_vectors([term.word for term in terms])
    weights = np.array([term.weight for term in terms], dtype=np.float32)
    barred = sorted({row for r in resolved for row in self.same_words(r)}) if exclude else []
    [scores] = scores_of(self.vectors, unit[None], weights[None], method, self.inverse)
    best, expectation, left = told(self, scores, barred, n, expected, script)
    form = answer_in_form([term.word for term in terms], [term.weight for term in terms], resolved, best)
    answer = Analogy(written, method, terms, resolved, best, exclude, self.name, expectation, left, form)
    return _with_drawing(self, answer)


def parallelogram(
    self: _Asked, expression: str, n: int = 4, *, exclude: bool = True, script: str = "any", expected: str = ""
) -> Parallelogram:
    """The angles and lengths of an analogy a − b + c, or of a proportion, and a drawing that keeps them.

    Args:
        expression: two added words and one subtracted, or a proportion; of several examples the means of their words count.
        n: answers (3CosAdd, 3CosAvg).
        exclude, script: as in :meth:`Vectors.analogy`.
        expected: a word that is drawn in any case, where it has a rank.

    Raises:
        BadInput: an expression of another form, or words that lie on one line.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["왕", "여왕", "남자", "여자"], [[1, 0, 1], [1, 1, 1], [0, 0, 1], [0, 1, 1]])
    >>> [(step.start, step.end, round(step.angle)) for step in v.parallelogram("왕 − 남자 + 여자").steps]
    [('남자', '여자', 0), ('왕', '여왕', 16)]
    """
    return _drawn(self, self.analogy(expression, n=n, exclude=exclude, script=script, expected=expected))


def _with_drawing(self: _Asked, answer: Analogy) -> Analogy:
    """The answer with the picture of its first answers, where its expression has one."""
    try:
        return replace(answer, drawing=_drawn(self, replace(answer, neighbours=answer.neighbours[:_DRAWN])))
    except (BadInput, OutOfVocabulary):
        return answer


def _drawn(self: _Asked, answer: Analogy) -> Parallelogram:
    """The picture of an answer."""
    a, b, c = _corners(answer)
    keys = [one.key for one in answer]
    if answer.expected and answer.expected.rank and answer.expected.key and answer.expected.key not in keys:
        keys.append(answer.expected.key)

    def middle(terms: Sequence[Term]) -> Floats:
        return np.asarray(self.unit_vectors([term.word for term in terms]).mean(axis=0), dtype=np.float32)

    flat = plane(middle(c), middle(b), middle(a), list(self.unit_vectors(keys)))
    words = list(map(word_of, keys))
    names = [" · ".join(dict.fromkeys(term.word for term in terms)) for terms in (b, c, a)]
    places = [
        (name, float(point[0]), float(point[1])) for name, point in zip(names, (flat.origin, flat.start, flat.end), strict=True)
    ]
    length = float(np.linalg.norm(flat.start))
    example = Step(names[0], names[1], length, 0.0, 0.0, 1.0, *places[1][1:])
    steps = [
        Step(names[2], word, *(float(part[place]) for part in (flat.lengths, flat.angles, flat.gaps, flat.inside)), *point)
        for place, (word, point) in enumerate(zip(words, flat.answers.tolist(), strict=True))
    ]
    return Parallelogram(
        self.name, places[0], places[1], places[2], (float(flat.target[0]), float(flat.target[1])), (example, *steps)
    )


def _as_terms(expression: Any) -> tuple[Term, ...]:
    terms = tuple(expression) if isinstance(expression, Iterable) else (expression,)
    if not all(isinstance(term, Term) for term in terms):
        raise BadInput("vectors.expression_not_text", kind=type(expression).__name__)
    return terms


def _corners(answer: Analogy) -> tuple[list[Term], list[Term], list[Term]]:
    """The words a, b and c of a − b + c; b and c are several where there are several examples."""
    found = read(answer.expression)
    if isinstance(found, Proportion):
        return [found.source], [start for start, _ in found.pairs], [end for _, end in found.pairs]
    plus, minus = ([term for term in found if term.weight == weight] for weight in (1, -1))
    if len(found) != 3 or len(plus) != 2 or len(minus) != 1:
        raise BadInput("vectors.no_parallelogram", expression=answer.expression)
    return [plus[0]], minus, [plus[1]]
