"""The address of the page that tells why two words are near, and the link that leads there from anywhere."""

from __future__ import annotations

from dash import dcc

from dashboards.kit import url
from dashboards.kit.components import icon
from dashboards.kit.i18n import text
from explorer.text.tags import word_of

__all__ = ["FIELDS", "PATH", "SHIPPED", "why_href", "why_link", "why_mark"]

PATH = "/why"
SHIPPED = "shipped"
"""What is counted by default: all texts of the default model, whose counts ship."""

FIELDS = {
    "a": url.text(default="강아지"),
    "b": url.text(default="고양이"),
    "corpus": url.text(200, SHIPPED, always=True),
    "model": url.model(),
}


def why_href(a: str, b: str, model: str) -> str:
    """The address of the answer for two words of a model, typed or as keys."""
    return url.href(PATH, FIELDS, {"a": a, "b": b, "corpus": SHIPPED, "model": model})


def why_link(a: str, b: str, model: str) -> dcc.Link:
    """A short link to stand beside a neighbour ``b`` of ``a``."""
    return dcc.Link(text()("shell.why"), href=why_href(a, b, model), className="why-link", title=_said(a, b))


def why_mark(a: str, b: str, model: str) -> dcc.Link:
    """The same as a small sign, where there is no room for words."""
    return dcc.Link(icon("why", 14), href=why_href(a, b, model), className="word-arrow why-mark", title=_said(a, b))


def _said(a: str, b: str) -> str:
    return text()("shell.why_of", a=word_of(a), b=word_of(b))
