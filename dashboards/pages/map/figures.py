"""The map of words. Traces stand in a fixed order, so that highlights change a few of them and nothing is sent twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import TAG_GROUPS, colors, dress, sequential, tag_colors, tag_group

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboards.pages.map.maps import Map

__all__ = ["BASE", "CHOSEN", "DIM", "FOUND", "LABELS", "NEAR", "highlight", "label_rows", "map_figure"]

BASE = tuple(range(len(TAG_GROUPS)))
"""Traces with all points: one a tag group, or by trust the first (measured) and the second (not measured)."""
LABELS, FOUND, NEAR, CHOSEN = range(len(BASE), len(BASE) + 4)

DIM = 0.18
"""Opacity of the other points while something is highlighted: they stay as context."""
NAMED = 40
"""Highlighted points that get their word written beside them."""


def label_rows(coords: NDArray[np.float32], words: Sequence[str], extent: NDArray[np.float32], most: int = 110) -> list[int]:
    """Which of the points get their word written, so that words do not cover each other: first come, first served.

    Args:
        coords: n × 2, the most important point first.
        words: of every point.
        extent: width and height of the whole map, in the units of ``coords``.
        most: how many at most.

    Returns:
        Rows of ``coords``.
    """
    placed: list[int] = []
    boxes = np.empty((0, 2), np.float32)
    sizes = np.empty(0, np.float32)
    for row, word in enumerate(words):
        place = coords[row] / np.maximum(extent, 1e-9)
        width = 0.018 * len(word) + 0.01  # a Hangul letter of 12 px on a map some 650 px wide
        apart = np.abs(boxes - place)
        if not np.any((apart[:, 0] < (sizes + width) / 2) & (apart[:, 1] < 0.032)):
            placed.append(row)
            boxes, sizes = np.vstack([boxes, place]), np.append(sizes, np.float32(width))
            if len(placed) == most:
                break
    return placed


def _extent(shown: Map) -> NDArray[np.float32]:
    # One scale for both axes, as the map is drawn.
    extent: NDArray[np.float32] = np.repeat((shown.coords.max(axis=0) - shown.coords.min(axis=0)).max(), 2)
    return extent


def map_figure(
    shown: Map, scheme: str | None, names: Mapping[str, str], *, color: str = "tag", webgl: bool = True, stamp: str = ""
) -> go.Figure:
    """Every point, a few hundred labels, and empty traces for what will be highlighted.

    Args:
        shown: the map.
        names: what the tag groups are called, and ``trust`` and ``unmeasured``.
        color: ``"tag"`` or ``"trust"``.
        webgl: draw with WebGL; without it as SVG, which is right for some thousand points.
        stamp: one line under the map: how it was made.
    """
    ink = colors(scheme)
    kind = go.Scattergl if webgl else go.Scatter
    size = 4 if len(shown.keys) > 6000 else 5
    figure = go.Figure()
    for rows, name, marker in _groups(shown, scheme, names, color):
        figure.add_trace(
            kind(
                x=shown.coords[rows, 0],
                y=shown.coords[rows, 1],
                text=[shown.keys[row] for row in rows],
                customdata=rows.tolist(),  # a list: Dash leaves typed arrays out of what a click says
                name=name,
                mode="markers",
                marker={"size": size, "opacity": 0.75, **marker},
                hovertemplate="%{text}<extra></extra>",
                showlegend=bool(len(rows)) and bool(name),
            )
        )
    rows = np.array(label_rows(shown.coords, shown.words, _extent(shown)), np.int64)
    figure.add_trace(
        kind(
            x=shown.coords[rows, 0],
            y=shown.coords[rows, 1],
            text=[shown.words[row] for row in rows],
            mode="text",
            textposition="top center",
            textfont={"size": 12, "color": ink["text"]},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for color_of, dot, symbol in (
        (ink["palette"][1], 8, "circle"),
        (ink["palette"][2], 9, "circle"),
        (ink["accent"], 14, "star"),
    ):
        figure.add_trace(
            kind(
                x=[],
                y=[],
                text=[],
                hovertext=[],
                customdata=[],
                mode="markers+text",
                textposition="top center",
                textfont={"size": 13, "color": ink["text"]},
                marker={"size": dot, "color": color_of, "symbol": symbol, "line": {"width": 1, "color": ink["paper"]}},
                hovertemplate="%{hovertext}<extra></extra>",
                showlegend=False,
            )
        )
    if stamp:
        figure.add_annotation(
            text=stamp, x=0, y=0, xref="paper", yref="paper", xanchor="left", yanchor="top", yshift=-6, showarrow=False,
            font={"size": 11, "color": ink["dim"]}, align="left",
        )  # fmt: skip
    quiet = {
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "ticks": "",
        "showline": False,
        "title": {"text": ""},
    }
    return dress(
        figure,
        scheme,
        xaxis=quiet,
        yaxis=quiet | {"scaleanchor": "x", "scaleratio": 1},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemsizing": "constant"},
        margin={"l": 4, "r": 4, "t": 36, "b": 30},
        uirevision=shown.id,  # zoom and hidden groups stay while it is the same map
        hovermode="closest",
        spikedistance=20,  # without a limit plotly searches all points for spikes that are not even drawn
    )


def _groups(
    shown: Map, scheme: str | None, names: Mapping[str, str], color: str
) -> list[tuple[NDArray[np.int64], str, dict[str, Any]]]:
    nothing = np.empty(0, np.int64)
    if color == "trust":
        measured = np.isfinite(shown.trust)
        scale = {
            "color": shown.trust[measured],
            "cmin": 0.0,
            "cmax": 1.0,
            "colorscale": sequential(scheme),
            "colorbar": {"thickness": 8, "len": 0.5, "outlinewidth": 0, "title": {"text": names["trust"], "side": "right"}},
        }
        parts: list[tuple[NDArray[np.int64], str, dict[str, Any]]] = [
            (np.flatnonzero(measured), "", scale),
            (np.flatnonzero(~measured), names["unmeasured"], {"color": colors(scheme)["muted"], "opacity": 0.3}),
        ]
        return parts + [(nothing, "", {})] * (len(BASE) - len(parts))
    groups = np.array([tag_group(tag) for tag in shown.tags])
    palette = tag_colors(scheme)
    if not any(shown.tags):  # a model without tags has one colour and no legend
        return [(np.arange(len(groups)), "", {"color": palette["noun"]})] + [(nothing, "", {})] * (len(BASE) - 1)
    return [(np.flatnonzero(groups == group), names[group], {"color": palette[group]}) for group in TAG_GROUPS]


def highlight(shown: Map, found: Sequence[int], near: Sequence[int], chosen: int | None) -> dict[int, dict[str, Any]]:
    """What the highlight traces hold and how faint the rest is: ``{trace: {path: value}}``, small enough for a patch.

    Args:
        shown: the map.
        found: rows that a search found.
        near: rows of the chosen word's neighbours in the original space.
        chosen: row of the chosen word.
    """
    changes: dict[int, dict[str, Any]] = {}
    groups = ((CHOSEN, [] if chosen is None else [chosen]), (NEAR, list(near)), (FOUND, list(found)))
    every = [row for _, rows in groups for row in rows]
    written = label_rows(shown.coords[every], [shown.words[row] for row in every], _extent(shown), NAMED) if every else []
    named = {every[place] for place in written}
    for trace, rows in groups:
        changes[trace] = {
            "x": [float(shown.coords[row, 0]) for row in rows],
            "y": [float(shown.coords[row, 1]) for row in rows],
            "text": [shown.words[row] if row in named else "" for row in rows],
            "hovertext": [shown.keys[row] for row in rows],
            "customdata": rows,
        }
    busy = bool(len(found) or len(near) or chosen is not None)
    for trace in BASE:
        changes[trace] = {"opacity": DIM if busy else 1}
    changes[LABELS] = {"opacity": 0 if busy else 1}
    return changes
