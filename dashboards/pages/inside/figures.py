"""Pictures of what a model holds: strips of numbers, attention, similarity, layers. Pure: arrays in, Plotly figures out."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import colors, diverging, dress, sequential
from dashboards.pages.context.figures import layers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["cells", "name_of", "rows", "shown_dimensions", "spread", "square", "square_size", "strips", "strongest"]

MOST_DIMENSIONS = 256
_NUMBERS_UP_TO = 12
_LABEL = 12


def name_of(text: str, width: int = _LABEL) -> str:
    """A token for an axis: no markup, cut.

    >>> name_of("<b>"), name_of("아주아주아주아주아주긴낱말")
    ('&lt;b&gt;', '아주아주아주아주아주긴…')
    """
    return html.escape(text if len(text) <= width else text[: width - 1] + "…", quote=False)


def shown_dimensions(dim: int) -> int:
    """Every how manieth dimension is drawn.

    >>> shown_dimensions(256), shown_dimensions(768)
    (1, 3)
    """
    return -(-dim // MOST_DIMENSIONS)


def strips(parts: Mapping[str, NDArray[Any]], token: int, names: Mapping[str, str], scheme: str | None) -> go.Figure:
    """The parts of one token's input, a strip each; what comes after the LayerNorm has a scale of its own.

    Args:
        parts: T × d each, in order.
        token: whose.
        names: what the parts are called.
    """
    figure = go.Figure()
    every = {name: array[token][:: shown_dimensions(array.shape[1])] for name, array in parts.items()}
    places = {name: place for place, name in enumerate(every)}
    for group in ([name for name in every if name != "input"], [name for name in every if name == "input"]):
        if group:
            stacked = np.stack([every[name] for name in group])
            step = shown_dimensions(parts[group[0]].shape[1])
            figure.add_trace(_strip(stacked, [places[name] for name in group], [names[name] for name in group], step, scheme))
    return _striped(figure, list(every.values()), [names[name] for name in every], scheme, 12)


def rows(array: NDArray[Any], labels: Sequence[str], scheme: str | None) -> go.Figure:
    """One part of every token's input: a strip for each token."""
    step = shown_dimensions(array.shape[1])
    figure = go.Figure(_strip(array[:, ::step], list(range(len(labels))), labels, step, scheme))
    return _striped(figure, labels, labels, scheme, 11)


def _striped(figure: go.Figure, lines: Sequence[Any], labels: Sequence[str], scheme: str | None, size: int) -> go.Figure:
    return dress(
        figure,
        scheme,
        xaxis={"visible": False, "fixedrange": True},
        yaxis={
            "range": [len(lines) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "ticks": "",
            "tickvals": list(range(len(lines))),
            "ticktext": [name_of(label, 20) for label in labels],
            "tickfont": {"size": size},
        },
        dragmode=False,
    )


def _strip(values: NDArray[Any], y: Sequence[int], labels: Sequence[str], step: int, scheme: str | None) -> go.Heatmap:
    reach = float(np.quantile(np.abs(values), 0.99)) or 1.0
    width = values.shape[1]
    return go.Heatmap(
        z=np.asarray(values, np.float32),
        x=list(range(0, step * width, step)),
        y=list(y),
        zmin=-reach,
        zmax=reach,
        colorscale=diverging(scheme),
        showscale=False,
        ygap=3 if len(y) <= 8 else 1,
        customdata=[[name_of(label, 20)] * width for label in labels],
        hovertemplate="%{customdata} [%{x}] <b>%{z:.3f}</b><extra></extra>",
    )


def cells(count: int) -> int:
    """Pixels of a cell: smaller for many, never too small to tell apart."""
    return 36 if count <= 10 else 26 if count <= 20 else 20


def square_size(count: int) -> dict[str, Any]:
    """The style of a square picture: as high as its rows need, and never narrower than its columns need."""
    side = cells(count) * count
    return {"height": side + 170, "minWidth": side + 120, "maxWidth": max(420, int(1.9 * side) + 120)}


def square(
    values: NDArray[Any],
    labels: Sequence[str],
    axes: tuple[str, str],
    low: float,
    high: float,
    scheme: str | None,
    *,
    signed: bool = False,
) -> go.Figure:
    """Every unit with every other: attention (row looks at column) or cosines.

    Args:
        values: n × n.
        labels: n; need not differ.
        axes: what rows and columns are.
        low, high: ends of the colours.
        signed: colours for values on both sides of zero.
    """
    count = len(values)
    shown = [name_of(label) for label in labels]
    numbers = list(range(count))
    figure = go.Figure(
        go.Heatmap(
            z=np.asarray(values, np.float32),
            x=numbers,
            y=numbers,
            zmin=low,
            zmax=high,
            colorscale=diverging(scheme) if signed else sequential(scheme),
            xgap=1,
            ygap=1,
            customdata=[[[row, column] for column in shown] for row in shown],
            hovertemplate="%{customdata[0]} → %{customdata[1]}  <b>%{z:.3f}</b><extra></extra>",
            texttemplate="%{z:.2f}" if count <= _NUMBERS_UP_TO else None,
            colorbar={
                "orientation": "h",
                "y": -0.01,
                "yanchor": "top",
                "thickness": 8,
                "outlinewidth": 0,
                "nticks": 5,
                "tickfont": {"color": colors(scheme)["dim"], "size": 11},
            },
        )
    )
    axis = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        "tickvals": numbers,
        "ticktext": shown,
        "tickfont": {"size": 12 if count <= 20 else 11},
        "range": [-0.5, count - 0.5],
    }
    return dress(
        figure,
        scheme,
        xaxis={**axis, "side": "top", "tickangle": -90, "title": {"text": axes[1], "standoff": 6}},
        yaxis={**axis, "range": [count - 0.5, -0.5], "title": {"text": axes[0], "standoff": 6}},
        margin={"l": 8, "r": 8, "t": 8, "b": 44},
        dragmode=False,
    )


def strongest(values: NDArray[Any]) -> float:
    """Where the colours of attention end: of many cells the largest 1 % share one colour, or a single one hides all others.

    >>> strongest(np.array([[0.25, 0.75], [0.5, 0.5]]))
    0.75
    """
    return float(values.max() if len(values) <= _NUMBERS_UP_TO else np.quantile(values, 0.99))


def spread(
    here: Sequence[float | None],
    chance: Sequence[tuple[float, float, float] | None],
    layer: int,
    words: Mapping[str, str],
    scheme: str | None,
) -> go.Figure:
    """Mean cosine of this text's tokens at every layer, over the band of random pairs.

    Args:
        here: by layer.
        chance: mean, 5th and 95th percentile by layer.
        layer: the chosen one, marked.
        words: ``here``, ``chance``, ``layer``.
    """
    named = {"same": words["here"], "chance": words["chance"], "layer": words["layer"]}
    return layers(here, [None] * len(here), chance, layer, named, scheme)
