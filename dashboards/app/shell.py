"""The frame around every page: navigation, language, light and dark, the model, and what runs in the background."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from dashboards.app.state import model_names, state
from dashboards.kit import ids
from dashboards.kit.components import BUSY_MS, QUIET_MS, icon, job_panel, watch
from dashboards.kit.errors import explain
from dashboards.kit.i18n import LANGUAGES, Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.url import clean, href
from dashboards.pages import not_found
from explorer.core.errors import ExplorerError
from explorer.static.load import DEFAULT_MODEL

__all__ = ["layout", "register"]

FONT = (
    "Pretendard, 'Noto Sans KR', 'Noto Sans CJK KR', 'Apple SD Gothic Neo', 'Malgun Gothic', NanumBarunGothic, NanumGothic, "
    "system-ui, sans-serif"
)
"""Fonts with Hangul, wherever the page is opened; none is shipped or fetched."""

THEME = {
    "primaryColor": "indigo",
    "fontFamily": FONT,
    "headings": {"fontFamily": FONT, "fontWeight": "700"},
    "defaultRadius": "md",
    "cursorType": "pointer",
}


def layout(views: Sequence[ModuleType]) -> Any:
    """The shell in the language of the request; pages fill its middle."""
    t = text()
    return dmc.MantineProvider(
        dmc.AppShell(
            [
                dcc.Interval(id=ids.TICK, interval=BUSY_MS),
                dcc.Store(id=ids.READY, data=state().jobs.ended),
                dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
                dcc.Store(id=ids.TITLE),
                html.A(t("shell.skip"), href="#main", className="skip"),
                _header(t),
                _navbar(t, views),
                dmc.AppShellMain(
                    html.Div(
                        [
                            html.Div(id=ids.JOBS, className="jobs", **{"aria-live": "polite"}),
                            _model_bar(t),
                            html.Div(id=ids.CONTENT),
                        ],
                        id="main",
                        className="main",
                    )
                ),
            ],
            id=ids.SHELL,
            header={"height": 56},
            navbar={"width": 248, "breakpoint": "md", "collapsed": {"mobile": True}},
            padding={"base": "md", "md": "xl"},
            transitionDuration=150,
        ),
        theme=THEME,
        defaultColorScheme="auto",
    )


def _header(t: Text) -> dmc.AppShellHeader:
    return dmc.AppShellHeader(
        dmc.Group(
            [
                dmc.Group(
                    [
                        dmc.Burger(id=ids.BURGER, opened=False, size="sm", hiddenFrom="md", **{"aria-label": t("shell.menu")}),
                        dcc.Link(
                            [
                                html.Span("가", className="logo", **{"aria-hidden": "true"}),
                                html.Span(t("shell.name"), className="wordmark"),
                            ],
                            href=href("/"),
                            className="brand",
                        ),
                    ],
                    gap="sm",
                    wrap="nowrap",
                ),
                dmc.Group(
                    [
                        dmc.SegmentedControl(
                            id=ids.LANGUAGE,
                            value=t.language,
                            data=[{"value": code, "label": name} for code, name in LANGUAGES.items()],
                            size="xs",
                            radius="md",
                            **{"aria-label": t("shell.language")},
                        ),
                        dmc.ColorSchemeToggle(
                            id=ids.SCHEME,
                            lightIcon=icon("sun", 18),
                            darkIcon=icon("moon", 18),
                            variant="default",
                            size="lg",
                            radius="md",
                            **{"aria-label": t("shell.scheme")},
                        ),
                    ],
                    gap="xs",
                    wrap="nowrap",
                ),
            ],
            justify="space-between",
            wrap="nowrap",
            h="100%",
            px="md",
        )
    )


def _navbar(t: Text, views: Sequence[ModuleType]) -> dmc.AppShellNavbar:
    links = [
        dmc.NavLink(
            label=t(view.NAME),
            description=t(f"{view.NAME.split('.')[0]}.nav"),
            leftSection=icon(view.ICON, 20),
            href=href(view.PATH),
            active="exact",
            className="nav-link",
        )
        for view in views
    ]
    return dmc.AppShellNavbar(
        [
            html.Nav(dmc.Stack(links, gap=4), **{"aria-label": t("shell.pages")}),
            dmc.Text(t("shell.foot"), size="xs", c="dimmed", mt="auto"),
        ],
        p="sm",
    )


def _model_bar(t: Text) -> html.Div:
    return html.Div(
        [
            dmc.Select(
                id=ids.MODEL,
                label=t("shell.model"),
                data=_model_data(t),
                value=DEFAULT_MODEL,
                allowDeselect=False,
                searchable=True,
                nothingFoundMessage=t("shell.no_model"),
                persistence=True,
                persistence_type="local",
                comboboxProps={"withinPortal": True},
                className="model-select",
                size="sm",
            ),
            html.Div(id=ids.MODEL_FACTS, className="model-facts", **{"aria-live": "polite"}),
        ],
        id=ids.MODEL_BAR,
        className="model-bar",
    )


def _model_data(t: Text) -> list[dict[str, str]]:
    return [{"value": name, "label": t("shell.kiwi") if name == "kiwi" else name} for name in model_names()]


def register(app: Dash, views: Sequence[ModuleType]) -> None:
    """The shell's own callbacks."""
    by_path = {view.PATH.strip("/"): view for view in views}

    def in_browser(name: str, *arguments: Any) -> None:
        app.clientside_callback(ClientsideFunction("explorer", name), *arguments, prevent_initial_call=True)

    app.clientside_callback(
        ClientsideFunction("explorer", "scheme"),
        Output(ids.SCHEME, "computedColorScheme"),
        Input(ids.SCHEME, "computedColorScheme"),
    )
    in_browser("menu", Output(ids.SHELL, "navbar"), Input(ids.BURGER, "opened"), State(ids.SHELL, "navbar"))
    in_browser("title", Input(ids.TITLE, "data"))
    in_browser("close", Output(ids.BURGER, "opened"), Input(ids.LOCATION, "pathname"))
    in_browser("language", Input(ids.LANGUAGE, "value"))
    in_browser("address", Input(ids.address(ALL), "data"))

    def view_at(path: str | None) -> ModuleType | None:
        return by_path.get(app.strip_relative_path(path) or "")

    def show(path: str | None, search: str | None) -> tuple[Any, str]:
        """The page at an address, and what it is called."""
        t = text()
        view = view_at(path) or not_found
        query = parse_qs((search or "").removeprefix("?"))
        page = view.layout(**{name: values if len(values) > 1 else values[0] for name, values in query.items()})
        return page, f"{t(view.NAME)} · {t('shell.name')}"

    app.callback(
        Output(ids.CONTENT, "children"),
        Output(ids.TITLE, "data"),
        Input(ids.LOCATION, "pathname"),
        Input(ids.LOCATION, "search"),
        prevent_initial_call=True,
    )(show)

    def follow(path: str | None, search: str | None, chosen: str | None) -> tuple[Any, Any, dict[str, str]]:
        """The model named in the address, the models there are now, and whether this page has use for one."""
        names = model_names()
        wanted = model_of(search)
        if wanted not in names and chosen not in names:  # the browser remembers a model that has been removed
            wanted = names[0]
        view = view_at(path)
        shown = {} if view is not None and view.USES_MODEL else {"display": "none"}
        return wanted if wanted in names else no_update, _model_data(text()), shown

    app.callback(
        Output(ids.MODEL, "value"),
        Output(ids.MODEL, "data"),
        Output(ids.MODEL_BAR, "style"),
        Input(ids.LOCATION, "pathname"),
        Input(ids.LOCATION, "search"),
        State(ids.MODEL, "value"),
    )(follow)
    app.callback(
        Output(ids.JOBS, "children"),
        Output(ids.job(ALL), "children"),
        Output(ids.READY, "data"),
        Output(ids.TICK, "interval"),
        Input(ids.TICK, "n_intervals"),
        State(ids.READY, "data"),
    )(tick)
    app.callback(Input(ids.cancel(ALL), "n_clicks"), prevent_initial_call=True)(stop_job)
    app.callback(
        Output(ids.MODEL_FACTS, "children"), Input(ids.MODEL, "value"), Input(ids.READY, "data"), Input(ids.MODEL_BAR, "style")
    )(model_facts)


