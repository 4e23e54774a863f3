"""The map of documents. Traces stand in a fixed order, so that a search changes a few of them and nothing is sent twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress, sequential
from explorer.display.placing import label_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.analysis.document_records import DocumentMap

__all__ = ["CHOSEN", "COLORS", "FOUND", "LAYERS", "POINTS", "STARTS_MOST", "documents_figure", "marked", "start_of"]

COLORS = ("region", "label", "length")
POINTS = tuple(range(8))
"""Traces with the documents: one a label, seven at most and the rest; else the first alone."""
LAYERS = tuple(range(8, 11))
"""Traces with the names of regions, from the coarsest; script.js shows the one that fits the zoom."""
FOUND, CHOSEN = 11, 12
STARTS_MOST = 5_000
"""Documents whose beginnings travel with the map; of more, the one under the pointer is asked for."""
TRACE_MOST = 60_000
"""Points of a trace: past some 85,000 plotly.js searches all of them at every move of the pointer."""
_START = 40
_HUES = 12


def start_of(text: str) -> str:
    """The beginning of a document in one line, for plotly, which would read tags: its signs are made characters.

    >>> start_of("<b>굵게</b>")
    '&lt;b&gt;굵게&lt;/b&gt;'
    """
    line = " ".join(text[: 4 * _START].split())
    line = line if len(line) <= _START else line[: _START - 1] + "…"
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def documents_figure(made: DocumentMap, scheme: str | None, words: Mapping[str, str], color: str, stamp: str) -> go.Figure:
    """Every document, the names of regions, and empty traces for what will be found.

    Args:
        made: the map.
        words: what is written: ``length``, ``rest`` and ``unlabelled``.
        color: one of :data:`COLORS`.
        stamp: one line under the map: how it was made.
    """
    ink = colors(scheme)
    coords = made.projection.coords
    figure = go.Figure()
    starts = [start_of(made.text(row)) for row in range(len(made))] if len(made) <= STARTS_MOST else None
    size = 7 if len(made) <= 2000 else 5 if len(made) <= 20_000 else 3
    for rows, name, marker in _groups(made, scheme, words, color):
        figure.add_trace(
            go.Scattergl(
                x=coords[rows, 0],
                y=coords[rows, 1],
                text=None if starts is None else [starts[row] for row in rows],
                customdata=rows.tolist(),  # a list: Dash leaves typed arrays out of what a click says
                name=start_of(name),
                mode="markers",
                marker={"size": size, "opacity": 0.6, **marker},
                hovertemplate=None if starts is None else "%{text}<extra></extra>",
                hoverinfo="none" if starts is None else None,
                unselected={"marker": {"opacity": 0.12}},
                showlegend=bool(len(rows)) and bool(name),
            )
        )
    for trace in _names(made, ink):
        figure.add_trace(trace)
    for color_of, dot, symbol in ((ink["palette"][1], size + 2, "circle"), (ink["accent"], 15, "star")):
        figure.add_trace(
            go.Scatter(
                x=[], y=[], customdata=[], mode="markers", hoverinfo="skip", showlegend=False,
                marker={"size": dot, "color": color_of, "symbol": symbol, "line": {"width": 1, "color": ink["paper"]}},
                unselected={"marker": {"opacity": 1}},
            )
        )  # fmt: skip
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
        hovermode="closest",
        spikedistance=20,  # without a limit plotly searches all points for spikes that are not even drawn
        newselection={"line": {"color": ink["accent"], "width": 2}},
    )


def _groups(
    made: DocumentMap, scheme: str | None, words: Mapping[str, str], color: str
) -> list[tuple[NDArray[np.int64], str, dict[str, Any]]]:
    ink, everyone, nobody = colors(scheme), np.arange(len(made)), np.empty(0, np.int64)
    if color == "label" and made.labels:
        labels = np.array([made.label(row) for row in range(len(made))], object)
        most = [label for label, _ in Counter(labels[labels != ""].tolist()).most_common(6)]
        parts = [(np.flatnonzero(labels == label), label, {"color": ink["palette"][at]}) for at, label in enumerate(most)]
        rest = np.flatnonzero(~np.isin(labels, [*most, ""]))
        parts.append((rest, words["rest"] if len(rest) else "", {"color": ink["palette"][6]}))
        parts.append((np.flatnonzero(labels == ""), words["unlabelled"], {"color": ink["muted"], "opacity": 0.4}))
        return parts + [(nobody, "", {})] * (len(POINTS) - len(parts))
    if color == "length":
        lengths = np.array([len(made.text(row)) for row in range(len(made))])
        bar = {"thickness": 8, "len": 0.5, "outlinewidth": 0, "title": {"text": words["length"], "side": "right"}}
        marker = {
            "color": lengths,
            "cmin": 0,
            "cmax": max(int(np.quantile(lengths, 0.95)), 1),
            "colorscale": sequential(scheme),
            "colorbar": bar,
        }
    elif made.layers:
        bright = 62 if scheme == "dark" else 45
        hues = [f"hsl({hue}, 55%, {bright}%)" for hue in range(0, 360, 360 // _HUES)]
        steps = [[edge / _HUES, hue] for at, hue in enumerate(hues) for edge in (at, at + 1)]
        # Five steps on the wheel from one region to the next, so that those of like size differ most.
        turned = (made.layers[0].labels * 5 % _HUES).astype(np.uint8)
        marker = {"color": turned, "cmin": -0.5, "cmax": _HUES - 0.5, "colorscale": steps}
    else:
        marker = {"color": ink["palette"][0]}
    parts = [(everyone[start : start + TRACE_MOST], "", _of(marker, start)) for start in range(0, len(made), TRACE_MOST)]
    return parts + [(nobody, "", {})] * (len(POINTS) - len(parts))


def _of(marker: Mapping[str, Any], start: int) -> dict[str, Any]:
    """The marker of the documents from ``start`` on, with one bar for all of them."""
    if isinstance(marker["color"], str):
        return dict(marker)
    bar = {} if not start else {"colorbar": None, "showscale": False}
    return {**marker, "color": marker["color"][start : start + TRACE_MOST], **bar}


def _names(made: DocumentMap, ink: Mapping[str, Any]) -> list[Any]:
    """The names of regions, one trace a layer; the finer the layer, the larger the map it is for."""
    coords = made.projection.coords
    extent = np.repeat((coords.max(axis=0) - coords.min(axis=0)).max(), 2).astype(np.float32)
    traces = []
    for level in range(len(LAYERS)):
        places, names = [], []
        for number, region in enumerate(made.layers[level].regions if level < len(made.layers) else ()):
            points = coords[made.layers[level].labels == number]
            if region.words:
                places.append(points[np.abs(points - np.median(points, axis=0)).sum(axis=1).argmin()])
                names.append(region.name)
        spots = np.array(places, np.float32).reshape(-1, 2)
        kept = label_rows(spots, names, extent / np.float32(1.8**level), len(names))
        traces.append(
            go.Scatter(
                x=spots[kept, 0],
                y=spots[kept, 1],
                text=[start_of(names[row]) for row in kept],
                mode="text",
                textfont={"size": 14, "color": ink["text"]},
                hoverinfo="skip",
                showlegend=False,
                visible=level == 0,
                unselected={"textfont": {"color": ink["text"]}},  # a selection is among documents
            )
        )
    return traces


def marked(made: DocumentMap, rows: Sequence[int], chosen: int | None) -> dict[int, dict[str, Any]]:
    """What the traces of found and chosen documents hold: ``{trace: {name: value}}``."""
    coords = made.projection.coords
    return {
        trace: {"x": coords[some, 0].tolist(), "y": coords[some, 1].tolist(), "customdata": list(some)}
        for trace, some in ((FOUND, list(rows)), (CHOSEN, [] if chosen is None else [chosen]))
    }
