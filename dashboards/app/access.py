"""Who is let in where others reach the address: whoever has the token.

The token comes once, in the link that ``serve`` prints (``?token=…``), in the form of the page that asks for it, or as
``Authorization: Bearer …``; a cookie that pages cannot read keeps its hash. Where there is no token everybody is let in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import urlencode

from flask import Flask, Response, make_response, redirect, request

from dashboards.kit.i18n import text
from explorer.core.errors import BadInput

__all__ = ["COOKIE", "HEALTH", "LEAST", "METRICS", "QUERY", "check_token", "guard", "new_token"]

COOKIE = "explorer-token"
QUERY = "token"
ROUTE, HEALTH, METRICS = "token", "health", "metrics"
YEAR = 31_536_000

LEAST = 8
"""Characters of a token that somebody chose."""

_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>korean-explorer</title></head>
<body style="font-family: system-ui, sans-serif; max-width: 26rem; margin: 18vh auto; padding: 0 1rem; line-height: 1.6">
<h1 style="font-size: 1.25rem">{title}</h1><p>{lead}</p><form method="post" action="{action}">
<label>{label} <input name="token" type="password" autocomplete="off" autofocus></label> <button>{enter}</button></form></body></html>
"""


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(18)


def check_token(token: str) -> str:
    """A token that somebody chose, as it is compared.

    Raises:
        BadInput: it is too short to keep anybody out, or has characters that an address or a header does not carry.
    """
    if len(token) < LEAST or not token.isascii() or not token.isprintable() or " " in token:
        raise BadInput("dashboards.token_unfit", least=LEAST)
    return token


def guard(server: Flask, token: str, prefix: str = "/", routes: str = "/", metrics: str = "") -> None:
    """Let in only those who have the token; the address of health stays open.

    Args:
        token: what opens everything; where there is none, everything but the numbers is open.
        prefix: where the pages begin for a browser.
        routes: where they begin here: a proxy may have taken a part of the address away.
        metrics: what opens the numbers, and nothing else.
    """
    kept = hashlib.sha256(f"explorer {token}".encode()).hexdigest()
    action = f"{prefix}{ROUTE}"

    def fits(given: str, wanted: str = token) -> bool:
        return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())

    def let_in(where: str) -> Response:
        answer = make_response(redirect(where, 303))
        answer.set_cookie(COOKIE, kept, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
        return answer

    def check() -> Response | None:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if request.path == f"{routes}{METRICS}" and metrics and scheme == "Bearer" and fits(bearer, metrics):
            return None
        if request.path == f"{routes}{HEALTH}" or not (token or request.path == f"{routes}{METRICS}"):
            return None
        if request.path == f"{routes}{ROUTE}" and request.method == "POST":
            return let_in(prefix) if fits(request.form.get(QUERY, "")) else _refusal(action, "wrong_token")
        given = request.args.get(QUERY)
        if given is not None and request.method == "GET":
            if not fits(given):
                return _refusal(action, "wrong_token")
            rest = urlencode([pair for pair in request.args.items(multi=True) if pair[0] != QUERY])
            return let_in(prefix + request.path.removeprefix(routes) + (f"?{rest}" if rest else ""))
        if hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), kept.encode()) or (
            scheme == "Bearer" and fits(bearer)
        ):
            return None
        return _refusal(action, "no_token")

    server.before_request_funcs.setdefault(None, []).insert(0, check)


def _refusal(action: str, why: str) -> Response:
    t = text()
    if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        page = _PAGE.format(
            language=t.language, title=t("shell.token_title"), lead=t(f"shell.{why}"), action=action,
            label=t("shell.token_label"), enter=t("shell.token_enter"),
        )  # fmt: skip
        return Response(page, 401, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})
    return Response(
        f"{t(f'shell.{why}')}\n", 401, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"}
    )
