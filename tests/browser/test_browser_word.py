"""The page of a word as a person walks it: from a token, along a neighbour, over the map, back, and to a word nobody knows."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote

LISTS = "#word-lists .word-cell"


def there(page, word):
    page.wait_for_function(f"() => decodeURIComponent(location.pathname) === '/word/{word}'")
    page.wait_for_selector(f"h2 >> text=‘{word}’")


def test_words_lead_to_words(visit):
    page = visit("/tokens?t=kiwi,eojeol&text=" + quote("나는 학교에 갔다."))
    page.evaluate("window.kept = true")
    page.click("#tokens-grid a[data-token] >> text=학교")
    there(page, "학교/NNG")
    assert page.evaluate("window.kept")  # nothing was loaded again
    assert page.title().startswith("학교/NNG · 단어")
    neighbour = page.locator(f"{LISTS} a").first
    neighbour.wait_for()
    key = page.locator(LISTS).first.get_attribute("title")
    neighbour.click()
    there(page, key)
    page.go_back()
    there(page, "학교/NNG")
    page.wait_for_selector("#word-place .points path")
    page.wait_for_load_state("networkidle")
    page.locator("#word-place").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = page.locator("#word-place .points path").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#word-place .hoverlayer text")
    page.mouse.down()
    page.mouse.up()
    page.wait_for_function("() => decodeURIComponent(location.pathname) !== '/word/학교/NNG'")
    assert "/word/" in page.url and page.evaluate("window.kept")


def test_the_menu_leads_back_to_the_word_that_was_looked_at(visit):
    page = visit("/word/" + quote("바다") + "?n=5")
    page.wait_for_function("() => location.search.includes('model=')")
    page.click("nav a[href='/bench']")
    page.wait_for_selector("#bench-table, #bench-names")
    page.click("nav a[href='/word']")
    there(page, "바다")
    assert "n=5" in page.url and page.input_value("#word-n") == "5"


def test_lines_run_between_equal_words_in_the_page_and_in_what_is_saved(visit):
    page = visit("/word/" + quote("배") + "?model=korean")
    page.wait_for_function("() => document.querySelectorAll('.word-column').length === 4")
    page.wait_for_load_state("networkidle")
    # Each line begins at the right edge of a cell and ends at the left edge of a cell with the same word.
    lost = page.evaluate("""() => {
      const cells = [...document.querySelectorAll('.word-cell')].map(c => [c.title, c.getBoundingClientRect()]);
      const near = (x, y, side) => cells.find(([, b]) => Math.abs(b[side] - x) < 2 && Math.abs(b.y + b.height / 2 - y) < 2);
      return [...document.querySelectorAll('.word-line')].filter(line => {
        const b = line.getBoundingClientRect(), falls = line.dataset.line === 'down';
        const from = near(b.left, falls ? b.top : b.bottom, 'right'), to = near(b.right, falls ? b.bottom : b.top, 'left');
        return !from || !to || from[0] !== to[0];
      }).length }""")
    lines = page.locator(".word-line").count()
    assert lines > 3 and lost == 0
    with page.expect_download() as saved:
        page.locator(".mantine-Card-root", has=page.locator("#word-lists")).locator(".as-svg").click()
    svg = Path(saved.value.path()).read_text(encoding="utf-8")
    assert svg.count("<line") == lines and "선박" in svg


def test_a_word_nobody_knows_and_a_narrow_screen(visit):
    page = visit("/word/" + quote("뷁꽑뚫"), language="en", scheme="dark", width=390)
    page.wait_for_selector("#word-reading a")
    page.wait_for_selector("#word-pieces .word-piece")
    page.wait_for_selector("#word-kwic >> text=no line")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#word-reading a").first.click()
    page.wait_for_selector(LISTS)
    page.wait_for_selector(".word-kwic")
    assert unquote(page.url).count("/word/") == 1
    # The board is wider than the screen and scrolls by itself.
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate("(e => e.scrollWidth > e.clientWidth)(document.querySelector('#word-lists .table-scroll'))")
