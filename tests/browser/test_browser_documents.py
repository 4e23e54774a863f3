"""The page of documents in a browser: search, reading, lasso, letting go, the link, the files, and no WebGL anywhere."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path
from urllib.parse import quote

MAP = "document.querySelector('#documents-host').drawing"


def wait(page, condition: str) -> None:
    page.wait_for_function(
        f"() => (() => {{ const m = document.querySelector('#documents-host')?.drawing; return m && m.frames && m.codes && ({condition}); }})()",
        timeout=240_000,
    )


def said(page, words):
    page.wait_for_function("words => document.querySelector('#documents-found').innerText.includes(words)", arg=words)


def saved(page, kind):
    with page.expect_download() as file:
        page.click(f".mantine-Card-root:has(#documents-host) .{kind}")
    return Path(file.value.path())


def test_documents_are_searched_read_selected_and_let_go(visit):
    page = visit("/documents?method=pca&color=length&find=" + quote("학교에서"))
    wait(page, "m.marks.more?.length > 0 && m.labels.length > 3")
    assert page.locator("#documents-answer .js-plotly-plot").count() == 0
    said(page, "찾았습니다")
    page.locator("#documents-found .documents-pick").first.click()
    page.wait_for_selector("#documents-read .documents-text")
    assert "학교" in page.inner_text("#documents-read .documents-text") and "doc=" in page.url
    wait(page, "m.marks.chosen != null")
    page.wait_for_selector("#documents-legend >> text=자 이상")

    page.click("#documents-tools [data-points=lasso]")
    page.locator("#documents-host").scroll_into_view_if_needed()
    box = page.locator("#documents-host").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + 110, y)
    page.mouse.down()
    for step in range(30):
        page.mouse.move(x + 110 * math.cos(step / 30 * 6.28), y + 110 * math.sin(step / 30 * 6.28))
    page.mouse.up()
    said(page, "골랐습니다")
    picked = page.evaluate(f"{MAP}.marks.picked.length")
    assert picked > 10 and f"{picked:,}개를 골랐습니다" in page.inner_text("#documents-found")
    page.wait_for_function("() => location.search.includes('sel=')")
    page.wait_for_selector("#documents-telling table")
    told = page.inner_text("#documents-found")
    page.reload()
    wait(page, f"m.marks.picked && m.marks.picked.length === {picked}")
    said(page, "골랐습니다")
    assert page.inner_text("#documents-found") == told
    assert len(saved_list(page)) == picked + 1
    picture = saved(page, "as-svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg") and "PCA" in picture and re.search("<text[^>]*>[가-힣]+ · [가-힣]", picture)
    assert "학교" in saved(page, "as-html").read_text(encoding="utf-8")

    page.click("#documents-found [data-points=let-go]")
    said(page, "찾았습니다")
    page.wait_for_function("() => !location.search.includes('sel=') && !location.search.includes('doc=')")


def saved_list(page):
    with page.expect_download() as file:
        page.click(".mantine-Card-root:has(#documents-found) .as-csv")
    return list(csv.reader(io.StringIO(Path(file.value.path()).read_text(encoding="utf-8-sig"))))


def test_a_point_is_glanced_at_pressed_and_let_go_on_a_narrow_dark_page(visit):
    page = visit("/documents?method=pca&color=label", width=390, scheme="dark")
    wait(page, "m.shades")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#documents-host").scroll_into_view_if_needed()
    # The dot farthest to the right has no other near it.
    far = page.evaluate(
        f"Array.from({{length: {MAP}.n}}, (_, i) => i).reduce((best, i) => {MAP}.to[3 * i] > {MAP}.to[3 * best] ? i : best, 0)"
    )
    place = page.evaluate(
        f"(() => {{ const b = {MAP}.host.getBoundingClientRect(), [x, y] = {MAP}.screen({far}); return [b.x + x, b.y + y]; }})()"
    )
    page.mouse.move(place[0] - 30, place[1])
    page.mouse.move(*place, steps=3)
    page.wait_for_selector("#documents-host .points-tip", state="visible")
    seen = page.inner_text("#documents-host .points-tip").split("\n")[0].rstrip("…")
    page.mouse.click(*place)
    page.wait_for_selector("#documents-read .documents-text")
    assert " ".join(page.inner_text("#documents-read .documents-text").split()).startswith(seen)
    page.wait_for_function("() => location.search.includes('doc=')")
    page.focus("#documents-host")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.search.includes('doc=')")
    wait(page, "!m.lit")
