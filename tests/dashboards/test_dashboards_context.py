"""The context page: what may be opened, the example sentences, the figures, and the answer over HTTP with a small BERT."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support_bert import save_small_bert

from dashboards.app.state import state
from dashboards.kit import checkpoints
from dashboards.kit.i18n import Text
from dashboards.pages.context import asked as wording
from dashboards.pages.context import figures
from dashboards.pages.context import page as view
from explorer.core.errors import BadInput, Unavailable
from explorer.core.progress import Progress


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, app: Any) -> None:
    """No setting and no cache of this machine reaches a test."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("EXPLORER_BERT", raising=False)
    monkeypatch.delenv("EXPLORER_ALLOW_PATHS", raising=False)


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    return save_small_bert(tmp_path_factory.mktemp("checkpoint") / "small-bert")


# ---- what there is


@pytest.mark.parametrize("installed", [True, False])
def test_the_encoder_that_ships_is_there_at_first(home, monkeypatch, installed):
    monkeypatch.setattr(checkpoints, "is_here", lambda name: installed)
    assert checkpoints.available() == {"mini": "mini"} | ({"e5-small": "e5-small"} if installed else {})
    assert checkpoints.place_of("bert-base-multilingual-cased") is None


def test_models_are_named_by_the_setting_the_home_and_the_cache(home, tmp_path, monkeypatch):
    for folder in (tmp_path / "one" / "mine", home / "models" / "kept", home / "models" / "word2vec", home / "models" / "mine"):
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
    (home / "models" / "word2vec" / "manifest.json").write_text("{}")  # vectors, no checkpoint
    for name, kind, weights in (
        ("klue--bert-base", "bert", "model.safetensors"),
        ("gpt2", "gpt2", "model.safetensors"),
        ("old--bert", "bert", "x.bin"),
    ):
        snapshot = tmp_path / "hub" / f"models--{name}" / "snapshots" / "0123"
        snapshot.mkdir(parents=True)
        (snapshot / "config.json").write_text(json.dumps({"model_type": kind}))
        (snapshot / weights).write_bytes(b"")
    monkeypatch.setenv("EXPLORER_BERT", str(tmp_path / "one" / "mine"))
    monkeypatch.setattr(checkpoints, "is_here", lambda name: False)
    found = checkpoints.available()
    assert list(found) == ["mine", "mini", "kept", "mine (2)", "klue/bert-base"]
    assert found["mine"] == str(tmp_path / "one" / "mine") and found["klue/bert-base"] == "klue/bert-base"


def test_browsers_cannot_open_paths(home, bert, monkeypatch):
    assert checkpoints.place_of(str(bert)) is None
    with pytest.raises(BadInput, match="is not one of"):
        wording.compute({"word": "배", "sentences": ["배를 탔다."], "model": str(bert)})
    monkeypatch.setenv("EXPLORER_ALLOW_PATHS", "1")
    assert checkpoints.place_of(str(bert)) == str(bert)


# ---- words and sentences


def test_examples_come_sense_by_sense_and_hold_their_word():
    for word in view.EXAMPLES:
        lines = wording.sentences_of(word)
        senses = wording.senses_of(word, lines)
        assert 4 <= len(lines) <= 12 and None not in senses and len(set(senses)) >= 2
        for language in ("ko", "en"):
            assert all((word, sense) in wording.glosses(language) for sense in senses)
    assert wording.sentences_of("없는낱말") == [] and wording.senses_of("배", ["아무 문장"]) == [None]


def test_the_text_box_is_limited():
    lines = wording.split("\n".join(f"{number} " + "가" * 1000 for number in range(100)) + "\n\n")
    assert len(lines) <= wording.MAX_SENTENCES and all(len(line) <= wording.MAX_SENTENCE for line in lines)
    assert wording.split(" 배를 탔다.\r\n배를 탔다.\n\x00\n") == ["배를 탔다."] and wording.split(None) == []


# ---- figures


