"""The losses of a training, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress

__all__ = ["losses"]

KINDS = {"losses": ("circle", "solid"), "heldout_losses": ("square", "dot")}


def losses(epochs: Sequence[Mapping[str, Any]], words: Mapping[str, str], scheme: str | None) -> go.Figure:
    """A line for each kind of loss.

    Args:
        epochs: what was told of every epoch.
        words: what the lines are called, by kind, and ``epoch`` and ``loss`` for the axes.
        scheme: light or dark.
    """
    figure = go.Figure()
    palette = colors(scheme)["palette"]
    for number, (kind, (symbol, dash)) in enumerate(KINDS.items()):
        told = [(one["epoch"], one[kind]) for one in epochs if kind in one]
        if not told:
            continue
        x, y = zip(*told, strict=True)
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="lines+markers",
                name=words[kind],
                line={"color": palette[number], "width": 2.5, "dash": dash},
                marker={"size": 7, "symbol": symbol},
                hovertemplate="%{x}: %{y:.4f}<extra>" + words[kind] + "</extra>",
            )
        )
    return dress(
        figure,
        scheme,
        xaxis={"title": {"text": words["epoch"]}, "dtick": max(1, len(epochs) // 10), "fixedrange": True},
        yaxis={"title": {"text": words["loss"]}, "fixedrange": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=len(figure.data) > 1,
        dragmode=False,
        uirevision="curve",
    )
