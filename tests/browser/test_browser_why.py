"""Why two words are near, as a person sees it: an answer at once, both words marked, links that lead on."""

from __future__ import annotations

from urllib.parse import quote, unquote

ANSWERED = "#why-answer .why-reasons"


def test_two_words_are_answered_and_lead_on(visit):
    page = visit("/why")
    page.wait_for_selector(ANSWERED)
    assert "강아지" in page.inner_text("#why-answer h2")
    page.wait_for_selector("#why-lines mark.why-a", timeout=240_000)  # the sample is indexed the first time
    assert page.locator("#why-lines mark.why-a").first.inner_text() == "강아지"
    assert page.locator("#why-lines mark.why-b").first.inner_text() == "고양이"
    page.click("text=크다 · 작다")
    page.wait_for_selector("#why-answer >> text=서로 맞서는 말로 보입니다")
    page.fill("#why-a", "의사")
    page.fill("#why-b", "병원")
    page.press("#why-b", "Enter")
    page.wait_for_selector("#why-answer >> text=관련된 말로 보입니다")
    assert "a=의사" in unquote(page.url) and "corpus=shipped" in page.url and "model=korean" in page.url
    page.locator("#why-answer table a.word").first.click()
    page.wait_for_url("**/word/**")
    page.go_back()
    page.wait_for_selector("#why-answer >> text=관련된 말로 보입니다")
    page.locator("#why-answer a.why-link").first.click()
    page.wait_for_function("() => !decodeURIComponent(location.search).includes('b=병원')")
    page.wait_for_selector(ANSWERED)


def test_what_cannot_be_told_is_said(visit):
    page = visit("/why?a=" + quote("왕") + "&b=" + quote("뷁뷁"))
    page.wait_for_selector("#why-answer .problem >> text=뷁뷁")
    narrow = visit("/why?a=" + quote("남자") + "&b=" + quote("여자") + "&lang=en")
    narrow.set_viewport_size({"width": 390, "height": 844})
    narrow.wait_for_selector("#why-answer >> text=seem to be opposites")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
