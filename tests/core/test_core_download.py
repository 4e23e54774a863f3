"""One file from a server on this computer that lies, breaks off, never ends or sends in circles."""

from __future__ import annotations

import hashlib
import threading
from collections import namedtuple
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from explorer.core import download
from explorer.core.download import Remote, fetch_file
from explorer.core.errors import BadInput, Cancelled, Unavailable

DATA = bytes(range(256)) * 2_000
SHA256 = hashlib.sha256(DATA).hexdigest()
GIT = hashlib.sha1(b"blob %d\x00" % len(DATA) + DATA).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """The path says how it behaves."""

    server: Server

    def log_message(self, *arguments: object) -> None:
        pass

    def head(self, status: int, **headers: object) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def do_GET(self) -> None:
        wanted, kind = self.headers.get("Range"), self.path.strip("/").partition("/")[0]
        self.server.asked.append(wanted or "")
        self.server.seen.append({name.lower(): value for name, value in self.headers.items()})
        self.close_connection = True
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        match kind:
            case "endless":
                self.head(200)
                self.pour()
            case "endless-length":
                self.head(200, Content_Length=10**12)
                self.pour()
            case "endless-chunks":
                self.protocol_version = "HTTP/1.1"
                self.head(200, Transfer_Encoding="chunked")
                self.pour(b"10000\r\n" + bytes(1 << 16) + b"\r\n")
            case "circle":
                self.head(302, Location=f"/circle/{len(self.server.asked)}")
            case "elsewhere":
                self.head(302, Location="file:///etc/passwd")
            case "too-long":  # says more than it has
                self.head(200, Content_Length=len(DATA) + 1_000)
                self.wfile.write(DATA)
            case "too-short":  # says less than it has
                self.head(200, Content_Length=1_000)
                self.wfile.write(DATA)
            case "drip":
                self.head(206 if start else 200, Content_Range=f"bytes {start}-{start}/{len(DATA)}", Content_Length=1)
                self.wfile.write(DATA[start : start + 1])
            case "other-range":
                self.head(206 if start else 200, Content_Range=f"bytes 7-{len(DATA) - 1}/{len(DATA)}", ETag='"a"')
                self.wfile.write(DATA[: self.server.cuts.pop(0)] if self.server.cuts else DATA)
            case "busy":
                self.head(self.server.statuses.pop(0) if self.server.statuses else 200)
                self.wfile.write(DATA)
            case _:
                self.head(206 if start else 200, Content_Range=f"bytes {start}-{len(DATA) - 1}/{len(DATA)}", ETag='"a"')
                body = DATA[start:]
                self.wfile.write(body[: self.server.cuts.pop(0)] if self.server.cuts else body)

    def pour(self, block: bytes = bytes(1 << 16)) -> None:
        try:
            while not self.server.stop.is_set():
                self.wfile.write(block)
                self.server.sent += len(block)
        except OSError:
            pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.seen: list[dict[str, str]] = []
        self.cuts: list[int] = []
        self.statuses: list[int] = []
        self.sent = 0
        self.stop = threading.Event()

    def remote(self, kind: str, **more: object) -> Remote:
        return Remote(f"http://127.0.0.1:{self.server_port}/{kind}", **more)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(download, "PAUSE", 0.0)
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.stop.set()
    made.shutdown()
    made.server_close()


def refused(remote: Remote, folder: Path) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        fetch_file(remote, folder / "file")
    assert "\n" not in str(caught.value) + caught.value.said("ko")
    return caught.value


@pytest.mark.parametrize("kind", ["endless", "endless-length", "endless-chunks"])
@pytest.mark.parametrize("known", [{"size": 1_000_000}, {"limit": 1_050_000}, {"size": 10**15, "limit": 1_050_000}])
def test_a_server_that_never_ends_is_stopped_at_the_limit(server: Server, tmp_path: Path, kind: str, known: dict[str, int]):
    error = refused(server.remote(kind, **known), tmp_path)
    assert error.code == "core.fetch_too_large" and "1 MB" in str(error)
    assert list(tmp_path.iterdir()) == [] and server.asked == [""]
    assert server.sent < 30_000_000  # what the sockets hold


