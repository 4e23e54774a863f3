"""The map in notebooks, from Python: what is picked is a list, what is asked is answered as on the page."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

import explorer as ex
from dashboards.kit.i18n import Text
from dashboards.pages.map.search import find
from dashboards.widget.shown import TEXT_MOST
from explorer.analysis.region_records import Layer, Region, Regions
from explorer.core.errors import BadInput, MissingExtra

WORDS = ["학교/NNG", "한국/NNP", "학생/NNG", "바다/NNG", "사과/NNG", "먹다/VV", "가/VV", "가/VX", "\u200b<b>/NNG"]
TEXTS = [
    f"{place}에서 {thing} 먹었다 ㅋㅋㅋ <b>漢字</b> 🙂" for place in ("학교", "바다", "서울") for thing in ("사과를", "국수를")
]


@pytest.fixture(scope="module")
def v():
    return ex.Vectors(
        WORDS, np.random.default_rng(0).normal(size=(len(WORDS), 6)), counts=list(range(90, 0, -10)), info={"name": "small"}
    )


@pytest.fixture(scope="module")
def words(v):
    return ex.project(v, method="pca")


@pytest.fixture
def widget(v, words):
    return ex.map_widget(words, vectors=v, language="ko")


@pytest.fixture(scope="module")
def documents():
    return ex.map_documents([*TEXTS, "가" * 9_000], ["산"] * 6 + [""], model="word2vec", method="pca")


def test_what_the_browser_picks_is_a_list_of_keys_and_a_table(widget):
    heard = []
    widget.observe(lambda change: heard.append(change["new"]), names="selected")
    widget.set_state({"_rows": [2, 0, 2, 99, -1]})
    assert widget.selected == ["학생/NNG", "학교/NNG"] == heard[-1] and widget.rows == [2, 0]
    assert widget.to_frame()["key"].tolist() == widget.selected
    widget.set_state({"_rows": []})
    assert heard[-1] == [] and len(widget.to_frame()) == 0


def test_what_python_picks_is_told_to_the_browser(widget):
    widget.selected = ["바다", "먹다/VV", "바다/NNG"]
    assert widget.selected == ["바다/NNG", "먹다/VV"] and widget.get_state()["_rows"] == [3, 5]
    for unknown in ("우주선", "가", ""):  # the second is two words
        with pytest.raises(BadInput, match=r"지도에 없거나|not on this map"):
            widget.selected = [unknown]
    assert widget.selected == ["바다/NNG", "먹다/VV"]


def test_a_pressed_word_has_the_neighbours_of_the_vectors(widget, v):
    widget.set_state({"_row": 5})
    assert widget.chosen == "먹다/VV" and widget.get_state()["_panel"]["title"] == "먹다"
    near = [one.key for one in v.similar("먹다", 12)]
    assert [WORDS[row] for row in widget.get_state()["_near"]] == near
    widget.chosen = ""
    assert widget.get_state()["_row"] == -1 and widget.get_state()["_near"] == [] and widget.get_state()["_panel"] == {}
    widget.set_state({"_row": 1_000})
    assert widget.chosen == ""


@pytest.mark.parametrize(
    "query", ["학교에서", "ㅎㄱ", "\u1112\u1161\u11a8\u1109\u1162\u11bc", "ㅋㅋㅋ", "먹었다", "", "가" * 5_000]
)
def test_a_search_finds_what_the_page_finds(widget, v, query):
    widget.query = query
    assert widget.get_state()["_found"] == find(widget._shown.map, query, vectors=v)
    assert widget.found == [WORDS[row] for row in widget.get_state()["_found"]]


def test_colours_are_those_of_the_page_and_others_are_refused(widget, words):
    assert widget.colors == ("tag", "frequency", "trust", "script", "plain") and widget.color == "tag"
    told = widget.get_state()["_hue"]
    assert told["kind"] == "tag" and [0, Text("ko")("map.group_noun")] in [list(one) for one in told["legend"]]
    widget.color = "frequency"
    assert widget.get_state()["_hue"]["ends"] == ("드문 단어", "흔한 단어")
    with pytest.raises(BadInput, match="region"):
        widget.color = "region"
    known = Regions("small", tuple(WORDS[:4]), (Layer((Region(("학교",), ("학교/NNG",), 4, -1),), np.zeros(4, np.int32)),))
    regional = ex.map_widget(words, regions=known, color="region")
    assert regional.get_state()["_drawing"]["placed"]["layers"][0][0][0] == "학교"


def test_documents_are_found_and_read(documents):
    widget = ex.map_widget(documents, language="ko")
    assert widget.color == "label" and "script" not in widget.colors and widget.get_state()["_drawing"]["labelled"] is False
    widget.query = "학교까지"
    assert widget.found == ["1", "2"]
    widget.set_state({"_rows": [1, 3]})
    assert widget.selected == ["2", "4"] and widget.to_frame()["text"].tolist() == [TEXTS[1], TEXTS[3]]
    widget.chosen = "1"
    assert widget.get_state()["_panel"] == {"title": "문서 1 · 산", "line": TEXTS[0]}
    widget.chosen = widget._shown.map.keys[-1]
    assert len(widget.get_state()["_panel"]["line"]) <= TEXT_MOST + 1
    assert max(map(len, widget.get_state()["_drawing"]["written"]["words"])) < 100


def test_a_model_by_name_has_the_shipped_map_and_its_regions():
    widget = ex.map_widget("korean")
    assert len(widget._shown.map.keys) == 20_000 and "region" in widget.colors
    assert "n=20,000" in repr(widget)


def test_what_cannot_be_a_map_is_said_in_one_line(words, monkeypatch):
    for wrong, options, code in ((3, {}, "dashboards.no_map_of"), (words, {"seed": 1}, "dashboards.map_is_drawn"),
                                 (words, {"words": ["가"]}, "dashboards.map_is_drawn"), (words, {"color": "빨강"}, "dashboards.no_such_color")):  # fmt: skip
        with pytest.raises(BadInput) as error:
            ex.map_widget(wrong, **options)
        assert error.value.code == code
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="notebook"):
        ex.map_widget(words)
