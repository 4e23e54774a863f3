"""The first page: what there is and an example of each, one press away."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, dcc, html

from dashboards.kit import examples
from dashboards.kit.components import icon
from dashboards.kit.i18n import text
from dashboards.kit.search import search_box
from dashboards.kit.url import href

PATH = "/"
NAME = "home.name"
ICON = "home"
SEARCHES = True
USES_MODEL = False
FIELDS: dict[str, Any] = {}


def layout(**_: Any) -> Any:
    t = text()
    cards = []
    for view, links in examples.HOME.items():
        cards.append(
            dmc.Card(
                [
                    dmc.Group(
                        [
                            dmc.ThemeIcon(icon(view, 22), size=42, radius="md", variant="light"),
                            dcc.Link(
                                dmc.Title(t(f"{view}.name"), order=2, size="h4"), href=href(f"/{view}"), className="plain"
                            ),
                        ],
                        gap="sm",
                    ),
                    dmc.Text(t(f"home.{view}"), size="sm", c="dimmed", mt="sm", mb="md", className="grow"),
                    dmc.Group(
                        [dcc.Link(label, href=href(f"/{view}") + query, className="example") for label, query in links],
                        gap="xs",
                    ),
                ],
                withBorder=True,
                padding="lg",
                radius="lg",
                className="home-card",
            )
        )
    return dmc.Stack(
        [
            html.Div(
                [
                    dmc.Title(t("home.title"), order=1, className="hero"),
                    dmc.Text(t("home.lead"), c="dimmed", size="lg", className="lead"),
                ]
            ),
            search_box(t, big=True),
            dmc.SimpleGrid(cards, cols={"base": 1, "xs": 2, "xl": 3}, spacing="lg"),
            dmc.Text(t("home.note"), size="sm", c="dimmed"),
        ],
        gap="xl",
        className="page",
    )


def register(app: Dash) -> None:
    """Nothing moves on this page."""
