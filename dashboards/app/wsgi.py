"""For a real server: ``gunicorn -c python:dashboards.app.serving --workers 4``, or any other that takes ``dashboards.app.wsgi:server``.

Processes of one home folder share the table of jobs and the files that jobs make, so any of them may answer any request. With that
configuration they share the memory of what ships as well; else each opens models and tokenizers for itself. ``EXPLORER_TOKEN`` is what people need to enter; without it everybody is let in
who reaches the address; ``EXPLORER_METRICS_TOKEN`` opens ``/metrics`` alone. On Windows, ``korean-explorer serve`` is the server.
"""

from __future__ import annotations

from dashboards.app.application import create_app
from explorer.core import settings

app = create_app(prepare=True, token=settings.token(), metrics_token=settings.metrics_token())
server = app.server
