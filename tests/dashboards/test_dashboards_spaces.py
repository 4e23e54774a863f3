"""On a server that several share each person's things are theirs: not listed, not opened, not named, not in the way for another."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from click.testing import CliRunner
from support_dashboard import small_vectors
from support_page import Opened

from dashboards.app.application import VIEWS, create_app
from dashboards.app.state import State, state, version
from dashboards.app.taking import values_at
from dashboards.kit import upload
from dashboards.kit.jobs import Jobs, NotReady
from dashboards.kit.person import COOKIE, person
from dashboards.pages.corpora import adding
from dashboards.pages.corpora.asked import counted
from dashboards.pages.train import asked as train
from explorer.cli.group import main
from explorer.core.errors import BadInput, ExplorerError, Unavailable
from explorer.core.people import give_to_all, people
from explorer.core.store import Manifest, artifact_path, is_own, list_artifacts, remove_artifact, write_manifest
from explorer.core.workspace import own_folder, workspace
from explorer.static.load import load
from explorer.tokenizers.training.train import train_tokenizer
from explorer.vectors.vectors import Vectors

TOKEN = "a-token-of-ours"
COOKIES = {"ann": "a" * 32, "ben": "b" * 32}
CORPUS, MODEL, TOKENIZER = "앤의말뭉치", "앤의벡터", "앤의토크나이저"
NAMES = (CORPUS, MODEL, TOKENIZER)
MORE = {"encoder": "앤의인코더", "lab": "앤의실험"}
"""What is listed on few pages."""
WORD = "쿼카왈라비"
TEXTS = [f"{WORD}가 학교에서 밥을 먹었다.", f"{WORD}는 서울에 간다.", "왕이 여왕에게 사과를 주었다."] * 10
KIND = {CORPUS: "corpus", MODEL: "vectors", TOKENIZER: "tokenizer"}
FIELDS = {MODEL: ("model", "b", "beside", "run"), CORPUS: ("corpus", "c", "from"), TOKENIZER: ("t",)}


def keep(texts: list[str], name: str, folder: Any) -> None:
    from corpora import library

    file = folder / f"{name}.txt"
    file.write_text("\n".join(texts), encoding="utf-8")
    library.add(file, name)


class Visitor:
    """A person's browser at a server that asks for a token."""

    def __init__(self, app: Any, name: str) -> None:
        self.app, self.name = app, name
        self.client = app.server.test_client()
        self.client.set_cookie(COOKIE, COOKIES[name])
        self.client.get(f"/?token={TOKEN}")

    @contextmanager
    def asking(self) -> Iterator[None]:
        """As if a callback of theirs were answered."""
        cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in self.client._cookies.values())
        with self.app.server.test_request_context("/", headers={"Cookie": cookies}):
            assert self.app.server.preprocess_request() is None
            yield
        assert workspace() == ""

    def opens(self, path: str, **query: str) -> Opened:
        return Opened(self.client, path, f"?{urlencode(query)}" if query else "")


@pytest.fixture
def shared(home, tmp_path) -> Iterator[Any]:
    """A server with a token, on which Ann has a corpus, a model and a tokenizer, and everybody a model."""
    small_vectors().save("everybodys")
    made = create_app(token=TOKEN)
    ann = Visitor(made, "ann")
    with ann.asking():
        keep(TEXTS, CORPUS, tmp_path)
        rows = np.random.default_rng(3).normal(size=(8, 6)).astype(np.float32)
        Vectors([f"{WORD}{one}/NNG" for one in "가나다라마바사아"], rows, np.arange(80, 0, -10)).save(MODEL)
        train_tokenizer("bpe", TEXTS, vocab_size=60, name=TOKENIZER)
        for kind, name in MORE.items():
            folder = artifact_path(kind, name)
            folder.mkdir(parents=True)
            (folder / "classifier.json").write_text("{}", encoding="utf-8")  # an encoder with it is a classifier
            write_manifest(folder, Manifest(kind, name, "made by hand"))
    yield made
    made.server.extensions["explorer"].close()


@pytest.fixture
def begun(monkeypatch) -> list[str]:
    """What would be begun, which takes long; it is refused."""
    found: list[str] = []

    def refuse(_: Any, *asked: Any, **__: Any) -> None:
        found.append(repr(asked))
        raise Unavailable("core.cancelled")

    for name in ("submit", "start"):
        monkeypatch.setattr(Jobs, name, refuse)
    return found


