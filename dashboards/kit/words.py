"""One way to link a word, wherever it stands, to the page of the word."""

from __future__ import annotations

from typing import Any

from dash import dcc

from dashboards.kit.components import icon
from dashboards.kit.i18n import text
from dashboards.kit.url import word_href
from explorer.static.load import DEFAULT_MODEL
from explorer.text.tags import word_of

__all__ = ["word_arrow", "word_link"]


def word_link(key: str, model: str = DEFAULT_MODEL, label: Any = None, look: str = "word") -> dcc.Link:
    """The word itself as the link.

    Args:
        key: a key of the model or any word as one would type it; its reading is kept.
        model: the static model that is asked there; the default one where a page asks none.
        label: what is shown instead of the word without its tag.
        look: the class of the link.
    """
    return dcc.Link(word_of(key) if label is None else label, href=word_href(key, model), className=look)


def word_arrow(key: str, model: str = DEFAULT_MODEL) -> dcc.Link:
    """A small arrow to stand beside a word that does something else when it is pressed."""
    return dcc.Link(
        icon("go", 14), href=word_href(key, model), title=text()("shell.to_word", word=word_of(key)), className="word-arrow"
    )
