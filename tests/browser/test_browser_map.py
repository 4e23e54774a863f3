"""The map: there at once, its labels follow the zoom, a chosen word is tied to its true neighbours and let go again."""

from __future__ import annotations

from urllib.parse import quote

from dashboards.pages.map.figures import CHOSEN, EDGES, NEAR, REGIONS

GRAPH = "document.querySelector('#map-graph .js-plotly-plot')"


def traces(page, what: str) -> list:
    return page.evaluate(f"{GRAPH}._fullData.map(t => {what})")


def wait(page, condition: str) -> None:
    page.wait_for_function(f"(() => {{ const g = {GRAPH}; return g && g._fullData && ({condition}); }})()")


def let_go(trace: int) -> str:
    return f"g._fullData[{trace}] && g._fullData[{trace}].visible !== undefined && !(g._fullData[{trace}].x || []).length"


def test_the_first_map_is_umap_with_named_regions_and_more_of_them_when_zoomed(visit):
    page = visit("/map")
    wait(page, f"g._fullData[{REGIONS[1]}]?.x?.length > 5")
    assert sum(traces(page, "t.marker && t.mode === 'markers' && t.x ? t.x.length : 0")) == 20_000
    assert "UMAP" in page.evaluate(f"{GRAPH}.layout.annotations[0].text")
    whole = {axis: page.evaluate(f"{GRAPH}._fullLayout.{axis}.range") for axis in ("xaxis", "yaxis")}
    for part, level in ((4, 2), (10, 3), (1, 1)):
        edges = {
            f"{axis}.range": [(low + high) / 2 - (high - low) / 2 / part, (low + high) / 2 + (high - low) / 2 / part]
            for axis, (low, high) in whole.items()
        }
        page.evaluate(f"edges => window.Plotly.relayout({GRAPH}, edges)", edges)
        wait(page, f"g._fullData[{REGIONS[level]}].visible === true")
        seen = traces(page, "t.visible === true")
        assert [seen[trace] for trace in REGIONS] == [number == level for number in range(4)]


def test_escape_and_a_press_beside_let_a_chosen_word_go(visit):
    page = visit("/map?word=" + quote("학교/NNG"))
    wait(page, f"g._fullData[{CHOSEN}]?.x?.length === 1 && g._fullData[{EDGES}]?.x?.length > 6")
    assert traces(page, "t.x ? t.x.length : 0")[EDGES] == 3 * traces(page, "t.x ? t.x.length : 0")[NEAR]
    page.keyboard.press("Escape")
    page.wait_for_selector("#map-panel table", state="detached")
    wait(page, let_go(CHOSEN))
    page.wait_for_function("!location.search.includes('word=')")
    page.fill("#map-find", "학교")
    page.click("#map-found button >> text=/^학교$/")
    page.wait_for_selector("#map-panel table")
    box = page.locator("#map-graph .nsewdrag").bounding_box()
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.click(box["x"] + 9, box["y"] + 9)  # a corner without words
    page.wait_for_selector("#map-panel table", state="detached")
