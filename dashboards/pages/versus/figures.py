"""Figures of the page of two models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress

if TYPE_CHECKING:
    from explorer.analysis.model_comparison import Group

__all__ = ["groups"]


def groups(found: Sequence[Group], names: Sequence[str], mean: float, words: dict[str, str], scheme: str | None) -> go.Figure:
    """Mean overlap of each group with its interval, beside that of all words.

    Args:
        found: the groups, the first on top.
        names: what they are called.
        mean: over all words, a line.
        words: ``overlap`` (the axis) and ``mean`` (the line).
    """
    ink = colors(scheme)
    values = [one.overlap.value or 0.0 for one in found]
    ends = [(one.overlap.low, one.overlap.high) for one in found]
    figure = go.Figure(
        go.Scatter(
            x=values,
            y=list(names),
            mode="markers",
            marker={"color": ink["accent"], "size": 10},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [(high or value) - value for value, (_, high) in zip(values, ends, strict=True)],
                "arrayminus": [value - (low or value) for value, (low, _) in zip(values, ends, strict=True)],
                "color": ink["dim"],
                "thickness": 1.5,
            },
            customdata=[[one.words, *end] for one, end in zip(found, ends, strict=True)],
            hovertemplate="%{y}: %{x:.3f} [%{customdata[1]:.3f}, %{customdata[2]:.3f}], n = %{customdata[0]:,}<extra></extra>",
        )
    )
    figure.add_vline(x=mean, line={"color": ink["muted"], "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=mean, y=1, yref="paper", yanchor="bottom", text=words["mean"], showarrow=False, font={"color": ink["dim"], "size": 11}
    )
    return dress(
        figure,
        scheme,
        xaxis={"range": [0, 1], "title": {"text": words["overlap"]}, "fixedrange": True, "zeroline": False},
        yaxis={"type": "category", "autorange": "reversed", "fixedrange": True, "showgrid": False},
        margin={"l": 8, "r": 16, "t": 24, "b": 8},
        dragmode=False,
        showlegend=False,
    )
