"""Logs as lines of JSON, for programs that gather them; without anything that a person typed.

With ``EXPLORER_LOG=json`` every request and every error is one line on standard error. Of a message only the sentence of the code
is kept, not the values put into it, and of an error its kind and where it came from, not what it says: both may hold texts. Of
other libraries' messages only where they came from is told.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from explorer.core.settings import logs_json

__all__ = ["JsonLines", "request_line", "set_up"]

_OURS = ("dashboards.", "explorer.", "corpora.")

log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """One record as one line."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": when, "level": record.levelname.lower(), "logger": record.name, "process": os.getpid()}
        facts = getattr(record, "facts", None)
        if facts is not None:
            line |= facts
        elif record.name.startswith(_OURS):
            line["message"] = str(record.msg)
        else:
            line["where"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["stack"] = _stack(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _stack(found: TracebackType | None) -> list[str]:
    """Where an error came from, the innermost last."""
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(found)]


def set_up() -> None:
    """Write JSON from now on, where the setting says so."""
    root = logging.getLogger()
    if not logs_json() or any(isinstance(one.formatter, JsonLines) for one in root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    log.setLevel(logging.INFO)


def request_line(page: str, kind: str, status: int, seconds: float) -> None:
    """One answered request; nothing without the setting."""
    if log.isEnabledFor(logging.INFO):
        facts = {"event": "request", "page": page, "kind": kind, "status": status, "ms": round(1000 * seconds, 1)}
        log.info("request", extra={"facts": facts})
