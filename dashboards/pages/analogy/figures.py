"""The picture of an analogy: the parallelogram of its question, and the steps to its answers in their true length and angle."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress

if TYPE_CHECKING:
    from explorer.vectors.records import Parallelogram

__all__ = ["parallelogram"]

_ARROW = {"xref": "x", "yref": "y", "axref": "x", "ayref": "y", "text": "", "arrowhead": 2, "standoff": 8, "startstandoff": 8}


def parallelogram(shown: Parallelogram, scheme: str | None, names: Sequence[str], target: str) -> go.Figure:
    """A − b + c with its answers.

    Args:
        shown: the coordinates.
        names: what b, c and a are called.
        target: what the point a − b + c is called.
    """
    ink = colors(scheme)
    origin, start, end = (np.array(one[1:]) for one in (shown.origin, shown.start, shown.end))
    goal = np.array(shown.target)
    steps = shown.steps[1:]
    answers = np.array([(step.x, step.y) for step in steps]).reshape(-1, 2)
    figure, notes = go.Figure(), list[dict[str, Any]]()
    below, above = ("bottom center", "top center") if end[1] > 0 else ("top center", "bottom center")
    figure.add_trace(
        _dots([origin, start, end], [escape(one, quote=False) for one in names], ink["text"], 11, [below, below, above])
    )
    points = np.concatenate([np.stack([origin, start, end, goal]), answers])
    low, high = points.min(axis=0), points.max(axis=0)
    middle = (low + high) / 2
    before, sign, last = escape(target, quote=False).rpartition(" + ")
    written = f"{before}<br>+ {last}" if sign else before or last  # two lines: on a telephone one would not fit
    side = "top left" if goal[0] > middle[0] else "top right"
    figure.add_trace(_dots([goal], [written], ink["accent"], 13, side, symbol="x-thin"))
    green = ink["palette"][2]
    if steps:
        left, high_up = (answers.mean(axis=0) > middle).tolist()
        words = [escape(step.end, quote=False) for step in steps]
        figure.add_trace(
            _dots(list(answers), [""] * len(words), green, 9, side, opacity=[0.45 + 0.55 * one.inside for one in steps])
        )
        figure.data[-1].update(hovertext=words, hovertemplate="%{hovertext}<extra></extra>")
        notes += _fan(answers, words, green, left, up=not high_up)
    for tail, head, color, width in (
        (origin, start, ink["text"], 2.4),
        (end, goal, ink["muted"], 1.4),
        (origin, end, ink["muted"], 1.4),
        (start, goal, ink["muted"], 1.4),
        *((end, answer, green, 2.4) for answer in answers[:1]),
    ):
        notes.append(
            {
                "x": float(head[0]),
                "y": float(head[1]),
                "ax": float(tail[0]),
                "ay": float(tail[1]),
                **_ARROW,
                "arrowwidth": width,
                "arrowcolor": color,
            }
        )
    for step, tail, head, color in (
        (shown.steps[0], origin, start, ink["text"]),
        *((one, end, answers[0], green) for one in steps[:1]),
    ):
        where = tail + 0.35 * (head - tail)
        text = f"{step.length:.2f}" if step is shown.steps[0] else f"{step.length:.2f} · {step.angle:.0f}°"
        notes.append(
            {
                "x": float(where[0]),
                "y": float(where[1]),
                "text": text,
                "showarrow": False,
                "font": {"color": color, "size": 12},
                "bgcolor": ink["paper"],
                "borderpad": 1,
                "opacity": 0.9,
            }
        )
    pad = 0.18 * (high - low) + 0.08
    quiet: dict[str, Any] = {"showgrid": False, "zeroline": False, "showticklabels": False, "fixedrange": True}
    return dress(
        figure,
        scheme,
        annotations=notes,  # all at once: one by one, each would be checked again with every other
        showlegend=False,
        dragmode=False,
        xaxis=quiet | {"range": [float(low[0] - pad[0]), float(high[0] + pad[0])]},
        # equal units on both axes, or a right angle would not look like one
        yaxis=quiet | {"range": [float(low[1] - pad[1]), float(high[1] + pad[1])], "scaleanchor": "x", "scaleratio": 1},
    )


def _fan(points: Any, words: Sequence[str], color: str, left: bool, up: bool) -> list[dict[str, Any]]:
    """Words of points that may lie on top of each other, one under the other at the end of thin lines.

    From the lowest point to the highest, every word stands a line higher than the one before, counted from its own point:
    so no two meet, however small the picture is drawn. The fan opens towards the middle of the picture.
    """
    order = np.argsort(-points[:, 1], kind="stable").tolist()
    return [
        {
            "x": float(points[place, 0]),
            "y": float(points[place, 1]),
            "ax": -34 if left else 34,
            "ay": 19 * (line - (len(order) - 1 if up else 0)),
            "text": words[place],
            "font": {"color": color, "size": 14},
            "xanchor": "right" if left else "left",
            "showarrow": True,
            "arrowhead": 0,
            "arrowwidth": 0.8,
            "arrowcolor": color,
            "standoff": 5,
            "borderpad": 0,
        }
        for line, place in enumerate(order)
    ]


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
