"""For a real server: ``gunicorn dashboards.app.wsgi:server --workers 1 --threads 8 --timeout 120``.

One process with threads, because what is open and what runs in the background belongs to the process; a second process
would show its own progress. ``EXPLORER_TOKEN`` is what people need to enter; without it everybody is let in
who reaches the address. On Windows, ``korean-explorer serve`` is the server.
"""

from __future__ import annotations

from dashboards.app.application import create_app
from explorer.core import settings

app = create_app(prepare=True, token=settings.token())
server = app.server
