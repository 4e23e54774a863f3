"""Pictures of labelled texts: how many have each label, and which labels are taken for which."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress, sequential
from explorer.encoders.labelled import Agreement

__all__ = ["MOST_NUMBERS", "counted", "matrix"]

MOST_NUMBERS = 12
"""Labels up to which every cell of the matrix has its number."""
_LONGEST = 20


def _short(name: str) -> str:
    return escape(name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…", quote=False)  # plotly reads tags


def counted(counts: Mapping[str, int], words: Mapping[str, str], scheme: str | None) -> go.Figure:
    """A bar for each label, the most frequent on top.

    Args:
        counts: texts by label.
        words: ``texts`` (what is counted).
        scheme: light or dark.
    """
    total = max(1, sum(counts.values()))
    whole = {"dtick": 1} if max(counts.values(), default=0) < 10 else {}  # no half texts on the axis
    figure = go.Figure(
        go.Bar(
            x=list(counts.values()),
            y=[_short(name) for name in counts],
            orientation="h",
            text=[f"{count:,} ({count / total:.0%})" for count in counts.values()],
            textposition="auto",
            marker={"color": colors(scheme)["palette"][0]},
            hovertemplate=f"%{{y}}: %{{x:,}} {words['texts']}<extra></extra>",
        )
    )
    return dress(
        figure,
        scheme,
        xaxis={"title": {"text": words["texts"]}, "fixedrange": True, "rangemode": "tozero"} | whole,
        yaxis={"type": "category", "autorange": "reversed", "fixedrange": True},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        dragmode=False,
    )


def matrix(found: Agreement, words: Mapping[str, str], scheme: str | None) -> go.Figure:
    """The labels that texts had (rows) and those that they were given (columns): counts, coloured by their share of the row.

    Args:
        found: at least one text with a label.
        words: ``gold`` and ``found`` for the axes.
        scheme: light or dark.
    """
    kept = [row for row, one in enumerate(found.scores) if one.texts]
    said = [row for row, one in enumerate(found.scores) if one.found or one.label not in found.unknown]
    cells = found.matrix[np.ix_(kept, said)]
    figure = go.Figure(
        go.Heatmap(
            z=cells / cells.sum(axis=1, keepdims=True),
            x=[_short(found.scores[row].label) for row in said],
            y=[_short(found.scores[row].label) for row in kept],
            text=[[f"{count:,}" for count in row] for row in cells.tolist()],
            texttemplate="%{text}" if max(cells.shape) <= MOST_NUMBERS else None,
            colorscale=sequential(scheme),
            zmin=0,
            zmax=1,
            hovertemplate=f"{words['gold']} %{{y}} · {words['found']} %{{x}}<br>%{{text}} (%{{z:.0%}})<extra></extra>",
            xgap=2,
            ygap=2,
            showscale=False,
        )
    )
    axis = {"type": "category", "showgrid": False, "ticks": "", "showline": False, "fixedrange": True}
    return dress(
        figure,
        scheme,
        xaxis=axis | {"side": "top", "title": {"text": words["found"]}},
        yaxis=axis | {"autorange": "reversed", "title": {"text": words["gold"]}},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        dragmode=False,
    )
