"""What is seen of labelled texts: counts, agreement with the labels they had, the texts themselves, and why one has its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit.components import empty, figures_row, graph, score_bar, table
from dashboards.kit.i18n import Text
from dashboards.pages.classify import figures

if TYPE_CHECKING:
    from explorer.encoders.labelled import Agreement, LabelledTexts, Pull, Reasons
    from explorer.encoders.library import EncoderRecord

__all__ = ["LISTED", "about", "agreement", "counts", "listed", "nothing_chosen", "pick", "reasons"]

LISTED = 50
"""Texts that are listed; CSV has all of them."""
BARS = 3
"""Labels of a text whose probabilities are drawn."""
SCORES = 30
"""Labels whose scores are listed; CSV has all of them."""
_BLUE, _ORANGE = "66, 99, 235", "213, 94, 0"


def pick(number: Any) -> dict[str, Any]:
    """A button that chooses a text by its number."""
    return {"type": "classify-pick", "number": number}


def about(t: Text, known: EncoderRecord) -> Any:
    """What a classifier was trained on, how often it is right, and of the one that ships what it is not made for."""
    said = known.provenance
    tested: Mapping[str, Any] = said.get("test") or said
    texts = said.get("texts") or {}
    source = said.get("source") or known.corpus
    parts = [t("classify.about_corpus", corpus=source)] if source else []
    if accuracy := (tested.get("accuracy") or {}).get("value"):
        held = texts.get("held_out", 0)
        learnt = texts.get("texts", held) - held
        parts.append(
            t(
                "classify.about_accuracy",
                learnt=learnt,
                held=tested["texts"] if tested is not said else held,
                accuracy=accuracy,
                baseline=tested.get("baseline", 0),
            )
        )
    parts += [t("classify.about_shipped")] if known.where == "shipped" else []
    return dmc.Text(" ".join(parts), size="sm", c="dimmed") if parts else None


def counts(t: Text, made: LabelledTexts, scheme: str | None) -> list[Any]:
    """How many texts have each label, and what was left out or cut."""
    found = made.counts()
    shown = [(f"{len(made):,}", t("classify.fact_texts"), ""), (f"{len(made.labels):,}", t("classify.fact_labels"), "")]
    said = [t("classify.missing", count=len(made.missing))] if made.missing else []
    said += [t("classify.cut", count=made.cut)] if made.cut else []
    height = min(700, 90 + 30 * len(found))
    figure = figures.counted(found, {"texts": t("classify.fact_texts")}, scheme)
    return [
        figures_row(shown),
        graph(figure, "classify-counted", t("classify.counts"), height),
        *([dmc.Text(" ".join(said), size="sm", c="dimmed")] if said else []),
    ]


def agreement(t: Text, found: Agreement, learnt: bool, scheme: str | None) -> list[Any]:
    """How often the labels are right, which are taken for which, and how each fares.

    Args:
        learnt: whether the classifier was trained on texts of this corpus.
    """
    words = {"gold": t("classify.gold"), "found": t("classify.found")}
    size = len(found.scores)
    drawn = graph(figures.matrix(found, words, scheme), "classify-matrix", t("classify.matrix"), min(700, 140 + 34 * size))
    if not found.comparable:
        return [dmc.Text(t("classify.incomparable", labels=_few(found.unknown)), size="sm"), drawn]
    one = found.accuracy
    interval = "" if one.low is None or one.high is None else t("senses.interval", low=one.low, high=one.high)
    numbers = [
        (f"{one.value:.2f}", t("classify.fact_accuracy", count=int(found.matrix.sum())), interval),
        (f"{found.baseline:.2f}", t("classify.fact_baseline"), ""),
        (f"{found.f1:.2f}", t("classify.fact_f1"), ""),
    ]
    notes = [t("classify.learnt")] if learnt else []
    if found.unknown:
        notes.append(t("classify.unknown", labels=_few(found.unknown)))
    rows = [
        [
            score.label,
            f"{score.texts:,}",
            f"{score.found:,}",
            *(_number(part) for part in (score.precision, score.recall, score.f1)),
        ]
        for score in found.scores[:SCORES]
    ]
    head = [t(f"classify.head_{name}") for name in ("label", "texts", "found", "precision", "recall", "f1")]
    more = [dmc.Text(t("classify.more_labels", count=size - SCORES), size="xs", c="dimmed")] if size > SCORES else []
    return [
        figures_row(numbers),
        *(dmc.Text(note, size="sm", c="orange") for note in notes),
        drawn,
        table(head, rows, t("classify.agreement")),
        *more,
    ]


def _few(labels: Sequence[str]) -> str:
    return ", ".join(labels[:8]) + ("…" if len(labels) > 8 else "")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def listed(t: Text, made: LabelledTexts, rows: Sequence[int], chosen: int | None) -> list[Any]:
    """The first of the texts: label, whether it is the one they had, probabilities, a button that asks why."""
    if not rows:
        return [dmc.Text(t("classify.none"), size="sm", c="dimmed")]
    body = []
    for row in rows[:LISTED]:
        number, text = int(made.numbers[row]), made.texts[row]
        line = " ".join(text[:800].split())
        button = html.Button(
            line if len(line) <= 200 else line[:199] + "…",
            id=pick(number),
            type="button",
            className="as-link classify-text",
            lang="ko",
            title=t("classify.ask_why"),
            **{"aria-pressed": str(number == chosen).lower()},
        )
        body.append([f"{number:,}", _said(t, made, row), button, _bars(made, row)])
    head = [t(f"classify.head_{name}") for name in ("number", "label", "text", "probability")]
    more = [dmc.Text(t("classify.more", count=len(rows) - LISTED), size="xs", c="dimmed")] if len(rows) > LISTED else []
    return [
        dmc.Text(t("classify.shown", count=len(rows)), size="sm", c="dimmed"),
        table(head, body, t("classify.texts")),
        *more,
    ]


def _said(t: Text, made: LabelledTexts, row: int) -> Any:
    right = made.right(row)
    badge = dmc.Badge(made.label(row), variant="light", tt="none", miw="4rem", color="orange" if right is False else None)
    if right is None and not (made.gold and made.gold[row]):
        return badge
    told = t("classify.right") if right else t("classify.wrong", label=made.gold[row])
    return dmc.Stack([badge, dmc.Text(told, size="xs", c="dimmed")], gap=2, align="flex-start")


def _bars(made: LabelledTexts, row: int) -> Any:
    best = sorted(zip(made.labels, made.probabilities[row].tolist(), strict=True), key=lambda one: -one[1])[:BARS]
    return html.Div(
        [
            html.Div([html.Span(label, className="classify-label"), score_bar(share)], className="classify-bar")
            for label, share in best
        ]
    )


def reasons(t: Text, number: int, found: Reasons) -> list[Any]:
    """The text's morphemes, coloured by what they do for its label, and the numbers."""
    most = max((abs(one.pull or 0.0) for one in found.pulls), default=0.0) or 1.0
    said = t("classify.why_said", number=number, label=found.label, share=f"{found.probability:.3f}")
    chips = [
        html.Span(
            one.surface,
            title=one.morphemes,
            className="classify-chip",
            style={
                "backgroundColor": f"rgba({_BLUE if (one.pull or 0) >= 0 else _ORANGE}, {0.55 * abs(one.pull or 0) / most:.2f})"
            },
        )
        for one in found.pulls
    ]
    rows = [
        [html.Span(one.surface, lang="ko"), html.Span(one.morphemes, lang="ko"), _number(one.without), _pulled(one, most)]
        for one in found.pulls
    ]
    head = [t(f"classify.head_{name}") for name in ("surface", "morphemes", "without", "pull")]
    return [
        dmc.Text(said, size="sm"),
        html.P(chips, className="classify-chips", lang="ko"),
        table(head, rows, t("classify.why")),
        *([dmc.Text(t("classify.why_cut"), size="xs", c="dimmed")] if found.cut else []),
    ]


def _pulled(one: Pull, most: float) -> Any:
    if one.pull is None:
        return "–"
    share = abs(one.pull) / most
    side: Mapping[str, Any] = {"width": f"{share:.0%}", "backgroundColor": f"rgb({_BLUE if one.pull >= 0 else _ORANGE})"}
    return html.Div(
        [
            html.Span(f"{one.pull:+.2f}", className="numbers score-number"),
            html.Div(html.Div(style=side, className="score-fill"), className="score-track", **{"aria-hidden": "true"}),
        ],
        className="score",
    )


def nothing_chosen(t: Text) -> Any:
    """What stands where the reasons will be."""
    return empty(t("classify.nothing"), t("classify.nothing_lead"), picture="why")
