"""The one search, as a component: its field, and the list that the browser fills (assets/search.js).

What it finds is told by :mod:`dashboards.app.search`.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit import ids
from dashboards.kit.components import icon
from dashboards.kit.i18n import Text
from dashboards.kit.url import href

__all__ = ["FIND", "MOST", "search_box", "search_button"]

FIND = "find"
"""The path that answers what was typed."""

MOST = 1_000
"""Longest text the search takes, in characters: one that an address can hold."""

_LIST = "search-list"


def search_box(t: Text, big: bool = False) -> html.Div:
    """The field with its list, in the header or ``big`` on the first page."""
    field: dict[str, Any] = {
        "role": "combobox",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": _LIST,
        "aria-haspopup": "listbox",
        "enterKeyHint": "search",
        "spellCheck": "false",
        "autoCapitalize": "off",
    }
    said = {"find": href(f"/{FIND}"), "failed": t("search.failed"), "waiting": t("search.waiting")}
    return html.Div(
        [
            dmc.TextInput(
                id=ids.SEARCH,
                placeholder=t("search.big_example" if big else "search.placeholder"),
                leftSection=icon("search", 20 if big else 16),
                rightSection=None if big else html.Kbd("/", className="search-key", **{"aria-hidden": "true"}),
                rightSectionPointerEvents="none",
                size="lg" if big else "sm",
                radius="xl" if big else "md",
                autoComplete="off",
                inputProps={"maxLength": MOST},
                attributes={"input": field},
                **{"aria-label": t("search.label")},
            ),
            html.Div(
                id=_LIST,
                className=_LIST,
                role="listbox",
                hidden=True,
                **{"aria-label": t("search.list"), "data-also": t("search.also")},
            ),
            html.Div(className="search-said", role="status"),
        ],
        className="search search-big" if big else "search",
        role="search",
        **{f"data-{name}": value for name, value in said.items()},
    )


def search_button(t: Text) -> html.Button:
    """What opens the search on narrow screens."""
    return html.Button(icon("search", 18), type="button", className="search-button", **{"aria-label": t("search.open")})
