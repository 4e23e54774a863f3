"""Pictures of a word's senses: how clearly they part at every layer, and cosines beside those of random pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress

if TYPE_CHECKING:
    from explorer.encoders.sense_curve import SenseLevel

__all__ = ["clarity", "cosines"]

_SHAPES = ("circle", "square", "diamond", "triangle-up")
_DASHES = ("solid", "dash", "dot", "dashdot")


def clarity(
    levels: Sequence[SenseLevel], labels: Sequence[str], chosen: int | None, words: Mapping[str, str], scheme: str | None
) -> go.Figure:
    """Silhouette, and agreement with known senses, at every level.

    Args:
        levels: in order.
        labels: what each is called on the axis.
        chosen: the level that the page's senses come from, marked.
        words: what the lines are called: ``silhouette``, ``ari``.
        scheme: light or dark.
    """
    ink = colors(scheme)
    figure = go.Figure()
    rows = [("silhouette", [level.silhouette for level in levels], ink["palette"][0])]
    if any(level.ari is not None for level in levels):
        rows.append(("ari", [level.ari for level in levels], ink["palette"][1]))
    for number, (name, values, color) in enumerate(rows):
        _draw(figure, levels, labels, values, words[name], color, number)
    return _dressed(figure, labels, chosen, scheme)


def cosines(
    levels: Sequence[SenseLevel], labels: Sequence[str], chosen: int | None, words: Mapping[str, str], scheme: str | None
) -> go.Figure:
    """Mean cosine of the word with itself in other sentences, over that of random pairs before and after centring.

    Args:
        levels, labels, chosen, scheme: as for :func:`clarity`.
        words: what the lines are called: ``same``, ``before``, ``after``.
    """
    ink = colors(scheme)
    figure = go.Figure()
    rows = [
        ("same", [level.same_word for level in levels], ink["palette"][0]),
        ("before", [level.random.before if level.random else None for level in levels], ink["palette"][1]),
        ("after", [level.random.after if level.random else None for level in levels], ink["palette"][2]),
    ]
    for number, (name, values, color) in enumerate(rows):
        if any(value is not None for value in values):
            _draw(figure, levels, labels, values, words[name], color, number)
    return _dressed(figure, labels, chosen, scheme)


def _draw(
    figure: go.Figure,
    levels: Sequence[SenseLevel],
    labels: Sequence[str],
    values: Sequence[float | None],
    name: str,
    color: str,
    number: int,
) -> None:
    """One measure: layers of one representation are joined by a line, different representations are not."""
    groups = list(dict.fromkeys(level.representation for level in levels))
    for place, group in enumerate(groups):
        members = [row for row, level in enumerate(levels) if level.representation == group]
        figure.add_trace(
            go.Scatter(
                x=[labels[row] for row in members],
                y=[values[row] for row in members],
                mode="lines+markers",
                name=name,
                legendgroup=name,
                showlegend=place == 0,
                line={"color": color, "width": 2.5, "dash": _DASHES[number % len(_DASHES)]},
                marker={"size": 8, "symbol": _SHAPES[number % len(_SHAPES)]},
                hovertemplate="%{x}: %{y:.3f}<extra>" + name + "</extra>",
            )
        )


def _dressed(figure: go.Figure, labels: Sequence[str], chosen: int | None, scheme: str | None) -> go.Figure:
    if chosen is not None:
        figure.add_vline(x=chosen, line={"width": 1, "dash": "dot", "color": colors(scheme)["accent"]})
    return dress(
        figure,
        scheme,
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(labels),
            "range": [-0.4, len(labels) - 0.6],
            "fixedrange": True,
            "zeroline": False,
            "automargin": True,
        },
        yaxis={"tickformat": ".1f", "fixedrange": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        dragmode=False,
    )
