"""Settings of gunicorn: ``gunicorn -c python:dashboards.app.serving --workers 4``; whatever stands on the command line besides counts more.

Each worker makes the app for itself, after the fork; what it opens first is there already (:mod:`dashboards.app.preload`).
"""

from __future__ import annotations

from typing import Any

__all__ = ["keepalive", "on_starting", "threads", "timeout", "worker_class", "wsgi_app"]

wsgi_app = "dashboards.app.wsgi:server"
worker_class = "gthread"
threads = 8
timeout = 120
keepalive = 75
"""Seconds a connection stays open: longer than a proxy keeps it, which would lose a request on one that closes."""


def on_starting(_: Any) -> None:
    """Before the address answers and the first worker is forked."""
    from dashboards.app.preload import preload

    preload()
