"""The page of a word: its address, and what stands on it."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from dashboards.app.taking import values_at
from dashboards.kit.url import word_href
from dashboards.kit.words import word_arrow, word_link
from dashboards.pages.word import page as word_page

ODD = ["왕", "배/NNG", "ㅋㅋㅋ", "學校", "😀", "a b", "100%", "?q", "#1", "배#1", "..", ".", "a//b", "/", "가/", "", "‘<b>’"]


@pytest.mark.parametrize("word", ODD)
def test_a_link_leads_to_the_page_of_its_word(page, app, word):
    with app.server.test_request_context():
        path, _, search = word_href(word, "small").partition("?")
    assert not {".", ".."} & set(path.split("/")) and "//" not in path
    assert page.client.get(f"{path}?{search}").status_code == 200
    shown = page.call("page.children", {"_pages_location.pathname": path, "_pages_location.search": f"?{search}"})
    asked = [part["props"]["data"] for part in parts(shown) if part.get("props", {}).get("id") == word_page.ASKED]
    assert asked == [word or word_page.FIELDS["word"].default]
    assert values_at(word_page, f"?{search}", path[1:])["word"] == asked[0]


def parts(data):
    if isinstance(data, dict):
        yield data
        data = list(data.values())
    if isinstance(data, list):
        for one in data:
            yield from parts(one)


def test_the_address_of_another_page_ends_with_its_name(page):
    shown = page.call("page.children", {"_pages_location.pathname": "/similarity/왕", "_pages_location.search": ""})
    assert "similarity-page" not in json.dumps(shown)


def test_the_one_link_keeps_reading_and_model(app):
    with app.server.test_request_context():
        for link in (word_link("배/NNB", "glove"), word_arrow("배/NNB", "glove")):
            assert unquote(link.href) == "/word/배/NNB?model=glove"
        assert word_link("배/NNB", "glove").children == "배" and "배" in word_arrow("배/NNB", "glove").title
