"""For a real server: ``gunicorn dashboards.app.wsgi:server --workers 4 --threads 8 --timeout 120``.

Processes of one home folder share the table of jobs and the files that jobs make, so any of them may answer any request; each
opens models and tokenizers for itself. ``EXPLORER_TOKEN`` is what people need to enter; without it everybody is let in
who reaches the address; ``EXPLORER_METRICS_TOKEN`` opens ``/metrics`` alone. On Windows, ``korean-explorer serve`` is the server.
"""

from __future__ import annotations

from dashboards.app.application import create_app
from explorer.core import settings

app = create_app(prepare=True, token=settings.token(), metrics_token=settings.metrics_token())
server = app.server
