"""The figure of the lab: tokenizer × model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from dashboards.kit.theme import dress, sequential

if TYPE_CHECKING:
    from explorer.analysis.lab import Lab

__all__ = ["grid"]


def grid(
    found: Lab, test: str, common: bool, words: Mapping[str, str], scheme: str | None, names: Mapping[str, str] | None = None
) -> go.Figure:
    """Scores as colours, each with its 95 % interval in the cell; what is not covered stays empty.

    Args:
        found: the result.
        test: the test set.
        common: the score on items that all cells cover, instead of each cell's own.
        words: ``score`` (what a value is called), ``empty`` (what stands in a cell without one).
        scheme: light or dark.
        names: what tokenizers and models are called; as the result calls them by default.
    """
    called = names or {}
    tokenizers = list(dict.fromkeys(cell.tokenizer for cell in found.cells))
    models = list(dict.fromkeys(cell.model for cell in found.cells))
    scores = {(cell.tokenizer, cell.model): (cell.common if common else cell.scores)[test] for cell in found.cells}
    at = [[scores.get((tokenizer, model)) for model in models] for tokenizer in tokenizers]
    values = [[None if one is None else one.value for one in row] for row in at]
    known = [value for row in values for value in row if value is not None]
    text = [
        [words["empty"] if one is None else f"{one.value:.3f}<br>{one.low:.2f}~{one.high:.2f}" for one in row] for row in at
    ]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=[called.get(model, model).replace(" (", "<br>(") for model in models],
            y=[called.get(tokenizer, tokenizer) for tokenizer in tokenizers],
            text=text,
            texttemplate="%{text}",
            textfont={"size": 12},
            colorscale=sequential(scheme),
            zmin=min(0.0, *known) if known else 0,
            zmax=max(known) if known else 1,
            hovertemplate=f"%{{y}} × %{{x}}<br>{words['score']} %{{text}}<extra></extra>",
            xgap=3,
            ygap=3,
            showscale=False,
        )
    )
    axis = {"type": "category", "showgrid": False, "ticks": "", "showline": False, "fixedrange": True}
    return dress(figure, scheme, xaxis=axis | {"side": "top"}, yaxis=axis | {"autorange": "reversed"}, dragmode=False)
