"""The context page where there is no model yet."""

from __future__ import annotations

import pytest

from dashboards.checkpoints import hub_cache


def test_without_a_model_the_page_says_what_to_do(visit):
    if any(hub_cache().glob("models--*")):
        pytest.skip("this machine has models in its Hugging Face cache")
    page = visit("/context", language="en")
    page.wait_for_selector("text=There is no contextual model yet")
    assert page.locator(".mantine-Code-root >> text=EXPLORER_BERT=").count() == 1
    assert page.locator("#context-compare").is_disabled()
    page.click("button.example:text-is('다리')")
    page.wait_for_function("document.querySelector('#context-word').value === '다리'")
