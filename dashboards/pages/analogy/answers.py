"""What an analogy is answered with: its words with the readings and senses to choose from, each method's answers, the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.kit.components import card, graph, resolved, score_bar, table, tag_badge
from dashboards.kit.i18n import Text
from dashboards.kit.url import word_href
from dashboards.kit.words import word_link
from explorer.core.errors import BadInput
from explorer.text.tags import tag_of

if TYPE_CHECKING:
    from explorer.vectors.records import Analogy, Expected, FormAnswer, Resolution, Term
    from explorer.vectors.vectors import Vectors

__all__ = ["answers_card", "form_card", "picture", "ranked", "term_list"]

OTHERS = 6
"""Readings and senses offered for a word."""

FORMS = 5
"""Answers shown in the form that was asked for."""

_BARS_FROM_ZERO = ("3cosadd", "3cosavg", "lrcos")


def term_list(t: Text, vectors: Vectors, analogy: Analogy, instead: Callable[[str], str]) -> html.Div:
    """Each word with its sign, what it was taken for, and links to the same question with another reading or sense of it.

    Args:
        instead: the address of this page for another expression.
    """
    rows = []
    for term, resolution in zip(analogy.terms, analogy.resolved, strict=True):
        sign = "−" if term.weight < 0 else "+"
        weight = "" if abs(term.weight) == 1 else f"{abs(term.weight):.3g} ×"
        links = [
            dcc.Link(label, href=instead(_with(analogy.expression, term, key)), className="example")
            for key, label in _others(t, vectors, resolution)[:OTHERS]
        ]
        rows.append(
            html.Div(
                [
                    html.Span(f"{sign} {weight}".strip(), className="sign minus" if sign == "−" else "sign"),
                    html.Div(
                        [
                            resolved(t, replace(resolution, alternatives=())),
                            *([html.Div([html.Span(t("analogy.instead")), *links], className="chips others")] if links else []),
                        ]
                    ),
                ],
                className="term",
            )
        )
    return html.Div(rows, className="terms")


def _with(expression: str, term: Term, key: str) -> str:
    from explorer.vectors.expression import written

    return expression[: term.start] + written(key) + expression[term.end :]


def _others(t: Text, vectors: Vectors, resolution: Resolution) -> list[tuple[str, str]]:
    """Other keys a word may be, and its senses: what to write, and what to call it."""
    senses = vectors.senses(resolution.query)
    keys = list(resolution.alternatives)
    if len(resolution.parts) == 1:
        keys += [vectors.keys[row] for row in vectors.same_words(resolution)]
    named = {key: f"{key} {t.maybe(f'tags.{tag}', '')}".strip() if (tag := tag_of(key)) else key for key in keys}
    named |= {sense.key: f"{sense.word} · {sense.name}" for sense in senses}
    named.pop(resolution.key, None)
    return list(named.items())


def answers_card(t: Text, analogy: Analogy, notes: Sequence[Any], model: str, name: str) -> Any:
    """One method's answers with their bars, where the expected one stands, and lines below them."""
    scores = [one.score for one in analogy]
    low, high = _scale(analogy.method, scores)
    asked = {part for resolution in analogy.resolved for part in resolution.parts}
    expected = analogy.expected
    rows = []
    for rank, one in enumerate(analogy, 1):
        mark = "asked" if one.key in asked else "expected_here" if expected and rank == expected.rank else ""
        badge = [_mark(t, mark)] if mark else []
        rows.append(_row(t, rank, one.key, [word_link(one.key, model), *badge], one.score, low, high))
    if expected and expected.rank and expected.key and expected.score is not None and expected.rank > len(rows):
        badge = [_mark(t, "expected_here")]
        rows.append(_row(t, expected.rank, expected.key, [word_link(expected.key, model), *badge], expected.score, low, high))
    title = t(f"analogy.{analogy.method}")
    head = [t("analogy.rank"), t("analogy.word"), t("analogy.tag"), t("analogy.score")]
    said = [] if low == 0 else [dmc.Text(t("analogy.bars", low=f"{low:.3f}", high=f"{high:.3f}"), size="xs", c="dimmed")]
    lost = [dmc.Text(ranked(t, expected), size="sm", c="dimmed")] if expected and expected.rank is None else []
    hint = t(f"analogy.{analogy.method}_hint")
    return card(title, table(head, rows, label=title), *said, *lost, *notes, hint=hint, takes=("analogy", name))


