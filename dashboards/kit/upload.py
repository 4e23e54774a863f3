"""Files that a person gives the dashboard: sent as they are to a route of their own, and kept until something is made of them.

The browser sends one file in one request (assets/upload.js), which can be watched and stopped; the server writes it to disk as
it comes. What a file is called is only shown: on disk each lies in a folder with a random name, which is also what a page knows
it by. What nobody makes use of within a day is deleted.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

import dash_mantine_components as dmc
from dash import dcc, html
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from dashboards.kit.components import icon
from dashboards.kit.errors import explain
from dashboards.kit.i18n import Text, text
from dashboards.kit.public import check_writable
from dashboards.kit.spaces import check_room
from dashboards.kit.url import clean, href
from explorer.core import settings
from explorer.core.errors import BadInput, ExplorerError, Unavailable, disk_errors
from explorer.core.messages import Message
from explorer.core.places import home, make_folder
from explorer.core.workspace import own_folder, people_folder

__all__ = ["Upload", "discard", "keep", "keep_text", "named_after", "serve_uploads", "upload_box", "waiting"]

ROUTE = "/upload"
CHUNK = 1 << 20
MAX_NAME = 120
SPARE = 64 << 20
"""Bytes of the disk that uploads leave free."""
DAY = 86_400
_UPLOADS = "uploads"
_ID = re.compile(r"[0-9a-f]{32}")
_STATUS = {"dashboards.upload_too_large": 413, "core.disk_full": 507}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was given.

    Attributes:
        id: what it is known by; whoever has it may use it.
        name: what the person calls it: to be shown, never a path.
        path: where it lies.
        bytes: its size.
    """

    id: str
    name: str
    path: Path
    bytes: int


def _folder() -> Path:
    return (own_folder() or home()) / _UPLOADS


def waiting(identity: str) -> Upload:
    """A file that was given and nothing was made of yet.

    Raises:
        BadInput: there is none; it is given again then.
    """
    folder = _folder() / identity if isinstance(identity, str) and _ID.fullmatch(identity) else None
    try:
        if folder is None:
            raise FileNotFoundError(identity)
        facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        path = folder / "content"
        return Upload(folder.name, str(facts["name"]), path, path.stat().st_size)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("dashboards.upload_gone") from error


def discard(identity: str) -> None:
    """Delete a file that was given, if it is there."""
    if isinstance(identity, str) and _ID.fullmatch(identity):
        shutil.rmtree(_folder() / identity, ignore_errors=True)


def keep(name: str, chunks: Iterable[bytes], expected: int | None = None) -> Upload:
    """Write a file whole or not at all.

    Args:
        name: what the person calls it.
        chunks: its content.
        expected: how many bytes there will be, where that was said.

    Raises:
        BadInput: it is empty, too large, or not what was said; people shall only look, or this one has no room left.
        Unavailable: the disk is full.
    """
    check_writable()
    limit = settings.upload_limit()
    root = _folder()
    for one in (home() / _UPLOADS, *people_folder().glob(f"*/{_UPLOADS}")):
        _sweep(one)
    name = clean(name.replace("\\", "/").rpartition("/")[2], MAX_NAME) or "?"
    if expected is not None and expected > limit:
        raise _too_large(name, limit)
    check_room(expected or 0)
    made = root / secrets.token_hex(16)
    with disk_errors("core.writing", path=root):
        make_folder(root)
        made.mkdir()
        try:
            if shutil.disk_usage(made).free < (expected or 0) + SPARE:
                raise Unavailable("core.disk_full", doing=Message("core.writing", {"path": root}))
            with (made / "content").open("wb") as stream:
                size = _write(stream, chunks, name, limit)
            if not size or (expected is not None and size != expected):
                raise BadInput("dashboards.upload_cut" if size else "dashboards.upload_empty", name=name)
            (made / "facts.json").write_text(json.dumps({"name": name}, ensure_ascii=False), encoding="utf-8")
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    return waiting(made.name)


def named_after(stem: str) -> str:
    """What of a file's name can be the name of something saved; empty where nothing of it can.

    >>> named_after("한국어 위키 (2024)"), named_after("…")
    ('한국어-위키-2024', '')
    """
    return re.sub(r"[^\w가-힣.+-]+", "-", unicodedata.normalize("NFC", stem), flags=re.ASCII).strip("-.+_")[:90]


