"""Settings of gunicorn: ``gunicorn -c python:dashboards.app.serving --workers 4``; whatever stands on the command line besides counts more.

Each worker makes the app for itself, after the fork; what it opens first is there already (:mod:`dashboards.app.preload`).
"""

from __future__ import annotations

import atexit
import os
import sys
from typing import Any

__all__ = ["keepalive", "on_starting", "threads", "timeout", "worker_class", "worker_exit", "wsgi_app"]

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


def worker_exit(_: Any, worker: Any) -> None:
    """A worker that is stopped ends here, after all that is to be done at the end, with the status that it was about to end with.

    What its threads compute at that moment is nobody's any more. If the interpreter went on to take itself apart under them, those
    within native code (Kiwi, PyTorch) would abort the process instead, which a log shows as a crash.
    """
    if os.getpid() != worker.pid:
        return  # the arbiter speaks of one that is gone already
    ending = sys.exc_info()[1]
    code = ending.code if isinstance(ending, SystemExit) else 0
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
