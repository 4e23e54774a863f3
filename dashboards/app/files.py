"""The pages' own styles and scripts: each lies in its page's folder, all are sent as one file of each kind.

The address holds a hash of the content, so that a browser asks for a file once and never shows an old one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, abort

__all__ = ["serve_files"]

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
