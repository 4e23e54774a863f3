"""The similarity page: several words and models side by side, filters, lists that fold, a matrix that unknown words do not delete."""

from __future__ import annotations

import json

import numpy as np
import pytest
from test_dashboards_taking import settled

from dashboards.app.taking import values_at
from dashboards.pages.similarity import page as view
from dashboards.pages.similarity.figures import heat_map
from explorer.vectors.vectors import Vectors


@pytest.fixture
def wide(home):
    """Sixty words around one; its name."""
    random = np.random.default_rng(5)
    keys = ["왕/NNG", "여왕/NNG", *(f"낱말{place}/{'NNG' if place % 2 else 'VV'}" for place in range(58))]
    rows = np.vstack([[1, 0, 0, 0], [1, 0.1, 0, 0], random.normal(size=(58, 4)) + np.array([2, 0, 0, 0])])
    Vectors(keys, rows, np.arange(600, 0, -10), {"model": "wide"}).save("wide")
    return "wide"


def neighbours(page, asked, model="small", **more):
    values = {"similarity-asked.data": asked, "similarity-count.value": "10", "model.value": model} | more
    return page.settled("similarity-neighbours.children", values, lambda text: "준비" not in text and "Skeleton" not in text)


def parts(found, **wanted):
    waiting = [json.loads(found)]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, dict):
            if all(part.get(name) == value for name, value in wanted.items()):
                yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def test_words_and_models_stand_side_by_side(page, wide):
    found = neighbours(page, "왕, 여왕 ,왕", **{"similarity-also.value": ["wide", "small"]})
    sections = list(parts(found, className="beside"))
    assert len(sections) == 2 and len(list(parts(found, className="beside-column"))) == 4
    assert "is-shared" in found and "두 모델 이상에서 함께 나온 단어" in found
    assert "/word/" in found


def test_a_word_one_model_does_not_know_leaves_the_others_their_answer(page, wide):
    found = neighbours(page, "먹었다", **{"similarity-also.value": ["wide"]})
    assert "마시다" in found and "먹었다" in found and found.count("alert") == 1
    near = neighbours(page, "대학굣")
    assert '"대학교", "href": "/similarity?word=' in near
    lost = neighbours(page, "왕", **{"similarity-also.value": ["nosuch"]})
    assert "라는 모델은" in lost and "여왕" in lost


def test_a_long_list_folds_and_says_where_filters_act(page, wide):
    found = neighbours(page, "왕", "wide", **{"similarity-count.value": "50"})
    assert "나머지 40개 더 보기" in found and found.count("score-number") == 50
    assert (
        "조건에 맞는 단어 60개(전체 60개)에서 찾았습니다. 품사·문자·빈도 조건은 순위를 매기기 전에 적용합니다."
        in found.replace('", " ", "', " ")
    )
    few = neighbours(page, "왕", "wide", **{"similarity-tags.value": ["VV"], "similarity-least.value": 300})
    assert "더 보기" not in few and "NNG" not in few.split("score-number", 1)[1]
    assert "조건에 맞는 단어 15개(전체 60개)" in few
    typing = neighbours(page, "왕", "wide", **{"similarity-least.value": ""})
    assert "조건에 맞는 단어 60개" in typing


def test_words_over_the_limit_are_named(page):
    found = neighbours(page, ",".join("가나다라마바사아"))
    assert "단어 6개까지만 비교합니다. 뺀 단어 2개: 사, 아" in found
    words = [f"말{place}" for place in range(43)]
    found = page.settled(
        "similarity-matrix.children", {"similarity-list.value": words, "model.value": "small"}, lambda text: "alert" in text
    )
    assert "단어 40개까지만 비교합니다. 뺀 단어 3개: 말40, 말41, 말42" in found


def matrix(page, words, order="near"):
    values = {"similarity-list.value": words, "similarity-order.value": order, "model.value": "small"}
    return page.settled("similarity-matrix.children", values, lambda text: "heatmap" in text or "alert" in text)


