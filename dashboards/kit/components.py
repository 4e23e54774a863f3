"""The pieces every page is built of, so that pages look alike: heads, cards, waiting, problems, tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html, set_props
from dash.exceptions import MissingCallbackContextException

from dashboards.kit import ids
from dashboards.kit.errors import explain
from dashboards.kit.glossary import with_terms
from dashboards.kit.i18n import Text, current, text
from dashboards.kit.job_table import ACTIVE, Row
from dashboards.kit.jobs import Job, NotReady
from dashboards.kit.steady import passing
from explorer.core.errors import Cancelled, ExplorerError, OutOfVocabulary

__all__ = [
    "card",
    "empty",
    "figures_row",
    "graph",
    "guarded",
    "icon",
    "job_panel",
    "lasting",
    "marked",
    "page",
    "problem",
    "resolved",
    "score_bar",
    "size_of",
    "slot",
    "table",
    "tag_badge",
    "take_row",
    "too_long_for_address",
    "waiting",
    "watch",
]


def icon(name: str, size: int = 20) -> html.Span:
    """A line icon of assets/icons.css in the colour of the text around it."""
    return html.Span(className=f"glyph glyph-{name}", style={"width": size, "height": size}, **{"aria-hidden": "true"})


def page(t: Text, view: str, *children: Any) -> dmc.Stack:
    """A page: its name, one line of what it is for (``VIEW.title``, ``VIEW.lead``), then the model where it has one, its cards."""
    head = html.Div(
        [
            dmc.Title(t(f"{view}.title"), order=1, className="page-title"),
            dmc.Text(with_terms(t, t(f"{view}.lead"), common=True), c="dimmed", className="lead"),
        ]
    )
    return dmc.Stack([head, dcc.Store(id=ids.address(view)), *children], gap="lg", className="page", id=f"{view}-page")


def card(
    title: str | None,
    *children: Any,
    hint: str | None = None,
    right: Any = None,
    takes: tuple[str, ...] | None = None,
    **props: Any,
) -> dmc.Card:
    """A card with a title, an optional line of explanation under it and something at its right end.

    Args:
        takes: the page and the name of the answer in its ``CARDS``, for a card that holds one: it can be taken along then;
            after them ``"html"`` where the answer is a page as well.
    """
    head: list[Any] = []
    if title:
        t = text()
        said = [dmc.Text(with_terms(t, hint), size="sm", c="dimmed", mt=2)] if hint else []
        head.append(
            dmc.Group(
                [
                    html.Div([dmc.Title(with_terms(t, title), order=2, size="h4"), *said]),
                    *([right] if right is not None else []),
                ],
                justify="space-between",
                align="flex-start",
                mb="md",
                className="card-head",
            )
        )
    foot = [take_row(*takes)] if takes else []
    return dmc.Card([*head, *children, *foot], withBorder=True, padding="lg", radius="lg", **props)


def take_row(view: str, name: str, *more: str) -> html.Div:
    """The buttons that take an answer along. Link and pictures are made in the browser, the rest by :mod:`dashboards.app.taking`."""
    t = text()

    def button(kind: str, label: str, **props: Any) -> html.Button:
        return html.Button(label, type="button", className=f"take {kind}", title=t(f"take.{kind.replace('-', '_')}"), **props)

    return html.Div(
        [
            button("copy-link", t("take.link"), **{"data-said": t("take.copied")}),
            *(
                button(f"as-{form}", t(f"take.{form}"), **{"data-take": f"{view} {name} {form}"})
                for form in ("python", "csv", *more)
            ),
            *(button(f"as-{form}", t(f"take.{form}"), **{"data-name": f"{view}-{name}"}) for form in ("png", "svg")),
        ],
        className="takes",
        role="group",
        **{"aria-label": t("take.group")},
    )


def empty(title: str, lead: str, *children: Any, picture: str = "spark") -> dmc.Stack:
    """What stands where results will be: what to do and an example to press."""
    return dmc.Stack(
        [
            dmc.ThemeIcon(icon(picture, 26), size=52, radius="xl", variant="light"),
            dmc.Text(title, fw=600),
            dmc.Text(lead, size="sm", c="dimmed", ta="center", maw=460),
            *children,
        ],
        align="center",
        gap="xs",
        py="xl",
        className="empty",
    )


def slot(name: str, content: Any = None) -> html.Div:
    """A place that is filled later, read aloud when it is; no space while it is empty."""
    return html.Div(content, id=name, className="context-slot", **{"aria-live": "polite"})


def marked(line: str, start: int, end: int) -> html.Span:
    """A sentence with the characters from ``start`` to ``end`` marked."""
    return html.Span([line[:start], html.Mark(line[start:end]), line[end:]], lang="ko")


def figures_row(shown: Iterable[tuple[str, str, str]], more: str = "") -> html.Div:
    """Numbers side by side: the value, what it is, and a note (``""`` for none)."""
    return html.Div(
        [
            html.Div(
                [
                    html.Span(value, className="context-value numbers"),
                    html.Span(with_terms(text(), what), className="context-what"),
                    *([html.Span(note, className="senses-range numbers")] if note else []),
                ]
            )
            for value, what, note in shown
        ],
        className=f"context-values {more}".strip(),
    )


def too_long_for_address(line: str, whole: bool) -> Any:
    """A word where an address does not hold everything that was asked."""
    return None if whole else dmc.Text(line, size="sm", c="orange")


def problem(t: Text, error: ExplorerError, instead: Callable[[str], str] | None = None) -> dmc.Alert:
    """An error in place: what went wrong, what to do. What a person stopped is none.

    Args:
        instead: the address with another word in the place of one without a vector: words like it are then links.
    """
    passing()  # what is wrong may be put right
    title, line = explain(error, t)
    stopped = isinstance(error, Cancelled)
    near = error.suggestions if instead and isinstance(error, OutOfVocabulary) else ()
    return dmc.Alert(
        html.Div([dcc.Link(word, href=instead(word), className="example") for word in near], className="chips")
        if instead and near
        else line,
        title=title,
        color="gray" if stopped else "red",
        variant="light",
        radius="md",
        className="stopped" if stopped else "problem",
        attributes={"root": {"role": "status" if stopped else "alert"}},
    )


def job_panel(t: Text, job: Job | Row) -> dmc.Stack:
    """One job: what it does, how far it is, a button to stop it."""
    step = job.progress
    whole = step.whole if step else None
    fraction = whole.share() if whole else step.fraction if step else None
    left = job.left if isinstance(job, Row) else whole.left() if whole else None
    state = job.state  # it may end while it is looked at
    stage = t.maybe(f"stages.{step.stage}", step.stage) if step else t(f"job.{state if state in ACTIVE else 'ended'}")
    counted = [f"{_amount(step.done, step.unit)} / {_amount(step.total, step.unit)}"] if step and step.total else []
    counted += [t("job.left", time=lasting(t, left))] if left and left >= LEFT else []
    if isinstance(job, Row):
        stage = t("job.place", place=job.place) if job.place else stage
        stage += f" ({t('job.again', count=job.tries)})" if job.tries > 1 else ""
    return dmc.Stack(
        [
            dmc.Group(
                [
                    dmc.Group(
                        [dmc.Text(t(job.label, **job.values), size="sm", fw=600), dmc.Text(stage, size="sm", c="dimmed")],
                        gap="xs",
                    ),
                    dmc.Group(
                        [
                            dmc.Text(" · ".join(counted), size="xs", c="dimmed", className="numbers"),
                            # Without an id: Dash loses a press on what is drawn anew before it is told (`stopped` in app.js).
                            dmc.Button(
                                t("job.cancel"), size="compact-xs", variant="subtle", color="gray", **{"data-stop": job.id}
                            ),
                        ],
                        gap="xs",
                        wrap="nowrap",
                        className="job-side",
                    ),
                ],
                justify="space-between",
                align="flex-start",
                wrap="nowrap",
            ),
            dmc.Progress(
                value=100 * fraction if fraction is not None else 100,
                animated=fraction is None,
                striped=fraction is None,
                size="sm",
                radius="xl",
                attributes={"section": {"aria-label": t(job.label, **job.values)}},
            ),
        ],
        gap=6,
    )


def lasting(t: Text, seconds: float) -> str:
    """A time as people say it.

    >>> from dashboards.kit.i18n import Text
    >>> lasting(Text("en"), 4.6), lasting(Text("ko"), 200), lasting(Text("en"), 7000)
    ('5 s', '3분', '2 h')
    """
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 0.9 * size * (2 if unit != "minutes" else 1):
            return t(f"job.{unit}", count=round(seconds / size))
    return t("job.seconds", count=max(1, round(seconds)))


def size_of(number: float) -> str:
    """Bytes as people read them; MB are 2²⁰ as in the settings.

    >>> size_of(512), size_of(1536), size_of(5 * 2**20)
    ('512 B', '1.5 KB', '5.0 MB')
    """
    for unit in ("B", "KB", "MB"):
        if number < 1024:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} GB"


def _amount(number: float, unit: str) -> str:
    return f"{number / 1e6:,.1f} MB" if unit == "bytes" else f"{number:,.0f}"  # as servers tell sizes


def waiting(t: Text, job: Job, widths: Sequence[str] = ("70%", "55%", "62%"), alone: bool = True) -> dmc.Stack:
    """A card's content while a job prepares what it needs; the shell keeps it up to date and the page fills in when it ends.

    Args:
        alone: whether no other card of the page waits for the same job. Otherwise the bar stands once, at the edge of the window.
    """
    what = (
        html.Div(job_panel(t, job), id=ids.job(job.id), **{"aria-live": "polite"})
        if alone
        else dmc.Text(t(job.label, **job.values), size="sm", c="dimmed")
    )
    return dmc.Stack([what, *[dmc.Skeleton(height=14, radius="xl", width=width) for width in widths]], gap="sm", py="sm")


LEFT = 5.0
"""Seconds of work left from which they are told."""

BUSY_MS = 400
"""How often a page asks what runs in the background, in milliseconds, while something does; otherwise it does not ask."""


def watch() -> None:
    """From inside a callback: let the page follow what runs in the background.

    The time travels, not an order to begin: an answer "nothing runs" that was on its way meanwhile is older, and ends nothing.
    """
    try:
        set_props(ids.WATCHED, {"data": time.time()})
    except (MissingCallbackContextException, LookupError):
        return  # called as a plain function: nobody is watching


def guarded(t: Text, build: Callable[[], Any], wrap: Callable[[Any], Any] = lambda content: content) -> Any:
    """What ``build`` gives; progress while something is being prepared; one line when something is wrong.

    Args:
        wrap: what is put around progress or the line, e.g. a card where ``build`` gives cards itself.
    """
    try:
        return build()
    except NotReady as wait:
        watch()
        return wrap(waiting(t, wait.job, alone=False))
    except ExplorerError as error:
        return wrap(problem(t, error))


def graph(
    figure: Any, name: str | dict[str, str], label: str, height: int | str, scroll: bool = False, **props: Any
) -> html.Div:
    """A chart that fits its card, with a sentence for those who cannot see it; ``scroll`` lets the wheel zoom."""
    return html.Div(
        dcc.Graph(
            id=name,
            figure=figure,
            config={
                "displaylogo": False,
                "responsive": True,
                "scrollZoom": scroll,
                "displayModeBar": "hover" if scroll else False,
                # Nothing leaves this machine: plotly's button that uploads a chart is taken away, and its address too.
                "modeBarButtonsToRemove": ["sendChartToCloud", "lasso2d", "select2d", "autoScale2d"],
                "locale": current(),  # its Korean lies in assets/plotly-ko.js
                "plotlyServerURL": "",
            },
            style={"height": height},
            **props,
        ),
        role="figure" if scroll else "img",  # a toolbar can be reached in the one, not in the other
        className="chart",
        **{"aria-label": label},
    )


def table(head: Sequence[Any], rows: Iterable[Sequence[Any]], label: str, **props: Any) -> html.Div:
    """A plain table; wide ones scroll inside their card, never the page."""
    return html.Div(
        dmc.Table(
            [
                dmc.TableThead(dmc.TableTr([dmc.TableTh(cell) for cell in head])),
                dmc.TableTbody([dmc.TableTr([dmc.TableTd(cell) for cell in row]) for row in rows]),
            ],
            highlightOnHover=True,
            verticalSpacing=6,
            tabularNums=True,
            **props,
        ),
        className="table-scroll",
        tabIndex=0,  # so that a wide table can be scrolled by keyboard
        role="region",
        **{"aria-label": label},
    )


def score_bar(score: float, low: float = 0.0, high: float = 1.0) -> html.Div:
    """A number with its bar."""
    share = min(1.0, max(0.0, (score - low) / ((high - low) or 1)))
    return html.Div(
        [
            html.Span(f"{score:.3f}", className="numbers score-number"),
            html.Div(
                html.Div(style={"width": f"{share:.1%}"}, className="score-fill"),
                className="score-track",
                **{"aria-hidden": "true"},
            ),
        ],
        className="score",
    )


def resolved(t: Text, resolution: Any) -> html.Div:
    """What a typed word was taken for: always shown, with how it was found and the readings that were not taken."""
    plain = resolution.how in ("exact", "form") and not resolution.alternatives  # the arrow says it all
    said = [] if plain else [t.maybe(f"how.{resolution.how}", resolution.how)]
    if resolution.note:
        said.append(t(f"how.{resolution.note}"))
    if resolution.how == "composed":
        said.append(t("how.sure", share=f"{resolution.sure:.0%}"))
    parts: list[Any] = [
        dmc.Badge(resolution.query, variant="default", size="lg", tt="none", className="word-badge"),
        html.Span("→", className="arrow", **{"aria-hidden": "true"}),
        dmc.Badge(resolution.key, variant="light", size="lg", tt="none", className="word-badge"),
        dmc.Text(", ".join(said), size="xs", c="dimmed"),
    ]
    if resolution.alternatives:
        parts.append(dmc.Text(t("how.others", keys=", ".join(map(str, resolution.alternatives[:4]))), size="xs", c="dimmed"))
    return html.Div(parts, className="resolved")


def tag_badge(t: Text, tag: str | None) -> Any:
    """A part-of-speech tag with its name in the language of the page."""
    if not tag:
        return ""
    name = t.maybe(f"tags.{tag}", "")
    return html.Span([html.Span(tag, className="tag", title=name), html.Span(name, className="tag-name")])
