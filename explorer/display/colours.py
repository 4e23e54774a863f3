"""The colours, and the fonts with Hangul, that pages, notebooks and pictures share."""

from __future__ import annotations

from typing import Any

__all__ = ["ACCENT", "FONT", "TAG_GROUPS", "colors", "scheme_of", "tag_colors", "tag_group"]

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
