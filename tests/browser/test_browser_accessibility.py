"""What axe-core finds on every page with an answer on it: nothing serious, in both languages and both themes. And what is cut off: nothing."""

from __future__ import annotations

from urllib.parse import quote

import pytest

pytest.importorskip("axe_playwright_python")

# An address, and what is there once it is answered.
PAGES = {
    "/": ".home-answers",
    f"/similarity?word={quote('먹었다,바다')}&words={quote('왕,여왕,사과')}": "#similarity-heat .main-svg",
    "/analogy?n=5": "#analogy-answer table",
    f"/why?a={quote('남자')}&b={quote('여자')}&corpus=sample": "#why-answer table",
    f"/word/{quote('먹었다')}?n=5&corpus=sample": "#word-kwic .word-kwic",
    f"/corpora?word={quote('바람')}": "#corpora-near table",
    "/tokens?t=eojeol,jamo,kiwi": "#tokens-grid [data-token]",
    f"/versus?model=word2vec&b=glove&word={quote('사과')}": "#versus-lists table",
    "/lab?lab=wiki-6mb&scored=common": "#lab-figure .main-svg",
    f"/map?words=1000&method=pca&word={quote('학교')}": "#map-panel table",
    f"/documents?method=pca&color=label&find={quote('학교에서')}&doc=148": "#documents-telling table",
    f"/context?word={quote('눈')}": "#context-heat .main-svg",
    f"/senses?word={quote('눈')}&k=2": "#senses-columns .senses-card",
    "/inside?unit=eojeol": "#inside-attention .main-svg",
    "/layers": "#layers-measure",
    "/classify": "#classify-go",
    f"/sentences?q={quote('비가 온다.')}": "#sentences-heat .main-svg",
    "/bench?t=eojeol,syllable&n=10000&run=1": "#bench-table table",
    "/game?seed=x": "#game-guess",
    "/glossary?term=umap": ".glossary-asked",
    "/no-such-page": "text=/없는 페이지|no such page/i",
}
# Of the fields that are seen: id, text and the pixels it misses, where a value or a placeholder is wider than its field.
CUT = """() => {
  const drawn = document.createElement("canvas").getContext("2d")
  return [...document.querySelectorAll("input")].flatMap(field => {
    if (["checkbox", "radio", "range", "hidden", "file"].includes(field.type) || !field.checkVisibility() || field.closest("details:not([open])")) return []
    const style = getComputedStyle(field), text = field.value || field.placeholder
    drawn.font = style.font
    const missing = drawn.measureText(text).width - field.clientWidth + parseFloat(style.paddingLeft) + parseFloat(style.paddingRight)
    return missing > 1 ? [`${field.id}: ${text} (${Math.round(missing)})`] : []
  })
}"""
CROSSED = [path for path in PAGES if path.startswith(("/similarity", "/tokens"))]


@pytest.mark.parametrize(
    ("language", "scheme", "paths"),
    [("ko", "light", PAGES), ("en", "dark", PAGES), ("ko", "dark", CROSSED), ("en", "light", CROSSED)],
    ids=["ko-light", "en-dark", "ko-dark", "en-light"],
)
def test_nothing_serious_is_found(visit, language, scheme, paths):
    from axe_playwright_python.sync_playwright import Axe

    found = []
    page = visit("/", language, scheme)
    origin = page.evaluate("location.origin")
    for path in paths:
        page.goto(origin + path)  # the same browser goes on: it has the scripts already
        page.wait_for_selector(PAGES[path])
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == scheme
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{path} at {width}: {field}" for field in page.evaluate(CUT)]
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                found += [f"{path}: {fault['id']}: {node['target'][-1]}\n  {node['failureSummary']}" for node in fault["nodes"]]
    assert not found, "\n".join(found)


def test_the_check_sees_a_fault(visit):
    from axe_playwright_python.sync_playwright import Axe

    page = visit("/glossary")
    page.evaluate(
        "document.querySelector('dd').innerHTML = '<button></button><span style=\"color:#eee;background:#fff\">pale</span>'"
    )
    faults = {fault["id"] for fault in Axe().run(page).response["violations"] if fault["impact"] in ("serious", "critical")}
    assert {"button-name", "color-contrast"} <= faults


def test_a_term_stays_in_its_line_and_leads_to_the_glossary(visit):
    page = visit("/bench", width=390)
    term = page.locator(".lead a[href*='term=interval']")
    assert term.evaluate("e => getComputedStyle(e).display") == "inline" and "범위" in term.get_attribute("title")
    term.click()
    page.wait_for_selector(".glossary-asked >> text=95% 신뢰 구간")
