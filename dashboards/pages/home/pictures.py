"""The small pictures of the first page, of boxes and links alone: there at once, sharp at every size, in the colours of the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from dashboards.kit.components import score_bar
from dashboards.kit.i18n import Text
from dashboards.kit.url import word_href
from dashboards.pages.home.worked import TOPICS
from dashboards.pages.tokens.page import title_of

__all__ = ["parallelogram", "tokens", "word_map"]

COLORS = 6
_PAD = 0.16
"""Room around the parallelogram, in lengths of a unit vector."""


def tokens(t: Text, sentence: str, rows: Mapping[str, Sequence[Sequence[Any]]]) -> html.Div:
    """One row a tokenizer, its tokens in turning colours; white space that is a token of its own is shown as ␣."""
    named = [(title_of(name, t), row) for name, row in rows.items()]
    lines = [
        html.Div([html.Span(name, className="home-tokenizer"), html.Span(_row(t, row), className="home-row", lang="ko")])
        for name, row in named
    ]
    said = "; ".join(f"{name}: {' '.join(token[0] for token in row)}" for name, row in named)
    return html.Div(lines, className="home-tokens", role="img", **{"aria-label": f"{sentence} {said}"})


def _row(t: Text, row: Sequence[Sequence[Any]]) -> list[html.Span]:
    spans = [(start, end) for _, start, end in row]
    made = []
    for number, (surface, *span) in enumerate(row):
        part = spans.count(tuple(span)) > 1
        look = f"home-token home-c{number % COLORS}{' home-part' if part else ''}"
        made.append(html.Span(surface.strip() or "␣", className=look, title=t("home.part") if part else surface))
    return made


def parallelogram(expression: str, found: Mapping[str, Any], model: str) -> html.Div:
    """The question's four points in their plane, the first answer turned into it, and the answers with their cosines."""
    corners = [found[name] for name in ("origin", "start", "end", "target")]
    first = found["answers"][0]
    points = [*corners, first[3:]]
    left, right = (edge(point[0] for point in points) for edge in (min, max))
    low, high = (edge(point[1] for point in points) for edge in (min, max))
    wide, tall = right - left + 2 * _PAD, high - low + 2 * _PAD

    def at(point: Sequence[float]) -> dict[str, str]:
        return {"left": f"{100 * (point[0] - left + _PAD) / wide:.2f}%", "top": f"{100 * (high + _PAD - point[1]) / tall:.2f}%"}

    def line(tail: Sequence[float], head: Sequence[float], look: str = "") -> html.Span:
        across, up = head[0] - tail[0], head[1] - tail[1]
        turn = -math.degrees(math.atan2(up, across))
        size = {"width": f"{100 * math.hypot(across, up) / wide:.2f}%", "transform": f"rotate({turn:.2f}deg)"}
        return html.Span(className=f"home-line {look}", style=at(tail) | size)

    def dot(point: Sequence[float], label: str, look: str) -> html.Span:
        return html.Span(html.Span(label), className=f"home-dot {look}", style=at(point))

    a, b, c = found["words"]
    origin, start, end, target = corners
    picture = html.Div(
        [
            line(origin, start),
            line(end, target),
            line(origin, end, "home-side"),
            line(start, target, "home-side"),
            line(target, first[3:], "home-gap"),
            dot(origin, b, "home-below"),
            dot(start, a, "home-below"),
            dot(end, c, "home-above"),
            dot(target, expression, "home-above home-target"),
            dot(first[3:], first[0], "home-below home-first"),
        ],
        className="home-plane",
        style={"aspectRatio": f"{wide:.3f} / {tall:.3f}"},
        role="img",
        lang="ko",
        **{"aria-label": f"{expression} → {first[0]}"},
    )
    ranked = [
        html.Li([dcc.Link(word, href=word_href(key, model), className="word"), score_bar(score)])
        for word, key, score, *_ in found["answers"]
    ]
    return html.Div([picture, html.Ol(ranked, className="home-ranked", lang="ko")])


def word_map(t: Text, found: Mapping[str, Any], model: str) -> html.Div:
    """Words where the projection puts them, coloured by topic; those with room for it are written out and lead to their page."""
    number = {topic: place for place, topic in enumerate(TOPICS)}
    points = []
    for word, key, topic, x, y, side in found["points"]:
        style = {"left": f"{100 * x:.2f}%", "top": f"{100 * y:.2f}%"}
        look = f"home-point home-t{number[topic]}"
        if side:
            points.append(dcc.Link(word, href=word_href(key, model), className=f"{look} home-{side}", style=style))
        else:
            points.append(html.Span(className=look, style=style, title=word))
    legend = [html.Li(t(f"home.topic_{topic}"), className=f"home-t{place}") for topic, place in number.items()]
    return html.Div([html.Div(html.Div(points), className="home-map", lang="ko"), html.Ul(legend, className="home-legend")])
