"""Pictures of one word in several sentences: cosines, a plane, and every layer. Pure: arrays in, Plotly figures out."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import blank, colors, dress, scheme_of, sequential

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["between", "group_colors", "heat", "heat_height", "layers", "plane"]

_TEXT_UP_TO = 14
"""Occurrences up to which the heat map also prints its numbers."""
_MARKS = ("circle", "square", "diamond", "triangle-up", "star", "hexagon", "cross")


def plain(text: str, width: int = 46) -> str:
    """A person's text for a Plotly label: no markup, cut, broken into lines.

    >>> plain("<b>배")
    '&lt;b&gt;배'
    """
    short = text if len(text) <= 4 * width else text[: 4 * width - 1] + "…"
    return "<br>".join(html.escape(short[at : at + width], quote=False) for at in range(0, len(short), width))


def group_colors(groups: Sequence[str | None], scheme: str | None) -> dict[str, str]:
    """A colour for each group in the order they come; none for ``None``.

    >>> list(group_colors(["ship", None, "pear", "ship"], "light"))
    ['ship', 'pear']
    """
    palette = colors(scheme)["palette"]
    names = list(dict.fromkeys(group for group in groups if group is not None))
    return {name: palette[place % len(palette)] for place, name in enumerate(names)}


def heat_height(count: int) -> int:
    """Pixels that give every row room."""
    return min(680, max(260, 34 * count + 70))


def heat(cosines: NDArray[Any], labels: Sequence[str], chance: float | None, scheme: str | None) -> go.Figure:
    """Cosine of each occurrence with each other; colours begin at what random pairs have.

    Args:
        cosines: n × n.
        labels: each occurrence's sentence, for hovering.
        chance: mean cosine of random pairs.
    """
    count = len(cosines)
    numbers = [str(number) for number in range(1, count + 1)]
    apart = cosines[~np.eye(count, dtype=bool)]
    low = min(0.999, chance) if chance is not None else float(apart.min()) if apart.size else 0.0
    shown = [plain(label) for label in labels]
    printed = count <= _TEXT_UP_TO
    figure = go.Figure(
        go.Heatmap(
            z=np.asarray(cosines, np.float32),
            x=numbers,
            y=numbers,
            zmin=low,
            zmax=1,
            colorscale=sequential(scheme),
            xgap=2,
            ygap=2,
            customdata=[[[row, column] for column in shown] for row in shown],
            hovertemplate="<b>%{z:.3f}</b><br>%{y}  %{customdata[0]}<br>%{x}  %{customdata[1]}<extra></extra>",
            texttemplate="%{z:.2f}" if printed else None,
            # No size: Plotly then fits the numbers to their cells.
            colorbar={
                "orientation": "h",
                "y": -0.02,
                "yanchor": "top",
                "thickness": 8,
                "outlinewidth": 0,
                "tickfont": {"color": colors(scheme)["dim"], "size": 11},
            },
        )
    )
    axis = {"type": "category", "showgrid": False, "zeroline": False, "fixedrange": True, "ticks": ""}
    return dress(
        figure,
        scheme,
        xaxis={**axis, "side": "top"},
        yaxis={**axis, "autorange": "reversed"},
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        dragmode=False,
    )


def plane(
    coords: NDArray[Any],
    shares: tuple[float, float],
    groups: Sequence[str | None],
    names: Mapping[str, str],
    labels: Sequence[str],
    axis_name: str,
    scheme: str | None,
) -> go.Figure:
    """Occurrences on their two main directions, one colour and one mark for each known sense.

    Args:
        coords: n × 2.
        shares: share of variance of each axis.
        groups: the sense of each occurrence, ``None`` where none is known.
        names: what each sense is called.
        labels: each occurrence's sentence, for hovering.
        axis_name: with ``{number}`` and ``{share}`` in it.
    """
    if not len(coords):
        return blank(scheme)
    ink, tint = colors(scheme), group_colors(groups, scheme)
    figure = go.Figure()
    for place, group in enumerate(dict.fromkeys(groups)):
        members = [number for number, other in enumerate(groups) if other == group]
        figure.add_trace(
            go.Scatter(
                x=np.asarray(coords[members, 0], np.float32),
                y=np.asarray(coords[members, 1], np.float32),
                mode="markers+text",
                text=[str(number + 1) for number in members],
                textposition="top center",
                textfont={"size": 12, "color": ink["text"]},
                name=plain(names.get(group, group), 200) if group is not None else "",
                showlegend=group is not None,
                customdata=[plain(labels[number]) for number in members],
                hovertemplate="%{text}  %{customdata}<extra></extra>",
                marker={
                    "size": 12,
                    "color": tint[group] if group is not None else ink["accent"],
                    "symbol": _MARKS[place % len(_MARKS)],
                    "line": {"width": 1, "color": ink["paper"]},
                },
                cliponaxis=False,
            )
        )
    span = float(np.ptp(coords, axis=0).max()) or 1.0
    middle = (coords.max(axis=0) + coords.min(axis=0)) / 2
    reach = 0.62 * span
    axis = {"zeroline": False, "showticklabels": False, "fixedrange": True}
    return dress(
        figure,
        scheme,
        xaxis={
            **axis,
            "range": [float(middle[0]) - reach, float(middle[0]) + reach],
            "title": {"text": axis_name.format(number=1, share=shares[0])},
        },
        yaxis={
            **axis,
            "range": [float(middle[1]) - reach, float(middle[1]) + reach],
            "title": {"text": axis_name.format(number=2, share=shares[1])},
        },
        legend={"orientation": "h", "y": -0.14, "yanchor": "top", "x": 0},
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        dragmode=False,
    )


def between(cosines: NDArray[Any], groups: Sequence[str | None]) -> tuple[float | None, float | None]:
    """Mean cosine of pairs of the same sense, and of different senses; without senses the first is of all pairs.

    >>> between(np.array([[1, 0.8, 0.2], [0.8, 1, 0.4], [0.2, 0.4, 1]]), ["a", "a", "b"])
    (0.8, 0.3)
    """
    same: list[float] = []
    other: list[float] = []
    for first in range(len(groups)):
        for second in range(first + 1, len(groups)):
            known = groups[first] is not None and groups[second] is not None
            (other if known and groups[first] != groups[second] else same).append(float(cosines[first, second]))
    return (round(sum(same) / len(same), 6) if same else None, round(sum(other) / len(other), 6) if other else None)


def layers(
    same: Sequence[float | None],
    other: Sequence[float | None],
    chance: Sequence[tuple[float, float, float] | None],
    layer: int,
    words: Mapping[str, str],
    scheme: str | None,
) -> go.Figure:
    """Mean cosines layer by layer, over the band in which random pairs lie.

    Args:
        same, other: mean cosine within a sense and between senses (see :func:`between`).
        chance: mean, 5th and 95th percentile of random pairs.
        layer: the chosen one, marked.
        words: what the lines are called: ``same``, ``other``, ``chance``, ``layer``.
    """
    ink = colors(scheme)
    numbers = list(range(len(same)))
    figure = go.Figure()
    if all(one is not None for one in chance):
        low = [one[1] for one in chance if one]
        high = [one[2] for one in chance if one]
        shade = "rgba(173,181,189,0.25)" if scheme_of(scheme) == "light" else "rgba(150,150,150,0.22)"
        figure.add_trace(go.Scatter(x=numbers, y=high, mode="lines", line={"width": 0}, hoverinfo="skip", showlegend=False))
        figure.add_trace(
            go.Scatter(
                x=numbers,
                y=low,
                mode="lines",
                line={"width": 0},
                fill="tonexty",
                fillcolor=shade,
                hoverinfo="skip",
                showlegend=False,
            )
        )
        figure.add_trace(_line(numbers, [one[0] for one in chance if one], words["chance"], ink["muted"], "dot"))
    if any(value is not None for value in other):
        figure.add_trace(_line(numbers, other, words["other"], ink["palette"][1], "dash"))
    figure.add_trace(_line(numbers, same, words["same"], ink["palette"][0], "solid"))
    figure.add_vline(x=layer, line={"width": 1, "dash": "dot", "color": ink["accent"]})
    return dress(
        figure,
        scheme,
        xaxis={
            "title": {"text": words["layer"]},
            "dtick": 1 if len(numbers) <= 14 else None,
            "fixedrange": True,
            "zeroline": False,
        },
        yaxis={"tickformat": ".1f", "fixedrange": True},
        legend={"orientation": "h", "y": -0.24, "yanchor": "top", "x": 0},
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        hovermode="x unified",
        dragmode=False,
    )


def _line(x: Sequence[int], y: Sequence[float | None], name: str, color: str, dash: str) -> go.Scatter:
    return go.Scatter(
        x=list(x),
        y=list(y),
        name=name,
        mode="lines+markers",
        line={"color": color, "width": 2.5, "dash": dash},
        marker={"size": 6},
        hovertemplate="%{y:.3f}",
    )
