"""Placeholder, replaced before anything else is built on it."""

from typing import Any

from dash import Dash

from dashboards.components import page
from dashboards.i18n import text

PATH = "/analogy"
NAME = "analogy.name"
ORDER = 3
ICON = "analogy"
USES_MODEL = True


def layout(**_: Any) -> Any:
    return page(text(), "analogy")


def register(app: Dash) -> None:
    pass
