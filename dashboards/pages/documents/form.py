"""The form of the page of documents: which texts, which vectors, which layout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboards.app.state import corpus_names
from dashboards.kit.forms import models
from dashboards.kit.i18n import Text
from dashboards.kit.page import HIDDEN
from dashboards.pages.documents.asked import BY, MAX_PASTED, METHODS, MOST, PASTED, STATIC

__all__ = ["CONTROLS", "PASTE", "form_of"]

CONTROLS = tuple(f"documents-{name}" for name in ("c", "by", "n", "label", "vec", "method", "seed"))
"""The controls in the order of the question."""
PASTE = "documents-text"


def _select(t: Text, name: str, value: str, data: list[dict[str, str]], **props: Any) -> Any:
    if value not in {one["value"] for one in data}:  # the answer says that there is none of that name
        data = [*data, {"value": value, "label": value}]
    return dmc.Select(
        id=f"documents-{name}", value=value, data=data, label=t(f"documents.{name}"), allowDeselect=False, **props
    )  # fmt: skip


def form_of(t: Text, q: Mapping[str, Any], pasted: str) -> Any:
    """The controls with the values of an address."""
    corpora = [{"value": name, "label": name} for name in corpus_names()]
    corpora.append({"value": PASTED, "label": t("documents.pasted")})
    offered, _ = models("")
    vectors = [{"value": STATIC, "label": t("documents.static")}, *(one for one in offered if one["value"] != STATIC)]
    box = dmc.Textarea(
        id=PASTE,
        value=pasted,
        label=t("documents.text"),
        description=t("documents.text_help", most=MAX_PASTED),
        placeholder=t("documents.text_example"),
        autosize=True,
        minRows=4,
        maxRows=14,
        spellCheck=False,
        inputProps={"maxLength": MAX_PASTED, "lang": "ko"},
    )
    rest = [
        _select(t, "vec", q["vec"], vectors, className="field-wide"),
        _select(t, "method", q["method"], [{"value": one, "label": t(f"documents.method_{one}")} for one in METHODS],
                className="field-small"),
        dmc.NumberInput(id="documents-seed", value=q["seed"], label=t("documents.seed"), min=0, max=2**32 - 1, allowDecimal=False,
                        hideControls=True, className="field-small"),
    ]  # fmt: skip
    return dmc.Stack(
        [
            html.Div(
                [
                    _select(t, "c", q["c"], corpora, className="field"),
                    _select(t, "by", q["by"], [{"value": one, "label": t(f"documents.by_{one}")} for one in BY],
                            className="field-middle"),
                    _select(t, "n", q["n"], [{"value": one, "label": f"{int(one):,}"} for one in MOST], className="field-small"),
                    dmc.TextInput(id="documents-label", value=q["label"], label=t("documents.label"),
                                  placeholder=t("documents.label_example"), inputProps={"maxLength": 60}, className="field-small"),
                    *rest,
                    dmc.Button(t("documents.draw"), id="documents-draw"),
                ],
                className="form",
            ),
            html.Div(box, id=f"{PASTE}-box", style={} if q["c"] == PASTED else HIDDEN),
        ],
        gap="sm",
    )  # fmt: skip
