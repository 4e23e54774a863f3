"""What a page sends: checked before its callback runs, and what does not fit is 400 with one line in the log.

A page of ours sends the callbacks that were declared, with the inputs that they were declared with. Others may send anything. The
shape is compared with the declaration; a value of a kind that a callback cannot use is known by what it provokes there.
"""

from __future__ import annotations

import json
import logging
import math
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash
from dash.exceptions import CallbackException, NonExistentEventException
from flask import Response, request
from werkzeug.exceptions import BadRequest

from explorer.core import settings
from explorer.core.errors import ExplorerError

__all__ = ["guard"]

_MISFITS = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError, AssertionError)
"""What values of a wrong kind provoke in a callback."""

_DEEPEST = 40

log = logging.getLogger(__name__)


def guard(app: Dash, path: str) -> None:
    """Have ``app`` refuse what no page of its own would send to ``path``, the address of its callbacks."""
    server = app.server

    def check() -> Response | None:
        if request.path != path or request.method != "POST":
            return None
        try:
            body = request.get_json()
        except (BadRequest, RecursionError, ValueError):
            return _refused("it is no JSON")
        problem = _problem(body, app.callback_map)
        return _refused(problem) if problem else None

    def misfit(error: Exception) -> Response:
        if request.path != path or settings.debug():
            raise error
        place = traceback.extract_tb(error.__traceback__)[-1]
        # Not what it says: that may hold what a person typed.
        kind = error.code if isinstance(error, ExplorerError) else type(error).__name__
        return _refused(f"{kind} ({place.filename.rpartition('/')[2]}:{place.lineno})")

    server.before_request(check)
    for kind in (*_MISFITS, ExplorerError, CallbackException, NonExistentEventException):
        server.register_error_handler(kind, misfit)


def _refused(reason: str) -> Response:
    log.warning("a request that no page sends: %s", reason)
    return Response("This request does not fit the page.\n", 400, content_type="text/plain; charset=utf-8")


def _problem(body: Any, callbacks: Mapping[str, Any]) -> str:
    """What is wrong with the shape of a body; nothing where it is as declared."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return "it names no callback"
    declared = callbacks.get(body["output"])
    if declared is None:
        return "it names a callback that is not there"
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(one, str) for one in changed):
        return "what changed is no list of names"
    for part in ("inputs", "state"):
        if problem := _other_parts(body.get(part, []), declared[part]):
            return f"its {part}: {problem}"
    if not _fits(body.get("outputs")):
        return "its outputs are no ids"
    return "" if _is_plain(body) else "it holds a number or a nesting that no page sends"


def _other_parts(given: Any, declared: Sequence[Mapping[str, Any]]) -> str:
    if not isinstance(given, list) or len(given) != len(declared):
        return "not as many as declared"
    for one, due in zip(given, declared, strict=True):
        pattern = str(due["id"]).startswith("{")
        each = one if pattern and isinstance(one, list) else [one]
        if not all(isinstance(part, dict) and part.get("property") == due["property"] for part in each):
            return "others than declared"
        if not all(_same_id(part.get("id"), due["id"], pattern) for part in each):
            return "others than declared"
    return ""


def _same_id(given: Any, due: str, pattern: bool) -> bool:
    if not pattern:
        return bool(given == due)
    return isinstance(given, dict) and given.keys() == json.loads(due).keys()


def _fits(outputs: Any) -> bool:
    """Whether outputs are ids with properties, in lists where there are several."""
    each = outputs if isinstance(outputs, list) else [outputs]
    return all(
        _fits(one) if isinstance(one, list) else isinstance(one, dict) and isinstance(one.get("property"), str) for one in each
    )


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Whether every number is one that a page can hold, every text is text, and nothing lies too deep."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < 1 << 63
    if depth > _DEEPEST:
        return not isinstance(value, list | dict)
    if isinstance(value, dict):
        return all(_is_plain(key, depth + 1) and _is_plain(one, depth + 1) for key, one in value.items())
    return all(_is_plain(one, depth + 1) for one in value) if isinstance(value, list) else True
