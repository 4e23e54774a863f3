"""The form of the senses page and the frame of its answer, as components."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit.components import card, graph
from dashboards.kit.forms import MAX_SENTENCE, example_buttons, model_choice, sentence_box
from dashboards.kit.i18n import Text
from dashboards.kit.page import HIDDEN
from dashboards.kit.theme import blank
from dashboards.kit.url import MAX_WORD
from dashboards.pages.senses.asked import FROM_CORPUS, MAX_SENTENCES, MAX_TEXT, NUMBERS, OWN, VIEWS, Found, sources

__all__ = ["EXAMPLES", "cards_of", "note", "own_style", "question_of"]

EXAMPLES = ("은행", "연기", "다리", "바람", "사과", "타다", "배")
"""The first is shown at once: ``mini`` finds its number of senses by itself and sorts every sentence right."""
"""Homographs of the sample corpus that are offered."""


def own_style(source: str | None) -> dict[str, str]:
    """The text box is there only where it is read."""
    return {} if source == OWN else HIDDEN


def question_of(
    t: Text, word: str, source: str, lines: list[str], models: list[dict[str, str]], model: str | None, number: str, view: str
) -> Any:
    """The form: a word, where its sentences come from, a model, how many senses, what is compared."""
    named = {"sample": t("senses.source_sample"), OWN: t("senses.source_own")}
    return card(
        None,
        dmc.Stack(
            [
                html.Div(
                    [
                        dmc.TextInput(
                            id="senses-word",
                            value=word,
                            label=t("senses.word"),
                            description=t("senses.word_help"),
                            inputProps={"maxLength": MAX_WORD, "lang": "ko"},
                            className="context-word",
                        ),
                        dmc.Select(
                            id="senses-source",
                            value=source,
                            data=[
                                {"value": name, "label": named.get(name, name)} for name in dict.fromkeys([*sources(), source])
                            ],
                            label=t("senses.source"),
                            description=t("senses.source_help", most=FROM_CORPUS),
                            allowDeselect=False,
                            className="context-model",
                        ),
                        model_choice(t, "senses-model", models, model),
                        dmc.Select(
                            id="senses-number",
                            value=number,
                            data=[{"value": name, "label": t("senses.auto") if name == "auto" else name} for name in NUMBERS],
                            label=t("senses.number"),
                            description=t("senses.number_help"),
                            allowDeselect=False,
                            className="context-pooling",
                        ),
                        dmc.Select(
                            id="senses-view",
                            value=view,
                            data=[{"value": name, "label": t(f"context.view_{name}")} for name in VIEWS],
                            label=t("context.view"),
                            description=t("senses.view_help"),
                            allowDeselect=False,
                            className="context-pooling",
                        ),
                    ],
                    className="context-form",
                ),
                example_buttons(t("context.examples"), "senses", EXAMPLES),
                html.Div(
                    sentence_box(t, "senses-sentences", lines, MAX_SENTENCES, MAX_TEXT),
                    id="senses-own",
                    style=own_style(source),
                ),
                dmc.Group([dmc.Button(t("senses.sort"), id="senses-sort", disabled=not models)], justify="flex-end"),
            ],
            gap="md",
        ),
    )


def cards_of(t: Text, new_sentence: str) -> list[Any]:
    """The cards of the answer."""
    new = html.Div(
        [
            dmc.TextInput(
                id="senses-new",
                value=new_sentence,
                label=t("senses.new_label"),
                inputProps={"maxLength": MAX_SENTENCE, "lang": "ko"},
                className="senses-new",
            ),
            dmc.Button(t("senses.new_ask"), id="senses-new-ask", variant="light"),
        ],
        className="senses-ask",
    )
    return [
        card(None, html.Div(id="senses-facts", **{"aria-live": "polite"}), takes=("senses", "senses")),
        card(
            t("senses.decision"),
            html.Div(id="senses-decision", **{"aria-live": "polite"}),
            html.Div(graph(blank(None), "senses-evidence", t("senses.decision"), height=300), id="senses-evidence-slot"),
            hint=t("senses.decision_help"),
            takes=("senses", "evidence"),
        ),
        html.Div(id="senses-columns", className="senses-columns"),
        card(
            t("senses.new"),
            new,
            html.Div(id="senses-new-answer", className="context-slot senses-verdict", **{"aria-live": "polite"}),
            hint=t("senses.new_help"),
            takes=("senses", "new"),
        ),
        html.Div(
            [
                card(
                    t("senses.plane"),
                    graph(blank(None), "senses-plane", t("senses.plane"), height=420),
                    hint=t("senses.plane_help"),
                    takes=("senses", "plane"),
                ),
                card(
                    t("senses.clarity"),
                    graph(blank(None), "senses-clarity", t("senses.clarity"), height=360),
                    html.Div(id="senses-clarity-note", className="senses-note"),
                    hint=t("senses.clarity_help"),
                    takes=("senses", "clarity"),
                ),
                card(
                    t("senses.cosines"),
                    graph(blank(None), "senses-cosines", t("senses.cosines"), height=360),
                    hint=t("senses.cosines_help"),
                    takes=("senses", "cosines"),
                ),
            ],
            className="context-grid",
        ),
    ]


def note(t: Text, found: Found) -> Any:
    """Kiwi's own similarity of contexts, in a line."""
    kiwi = found.curve.kiwi
    if kiwi is None:
        return dmc.Text(t("senses.kiwi_none"), size="sm", c="dimmed")
    clear = "–" if kiwi.silhouette is None else f"{kiwi.silhouette:.2f}"
    key = "senses.kiwi" if kiwi.ari is None else "senses.kiwi_ari"
    return dmc.Text(t(key, silhouette=clear, ari=kiwi.ari or 0.0), size="sm", c="dimmed")
