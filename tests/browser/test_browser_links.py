"""Links that never lie: what one browser shows, a fresh one shows as well, and nothing that was typed or answered is lost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from dashboards.app.application import VIEWS


class Link(NamedTuple):
    """A link to a page.

    Attributes:
        search: what follows the page's address.
        there: what is there once it is answered.
        change: what a person then types, and where.
        same: what shows it, where that is no card that can be taken along.
    """

    search: str
    there: str
    change: tuple[str, str] | None = None
    same: str = ""


TEXTS = "text,label\n참 재미있다,좋음\n돈이 아깝다,나쁨"
LINKS = {
    "/": Link("", ".home-ranked li", same=".home-answers"),
    "/word": Link("/" + quote("먹었다") + "?n=5&corpus=sample", "#word-kwic .word-kwic"),
    "/similarity": Link("?word=" + quote("먹었다"), "#similarity-neighbours table", ("#similarity-word", "바다")),
    "/analogy": Link("?n=5", "#analogy-answer table", ("#analogy-expression", "도쿄 − 일본 + 한국")),
    "/why": Link("?a=" + quote("남자") + "&b=" + quote("여자"), "#why-answer table", ("#why-b", "아버지")),
    "/versus": Link("?model=word2vec&b=glove&word=" + quote("사과"), "#versus-lists table", ("#versus-word", "바다")),
    "/map": Link("?words=1000&word=" + quote("학교"), "#map-panel table", ("#map-find", "ㅎㄱ")),
    "/tokens": Link("?t=eojeol,jamo", "#tokens-grid [data-token]", ("#tokens-text", "나는 학교에 갔다")),
    "/bench": Link("?t=eojeol,syllable&n=10000&run=1", "#bench-table table"),
    "/sentences": Link("?q=" + quote("비가 온다."), "#sentences-heat .main-svg", ("#sentences-query", "밥을 먹었다.")),
    "/documents": Link("?method=pca&find=" + quote("학교에서"), "#documents-telling table", ("#documents-find", "바다에서")),
    "/context": Link("?word=" + quote("눈"), "#context-heat .main-svg"),
    "/senses": Link("?word=" + quote("눈") + "&k=2", "#senses-columns .senses-card"),
    "/inside": Link("?unit=eojeol", "#inside-attention .main-svg"),
    "/layers": Link("?model=mini", "#layers-chart .point"),
    "/corpora": Link("?corpus=sample&sort=left&word=" + quote("바람"), "#corpora-near table", ("#corpora-word", "바다")),
    "/train": Link("?what=tokenizer&vocab=4000", "#train-vocab", ("#train-tname", "나의-낱말"), same="#page input"),
    "/classify": Link(f"?model=mine&show=wrong&text={quote(TEXTS)}", "#classify-agreement table"),
    "/saved": Link("?kind=encoder", "#saved-list >> text=mine"),
    "/lab": Link("?lab=wiki-6mb&scored=common", "#lab-figure .main-svg"),
    "/jobs": Link("", "#jobs-ended > *", same="#page h1, #page h2"),
    "/game": Link("?seed=" + quote("우리반") + "&model=word2vec", "#game-board .empty", same="#game-title, #game-seed"),
    "/glossary": Link("?term=tsne", ".glossary-asked", same=".glossary-asked"),
}
"""One for each page."""

ANSWERS = """() => [...document.querySelectorAll('#page .mantine-Card-root')].filter(card => card.querySelector('.takes'))
  .map(card => [...card.querySelectorAll('table, svg.main-svg text, li, .numbers, .tk-token, .word-cell, .word-form, .word-kwic')].map(e => e.textContent).join('|'))"""
SHOWN = "same => [...document.querySelectorAll(same)].map(e => e.value || e.textContent)"


DRAWN = """() => !window.asking && !document.querySelector('#page [data-dash-is-loading=true]')
  && [...document.querySelectorAll('#page .dash-graph')].every(graph => !graph.offsetParent || graph.querySelector('.main-svg'))"""


def settled(page, there, same="", wanted=None):
    """What a page shows once all of it is there; or once it shows what is wanted, however slowly its pictures are drawn."""
    page.wait_for_selector(there)
    page.wait_for_load_state("networkidle")
    before = None
    for _ in range(120):  # pictures are drawn after their data came
        page.wait_for_timeout(500)
        now = page.evaluate(SHOWN, same) if same else page.evaluate(ANSWERS)
        if any(now) and (now == before and page.evaluate(DRAWN) if wanted is None else now == wanted):
            return now
        before = now
    if wanted is not None:
        return before
    raise AssertionError("the page does not come to rest")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.PATH)
def test_a_link_gives_the_same_answers_in_a_fresh_browser(visit, view, request):
    """On every page that there is, and without a word of the browser: nothing fails, and no script does what the policy forbids."""
    search, there, change, same = LINKS[view.PATH]
    if view.PATH in ("/classify", "/saved"):  # the address names it, and nothing is saved before somebody has trained something
        request.getfixturevalue("a_classifier")
    page = visit(view.PATH + search)
    settled(page, there, same)
    if change:
        page.fill(*change)
        page.press(change[0], "Enter" if view.PATH != "/tokens" else "End")
        page.wait_for_function(f"() => decodeURIComponent(location.search.replaceAll('+', ' ')).includes({change[1]!r})")
    answers = settled(page, there, same)
    link = page.url
    model = view.FIELDS.get("model")
    assert ("model=" in link) == (model is not None and model.always)
    fresh = visit(link.removeprefix(page.evaluate("location.origin")))
    assert settled(fresh, there, same, answers) == answers
    assert fresh.url == link


def test_text_is_no_code_on_any_page(visit):
    """The policy is in force, and a script that breaks it is a complaint of the browser, which no other test forgives."""
    page = visit("/similarity")
    tried = """() => new Promise((done) => setTimeout(() => {
      const tried = [() => eval("1"), () => new Function("return 1")()];
      done(tried.map((one) => { try { return one() } catch (error) { return error.name } }));
    }))"""  # later, because what the test itself evaluates may do so
    assert page.evaluate(tried) == ["EvalError", "EvalError"]
    said: list[str] = []
    for _ in range(60):  # the browser tells it when it comes to it
        page.wait_for_timeout(500)
        said += visit.forgive("Content Security Policy")
        if any("against the policy" in one for one in said):
            break
    page.wait_for_timeout(500)
    said += visit.forgive("Content Security Policy")
    assert any("against the policy" in one for one in said), said


def test_the_last_model_of_a_browser_does_not_answer_a_link(visit):
    page = visit("/similarity?word=" + quote("사랑") + "&model=word2vec")
    settled(page, "#similarity-neighbours table")
    page.goto(page.evaluate("location.origin") + "/similarity?word=" + quote("사랑"))
    page.wait_for_function("() => location.search.includes('model=korean')")
    assert page.input_value("#model").startswith("한국어")


def test_what_was_typed_stays_over_languages_and_pages(visit):
    page = visit("/similarity")
    settled(page, "#similarity-neighbours table")
    page.fill("#similarity-a", "커피")  # typed, not asked
    page.click("#language >> text=English")
    page.wait_for_selector("text=How near are words?")
    page.wait_for_function("() => document.querySelector('#similarity-a').value === '커피'")
    page.fill("#similarity-word", "바다")
    page.press("#similarity-word", "Enter")
    page.wait_for_function("() => decodeURIComponent(location.search).includes('word=바다')")
    page.click("nav a[href='/analogy']")
    page.wait_for_selector("#analogy-expression")
    page.click("nav a[href='/similarity']")
    page.wait_for_function("() => (document.querySelector('#similarity-word') || {}).value === '바다'")
    page.wait_for_function("() => document.querySelector('#similarity-a').value === '커피'")
    page.go_back()
    page.wait_for_selector("#analogy-answer table")


def test_an_answer_is_taken_along(visit):
    page = visit("/similarity?model=korean&words=" + quote("왕,여왕,사과"))
    settled(page, "#similarity-heat .main-svg")
    card = page.locator(".mantine-Card-root", has=page.locator("#similarity-neighbours"))
    with page.expect_download() as saved:
        card.locator(".as-csv").click()
    table = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    assert table.startswith("word,key,score,count") and "강아지" not in table.splitlines()[0]
    for kind, marker in (("as-svg", b"<svg"), ("as-png", b"\x89PNG")):
        for place in (card, page.locator(".mantine-Card-root", has=page.locator("#similarity-heat"))):
            with page.expect_download() as saved:
                place.locator(f".{kind}").click()
            content = Path(saved.value.path()).read_bytes()
            assert content.startswith(marker) and len(content) > 2000
            if kind == "as-svg":
                assert re.search("[가-힣]{2}", content.decode("utf-8"))
    card.locator(".as-python").click()
    page.wait_for_selector("#python-lines >> text=v.similar(")
    page.keyboard.press("Escape")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.locator(".copy-link").click()
    page.wait_for_selector("#notice >> text=링크를 복사했습니다")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_server_that_does_not_answer_is_said_and_comes_back(visit):
    page = visit("/similarity")
    settled(page, "#similarity-neighbours table")
    page.route("**/*", lambda route: route.fulfill(status=503, body=""))
    page.fill("#similarity-word", "바다")
    page.press("#similarity-word", "Enter")
    page.wait_for_selector(".unanswered >> text=서버가 응답하지 않습니다")
    assert float(page.evaluate("getComputedStyle(document.querySelector('#page')).opacity")) < 1
    page.unroute("**/*")
    page.wait_for_selector(".unanswered", state="hidden")
    page.wait_for_selector("#similarity-neighbours >> text=바다/NNG")
    visit.forgive("503")  # the browser writes each into its console


def test_nothing_is_asked_while_nothing_runs(visit):
    page = visit("/similarity")
    settled(page, "#similarity-neighbours table")
    page.wait_for_timeout(6000)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(8000)
    assert asked == []


def test_the_toolbar_is_korean_on_korean_pages(visit):
    page = visit("/map?words=1000")
    page.wait_for_selector("#map-tools button")
    titles = page.evaluate("[...document.querySelectorAll('#map-tools button')].map(e => e.title)")
    assert "전체 보기" in titles and all(re.search("[가-힣]", title) for title in titles)
    unnamed = "[...document.querySelectorAll('#page button, #page [role=slider]')].filter(e => !e.textContent.trim() && !e.getAttribute('aria-label') && !e.closest('[aria-hidden=true]')).length"
    assert page.evaluate(unnamed) == 0
