"""The pictures of a comparison: length against boundaries, rank and frequency, lengths of tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress

__all__ = ["against_boundaries", "lengths", "ranks"]

_DASHES = ("solid", "dash", "dot", "dashdot")


def _style(place: int, ink: Mapping[str, Any]) -> tuple[str, str]:
    palette = [*ink["palette"], ink["text"]]  # as many as tokenizers can be chosen
    return palette[place % len(palette)], _DASHES[place // 2 % len(_DASHES)]


def against_boundaries(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], say: Mapping[str, str], scheme: str | None
) -> go.Figure:
    """Tokens per eojeol against boundary F1, with intervals; hollow where a tokenizer hides or loses text.

    Args:
        rows: as of :meth:`explorer.tokenizers.comparison.compare.Comparison.to_dict`.
        names: what each row is called.
        say: ``x``, ``y`` (axis titles) and ``marked`` (of a hollow point).
    """
    ink = colors(scheme)
    figure = go.Figure()
    points = [
        (place, row["tokens_per_eojeol"], row["boundary_f1"])
        for place, row in enumerate(rows)
        if row.get("tokens_per_eojeol", {}).get("value") is not None and row.get("boundary_f1", {}).get("value") is not None
    ]
    sides = _apart([(x["value"], y["value"]) for _, x, y in points])
    for (place, x, y), side in zip(points, sides, strict=True):
        color, _ = _style(place, ink)
        marked = bool(rows[place].get("warnings"))
        figure.add_trace(
            go.Scatter(
                x=[x["value"]],
                y=[y["value"]],
                error_x=_bars(x, color),
                error_y=_bars(y, color),
                mode="markers+text",
                text=[f"{names[place]} ⚠" if marked else names[place]],
                textposition=side,
                textfont={"color": ink["text"], "size": 13},
                marker={
                    "size": 11,
                    "color": color,
                    "symbol": "circle-open" if marked else "circle",
                    "line": {"width": 2, "color": color},
                },
                hovertemplate=f"%{{x:.3f}} · %{{y:.3f}}<extra>{_plain(names[place])}{' · ' + say['marked'] if marked else ''}</extra>",
                name=names[place],
                cliponaxis=False,
            )
        )
    xs = [x["value"] for _, x, _ in points] or [1.0]
    pad = 0.16 * (max(xs) - min(xs)) + 0.25
    return dress(
        figure,
        scheme,
        showlegend=False,
        dragmode=False,
        margin={"l": 8, "r": 16, "t": 24, "b": 8},
        xaxis={"title": {"text": say["x"]}, "range": [max(0, min(xs) - pad), max(xs) + pad], "fixedrange": True},
        yaxis={"title": {"text": say["y"]}, "range": [-0.06, 1.06], "fixedrange": True},
    )


def _bars(interval: Mapping[str, float | None], color: str) -> dict[str, Any] | None:
    value, low, high = interval["value"], interval.get("low"), interval.get("high")
    if value is None or low is None or high is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [max(0.0, high - value)],
        "arrayminus": [max(0.0, value - low)],
        "color": color,
        "thickness": 1,
        "width": 3,
    }


def _apart(points: Sequence[tuple[float, float]]) -> list[str]:
    """On which side of its point each word stands: of points close together, the highest is named above, the lowest below.

    >>> _apart([(1.0, 0.5), (1.01, 0.52), (5.0, 0.9)])
    ['bottom center', 'top center', 'top center']
    """
    if not points:
        return []
    xy = np.asarray(points, np.float64)
    width = float(np.ptp(xy[:, 0]))
    scaled = xy / (1.3 * width + 0.5, 1.12)  # of the axes as they are drawn
    order = {place: rank for rank, place in enumerate(np.lexsort((scaled[:, 0], scaled[:, 1])).tolist())}
    sides = []
    for place in range(len(points)):
        near = np.abs(scaled - scaled[place])
        close = [other for other in range(len(points)) if near[other, 0] < 0.3 and near[other, 1] < 0.16 and other != place]
        above = any(order[other] > order[place] for other in close)
        below = any(order[other] < order[place] for other in close)
        sides.append("middle right" if above and below else "bottom center" if above else "top center")
    return sides


def _plain(name: str) -> str:
    """A name inside a hover template, where < and % would be read as markup."""
    return name.replace("<", "‹").replace("%", "％").replace("{", "(").replace("}", ")")


def ranks(
    curves: Sequence[Mapping[str, Any] | None], names: Sequence[str], say: Mapping[str, str], scheme: str | None
) -> go.Figure:
    """The share of the n-th commonest token, both axes logarithmic."""
    ink = colors(scheme)
    figure = go.Figure()
    for place, curve in enumerate(curves):
        if not curve or not curve["ranks"]:
            continue
        color, dash = _style(place, ink)
        figure.add_trace(
            go.Scatter(
                x=np.asarray(curve["ranks"], np.float32),
                y=np.asarray(curve["shares"], np.float32),
                mode="lines",
                name=names[place],
                line={"color": color, "dash": dash, "width": 2},
                hovertemplate=f"%{{x:,}} · %{{y:.2%}}<extra>{_plain(names[place])}</extra>",
            )
        )
    return _lines(
        figure,
        say,
        scheme,
        {"type": "log", "dtick": 1, "exponentformat": "power"},
        {"type": "log", "dtick": 1, "tickformat": "~%"},
    )


def lengths(
    curves: Sequence[Mapping[str, Any] | None], names: Sequence[str], say: Mapping[str, str], scheme: str | None
) -> go.Figure:
    """Which share of the tokens has how many characters."""
    ink = colors(scheme)
    ticks = [say["part"], *(str(length) for length in range(1, 10)), "10+"]
    figure = go.Figure()
    for place, curve in enumerate(curves):
        if not curve:
            continue
        color, dash = _style(place, ink)
        figure.add_trace(
            go.Scatter(
                x=list(range(11)),
                y=np.asarray(curve["lengths"], np.float32),
                mode="lines+markers",
                name=names[place],
                line={"color": color, "dash": dash, "width": 2},
                marker={"size": 5},
                hovertemplate=f"%{{x}} · %{{y:.1%}}<extra>{_plain(names[place])}</extra>",
            )
        )
    return _lines(
        figure, say, scheme, {"tickvals": list(range(11)), "ticktext": ticks}, {"tickformat": ".0%", "rangemode": "tozero"}
    )


def _lines(figure: go.Figure, say: Mapping[str, str], scheme: str | None, x: dict[str, Any], y: dict[str, Any]) -> go.Figure:
    return dress(
        figure,
        scheme,
        dragmode=False,
        legend={"orientation": "h", "y": -0.22, "yanchor": "top", "x": 0, "xanchor": "left"},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis=x | {"title": {"text": say["x"]}, "fixedrange": True},
        yaxis=y | {"title": {"text": say["y"]}, "fixedrange": True},
    )
