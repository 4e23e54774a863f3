"""The analogy page: readings to choose, every model with the rank of an expected answer, relations from examples, honest bars."""

from __future__ import annotations

import json

import pytest
from test_dashboards_similarity import parts, wide  # noqa: F401

from dashboards.app.taking import values_at
from dashboards.kit import examples
from dashboards.kit.i18n import Text
from dashboards.pages.analogy import page as view
from dashboards.pages.analogy.answers import answers_card, term_list
from explorer.vectors.senses import Sense, SenseTable
from explorer.vectors.vectors import Vectors


def as_text(component):
    from plotly.utils import PlotlyJSONEncoder

    return json.dumps(json.loads(json.dumps(component, cls=PlotlyJSONEncoder)), ensure_ascii=False)


def answered(page, output, expression, until, **more):
    return page.settled(output, {"analogy-asked.data": expression, "model.value": "small"} | more, lambda text: until in text)


def test_every_model_answers_with_the_rank_of_the_expected_answer(page, wide):  # noqa: F811
    asked = {"analogy-wanted-asked.data": "배", "analogy-also.value": ["wide", "small", "nosuch"]}
    asked |= {"analogy-asked.data": "왕 − 남자 + 여자", "model.value": "small"}
    found = page.settled("analogy-models.children", asked, lambda text: "first-answers" in text and "Skeleton" not in text)
    assert len(list(parts(found, className="table-scroll"))) == 1
    assert "‘배’의 순위" in found and found.count("first-answers") == 1
    assert "‘남자’의 벡터가 없습니다" in found and "라는 모델은" in found
    rank = [part["children"] for part in parts(found, className="rank")]
    assert rank and rank[0].endswith("위") and int(rank[0][:-1]) > 1
    first = answered(page, "analogy-models.children", "왕 − 남자 + 여자", "rank-first", **{"analogy-wanted-asked.data": "여왕"})
    assert "is-expected" in first
    none = answered(page, "analogy-models.children", "왕 − 남자 + 여자", "first-answers")
    assert "순위도 보입니다" in none and "의 순위" not in none.replace("순위도", "")
    assert answered(page, "analogy-models.children", "왕 −", "null") == '{"analogy-models": {"children": null}}'


def test_the_expected_answer_is_shown_where_it_stands(app, small):
    t = Text("ko")
    found = small.analogy("왕 − 남자 + 여자", n=3, expected="에서")
    shown = as_text(answers_card(t, found, [], "small", "3cosadd"))
    assert f'"{found.expected.rank}"' in shown and shown.count("score-number") == 4 and "기대한 답" in shown
    within = as_text(answers_card(t, small.analogy("왕 − 남자 + 여자", n=3, expected="여왕"), [], "small", "3cosadd"))
    assert within.count("score-number") == 3 and "기대한 답" in within
    for word, said in (("뷁뷁", "모르는 단어: 뷁뷁"), ("남자", "답에서 뺀 단어")):
        assert said in as_text(answers_card(t, small.analogy("왕 − 남자 + 여자", expected=word), [], "small", "3cosadd"))


def widths(shown):
    return [float(part["style"]["width"][:-1]) for part in parts(shown, className="score-fill")]


def test_bars_of_products_differ_and_say_their_scale(app, small):
    t = Text("ko")
    add, mul = (
        as_text(answers_card(t, small.analogy("왕 − 남자 + 여자", method, 5), [], "small", method))
        for method in ("3cosadd", "3cosmul")
    )
    scores = [one.score for one in small.analogy("왕 − 남자 + 여자", "3cosmul", 5)]
    assert max(widths(mul)) == 100 and min(widths(mul)) == pytest.approx(25, abs=0.2)
    assert "막대 눈금: " in mul and f"–{scores[0]:.3f}" in mul and "막대 눈금" not in add


