"""A server on this machine that speaks the Hugging Face hub's protocol: model metadata, files, redirects to a store, ranges."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class LoopbackHub:
    """What the server has and how it behaves; ``asked`` keeps every request as ``(method, path, range, token)``."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.gated: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.cut: list[int] = []  # the next transfers of large files break off after so many bytes
        self.failing: list[int] = []  # the next transfers of large files answer so instead
        self.down = False
        self.ranges = True
        self.damaged = False
        self.sizes = True  # whether the metadata say how large files are
        self.settings: dict[str, object] | None = None
        self.asked: list[tuple[str, str, str, str]] = []
        self.endpoint = ""
        self.store = ""

    def transfers(self) -> list[str]:
        """The ranges in which large files were asked for."""
        return [ask[2] for ask in self.asked if ask[0] == "GET" and ask[1].startswith("/store/")]

    def fetched(self) -> set[str]:
        """The files whose content was asked for."""
        return {ask[1].rpartition("/")[2] for ask in self.asked if ask[0] == "GET" and "/resolve/" in ask[1]}


def is_large(path: str) -> bool:
    return path.endswith((".safetensors", ".bin"))


def entry(path: str, content: bytes, sizes: bool) -> dict[str, object]:
    if not sizes:
        return {"rfilename": path}
    found: dict[str, object] = {"rfilename": path, "size": len(content), "blobId": git_hash(content)}
    if is_large(path):
        found["lfs"] = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "pointerSize": 134}
    return found


def git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\x00" % len(content) + content).hexdigest()


@contextmanager
def serving() -> Iterator[LoopbackHub]:
    """The server, while the block runs."""
    hub = LoopbackHub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            self.answer()

        def answer(self) -> None:
            path = unquote(urlsplit(self.path).path)
            token = self.headers.get("Authorization", "")
            hub.asked.append((self.command, path, self.headers.get("Range", ""), token))
            if hub.down:
                return self.plain(503)
            if path.startswith("/store/"):
                return self.large(path.removeprefix("/store/"))
            if path.startswith("/api/models/"):
                return self.metadata(path.removeprefix("/api/models/").removesuffix("/revision/main"))
            name, _, rest = path.lstrip("/").partition("/resolve/")
            return self.file(name, rest.partition("/")[2])

        def metadata(self, name: str) -> None:
            if name in hub.renamed:
                return self.plain(307, Location=f"/api/models/{hub.renamed[name]}?blobs=true")
            if name not in hub.repositories:
                return self.plain(401, **{"X-Error-Code": "RepoNotFound"})
            files = hub.repositories[name]
            said = {
                "id": name,
                "modelId": name,
                "sha": COMMIT,
                "private": False,
                "gated": "auto" if name in hub.gated else False,
                "siblings": [entry(path, content, hub.sizes) for path, content in files.items()],
            }
            if hub.settings is not None:
                said["config"] = hub.settings
            return self.plain(200, json.dumps(said).encode(), **{"Content-Type": "application/json"})

        def file(self, name: str, path: str) -> None:
            name = hub.renamed.get(name, name)
            if name in hub.gated and token_of(self) != "Bearer good":
                return self.plain(401, **{"X-Error-Code": "GatedRepo", "X-Repo-Commit": COMMIT})
            if name not in hub.repositories:
                return self.plain(401, **{"X-Error-Code": "RepoNotFound"})
            content = hub.repositories[name].get(path)
            if content is None:
                return self.plain(404, **{"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            if is_large(path):
                digest = hashlib.sha256(content).hexdigest()
                linked = {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(content)), "X-Repo-Commit": COMMIT}
                return self.plain(302, Location=f"{hub.store}/store/{digest}", **linked)
            return self.plain(200, content, ETag=f'"{git_hash(content)}"', **{"X-Repo-Commit": COMMIT})

        def large(self, digest: str) -> None:
            content = next(
                one
                for files in hub.repositories.values()
                for one in files.values()
                if hashlib.sha256(one).hexdigest() == digest
            )
            if self.command == "GET" and hub.failing:
                return self.plain(hub.failing.pop(0))
            asked = self.headers.get("Range", "")
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and hub.ranges else 0
            if start >= len(content):
                return self.plain(416)
            body = bytes(len(content) - start) if hub.damaged else content[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "HEAD":
                return None
            if hub.cut:
                self.wfile.write(body[: hub.cut.pop(0)])
                self.close_connection = True
                return None
            self.wfile.write(body)
            return None

        def plain(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

    def token_of(handler: BaseHTTPRequestHandler) -> str:
        return handler.headers.get("Authorization", "")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    hub.store = f"http://localhost:{server.server_port}"  # another host, as on the real hub
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
