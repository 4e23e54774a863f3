"""The same question to several models: their first answers and the rank of the expected one; and how well examples answer each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboards.app.models import model_label
from dashboards.app.state import state
from dashboards.kit.components import card, guarded, problem, table
from dashboards.kit.i18n import Text
from dashboards.kit.words import word_link
from dashboards.pages.analogy.answers import ranked
from explorer.core.errors import OutOfVocabulary

if TYPE_CHECKING:
    from explorer.vectors.records import Analogy
    from explorer.vectors.relations import Accuracy, Relation

__all__ = ["examples_card", "models_card"]

TOLD = 5
"""Answers of each model."""


def models_card(t: Text, models: Sequence[str], ask: Callable[[str], Analogy], expected: str) -> dmc.Card:
    """A row a model; one that is being opened, or does not know a word, says so in its own row.

    Args:
        ask: the answer of a model to the question.
    """

    def answer(model: str) -> list[Any]:
        try:
            found = ask(model)
        except OutOfVocabulary as error:
            return [problem(t, error), *blank]
        mine = found.expected
        words = [
            word_link(one.key, model, look="word is-expected" if mine and rank == mine.rank else "word")
            for rank, one in enumerate(found, 1)
        ]
        place = [html.Span(ranked(t, mine), className="rank-first" if mine.rank == 1 else "rank")] if mine else []
        score = [html.Span(f"{mine.score:.3f}" if mine.score is not None else "–", className="numbers")] if mine else []
        return [html.Span(words, className="first-answers"), *place, *score]

    blank = ["–", "–"] if expected else []
    rows = []
    for model in models:
        cells = guarded(t, lambda model=model: answer(model))  # type: ignore[misc]
        rows.append([model_label(t, model), *(cells if isinstance(cells, list) else [cells, *blank])])
    head = [
        t("analogy.model"),
        t("analogy.first_answers"),
        *([t("analogy.rank_of", word=expected), t("analogy.score")] if expected else []),
    ]
    hint = t("analogy.models_hint" if expected else "analogy.models_hint_none")
    return card(t("analogy.models"), table(head, rows, label=t("analogy.models")), hint=hint, takes=("analogy", "models"))


def examples_card(t: Text, model: str, pairs: Sequence[tuple[str, str]]) -> Any:
    """For each example what the others make of it, by either method, and how many come out right."""

    def build() -> Any:
        relation = state().vectors(model).relation(pairs)
        return _examples(t, relation, model)

    found = guarded(t, build)
    return card(t("analogy.examples"), found, hint=t("analogy.examples_hint"), takes=("analogy", "examples"))


def _examples(t: Text, relation: Relation, model: str) -> dmc.Stack:
    methods = relation.accuracy
    rows = [
        [f"{start} : {end}", *(_found(t, one, place, end, model) for one in methods.values())]
        for place, (start, end) in enumerate(relation.pairs)
    ]
    lines = [
        t(
            "analogy.left_out",
            method=t(f"analogy.{name}"),
            hits=one.hits,
            covered=one.covered,
            low=f"{one.low:.0%}",
            high=f"{one.high:.0%}",
        )
        for name, one in methods.items()
        if one.low is not None and one.high is not None
    ]
    lost = [t("analogy.missing", words=", ".join(relation.missing))] if relation.missing else []
    head = [t("analogy.example"), *(t(f"analogy.{name}") for name in methods)]
    said = [dmc.Text(line, size="sm") for line in [*lines, *lost]]
    return dmc.Stack([*said, table(head, rows, label=t("analogy.examples"))], gap="xs")


def _found(t: Text, accuracy: Accuracy, place: int, end: str, model: str) -> Any:
    if not accuracy.found:
        return t("analogy.too_few")
    hit = accuracy.right[place]
    mark = html.Span(
        "✓" if hit else "✗",
        className="hit" if hit else "miss",
        **{"aria-label": t("analogy.right" if hit else "analogy.wrong")},
    )
    return html.Span([mark, " ", word_link(accuracy.found[place], model)])
