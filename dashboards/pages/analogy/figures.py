"""The picture of an analogy: the parallelogram in the plane of its two differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress
from explorer.vectors.plane import Plane

__all__ = ["parallelogram"]


def parallelogram(plane: Plane, words: Sequence[str], answers: Sequence[str], scheme: str | None, target: str) -> go.Figure:
    """A − b + c with its answers.

    Args:
        plane: the coordinates.
        words: what a, b and c are called.
        answers: what the answers are called, best first, as many as ``plane.answers``.
        target: what the point a − b + c is called.
    """
    ink = colors(scheme)
    a, b, c = words
    figure = go.Figure()
    figure.add_trace(
        _dots(
            [plane.start, plane.origin, plane.end], [a, b, c], ink["text"], 11, ["bottom center", "bottom center", "top center"]
        )
    )
    points = np.concatenate([np.stack([plane.origin, plane.start, plane.end, plane.target]), plane.answers])
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    before, sign, last = target.rpartition(" + ")
    written = f"{before}<br>+ {last}" if sign else target  # two lines: on a telephone one would not fit
    side = "top left" if plane.target[0] > middle[0] else "top right"
    figure.add_trace(_dots([plane.target], [written], ink["accent"], 13, side, symbol="x-thin"))
    if len(answers):
        left, high_up = (plane.answers.mean(axis=0) > middle).tolist()
        green = ink["palette"][2]
        figure.add_trace(_dots(list(plane.answers), [""] * len(answers), green, 9, side, opacity=0.45 + 0.55 * plane.inside))
        figure.data[-1].update(hovertext=list(answers), hovertemplate="%{hovertext}<extra></extra>")
        _fan(figure, plane.answers, answers, green, left, up=not high_up)
    for tail, head, color in (
        (plane.origin, plane.start, ink["dim"]),
        (plane.end, plane.target, ink["dim"]),
        (plane.origin, plane.end, ink["muted"]),
        (plane.start, plane.target, ink["muted"]),
    ):
        figure.add_annotation(
            x=float(head[0]),
            y=float(head[1]),
            ax=float(tail[0]),
            ay=float(tail[1]),
            xref="x",
            yref="y",
            axref="x",
            ayref="y",
            text="",
            arrowhead=2,
            arrowwidth=1.6,
            arrowcolor=color,
            standoff=8,
            startstandoff=8,
        )
    pad = 0.18 * (high - low) + 0.08
    quiet: dict[str, Any] = {"showgrid": False, "zeroline": False, "showticklabels": False, "fixedrange": True}
    return dress(
        figure,
        scheme,
        showlegend=False,
        dragmode=False,
        xaxis=quiet | {"range": [float(low[0] - pad[0]), float(high[0] + pad[0])]},
        # equal units on both axes, or a right angle would not look like one
        yaxis=quiet | {"range": [float(low[1] - pad[1]), float(high[1] + pad[1])], "scaleanchor": "x", "scaleratio": 1},
    )


def _fan(figure: go.Figure, points: Any, words: Sequence[str], color: str, left: bool, up: bool) -> None:
    """Words of points that may lie on top of each other, one under the other at the end of thin lines.

    From the lowest point to the highest, every word stands a line higher than the one before, counted from its own point:
    so no two meet, however small the picture is drawn. The fan opens towards the middle of the picture.
    """
    order = np.argsort(-points[:, 1], kind="stable").tolist()
    for line, place in enumerate(order):
        figure.add_annotation(
            x=float(points[place, 0]),
            y=float(points[place, 1]),
            ax=-34 if left else 34,
            ay=19 * (line - (len(order) - 1 if up else 0)),
            text=words[place],
            font={"color": color, "size": 14},
            xanchor="right" if left else "left",
            showarrow=True,
            arrowhead=0,
            arrowwidth=0.8,
            arrowcolor=color,
            standoff=5,
            borderpad=0,
        )


def _dots(
    points: Sequence[Any],
    words: Sequence[str],
    color: str,
    size: int,
    side: str | Sequence[str],
    opacity: Any = 1.0,
    symbol: str = "circle",
) -> go.Scatter:
    xy = np.stack(list(points)).astype(np.float32)
    return go.Scatter(
        x=xy[:, 0],
        y=xy[:, 1],
        mode="markers+text",
        text=list(words),
        textposition=side if isinstance(side, str) else list(side),
        textfont={"color": color, "size": 14},
        marker={
            "color": color,
            "size": size,
            "opacity": opacity,
            "symbol": symbol,
            "line": {"width": 2 if symbol != "circle" else 0, "color": color},
        },
        hovertemplate="%{text}<extra></extra>",
        cliponaxis=False,
    )