def test_an_unknown_word_is_greyed_out_and_others_are_suggested(page):
    found = matrix(page, ["왕", "여자들뷁", "사과", "여왕", "<b>"], "typed")
    assert "모르는 단어: 여자들뷁" in found and "heatmap" in found and "&lt;b&gt;" in found
    [drawn] = [part["figure"] for part in parts(found) if "figure" in part]
    assert drawn["data"][0]["x"] == ["왕", "여자들뷁", "사과", "여왕", "&lt;b&gt;"] and len(drawn["data"]) == 2
    near = matrix(page, ["왕", "여자들뷁", "사과", "여왕", "배"])
    [drawn] = [part["figure"] for part in parts(near) if "figure" in part]
    order = drawn["data"][0]["x"]
    assert order[-1] == "여자들뷁" and abs(order.index("왕") - order.index("여왕")) == 1
    assert "벡터가 없습니다" in matrix(page, ["뷁뷁", "쀍쀍"])


def test_suggestions_lead_to_the_list_with_the_word_in_its_place(app, small):
    from dashboards.kit.i18n import Text
    from dashboards.pages.similarity.matrix import answer

    found = json.dumps(
        answer(Text("ko"), small, ["사과", "대학굣"], "near", None, lambda a, b: f"/?{a}={b}").to_plotly_json(),
        default=lambda one: one.to_plotly_json() if hasattr(one, "to_plotly_json") else str(one),
        ensure_ascii=False,
    )
    assert "/?대학굣=대학교" in found


def test_grey_cells_say_why_and_carry_no_number():
    cosines = np.array([[1, np.nan], [np.nan, np.nan]], np.float32)
    figure = heat_map(["왕", "뷁"], cosines, "dark", "코사인", {"뷁": "모르는 단어"})
    numbers, grey = figure.data
    assert np.isnan(np.array(numbers.z)[1]).all() and np.isnan(np.array(grey.z)[0, 0])
    assert not np.isnan(np.array(grey.z)[0, 1]) and grey.customdata[0][1] == "모르는 단어"
    assert "<s>뷁</s>" in figure.layout.xaxis.ticktext[1]
    assert len(heat_map(["왕"], cosines[:1, :1], None, "코사인").data) == 1


def test_the_cosines_of_a_pair_in_every_model(page, wide):
    values = {"similarity-paired.data": ["왕", "여왕"], "model.value": "small", "similarity-also.value": ["wide"]}
    found = page.settled("similarity-pair.children", values, lambda text: text.count("score-number") == 2)
    assert "wide" in found and "0.995" in found


def test_old_links_are_read_and_several_words_are_written_again(app):
    with app.server.test_request_context():
        assert values_at(view, "?word=먹었다&n=20&tags=NNG&script=any&a=왕&b=여왕&words=왕,여왕&model=kiwi") == {
            "word": ["먹었다"],
            "n": "20",
            "tags": ["NNG"],
            "script": "any",
            "least": 0,
            "a": "왕",
            "b": "여왕",
            "words": ["왕", "여왕"],
            "order": "near",
            "model": "kiwi",
            "also": [],
        }
        written = view.address("왕, 여왕", ["가", "나"], "10", [], "any", 20, ["왕"], "typed", "small", ["kiwi", "small"])
        again = values_at(view, written)
        assert (again["word"], again["least"], again["order"], again["also"]) == (["왕", "여왕"], 20, "typed", ["kiwi"])


def test_what_is_taken_along_of_several_models(served, wide, app):
    values = values_at(view, "?word=왕,여왕,뷁뷁&n=5&script=any&a=왕&b=여왕&model=small&also=wide")
    for card in ("neighbours", "pair"):
        take = view.CARDS[card]
        table, space = settled(take.frame, values), {}
        exec(take.python(values), space)
        assert table.to_dict("list") == space["answer"].to_dict("list") and len(table)
