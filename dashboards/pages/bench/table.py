"""The table of a comparison and its list of sentences, as components."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.kit.i18n import Text
from dashboards.kit.url import href
from dashboards.pages.bench.asked import Result
from dashboards.pages.tokens.asked import address
from dashboards.pages.tokens.page import title_of
from explorer.core.messages import said

__all__ = ["GROUPS", "disagreements", "numbers", "row_names"]

GROUPS = ("length", "loss", "words", "boundaries", "vocabulary", "speed", "all")
"""Groups of metrics as the library has them, and all of them together."""


def row_names(t: Text, result: Result) -> list[str]:
    """What each row is called: as on the tokens page, or what the library made of two alike."""
    names = [title_of(asked, t) for asked in result.data["asked"]]
    return [name if names.count(name) == 1 else row["tokenizer"] for name, row in zip(names, result.rows, strict=True)]


def numbers(t: Text, result: Result, group: str) -> Any:
    """One group of metrics: a row a tokenizer, beginning with what it hides or loses."""
    by_group = result.data["groups"]
    metrics = [name for members in by_group.values() for name in members] if group == "all" else by_group.get(group, [])
    parts = [dmc.Text(facts(t, result), size="sm", c="dimmed", mb="sm")]
    if not metrics:
        key = f"bench.none_{group}"
        return [*parts, dmc.Text(t.maybe(key, t("bench.none")), size="sm", c="dimmed")]
    head = [dmc.TableTh(t("tokens.tokenizer"), className="bench-name"), dmc.TableTh(t("bench.vocabulary"), ta="right")]
    head += [dmc.TableTh(_heading(t, result, name), ta="right") for name in metrics]
    body = [
        dmc.TableTr([_name(t, name, row, number), *_cells(row, metrics)])
        for number, (name, row) in enumerate(zip(row_names(t, result), result.rows, strict=True), 1)
    ]
    table = dmc.Table(
        [dmc.TableThead(dmc.TableTr(head)), dmc.TableTbody(body)],
        verticalSpacing=6,
        tabularNums=True,
        className="bench-numbers",
    )
    box = html.Div(table, className="table-scroll", tabIndex=0, role="region", **{"aria-label": t(f"bench.group_{group}")})
    return [*parts, box]


def facts(t: Text, result: Result) -> str:
    """On what was measured, and against which boundaries."""
    totals: dict[str, Any] = next((row for row in result.rows if not row["error"]), {})
    line = t("bench.facts", documents=totals.get("documents", 0), characters=totals.get("characters", 0))
    reference = result.data["reference"]
    return f"{line} {t(f'bench.against_{reference}')}" if reference else line


def _heading(t: Text, result: Result, name: str) -> Any:
    unit = result.data["units"].get(name, "")
    definition = t.maybe(f"bench.d_{name}", name)
    return dmc.Tooltip(
        html.Span(
            [
                html.Span(t.maybe(f"bench.m_{name}", name.replace("_", " ")), className="tk-term"),
                html.Span(t.maybe(f"bench.unit_{unit.partition('/')[0]}", unit), className="bench-unit"),
            ],
            tabIndex=0,
        ),
        label=definition,
        multiline=True,
        w=280,
        events={"hover": True, "focus": True, "touch": True},
    )


def _name(t: Text, name: str, row: dict[str, Any], number: int) -> Any:
    remarks = [html.Span(f"✗ {said(row['error'], t.language)}", className="bench-error")] if row["error"] else []
    remarks += [html.Span(f"⚠ {said(line, t.language)}", className="bench-warning") for line in row["warnings"]]
    remarks += [html.Span(said(line, t.language), className="bench-note") for line in row["notes"]]
    head = dmc.Group(
        [dmc.Badge(str(number), size="sm", circle=True, variant="light"), html.Span(name, className="bench-title")],
        gap=8,
        wrap="nowrap",
    )
    return dmc.TableTh([head, *remarks], className="bench-name", attributes={"scope": "row"})


def _cells(row: dict[str, Any], metrics: list[str]) -> list[Any]:
    from explorer.core.intervals import Interval
    from explorer.tokenizers.comparison.report import bounds, value_text

    cells = [dmc.TableTd(f"{row['vocab_size']:,}" if row["vocab_size"] else "–", ta="right")]
    for name in metrics:
        found = row.get(name)
        interval = Interval(**found) if isinstance(found, dict) else None
        cells.append(
            dmc.TableTd([value_text(name, interval), html.Span(bounds(name, interval), className="bench-bounds")], ta="right")
        )
    return cells


def disagreements(t: Text, result: Result, first: int, second: int) -> Any:
    """The sentences that two tokenizers cut most differently, each a link to the grid with these two on top."""
    found = result.sentences(first, second)
    if not found:
        return dmc.Text(t("bench.agree"), size="sm", c="dimmed")
    asked = result.data["asked"]
    order = [asked[first], asked[second], *(name for place, name in enumerate(asked) if place not in (first, second))]
    items = [
        html.Li(
            [
                dcc.Link(one["text"], href=href("/tokens") + address(one["text"], order, "grid"), className="bench-sentence"),
                html.Span(t("bench.disagreement", share=f"{one['disagreement']:.2f}"), className="bench-note numbers"),
            ]
        )
        for one in found
    ]
    return html.Ol(items, className="bench-sentences", lang="ko")
