"""The dashboard as an application, and the small server that opens it from the command line.

``create_app()`` may be called any number of times in a process: every view registers its callbacks on the app it is
given, and nothing heavier than Dash is imported before the first page is out.
"""

from __future__ import annotations

import base64
import hashlib
import re
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Mapping
from types import ModuleType
from typing import Any
from urllib.parse import quote

from dash import Dash
from flask import Response, g, request

from dashboards.app import access, bodies, hosts, logs, metrics, remembered, shell
from dashboards.app.files import serve_files, serve_plotly
from dashboards.app.kept import LEVELS, SMALLEST, Kept
from dashboards.app.state import State, state
from dashboards.kit import person, upload
from dashboards.kit.i18n import COOKIE, asked, current
from dashboards.kit.url import LANGUAGE, PREFIX
from dashboards.pages.analogy import page as analogy
from dashboards.pages.bench import page as bench
from dashboards.pages.classify import page as classify
from dashboards.pages.context import page as context
from dashboards.pages.corpora import page as corpora
from dashboards.pages.documents import page as documents
from dashboards.pages.game import page as game
from dashboards.pages.glossary import page as glossary
from dashboards.pages.home import page as home
from dashboards.pages.inside import page as inside
from dashboards.pages.jobs import page as jobs
from dashboards.pages.lab import page as lab
from dashboards.pages.layers import page as layers
from dashboards.pages.map import page as map_page
from dashboards.pages.saved import page as saved
from dashboards.pages.senses import page as senses
from dashboards.pages.sentences import page as sentences
from dashboards.pages.similarity import page as similarity
from dashboards.pages.tokens import page as tokens
from dashboards.pages.train import page as train
from dashboards.pages.versus import page as versus
from dashboards.pages.why import page as why
from dashboards.pages.word import page as word
from explorer.core import settings
from explorer.core.errors import BadInput

__all__ = ["GROUPS", "VIEWS", "create_app", "serve"]

GROUPS: tuple[tuple[str, tuple[ModuleType, ...]], ...] = (
    ("", (home,)),
    ("words", (word, similarity, analogy, why, versus, map_page)),
    ("tokens", (tokens, bench)),
    ("sentences", (sentences, documents, context, senses, inside, layers)),
    ("own", (corpora, train, classify, saved, lab, jobs)),
    ("more", (game, glossary)),
)
"""The pages in the order of the navigation, by the names of their groups; :mod:`dashboards.pages` says what each of them has."""

VIEWS: tuple[ModuleType, ...] = tuple(view for _, views in GROUPS for view in views)
"""All pages."""

MAX_REQUEST = 2 * 1024 * 1024
"""Bytes a request may bring; the largest honest one is a text of a few thousand characters."""

SHELLS = 64
"""Shells that a process keeps at most."""

_INDEX = """<!DOCTYPE html>
<html lang="{{language}}">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{%title%}</title>
<script>{{scheme}}</script>
{%favicon%}
{%css%}
<link rel="stylesheet" href="{{css}}">
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}<script src="{{js}}"></script>{%renderer%}</footer>
</body>
</html>"""

# Before anything is drawn: the colours the person chose last time, so that a dark page never flashes white.
_SCHEME = (
    "(function(){var s=null;try{s=localStorage.getItem('mantine-color-scheme-value')}catch(e){}"
    "if(s!=='light'&&s!=='dark')s=matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light';"
    "document.documentElement.setAttribute('data-mantine-color-scheme',s)})()"
)


class _App(Dash):  # type: ignore[misc]  # Dash ships no types
    """Dash with a page frame in the language of the request and a strict content policy."""

    files: Mapping[str, str] = {}
    """Addresses of the pages' styles and scripts by their kind."""

    def __init__(self, *given: Any, **options: Any) -> None:
        self._frames: dict[str, tuple[Kept, list[str]]] = {}
        self._shells: dict[tuple[str, float, bool], Kept] = {}
        self._dependencies: Kept | None = None
        super().__init__(*given, **options)

    def set_up(self) -> None:
        """What Dash does at the first request, in that request's thread, and notes as done before it is: whatever a browser asks of a
        new process at that moment (a page's scripts, all at once) would find no script registered, and be answered by 500.
        """
        with self.server.test_request_context():
            self._setup_server()

    def index(self, *given: Any, **named: Any) -> Response:
        """The frame of every page, which differs by language only: put together once, as it takes longer than most answers."""
        found = self._frames.get(current())
        if found is None or settings.debug():
            page = Kept(super().index(*given, **named).encode(), "text/html; charset=utf-8")
            found = self._frames[current()] = page, g.script_hashes
        page, g.script_hashes = found
        return page.given()

    def serve_layout(self) -> Response:
        """The shell, which differs by language, and by what runs or has ended for the person."""
        language, told = current(), state().jobs.told()
        found = self._shells.get((language, *told))
        if found is None or settings.debug():
            found = Kept(super().serve_layout().get_data(), "application/json")
            if state().jobs.told() == told:  # or it may be one of afterwards
                if len(self._shells) >= SHELLS:
                    self._shells.clear()
                self._shells[language, *told] = found
        return found.given()

    def dependencies(self) -> Response:
        """Which callback has which inputs and outputs: the same for everybody, as all are registered by then."""
        if self._dependencies is None or settings.debug():
            self._dependencies = Kept(super().dependencies().get_data(), "application/json")
        return self._dependencies.given()

    def interpolate_index(self, **kwargs: Any) -> str:
        page: str = super().interpolate_index(**kwargs)
        for name, value in {"language": current(), "scheme": _SCHEME, **self.files}.items():
            page = page.replace("{{" + name + "}}", value)
        scripts = re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>(.*?)</script>", page, re.DOTALL)
        g.script_hashes = [
            f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
        ]
        return page


