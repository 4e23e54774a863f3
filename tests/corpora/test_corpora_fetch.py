"""Fetching from a server on this computer that misbehaves in every way servers do."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from corpora.catalogue import Card, Part, cards
from corpora.fetch import download, fetch, mirrored
from explorer.core import download as transfers
from explorer.core.errors import BadInput, Cancelled, Unavailable, UnknownName
from explorer.core.progress import Progress

DATA = "".join(f"{n}\t영화가 {n}번 재미있다\t1\n" for n in range(20_000)).encode()
TABLE = b"id\tdocument\tlabel\n" + DATA


class Server(ThreadingHTTPServer):
    """Serves TABLE at every path, as the path says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str | None]] = []
        self.data = TABLE
        self.tag = '"one"'
        self.cuts = 0
        self.release = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.requests.append((self.path, wanted))
        data = self.server.data
        if "missing" in self.path:
            self.send_error(404)
            return
        if "forbidden" in self.path:
            self.send_error(403)
            return
        if "broken" in self.path:
            self.send_error(500)
            return
        start = 0
        if wanted and "no-ranges" not in self.path and self.headers.get("If-Range") == self.server.tag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(data):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(data)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
        self.send_response(206 if start else 200)
        self.send_header("ETag", self.server.tag)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        body = data[start:]
        if self.server.cuts:
            self.server.cuts -= 1
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            if "stall" in self.path:
                self.server.release.wait(10)
            self.close_connection = True
            return
        self.wfile.write(body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setenv("EXPLORER_MIRROR", f"http://127.0.0.1:{made.server_address[1]}")
    monkeypatch.setattr(transfers, "PAUSE", 0.0)
    yield made
    made.release.set()
    made.shutdown()
    made.server_close()


def part(path: str = "ok/ratings.txt", sha256: str | None = None) -> Part:
    return Part(f"https://host.example/{path}", sha256)


def test_a_mirror_stands_in_for_every_host(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("EXPLORER_MIRROR", raising=False)
    assert mirrored("https://a.example/b/c") == "https://a.example/b/c"
    monkeypatch.setenv("EXPLORER_MIRROR", "https://m.example/copies/")
    assert mirrored("https://a.example/b/c") == "https://m.example/copies/a.example/b/c"
    monkeypatch.setenv("EXPLORER_MIRROR", "/some/folder")
    with pytest.raises(BadInput, match="https://"):
        mirrored("https://a.example/b/c")


def test_a_file_arrives_whole_with_progress(server: Server, tmp_path: Path):
    steps: list[Progress] = []
    path = download(part(sha256=hashlib.sha256(TABLE).hexdigest()), tmp_path, steps.append)
    assert path.read_bytes() == TABLE
    assert [p.name for p in tmp_path.iterdir()] == ["ratings.txt"]
    assert steps[-1].done == steps[-1].total == len(TABLE)
    assert server.requests == [("/host.example/ok/ratings.txt", None)]
    download(part(sha256=hashlib.sha256(TABLE).hexdigest()), tmp_path)
    assert len(server.requests) == 1  # here already


@pytest.mark.parametrize("path", ["ok/a.txt", "stall/a.txt"])
def test_a_connection_that_breaks_or_stalls_goes_on_where_it_was(server: Server, tmp_path: Path, monkeypatch, path: str):
    monkeypatch.setattr(transfers, "STALL_SECONDS", 0.3)
    server.cuts = 5  # more often than it may fail without progress
    assert download(part(path), tmp_path).read_bytes() == TABLE
    starts = [int(wanted.removeprefix("bytes=").removesuffix("-")) for _, wanted in server.requests if wanted]
    assert len(starts) == 5 and starts == sorted(starts) and 0 <= len(TABLE) // 2 - starts[0] < 1 << 14


def test_a_second_call_goes_on_where_the_first_was_stopped(server: Server, tmp_path: Path):
    def stop(step: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        download(part(), tmp_path, stop)
    assert not (tmp_path / "ratings.txt").exists()
    kept = (tmp_path / "ratings.txt.part").stat().st_size
    assert kept > 0
    assert download(part(), tmp_path).read_bytes() == TABLE
    assert server.requests[-1][1] == f"bytes={kept}-"


def test_a_server_without_ranges_starts_over(server: Server, tmp_path: Path):
    server.cuts = 1
    assert download(part("no-ranges/a.txt"), tmp_path).read_bytes() == TABLE


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: Server, tmp_path: Path):
    def stop(step: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        download(part(), tmp_path, stop)
    server.data, server.tag = b"another file", '"two"'
    assert download(part(), tmp_path).read_bytes() == b"another file"


def test_416_with_everything_here_is_done_and_with_less_starts_over(server: Server, tmp_path: Path):
    url = mirrored(part().url)
    for data, tag, expected in ((TABLE, '"one"', TABLE), (TABLE + b"too much", '"one"', TABLE)):
        (tmp_path / "ratings.txt.part").write_bytes(data)
        (tmp_path / "ratings.txt.part.json").write_text(
            f'{{"url": "{url}", "tag": {tag!r}}}'.replace("'", '"').replace('""', '"\\"', 1).replace('""', '\\""', 1)
        )
        assert download(part(), tmp_path).read_bytes() == expected
        (tmp_path / "ratings.txt").unlink()


def test_a_wrong_hash_keeps_nothing(server: Server, tmp_path: Path):
    with pytest.raises(Unavailable, match="not the one expected"):
        download(part(sha256="0" * 64), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "words"), [("missing/a", "not there any more"), ("forbidden/a", "refuses"), ("broken/a", "answered 500")]
)
def test_refusals_say_what_to_do(server: Server, tmp_path: Path, path: str, words: str):
    with pytest.raises(Unavailable, match=words):
        download(part(path), tmp_path)
    assert not (tmp_path / "a").exists()


def test_offline_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(transfers, "PAUSE", 0.0)
    monkeypatch.setenv("EXPLORER_MIRROR", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    begun = time.monotonic()
    with pytest.raises(Unavailable, match=r"cannot be reached; are you online\?"):
        download(part(), tmp_path)
    assert time.monotonic() - begun < 60


# -- from card to corpus ------------------------------------------------------------------------------------------------


def test_fetching_a_card_stores_the_corpus_and_cleans_up(server: Server, home: Path):
    stored = fetch("nsmc")
    info = stored.info()
    assert info["documents"] == 20_000 and info["licence"] == "CC0-1.0"
    assert info["fetched"]["sha256"] == {"ratings.txt": hashlib.sha256(TABLE).hexdigest()}
    assert server.requests == [("/raw.githubusercontent.com/e9t/nsmc/master/ratings.txt", None)]
    assert not (home / "cache" / "downloads" / "nsmc").exists()
    with pytest.raises(BadInput, match="here already"):
        fetch("nsmc")
    server.data = TABLE + b"20001\tnew\t0\n"
    again = fetch("nsmc", force=True)
    assert again.info()["changed_since_last_fetch"] == ["ratings.txt"] and again.info()["documents"] == 20_001


def test_what_cannot_be_fetched_says_why(home: Path):
    with pytest.raises(BadInput, match="ships with"):
        fetch("sample")
    with pytest.raises(BadInput, match="corpus add"):
        fetch("PATH")
    with pytest.raises(UnknownName, match="did you mean nsmc"):
        fetch("nsmcc")


@pytest.mark.parametrize("card", cards().values(), ids=lambda card: card.name)
def test_every_card_is_complete(card: Card):
    empty = [
        name
        for name, value in card.to_dict().items()
        if not value and name not in ("field", "parts", "extra", "note", "citation")
    ]
    assert empty == []
    assert card.fetch in ("shipped", "download", "huggingface", "add")
    assert bool(card.parts) == (card.fetch == "download")
    assert len({one.file for one in card.parts}) == len(card.parts)
    assert all(one.url.startswith("https://") for one in card.parts)
    assert "\n" not in card.what + card.note


def test_a_dataset_folder_is_read_through_datasets(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("datasets")
    from corpora.fetch import fetch_dataset

    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    folder = tmp_path / "dataset"
    folder.mkdir()
    (folder / "train.jsonl").write_text('{"id": 1, "review": "재미있다"}\n{"id": 2, "review": "별로다"}\n', encoding="utf-8")
    (folder / "test.jsonl").write_text('{"id": 3, "review": "최고다"}\n', encoding="utf-8")
    stored = fetch_dataset(str(folder), "reviews")
    assert sorted((d.id, d.text, d.meta["split"]) for d in stored.documents()) == [
        ("1", "재미있다", "train"),
        ("2", "별로다", "train"),
        ("3", "최고다", "test"),
    ]
    assert list(fetch_dataset(str(folder), "test", split="test").texts()) == ["최고다"]
    with pytest.raises(Unavailable, match="cannot be read"):
        fetch_dataset(str(tmp_path / "none"), "none")