def test_without_a_declared_size_the_stated_limit_holds(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert Remote("https://a.example/b").most == download.LIMIT == 20_000_000_000
    monkeypatch.setattr(download, "LIMIT", 1_000_000)
    assert refused(server.remote("endless"), tmp_path).code == "core.fetch_too_large"


def test_a_body_that_is_cut_off_whatever_its_length_says_never_becomes_the_file(server: Server, tmp_path: Path):
    error = refused(server.remote("too-long"), tmp_path)
    assert error.code == "core.fetch_interrupted" and "512,000 bytes are kept" in str(error)
    assert len(server.asked) == download.ATTEMPTS and not (tmp_path / "file").exists()
    for known in ({"size": len(DATA)}, {"size": len(DATA), "hash": SHA256}):
        assert "cut off after 1,000 of 512,000 bytes" in str(refused(server.remote("too-short", **known), tmp_path))
    assert refused(server.remote("too-short", hash=SHA256), tmp_path).code == "core.fetch_wrong_hash"
    assert not (tmp_path / "file").exists()


def test_a_byte_at_a_time_is_no_progress(server: Server, tmp_path: Path):
    error = refused(server.remote("drip", size=len(DATA), fixed=True), tmp_path)
    assert error.code == "core.fetch_interrupted" and len(server.asked) == download.ATTEMPTS


@pytest.mark.parametrize("known", [{"hash": SHA256}, {"hash": GIT, "size": len(DATA), "fixed": True}, {}])
def test_a_broken_transfer_goes_on_and_the_hash_is_of_all_of_it(server: Server, tmp_path: Path, known: dict[str, object]):
    server.cuts = [100_000, 200_000]
    steps: list[tuple[int, int | None]] = []
    known = {"size": len(DATA), **known}
    fetch_file(server.remote("file", **known), tmp_path / "file", tell=lambda done, total: steps.append((done, total)))
    assert (tmp_path / "file").read_bytes() == DATA and [one.name for one in tmp_path.iterdir()] == ["file"]
    assert server.asked == ["", "bytes=100000-", "bytes=300000-"]
    assert steps[-1] == (len(DATA), len(DATA)) and steps == sorted(steps)
    if not known.get("fixed"):
        assert [one.get("if-range") for one in server.seen] == [None, '"a"', '"a"']


def test_another_call_goes_on_and_hashes_what_was_here(server: Server, tmp_path: Path):
    def stop(done: int, total: int | None) -> None:
        raise Cancelled

    remote = server.remote("file", size=len(DATA), hash=SHA256)
    with pytest.raises(Cancelled):
        fetch_file(remote, tmp_path / "file", tell=stop)
    kept = (tmp_path / "file.part").stat().st_size
    assert kept and not (tmp_path / "file").exists()
    assert fetch_file(remote, tmp_path / "file").read_bytes() == DATA
    assert server.asked == ["", f"bytes={kept}-"]


@pytest.mark.parametrize("hashed", ["0" * 64, "0" * 40])
def test_a_wrong_hash_keeps_nothing(server: Server, tmp_path: Path, hashed: str):
    (tmp_path / "file").write_bytes(b"before")
    assert refused(server.remote("file", size=len(DATA), hash=hashed), tmp_path).code == "core.fetch_wrong_hash"
    assert [one.name for one in tmp_path.iterdir()] == ["file"] and (tmp_path / "file").read_bytes() == b"before"


def test_redirects_end(server: Server, tmp_path: Path):
    assert refused(server.remote("circle"), tmp_path).code == "core.fetch_redirects"
    assert len(server.asked) < 20 and list(tmp_path.iterdir()) == []
    for remote in (server.remote("elsewhere"), Remote("ftp://a.example/b"), Remote("/etc/passwd"), Remote("https://")):
        with pytest.raises(BadInput, match="only http and https"):
            fetch_file(remote, tmp_path / "file")


def test_another_part_than_was_asked_for_is_not_joined(server: Server, tmp_path: Path):
    server.cuts = [50_000]
    fetch_file(server.remote("other-range", size=len(DATA)), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == DATA and server.asked == ["", "bytes=50000-", ""]


def test_a_busy_server_is_asked_again_and_a_refusal_is_said(server: Server, tmp_path: Path):
    server.statuses = [503, 429]
    assert fetch_file(server.remote("busy"), tmp_path / "file").read_bytes() == DATA
    server.statuses = [503] * 9
    assert refused(server.remote("busy"), tmp_path).values["status"] == 503
    server.statuses, server.asked = [404], []
    assert refused(server.remote("busy"), tmp_path).code == "core.fetch_status" and server.asked == [""]


def test_room_on_the_disk_is_looked_for_before_and_during(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    usage = namedtuple("usage", "total used free")
    left = [10**12]
    monkeypatch.setattr(download.shutil, "disk_usage", lambda place: usage(10**12, 0, left[0]))

    def fill(done: int, total: int | None) -> None:
        left[0] = 5_000_000

    with pytest.raises(Unavailable, match="5 MB left") as caught:
        fetch_file(server.remote("endless"), tmp_path / "file", tell=fill)
    assert caught.value.code == "core.fetch_no_room" and server.sent < 500_000_000
    left[0] = 10**9
    (tmp_path / "file.part").unlink()
    assert refused(server.remote("endless-length", size=10**12), tmp_path).code == "core.fetch_no_room"
    assert not (tmp_path / "file.part").exists()


def test_an_empty_file_is_a_file(server: Server, tmp_path: Path):
    assert fetch_file(server.remote("file", size=0, fixed=True), tmp_path / "file").read_bytes() == b""
    assert server.asked == []