def test_heat_begins_at_chance_and_holds_no_markup():
    cosines = np.array([[1, 0.9], [0.9, 1]], np.float32)
    figure = figures.heat(cosines, ["<a href=x>배</a>", "눈"], 0.7, "dark")
    [trace] = figure.data
    assert trace.zmin == pytest.approx(0.7) and trace.zmax == 1
    assert "<a" not in json.dumps(figure.to_plotly_json()["data"][0]["customdata"], default=str)
    assert figures.heat(cosines, ["a", "b"], None, "light").data[0].zmin == pytest.approx(0.9)
    many = np.eye(20, dtype=np.float32)
    assert figures.heat(many, ["x"] * 20, 0.1, None).data[0].texttemplate is None


def test_the_plane_has_a_colour_and_a_mark_for_each_sense():
    coords = np.array([[0, 0], [1, 1], [2, 0]], np.float32)
    figure = figures.plane(
        coords,
        (0.6, 0.3),
        ["ship", "pear", None],
        {"ship": "<b>배", "pear": "과일"},
        list("abc"),
        "{number}: {share:.0%}",
        "light",
    )
    assert [trace.name for trace in figure.data] == ["&lt;b&gt;배", "과일", ""]
    assert len({trace.marker.color for trace in figure.data}) == 3 and len({trace.marker.symbol for trace in figure.data}) == 3
    assert figure.layout.xaxis.title.text == "1: 60%"
    assert not figures.plane(np.zeros((0, 2)), (0, 0), [], {}, [], "", None).data


def test_the_curve_shows_the_band_of_chance_where_there_is_one():
    words = {"same": "s", "other": "o", "chance": "c", "layer": "l"}
    band = figures.layers([0.5, 0.6], [0.4, 0.5], [(0.3, 0.1, 0.5), (0.4, 0.2, 0.6)], 1, words, "light")
    assert [trace.name for trace in band.data if trace.name] == ["c", "o", "s"]
    assert [trace.name for trace in figures.layers([0.5], [None], [None], 0, words, "dark").data] == ["s"]


def test_pairs_within_and_between_senses():
    cosines = np.array([[1, 0.8, 0.2, 0.5], [0.8, 1, 0.4, 0.5], [0.2, 0.4, 1, 0.5], [0.5, 0.5, 0.5, 1]])
    same, other = figures.between(cosines, ["a", "a", "b", None])
    assert same == pytest.approx((0.8 + 0.5 * 3) / 4) and other == pytest.approx(0.3)
    assert figures.between(np.eye(1), [None]) == (None, None)


# ---- the page


def test_without_torch_the_command_is_shown(home, monkeypatch):
    monkeypatch.setattr(view, "torch_installed", lambda: False)
    drawn = str(view.layout())
    assert 'pip install "korean-explorer[bert]"' in drawn and "context-fetch'" not in drawn


def test_three_ways_to_another_model_are_shown_and_no_folder_of_the_server(home, monkeypatch):
    monkeypatch.setattr(view, "torch_installed", lambda: True)
    drawn = str(view.layout(word="눈"))
    assert "EXPLORER_BERT=" in drawn and "bert-base-multilingual-cased" in drawn and str(home) not in drawn


def test_addresses_round_trip():
    from urllib.parse import parse_qs

    from dashboards.kit.url import decode

    for lines in (["배를 탔다.", "배가 <b>고프다"], ["긴 문장입니다 " * 40] * 1, wording.sentences_of("배")):
        asked = {"word": "배", "sentences": wording.split("\n".join(lines)), "model": "small-bert", "pooling": "first"}
        values = decode(view.FIELDS, {name: parts[0] for name, parts in parse_qs(view.address(asked)[0][1:]).items()})
        assert (values["word"], values["model"], values["pooling"]) == ("배", "small-bert", "first")
        assert wording.split(values["s"] or values["z"]) == (asked["sentences"] if lines != wording.sentences_of("배") else [])


def answered(page: Any, asked: dict[str, Any]) -> dict[str, Any]:
    values = {"context-asked.data": asked, "shell-scheme.computedColorScheme": "light"}
    found = page.settled("context-done.data", values, lambda text: "job" not in text or '"role": "alert"' in text, 180)
    return json.loads(found)