def create_app(
    prepare: bool = False, host: str | None = None, token: str = "", metrics_token: str = "", **options: Any
) -> Dash:
    """A complete app.

    Args:
        prepare: start opening Kiwi's vectors and compiling UMAP in the background now.
        host: the address it will listen on. Only requests for that host, for this machine by its local names, and for those
            in ``EXPLORER_HOSTS`` are answered (see :mod:`dashboards.app.hosts`).
        token: what one needs to enter (:mod:`dashboards.app.access`); by default nothing. Where there is a token, or others reach the
            address, each person has a workspace of their own, unless ``EXPLORER_TOGETHER`` says otherwise.
        metrics_token: what one needs to read ``/metrics`` (:mod:`dashboards.app.metrics`); by default as for all else.
        options: passed on to :class:`dash.Dash`, e.g. ``requests_pathname_prefix`` behind a proxy.
    """
    logs.set_up()
    # Plotly looks into whatever half of pandas a worker (scikit-learn) has imported so far; so it is whole before any request.
    import pandas  # noqa: F401

    app = _App(
        "dashboards",
        use_pages=False,  # Dash keeps its pages in one registry of the process; the shell has those of this app
        suppress_callback_exceptions=True,  # callbacks of pages that are not on the screen
        use_async=False,
        compress=True,
        update_title=None,
        index_string=_INDEX,
        title="korean-explorer",
        health_endpoint=access.HEALTH,
        **options,
    )
    server, prefix = app.server, app.config.requests_pathname_prefix
    server.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    server.config["COMPRESS_MIN_SIZE"] = SMALLEST
    server.config |= {f"COMPRESS_{name}LEVEL": LEVELS[way] for way, name in (("gzip", ""), ("zstd", "ZSTD_"), ("br", "BR_"))}
    server.config[PREFIX] = prefix
    opened = server.extensions["explorer"] = State()
    names = serve_files(server, app.config.routes_pathname_prefix)
    serve_plotly(server)
    upload.serve_uploads(server, app.config.routes_pathname_prefix)
    app.files = {kind: prefix + name for kind, name in names.items()}
    with server.app_context():
        app.layout = lambda: shell.layout(GROUPS)
    shell.register(app, VIEWS)
    for view in VIEWS:
        view.register(app)
    server.after_request(_headers)
    callbacks = f"{app.config.routes_pathname_prefix}_dash-update-component"
    others = bool(token or settings.hosts()) or (host is not None and not hosts.is_loopback(host))
    person.guard(server, apart=others and not settings.together())
    for given in filter(None, (token, metrics_token)):
        access.check_token(given)
    if token or metrics_token:
        access.guard(server, token, prefix, app.config.routes_pathname_prefix, metrics_token)
    hosts.guard(server, host)
    remembered.guard(app, callbacks)
    bodies.guard(app, callbacks)  # after it: what was answered before is fit to be asked
    metrics.measure(app, [view.PATH for view in VIEWS])
    app.set_up()
    opened.jobs.table.close()  # the layout has looked into it; nobody waits for anything yet
    if prepare:
        opened.prepare()
    return app


def _headers(response: Response) -> Response:
    if (language := asked(request.args.get(LANGUAGE))) is not None:  # the callbacks of the page that comes speak it as well
        response.set_cookie(COOKIE, language, max_age=31_536_000, samesite="Lax")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    hashes = g.pop("script_hashes", None)
    if hashes is not None:
        # Inline styles are Mantine's. No 'unsafe-eval': of Plotly's traces only those of regl (scattergl, splom, parcoords) make code of
        # text, and no page draws one.
        response.headers["Content-Security-Policy"] = (
            f"default-src 'self'; script-src 'self' {' '.join(hashes)}; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
        )
    return response


def serve(
    host: str = "127.0.0.1", port: int = 8050, open_browser: bool = True, token: str = "", metrics_token: str = ""
) -> None:
    """Open the dashboard and stay until interrupted. Port 0 picks a free one; one line with the address is printed.

    Args:
        host, port: where it listens.
        open_browser: open the first page once it answers.
        token: what one needs to enter; it is part of the address that is printed.
        metrics_token: what one needs to read ``/metrics``, where that is something else.

    Raises:
        BadInput: the address cannot be listened on (taken, not ours, no such host).
    """
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_request(self, *_: Any) -> None:
            return

    listener = _listen(host, port)
    with listener:
        port = listener.getsockname()[1]
        # Handed over open, because werkzeug itself leaves the process when a port is taken.
        app = create_app(host=host, token=token, metrics_token=metrics_token)
        opened: State = app.server.extensions["explorer"]
        server = make_server(host, port, app.server, threaded=True, request_handler=Quiet, fd=listener.fileno())
    shown = f"[{host}]" if ":" in host else host
    if hosts.is_any(host):
        shown = "127.0.0.1"
    address = f"http://{shown}:{port}/" + (f"?{access.QUERY}={quote(token)}" if token else "")
    sys.stdout.write(f"korean-explorer: {address}  (Ctrl+C stops it)\n")
    if hosts.is_any(host) and (reached := hosts.outward_address()):
        sys.stdout.write(f"for others in the network: {address.replace(shown, reached, 1)}\n")
    sys.stdout.flush()
    threading.Timer(0.2, opened.prepare).start()
    if open_browser:
        threading.Timer(0.3, webbrowser.open, [address]).start()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl+C: the child process is ended too
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    finally:
        server.server_close()
        opened.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, proto)
    except OSError as error:
        raise BadInput("dashboards.host_not_bindable", host=host, reason=error.strerror or error) from error
    try:
        if sys.platform != "win32":  # there it would let two servers share one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise BadInput("dashboards.port_not_bindable", host=host, port=port, reason=error.strerror or error) from error
    return listener
