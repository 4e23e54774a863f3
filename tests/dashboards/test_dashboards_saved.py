"""What is saved: the list, what is known of one thing, removing after a question, and files of every kind brought in."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from dashboards.app.state import model_names, state
from dashboards.kit.ids import coded
from dashboards.kit.upload import keep, waiting
from dashboards.pages.saved.importing import make, name_of, start
from explorer.core.errors import BadInput, ExplorerError
from explorer.core.saved import saved, saved_one
from explorer.core.store import list_artifacts
from explorer.static.load import load
from explorer.tokenizers.loading import shipped_tokenizers, tokenizer
from explorer.vectors.files.formats import FORMATS, write_vectors

WRITTEN = [name for name in FORMATS if name != "gensim"]
FILES = {
    "word2vec-text": "mine.vec",
    "word2vec-binary": "mine.bin",
    "glove": "mine.glove",
    "npy": "mine.npy",
    "projector": "mine.tsv",
    "fasttext-binary": "cc.ko.8.bin",
    "safetensors": "mine.safetensors",
    "parquet": "mine.parquet",
}


def given(*paths):
    return [keep(path.name, [path.read_bytes()]).id for path in paths]


def imported(what, ids, name="brought"):
    return make({"what": what, "given": ids, "name": name}, lambda step: None)


@pytest.mark.parametrize("kind", WRITTEN)
def test_vectors_of_every_format_are_brought_in(home, small, tmp_path, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    written = write_vectors(small, tmp_path / FILES[kind], format=kind)
    ids = given(*written)
    made = imported("vectors", ids)
    assert made["keys"] == len(small) and made["format"] == kind
    v = load("brought")
    assert [key.partition("/")[0] for key in v.keys] == [key.partition("/")[0] for key in small.keys]
    np.testing.assert_allclose(v.vectors, small.vectors, atol=1e-5)
    with pytest.raises(BadInput):
        waiting(ids[0])


def test_gensim_files_of_several_parts_are_brought_in(home, small, tmp_path):
    from gensim.models import KeyedVectors

    model = KeyedVectors(small.dim)
    model.add_vectors(list(small.keys), small.vectors)
    model.save(str(tmp_path / "mine.kv"), sep_limit=1)
    paths = sorted(tmp_path.iterdir())
    assert len(paths) > 1
    assert imported("vectors", given(*paths))["keys"] == len(small)


def test_files_called_alike_do_not_write_over_each_other(home, small, tmp_path):
    written = write_vectors(small, tmp_path / "mine.npy")
    first, second = keep("가?나.npy", [written[0].read_bytes()]), keep("가!나.npy", [b"x" * 9])
    before = first.path.read_bytes()
    with pytest.raises(ExplorerError):
        imported("vectors", [first.id, second.id])
    assert first.path.read_bytes() == before and second.path.read_bytes() == b"x" * 9


def test_what_had_to_be_mended_is_said_in_the_language_of_the_page(home):
    from dashboards.kit.i18n import Text
    from dashboards.pages.saved.shown import told

    text = "4 2\n왕 1 0\n왕 0 1\n\u1112\u1161\u11a8\u1109\u1162\u11bc 1 1\n빈말 0 0\n"
    made = imported("vectors", [keep("작은.vec", [text.encode()]).id])
    made = json.loads(json.dumps(made))  # as it comes from the process that did it
    korean, english = (" ".join(one.children for one in told(Text(name), made).children) for name in ("ko", "en"))
    assert (
        "NFC가 아닌 키 1개" in korean and "겹치는 키 1개" in korean and "벡터 1개는 모든 값이 0" in korean and "빈말" in korean
    )
    assert "1 keys were not NFC" in english and "1 vectors are all zero and are like nothing: 빈말" in english
    assert all(isinstance(one, str) for one in load("brought").info["warnings"])


@pytest.mark.parametrize("what", ["vectors", "tokenizer"])
def test_an_import_whose_server_was_killed_is_done_again(home, small, tmp_path, what):
    path = (
        write_vectors(small, tmp_path / "mine.vec")[0]
        if what == "vectors"
        else shipped_tokenizers()["ko-unigram-32k"] / "tokenizer.model"
    )
    ids = given(path)
    first = imported(what, ids)
    again = imported(what, ids)  # killed before it could say that it had ended
    assert {**first, "warnings": []} == again
    assert not list((home / "cache" / "imports").iterdir())
    with pytest.raises(BadInput):  # other files of this name are no second try
        imported(what, given(path))
    assert "uploads" not in json.dumps(as_shown(what))


def as_shown(what):
    from dash.development.base_component import Component

    from dashboards.kit.i18n import Text
    from dashboards.pages.saved.shown import facts_card

    def plain(part):
        return part.to_plotly_json() if isinstance(part, Component) else str(part)

    return json.dumps(facts_card(Text("en"), saved_one(what, "brought")), default=plain)


@pytest.mark.parametrize(
    ("folder", "file"),
    [("ko-unigram-32k", "tokenizer.model"), ("ko-wordpiece-32k", "vocab.txt"), ("ko-bytebpe-32k", "tokenizer.json")],
)
def test_tokenizers_are_brought_in(home, folder, file):
    made = imported("tokenizer", given(shipped_tokenizers()[folder] / file))
    assert made["keys"] == 32_000
    text = "나는 학교에 갔다 ㅋㅋㅋ"
    assert [t.surface for t in tokenizer("brought").tokenize(text)] == [t.surface for t in tokenizer(folder).tokenize(text)]
    assert saved_one("tokenizer", "brought").provenance["imported"] == file


@pytest.mark.parametrize("what", ["vectors", "tokenizer"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.vec", b"2 2\n\xec\x99\x95 1"),
        ("a.model", b"\x00\x01\x02"),
        ("../../evil.json", b"{}"),
        ("a.txt", "그냥 글입니다.\n".encode()),
        ("a.bin", b"\x80\x04cos\nsystem\n(S'true'\ntR."),
        ("a.zip", b"PK\x03\x04" + bytes(100)),
        (".", b"x"),
    ],
)
def test_what_is_no_such_file_is_refused_in_one_line_and_nothing_is_listed(home, what, name, content):
    ids = [keep(name, [content]).id]
    try:
        imported(what, ids)
    except ExplorerError as error:
        assert "\n" not in error.said("ko").strip()
        assert not list_artifacts("vectors") and not list_artifacts("tokenizer")
        assert waiting(ids[0]), "it may be tried again as something else"
    else:  # any text of several lines is a vocabulary
        assert what == "tokenizer" and name == "a.txt"
    assert not list((home / "cache" / "imports").iterdir())
    assert not (home.parent / "evil.json").exists()


def test_what_cannot_be_begun_is_refused(served, app, tmp_path):
    with pytest.raises(BadInput):
        start("vectors", [], "mine")
    [one] = given(Path(write_vectors(load("small"), tmp_path / "small.vec")[0]))
    for name in ("small", "", "a/b"):  # taken, taken by the file's own name, none
        with pytest.raises(BadInput):
            start("vectors", [one], name)
    with pytest.raises(BadInput):
        start("vectors", ["0" * 32], "mine")
    with pytest.raises(BadInput) as many:
        start("vectors", [one] * 13, "mine")
    assert many.value.code == "dashboards.too_many_files"
    assert not state().jobs.mine()


def test_names_are_made_of_files():
    assert name_of("한국어 위키.vec.gz") == "한국어-위키"
    assert name_of("\u1112\u1161\u11ab.bin") == "한"
    assert name_of("../..") == ""


def test_the_page_lists_shows_asks_and_removes(page):
    shown = json.dumps(page.call("saved-list.children", {"saved-kind.value": "all"}), ensure_ascii=False)
    assert "small" in shown and "단어 16개 · 13차원" in shown and "made by hand" in shown and "/similarity?model=small" in shown
    assert "small" not in json.dumps(page.call("saved-list.children", {"saved-kind.value": "corpus"}))
    card = json.dumps(page.call("saved-list.children", {"saved-kind.value": "all", "saved-open.data": "vectors/small"}))
    assert "made by hand" in card and "saved-fact" in card
    assert "/train?run=small" in card and "epoch" not in card.replace("/train?run=small", "")
    lost = page.call("saved-list.children", {"saved-kind.value": "all", "saved-open.data": "vectors/none"})
    assert "problem" in json.dumps(lost)
    pressed = page.press(
        "..saved-open.data...saved-doomed.data..",
        {"do": "ask", "kind": "vectors", "name": coded("small"), "type": "saved-do"},
        {},
    )
    assert pressed["saved-doomed"]["data"] == "vectors/small"
    asked = page.call("saved-modal.opened", {"saved-doomed.data": "vectors/small"})
    assert asked["saved-modal"]["opened"] is True and "small" in model_names()
    gone = page.call(
        "saved-gone.children", {"saved-doomed.data": "vectors/small", "saved-yes.n_clicks": 1}, "saved-yes.n_clicks"
    )
    assert "지웠습니다" in json.dumps(gone, ensure_ascii=False)
    again = page.call("saved-gone.children", {"saved-doomed.data": None, "saved-yes.n_clicks": 2}, "saved-yes.n_clicks")
    assert again == {}  # a second press says nothing of a thing without a name
    assert "small" not in model_names() and saved() == []


def test_a_file_is_brought_in_over_the_page(page, tmp_path):
    [path] = write_vectors(load("small"), tmp_path / "다른 이름.vec")
    sent = page.client.post(
        "/upload", data=path.read_bytes(), headers={"X-File-Name": "%EB%8B%A4%EB%A5%B8%20%EC%9D%B4%EB%A6%84.vec"}
    )
    listed = page.call("saved-given.data", {"saved-box-uploaded.data": sent.json})["saved-given"]["data"]
    many = page.call("saved-files.children", {"saved-given.data": [{"name": f"{n}.npy"} for n in range(13)]})
    assert "12개까지" in json.dumps(many, ensure_ascii=False)
    values = {"saved-go.n_clicks": 1, "saved-what.value": "vectors", "saved-given.data": listed}
    taken = page.call("saved-job.data", values | {"saved-as.value": "small"}, "saved-go.n_clicks")
    assert "다른 이름을 지으세요" in json.dumps(taken, ensure_ascii=False) and "--force" not in json.dumps(taken)
    assert page.call("saved-job.data", values, "saved-go.n_clicks")["saved-job"]["data"]
    end = time.monotonic() + 60
    while "다른-이름" not in model_names() and time.monotonic() < end:
        time.sleep(0.1)
    assert len(load("다른-이름")) == 16
