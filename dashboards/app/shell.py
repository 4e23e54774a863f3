"""The frame around every page: navigation, language, light and dark, and what runs in the background."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from dashboards.app import models, search, taking
from dashboards.app.state import UNASKED, state
from dashboards.kit import ids
from dashboards.kit.components import BUSY_MS, icon, job_panel, problem
from dashboards.kit.i18n import LANGUAGES, Text, current, text
from dashboards.kit.jobs import JOBS_PATH
from dashboards.kit.person import address
from dashboards.kit.search import search_box, search_button
from dashboards.kit.steady import passing, steady
from dashboards.kit.url import VIEWS, decode, href, unread
from dashboards.pages import not_found
from explorer.core.errors import ExplorerError

__all__ = ["layout", "register"]

FONT = (
    "Pretendard, 'Noto Sans KR', 'Noto Sans CJK KR', 'Apple SD Gothic Neo', 'Malgun Gothic', NanumBarunGothic, NanumGothic, "
    "system-ui, sans-serif"
)
"""Fonts with Hangul, wherever the page is opened; none is shipped or fetched."""

THEME = {
    "primaryColor": "indigo",
    "primaryShade": 8,  # the lightest that white text, or text on its own pale shade, can be read on
    "fontFamily": FONT,
    "headings": {"fontFamily": FONT, "fontWeight": "700"},
    "defaultRadius": "md",
    "cursorType": "pointer",
}


Groups = Sequence[tuple[str, Sequence[ModuleType]]]
"""Pages by the names of their groups."""

STRIP = 3
"""Jobs that are shown at the window's edge."""