def test_a_word_is_compared_across_sentences(page, home, bert, monkeypatch):
    monkeypatch.setenv("EXPLORER_BERT", str(bert))
    asked = {
        "word": "배",
        "sentences": [*wording.sentences_of("배", 6), "바다는 <b>넓다</b>."],
        "model": "small-bert",
        "pooling": "mean",
    }
    answer = answered(page, asked)
    assert answer["context-done"]["data"] == asked and answer["context-layer"]["max"] == 3
    listed = json.dumps(answer["context-found"]["children"], ensure_ascii=False)
    assert listed.count('"type": "Mark"') == 6 and "찾지 못했습니다" in listed and "사람이나 짐을" in listed

    drawn = page.call(
        "context-heat.figure", {"context-done.data": asked, "context-layer.value": 2, "context-view.value": "own"}
    )
    assert drawn["context-layer-name"]["children"] == "층 2 / 3"
    heat = drawn["context-heat"]["figure"]["data"][0]
    assert heat["type"] == "heatmap" and len(heat["x"]) == 6
    assert [trace["name"] for trace in drawn["context-layers"]["figure"]["data"] if trace.get("name")] == [
        "무작위 단어 쌍",
        "다른 뜻",
        "같은 뜻",
    ]
    centred = page.call(
        "context-heat.figure", {"context-done.data": asked, "context-layer.value": 2, "context-view.value": "centred"}
    )
    assert centred["context-heat"] != drawn["context-heat"]
    beyond = page.call("context-heat.figure", {"context-done.data": asked, "context-layer.value": 99})
    assert beyond["context-layer-name"]["children"] == "층 3 / 3"


@pytest.mark.parametrize(
    ("word", "lines", "said"),
    [
        ("자동차", ["바다는 넓다."], "든 문장이 없습니다"),
        ("배", [], "문장을 써 주세요"),
        ("", ["바다는 넓다."], "입력을 확인해 주세요"),
    ],
)
def test_what_is_missing_is_said(page, bert, monkeypatch, word, lines, said):
    monkeypatch.setenv("EXPLORER_BERT", str(bert))
    answer = answered(page, {"word": word, "sentences": lines, "model": "small-bert", "pooling": "mean"})
    assert said in json.dumps(answer["context-status"], ensure_ascii=False) and answer["context-answer"]["style"] == {
        "display": "none"
    }


def test_a_broken_checkpoint_is_one_line(page, home, tmp_path, monkeypatch):
    pytest.importorskip("torch")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text("{}")
    monkeypatch.setenv("EXPLORER_BERT", str(broken))
    answer = answered(page, {"word": "배", "sentences": ["배를 탔다."], "model": "broken", "pooling": "mean"})
    assert "가중치(model.safetensors)가 없습니다" in json.dumps(answer["context-status"], ensure_ascii=False)


def test_models_are_fetched_only_from_the_list_and_failure_is_said(home, monkeypatch):
    import explorer.encoders.open as library

    asked: list[str] = []

    def offline(name: str, **_: Any) -> None:
        asked.append(name)
        raise Unavailable("encoders.hub_unreachable", model="m")

    monkeypatch.setattr(library, "encoder", offline)
    assert view.fetched("evil/model", None)[1:] == (view.no_update,) * 5 and asked == []
    known = checkpoints.FETCHABLE[0].id
    for _ in range(100):
        told = view.fetched(known, None)
        if "연결할 수 없습니다" in str(told[0]):
            break
        time.sleep(0.1)
    assert "연결할 수 없습니다" in str(told[0]) and told[-1] is None and asked[0] == known


def test_fetching_shows_its_bytes_and_can_be_stopped(home, monkeypatch):
    import explorer.encoders.open as library

    stopped = threading.Event()

    def slow(name: str, progress: Any, **_: Any) -> None:
        try:
            while True:
                progress(Progress("fetching the model", 357_000_000, 714_000_000, "bytes", f"{name}, 714 MB"))
                time.sleep(0.02)
        finally:
            stopped.set()

    monkeypatch.setattr(library, "encoder", slow)
    told = view.fetched(checkpoints.FETCHABLE[1].id, None)
    assert "357.0 MB / 714.0 MB" in str(told[0])
    assert "모델을 내려받는 중" in str(told[0]) and "fetching" not in str(told[0])
    for job in state().jobs.running():
        job.cancel()
    assert stopped.wait(10)


def test_every_sentence_exists_in_both_languages():
    for key in ("absent", "missing", "no_torch", "no_model", "line_all", "layer_of"):
        assert Text("ko")(f"context.{key}") != Text("en")(f"context.{key}")
