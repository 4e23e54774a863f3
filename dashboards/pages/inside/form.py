"""The form of the inside page and the frame of its answer, as components."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit.components import card, graph
from dashboards.kit.forms import example_buttons, layer_slider
from dashboards.kit.i18n import Text
from dashboards.kit.theme import blank
from dashboards.pages.inside.asked import MASK, MAX_SENTENCE, PARTS, UNITS
from dashboards.pages.inside.taking import START

__all__ = ["EXAMPLES", "cards_of", "next_of", "question_of"]

EXAMPLES = (
    ("나는 항구에서 배를 탔다.", "배가 고파서 배를 먹었다."),
    ("눈이 펑펑 내려서 눈을 뜰 수 없었다.", ""),
    ("할아버지께서 진지를 잡수셨다.", "밥을 다 드셨어요?"),
    ("서울은 대한민국의 수도이다.", "도쿄는 일본의 수도이다."),
)
"""Pairs of sentences that are offered."""


def question_of(t: Text, first: str, second: str, models: list[dict[str, str]], model: str | None) -> Any:
    """The form: a model and one or two sentences."""
    field = {"maxLength": MAX_SENTENCE, "lang": "ko"}
    return card(
        None,
        dmc.Stack(
            [
                html.Div(
                    [
                        dmc.TextInput(
                            id="inside-first",
                            value=first,
                            label=t("inside.first"),
                            inputProps=field,
                            className="inside-sentence",
                        ),
                        dmc.TextInput(
                            id="inside-second",
                            value=second,
                            label=t("inside.second"),
                            placeholder=t("inside.second_none"),
                            inputProps=field,
                            className="inside-sentence",
                        ),
                    ],
                    className="inside-form",
                ),
                example_buttons(t("inside.examples"), "inside", [first for first, _ in EXAMPLES]),
                html.Div(
                    [
                        dmc.Select(
                            id="inside-model",
                            value=model,
                            data=models,
                            label=t("inside.model"),
                            allowDeselect=False,
                            disabled=not models,
                            className="inside-model",
                        ),
                        dmc.Button(t("inside.look"), id="inside-look", disabled=not models),
                    ],
                    className="inside-form",
                ),
            ],
            gap="md",
        ),
    )


def picture(name: str, label: str, height: int) -> html.Div:
    """A picture that scrolls inside its card where the screen is too narrow for it."""
    return html.Div(
        graph(blank(None), name, label, height=height),
        className="inside-scroll",
        tabIndex=0,
        role="region",
        **{"aria-label": label},
    )


def cards_of(t: Text, values: dict[str, Any]) -> list[Any]:
    """The cards of the answer."""
    return [_attention(t, values), _tokens(t, values), _similarity(t, values), _guess(t, values)]


def _tokens(t: Text, values: dict[str, Any]) -> Any:
    parts = [{"value": name, "label": t(f"inside.part_{name}")} for name in PARTS]
    return card(
        t("inside.tokens"),
        dmc.Stack(
            [
                html.Div(id="inside-notes", className="context-slot"),
                html.Div(id="inside-tokens", className="inside-tokens"),
                html.Div(id="inside-token-facts", **{"aria-live": "polite"}),
                html.Details(
                    [
                        html.Summary(t("inside.strips")),
                        graph(blank(None), "inside-strips", t("inside.strips"), height=230),
                        dmc.Text(t("inside.strips_help"), size="sm", c="dimmed"),
                        dmc.Title(t("inside.all_tokens"), order=3, size="h5", my="md"),
                        html.Div(
                            dmc.SegmentedControl(
                                id="inside-part",
                                value=values["part"],
                                data=parts,
                                size="sm",
                                **{"aria-label": t("inside.all_tokens")},
                            ),
                            className="inside-segments",
                        ),
                        graph(blank(None), "inside-rows", t("inside.all_tokens"), height=300),
                    ],
                    className="inside-folded",
                ),
                html.Details(
                    [
                        html.Summary(t("inside.numbers")),
                        html.Div(id="inside-numbers", className="inside-numbers"),
                        dmc.Text(t("inside.numbers_help"), size="sm", c="dimmed", mt="xs"),
                    ]
                ),
            ],
            gap="md",
        ),
        hint=t("inside.tokens_help"),
        takes=("inside", "tokens"),
    )


def _attention(t: Text, values: dict[str, Any]) -> Any:
    return card(
        t("inside.attention"),
        html.Div(
            [
                layer_slider("inside-layer", t("inside.layer"), 1, 99, values["layer"], "inside"),
                dmc.Select(
                    id="inside-head",
                    label=t("inside.head"),
                    data=[{"value": "0", "label": t("inside.head_mean")}],
                    value=str(values["head"]),
                    allowDeselect=False,
                    className="inside-head",
                ),
                html.Div(
                    [
                        dmc.Text(t("inside.unit"), size="sm", fw=500),
                        dmc.SegmentedControl(
                            id="inside-unit",
                            value=values["unit"],
                            data=[{"value": unit, "label": t(f"inside.unit_{unit}")} for unit in UNITS],
                            size="sm",
                            **{"aria-label": t("inside.unit")},
                        ),
                    ]
                ),
            ],
            className="inside-controls",
        ),
        picture("inside-attention", t("inside.attention"), 500),
        dmc.Text(t("inside.attention_note"), size="sm", c="dimmed", mt="sm"),
        hint=t("inside.attention_help"),
        takes=("inside", "attention"),
    )


def _similarity(t: Text, values: dict[str, Any]) -> Any:
    return card(
        t("inside.similarity"),
        html.Div(
            [
                layer_slider("inside-at", t("inside.layer"), 0, 99, values["at"], "inside"),
                dmc.Switch(
                    id="inside-centre",
                    label=t("inside.centre"),
                    description=t("inside.centre_help"),
                    checked=values["centre"],
                    size="sm",
                ),
            ],
            className="inside-controls",
        ),
        html.Div(id="inside-scale", className="inside-scale", **{"aria-live": "polite"}),
        picture("inside-cosines", t("inside.similarity"), 500),
        dmc.Title(t("inside.spread"), order=3, size="h5", mt="md"),
        dmc.Text(t("inside.spread_help"), size="sm", c="dimmed"),
        graph(blank(None), "inside-spread", t("inside.spread"), height=320),
        hint=t("inside.similarity_help"),
        takes=("inside", "similarity"),
    )


def _guess(t: Text, values: dict[str, Any]) -> Any:
    return card(
        t("inside.guess"),
        dmc.Stack(
            [
                html.Div(id="inside-words", className="inside-tokens"),
                html.Div(
                    dmc.Stack(
                        [
                            html.Div(
                                [
                                    dmc.TextInput(
                                        id="inside-gap",
                                        value=values["gap"],
                                        label=t("inside.gap"),
                                        placeholder=t("inside.gap_none", mask=MASK),
                                        inputProps={"maxLength": MAX_SENTENCE + len(MASK), "lang": "ko"},
                                        className="inside-sentence",
                                    ),
                                    dmc.Button(t("inside.fill"), id="inside-fill", variant="light"),
                                ],
                                className="inside-form",
                            ),
                            dmc.SegmentedControl(
                                id="inside-guess-unit",
                                value=values["guess"],
                                data=[{"value": unit, "label": t(f"inside.guess_{unit}")} for unit in ("word", "piece")],
                                size="sm",
                                w="fit-content",
                                **{"aria-label": t("inside.unit")},
                            ),
                            html.Div(id="inside-guesses", **{"aria-live": "polite"}),
                        ],
                        gap="md",
                    ),
                    id="inside-guess-form",
                ),
            ],
            gap="md",
        ),
        hint=t("inside.guess_help"),
        takes=("inside", "guess"),
    )


def next_of(t: Text, start: str) -> Any:
    """What may come next, by Kiwi's own language model: there whatever model was chosen, and without any."""
    return card(
        t("inside.next"),
        dmc.Stack(
            [
                html.Div(
                    [
                        dmc.TextInput(
                            id="inside-start",
                            value=start or START,
                            label=t("inside.start"),
                            description=t("inside.start_help"),
                            inputProps={"maxLength": MAX_SENTENCE, "lang": "ko"},
                            className="inside-sentence",
                        ),
                        dmc.Button(t("inside.go"), id="inside-go", variant="light"),
                    ],
                    className="inside-form",
                ),
                html.Div(id="inside-next", **{"aria-live": "polite"}),
            ],
            gap="md",
        ),
        hint=t("inside.next_help"),
        takes=("inside", "next"),
    )
