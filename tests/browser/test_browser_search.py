"""The search and the first page, in a browser: typed as an input method types, by keyboard alone, on a telephone, within its bytes."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

PAGES = ("/", "/tokens", "/similarity", "/word/왕")
FIRST_PAGE = 600_000
"""Bytes on the wire."""

ASKED = """window.asked = []; const ask = window.fetch;
window.fetch = (a, o) => { if (String(a).endsWith('/find')) window.asked.push(JSON.parse(o.body).q); return ask(a, o); }; 0"""


def there(page, part):
    """Wait until the address holds ``part``."""
    page.wait_for_function("part => decodeURIComponent(location.href).includes(part)", arg=part)


def suggested(page, text):
    """Wait until ``text`` stands in the list that answers what the field holds, not in one left from before."""
    typed = page.input_value("#search")
    page.wait_for_selector(f'#search-list:not([hidden])[data-text="{typed}"] a >> text={text}')


@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_one_key_away_on_every_page(visit, width):
    page = visit("/", width=width)
    for path in PAGES:
        if path != "/":
            page.evaluate(
                "path => { history.pushState({}, '', path); dispatchEvent(new CustomEvent('_dashprivate_pushstate')) }", path
            )
        page.wait_for_function(
            f"() => document.querySelectorAll('#search').length == 1 && !!document.querySelector('.search-slot #search') == {str(path != '/').lower()}"
        )
        if width == 390:
            page.click(".search-button")
        else:
            page.keyboard.press("/")
        page.wait_for_function(
            "() => document.activeElement.id == 'search' && document.activeElement.getBoundingClientRect().width > 200"
        )
        suggested(page, "ㄱㅇㅈ")  # with nothing typed: examples of everything
        assert page.input_value("#search") == ""  # the key itself is not typed
        page.keyboard.press("Escape")
        page.wait_for_selector("#search-list[hidden]", state="attached")
        page.keyboard.press("Escape")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_syllable_stays_whole_while_it_is_composed(visit):
    page = visit("/similarity")
    page.wait_for_selector(".search-slot #search")
    page.evaluate(ASKED)
    page.focus("#search")
    method = page.context.new_cdp_session(page)
    for text in ("ㄱ", "가", "강"):
        method.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": 1})
    method.send("Input.insertText", {"text": "강"})
    for text in ("ㅇ", "아", "앚"):
        method.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": 1})
    assert page.input_value("#search") == "강앚"
    suggested(page, "강아지")
    assert page.input_value("#search") == "강앚" and page.evaluate("document.activeElement.selectionEnd") == 2
    asked = [one for one in page.evaluate("window.asked") if one]
    assert asked[-1] == "강앚" and len(asked) < 6  # not one for each of the seven steps
    method.send("Input.imeSetComposition", {"text": "지", "selectionStart": 1, "selectionEnd": 1})
    method.send("Input.insertText", {"text": "아지"})
    page.keyboard.press("Enter")
    there(page, "/word/강아지")


def test_by_keyboard_alone(visit):
    page = visit("/")
    field = page.locator("#search")
    assert field.get_attribute("role") == "combobox" and field.get_attribute("aria-expanded") == "false"
    page.keyboard.press("/")
    page.keyboard.type("학")
    suggested(page, "학교")
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#search-list [aria-selected=true]")
    assert (
        chosen.get_attribute("id") == field.get_attribute("aria-activedescendant") and chosen.get_attribute("role") == "option"
    )
    address = unquote(chosen.get_attribute("href"))
    assert address.startswith("/word/학")
    page.keyboard.press("Enter")
    there(page, address)
    page.wait_for_selector(".search-slot #search")
    assert page.input_value("#search") == ""
    page.go_back()
    page.wait_for_selector(".home #search")
    page.keyboard.press("/")
    page.keyboard.type("학")
    suggested(page, "학교")
    page.keyboard.press("ArrowUp")  # from the field to the last
    assert page.locator("#search-list [aria-selected=true]").get_attribute("href").startswith("/train")  # the page 학습
    page.keyboard.press("Escape")
    assert page.input_value("#search") == "학" and field.get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("먹었다", "/word/먹다"),
        ("ㄱㅇㅈ", "/word/"),
        ("핛교", "/word/학교"),
        ("王", "/word/"),
        ("rkdkwl", "/word/강아지"),
        ("왕 − 남자 + 여자", "/analogy?q=왕+−+남자"),
        ("왕자 : ? = 남자 : 여자", "/analogy?q=왕자+:+?"),
        ("나는 어제 학교에 갔다.", "/tokens?text=나는+어제"),
    ],
)
def test_enter_at_once_leads_to_the_right_place(visit, typed, leads):
    """Before any suggestion could be shown: it waits for the answer to what was typed."""
    page = visit("/similarity")
    page.wait_for_selector(".search-slot #search")
    page.keyboard.press("/")
    page.keyboard.insert_text(typed)
    page.keyboard.press("Enter")
    there(page, leads)
    page.wait_for_selector("h1")


def test_a_suggestion_is_a_link(visit):
    page = visit("/map")
    page.wait_for_selector(".search-slot #search")
    page.wait_for_selector("#map-host canvas")
    page.fill("#search", "강아ㅈ")
    suggested(page, "강아지")
    with page.context.expect_page() as other:
        page.click("#search-list a >> nth=0", modifiers=["Control"])
    other.value.wait_for_selector("h1")
    assert "/word/강아지" in unquote(other.value.url)
    page.click("#search-list .search-also a >> text=유사도")
    there(page, "/similarity?word=강아지")
    page.wait_for_selector("#similarity-page")


def test_what_is_typed_is_never_markup(visit):
    page = visit("/")
    page.fill("#search", "<img src=x onerror=window.hit=1>")
    page.wait_for_selector('#search-list[data-text^="<img"] a')
    assert page.evaluate("window.hit") is None and page.locator("#search-list img").count() == 0


def test_the_first_page_answers_within_its_bytes(visit):
    page = visit("/tokens")  # a browser of its own follows, with nothing kept
    context = page.context.browser.new_context(locale="ko-KR")
    try:
        fresh = context.new_page()
        network, received, asked = context.new_cdp_session(fresh), [], []
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda one: received.append(one["encodedDataLength"]))
        fresh.on("request", lambda request: asked.append(request.url))
        fresh.goto(page.url.partition("/tokens")[0] + "/")
        fresh.wait_for_selector(".home-plane")
        fresh.wait_for_load_state("networkidle")
        assert sum(received) <= FIRST_PAGE
        assert not [one for one in asked if "plotly.min" in one or "async-graph" in one]
        assert fresh.evaluate("document.documentElement.lang") == "ko"
        assert fresh.locator(".home-ranked li").first.inner_text().startswith("소녀")
        assert fresh.locator(".home-tokens .home-row").count() == 4
        box = fresh.locator("#search").bounding_box()
        assert box["y"] < 400 and box["width"] > 500
    finally:
        context.close()


@pytest.mark.parametrize("width", [390, 1024, 2560])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_word_of_the_small_map_hides_another(visit, width, language):
    page = visit("/", language=language, width=width)
    boxes = page.evaluate(
        "[...document.querySelectorAll('a.home-point')].map(a => { const b = a.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom] })"
    )
    assert len(boxes) > 25
    frame = page.locator(".home-answer").nth(2).bounding_box()
    for number, (left, top, right, bottom) in enumerate(boxes):
        assert frame["x"] <= left and right <= frame["x"] + frame["width"]
        for a, b, c, d in boxes[number + 1 :]:
            assert right <= a + 1 or c <= left + 1 or bottom <= b + 1 or d <= top + 1
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
