"""Maps as files: opened from the disk, offline, searched in Hangul, read."""

from __future__ import annotations

import numpy as np
import pytest

import explorer as ex
from explorer.analysis.map_html import documents_html, words_html

TEXTS = [f"{who} {place}에서 {thing} 먹었다. <b>끝</b>" for who in ("아버지가", "여자가") for place in ("학교", "바다", "서울") for thing in ("사과를", "국수를")] * 4  # fmt: skip
WORDS = ["학교/NNG", "한국/NNP", "학생/NNG", "바다/NNG", "사과/NNG", "먹다/VV"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("maps")
    made = ex.map_documents(TEXTS, ["가", "나"] * 24, model="word2vec", method="pca")
    (place / "documents.html").write_text(documents_html(made, "글", "ko"), "utf-8")
    v = ex.load("word2vec")
    shown = ex.project(v, words=WORDS, method="pca")
    (place / "words.html").write_text(words_html(shown, None, "ko"), "utf-8")
    assert np.isfinite(shown.coords).all()
    return place


@pytest.fixture
def opened(chromium, folder):
    pages = []

    def open_(name, **options):
        context = chromium.new_context(offline=True, **options)
        page = context.new_page()
        page.wrong = []
        page.on("console", lambda message: page.wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.goto((folder / name).as_uri())
        page.wait_for_selector("canvas")
        pages.append((context, page))
        return page

    yield open_
    for context, page in pages:
        assert page.wrong == []
        context.close()


def found(page, query):
    page.fill("#find", query)
    page.wait_for_function("of => document.querySelector('aside').dataset.of === of", arg=query)
    return page.locator("aside li").all_inner_texts()


def test_words_are_found_by_form_initials_and_with_a_particle(opened):
    page = opened("words.html", viewport={"width": 1100, "height": 700})
    assert found(page, "학교에서") == ["학교"] and found(page, "먹었다") == ["먹다"]
    assert set(found(page, "ㅎㄱ")) == {"학교", "한국"} and found(page, "우주선") == []
    assert found(page, "\u1112\u1161\u11a8\u1109\u1162\u11bc") == ["학생"]
    page.press("#find", "Escape")


def test_a_word_outside_all_regions_has_the_colour_of_none(opened, folder):
    from explorer.analysis.region_records import Layer, Region, Regions

    v = ex.load("word2vec")
    shown = ex.project(v, words=WORDS, method="pca")
    known = Regions(v.name, tuple(WORDS[:2]), (Layer((Region(("학교",), ("학교/NNG",), 2, -1),), np.zeros(2, np.int32)),))
    (folder / "regions.html").write_text(words_html(shown, known, "ko"), "utf-8")
    page = opened("regions.html", viewport={"width": 1100, "height": 700})
    colours = """() => {
      const canvas = document.querySelector("canvas"), seen = new Set();
      const pen = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
      pen.drawImage(canvas, 0, 0);  // a copy, as the browser warns of who reads the canvas itself more than once
      const all = pen.getImageData(0, 0, canvas.width, canvas.height).data;
      for (let i = 0; i < all.length; i += 4) {
        const [r, g, b] = all.slice(i, i + 3);
        if (Math.max(r, g, b) - Math.min(r, g, b) > 60) seen.add([r, g, b].indexOf(Math.max(r, g, b)));
      }
      return seen.size;
    }"""
    page.wait_for_function(f"() => ({colours})() > 0")  # until it is drawn
    assert page.evaluate(colours) == 1  # the hue of the one region; the others are grey


def test_documents_are_found_read_and_never_become_tags(opened):
    page = opened("documents.html", viewport={"width": 390, "height": 800}, color_scheme="dark")
    assert len(found(page, "학교까지")) == 16 and len(found(page, "학교에서 국수")) == 8
    page.locator("aside li button").first.click()
    assert "<b>끝</b>" in page.inner_text("aside .text") and page.locator("aside b").count() == 0
    page.select_option("#color", "label")
    assert page.inner_text(".keys").split() == ["가", "나"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    before = page.locator("canvas").screenshot()
    page.locator("canvas").hover(position={"x": 150, "y": 120})
    page.mouse.wheel(0, -600)
    for _ in range(50):
        page.wait_for_timeout(200)
        if page.locator("canvas").screenshot() != before:
            break
    assert page.locator("canvas").screenshot() != before
