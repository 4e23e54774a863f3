"""For a real server: ``gunicorn dashboards.app.wsgi:server --workers 1 --threads 8 --timeout 120``.

One process with threads, because what is open and what runs in the background belongs to the process; a second process
would show its own progress. On Windows, ``korean-explorer serve`` is the server.
"""

from __future__ import annotations

from dashboards.app.application import create_app

app = create_app(prepare=True)
server = app.server
