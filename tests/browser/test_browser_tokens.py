"""The tokens page in a real browser: drawn, explained on hover and by keyboard, shared by address, safe."""

from __future__ import annotations

from urllib.parse import quote, urlencode


def tokens(page, row):
    return page.locator(f'#tokens-grid [data-row="{row}"]').all_inner_texts()


def opened(visit, text, names="kiwi,syllable,eojeol", **options):
    page = visit("/tokens?" + urlencode({"text": text, "t": names}), **options)
    page.wait_for_selector("#tokens-grid [data-token]")
    if "kiwi" in names:
        page.wait_for_selector("#tokens-counts >> text=Kiwi")
        page.wait_for_function("() => document.querySelector('#tokens-grid .tk-name')?.textContent.includes('Kiwi')")
    return page


def test_fused_morphemes_stand_on_their_syllable_and_say_so(visit):
    page = opened(visit, "갔다 뷁")
    assert tokens(page, 0)[:3] == ["가다", "었", "다"]
    page.hover('#tokens-grid [data-row="0"][data-token="1"]')
    tip = page.locator("#tokens-tip")
    tip.wait_for()
    said = tip.inner_text()
    assert "었" in said and "EP" in said and "EA B0 94" in said and "다른 토큰이 함께" in said
    assert page.locator("#tokens-grid .tk-head.tk-on").all_inner_texts() == ["갔"]
    page.mouse.move(5, 5)
    assert not tip.is_visible()


def test_the_keyboard_walks_through_tokens(visit):
    page = opened(visit, "왕이 갔다", "syllable,eojeol")
    page.focus('#tokens-grid [data-token][tabindex="0"]')
    page.keyboard.press("ArrowRight")
    assert "이" in page.locator("#tokens-tip").inner_text()
    page.keyboard.press("ArrowDown")
    assert "왕이" in page.locator("#tokens-tip").inner_text()
    assert page.locator('#tokens-grid [data-token][tabindex="0"]').count() == 1
    page.keyboard.press("Escape")
    assert not page.locator("#tokens-tip").is_visible()


def test_typing_cuts_again_and_the_address_follows(visit):
    page = opened(visit, "왕이", "syllable,eojeol")
    page.fill("#tokens-text", "하늘 바다")
    page.wait_for_function("() => document.querySelectorAll('#tokens-grid [data-row=\"0\"]').length === 4")
    page.focus("#tokens-names")
    page.wait_for_function("() => decodeURIComponent(location.search).includes('하늘+바다')")
    page.click("text=조사")
    page.wait_for_function("() => document.querySelector('#tokens-grid').textContent.includes('께')")
    page.wait_for_function("() => decodeURIComponent(location.search).includes('왕께서는')")
    page.reload()
    page.wait_for_function("() => document.querySelector('#tokens-text')?.value.includes('왕께서는')")


def test_the_table_tells_the_same(visit):
    page = opened(visit, "갔다 왔다", "kiwi,syllable")
    page.click("#tokens-show >> text=표")
    page.wait_for_selector("#tokens-grid table")
    assert page.locator("#tokens-grid tbody tr").count() == 2
    assert "가다/VV" in page.locator("#tokens-grid tbody tr >> nth=0").inner_text()
    page.wait_for_function("() => location.search.includes('show=table')")


def test_text_never_becomes_markup(visit):
    evil = "<img src=x onerror=window.bad=1> <b>굵게</b> </script>"
    page = opened(visit, evil, "eojeol,syllable")
    for view in ("표", "격자"):
        page.click(f"#tokens-show >> text={view}")
        page.wait_for_timeout(100)
        assert page.locator("#tokens-grid img, #tokens-grid b:not(.tk-number)").count() == 0
    page.hover('#tokens-grid [data-row="0"] >> nth=0')
    assert page.evaluate("window.bad") is None


def test_a_long_word_wraps_on_a_telephone_and_names_stand_at_every_line(visit):
    page = opened(visit, "아버지가방에들어가신다" * 6, "syllable,eojeol,jamo", width=420)
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    lines = page.evaluate("new Set([...document.querySelectorAll('#tokens-grid .tk-chunk')].map(c => c.offsetTop)).size")
    assert lines > 3 and page.locator("#tokens-grid .tk-names").count() == lines
    widest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('#tokens-grid .tk-chunk')].map(c => c.getBoundingClientRect().right))"
    )
    assert widest <= 420


def test_paths_are_not_taken_from_the_address(visit):
    page = visit("/tokens?t=" + quote("/etc/passwd,syllable") + "&text=" + quote("왕"))
    page.wait_for_selector("#tokens-grid [data-token]")
    page.wait_for_selector("[role=alert] >> text=passwd")  # said to be unknown, not opened
    assert "root:" not in page.locator("#main").inner_text() and page.locator("#tokens-path").count() == 0


def read_on(page):
    """To the end of a text that is drawn as far as it is read."""
    page.evaluate(
        """() => { const more = document.querySelector('#tokens-grid .tk-more');
                   for (let press = 0; press < 50 && !more.hidden; press += 1) more.click();
                   if (more.hidden && more.offsetParent) throw new Error('nothing is left to draw, and the button stands there'); }"""
    )
    assert page.locator("#tokens-grid .tk-more").is_hidden()


def test_two_thousand_characters_are_drawn(visit):
    text = "나는 어제 학교에서 친구를 만나 떡볶이를 먹었다. " * 72
    page = opened(visit, "왕", "syllable,jamo,eojeol")
    page.fill("#tokens-text", text)
    page.wait_for_function("() => document.querySelectorAll('#tokens-grid [data-row=\"0\"]').length > 500")
    read_on(page)
    assert page.locator('#tokens-grid [data-row="0"]').count() > 1300
    assert page.locator('#tokens-grid [data-row="1"]').count() > 3000


def test_a_long_text_is_drawn_as_far_as_it_is_read(visit):
    """A text of 5,000 characters is not all drawn at once, and all of it is there for those who read on."""
    page = visit("/tokens?t=eojeol,jamo,kiwi,ko-bpe-32k,syllable")
    page.wait_for_selector("#tokens-grid [data-token]")
    page.fill("#tokens-text", ("나는 어제 학교에서 친구들과 함께 떡볶이를 맛있게 먹었다. " * 200)[:4990] + "\n끝이다")
    page.wait_for_selector("#tokens-grid .tk-more:visible")
    count = "document.querySelectorAll('*').length"
    before = page.evaluate(count)
    assert before < 10_000
    read_on(page)
    page.wait_for_selector("#tokens-grid [data-token] >> text=끝이다")
    assert page.evaluate(count) > before
