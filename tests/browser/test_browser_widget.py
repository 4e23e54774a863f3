"""The map in notebooks: the module that anywidget mounts, on a page with no network and a model that is only a table of values."""

from __future__ import annotations

import json

import numpy as np
import pytest

import explorer as ex

WORDS = ["학교/NNG", "한국/NNP", "학생/NNG", "바다/NNG", "사과/NNG", "먹다/VV", "<img src=x onerror=alert(1)>/NNG"]

# A notebook as anywidget sees it: values that are set, saved, and tell who listens.
PAGE = """<!doctype html><html lang="ko"><meta charset="utf-8"><body style="background:%s;margin:0">
<div id="cell" style="width:100%%"></div></body></html>"""
MOUNT = """async ({ source, style, state }) => {
  document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
  const heard = {};
  window.saved = [];
  window.model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; window.saved.push(name); },
    save_changes: () => { const names = window.saved.splice(0); names.forEach((name) => model.tell(name)); window.told = names; },
    on: (name, one) => (heard[name] = heard[name] || []).push(one),
    off: (name, one) => (heard[name] = (heard[name] || []).filter((other) => other !== one)),
    tell: (name) => (heard["change:" + name] || []).forEach((one) => one()),
  };
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const el = document.createElement("div");
  window.gone = module.default.render({ model, el });  // as notebooks do, before the cell is on the page
  document.getElementById("cell").append(el);
}"""
MAP = "document.querySelector('.explorer-map').drawing"


@pytest.fixture(scope="module")
def widget():
    v = ex.Vectors(WORDS, np.random.default_rng(1).normal(size=(len(WORDS), 6)), info={"name": "small"})
    return ex.map_widget(ex.project(v, method="pca"), vectors=v, language="ko", height=400)


@pytest.fixture
def mounted(chromium, widget):
    contexts = []

    def mount(background="#ffffff", width=1000):
        context = chromium.new_context(offline=True, viewport={"width": width, "height": 700})
        contexts.append(context)
        page = context.new_page()
        page.wrong = []
        page.on("console", lambda message: page.wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.set_content(PAGE % background)
        state = {
            name: value
            for name, value in widget.get_state().items()
            if not name.startswith(("_esm", "_css", "_model", "_view"))
        }
        page.evaluate(MOUNT, {"source": widget._esm, "style": widget._css, "state": json.loads(json.dumps(state))})
        page.wait_for_function(f"() => {MAP}.frames > 0 && {MAP}.w > 300", timeout=60_000)
        contexts.append(page)
        return page

    yield mount
    for one in contexts[1::2]:
        assert one.wrong == []
    for one in contexts[::2]:
        one.close()


def drag(page, corners):
    box = page.locator(".map-host").bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def test_a_box_and_a_lasso_give_back_rows(mounted):
    page = mounted()
    page.click(".map-tools [data-tool=box]")
    assert (
        page.get_attribute(".map-tools [data-tool=box]", "aria-pressed") == "true"
        and page.evaluate("model.get('tool')") == "box"
    )
    drag(page, [(0.01, 0.01), (0.99, 0.99)])
    assert page.evaluate("model.get('_rows')") == list(range(len(WORDS)))
    assert "고른 단어 7개" in page.inner_text(".map-panel") and page.locator(".map-panel img").count() == 0
    page.click(".map-bar button")
    assert page.evaluate("model.get('_rows')") == [] and page.inner_text(".map-panel") == ""
    page.click(".map-tools [data-tool=lasso]")
    far = page.evaluate(f"Array.from({{length: 7}}, (_, i) => i).sort((a, b) => {MAP}.to[3 * b] - {MAP}.to[3 * a])[0]")
    x, y = page.evaluate(f"(() => {{ const [x, y] = {MAP}.screen({far}); return [x / {MAP}.w, y / {MAP}.h]; }})()")
    drag(page, [(x - 0.02, y - 0.03), (x + 0.02, y - 0.03), (x + 0.02, y + 0.03), (x - 0.02, y + 0.03)])
    assert page.evaluate("model.get('_rows')") == [far]


def test_what_the_kernel_says_is_drawn_and_what_is_typed_is_asked(mounted):
    page = mounted()
    page.fill(".map-bar input", "학교에서")
    page.wait_for_function("() => model.get('query') === '학교에서'")
    page.evaluate(
        "model.set('_found', [0]); model.set('_row', 0); model.set('_near', [2]); model.set('_panel', {title: '학교', line: '이웃: <b>학생</b>'}); model.save_changes()"
    )
    assert page.inner_text(".map-count") == "1개 찾음" and "이웃: <b>학생</b>" in page.inner_text(".map-panel")
    page.wait_for_function(f"() => {MAP}.labels.some((one) => one.text === '학교' && one.bold)")
    page.keyboard.press("0")  # a notebook's key is none while one types
    page.select_option(".map-bar select", "frequency")
    assert page.evaluate("model.get('color')") == "frequency"
    x, y = page.evaluate(f"{MAP}.screen(3)")
    page.locator(".map-host").click(position={"x": x, "y": y})
    assert page.evaluate("model.get('_row')") == 3
    page.keyboard.press("Escape")
    assert page.evaluate("[model.get('_row'), model.get('_rows').length]") == [-1, 0]


def test_it_is_as_dark_as_the_notebook_and_follows_it(mounted):
    page = mounted("#111111", width=390)
    dark = "document.querySelector('.explorer-map').dataset.mantineColorScheme"
    assert page.evaluate(dark) == "dark" and page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    paper = f"[...{MAP}.brush.getImageData(2, 2, 1, 1).data].slice(0, 3)"
    assert max(page.evaluate(paper)) < 60
    page.evaluate("document.body.style.background = '#fff'")
    page.wait_for_function(f"() => {dark} === 'light' && Math.min(...{paper}) > 200")
    page.evaluate("model.set('scheme', 'dark'); model.save_changes()")
    assert page.evaluate(dark) == "dark"


def test_a_cell_that_leaves_the_page_and_comes_back_still_has_its_map(mounted):
    page = mounted()
    page.evaluate("window.cell = document.getElementById('cell'); cell.remove()")
    page.wait_for_timeout(200)
    page.evaluate("document.body.append(cell)")
    assert page.evaluate(f"{MAP}.n") == len(WORDS)
    page.click(".map-tools [data-tool=in]")
    page.evaluate("gone()")
    assert page.evaluate(f"{MAP}.n") == 0 and page.evaluate("(model.set('tool', 'pan'), model.save_changes(), true)")
