"""Two models on a page: a pressed word shows both lists, filters and the address follow, and it fits a telephone."""

from __future__ import annotations

ADDRESS = "/versus?model=word2vec&b=glove"


def test_a_pressed_word_shows_both_lists_and_is_in_the_address(visit):
    page = visit(ADDRESS)
    page.wait_for_selector("#versus-table tbody tr")
    page.click("#versus-side >> text=가장 같은 단어")
    page.wait_for_function("() => location.search.includes('side=agree')")
    page.wait_for_function("() => parseFloat(document.querySelector('#versus-table .score-number').textContent) > 0.7")
    word = page.inner_text("#versus-table tbody tr:nth-child(3) .versus-word button")
    page.click("#versus-table tbody tr:nth-child(3) .versus-word button")
    page.wait_for_selector(f"#versus-lists strong >> text={word}")
    assert page.locator("#versus-lists .versus-both").count() >= 14
    page.wait_for_function(f"() => decodeURIComponent(location.search).includes('word={word}')")
    page.go_back()
    page.wait_for_selector("#versus-lists strong >> text=사과")


def test_it_fits_a_telephone_in_both_languages(visit):
    for language, scheme in (("ko", "dark"), ("en", "light")):
        page = visit(ADDRESS, language=language, scheme=scheme, width=390)
        page.wait_for_selector("#versus-lists table")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.click("#versus-table tbody tr:nth-child(2) .versus-word button")
        page.wait_for_function(
            "() => document.querySelector('#versus-lists').closest('.mantine-Card-root').getBoundingClientRect().top < innerHeight"
        )
