"""Placeholder, replaced before anything else is built on it."""

from typing import Any

from dash import Dash

from dashboards.components import page
from dashboards.i18n import text

PATH = "/similarity"
NAME = "similarity.name"
ORDER = 2
ICON = "similarity"
USES_MODEL = True


def layout(**_: Any) -> Any:
    return page(text(), "similarity")


def register(app: Dash) -> None:
    pass