def form_card(t: Text, form: FormAnswer, model: str) -> Any:
    """The answer as an inflected form, and whether grammar or the vectors gave it."""
    words = list(dict.fromkeys(word for word in form.words if word))
    links = [dcc.Link(word, href=word_href(word, model), className="word-badge") for word in words[:FORMS]]
    said = t(f"analogy.form_{form.kind}", change=form.change)
    return card(t("analogy.form"), html.Div(links, className="resolved", lang="ko"), hint=said)


def _mark(t: Text, name: str) -> html.Span:
    return html.Span(t(f"analogy.{name}"), className=f"tag answer-{name.partition('_')[0]}")


def _row(t: Text, rank: int, key: str, word: Sequence[Any], score: float, low: float, high: float) -> list[Any]:
    return [f"{rank:,}", html.Span(list(word)), tag_badge(t, tag_of(key)), score_bar(score, low, high)]


def _scale(method: str, scores: Sequence[float]) -> tuple[float, float]:
    """Where bars begin and end. The products of 3CosMul lie so close together that bars from zero would all look alike: theirs begin
    a third of the way below the last one that is shown.
    """
    top = max(scores, default=1.0)
    if method in _BARS_FROM_ZERO or len(scores) < 2:
        return 0.0, max(map(abs, scores), default=1.0)
    return min(scores) - (top - min(scores)) / 3, top


def ranked(t: Text, expected: Expected) -> str:
    """Where the expected answer stands, or why nowhere."""
    if expected.rank is not None:
        return t("analogy.at_rank", rank=expected.rank)
    return t("analogy.unknown_answer" if expected.key is None else "analogy.no_answer", word=expected.word)


def picture(t: Text, vectors: Vectors, asked: dict[str, Any], scheme: str | None) -> Any:
    """The parallelogram with a table of its steps; in words why there is none otherwise.

    Args:
        asked: what ``Vectors.parallelogram`` is asked.
    """
    from dashboards.pages.analogy.figures import parallelogram

    try:
        shown = vectors.parallelogram(**asked)
    except BadInput as error:
        if error.code in ("vectors.no_parallelogram", "vectors.words_on_line"):
            return dmc.Text(t("analogy.flat" if error.code.endswith("line") else "analogy.no_picture"), size="sm", c="dimmed")
        raise
    several = " · " in shown.origin[0]
    names = [t("analogy.mean_first"), t("analogy.mean_second")] if several else [shown.origin[0], shown.start[0]]
    names.append(shown.end[0])
    target = f"{names[2]} − {names[0]} + {names[1]}"
    example, *steps = shown.steps
    head = [t(f"analogy.{name}") for name in ("step", "length", "angle", "gap", "inside")]
    rows = [
        [f"{names[0]} → {names[1]}", f"{example.length:.2f}", "0°", "–", "100%"],
        *(
            [f"{names[2]} → {step.end}", f"{step.length:.2f}", f"{step.angle:.0f}°", f"{step.gap:.2f}", f"{step.inside:.0%}"]
            for step in steps
        ),
    ]
    label = t("analogy.picture_label", target=target, answers=", ".join(step.end for step in steps))
    said = (
        [
            dmc.Text(
                t(
                    "analogy.angle_said",
                    one=rows[0][0],
                    other=rows[1][0],
                    angle=f"{steps[0].angle:.0f}",
                    inside=f"{steps[0].inside:.0%}",
                ),
                size="sm",
            )
        ]
        if steps
        else []
    )
    return dmc.Stack(
        [
            *said,
            graph(parallelogram(shown, scheme, names, target), "analogy-plane", label, height=420),
            table(head, rows, label=label),
        ],
        gap="xs",
    )
