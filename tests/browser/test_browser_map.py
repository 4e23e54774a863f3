"""The map: there at once, searched, picked with a lasso and a box, zoomed without trapping the page, there again after a reload."""

from __future__ import annotations

import math
import re
from pathlib import Path
from urllib.parse import quote, unquote

MAP = "document.querySelector('#map-host').drawing"


def wait(page, condition: str) -> None:
    page.wait_for_function(
        f"() => (() => {{ const m = document.querySelector('#map-host')?.drawing; return m && m.n && ({condition}); }})()"
    )


def there(page, row: int) -> list[float]:
    """Where a point is in the window."""
    return page.evaluate(
        f"(() => {{ const b = {MAP}.host.getBoundingClientRect(), [x, y] = {MAP}.screen({row}); return [b.x + x, b.y + y]; }})()"
    )


def test_the_first_map_is_umap_searched_and_pressed(visit):
    page = visit("/map")
    wait(page, "m.frames && m.words && m.codes")
    assert page.evaluate(f"{MAP}.n") == 20_000 and "UMAP" in page.inner_text("#map-stamp")
    page.wait_for_selector("#map-facts >> text=신뢰도")
    for typed, first in (("ㅎㄱ", "학교"), ("핛교", "학교"), ("학교에서", "학교")):
        page.fill("#map-find", typed)
        page.wait_for_function(f"() => decodeURIComponent(location.search).includes('find={typed}')")
        page.wait_for_selector(f"#map-found button >> text=/^{first}$/")
        wait(page, "m.marks.found.length > 0")
    page.click("#map-found button >> text=/^학교$/")
    page.wait_for_selector("#map-panel >> text=고등학교")
    wait(page, "m.marks.near.length > 3 && m.words[m.marks.chosen] === '학교'")
    assert page.evaluate(f"{MAP}.labels.some(one => one.text === '학교')")
    page.focus("#map-find")
    page.keyboard.press("Escape")  # what is typed into a box is no word to the map
    assert "word=" in page.url
    page.focus("#map-host")
    # A press on a dot chooses its word: here the dot farthest to the right, where no other is near.
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.search.includes('word=')")
    page.fill("#map-find", "")
    wait(page, "!m.lit")
    far = page.evaluate(
        f"Array.from({{length: {MAP}.n}}, (_, i) => i).reduce((best, i) => {MAP}.to[3 * i] > {MAP}.to[3 * best] ? i : best, 0)"
    )
    page.locator("#map-host").scroll_into_view_if_needed()
    place = there(page, far)
    page.mouse.move(place[0] - 3, place[1])
    page.mouse.move(*place, steps=3)
    page.wait_for_selector(".points-tip", state="visible")
    page.mouse.click(*place)
    page.wait_for_function("() => location.search.includes('word=')")
    page.wait_for_selector("#map-panel table")
    box = page.locator("#map-host").bounding_box()
    page.mouse.click(box["x"] + 12, box["y"] + box["height"] - 60)  # a corner without words
    page.wait_for_selector("#map-panel table", state="detached")
    page.wait_for_function("() => !location.search.includes('word=')")


def test_the_wheel_moves_the_page_until_the_map_is_pressed(visit):
    page = visit("/map?words=1000&method=pca")
    wait(page, "m.frames && m.words")
    page.locator("#map-host").hover()
    before = page.evaluate(f"[window.scrollY, {MAP}.kx]")
    page.mouse.wheel(0, 120)
    page.wait_for_function(f"() => window.scrollY > {before[0]}")
    assert page.evaluate(f"{MAP}.kx") == before[1]
    page.wait_for_selector("#map-hint.is-seen >> text=Ctrl")
    page.locator("#map-host").click(position={"x": 20, "y": 90})
    scrolled, labels = page.evaluate(f"[window.scrollY, {MAP}.labels.length]")
    page.mouse.wheel(0, -700)
    wait(page, f"m.kx > 1.3 * {before[1]}")
    assert page.evaluate("window.scrollY") == scrolled and labels > 5
    page.wait_for_function("() => location.search.includes('view=')")
    # Where one looked on one map is nowhere on the next.
    page.click("#map-dims >> text=공간")
    page.click("#map-draw")
    wait(page, "m.dims === 3 && m.isWhole")
    page.wait_for_function("() => location.search.includes('dims=3') && !location.search.includes('view=')")
    # In three dimensions what is seen inside a line is picked, here and on the server.
    page.click("[data-points=lasso]")
    drag(page, 60, 60)
    page.wait_for_selector("#map-picked >> text=이 무리를 가장 잘 드러내는 단어")
    picked = page.evaluate(f"{MAP}.marks.picked.length")
    assert 10 < picked < 900 and f"단어 {picked}개" in page.inner_text("#map-picked")
    page.set_viewport_size({"width": 700, "height": 900})
    wait(page, "m.w < 700 && Math.abs(m.kx - m.fit()) < 1e-6 && m.frames")
    assert page.evaluate(f"{MAP}.labels.length") > 5


