"""The inside page: its pictures, its address, and its answers over HTTP with a small BERT and with the encoder that ships."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
from support_bert import save_small_bert

from dashboards.kit.i18n import Text
from dashboards.kit.url import decode
from dashboards.pages.inside import asked as looking
from dashboards.pages.inside import figures
from dashboards.pages.inside import page as view
from explorer.core.errors import BadInput
from explorer.encoders.inside_record import PARTS


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


# ---- figures


def test_strips_have_a_row_for_every_part_and_the_last_has_its_own_scale():
    parts = {name: np.full((3, 8), size, np.float32) for name, size in (("token", 1), ("sum", 2), ("input", 30))}
    figure = figures.strips(parts, 1, {"token": "<b>", "sum": "합", "input": "뒤"}, "dark")
    assert [trace.y for trace in figure.data] == [(0, 1), (2,)]
    assert figure.data[0].zmax == 2 and figure.data[1].zmax == 30
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b&gt;", "합", "뒤"]


def test_of_many_dimensions_an_even_choice_is_drawn():
    figure = figures.rows(np.arange(1536, dtype=np.float32).reshape(2, 768), ["가", "<i>"], "light")
    [trace] = figure.data
    assert len(trace.x) == 256 and trace.x[1] == 3 and trace.z[1][1] == 771
    assert "<i>" not in json.dumps(figure.to_plotly_json(), default=str)


def test_a_square_keeps_room_for_every_token_and_holds_no_markup():
    many = figures.square(np.eye(40), [f"<{n}>" for n in range(40)], ("a", "b"), 0, 1, "light")
    assert many.data[0].texttemplate is None and len(many.layout.xaxis.ticktext) == 40
    assert figures.square(np.eye(5), list("abcde"), ("a", "b"), 0, 1, None).data[0].texttemplate
    assert "<3>" not in json.dumps(many.to_plotly_json(), default=str)
    for count in (2, 10, 40, 128):
        size = figures.square_size(count)
        assert (
            size["minWidth"] >= 20 * count + 100 and size["height"] >= 20 * count + 100 and size["maxWidth"] >= size["minWidth"]
        )


def test_the_curve_goes_over_the_band_of_unrelated_tokens():
    words = {"here": "h", "chance": "c", "layer": "l"}
    drawn = figures.spread([0.2, 0.5], [(0.1, 0.0, 0.2), (0.3, 0.1, 0.5)], 1, words, "light")
    assert [trace.name for trace in drawn.data if trace.name] == ["c", "h"]
    assert [trace.name for trace in figures.spread([0.2], [None], 0, words, "dark").data] == ["h"]


# ---- words and addresses


def test_every_part_has_its_words():
    for language in ("ko", "en"):
        t = Text(language)
        assert all(f"inside.part_{name}" in t for name in PARTS)


@pytest.mark.parametrize(
    ("first", "second"),
    [(looking.FIRST, looking.SECOND), ("눈이 <b>내렸다", ""), ("가" * 300, "나 " * 140), ("한 문장", "긴 " * 100)],
)
def test_addresses_round_trip(first, second):
    asked = {"model": "small-bert", "first": first, "second": second.strip()}
    controls = {"layer": 2, "head": 1, "unit": "eojeol", "at": 0, "centre": True}
    where, whole = looking.address(asked, controls)
    values = decode(looking.FIELDS, {name: parts[0] for name, parts in parse_qs(where[1:]).items()})
    assert whole and looking.sentences(values) == (first, second.strip())
    assert {name: values[name] for name in ("model", *controls)} == {"model": "small-bert", **controls}


def test_what_is_as_by_default_needs_no_address_but_the_model():
    asked = {"model": "mini", "first": looking.FIRST, "second": looking.SECOND}
    assert looking.address(asked, {"layer": 99}) == ("?model=mini", True)


def test_browsers_cannot_open_paths(home, bert):
    for ask in (looking.compute, looking.guess):
        with pytest.raises(BadInput, match="is not one of"):
            ask({"model": str(bert), "first": "배", "text": "[MASK]"})


# ---- the page


def test_without_torch_the_command_is_shown(home, monkeypatch):
    monkeypatch.setattr(view, "torch_installed", lambda: False)
    assert 'pip install "korean-explorer[bert]"' in str(view.layout())


def answered(page: Any, asked: dict[str, Any]) -> dict[str, Any]:
    found = page.settled(
        "inside-done.data", {"inside-asked.data": asked}, lambda text: "job" not in text or '"role": "alert"' in text, 180
    )
    return json.loads(found)


def test_a_small_bert_is_opened_and_everything_is_drawn(page, home, bert, monkeypatch):
    monkeypatch.setenv("EXPLORER_BERT", str(bert))
    asked = {"model": "small-bert", "first": "배를 <b>타고</b> 갔다.", "second": "배가 고프다."}
    answer = answered(page, asked)
    assert answer["inside-done"]["data"] == asked and answer["inside-layer"]["max"] == 3 == answer["inside-at"]["max"]
    assert [one["value"] for one in answer["inside-head"]["data"]] == ["0", "1", "2"]
    done = {"inside-done.data": asked}

    drawn = page.call("inside-strips.figure", done | {"inside-token.data": 1, "inside-part.value": "position"})
    shown = json.dumps(drawn["inside-tokens"]["children"], ensure_ascii=False)
    assert shown.count('"type": "Button"') == len(drawn["inside-rows"]["figure"]["layout"]["yaxis"]["ticktext"])
    assert '"aria-pressed": "true"' in shown and "<b>" not in shown and "1번 토큰 배" in json.dumps(drawn, ensure_ascii=False)
    assert page.call("inside-strips.figure", done | {"inside-token.data": 10**6, "inside-part.value": "rm"})

    heat = {"inside-layer.value": 2, "inside-head.value": "1", "inside-unit.value": "eojeol"}
    drawn = page.call("inside-attention.figure", done | heat)
    assert drawn["inside-layer-name"]["children"] == "층 2 / 3"
    names = drawn["inside-attention"]["figure"]["layout"]["xaxis"]["ticktext"]
    assert names == ["[CLS]", "배를", "&lt;b&gt;타고&lt;/b&gt;", "갔다.", "[SEP]", "배가", "고프다.", "[SEP]"]
    mean = page.call("inside-attention.figure", done | heat | {"inside-head.value": "0"})
    assert mean["inside-attention"]["figure"]["data"][0]["z"] != drawn["inside-attention"]["figure"]["data"][0]["z"]
    for wrong in ({"inside-layer.value": 99}, {"inside-head.value": "x"}, {"inside-unit.value": "?"}):
        assert page.call("inside-attention.figure", done | heat | wrong)["inside-layer-name"]["children"].startswith("층")

    raw = page.call("inside-cosines.figure", done | {"inside-at.value": 0, "inside-centre.checked": False})
    assert raw["inside-at-name"]["children"] == "층 입력 / 3" and "무작위 토큰 쌍" in json.dumps(raw, ensure_ascii=False)
    moved = page.call("inside-cosines.figure", done | {"inside-at.value": 0, "inside-centre.checked": True})
    assert moved["inside-scale"] != raw["inside-scale"] and moved["inside-spread"] != raw["inside-spread"]

    written = page.call(
        "inside-address-note.children",
        {"inside-asked.data": asked, "inside-layer.value": 3, "inside-layer.max": 3, "inside-unit.value": "eojeol"},
    )
    assert "unit=eojeol" in json.dumps(written) and "layer=" not in json.dumps(written)


def test_a_word_is_hidden_and_guessed_by_the_encoder_that_ships(page, home):
    pytest.importorskip("torch")
    asked = {"model": "mini", "first": "나는 항구에 와서 배를 탔다.", "second": ""}
    assert answered(page, asked)["inside-done"]["data"] == asked
    page.settled("inside-words.children", {"inside-done.data": asked}, lambda text: "inside-hide" in text)
    answer = page.call("inside-words.children", {"inside-done.data": asked})
    assert answer["inside-guess-form"]["style"] == {}
    buttons = answer["inside-words"]["children"]
    names = [one["props"]["children"] for one in buttons]
    assert names == ["나", "는", "항구", "에", "와서", "배", "를", "탔", "다"]
    button = {"type": "inside-hide", "number": names.index("배")}
    values = {"inside-done.data": asked, "inside-guess-unit.value": "word"}
    hidden = page.press("inside-gap.value", button, values)
    assert hidden["inside-gap"]["value"] == "나는 항구에 와서 [MASK]를 탔다."
    question = hidden["inside-question"]["data"]
    found = page.settled(
        "inside-guesses.children", {"inside-question.data": question}, lambda text: '"inside-guess"' in text, 120
    )
    assert found.count('"inside-guess"') == looking.GUESSES and "alert" not in found
    missing = page.call("inside-guesses.children", {"inside-question.data": question | {"text": "가린 곳이 없다"}})
    assert "[MASK]를 넣어 주세요" in json.dumps(missing, ensure_ascii=False)


def test_a_model_without_its_head_says_so_in_its_place(page, bert, monkeypatch):
    monkeypatch.setenv("EXPLORER_BERT", str(bert))
    question = {"model": "small-bert", "text": "[MASK]를 탔다.", "unit": "word"}
    found = page.settled("inside-guesses.children", {"inside-question.data": question}, lambda text: "alert" in text, 120)
    assert '"role": "alert"' in found and 'inside-guess"' not in found
    asked = {"model": "small-bert", "first": "배를 탔다.", "second": ""}
    answered(page, asked)
    said = page.settled("inside-words.children", {"inside-done.data": asked}, lambda text: "출력층이 없" in text)
    assert "small-bert에는" in said and "inside-hide" not in said
    assert json.loads(said)["inside-guess-form"]["style"] == {"display": "none"}


def test_kiwi_goes_on(page, home):
    found = page.settled("inside-next.children", {"inside-going.data": "나는 학교"}, lambda text: '"inside-guess"' in text, 120)
    assert found.count('"inside-guess"') == looking.GUESSES and "에서" in found
    assert page.call("inside-next.children", {"inside-going.data": None})["inside-next"]["children"] is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"model": "small-bert", "first": "", "second": "배"}, "첫째 문장에 글을 써 주세요"),
        ({"model": "small-bert", "first": "가나 " * 100, "second": ""}, "128개 토큰만"),
        ({"model": "/etc/passwd", "first": "배", "second": ""}, "입력을 확인해 주세요"),
    ],
)
def test_what_is_wrong_is_said(page, bert, monkeypatch, asked, said):
    monkeypatch.setenv("EXPLORER_BERT", str(bert))
    answer = answered(page, asked)
    assert said in json.dumps(answer["inside-status"], ensure_ascii=False)
    assert answer["inside-answer"]["style"] == {"display": "none"}


def test_odd_sentences_are_shown(page, bert, monkeypatch):
    monkeypatch.setenv("EXPLORER_BERT", str(bert))
    for first in ("😀", "ㅋㅋㅋ", "漢字를 배운다", "배\u200b를 탔다", unicodedata.normalize("NFD", "배를 탔다"), "를"):
        for model in ("small-bert", "mini"):
            answer = answered(page, {"model": model, "first": first, "second": "ㅋㅋ 그래"})
            assert answer["inside-answer"]["style"] != {"display": "none"}, answer["inside-status"]
