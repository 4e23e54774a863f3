"""The form of the context page and the frame of its answer, as components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit.checkpoints import FETCHABLE
from dashboards.kit.components import card, graph
from dashboards.kit.forms import example_buttons, layer_slider, model_choice, sentence_box
from dashboards.kit.i18n import Text
from dashboards.kit.local import paths_allowed
from dashboards.kit.theme import blank
from dashboards.kit.url import MAX_WORD
from dashboards.pages.context.asked import MAX_SENTENCES, POOLINGS, VIEWS
from explorer.core.store import home
from explorer.encoders.packaged import EXTRA

if TYPE_CHECKING:
    from explorer.encoders.readings import Representation

__all__ = ["EXAMPLES", "cards_of", "others", "question_of", "said"]

EXAMPLES = ("배", "눈", "다리", "말", "차", "타다", "쓰다")
"""Homographs of the sample corpus that are offered."""


def others(t: Text) -> Any:
    """How to use a model beside the one that ships; folded until somebody wants it."""
    rows = [
        dmc.Group(
            [
                dmc.Button(t("context.fetch"), id={"type": "context-fetch", "id": one.id}, size="compact-sm", variant="light"),
                dmc.Code(one.id),
                dmc.Text(t(f"context.fetch_{one.languages}", size=one.size), size="sm", c="dimmed"),
            ],
            gap="sm",
        )
        for one in FETCHABLE
    ]
    return html.Details(
        [
            html.Summary(t("context.no_model_title")),
            dmc.Stack(
                [
                    dmc.Text(t("context.no_model"), size="sm"),
                    dmc.Text(t("context.no_model_folder"), size="sm"),
                    dmc.Code(f"EXPLORER_BERT={t('context.some_folder')} korean-explorer serve", block=True),
                    dmc.Text(t("context.no_model_home"), size="sm"),
                    dmc.Code(str(home() / "models") if paths_allowed() else t("context.home_models"), block=True),
                    dmc.Text(t("context.no_model_extra"), size="sm"),
                    dmc.Code(f'pip install "korean-explorer[{EXTRA}]"', block=True),
                    dmc.Text(t("context.no_model_fetch"), size="sm"),
                    *rows,
                ],
                gap="xs",
                mt="sm",
            ),
        ]
    )


def question_of(t: Text, word: str, lines: list[str], models: list[dict[str, str]], model: str | None, pooling: str) -> Any:
    """The form: a word, a model, sentences."""
    return card(
        None,
        dmc.Stack(
            [
                html.Div(
                    [
                        dmc.TextInput(
                            id="context-word",
                            value=word,
                            label=t("context.word"),
                            description=t("context.word_help"),
                            inputProps={"maxLength": MAX_WORD, "lang": "ko"},
                            className="context-word",
                        ),
                        model_choice(t, "context-model", models, model),
                        dmc.Select(
                            id="context-pooling",
                            value=pooling,
                            data=[{"value": name, "label": t(f"context.pooling_{name}")} for name in POOLINGS],
                            label=t("context.pooling"),
                            description=t("context.pooling_help"),
                            allowDeselect=False,
                            className="context-pooling",
                        ),
                    ],
                    className="context-form",
                ),
                example_buttons(t("context.examples"), "context", EXAMPLES),
                sentence_box(t, "context-sentences", lines, MAX_SENTENCES, 5000),
                dmc.Group([dmc.Button(t("context.compare"), id="context-compare", disabled=not models)], justify="flex-end"),
            ],
            gap="md",
        ),
    )


def cards_of(t: Text, view: str, layer: int) -> list[Any]:
    """The cards of the answer, in a view, at a layer (one there is not: the model's own choice)."""
    controls = html.Div(
        [
            layer_slider("context-layer", t("context.layer"), 0, 99, layer, "context"),
            html.Div(
                [
                    dmc.Text(t("context.view"), size="sm", fw=600),
                    dmc.SegmentedControl(
                        id="context-view",
                        value=view,
                        data=[{"value": name, "label": t(f"context.view_{name}")} for name in VIEWS],
                        size="sm",
                        **{"aria-label": t("context.view")},
                    ),
                ]
            ),
        ],
        className="context-controls",
    )
    return [
        card(None, controls, html.Div(id="context-scale", className="context-scale", **{"aria-live": "polite"})),
        html.Div(
            [
                card(
                    t("context.found"), html.Div(id="context-found"), hint=t("context.found_help"), takes=("context", "found")
                ),
                card(
                    t("context.heat"),
                    graph(blank(None), "context-heat", t("context.heat"), height=420),
                    hint=t("context.heat_help"),
                    takes=("context", "heat"),
                ),
                card(
                    t("context.plane"),
                    graph(blank(None), "context-plane", t("context.plane"), height=420),
                    hint=t("context.plane_help"),
                    takes=("context", "plane"),
                ),
                card(
                    t("context.layers"),
                    graph(blank(None), "context-layers", t("context.layers"), height=420),
                    hint=t("context.layers_help"),
                    takes=("context", "layers"),
                ),
            ],
            className="context-grid",
        ),
    ]


def said(t: Text, chosen: Representation, view: str, layer: int) -> Any:
    """Which representation is shown, and why, in a line."""
    parts = " + ".join(f"{weight:g} {t(f'senses.level_{name}')}" for name, weight in chosen.weights.items())
    line = t(f"context.shown_{view}", parts=parts, layer=layer, auc=chosen.auc, own=chosen.own_auc)
    return dmc.Text(line, size="sm", c="dimmed", mt="md")