def keep_text(name: str, written: str) -> Upload:
    """Keep a text that was typed or pasted as if it were a file."""
    return keep(name, [written.encode("utf-8", "replace")])


def _write(stream: IO[bytes], chunks: Iterable[bytes], name: str, limit: int) -> int:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _too_large(name, limit)
        stream.write(chunk)
    return size


def _too_large(name: str, limit: int) -> BadInput:
    return BadInput("dashboards.upload_too_large", name=name, limit=limit >> 20)


def _sweep(root: Path) -> None:
    """Delete what was given a day ago and more."""
    for folder in root.glob("*") if root.is_dir() else ():
        try:
            if _ID.fullmatch(folder.name) and time.time() - folder.stat().st_mtime > DAY:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # somebody else deleted it just now


def serve_uploads(server: Flask, prefix: str) -> None:
    """Take files at ``upload`` below ``prefix``: the body is the file, ``X-File-Name`` its name in percent code.

    The answer is ``{"id", "name", "bytes"}``, or ``{"error"}`` with a sentence in the language of the page.
    """

    def take() -> tuple[Response, int]:
        try:
            # Not request.stream: it knows the limit of ordinary requests.
            body = get_input_stream(request.environ, max_content_length=settings.upload_limit())
            chunks = iter(lambda: body.read(CHUNK), b"")
            kept = keep(unquote(request.headers.get("X-File-Name", "")), chunks, request.content_length)
        except RequestEntityTooLarge:
            name = clean(unquote(request.headers.get("X-File-Name", "")), MAX_NAME)
            return _refused(_too_large(name, settings.upload_limit()))
        except HTTPException as error:  # the browser is gone
            return jsonify(error=str(error.code)), error.code or 400
        except ExplorerError as error:
            return _refused(error)
        return jsonify(id=kept.id, name=kept.name, bytes=kept.bytes), 200

    server.add_url_rule(prefix.rstrip("/") + ROUTE, "explorer_upload", take, methods=["POST"])


def _refused(error: ExplorerError) -> tuple[Response, int]:
    return jsonify(error=explain(error, text())[1]), _STATUS.get(error.code, 400)


def upload_box(t: Text, name: str, hint: str) -> html.Div:
    """A place to drop a file on or choose one, with how far it is and a way to stop.

    What was given goes to the store ``NAME-uploaded`` as ``{"id", "name", "bytes"}``.

    Args:
        name: the id of the box.
        hint: which files are taken.
    """
    limit = settings.upload_limit()
    data: dict[str, Any] = {
        "data-to": href(ROUTE),
        "data-limit": str(limit),
        "data-large": t("upload.too_large", size="%size%", limit=limit >> 20),
        "data-sending": t("upload.sending", name="%name%", done="%done%", total="%total%"),
        "data-sent": t("upload.sent", name="%name%", total="%total%"),
        "data-stopped": t("upload.stopped"),
        "data-failed": t("upload.failed"),
        "data-locked": t("upload.locked"),
    }
    return html.Div(
        [
            dcc.Store(id=f"{name}-uploaded"),
            dmc.ThemeIcon(icon("download", 22), size=44, radius="xl", variant="light", className="upload-icon"),
            html.Div(
                [
                    html.Button(t("upload.choose"), type="button", className="example upload-choose", id=f"{name}-choose"),
                    html.Span(t("upload.or_drop"), className="upload-drop"),
                ],
                className="upload-ways",
            ),
            dmc.Text(t("upload.limit", hint=hint, limit=limit >> 20), size="sm", c="dimmed", ta="center"),
            html.Div(
                [
                    dmc.Progress(
                        id=f"{name}-bar",
                        value=0,
                        size="sm",
                        radius="xl",
                        attributes={"section": {"aria-label": t("upload.bar")}},
                    ),
                    html.Button(t("job.cancel"), type="button", className="example upload-stop"),
                ],
                className="upload-going",
            ),
            html.Div(id=f"{name}-said", className="upload-said", role="status"),
        ],
        id=name,
        className="upload",
        **data,
    )
