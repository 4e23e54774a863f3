"""Pictures of what layers know: a line for each measure, and the losses of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress
from explorer.analysis.probing.linear_probe import Scored, Selectivity
from explorer.core.intervals import Interval

if TYPE_CHECKING:
    from explorer.analysis.probing.layers import LayerProbes
    from explorer.encoders.train.loop import Outcome

__all__ = ["layers", "losses"]

_LOOKS = (("circle", "solid"), ("square", "solid"), ("diamond", "solid"), ("triangle-up", "dash"), ("cross", "dot"))
_SHOWN = ("wic", "pos", "labels", "similarity", "neighbours", "random")
_LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}


def _reach(one: Any) -> tuple[float, float]:
    """How far a 95 % interval reaches below and above its value; nothing where there is none."""
    one = one.gain if isinstance(one, Selectivity) else one.accuracy if isinstance(one, Scored) else one
    if not isinstance(one, Interval) or one.value is None or one.low is None or one.high is None:
        return 0.0, 0.0
    return one.value - one.low, one.high - one.value


def layers(found: LayerProbes, words: Mapping[str, str], scheme: str | None) -> go.Figure:
    """Every measure over the layers, with its 95 % interval.

    Args:
        found: what was measured.
        words: what the lines are called, by measure, and ``input`` for the layer before the first block.
        scheme: light or dark.
    """
    palette = colors(scheme)["palette"]
    figure = go.Figure()
    names = [words["input"] if level.layer == 0 else str(level.layer) for level in found.levels]
    for number, measure in enumerate(_SHOWN):
        values = [level.value(measure) for level in found.levels]
        if all(value is None for value in values):
            continue
        lows, highs = zip(*(_reach(getattr(level, measure)) for level in found.levels), strict=True)
        symbol, dash = _LOOKS[number % len(_LOOKS)]
        figure.add_trace(
            go.Scatter(
                x=names,
                y=values,
                mode="lines+markers",
                name=words[measure],
                line={"color": palette[number], "width": 2.5, "dash": dash},
                marker={"size": 8, "symbol": symbol},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": highs,
                    "arrayminus": lows,
                    "thickness": 1,
                    "width": 3,
                    "visible": measure != "random",
                },
                hovertemplate="%{x}: %{y:.3f}<extra>" + words[measure] + "</extra>",
            )
        )
    return dress(
        figure,
        scheme,
        xaxis={"type": "category", "title": {"text": words["axis"]}, "fixedrange": True, "zeroline": False},
        yaxis={"tickformat": ".1f", "fixedrange": True, "rangemode": "tozero"},
        legend=_LEGEND,
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        dragmode=False,
    )


def losses(outcome: Outcome, words: Mapping[str, str], scheme: str | None) -> go.Figure:
    """Training and held-out loss along a training, with a line where the held-out one was lowest if it rose afterwards.

    Args:
        outcome: the curve.
        words: what the lines are called: ``train``, ``heldout``; ``step`` and ``loss`` for the axes.
        scheme: light or dark.
    """
    ink = colors(scheme)
    steps: Sequence[int] = [int(point["step"]) for point in outcome.curve]
    figure = go.Figure()
    for number, name in enumerate(("train", "heldout")):
        figure.add_trace(
            go.Scatter(
                x=steps,
                y=[point[name] for point in outcome.curve],
                mode="lines+markers",
                name=words[name],
                line={"color": ink["palette"][number], "width": 2.5, "dash": ("dash", "solid")[number]},
                marker={"size": 7, "symbol": ("square", "circle")[number]},
                hovertemplate="%{x}: %{y:.3f}<extra>" + words[name] + "</extra>",
            )
        )
    if outcome.overfits:
        lowest = min(outcome.curve, key=lambda point: float(point["heldout"]))["step"]
        figure.add_vline(x=lowest, line={"width": 1, "dash": "dot", "color": ink["accent"]})
    return dress(
        figure,
        scheme,
        xaxis={"title": {"text": words["step"]}, "fixedrange": True, "zeroline": False},
        yaxis={"title": {"text": words["loss"]}, "fixedrange": True, "rangemode": "tozero"},
        legend=_LEGEND,
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        dragmode=False,
    )