def test_no_page_lists_anothers_things(shared, begun):
    ann, ben = Visitor(shared, "ann"), Visitor(shared, "ben")
    listing = dict.fromkeys((*NAMES, *MORE.values()), 0)
    for view in VIEWS:
        hers, his = ann.opens(view.PATH).whole, ben.opens(view.PATH).whole
        assert [name for name in (*listing, WORD) if name in his] == [], view.PATH
        for name in listing:
            listing[name] += name in hers
    assert min(listing[name] for name in NAMES) >= 4 and min(listing.values()) >= 1, (
        listing
    )  # she sees them herself, so that there was something to see


@pytest.mark.parametrize("name", NAMES)
def test_no_address_opens_anothers_things(shared, begun, name):
    ann, ben = Visitor(shared, "ann"), Visitor(shared, "ben")
    others = [one for one in NAMES if one != name]
    asked = hers = 0
    for view in VIEWS:
        query = {field: name for field in FIELDS[name] if field in view.FIELDS}
        query |= {"run": "1"} if "run" in view.FIELDS and view.PATH != "/train" else {}
        query |= {"open": f"{KIND[name]}/{name}"} if "open" in view.FIELDS else {}
        if not query:
            continue
        asked += 1
        begun.clear()
        opened = ben.opens(view.PATH, **query)
        assert [one for one in (*others, WORD) if one in opened.whole] == [], view.PATH
        assert [one for one in begun if name in one] == [], view.PATH
        begun.clear()
        opened = ann.opens(view.PATH, **query)
        hers += WORD in opened.whole or any(name in one for one in begun)
    assert asked >= hers >= 2  # where she gets an answer he gets none


@pytest.mark.parametrize("name", NAMES)
def test_no_table_of_anothers_things_is_taken_along(shared, begun, name):
    """The one button that answers without a page: whatever address comes with it."""
    ben, taken = Visitor(shared, "ben"), 0
    for view in VIEWS:
        query = {field: name for field in FIELDS[name] if field in view.FIELDS}
        query |= {"open": f"{KIND[name]}/{name}"} if "open" in view.FIELDS else {}
        if not query:
            continue
        values = values_at(view, f"?{urlencode(query)}")
        for card in getattr(view, "CARDS", {}).values():
            with ben.asking():
                try:
                    table = card.frame(values)
                except (ExplorerError, KeyError) as error:
                    assert not [one for one in (*NAMES, WORD) if one in str(error) and one != name]
                else:
                    assert WORD not in table.to_csv() and not [one for one in NAMES if one in table.to_csv() and one != name]
            taken += 1
    assert taken > 3 and [one for one in begun if name in one] == []


def test_a_name_that_somebody_else_has_is_free(shared, tmp_path):
    ann, ben = Visitor(shared, "ann"), Visitor(shared, "ben")
    with ben.asking():
        assert adding.name_for(f"{CORPUS}.txt") == CORPUS
        keep(["바다가 푸르다."] * 5, CORPUS, tmp_path)
        his = version(CORPUS, "corpus"), counted_by(CORPUS)
    with ann.asking():
        hers = version(CORPUS, "corpus"), counted_by(CORPUS)
        assert adding.name_for(f"{CORPUS}.txt") == f"{CORPUS}-2"
    assert his[0] != hers[0]
    assert (his[1].documents, hers[1].documents) == (5, 30)
    assert WORD in repr(hers[1].top) and WORD not in repr(his[1].top)


def counted_by(name: str) -> Any:
    end = time.monotonic() + 120
    while True:
        try:
            return counted(name)
        except NotReady as wait:
            assert wait.job.wait(max(0.0, end - time.monotonic()))


def test_nobody_removes_or_renames_what_is_anothers_or_everybodys(shared, tmp_path):
    ann, ben = Visitor(shared, "ann"), Visitor(shared, "ben")
    keep(["바다가 푸르다."] * 5, "commons", tmp_path)
    with ben.asking():
        assert list_artifacts("corpus").keys() == {"commons"} and list_artifacts("vectors").keys() == {"everybodys"}
        for name, code in (("commons", "core.for_everybody"), (CORPUS, "core.unknown")):
            for change in (adding.remove, lambda one: adding.rename(one, "else"), lambda one: remove_artifact("corpus", one)):
                with pytest.raises(ExplorerError) as refused:
                    change(name)
                assert refused.value.code == code
        with pytest.raises(BadInput, match="everybody"):
            remove_artifact("vectors", "everybodys")
    with ann.asking():
        with pytest.raises(BadInput, match="already"):  # nor does anybody take such a name
            adding.rename(CORPUS, "commons")
        assert list_artifacts("corpus").keys() == {"commons", CORPUS}
        adding.remove(CORPUS)
        assert list_artifacts("corpus").keys() == {"commons"}
    assert list_artifacts("corpus").keys() == {"commons"}
    shown = json.dumps(ben.opens("/saved").tree, ensure_ascii=False)
    assert "everybodys" in shown and "공용" in shown


