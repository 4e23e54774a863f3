"""The form of the training page: what of, what with, what it will be called; what is rarely changed is folded away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboards.app.state import corpus_names
from dashboards.kit.components import slot
from dashboards.kit.i18n import Text
from dashboards.kit.page import HIDDEN
from dashboards.pages.tokens.page import options
from dashboards.pages.train.asked import KEYS, MODELS, NEW, PARAMS, SUBWORDS

__all__ = ["CORPUS", "EXPECTED", "FIELD_IDS", "GO", "KINDS", "LIMITS", "NEW_BOX", "VECTORS_BOX", "form_of"]

KINDS = ("vectors", "tokenizer")
LIMITS = {"dim": (2, 1000), "window": (1, 50), "min_count": (1, 10_000), "epochs": (1, 500)}
"""What a person may set of the parameters that fit the corpus by themselves."""
VOCABULARY = (100, 200_000)

FIELD_IDS = {
    name: f"train-{name}" for name in ("what", "corpus", "kind", "t", "sub", "vocab", "tname", "name", *PARAMS, "keys", "seed")
}
"""The controls by the fields of the address."""
CORPUS, GO, EXPECTED = FIELD_IDS["corpus"], "train-go", "train-expected"
NEW_BOX, VECTORS_BOX, FOLDED = "train-new", "train-vectors", "train-folded"


def form_of(t: Text, q: Mapping[str, Any]) -> Any:
    """The question, with the values of the address."""
    corpora = dict.fromkeys([*corpus_names(), q["corpus"]])
    return dmc.Stack(
        [
            dmc.SegmentedControl(
                id=FIELD_IDS["what"],
                value=q["what"],
                data=[{"value": one, "label": t(f"train.what_{one}")} for one in KINDS],
                className="train-what",
                **{"aria-label": t("train.what")},
            ),
            html.Div(
                [
                    dmc.Select(
                        id=CORPUS,
                        value=q["corpus"],
                        data=[{"value": one, "label": t("bench.sample") if one == "sample" else one} for one in corpora],
                        label=t("bench.corpus"),
                        allowDeselect=False,
                        searchable=True,
                        className="field-wide",
                    ),
                    html.Div(_vectors(t, q), id=VECTORS_BOX, className="form", style={} if q["what"] == KINDS[0] else HIDDEN),
                ],
                className="form",
            ),
            html.Div(_new_tokenizer(t, q), id=NEW_BOX, className="form", style={} if is_new(q["what"], q["t"]) else HIDDEN),
            dmc.Accordion(
                dmc.AccordionItem(
                    [dmc.AccordionControl(t("train.settings")), dmc.AccordionPanel(_settings(t, q))], value="settings"
                ),
                id=FOLDED,
                variant="contained",
                radius="md",
            ),
            html.Div([dmc.Button(t("train.go"), id=GO), slot(EXPECTED)], className="train-start"),
        ],
        gap="md",
    )


def is_new(what: str | None, tokenizer: str | None) -> bool:
    """Whether the form asks for a new tokenizer."""
    return what == KINDS[1] or tokenizer == NEW


def _vectors(t: Text, q: Mapping[str, Any]) -> list[Any]:
    return [
        dmc.Select(
            id=FIELD_IDS["t"],
            value=q["t"],
            data=[
                {"group": t("train.tokenizer_new"), "items": [{"value": NEW, "label": t("train.tokenizer_train")}]},
                *options(t, [] if q["t"] == NEW else [q["t"]]),
            ],
            label=t("tokens.tokenizer"),
            allowDeselect=False,
            searchable=True,
            className="field-wide",
        ),
        html.Div(
            [
                html.Div(t("train.model"), className="field-label", **{"aria-hidden": "true"}),
                dmc.SegmentedControl(
                    id=FIELD_IDS["kind"],
                    value=q["kind"],
                    data=[{"value": one, "label": t(f"train.model_{one}")} for one in MODELS],
                    **{"aria-label": t("train.model")},
                ),
            ],
            className="train-models",
        ),
        dmc.TextInput(
            id=FIELD_IDS["name"],
            value=q["name"],
            label=t("train.model_name"),
            placeholder=t("train.name_given"),
            spellCheck=False,
            className="field-wide",
        ),
    ]


def _whole_number(name: str, value: Any, label: str, limits: tuple[int, int], **more: Any) -> dmc.NumberInput:
    low, high = limits
    return dmc.NumberInput(
        id=FIELD_IDS[name], value=value, label=label, min=low, max=high, allowDecimal=False, className="field-small", **more
    )


def _new_tokenizer(t: Text, q: Mapping[str, Any]) -> list[Any]:
    return [
        dmc.Select(
            id=FIELD_IDS["sub"],
            value=q["sub"],
            data=[{"value": one, "label": t(f"train.sub_{one.replace('-', '_')}")} for one in SUBWORDS],
            label=t("train.sub"),
            allowDeselect=False,
            className="field-wide",
        ),
        _whole_number("vocab", q["vocab"], t("train.vocab"), VOCABULARY, step=1000, thousandSeparator=","),
        dmc.TextInput(
            id=FIELD_IDS["tname"],
            value=q["tname"],
            label=t("train.tokenizer_name"),
            placeholder=t("train.name_given"),
            spellCheck=False,
            className="field-wide",
        ),
    ]


def _settings(t: Text, q: Mapping[str, Any]) -> Any:
    numbers = [
        _whole_number(name, q[name] or "", t(f"train.{name}"), limits, placeholder=t("train.by_size"))
        for name, limits in LIMITS.items()
    ]
    return dmc.Stack(
        [
            dmc.Text(t("train.settings_help"), size="sm", c="dimmed"),
            html.Div(
                [
                    *numbers,
                    dmc.Select(
                        id=FIELD_IDS["keys"],
                        value=q["keys"],
                        data=[{"value": one, "label": t(f"train.keys_{one}")} for one in KEYS],
                        label=t("train.keys"),
                        allowDeselect=False,
                        className="field",
                    ),
                    _whole_number("seed", q["seed"], t("map.seed"), (0, 2**32 - 1)),
                ],
                className="form",
            ),
        ],
        gap="sm",
    )
