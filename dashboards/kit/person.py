"""Who asks: a random cookie of the browser, and nothing else of the person.

Jobs, their words and their places in the queue belong to a person; :func:`person` names the one whose request is answered, and
in the background the one for whom the work is done. ``""`` is the server itself. What is kept is a hash of the cookie, so that nobody
who reads the table of jobs can pass for somebody. On a server that several share, requests are answered in the workspace of that
person (:mod:`explorer.core.workspace`).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlsplit

from dash import ctx
from dash.exceptions import MissingCallbackContextException
from flask import Flask, Response, g, has_request_context, request

from dashboards.kit import ids
from dashboards.kit.steady import passing
from explorer.core.workspace import enter

__all__ = ["COOKIE", "acting_for", "address", "guard", "in_background", "person", "woken"]

COOKIE = "explorer-person"
YEAR = 31_536_000
MAX_ADDRESS = 8_000

_NOBODY = ("", "", False)
_CALLBACK = "/_dash-update-component"
_COOKIE = re.compile(r"[A-Za-z0-9_-]{32}")
_acting: ContextVar[tuple[str, str, bool] | None] = ContextVar("explorer_person", default=None)


def person() -> str:
    """The one who asks; ``""`` where nobody does. An answer that depends on it is a passing one."""
    passing()
    if not has_request_context():
        return (_acting.get() or _NOBODY)[0]
    found: str | None = g.get("person")
    return _hashed(_given() or "") if found is None else found


def address() -> str:
    """Where the person stands: path and query of the page that asks; ``""`` where that is not known. As :func:`person`."""
    passing()
    if not has_request_context():
        return (_acting.get() or _NOBODY)[1]
    if not request.path.endswith(_CALLBACK):
        return ""
    # A browser tells the whole address to pages of its own site alone (Referrer-Policy: same-origin).
    came = urlsplit(request.referrer or "")
    if not came.path.startswith("/") or came.path.startswith("//"):
        return ""
    whole = came.path + (f"?{came.query}" if came.query else "")
    return whole if len(whole) <= MAX_ADDRESS else ""


def in_background() -> bool:
    """Whether work is being done that somebody waits for, outside any request."""
    return _acting.get() is not None


def woken() -> bool:
    """Whether the page asks again of itself, as something it waits for has ended, and not the person."""
    if not has_request_context():
        return (_acting.get() or _NOBODY)[2]
    try:
        return {one["prop_id"] for one in ctx.triggered} == {f"{ids.READY}.data"}
    except (MissingCallbackContextException, LookupError):
        return False  # no callback


@contextmanager
def acting_for(who: str, where: str = "", again: bool = False) -> Iterator[None]:
    """In the background: work for a person, who asked at an address, or whose page did so again (:func:`woken`)."""
    before = _acting.set((who, where, again))
    try:
        yield
    finally:
        _acting.reset(before)


def guard(server: Flask, apart: bool = False) -> None:
    """Give every browser that has none its cookie.

    Args:
        apart: each person has a workspace of their own.
    """

    def known() -> None:
        cookie = _given()
        if cookie is None:
            cookie = g.new_person = secrets.token_urlsafe(24)
        g.person = _hashed(cookie)
        if apart:
            enter(g.person)

    def leave(_: BaseException | None) -> None:
        enter("")  # the thread answers somebody else next

    def remember(response: Response) -> Response:
        cookie = g.pop("new_person", None)
        if cookie is not None:
            response.set_cookie(COOKIE, cookie, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
        return response

    server.before_request(known)
    server.after_request(remember)
    if apart:
        server.teardown_request(leave)


def _given() -> str | None:
    cookie = request.cookies.get(COOKIE, "")
    return cookie if _COOKIE.fullmatch(cookie) else None


def _hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()[:32] if cookie else ""
