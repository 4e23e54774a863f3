"""The senses page in a real browser."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")


@pytest.mark.parametrize(("language", "scheme", "width"), [("ko", "light", 1280), ("en", "dark", 420)])
def test_a_homograph_is_sorted_at_once_and_a_new_sentence_placed(visit, language, scheme, width):
    page = visit("/senses?word=은행&k=2&model=mini", language=language, scheme=scheme, width=width)
    page.wait_for_selector("#senses-columns mark")
    assert set(page.locator("#senses-columns mark").all_text_contents()) == {"은행"}
    assert page.locator(".senses-card").count() == 2
    page.wait_for_selector("#senses-plane .point")
    page.wait_for_selector("#senses-clarity .point")
    page.wait_for_selector("#senses-cosines .point")
    page.fill("#senses-new", "은행에서 돈을 찾아 통장에 넣었다.")
    page.click("#senses-new-ask")
    page.wait_for_selector(".senses-bar")
    assert page.locator(".senses-bar").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_one_may_write_ones_own_sentences(visit):
    page = visit("/senses?word=은행&model=small-bert&from=own&s=은행에 갔다.%0A은행을 주웠다.%0A<b>바다</b>")
    page.wait_for_selector("#senses-columns mark")
    assert page.locator("#senses-columns b").count() == 0 and page.locator(".senses-missing li").count() == 1
    page.fill("#senses-sentences", "은행에 돈을 맡겼다.\n은행 냄새가 난다.\n은행에서 빌렸다.")
    page.click("#senses-sort")
    page.wait_for_function("() => document.querySelectorAll('#senses-columns mark').length === 3")
    assert "from=own" in page.evaluate("location.search")