def test_what_was_given_is_for_who_gave_it(shared):
    ann, ben = Visitor(shared, "ann"), Visitor(shared, "ben")
    given = ann.client.post("/upload", data=WORD.encode(), headers={"X-File-Name": "a.txt"}).json["id"]
    with ben.asking(), pytest.raises(BadInput, match="not here any more"):
        upload.waiting(given)
    with ann.asking():
        assert upload.waiting(given).name == "a.txt"


def test_equal_trainings_of_two_persons_are_two(shared, monkeypatch):
    monkeypatch.setattr(State, "work", lambda _: None)
    jobs = {}
    for name in COOKIES:
        with Visitor(shared, name).asking():
            run = train.start(train.Choice(model="word2vec"))
            assert run == "sample-word2vec"
            [own] = train.own()
            jobs[name] = own.job
            row = state().jobs.table.row(own.job)
            assert row.params["workspace"] == row.owner == person()
    assert jobs["ann"] != jobs["ben"]
    with Visitor(shared, "ben").asking():
        state().jobs.cancel(jobs["ben"])
        train.forget("sample-word2vec")
        assert train.own() == []
    with Visitor(shared, "ann").asking():
        assert [one.name for one in train.own()] == ["sample-word2vec"]


def test_nobody_keeps_more_than_one_may(shared, monkeypatch, tmp_path):
    monkeypatch.setenv("EXPLORER_PERSON_MB", "1")
    monkeypatch.setattr(State, "work", lambda _: None)
    ann, ben = Visitor(shared, "ann"), Visitor(shared, "ben")

    def give(who: Visitor, size: int) -> Any:
        return who.client.post("/upload", data=b"x" * size, headers={"X-File-Name": "a.txt"})

    assert give(ben, 900_000).status_code == 200
    refused = give(ben, 300_000)
    assert refused.status_code == 400 and "1MB" in refused.json["error"]
    assert give(ann, 300_000).status_code == 200  # his is not hers
    with ben.asking():
        (own_folder() / "more").write_bytes(b"x" * 300_000)
        with pytest.raises(BadInput, match="MB"):
            train.start(train.Choice())
        assert train.own() == []


@pytest.mark.parametrize(
    ("given", "setting", "apart"),
    [
        ({}, {}, False),
        ({"host": "127.0.0.1"}, {}, False),
        ({"token": TOKEN}, {}, True),
        ({"host": "0.0.0.0"}, {}, True),
        ({}, {"EXPLORER_HOSTS": "class.example.org"}, True),
        ({"token": TOKEN}, {"EXPLORER_TOGETHER": "1"}, False),
    ],
)
def test_where_persons_are_apart(home, monkeypatch, given, setting, apart):
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    made = create_app(**given)
    with Visitor(made, "ann").asking():
        assert workspace() == (person() if apart else "")


def test_who_runs_the_server_sees_all_gives_and_removes(shared):
    def run(*given: str) -> Any:
        return CliRunner().invoke(main, ["people", *given])

    found = json.loads(run("list", "--json").stdout)
    assert (
        sorted(one["name"] for one in found) == sorted((*NAMES, MORE["encoder"])) and len({one["person"] for one in found}) == 1
    )
    who = found[0]["person"]
    with Visitor(shared, "ann").asking():
        assert workspace() == who and who[:8] in Visitor(shared, "ann").opens("/saved").whole
    assert run("give", "vectors", MODEL, "--person", who[:6]).exit_code == 0
    assert run("give", "vectors", MODEL, "--person", who[:6]).exit_code == 1  # it is not hers any more
    with Visitor(shared, "ben").asking():
        assert {MODEL, "everybodys"} == list_artifacts("vectors").keys() and not is_own("vectors", MODEL)
    assert run("remove", who).exit_code == 0 and people() == []
    assert run("remove", who).exit_code == run("give", "x", "y", "--person", "z").exit_code == 1
    with Visitor(shared, "ann").asking():
        assert not list_artifacts("corpus") and MODEL in list_artifacts("vectors")


def test_what_everybody_has_does_not_give_way(shared):
    small_vectors().save(MODEL)
    [who] = people()
    with pytest.raises(BadInput, match="exists already"):
        give_to_all(who, "vectors", MODEL)
    with Visitor(shared, "ann").asking():  # hers comes first, for her
        assert is_own("vectors", MODEL) and WORD in load(MODEL).keys[0]
    assert WORD not in load(MODEL).keys[0]
