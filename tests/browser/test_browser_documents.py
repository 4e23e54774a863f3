"""The page of documents in a browser: search, reading, lasso, letting go, the link, the file."""

from __future__ import annotations

from urllib.parse import quote

READY = """() => {
  const map = document.querySelector("#documents-graph .js-plotly-plot");
  return map && map._fullData && map._fullData.length > 12 && map._fullData[0].x && map._fullData[0].x.length > 0;
}"""


def said(page, words):
    page.wait_for_function("words => document.querySelector('#documents-found').innerText.includes(words)", arg=words)


def test_documents_are_searched_read_selected_and_let_go(visit, tmp_path):
    page = visit("/documents?method=pca&find=" + quote("학교에서"))
    page.wait_for_function(READY, timeout=240_000)
    said(page, "찾았습니다")
    page.locator("#documents-found button").first.click()
    page.wait_for_selector("#documents-read .documents-text")
    assert "학교" in page.inner_text("#documents-read .documents-text") and "doc=" in page.url
    page.locator(".documents-map .chips button").nth(1).click()
    page.wait_for_function("() => document.querySelector('#documents-graph .js-plotly-plot')._fullLayout.dragmode === 'lasso'")
    page.locator("#documents-graph").scroll_into_view_if_needed()
    box = page.locator("#documents-graph .nsewdrag").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 90, y - 90)
    page.mouse.down()
    for right, down in ((90, -90), (90, 90), (-90, 90), (-90, -85)):
        page.mouse.move(x + right, y + down, steps=4)
    page.mouse.up()
    said(page, "골랐습니다")
    page.wait_for_function("() => location.search.includes('sel=')")
    page.wait_for_selector("#documents-telling table")
    told = page.inner_text("#documents-found")
    page.reload()
    page.wait_for_function(READY, timeout=60_000)
    said(page, "골랐습니다")
    assert page.inner_text("#documents-found") == told
    with page.expect_download() as saved:
        page.click(".documents-map .as-html")
    saved.value.save_as(tmp_path / "map.html")
    assert "학교" in (tmp_path / "map.html").read_text(encoding="utf-8")
    page.locator(".documents-map .chips button").nth(3).click()
    said(page, "찾았습니다")
    page.wait_for_function("() => !location.search.includes('sel=')")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.search.includes('doc=')")
