"""The dashboard as an application: ``create_app``, what it has open, its jobs and its worker."""

from __future__ import annotations

from typing import Any

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    # Late, because the pages import this package's state, and the application imports the pages.
    if name == "create_app":
        from dashboards.app.application import create_app

        return create_app
    raise AttributeError(f"module 'dashboards.app' has no attribute {name!r}")
