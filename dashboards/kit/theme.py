"""How every figure looks: Hangul fonts, quiet axes, colours that follow light and dark.

Pure: plain values in, Plotly objects out. Nothing here knows Dash.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

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

FONT = "Pretendard, 'Noto Sans KR', 'Noto Sans CJK KR', 'Apple SD Gothic Neo', 'Malgun Gothic', NanumBarunGothic, NanumGothic, sans-serif"
"""Fonts with Hangul, in the order of preference."""

ACCENT = {"light": "#4263eb", "dark": "#748ffc"}

_INK = {
    "light": {
        "text": "#212529",
        "dim": "#5c636a",
        "grid": "#e9ecef",
        "line": "#ced4da",
        "paper": "#ffffff",
        "muted": "#adb5bd",
    },
    "dark": {"text": "#e9ecef", "dim": "#a6a7ab", "grid": "#3b3b3b", "line": "#545454", "paper": "#2e2e2e", "muted": "#6b6b6b"},
}

# Okabe & Ito's palette, told apart by people who see few colours; yellow and black are left out, which vanish on one of
# the two backgrounds.
_PALETTE = {
    "light": ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#6c757d"],
    "dark": ["#56b4e9", "#ff9f55", "#2fc9a0", "#e6a5c8", "#e6c229", "#8fb8ff", "#a6a7ab"],
}

TAG_GROUPS: dict[str, tuple[str, ...]] = {
    "noun": ("NNG", "NR"),
    "name": ("NNP",),
    "verb": ("VV", "XSV"),
    "adjective": ("VA", "XSA", "XR"),
    "adverb": ("MAG", "MAJ", "MM", "IC"),
    "foreign": ("SL", "SH", "SN"),
    "other": (),
}
"""Groups of Sejong tags that share a colour; a tag in none of them is ``"other"``."""

_GROUP_OF = {tag: group for group, tags in TAG_GROUPS.items() for tag in tags}


def scheme_of(value: str | None) -> str:
    """``"light"`` or ``"dark"``, whatever came."""
    return "dark" if value == "dark" else "light"


def colors(scheme: str | None) -> dict[str, Any]:
    """Every colour of a scheme by its role: text, dim, grid, line, paper, muted, accent, palette (seven)."""
    name = scheme_of(scheme)
    return {**_INK[name], "accent": ACCENT[name], "palette": list(_PALETTE[name])}


def tag_group(tag: str | None) -> str:
    """The group a tag is coloured by.

    >>> tag_group("VV"), tag_group("JKS"), tag_group(None)
    ('verb', 'other', 'other')
    """
    return _GROUP_OF.get((tag or "").split("-")[0], "other")


def tag_colors(scheme: str | None) -> dict[str, str]:
    """Colour of each tag group."""
    return dict(zip(TAG_GROUPS, colors(scheme)["palette"], strict=True))


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
    """The Plotly template of a scheme."""
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


def dress(figure: go.Figure, scheme: str | None, **layout: Any) -> go.Figure:
    """Give a figure the look of a scheme, and return it."""
    figure.update_layout(template=template(scheme), **layout)
    return figure


def blank(scheme: str | None, lines: Sequence[str] = ()) -> go.Figure:
    """No axes, and perhaps a line of text in the middle."""
    figure = go.Figure()
    if lines:
        figure.add_annotation(text="<br>".join(lines), x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)
    return dress(figure, scheme, xaxis={"visible": False}, yaxis={"visible": False})
