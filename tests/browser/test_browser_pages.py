"""Every page in a real browser: it opens, answers one question, and fits."""

from __future__ import annotations

import pytest

PAGES = ["/", "/tokens", "/bench", "/similarity", "/analogy", "/map", "/context"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "scheme", "width"), [("ko", "light", 1280), ("en", "dark", 420)])
def test_every_page_opens_and_fits(visit, path, language, scheme, width):
    page = visit(path, language, scheme, width)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.documentElement.scrollWidth") <= width  # nothing scrolls sideways
    assert page.evaluate("document.documentElement.getAttribute('data-mantine-color-scheme')") == scheme
    unnamed = page.evaluate(
        """[...document.querySelectorAll('main input, main button, main select, main textarea, header button')]
           .filter(e => e.offsetParent && e.type !== 'hidden' && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')
                        && !(e.labels && e.labels.length) && !e.textContent.trim() && !e.title && !e.closest('[aria-hidden=true]')
                        && e.tabIndex >= 0)
           .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert unnamed == []


def test_an_unknown_page_is_said_kindly(visit):
    page = visit("/")
    page.goto(page.url + "no-such-page")
    page.wait_for_selector("text=없는 페이지입니다")


def test_tokens_are_drawn_for_a_sentence(visit):
    page = visit("/tokens?text=" + "나는 학교에 갔다")
    page.wait_for_selector("#tokens-results >> text=갔")


def test_neighbours_of_an_inflected_word_and_the_way_back(visit):
    page = visit("/similarity")
    page.wait_for_selector("#similarity-neighbours >> text=반려견")  # the example is answered without asking
    page.fill("#similarity-word", "먹었다")
    page.press("#similarity-word", "Enter")
    page.wait_for_selector("#similarity-neighbours >> text=먹다/VV")
    page.wait_for_function("() => decodeURIComponent(location.search).includes('word=먹었다')")
    page.wait_for_selector("#similarity-pair >> text=여왕/NNG")
    page.wait_for_selector("#similarity-heat .main-svg")
    page.click("#similarity-neighbours a.word >> nth=0")
    page.wait_for_function("() => !decodeURIComponent(location.search).includes('word=먹었다')")
    page.go_back()
    page.wait_for_selector("#similarity-neighbours >> text=먹다/VV")
    assert page.input_value("#similarity-word") == "먹었다"


def test_analogies_are_solved_by_both_methods_and_errors_point(visit):
    page = visit("/analogy")
    page.fill("#analogy-expression", "할아버지 − 아버지 + 어머니")
    page.press("#analogy-expression", "Enter")
    page.wait_for_selector("text=어머니/NNG")
    tables = page.locator("#analogy-answer table")
    assert [tables.nth(i).locator("tbody tr a").first.inner_text() for i in (0, 1)] == ["할머니", "할머니"]
    page.wait_for_selector("#analogy-plane .main-svg")
    page.fill("#analogy-expression", "왕 − + 여자")
    page.click("#analogy-solve")
    page.wait_for_selector("mark.caret >> text=+")
    page.wait_for_selector("text=부호 두 개가 이어져 있습니다")


def test_language_and_darkness_are_switched_and_remembered(visit):
    page = visit("/similarity?word=바다")
    page.wait_for_selector("#similarity-heat .main-svg")
    colour = (
        "getComputedStyle(document.querySelector('#similarity-heat .xtick text, #similarity-heat .xaxislayer-above text')).fill"
    )
    before = page.evaluate(colour)
    page.click("#scheme")
    page.wait_for_function("() => document.documentElement.getAttribute('data-mantine-color-scheme') == 'dark'")
    page.wait_for_function(f"() => {colour} != '{before}'")
    page.click("#language >> text=English")
    page.wait_for_selector("text=How near are words?")
    assert page.evaluate("document.documentElement.getAttribute('data-mantine-color-scheme')") == "dark"
    assert page.input_value("#similarity-word") == "바다"  # the address kept the question


def test_the_menu_of_a_narrow_screen_and_the_keyboard(visit):
    page = visit("/", width=420)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.evaluate("document.activeElement.blur()")
    link = page.locator("nav a[href='/analogy']")
    assert not link.is_visible() or link.bounding_box()["x"] < 0
    page.click("#burger")
    page.wait_for_function("() => document.querySelector(\"nav a[href='/analogy']\").getBoundingClientRect().x >= 0")
    link.click()
    page.wait_for_selector("#analogy-expression")
    page.wait_for_function("() => document.querySelector(\"nav a[href='/analogy']\").getBoundingClientRect().x < 0")
