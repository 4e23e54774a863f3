"""The inside page in a real browser, with the encoder that ships and with a small BERT."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import quote

import pytest

pytest.importorskip("torch")

LONG = "어제는 비가 많이 와서 약속을 미루고 집에서 책을 읽다가 저녁에 친구와 오래 통화했다."


def drawn(page, name):
    """The picture's cells are there: Plotly draws a heat map as an image."""
    page.wait_for_function(
        f"() => (document.querySelector('#{name} .heatmaplayer image')?.getAttribute('href') || '').length > 200"
    )


@pytest.mark.parametrize(("scheme", "width", "language"), [("light", 1280, "ko"), ("dark", 420, "en")])
def test_the_examples_are_there_at_once(visit, scheme, width, language):
    page = visit("/inside", scheme=scheme, width=width, language=language)
    page.click(".inside-folded summary")
    for name in ("inside-strips", "inside-rows", "inside-attention", "inside-cosines"):
        drawn(page, name)
    page.wait_for_selector("#inside-spread .scatterlayer .point")
    assert page.locator("#inside-tokens button").first.inner_text().startswith("[CLS]")
    page.locator("#inside-tokens button", has_text="배/NNG").first.click()
    page.wait_for_selector("#inside-tokens button[aria-pressed=true]:has-text('배/NNG')")
    page.wait_for_selector("#inside-token-facts >> text=배/NNG")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.wait_for_function("() => location.search === '?model=mini&token=5'")  # the model, and what was chosen


def test_forty_tokens_stay_readable_on_a_telephone(visit):
    page = visit(f"/inside?a={quote(LONG)}&b={quote(LONG)}&layer=1", width=420)
    drawn(page, "inside-attention")
    labels = page.locator("#inside-attention .ytick text")
    page.wait_for_function(
        "() => (t => t.length >= 40 && t.slice(1).every((y, i) => y - t[i] >= 15))"
        "([...document.querySelectorAll('#inside-attention .ytick text')].map(e => e.getBoundingClientRect().y).sort((a, b) => a - b))"
    )  # the drawing of the example, which was there before, has its height for a moment
    tops = sorted(box["y"] for box in (label.bounding_box() for label in labels.all()) if box)
    assert min(b - a for a, b in pairwise(tops)) >= 15
    lefts = sorted(box["x"] for box in (label.bounding_box() for label in page.locator("#inside-attention .xtick text").all()))
    assert min(b - a for a, b in pairwise(lefts)) >= 15
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    assert page.evaluate(
        "(e => e.scrollWidth > e.clientWidth)(document.querySelector('#inside-attention').closest('.inside-scroll'))"
    )
    page.wait_for_selector("#inside-layer-name >> text=층 1 / 6")


def test_one_may_write_choose_and_share(visit):
    page = visit("/inside")
    drawn(page, "inside-attention")
    page.fill("#inside-first", "배를 <b>먹고</b> 갔다.")
    page.fill("#inside-second", "")
    page.click("#inside-look")
    page.wait_for_function("() => document.querySelectorAll('#inside-tokens button').length < 20")
    assert page.locator("#inside-tokens b").count() == 0
    page.click("#inside-unit >> text=어절")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#inside-attention .ytick text')].some(e => e.textContent === '갔다.')"
    )
    page.focus("#inside-layer [role=slider]")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#inside-layer-name >> text=층 5 / 6")
    page.wait_for_function("() => location.search.includes('unit=eojeol') && location.search.includes('layer=5')")
    before = page.inner_text("#inside-scale")
    page.click("label:has-text('평균 빼기')")
    page.wait_for_function(f"() => document.querySelector('#inside-scale').innerText !== {before!r}")
    page.wait_for_function("() => location.search.includes('centre=1')")
    page.reload()
    page.wait_for_selector("#inside-layer-name >> text=층 5 / 6")
    assert page.input_value("#inside-first") == "배를 <b>먹고</b> 갔다." and page.is_checked("#inside-centre")


def test_a_pressed_word_is_hidden_and_guessed(visit):
    page = visit("/inside")
    page.locator("#inside-words button", has_text="배").first.click()
    page.wait_for_selector("#inside-guesses .inside-guess >> nth=7")
    assert "[MASK]" in page.input_value("#inside-gap")
    page.click("#inside-guess-unit >> text=토큰으로")
    page.wait_for_selector("#inside-guesses .tag")
    page.click("#inside-go")
    page.wait_for_selector("#inside-next .inside-guess >> text=에서")


def test_another_model_and_what_does_not_fit(visit):
    page = visit("/inside?model=small-bert&unit=morpheme")
    page.wait_for_selector("#inside-tokens >> text=##를")
    page.wait_for_selector("#inside-layer-name >> text=층 3 / 3")
    page.fill("#inside-first", "가나 " * 90)
    page.click("#inside-look")
    page.wait_for_selector("#inside-status >> text=128개 토큰만")
    assert page.is_hidden("#inside-answer")
