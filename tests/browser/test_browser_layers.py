"""The page of layers in a real browser."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("torch")


@pytest.mark.parametrize(("language", "scheme", "width"), [("ko", "light", 1280), ("en", "dark", 420)])
def test_the_sample_is_measured_at_once_and_then_ones_own_labels(visit, language, scheme, width):
    page = visit("/layers?model=mini", language=language, scheme=scheme, width=width)
    page.wait_for_selector("#layers-chart .point")
    assert page.locator("#layers-table tbody tr").count() == 7
    assert not page.is_visible("#layers-training")
    page.click("#layers-example")
    page.wait_for_function("() => document.querySelector('#layers-lines').value.includes('\\t')")
    page.click("#layers-measure")
    page.wait_for_selector("#layers-losses .point")
    assert page.inner_text("#layers-verdict")
    assert "z=" in page.evaluate("location.search")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if os.environ.get("LAYERS_SHOT"):
        page.wait_for_timeout(800)
        page.screenshot(path=f"{os.environ['LAYERS_SHOT']}-{language}.png", full_page=True)