def test_a_link_with_a_word_looks_where_it_says(visit):
    page = visit("/map?words=1000&method=pca&view=0.1,0.2,0.1,0.2&word=" + quote("학교"))
    wait(page, "m.frames && m.words && m.marks.chosen != null && m.codes")
    page.wait_for_selector("#map-panel table")
    page.wait_for_timeout(700)  # longer than a glide
    middle = page.evaluate(f"[{MAP}.cx, {MAP}.cy]")
    assert max(abs(value - 0.15) for value in middle) < 1e-4
    # A map that is left is held by nothing: neither its pixels nor what watches the window.
    page.evaluate(f"window.before = {MAP}")
    page.click("nav a[href*='/similarity'], a[href*='/similarity']")
    page.wait_for_function(
        "() => !document.querySelector('#map-host') && window.before.n === 0 && window.before.image === null"
    )


def drag(page, right, down):
    """A box or a lasso around the middle of the map."""
    page.locator("#map-host").scroll_into_view_if_needed()
    box = page.locator("#map-host").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - right, y - down)
    page.mouse.down()
    for a, b in ((right, -down), (right, down), (-right, down), (-right, 4 - down)):
        page.mouse.move(x + a, y + b, steps=4)
    page.mouse.up()


def saved_picture(page):
    with page.expect_download() as saved:
        page.click(".mantine-Card-root:has(#map-host) .as-svg")
    return Path(saved.value.path()).read_text(encoding="utf-8")


def test_a_lasso_and_a_box_pick_words_that_are_listed_saved_and_let_go(visit):
    page = visit("/map?color=sense")
    wait(page, "m.frames && m.words && m.spots.length > 40")
    page.wait_for_selector("#map-legend >> text=점 하나가 뜻 하나")
    page.locator("#map-host").scroll_into_view_if_needed()
    page.click("[data-points=lasso]")
    box = page.locator("#map-host").bounding_box()
    x, y = box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5
    page.mouse.move(x + 70, y)
    page.mouse.down()
    for step in range(30):
        page.mouse.move(x + 70 * math.cos(step / 30 * 6.28), y + 70 * math.sin(step / 30 * 6.28))
    page.mouse.up()
    page.wait_for_selector("#map-picked >> text=이 무리를 가장 잘 드러내는 단어")
    picked = page.evaluate(f"{MAP}.marks.picked.length")
    said = page.inner_text("#map-picked")
    assert picked > 50 and int(re.search("단어 ([0-9,]+)개", said)[1].replace(",", "")) == picked and "배)" in said
    with page.expect_download() as saved:
        page.click(".mantine-Card-root:has(#map-picked) .as-csv")
    assert len(Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()) == picked + 1
    picture = saved_picture(page)
    assert picture.startswith("<svg") and "UMAP" in picture and re.search("<text[^>]*>[가-힣]{2}", picture)
    assert re.search("<text[^>]*>[가-힣]+#[1-9]<", picture) and picture.count("<circle") > 40
    link = page.url
    assert "pick=" in link
    again = visit(link.removeprefix(page.evaluate("location.origin")))
    again.wait_for_selector("#map-picked >> text=이 무리를 가장 잘 드러내는 단어")
    wait(again, f"m.marks.picked && m.marks.picked.length === {picked}")
    href = unquote(again.get_attribute("#map-picked a >> text=의미 축의 한 끝으로", "href"))
    assert "color=axis" in href and "c1=" in href
    again.click("#map-picked button >> text=선택 해제")
    again.wait_for_function("() => !location.search.includes('pick=')")
    wait(again, "!m.lit")
    page.click("[data-points=box]")
    page.mouse.move(x - 50, y - 40)
    page.mouse.down()
    page.mouse.move(x + 50, y + 40, steps=4)
    page.mouse.up()
    page.wait_for_function(f"() => ({MAP}.marks.picked || []).length > 20 && {MAP}.marks.picked.length !== {picked}")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.search.includes('pick=')")