def test_readings_and_senses_are_links_to_the_same_question(app):
    rows = [[1, 1, 0], [1, 0.2, 0], [0.1, 1, 0], [0.5, -1, 1], [0, 0, 1]]
    senses = SenseTable(
        [Sense("배/NNG#1", 0.7, ("바다/NNG",), 70), Sense("배/NNG#2", 0.3, ("사과/NNG",), 30)], [[1, 0, 0], [0, 1, 0]]
    )
    v = Vectors(["배/NNG", "배/NNB", "바다/NNG", "사과/NNG", "K-팝/NNP"], rows, senses=senses)
    shown = as_text(term_list(Text("ko"), v, v.analogy("배 − 바다 + 사과"), lambda other: f"<{other}>"))
    assert "<배/NNB − 바다 + 사과>" in shown and "<배/NNG#1 − 바다 + 사과>" in shown and "배#1 · 바다" in shown
    assert "배/NNB 의존 명사" in shown and shown.count("다른 풀이:") == 1
    chosen = as_text(term_list(Text("ko"), v, v.analogy("사과 − 배#1 + 바다"), lambda other: f"<{other}>"))
    assert "<사과 − 배/NNG#2 + 바다>" in chosen and "<사과 − 배/NNG + 바다>" in chosen


def test_examples_are_found_from_the_others(page):
    expression = "왕 : ? = 남자 : 여자, 아버지 : 어머니, 뷁뷁 : 배"
    found = answered(page, "analogy-examples.children", expression, "hit")
    assert "2개 가운데 2개를 맞혔습니다" in found and "뺀 예의 단어: 뷁뷁" in found and "예가 모자람" in found
    assert answered(page, "analogy-examples.children", "왕 : ? = 남자 : 여자", "null").endswith('"children": null}}')


def test_the_picture_says_angles_lengths_and_shares(page):
    found = answered(page, "analogy-picture.children", "왕 − 남자 + 여자", "analogy-plane")
    assert "‘남자 → 여자’ 화살표와 ‘왕 → 여왕’ 화살표가 이루는 각은" in found and "이 평면 안에 있습니다" in found
    mean = answered(page, "analogy-picture.children", "왕 : ? = 남자 : 여자, 아버지 : 어머니", "analogy-plane")
    assert "앞 단어 평균 → 뒤 단어 평균" in mean
    assert "꼴의 식이나 비례식일 때" in answered(page, "analogy-picture.children", "왕 + 여자", "꼴의")


def test_a_new_question_lets_go_of_the_answer_expected_of_the_old_one():
    first, second = examples.ANALOGIES[:2]
    assert view.ask(second, examples.EXPECTED[first], first, examples.EXPECTED[first])[1:] == ("서울", "서울")
    assert view.ask("왕 − 남자 + 여자", "할머니", first, "할머니")[1:] == ("", "")
    assert view.ask(first, "고모", first, "할머니")[:2] == (first, "고모")
    assert view.ask("왕 − 남자 + 여자", "왕비", first, "할머니")[:2] == ("왕 − 남자 + 여자", "왕비")


def test_old_links_are_read_and_the_address_names_every_model(app):
    with app.server.test_request_context():
        old = view.completed(values_at(view, "?q=소년 − 남자 %2B 여자&n=5&all=1&script=any&model=kiwi"))
        assert old["expected"] == "소녀" and old["also"] == ["korean", "word2vec", "glove"] and old["all"] and old["n"] == "5"
        assert view.completed(values_at(view, "?q=왕 − 남자 %2B 여자&also=&expected="))["also"] == []
        written = view.address("왕 − 남자 + 여자", "", "10", False, "hangul", "small", [])
        again = values_at(view, written)
        assert (again["expected"], again["also"], again["model"]) == ("", [], "small")


def test_an_unknown_word_is_pointed_at_and_others_are_links(page):
    found = answered(page, "analogy-answer.children", "왕 − 대학굣 + 여자", "caret")
    assert "/analogy?q=" in found and '"대학교"' in found
