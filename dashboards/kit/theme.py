"""How every figure looks: Hangul fonts, quiet axes, colours that follow light and dark.

Pure: plain values in, Plotly objects out. Nothing here knows Dash.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import plotly.graph_objects as go

from explorer.display.colours import ACCENT, FONT, TAG_GROUPS, colors, scheme_of, tag_colors, tag_group

__all__ = [
    "ACCENT",
    "FONT",
    "TAG_GROUPS",
    "blank",
    "colors",
    "diverging",
    "dress",
    "scheme_of",
    "sequential",
    "tag_colors",
    "tag_group",
    "template",
]


def sequential(scheme: str | None) -> list[list[Any]]:
    """From nothing to much, readable on this background."""
    if scheme_of(scheme) == "dark":
        return [[0, "#2e2e2e"], [0.5, "#3b5bdb"], [1, "#bac8ff"]]
    return [[0, "#ffffff"], [0.5, "#91a7ff"], [1, "#364fc7"]]


def diverging(scheme: str | None) -> list[list[Any]]:
    """From opposite through nothing to alike: -1, 0, 1."""
    if scheme_of(scheme) == "dark":
        return [[0, "#ff9f55"], [0.5, "#2e2e2e"], [0.75, "#3b5bdb"], [1, "#bac8ff"]]
    return [[0, "#d55e00"], [0.5, "#ffffff"], [0.75, "#91a7ff"], [1, "#364fc7"]]


def template(scheme: str | None) -> go.layout.Template:
    """The Plotly template of a scheme; the same object each time, which figures copy."""
    return _template(scheme_of(scheme))


@cache
def _template(scheme: str) -> go.layout.Template:
    ink = colors(scheme)
    axis = {
        "gridcolor": ink["grid"],
        "linecolor": ink["line"],
        "zerolinecolor": ink["line"],
        "tickcolor": ink["line"],
        "tickfont": {"color": ink["dim"], "size": 12},
        "title": {"font": {"color": ink["dim"], "size": 12}},
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "color": ink["text"], "size": 13},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": ink["palette"],
            "xaxis": axis,
            "yaxis": axis,
            "legend": {"font": {"color": ink["text"], "size": 12}, "bgcolor": "rgba(0,0,0,0)", "title": {"text": ""}},
            "hoverlabel": {
                "bgcolor": ink["paper"],
                "bordercolor": ink["line"],
                "font": {"family": FONT, "color": ink["text"], "size": 13},
            },
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": ink["muted"], "activecolor": ink["accent"]},
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "dragmode": "pan",
        }
    )


@cache
def _plain(scheme: str) -> dict[str, Any]:
    found: dict[str, Any] = _template(scheme).to_plotly_json()
    return found


def dress(figure: go.Figure, scheme: str | None, **layout: Any) -> go.Figure:
    """Give a figure the look of a scheme, and return it.

    The template is laid into the figure as it is. Plotly would check each of its values anew, of every figure, which takes longer than
    all else that most figures are made of.
    """
    figure.update_layout(**layout)
    figure._layout["template"] = deepcopy(_plain(scheme_of(scheme)))
    return figure


def blank(scheme: str | None, lines: Sequence[str] = ()) -> go.Figure:
    """No axes, and perhaps a line of text in the middle."""
    figure = go.Figure()
    if lines:
        figure.add_annotation(text="<br>".join(lines), x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    return dress(figure, scheme, xaxis={"visible": False}, yaxis={"visible": False})
