"""The context page in a real browser, with a small BERT."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 420)])
def test_an_example_is_compared_at_once(visit, scheme, width):
    page = visit("/context?word=눈", scheme=scheme, width=width)
    page.wait_for_selector("#context-found mark")
    assert set(page.locator("#context-found mark").all_inner_texts()) == {"눈"}
    page.wait_for_selector("#context-heat .heatmaplayer image, #context-heat .hm")
    page.wait_for_selector("#context-plane .point")
    page.wait_for_selector("#context-scale >> text=무작위 단어 쌍")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_may_write_ones_own_sentences_and_choose_a_layer(visit):
    page = visit("/context?model=small-bert")
    page.wait_for_selector("#context-found mark")
    page.fill("#context-word", "먹다")
    page.fill("#context-sentences", "밥을 먹었다.\n나이를 먹는다.\n<b>겁</b>을 먹고 달아났다.\n하늘이 높다.")
    page.click("#context-compare")
    page.wait_for_selector("#context-found >> text=찾지 못했습니다")
    assert page.locator("#context-found mark").all_inner_texts() == ["먹", "먹", "먹"]
    assert page.locator("#context-found b").count() == 0
    assert "word=" in page.evaluate("location.search")
    page.focus("#context-layer [role=slider]")  # it begins at the layer of the blend
    page.keyboard.press("End")
    page.wait_for_selector("#context-layer-name >> text=층 3 / 3")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#context-layer-name >> text=층 2 / 3")
    page.click("button.example:text-is('다리')")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#context-found mark')].some(mark => mark.textContent === '다리')"
    )
