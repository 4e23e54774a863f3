"""Everything this browser has asked for that takes long: what runs, what waits and where in the queue, what became of the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, dcc, html, no_update

from dashboards.app.state import UNASKED, state
from dashboards.kit import ids
from dashboards.kit.components import card, empty, job_panel, lasting, page, problem, slot, table, watch
from dashboards.kit.i18n import Text, text
from dashboards.kit.job_table import Row
from dashboards.kit.jobs import JOBS_PATH
from dashboards.kit.page import pressed
from dashboards.kit.url import Field
from explorer.core.errors import ExplorerError

PATH = JOBS_PATH
NAME = "jobs.name"
ICON = "jobs"
USES_MODEL = False
STEADY = True
FIELDS: Mapping[str, Field] = {}

SHOWN = 12
"""Jobs under way that are followed on the page; of more it is said how many."""

NOTED = 3.0
"""Seconds that the opening of something must have taken to be worth finding again."""

_AGAIN = "job-again"
_KEYS = ("failed", "cancelled", "lost")


def layout(**_: Any) -> Any:
    t = text()
    return page(
        t,
        "jobs",
        dcc.Store(id="jobs-changed"),
        slot("jobs-problem"),
        card(
            t("jobs.open"),
            html.Div(id="jobs-open"),
            hint=t("jobs.open_hint"),
            right=_button(t, "jobs-stop-all", "jobs.stop_all"),
        ),
        card(
            t("jobs.ended"), html.Div(id="jobs-ended"), hint=t("jobs.ended_hint"), right=_button(t, "jobs-clear", "jobs.clear")
        ),
    )


def _button(t: Text, name: str, key: str) -> dmc.Button:
    return dmc.Button(t(key), id=name, variant="subtle", size="compact-sm", color="gray", style={"display": "none"})


def show(*_: Any) -> tuple[Any, ...]:
    """Both lists, and whether there is something to stop and to forget."""
    t, hidden = text(), {"display": "none"}
    try:
        rows = [row for row in state().jobs.mine() if row.label not in UNASKED]
    except ExplorerError as error:
        return problem(t, error), None, hidden, hidden
    going = sorted((row for row in rows if row.running), key=lambda row: (row.state == "waiting", row.place, row.created))
    past = _told_once(t, [row for row in rows if not row.running and _worth(row)], going)
    if going:
        watch()
    shown: list[Any] = [html.Div(job_panel(t, row), id=ids.job(row.id), className="jobs-row") for row in going[:SHOWN]]
    if len(going) > SHOWN:
        shown.append(dmc.Text(t("job.more", count=len(going) - SHOWN), size="sm", c="dimmed"))
    return (
        dmc.Stack(shown, gap="md") if shown else empty(t("jobs.none_open"), t("jobs.none_open_lead"), picture="jobs"),
        _ended(t, past) if past else dmc.Text(t("jobs.none_ended"), size="sm", c="dimmed"),
        {} if going else hidden,
        {} if past else hidden,
    )


def _worth(row: Row) -> bool:
    return bool(row.task) or row.state != "done" or (row.ended or 0) - (row.started or 0) >= NOTED


def _told_once(t: Text, rows: list[Row], going: list[Row]) -> list[Row]:
    """Of several that are called alike and ended alike the last: each process of the server opens things for itself, and may
    have done so for a task that is called the same.
    """
    tasks = {t(row.label, **row.values) for row in [*rows, *going] if row.task}
    found: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        name = t(row.label, **row.values)
        if row.task or name not in tasks:
            found.setdefault((name, row.href if row.task else row.href.partition("?")[0], row.state), row)
    return list(found.values())


def _ended(t: Text, rows: list[Row]) -> Any:
    now = time.time()
    head = [t(f"jobs.head_{name}") for name in ("what", "how", "when", "took")]
    return table([*head, ""], [_line(t, row, now) for row in rows], t("jobs.ended"))


def _line(t: Text, row: Row, now: float) -> list[Any]:
    name, error = named(t, row), row.error
    what: list[Any] = [dcc.Link(name, href=row.href, className="jobs-link") if row.href else name]
    if error is not None and row.state != "cancelled":
        what.append(dmc.Text(error.said(t.language), size="sm", c="dimmed"))
    again = (
        dmc.Button(t("jobs.again"), id={"type": _AGAIN, "id": row.id}, size="compact-xs", variant="light")
        if row.task and row.state in _KEYS
        else ""
    )
    ended = row.ended or now
    took = lasting(t, ended - row.started) if row.started and row.state == "done" else ""
    return [html.Div(what), html.Span(t(f"jobs.{row.state}"), className=f"jobs-{row.state}"), ago(t, now - ended), took, again]


def named(t: Text, row: Row) -> str:
    """What a job is called once it has ended."""
    key = f"jobs.ended_{row.label.replace('.', '_')}"
    return t(key if key in t else row.label, **row.values)


def ago(t: Text, seconds: float) -> str:
    """How long ago."""
    return t("jobs.just_now") if seconds < 60 else t("jobs.ago", time=lasting(t, seconds))


def register(app: Dash) -> None:
    """The lists follow what ends and what is pressed."""
    app.callback(
        Output("jobs-open", "children"),
        Output("jobs-ended", "children"),
        Output("jobs-stop-all", "style"),
        Output("jobs-clear", "style"),
        Input(ids.READY, "data"),
        Input("jobs-changed", "data"),
    )(show)

    def again(_: Any) -> tuple[Any, Any]:
        name = pressed("id")
        return _done(lambda: state().again(name)) if name is not None else (no_update, no_update)

    def stop_all() -> None:
        for row in state().jobs.active():
            if row.label not in UNASKED:
                state().jobs.cancel(row.id)

    def pressing(function: Callable[[], None]) -> Callable[[int | None], tuple[Any, Any]]:
        return lambda clicks: _done(function) if clicks else (no_update, no_update)

    app.callback(
        Output("jobs-changed", "data"),
        Output("jobs-problem", "children"),
        Input({"type": _AGAIN, "id": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )(again)
    for name, function in (("jobs-stop-all", stop_all), ("jobs-clear", lambda: state().jobs.clear())):
        app.callback(
            Output("jobs-changed", "data", allow_duplicate=True),
            Output("jobs-problem", "children", allow_duplicate=True),
            Input(name, "n_clicks"),
            prevent_initial_call=True,
        )(pressing(function))


def _done(function: Callable[[], None]) -> tuple[Any, Any]:
    """That something has changed; or what is wrong."""
    try:
        function()
    except ExplorerError as error:
        return no_update, problem(text(), error)
    return time.time(), None