def layout(groups: Groups) -> Any:
    """The shell in the language of the request; pages fill its middle."""
    t = text()
    ended, quiet = state().jobs.told()
    return dmc.MantineProvider(
        dmc.AppShell(
            [
                dcc.Interval(id=ids.TICK, interval=BUSY_MS, disabled=quiet),
                dcc.Store(id=ids.TICKED),
                dcc.Store(id=ids.WATCHED),
                dcc.Store(id=ids.STOP),
                dcc.Store(id=ids.TAKEN),
                dcc.Store(id=ids.READY, data=ended),
                dcc.Location(id=ids.LOCATION, refresh="callback-nav"),
                dcc.Store(id=ids.TITLE),
                html.A(t("shell.skip"), href="#main", className="skip"),
                html.Div(t("shell.unanswered"), className="unanswered", role="alert"),
                html.Div(t("shell.slow"), className="slow", role="status"),
                html.Div(id=ids.JOBS, className="jobs", **{"aria-live": "polite"}),
                *taking.frame_of(t),
                _header(t),
                _navbar(t, groups),
                dmc.AppShellMain(
                    html.Div(
                        html.Div(id=ids.CONTENT),
                        id="main",
                        className="main",
                        **{"data-remove": t("shell.remove"), "data-cut": t("shell.cut")},
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
                html.Div(id=ids.SEARCH_SLOT, className="search-slot"),
                dmc.Group(
                    [
                        search_button(t),
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


def _navbar(t: Text, groups: Groups) -> dmc.AppShellNavbar:
    parts = []
    for name, views in groups:
        links = [_nav_link(t, view) for view in views]
        heading = t(f"shell.group_{name}") if name else ""
        parts += (
            [
                html.Div(
                    [html.Div(heading, className="nav-heading", **{"aria-hidden": "true"}), *links],
                    role="group",
                    **{"aria-label": heading},
                )
            ]
            if name
            else links
        )
    return dmc.AppShellNavbar(
        [
            html.Nav(parts, **{"aria-label": t("shell.pages")}),
            dmc.Text(t("shell.foot"), size="xs", c="dimmed", mt="auto", pt="md"),
        ],
        p="sm",
    )


def _nav_link(t: Text, view: ModuleType) -> dmc.NavLink:
    return dmc.NavLink(
        label=t(view.NAME),
        leftSection=icon(view.ICON, 18),
        href=href(view.PATH),
        active="partial" if hasattr(view, "IN_PATH") else "exact",
        className="nav-link asks-model" if view.USES_MODEL else "nav-link",
        attributes={"root": {"title": t(f"{view.NAME.split('.')[0]}.nav")}},
    )


def register(app: Dash, views: Sequence[ModuleType]) -> None:
    """The shell's own callbacks."""
    by_path = {view.PATH.strip("/"): view for view in views}
    app.server.extensions[VIEWS] = tuple(views)

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
    in_browser("shown", Input(ids.LOCATION, "pathname"), Input(ids.LOCATION, "search"))
    in_browser("restore", Input(ids.CONTENT, "children"))
    in_browser("notice", Input(ids.NOTICE, "children"))
    in_browser("idle", Output(ids.TICK, "disabled"), Input(ids.TICKED, "data"), Input(ids.WATCHED, "data"))
    in_browser("language", Input(ids.LANGUAGE, "value"))
    in_browser("address", Input(ids.address(ALL), "data"))

    def view_at(path: str) -> ModuleType:
        """The page of a path; what follows a page's own path is its field's, where it has one for that."""
        name, _, rest = path.partition("/")
        view = by_path.get(name, not_found)
        return view if not rest or hasattr(view, "IN_PATH") else not_found

    def show(path: str | None, search: str | None, header: Any) -> tuple[Any, str, Any]:
        """The page at an address, what it is called, and the search in the header unless the page has it."""
        t = text()
        path = app.strip_relative_path(path) or ""
        view, query = view_at(path), taking.query_of(search)
        if view is not not_found:
            query |= taking.rest_of(view, path)
        lost = unread(view.FIELDS, query) if view is not not_found else []
        said = [dmc.Alert(t("shell.unread", parts=", ".join(lost)), color="orange", variant="light", radius="md", mb="md")]
        if not getattr(view, "STEADY", False):
            passing()
        page = view.layout(**query)
        searched = None if getattr(view, "SEARCHES", False) else header or search_box(t)
        slot = no_update if searched == header else searched
        named = [decode(view.FIELDS, query)[view.IN_PATH]] if hasattr(view, "IN_PATH") else []
        return [*said, page] if lost else page, " · ".join([*named, t(view.NAME), t("shell.name")]), slot

    app.callback(
        Output(ids.CONTENT, "children"),
        Output(ids.TITLE, "data"),
        Output(ids.SEARCH_SLOT, "children"),
        Input(ids.LOCATION, "pathname"),
        Input(ids.LOCATION, "search"),
        State(ids.SEARCH_SLOT, "children"),
        prevent_initial_call=True,
    )(steady(show))

    app.callback(
        Output(ids.JOBS, "children"),
        Output(ids.job(ALL), "children"),
        Output(ids.READY, "data"),
        Output(ids.TICKED, "data"),
        Input(ids.TICK, "n_intervals"),
        State(ids.READY, "data"),
        # One look at a time: what waits for the end of a job is asked again only when no look is on its way, so that on a busy
        # machine, where a look takes longer than the clock, it would wait for ever.
        running=[(Output(ids.TICK, "disabled"), True, False)],
        prevent_initial_call=True,  # the shell knows whether there is anything to look for
    )(tick)
    app.callback(Output(ids.NOTICE, "children", allow_duplicate=True), Input(ids.STOP, "data"), prevent_initial_call=True)(
        stop_job
    )
    models.register(app)
    taking.register(app, views)
    search.register(app, views)


def stop_job(said: dict[str, Any] | None) -> Any:
    """Stop the job whose button was pressed; a word where that cannot be."""
    if said is None:
        return no_update
    try:
        state().jobs.cancel(str(said["job"]))
    except ExplorerError as error:
        return error.said(current())
    return no_update


def tick(_: int | None, ready: int | None) -> tuple[Any, list[Any], Any, Any]:
    """:func:`follow_jobs` for the places that the browser says it has (their own ``id`` is missing while they go away)."""
    looked = time.time()
    strip, panels, ended, quiet = follow_jobs([place["id"] for place in ctx.outputs_list[1]], ready)
    if any(one["prop_id"] == f"{ids.TICK}.n_intervals" for one in ctx.triggered):
        return strip, panels, ended, {"at": looked, "quiet": quiet}
    # Dash also calls this when a page puts a new place for a job into the layout, and takes what follows for that page's
    # own doing: the page would not be asked again ("circular"). So the end of a job is only told when the clock calls. And the
    # strip then does not know yet which jobs the page is going to show itself.
    return no_update, panels, no_update, no_update


def follow_jobs(places: list[dict[str, str]], ready: int | None) -> tuple[Any, list[Any], Any, bool]:
    """What runs now: for the strip at the window's edge, for each place on the page, and whether there is no more to look at.

    A job that a card on the page shows already is not shown twice, nor are two of one name; what is prepared without being asked
    for is not shown at all.
    """
    t = text()
    jobs = state().jobs
    try:
        active = {job.id: job for job in jobs.active()}
    except ExplorerError as error:
        return [html.Div(problem(t, error), className="job-strip")], [no_update] * len(places), no_update, True
    shown = {place["id"] for place in places}
    named = {t(job.label, **job.values): job for job in active.values() if job.id not in shown and job.label not in UNASKED}
    strip: list[Any] = [html.Div(job_panel(t, job), className="job-strip") for job in list(named.values())[:STRIP]]
    if len(named) > STRIP:
        strip.append(dcc.Link(t("job.more", count=len(named) - STRIP), href=href(JOBS_PATH), className="job-strip"))
    panels = [job_panel(t, active[place["id"]]) if place["id"] in active else no_update for place in places]
    where = address()
    for place in places:  # the address of a page is the right one once it waits
        job = active.get(place["id"])
        if job is not None and where not in ("", job.href) and not where.partition("?")[0].endswith(JOBS_PATH):
            with suppress(ExplorerError):  # then its answer is found by another way
                jobs.stand(job.id, where)
    ended, quiet = jobs.told()
    return strip, panels, no_update if ended == ready else ended, quiet
