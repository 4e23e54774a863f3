"""The terms that the pages use, each in a sentence or two."""

from __future__ import annotations

from typing import Any

from dash import Dash, html

from dashboards.kit import glossary
from dashboards.kit.components import card, page
from dashboards.kit.glossary import GROUPS, named, says
from dashboards.kit.i18n import Text, text
from dashboards.kit.url import decode

PATH = glossary.PATH
NAME = "glossary.name"
ICON = "glossary"
USES_MODEL = False
STEADY = True
FIELDS = glossary.FIELDS


def layout(**query: Any) -> Any:
    t, asked = text(), decode(FIELDS, query)["term"]
    found = [card(t("glossary.asked"), _terms(t, [asked]), className="glossary-asked")] if asked else []
    return page(
        t, "glossary", *found, *(card(t(f"glossary.group_{group}"), _terms(t, terms)) for group, terms in GROUPS.items())
    )


def _terms(t: Text, terms: Any) -> html.Dl:
    parts = [html.Div([html.Dt(named(t, term)), html.Dd(says(t, term))]) for term in terms]
    return html.Dl(parts, className="glossary-terms")


def register(_: Dash) -> None:
    """Nothing moves on this page."""
