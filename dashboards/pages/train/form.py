"""The form of the training page: what of, what with, what it will be called; what is rarely changed is folded away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.app.state import corpus_names
from dashboards.kit import url
from dashboards.kit.components import slot
from dashboards.kit.forms import models as encoders
from dashboards.kit.i18n import Text
from dashboards.kit.page import HIDDEN
from dashboards.pages.tokens.page import options
from dashboards.pages.train.asked import tests_here
from dashboards.pages.train.choice import CONTEXTUAL, KEYS, KINDS, MODELS, NEW, PARAMS, PARTS, SUBWORDS
from explorer.core.evaluation_sets import evaluation_sets
from explorer.static.presets import PRESETS

__all__ = [
    "BOXES",
    "CORPUS",
    "EXPECTED",
    "FIELD_IDS",
    "GO",
    "LABELS_LINK",
    "LIMITS",
    "MOST_CELLS",
    "VOCABULARY",
    "box_styles",
    "form_of",
]

LIMITS = {
    "dim": (2, 1000),
    "window": (1, 50),
    "min_count": (1, 10_000),
    "epochs": (1, 500),
    "contexts": (1, 1000),
    "most": (20, 1_000_000),
}
"""What a person may set of the parameters that fit by themselves."""
VOCABULARY = (100, 200_000)
MOST_CELLS = 12
"""Tokenizers, and models, of one lab."""

FIELD_IDS = {
    name: f"train-{name}"
    for name in (
        *("what", "corpus", "kind", "t", "enc", "label", "part", "ts", "ms", "tests", "sub", "vocab", "tname", "name"),
        *(*PARAMS, "keys", "seed"),
    )
}
"""The controls by the fields of the address."""
BOXES = tuple(name for name in FIELD_IDS if name not in ("what", "corpus"))
"""Controls that are there for some kinds of training only, each in a box of its own."""
CORPUS, GO, EXPECTED, FOLDED, LABELS_LINK = (
    FIELD_IDS["corpus"],
    "train-go",
    "train-expected",
    "train-folded",
    "train-labels-link",
)

_SHOWN = {
    "vectors": ("t", "kind", "name", "min_count", "keys", "seed"),
    "tokenizer": ("sub", "vocab", "tname", "seed"),
    "classifier": ("enc", "label", "part", "name", "epochs", "most", "seed"),
    "layers": ("enc", "label", "name", "most", "seed"),
    "lab": ("ts", "ms", "tests", "name", "dim", "window", "min_count", "epochs", "seed"),
}


def shown(q: Mapping[str, Any]) -> set[str]:
    """The controls that a kind of training has."""
    found = set(_SHOWN[q["what"]])
    if q["what"] == "vectors":
        found |= {"enc", "contexts"} if q["kind"] == CONTEXTUAL else {"dim", "window", "epochs"}
        found |= {"sub", "vocab", "tname"} if q["t"] == NEW else set()
    return found


def box_styles(q: Mapping[str, Any]) -> list[dict[str, str]]:
    """The styles of :data:`BOXES`."""
    found = shown(q)
    return [{} if name in found else HIDDEN for name in BOXES]


def form_of(t: Text, q: Mapping[str, Any]) -> Any:
    """The question, with the values of the address."""
    there = shown(q)

    def row(parts: Mapping[str, Any], **props: Any) -> html.Div:
        boxes = [
            html.Div(
                part, id=f"train-box-{name}", className="train-box", style={} if name in there or name == "corpus" else HIDDEN
            )
            for name, part in parts.items()
        ]
        return html.Div(boxes, className="form", **props)

    upload = dcc.Link(t("train.bring_labels"), href=url.href("/corpora"), className="example")
    return dmc.Stack(
        [
            dmc.SegmentedControl(
                id=FIELD_IDS["what"],
                value=q["what"],
                data=[{"value": one, "label": t(f"train.what_{one}")} for one in KINDS],
                className="train-what",
                **{"aria-label": t("train.what")},
            ),
            dmc.Text(t(f"train.about_{q['what']}"), id="train-about", size="sm", c="dimmed"),
            row(
                {
                    "corpus": _corpus(t, q),
                    **_vectors(t, q),
                    **_asked_of_encoders(t, q),
                    **_lab(t, q),
                    **_new_tokenizer(t, q),
                    "name": _name(t, q),
                }
            ),
            html.Div(upload, id=LABELS_LINK, className="chips", style={} if "label" in there else HIDDEN),
            dmc.Accordion(
                dmc.AccordionItem(
                    [
                        dmc.AccordionControl(t("train.settings")),
                        dmc.AccordionPanel(
                            dmc.Stack(
                                [dmc.Text(t("train.settings_help"), size="sm", c="dimmed"), row(_settings(t, q))], gap="sm"
                            )
                        ),
                    ],
                    value="settings",
                ),
                id=FOLDED,
                variant="contained",
                radius="md",
            ),
            html.Div([dmc.Button(t("train.go"), id=GO), slot(EXPECTED)], className="train-start"),
        ],
        gap="md",
    )


def _corpus(t: Text, q: Mapping[str, Any]) -> Any:
    corpora = dict.fromkeys([*corpus_names(), q["corpus"]])
    return dmc.Select(
        id=CORPUS,
        value=q["corpus"],
        data=[{"value": one, "label": t("bench.sample") if one == "sample" else one} for one in corpora],
        label=t("bench.corpus"),
        allowDeselect=False,
        searchable=True,
        className="field-wide",
    )


def _segments(name: str, value: str, label: str, data: list[dict[str, str]]) -> html.Div:
    """A few words to choose from, under their name, which may be wider than the page."""
    return html.Div(
        [
            html.Div(label, className="field-label", **{"aria-hidden": "true"}),
            dmc.SegmentedControl(id=FIELD_IDS[name], value=value, data=data, **{"aria-label": label}),
        ],
        className="train-models",
    )


def _name(t: Text, q: Mapping[str, Any]) -> Any:
    return _typed("name", q["name"], t("train.model_name"), t("train.name_given"))


def _typed(name: str, value: str, label: str, placeholder: str) -> Any:
    return dmc.TextInput(
        id=FIELD_IDS[name], value=value, label=label, placeholder=placeholder, spellCheck=False, className="field-wide"
    )


def _vectors(t: Text, q: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "t": dmc.Select(
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
        "kind": _segments(
            "kind", q["kind"], t("train.model"), [{"value": one, "label": t(f"train.model_{one}")} for one in MODELS]
        ),
    }


def _asked_of_encoders(t: Text, q: Mapping[str, Any]) -> dict[str, Any]:
    offered, chosen = encoders(q["enc"])
    return {
        "enc": dmc.Select(
            id=FIELD_IDS["enc"],
            value=chosen,
            data=offered,
            label=t("train.encoder"),
            allowDeselect=False,
            searchable=True,
            className="field-wide",
        ),
        "label": dmc.Select(
            id=FIELD_IDS["label"],
            value=q["label"] or None,
            data=[q["label"]] if q["label"] else [],
            label=t("train.label"),
            placeholder=t("train.label_found"),
            clearable=True,
            clearButtonProps={"aria-label": t("shell.clear")},
            className="field",
        ),
        "part": _segments(
            "part", q["part"], t("train.part"), [{"value": one, "label": t(f"train.part_{one}")} for one in PARTS]
        ),
    }


def _lab(t: Text, q: Mapping[str, Any]) -> dict[str, Any]:
    sets = evaluation_sets()
    tests = [
        {"value": one, "label": f"{one} ({sets[one].said('items', t.language)})" if one in sets else one}
        for one in dict.fromkeys([*tests_here(), *q["tests"]])
    ]
    models = [{"value": one, "label": t.maybe(f"train.model_{one}", one)} for one in dict.fromkeys([*PRESETS, *q["ms"]])]
    choices = {"ts": options(t, q["ts"]), "ms": models, "tests": tests}
    return {
        name: dmc.MultiSelect(
            id=FIELD_IDS[name],
            value=q[name],
            data=data,
            label=t(f"train.lab_{name}"),
            searchable=True,
            clearable=True,
            clearButtonProps={"aria-label": t("shell.clear")},
            maxValues=MOST_CELLS,
            className="field-wide",
        )
        for name, data in choices.items()
    }


def _whole_number(name: str, value: Any, label: str, limits: tuple[int, int], **more: Any) -> dmc.NumberInput:
    low, high = limits
    return dmc.NumberInput(
        id=FIELD_IDS[name], value=value, label=label, min=low, max=high, allowDecimal=False, className="field-small", **more
    )


def _new_tokenizer(t: Text, q: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sub": dmc.Select(
            id=FIELD_IDS["sub"],
            value=q["sub"],
            data=[{"value": one, "label": t(f"train.sub_{one.replace('-', '_')}")} for one in SUBWORDS],
            label=t("train.sub"),
            allowDeselect=False,
            className="field-wide",
        ),
        "vocab": _whole_number("vocab", q["vocab"], t("train.vocab"), VOCABULARY, step=1000, thousandSeparator=","),
        "tname": _typed("tname", q["tname"], t("train.tokenizer_name"), t("train.name_given")),
    }


def _settings(t: Text, q: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {
        name: _whole_number(
            name, q[name] or "", t(f"train.{name}"), limits, placeholder=t("train.by_size"), thousandSeparator=","
        )
        for name, limits in LIMITS.items()
    }
    return numbers | {
        "keys": dmc.Select(
            id=FIELD_IDS["keys"],
            value=q["keys"],
            data=[{"value": one, "label": t(f"train.keys_{one}")} for one in KEYS],
            label=t("train.keys"),
            allowDeselect=False,
            className="field",
        ),
        "seed": _whole_number("seed", q["seed"], t("map.seed"), (0, 2**32 - 1)),
    }
