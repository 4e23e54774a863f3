"""Several words and models at once, lists that fold, a matrix that an unknown word does not delete, and every model's analogy."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from test_browser_links import settled

LINKS = {
    "words": (
        "/similarity?word=" + quote("사랑,우정") + "&also=word2vec&least=50&order=typed&n=20",
        ".beside:nth-of-type(2) .beside-column:nth-child(2) li",
    ),
    "relation": (
        "/analogy?q=" + quote("왕자 : ? = 남자 : 여자, 아들 : 딸, 오빠 : 언니") + "&also=word2vec&expected=" + quote("공주"),
        "#analogy-page:has(#analogy-examples table):has(#analogy-models tr:nth-child(2) .first-answers):has(#analogy-answer table):has(#analogy-plane .main-svg)",
    ),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_link_to_several_gives_the_same_answers_in_a_fresh_browser(visit, name):
    path, there = LINKS[name]
    page = visit(path)
    answers = settled(page, there)
    link = page.url
    fresh = visit(link.removeprefix(page.evaluate("location.origin")))
    assert settled(fresh, there, wanted=answers) == answers and fresh.url == link


def asked(page, part):
    page.wait_for_function(f"() => decodeURIComponent(location.search.replaceAll('+', ' ')).includes({part!r})")


def test_words_and_models_side_by_side(visit):
    page = visit("/similarity?also=word2vec")
    page.wait_for_selector(".beside-column >> nth=1 >> li")
    page.fill("#similarity-word", "강아지, 고양이")
    page.press("#similarity-word", "Enter")
    page.wait_for_selector(".beside >> nth=1 >> li")
    asked(page, "word=강아지,고양이")
    assert page.locator(".beside-column").count() == 4 and page.locator(".word.is-shared").count() > 3
    page.fill("#similarity-least", "3000")
    asked(page, "least=3000")
    page.wait_for_function("() => !document.querySelector('#similarity-neighbours').textContent.includes('반려견')")
    page.click(".beside-column a.word >> nth=0")
    page.wait_for_function("() => location.pathname.startsWith('/word')")


def test_a_hundred_neighbours_leave_the_other_tools_in_reach(visit):
    page = visit("/similarity?n=100")
    page.wait_for_selector("#similarity-neighbours table")
    page.wait_for_selector("#similarity-heat .main-svg")
    assert page.evaluate("document.documentElement.scrollHeight") < 2600
    card = page.locator(".mantine-Card-root", has=page.locator("#similarity-neighbours"))
    with page.expect_download() as saved:
        card.locator(".as-csv").click()
    assert len(Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()) == 101
    folded = page.locator(".more-neighbours a.word")
    assert folded.count() == 90 and not folded.first.is_visible()
    hidden = folded.first.text_content()
    with page.expect_download() as saved:
        card.locator(".as-svg").click()
    assert f">{hidden}<" not in Path(saved.value.path()).read_text(encoding="utf-8")
    page.click(".more-neighbours summary")
    assert folded.first.is_visible()


def test_an_unknown_word_is_greyed_and_the_order_is_chosen(visit):
    page = visit("/similarity?words=" + quote("사과,버스,포도"))
    page.wait_for_selector("#similarity-heat .main-svg")
    page.fill("#similarity-list", "뷁뷁")
    page.press("#similarity-list", "Enter")
    page.wait_for_selector("#similarity-matrix >> text=모르는 단어: 뷁뷁")
    words = "[...document.querySelector('#similarity-heat .js-plotly-plot').data[0].x]"
    page.wait_for_function(f"() => {words}.length === 4")
    assert page.evaluate(words).index("뷁뷁") == 3 and page.evaluate(words).index("버스") != 1
    page.click("#similarity-order >> text=입력한 순서")
    page.wait_for_function(f"() => {words}[1] === '버스'")
    asked(page, "order=typed")


def test_every_model_answers_and_readings_are_chosen(visit):
    page = visit("/analogy")
    page.wait_for_function("() => document.querySelectorAll('#analogy-models .first-answers').length === 4")
    assert page.locator("#analogy-models .rank-first").count() == 4
    page.click("#analogy-answer .others a >> nth=0")
    asked(page, "어머니/NNP")
    page.wait_for_selector("#analogy-answer .word-badge >> text=어머니/NNP")
    page.fill("#analogy-expression", "왕자 : ? = 남자 : 여자, 아들 : 딸, 오빠 : 언니")
    page.press("#analogy-expression", "Enter")
    page.wait_for_selector("#analogy-examples .hit")
    assert page.input_value("#analogy-expected") == ""
    page.wait_for_selector("#analogy-plane .main-svg")
    page.fill("#analogy-expected", "공주")
    page.press("#analogy-expected", "Enter")
    page.wait_for_selector("#analogy-models .rank-first")
    asked(page, "expected=공주")
    with page.expect_download() as saved:
        page.locator("#analogy-models .as-csv").click()
    assert "rank" in Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()[0]