def stop_job(clicks: list[int | None]) -> None:
    """Stop the job whose button was pressed (buttons that merely appeared have no clicks)."""
    if any(clicks) and ctx.triggered_id:
        state().jobs.cancel(ctx.triggered_id["id"])


def model_facts(name: str | None, _: Any, style: dict[str, str] | None) -> Any:
    """One line on the chosen model: how large, of which corpus; or how far it is prepared.

    Only where the model bar is shown: a page that has no use for a model does not have one opened.
    """
    t = text()
    if style != {}:
        return no_update
    try:
        vectors = state().vectors(name or DEFAULT_MODEL)
    except NotReady:
        watch()
        return t("shell.preparing")
    except ExplorerError as error:
        return dmc.Text(" — ".join(explain(error, t)), c="red", size="sm")
    facts = [t("shell.facts", words=len(vectors), dim=vectors.dim)]
    if isinstance(corpus := vectors.info.get("corpus"), str) and name != "kiwi":
        facts.append(corpus[:80])
    return " · ".join(facts)


def model_of(search: str | None) -> str | None:
    """The model an address asks for.

    >>> model_of("?word=x&model=wiki-w2v")
    'wiki-w2v'
    """
    found = parse_qs((search or "").removeprefix("?")[:2000]).get("model", [None])[0]
    return clean(found, 100) if found else None


def tick(_: int | None, ready: int | None) -> tuple[Any, list[Any], Any, int]:
    """:func:`follow_jobs` for the places that the browser says it has (their own ``id`` is missing while they go away)."""
    strip, panels, ended, quiet = follow_jobs([place["id"] for place in ctx.outputs_list[1]], ready)
    if not any(one["prop_id"] == f"{ids.TICK}.n_intervals" for one in ctx.triggered):
        # Dash also calls this when a page puts a new place for a job into the layout, and takes what follows for that page's
        # own doing: the page would not be asked again ("circular"). So the end of a job is only told when the clock calls.
        ended, quiet = no_update, False
    # Never quite off: an answer "nothing runs" that was on its way while a job started would leave the page waiting for ever.
    return strip, panels, ended, QUIET_MS if quiet else BUSY_MS


def follow_jobs(places: list[dict[str, str]], ready: int | None) -> tuple[Any, list[Any], Any, bool]:
    """What runs now: for the strip under the header, for each place on the page, and whether to go on looking.

    A job that a card on the page shows already is not shown twice.
    """
    t = text()
    jobs = state().jobs
    running = jobs.running()
    shown = {place["id"] for place in places}
    strip = [html.Div(job_panel(t, job), className="job-strip") for job in running if job.id not in shown]
    panels = []
    for place in places:
        job = jobs.get(place["id"])
        panels.append(job_panel(t, job) if job is not None and job.running else no_update)
    ended = jobs.ended
    return strip, panels, no_update if ended == ready else ended, jobs.quiet()
