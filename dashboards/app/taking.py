"""What the buttons under an answer do on the server: the table as a file, the lines of Python in a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, unquote

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.kit import ids
from dashboards.kit.components import watch
from dashboards.kit.errors import explain
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.taking import csv_of
from dashboards.kit.url import decode
from explorer.core.errors import ExplorerError

__all__ = ["frame_of", "query_of", "register", "rest_of", "values_at"]


def query_of(search: str | None) -> dict[str, Any]:
    """Names and values of a query string, names without a value as well."""
    found = parse_qs((search or "").removeprefix("?"), keep_blank_values=True)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def rest_of(view: ModuleType, path: str | None) -> dict[str, str]:
    """What of the path, without the app's prefix, is the value of a field: the ``왕`` of ``word/왕`` (``IN_PATH`` of a view)."""
    rest = (path or "").partition("/")[2]
    return {view.IN_PATH: unquote(rest)} if rest and hasattr(view, "IN_PATH") else {}


def values_at(view: ModuleType, search: str | None, path: str | None = None) -> dict[str, Any]:
    """What a page's address asks for."""
    return decode(view.FIELDS, query_of(search) | rest_of(view, path))


def frame_of(t: Text) -> list[Any]:
    """The window of the lines and the place that saves, for the shell."""
    return [
        dcc.Download(id=ids.SAVE),
        html.Div(id=ids.NOTICE, className="notice", role="status"),
        dmc.Modal(
            [
                dmc.Text(t("take.python_lead"), size="sm", c="dimmed", mb="sm"),
                html.Pre(id=ids.PYTHON_LINES, className="python-lines", tabIndex=0),
                html.Button(
                    t("take.copy"), type="button", className="example copy-lines", **{"data-said": t("take.copied_lines")}
                ),
            ],
            id=ids.PYTHON,
            title=t("take.python"),
            size="lg",
            closeButtonProps={"aria-label": t("take.close")},
        ),
    ]


def register(app: Dash, views: Sequence[ModuleType]) -> None:
    """One callback for every button of every page. The browser says which was pressed (``app.js``): Dash would ask for each that appears."""
    by_name: Mapping[str, ModuleType] = {view.NAME.partition(".")[0]: view for view in views}

    def take(button: Any, written: list[Any], search: str | None, path: str | None) -> tuple[Any, Any, Any, Any]:
        keep = (no_update,) * 4
        if button is None:
            return keep
        view = by_name.get(button["view"])
        answer = getattr(view, "CARDS", {}).get(button["card"])
        if view is None or answer is None:
            return keep
        t = text()
        search = next((one for one in written if isinstance(one, str)), search)
        values = values_at(view, search, app.strip_relative_path(path))
        try:
            if button["as"] == "python":
                return no_update, True, answer.python(values), no_update
            if button["as"] == "html" and answer.html is not None:
                kind, content = "html", answer.html(values)
            else:
                kind, content = "csv", csv_of(answer.frame(values))
        except NotReady:
            watch()
            return no_update, no_update, no_update, t("take.not_ready")
        except ExplorerError as error:
            return no_update, no_update, no_update, " — ".join(explain(error, t))
        name = f"{button['view']}-{button['card']}.{kind}"
        return (
            {"content": content, "filename": name, "type": f"text/{kind};charset=utf-8"},
            no_update,
            no_update,
            t("take.saved", name=name),
        )

    app.callback(
        Output(ids.SAVE, "data"),
        Output(ids.PYTHON, "opened"),
        Output(ids.PYTHON_LINES, "children"),
        Output(ids.NOTICE, "children"),
        Input(ids.TAKEN, "data"),
        State(ids.address(ALL), "data"),
        State(ids.LOCATION, "search"),
        State(ids.LOCATION, "pathname"),
        prevent_initial_call=True,
    )(take)
