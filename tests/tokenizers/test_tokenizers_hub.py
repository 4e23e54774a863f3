"""Published tokenizers: cards without loading, and downloads from a server that speaks the hub's file protocol."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

import explorer as ex
from explorer.core.errors import MissingExtra, Unavailable, UnknownName
from explorer.tokenizers.cards import CARDS, TEKKEN, card

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_cards_are_complete_and_told_apart():
    names = [entry.name for entry in CARDS]
    assert len(set(names)) == len(names) >= 14
    for entry in CARDS:
        assert entry.title and entry.kind and entry.source
        assert entry.vocab_size is None or entry.vocab_size > 1000
        assert entry.source.count("/") == 1 or entry.source.startswith("tiktoken:") or entry.source == TEKKEN
        assert json.loads(json.dumps(entry.to_dict()))["get"].startswith(("downloaded once", "comes with"))
        assert card(entry.name) is entry


def test_an_alias_offline_says_so_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(Unavailable, match="klue/bert-base") as caught:
        ex.tokenizer("klue-bert")
    assert "\n" not in str(caught.value) and "connect and try again" in str(caught.value)
    with pytest.raises(UnknownName, match="klue-bert"):
        ex.tokenizer("klue-brt")


def test_a_tiktoken_alias_offline_says_so_in_one_line(monkeypatch, tmp_path):
    tiktoken = pytest.importorskip("tiktoken", reason="tiktoken is not installed")

    def refuse(name):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(tiktoken, "get_encoding", refuse)
    with pytest.raises(Unavailable, match="cl100k_base") as caught:
        ex.tokenizer("cl100k")
    assert "\n" not in str(caught.value)
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    with pytest.raises(MissingExtra, match=r"korean-explorer\[tiktoken\]"):
        ex.tokenizer("o200k")


class Hub(BaseHTTPRequestHandler):
    """``/OWNER/NAME/resolve/main/FILE`` with the headers the hub's client asks for."""

    files: ClassVar[dict[str, bytes]] = {}
    broken = False
    gated = False
    asked: ClassVar[list[str]] = []

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self._answer(head=True)

    def do_GET(self):
        self._answer(head=False)

    def _answer(self, head):
        Hub.asked.append(f"{self.command} {self.path}")
        owner_name, _, file = self.path.lstrip("/").partition("/resolve/main/")
        if Hub.gated:
            return self._refuse(403, "GatedRepo")
        if owner_name not in ("klue/bert-base", "owner/plain"):
            return self._refuse(401, "RepoNotFound")
        content = Hub.files.get(file)
        if content is None:
            return self._refuse(404, "EntryNotFound")
        self.send_response(200)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if head:
            return None
        self.wfile.write(content[: len(content) // 2] if Hub.broken else content)
        return None

    def _refuse(self, status, code):
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def hub(trained):
    Hub.files = {"vocab.txt": (trained["wordpiece"].parent / "vocab.txt").read_bytes()}
    Hub.broken = Hub.gated = False
    Hub.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


ASK = """
import sys, explorer as ex
try:
    made = ex.tokenizer(sys.argv[1])
    print(made.name, len(made.tokenize("왕이 갔다")), made.vocab_size)
except ex.ExplorerError as error:
    print(type(error).__name__, error)
"""


def ask(name, endpoint, folder, **more):
    # The hub's client reads its settings when it is imported: a process of its own.
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    environment |= {"HF_ENDPOINT": endpoint, "HF_HOME": str(folder), "HF_HUB_DISABLE_XET": "1", **more}
    environment.pop("HF_HUB_OFFLINE", None)
    done = subprocess.run(
        [sys.executable, "-c", ASK, name], env=environment | more, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip().splitlines()) == 1
    return done.stdout.strip()


def test_an_alias_is_downloaded_once_and_then_cached(hub, trained, tmp_path):
    expected = ex.tokenizer(trained["wordpiece"])
    said = f"klue-bert {len(expected.tokenize('왕이 갔다'))} {expected.vocab_size}"
    assert ask("klue-bert", hub, tmp_path) == said
    assert any(line.startswith("GET /klue/bert-base/resolve/main/vocab.txt") for line in Hub.asked)
    Hub.asked.clear()
    assert ask("klue-bert", hub, tmp_path) == said
    assert not Hub.asked
    assert ask("klue-bert", "http://127.0.0.1:9", tmp_path, HF_HUB_OFFLINE="1") == said


def test_a_broken_transfer_leaves_nothing_that_looks_whole(hub, tmp_path):
    Hub.broken = True
    said = ask("owner/plain", hub, tmp_path)
    assert said.startswith("Unavailable") and "owner/plain" in said
    Hub.broken = False
    assert ask("owner/plain", hub, tmp_path).startswith("plain ")


def test_no_such_repository_no_tokenizer_in_it_and_gated(hub, tmp_path):
    assert "no public repository 'nobody/nothing'" in ask("nobody/nothing", hub, tmp_path)
    Hub.files = {"config.json": b"{}"}
    assert "holds no tokenizer" in ask("owner/plain", hub, tmp_path)
    Hub.gated = True
    assert "accept its terms" in ask("owner/plain", hub, tmp_path)


def test_nobody_listens(tmp_path):
    assert ask("owner/plain", "http://127.0.0.1:9", tmp_path).startswith("Unavailable")


def test_a_name_that_no_repository_can_have_is_one_line():
    with pytest.raises(Unavailable) as caught:
        ex.tokenizer("왕/NNG")
    assert caught.value.code == "tokenizers.no_such_repository"
