"""The model select under the title of a page that asks one or several, and a line on the chosen model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html

from dashboards.app.state import KEPT, model_names, state
from dashboards.kit import ids
from dashboards.kit.components import watch
from dashboards.kit.errors import explain
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.steady import steady
from dashboards.kit.url import Field, texts
from explorer.core.errors import ExplorerError
from explorer.static.load import BUILT_IN, shipped_models

__all__ = ["MOST_ALSO", "also_field", "asked_models", "model_bar", "model_label", "register"]

MOST_ALSO = KEPT["vectors"] - 1
"""Models that may be asked beside the chosen one: as many as stay open."""


def model_label(t: Text, name: str) -> str:
    """A model's name as people read it: what it is and of which texts, for those that everybody has."""
    return t.maybe(f"shell.model_{name}", name)


def also_field(default: Sequence[str] = ()) -> Field:
    """The models that are asked beside the chosen one, in a page's address."""
    return texts(limit=200, most=MOST_ALSO, default=default, always=bool(default))


def asked_models(model: str, also: Sequence[str] | None) -> list[str]:
    """The chosen model and those beside it, each once."""
    return list(dict.fromkeys([model, *(also or [])[:MOST_ALSO]]))


def model_bar(t: Text, name: str, also: tuple[str, Sequence[str]] | None = None) -> html.Div:
    """The select with the model of the address, also where there is none of that name: the answers say so.

    Args:
        also: on a page that asks several models, the id of a second select and the models that are asked beside the first.
    """
    return html.Div(
        [
            dmc.Select(
                id=ids.MODEL,
                label=t("shell.model"),
                data=[{"value": one, "label": model_label(t, one)} for one in dict.fromkeys([*model_names(), name])],
                value=name,
                allowDeselect=False,
                searchable=True,
                nothingFoundMessage=t("shell.no_model"),
                comboboxProps={"withinPortal": True},
                className="model-select",
                size="sm",
            ),
            *([_also_select(t, *also)] if also else []),
            html.Div(id=ids.MODEL_FACTS, className="model-facts", **{"aria-live": "polite"}),
        ],
        className="model-bar",
    )


def _also_select(t: Text, name: str, chosen: Sequence[str]) -> dmc.MultiSelect:
    return dmc.MultiSelect(
        id=name,
        value=list(chosen),
        data=[{"value": one, "label": model_label(t, one)} for one in dict.fromkeys([*model_names(), *chosen])],
        label=t("shell.also"),
        placeholder=None if chosen else t("shell.also_none"),
        maxValues=MOST_ALSO,
        hidePickedOptions=True,
        clearable=True,
        clearButtonProps={"aria-label": t("shell.clear")},
        comboboxProps={"withinPortal": True},
        className="also-select",
        size="sm",
    )


def model_facts(name: str | None, _: Any) -> Any:
    """One line on the chosen model: how large, of which corpus; or how far it is prepared."""
    t = text()
    try:
        vectors = state().vectors(name or "")
    except NotReady:
        watch()
        return t("shell.preparing")
    except ExplorerError as error:
        return dmc.Text(" — ".join(explain(error, t)), c="red", size="sm")
    facts = [t("shell.facts", words=len(vectors), dim=vectors.dim)]
    if isinstance(corpus := vectors.info.get("corpus"), str) and name not in {*BUILT_IN, *shipped_models()}:
        facts.append(corpus[:80])
    return " · ".join(facts)


def register(app: Dash) -> None:
    """The line follows the select."""
    app.callback(Output(ids.MODEL_FACTS, "children"), Input(ids.MODEL, "value"), Input(ids.READY, "data"))(steady(model_facts))
