"""Figures of the similarity page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import colors, diverging, dress

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["heat_map", "scale"]


def heat_map(
    words: Sequence[str],
    cosines: NDArray[np.float32],
    scheme: str | None,
    name: str,
    grey: Mapping[str, str] = MappingProxyType({}),
    over: Sequence[str] | None = None,
) -> go.Figure:
    """Cosines of a list of words (k × k). Numbers are written into the cells while they fit.

    Args:
        cosines: NaN in the rows and columns of ``grey`` words.
        name: what a cell's value is called, in the language of the page.
        grey: words without numbers, and what is said of their cells.
        over: what stands over the columns where the words are too long for it.
    """
    k = len(words)
    shown = [escape(word, quote=False) for word in words]  # plotly reads tags
    ink = colors(scheme)
    figure = go.Figure(
        go.Heatmap(
            z=np.asarray(cosines, np.float32),
            x=shown,
            y=shown,
            zmin=-1,
            zmax=1,
            colorscale=diverging(scheme),
            texttemplate="%{z:.2f}" if k <= 12 else None,
            hoverongaps=False,
            textfont={"size": 12 if k <= 5 else 10 if k <= 8 else 9},
            hovertemplate=f"%{{y}} · %{{x}}<br>{name} %{{z:.3f}}<extra></extra>",
            xgap=2,
            ygap=2,
            showscale=k > 12,
            colorbar={"thickness": 10, "outlinewidth": 0, "tickvals": [-1, -0.5, 0, 0.5, 1]},
        )
    )
    if grey:
        said = [[grey.get(column, grey.get(row, "")) for column in words] for row in words]
        figure.add_trace(
            go.Heatmap(
                z=np.where(np.isnan(cosines), np.float32(0), np.float32("nan")),
                x=shown,
                y=shown,
                colorscale=[[0, ink["line"]], [1, ink["line"]]],
                showscale=False,
                hoverongaps=False,
                customdata=said,
                hovertemplate="%{y} · %{x}<br>%{customdata}<extra></extra>",
                xgap=2,
                ygap=2,
            )
        )
    labels = [
        f'<span style="color:{ink["muted"]}"><s>{one}</s></span>' if word in grey else one
        for word, one in zip(words, shown, strict=True)
    ]
    # Categories, or words such as "1" and "2" would become numbers on the axes.
    axis = {"type": "category", "showgrid": False, "ticks": "", "showline": False, "tickvals": shown, "ticktext": labels}
    return dress(
        figure,
        scheme,
        xaxis=axis | {"side": "top", "tickangle": 0 if over or k <= 8 else -45, "ticktext": list(over or labels)},
        yaxis=axis | {"autorange": "reversed"},
        dragmode=False,
    )


def scale(random: NDArray[np.float32], value: float, scheme: str | None, names: dict[str, str]) -> go.Figure:
    """Where a cosine stands among those of random pairs.

    Args:
        random: cosines of random pairs.
        names: words for ``random`` (hover of the bars) and ``pair`` (the line).
    """
    ink = colors(scheme)
    counts, edges = np.histogram(random, bins=60, range=(-1, 1), density=False)
    figure = go.Figure(
        go.Bar(
            x=((edges[1:] + edges[:-1]) / 2).astype(np.float32),
            y=counts.astype(np.float32),
            width=np.float32(2 / 60),
            marker={"color": ink["muted"], "opacity": 0.55, "line": {"width": 0}},
            hovertemplate=f"{names['random']}: %{{x:.2f}}<extra></extra>",
        )
    )
    figure.add_vline(x=value, line={"color": ink["accent"], "width": 3})
    figure.add_annotation(
        x=value,
        y=1,
        yref="paper",
        yanchor="bottom",
        text=f"<b>{value:.3f}</b>",
        showarrow=False,
        font={"color": ink["accent"], "size": 14},
    )
    return dress(
        figure,
        scheme,
        xaxis={"range": [-1, 1], "dtick": 0.5, "showgrid": False, "fixedrange": True, "zeroline": False},
        yaxis={"visible": False, "fixedrange": True},
        margin={"l": 8, "r": 8, "t": 26, "b": 8},
        bargap=0,
        dragmode=False,
        showlegend=False,
    )
