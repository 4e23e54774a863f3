"""The model select under the title of a page that asks one, and a line on the chosen model."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html

from dashboards.app.state import model_names, state
from dashboards.kit import ids
from dashboards.kit.components import watch
from dashboards.kit.errors import explain
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from explorer.core.errors import ExplorerError

__all__ = ["model_bar", "model_label", "register"]


def model_label(t: Text, name: str) -> str:
    """A model's name as people read it: what it is and of which texts, for those that everybody has."""
    return t.maybe(f"shell.model_{name}", name)


def model_bar(t: Text, name: str) -> html.Div:
    """The select with the model of the address, also where there is none of that name: the answers say so."""
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
            html.Div(id=ids.MODEL_FACTS, className="model-facts", **{"aria-live": "polite"}),
        ],
        className="model-bar",
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
    if isinstance(corpus := vectors.info.get("corpus"), str) and name != "kiwi":
        facts.append(corpus[:80])
    return " · ".join(facts)


def register(app: Dash) -> None:
    """The line follows the select."""
    app.callback(Output(ids.MODEL_FACTS, "children"), Input(ids.MODEL, "value"), Input(ids.READY, "data"))(model_facts)
