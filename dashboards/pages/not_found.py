"""What an unknown address shows."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc

from dashboards.kit.i18n import text
from dashboards.kit.url import href

NAME = "shell.lost"


def layout(**_: Any) -> Any:
    t = text()
    home = dcc.Link(dmc.Button(t("shell.go_home"), variant="light"), href=href("/"))
    return dmc.Stack(
        [
            dmc.Title(t("shell.lost"), order=1, className="page-title"),
            dmc.Text(t("shell.lost_lead"), c="dimmed", className="lead"),
            home,
        ],
        align="flex-start",
        className="page",
    )
