"""The map of words. Traces stand in a fixed order, so that highlights change a few of them and nothing is sent twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import TAG_GROUPS, colors, dress, sequential, tag_colors, tag_group
from explorer.display.placing import label_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboards.pages.map.maps import Map

__all__ = ["BASE", "CHOSEN", "DIM", "EDGES", "FOUND", "LABELS", "NEAR", "REGIONS", "highlight", "map_figure"]

BASE = tuple(range(len(TAG_GROUPS)))
"""Traces with all points: one a tag group, or by trust the first (measured) and the second (not measured)."""
ZOOMS = (0.45, 0.8, 2.2, 5.0)
"""Each level of labels is for maps shown at least so many times as large as whole on 650 pixels; script.js has the same numbers."""
WHOLE = 1
"""The level of a whole map on a wide screen."""
REGIONS = tuple(range(len(BASE), len(BASE) + len(ZOOMS)))
"""Traces with the names of regions, one a level; only one level is seen at a time."""
LABELS = tuple(range(len(BASE) + len(ZOOMS), len(BASE) + 2 * len(ZOOMS)))
"""Traces with words, one a level."""
EDGES, FOUND, NEAR, CHOSEN = range(LABELS[-1] + 1, LABELS[-1] + 5)

DIM = 0.18
"""Opacity of the other points while something is highlighted: they stay as context."""
WORDS_ALONE, WORDS_AMONG = 110, 40
"""Words written on a whole map, without and with names of regions; as many times more as it is shown larger."""
NAMED = 40
"""Highlighted points that get their word written beside them."""


def _labels(shown: Map, ink: Mapping[str, Any]) -> list[Any]:
    """Names of regions and words for every level of zoom; the finer the level, the more."""
    names, words = [], []
    for level, zoom in enumerate(ZOOMS):
        extent = _extent(shown) / np.float32(zoom)
        regions = shown.regions[min(max(level - WHOLE, 0), len(shown.regions) - 1)] if shown.regions else []
        places = np.array([region.place for region in regions], np.float32).reshape(-1, 2)
        kept = label_rows(places, [region.name for region in regions], extent, len(regions))
        taken = [(places[row], regions[row].name) for row in kept]
        # Enough words for every part of the map that may be looked at.
        most = int((WORDS_AMONG if regions else WORDS_ALONE) * zoom)
        rows = np.array(label_rows(shown.coords, shown.words, extent, most, taken), np.int64)
        look = {"mode": "text", "hoverinfo": "skip", "showlegend": False, "visible": level == WHOLE}
        names.append(
            go.Scatter(
                x=[float(place[0]) for place, _ in taken],
                y=[float(place[1]) for place, _ in taken],
                text=[text for _, text in taken],
                textposition="top center",
                textfont={"size": 15, "color": ink["text"]},
                **look,
            )
        )
        words.append(
            go.Scatter(
                x=shown.coords[rows, 0],
                y=shown.coords[rows, 1],
                text=[shown.words[row] for row in rows],
                textposition="top center",
                textfont={"size": 11, "color": ink["dim"]},
                **look,
            )
        )
    return names + words


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
                marker={"size": size, "opacity": 0.55 if shown.regions else 0.75, **marker},
                hovertemplate="%{text}<extra></extra>",
                showlegend=bool(len(rows)) and bool(name),
            )
        )
    # What is written is SVG: WebGL draws wrong letters once a text holds many different syllables.
    for trace in _labels(shown, ink):
        figure.add_trace(trace)
    figure.add_trace(
        go.Scatter(
            x=[], y=[], mode="lines", line={"width": 1, "color": ink["palette"][2]}, opacity=0.7, hoverinfo="skip", showlegend=False
        )
    )  # fmt: skip
    for color_of, dot, symbol in (
        (ink["palette"][1], 8, "circle"),
        (ink["palette"][2], 9, "circle"),
        (ink["accent"], 14, "star"),
    ):
        figure.add_trace(
            go.Scatter(
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
    if color == "region" and shown.regions:
        return _by_region(shown, names, scheme)
    groups = np.array([tag_group(tag) for tag in shown.tags])
    palette = tag_colors(scheme)
    if not any(shown.tags):  # a model without tags has one colour and no legend
        return [(np.arange(len(groups)), "", {"color": palette["noun"]})] + [(nothing, "", {})] * (len(BASE) - 1)
    return [(np.flatnonzero(groups == group), names[group], {"color": palette[group]}) for group in TAG_GROUPS]


def _by_region(shown: Map, names: Mapping[str, str], scheme: str | None) -> list[tuple[NDArray[np.int64], str, dict[str, Any]]]:
    """Twelve hues in turn: regions that lie beside each other are told apart, and named on the map, not in a legend."""
    inside = np.flatnonzero(shown.region_of >= 0)
    bright = 62 if scheme == "dark" else 45
    hues = [f"hsl({hue}, 55%, {bright}%)" for hue in range(0, 360, 30)]
    steps = [[edge / len(hues), color] for place, color in enumerate(hues) for edge in (place, place + 1)]
    # Five steps on the wheel from one region to the next, so that those of like size differ most.
    marker = {
        "color": (shown.region_of[inside] * 5 % len(hues)).astype(np.uint8),
        "cmin": -0.5,
        "cmax": 11.5,
        "colorscale": steps,
    }
    outside = np.flatnonzero(shown.region_of < 0)
    parts: list[tuple[NDArray[np.int64], str, dict[str, Any]]] = [
        (inside, "", marker),
        (outside, names["no_region"], {"color": colors(scheme)["muted"], "opacity": 0.3}),
    ]
    return parts + [(np.empty(0, np.int64), "", {})] * (len(BASE) - len(parts))


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
    for trace in (*REGIONS, *LABELS):
        changes[trace] = {"opacity": (0.45 if trace in REGIONS else 0) if busy else 1}
    changes[EDGES] = {"x": [], "y": []}
    if chosen is not None:  # from the word to each of its true neighbours and back
        ends = [float(one) for one in shown.coords[chosen]]
        for axis, name in enumerate("xy"):
            changes[EDGES][name] = [value for row in near for value in (ends[axis], float(shown.coords[row, axis]), None)]
    return changes
