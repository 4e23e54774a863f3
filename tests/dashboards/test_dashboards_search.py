"""The search of every page: where a typed word, expression or sentence leads."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from support_cost import cost
from support_dashboard import Page

from dashboards.app.application import VIEWS
from dashboards.app.search import find
from dashboards.kit import url


def ask(page, q, model="small", **more):
    end = time.monotonic() + 60
    while True:
        answer = page.client.post("/find", json={"q": q, "model": model, **more})
        assert answer.status_code == 200
        if not answer.json["pending"] or time.monotonic() > end:
            return answer.json
        time.sleep(0.1)


def led(link):
    """Path and query of a link."""
    parts = urlsplit(link["href"])
    return unquote(parts.path), {name: values[0] for name, values in parse_qs(parts.query).items()}


@pytest.mark.parametrize(
    ("typed", "path", "query", "what"),
    [
        ("여왕", "/word/여왕", {"model": "small"}, "단어"),
        ("먹었다", "/word/먹다/VV", {"model": "small"}, "활용형"),
        ("여와", "/word/여왕/NNG", {"model": "small"}, "자동 완성"),
        ("학ㄱ", "/word/학교/NNG", {"model": "small"}, "자동 완성"),
        ("ㄷㅎㄱ", "/word/대학교/NNG", {"model": "small"}, "초성"),
        ("핛교", "/word/학교/NNG", {"model": "small"}, "오타"),
        ("王", "/word/왕/NNG", {"model": "small"}, "한자"),
        ("gkrry", "/word/학교/NNG", {"model": "small"}, "영문 자판"),
        ("왕 − 남자 + 여자", "/analogy", {"model": "small", "q": "왕 − 남자 + 여자"}, "유추 풀기"),
        ("왕 : ? = 남자 : 여자", "/analogy", {"model": "small", "q": "왕 : ? = 남자 : 여자"}, "유추 풀기"),
        ("사과, 배", "/similarity", {"model": "small", "words": "사과,배"}, "유사도 비교"),
        ("왕이 여왕을 만났다.", "/tokens", {"text": "왕이 여왕을 만났다."}, "토큰으로 나누기"),
        ("뷁뷁", "/word/뷁뷁", {"model": "small"}, "단어"),
    ],
)
def test_enter_leads_to_the_right_place(page, typed, path, query, what):
    first = ask(page, typed)["go"][0]
    assert led(first) == (path, query) and first["what"] == what


def test_what_an_inflected_word_was_taken_for_is_said(page):
    assert ask(page, "먹었다")["go"][0]["text"] == "먹었다 → 먹다"


def test_a_finished_expression_is_solved_in_the_list(page):
    assert ask(page, "왕 − 남자 + 여자")["go"][0]["more"].startswith("= 여왕")
    assert ask(page, "왕 −")["go"][0]["more"] == ask(page, "왕 − 뷁뷁")["go"][0]["more"] == ""


def test_every_link_is_one_that_its_page_reads(page, app):
    """Whatever is typed, no page says that it cannot read its address."""
    views = {view.PATH: view for view in VIEWS}
    typed = [
        "왕",
        "배",
        "사과, 배",
        "왕 − 남",
        "나는 배를 먹었다.",
        "가" * 400,
        "나는 학교에 갔다. " * 50,
        "a/b",
        "..",
        "%00&q=1",
        "지도",
        "",
    ]
    for one in typed:
        found = ask(page, one)
        assert found["go"], one
        for link in [*found["go"], *found["also"]]:
            assert len(link["href"]) <= url.MAX_ADDRESS
            path, query = led(link)
            view = views["/" + path.strip("/").partition("/")[0]]
            rest = path.partition("/word/")[2]
            assert url.unread(view.FIELDS, query | ({"word": rest} if rest else {})) == [], link


def test_other_pages_are_offered(page):
    also = {link["text"]: led(link) for link in ask(page, "배")["also"]}
    assert {path for path, _ in also.values()} == {"/similarity", "/map", "/context", "/tokens"}
    assert also["배 · 유사도"] == ("/similarity", {"word": "배/NNG", "model": "small"})
    assert also["배 · 지도"] == ("/map", {"word": "배/NNG", "model": "small"})
    assert "/context" not in {led(link)[0] for link in ask(page, "왕")["also"]}
    assert ("/map", {}) in [led(link) for link in ask(page, "지도")["also"]]
    assert {led(link)[0] for link in ask(page, "나는 배를 먹었다.")["also"]} == {"/sentences", "/inside"}


def test_with_nothing_typed_there_are_examples_of_everything(page):
    found = ask(page, "")
    assert found["kind"] == "nothing" and found["also"] == []
    assert [led(link)[0].split("/")[1] for link in found["go"]] == ["word", "word", "map", "analogy", "analogy", "tokens"]


@pytest.mark.parametrize("body", [None, [], "x", {"q": 5}, {"q": None, "model": []}, {"q": "\ud800왕"}, {"q": "왕" * 300_000}])
def test_anything_may_come(page, body):
    answer = page.client.post("/find", json=body)
    assert answer.status_code == 200 and answer.json["go"]
    assert page.client.post("/find", data=b"\xff", content_type="application/json").status_code == 200
    assert page.client.get("/find").status_code != 500


def test_an_unknown_model_is_the_default_and_markup_stays_text(page):
    found = ask(page, "<img src=x onerror=alert(1)>", model="../../etc")
    assert all("<" not in link["href"] for link in found["go"]) and "model=korean" in str(found)


def test_it_speaks_the_language_of_the_page(served, app):
    assert ask(Page(app, "en"), "ㄷㅎㄱ")["go"][0]["what"] == "initials"


def test_before_the_words_are_there_the_kind_is_known(served, app, monkeypatch):
    from dashboards.app.state import State
    from dashboards.kit.jobs import Jobs, NotReady

    def wait(*_):
        raise NotReady(Jobs().start(("x",), lambda _: None, "job.warm"))

    monkeypatch.setattr(State, "completer", wait)
    views = {view.NAME.partition(".")[0]: view for view in VIEWS}
    with app.server.test_request_context():
        assert find(views, "왕 − 남자", "small")["pending"] is True
        assert [led(find(views, typed, "small")["go"][0])[0] for typed in ("왕 − 남자", "왕", "왕이 왔다.")] == [
            "/analogy",
            "/word/왕",
            "/tokens",
        ]


def test_the_search_is_on_every_page_once(page):
    for view in VIEWS:
        shown = page.call("page.children", {"_pages_location.pathname": view.PATH, "_pages_location.search": ""})
        assert str(shown).count("'id': 'search'") == 1, view.PATH
    there = shown["search-slot"]["children"]
    kept = page.call("page.children", {"_pages_location.pathname": "/map", "search-slot.children": there})
    assert "search-slot" not in kept  # what somebody types stays while pages change


def test_an_answer_takes_no_longer_than_a_frame_or_two(page):
    ask(page, "왕")
    typed = ["왕", "여", "학ㄱ", "먹었다", "ㄱ", "핛교", "왕 − 남", "rkd", "대학교에서", "뷁"]
    took = sorted(cost(lambda one=one: ask(page, one)) for one in typed)
    assert took[len(took) // 2] < 4
