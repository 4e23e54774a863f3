"""The pages' own styles and scripts: each lies in its page's folder, all are sent as one file of each kind.

The address holds a hash of the content, so that a browser asks for a file once and never shows an old one. Plotly's script, by far the
largest, is compressed as far as it goes, once a process.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Thread

from flask import Flask, Response, abort, request

__all__ = ["serve_files", "serve_plotly"]

_PAGES = Path(__file__).resolve().parents[1] / "pages"
_KINDS = {"css": ("style.css", "text/css"), "js": ("script.js", "text/javascript")}


def serve_files(server: Flask, prefix: str) -> dict[str, str]:
    """Send the files from below ``prefix``; their addresses there by kind: ``{"css": …, "js": …}``."""
    bodies = {}
    names = {}
    for kind, (file, _) in _KINDS.items():
        bodies[kind] = b"\n".join(path.read_bytes() for path in sorted(_PAGES.glob(f"*/{file}")))
        names[kind] = f"pages/{hashlib.sha256(bodies[kind]).hexdigest()[:16]}.{kind}"

    def send(name: str) -> Response:
        kind = name.rpartition(".")[2]
        if names.get(kind) != f"pages/{name}":
            abort(404)
        response = Response(bodies[kind], content_type=f"{_KINDS[kind][1]}; charset=utf-8")
        response.cache_control.public = True
        response.cache_control.max_age = 31_536_000
        response.cache_control.immutable = True
        return response

    server.add_url_rule(f"{prefix}pages/<name>", "explorer_pages", send)
    return names


@cache
def _plotly() -> bytes:
    """Plotly's script in 1.18 MB; at the speed that other answers need it is 1.34 MB. A second and a half of computing."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    script = files("plotly").joinpath("package_data/plotly.min.js").read_bytes()
    return bytes(zstd.compress(script, level=19))


def serve_plotly(server: Flask) -> None:
    """Send Plotly's script in its smallest shape, from when the first page that draws has asked for it."""

    def shrink(response: Response) -> Response:
        wanted = "/plotly/package_data/plotly" in request.path and response.status_code == 200
        if wanted and request.accept_encodings["zstd"]:
            if _plotly.cache_info().currsize:
                response.direct_passthrough = False
                response.set_data(_plotly())
                response.headers["Content-Encoding"] = "zstd"
                response.vary.add("Accept-Encoding")
            else:  # nobody waits for it
                Thread(target=_plotly, daemon=True).start()
        return response

    server.after_request(shrink)