STOP = "#map-status [data-stop]"
ANEW = f"""() => new Promise((done) => {{
  const old = document.querySelector('{STOP}'), look = () => old?.isConnected ? setTimeout(look, 50) : done();
  look();
}})"""
"""Waits until the bar of a job, which is drawn anew several times a second, is another one."""


def test_a_run_survives_a_reload_and_stopping_it_is_no_error(visit):
    page = visit("/map?words=10000&seed=7&model=word2vec")
    page.wait_for_selector("#map-status button >> text=그만")
    wait(page, "m.frames && m.given.interim")  # the same words by PCA until then
    page.reload()
    page.wait_for_selector(f"{STOP} >> text=그만")
    page.focus(STOP)
    for _ in range(2):  # who came to it by the keyboard stays there
        page.evaluate(ANEW)
        page.wait_for_function(f"() => document.activeElement.matches('{STOP}')")
    box = page.evaluate(f"() => document.querySelector('{STOP}').getBoundingClientRect().toJSON()")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.evaluate(ANEW)  # a press that ends on another button than it began on
    page.mouse.up()
    page.wait_for_selector("#map-status .stopped")
    assert page.locator("#map-status .problem").count() == 0
    page.click("#map-method >> text=PCA")
    assert page.locator("#map-near").is_hidden() and "method=" not in page.url  # nothing is drawn until the button is pressed
    page.click("#map-draw")
    page.wait_for_function("() => location.search.includes('method=pca')")
    wait(page, "!m.given.interim && m.given.stamp.includes('PCA')")


def test_an_axis_map_names_its_poles(visit):
    page = visit("/map?method=axes&words=1000&x0=" + quote("남자") + "&x1=" + quote("여자,여성") + "&color=own&labels=")
    wait(page, "m.frames && m.words && m.given.stretch")
    assert page.evaluate(f"{MAP}.given.axes") == [["남자", "여자, 여성"], ["낮다", "높다"]]
    page.click("#map-color")
    page.click("[role=option] >> text=/^빈도$/")
    page.wait_for_selector("#map-legend >> text=드문 단어")
    picture = saved_picture(page)  # with the names of the poles, and what the colours mean
    assert all(f">{name}<" in picture for name in ("← 남자", "여자, 여성 →", "↑ 높다", "↓ 낮다", "드문 단어", "흔한 단어"))
    assert "linearGradient" in picture and "stroke-dasharray" in picture


def test_two_models_mark_the_same_words_and_tell_what_moved(visit):
    page = visit("/map?words=1000&method=pca&beside=word2vec")
    wait(page, "m.frames && m.words && !m.given.interim && document.querySelector('#map-host-b').drawing?.frames")
    page.wait_for_selector("#map-movers button")
    page.click("#map-movers button >> nth=0")
    wait(page, "m.marks.chosen != null && document.querySelector('#map-host-b').drawing.marks.chosen === m.marks.chosen")
    page.wait_for_selector("#map-panel >> text=word2vec 모델의 이웃")
    before = page.evaluate(f"{MAP}.to[0]")
    page.click("[data-map=morph]")
    wait(page, f"m.to[0] !== {before} && m.to[0] === document.querySelector('#map-host-b').drawing.to[0]")
    page.click("[data-map=morph]")
    wait(page, f"m.to[0] === {before}")
    picture = saved_picture(page)
    assert picture.count("trustworthiness@") == 2 and "word2vec · PCA" in picture and ">명사<" in picture
