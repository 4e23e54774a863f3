"""Placeholder, replaced before anything else is built on it."""

from typing import Any

from dash import Dash

from dashboards.components import page
from dashboards.i18n import text

PATH = "/map"
NAME = "map.name"
ORDER = 4
ICON = "map"
USES_MODEL = True


def layout(**_: Any) -> Any:
    return page(text(), "map")


def register(app: Dash) -> None:
    pass
