"""The bench page in a real browser: compared, drawn, opened in the grid, taken home, shared by address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode


def test_pasted_text_is_compared_shared_and_taken_home(visit):
    page = visit(
        "/bench?"
        + urlencode(
            {"t": "eojeol,syllable,jamo", "c": "-", "text": "왕이 왔다\n왕비도 왔다, 정말로\n하늘은 푸르고 바다는 깊다"}
        )
    )
    page.wait_for_selector("#bench-page >> text=무엇을 비교할지")  # an address that was not asked yet starts nothing
    page.click("#bench-go")
    page.wait_for_selector("#bench-table >> text=어절당 토큰", timeout=240_000)  # the first comparison starts its process
    assert page.locator("#bench-table tbody tr").count() == 3
    assert page.locator("#bench-table tbody tr >> nth=1").locator("td >> nth=1").inner_text().startswith("2.")
    page.wait_for_function("() => document.querySelectorAll('#bench-points .point').length === 3")
    page.click("#bench-group >> text=형태소 경계")
    page.wait_for_selector("#bench-table >> text=경계 F1")
    with page.expect_download() as download:
        page.click(".as-csv >> nth=0")
    assert "tokens_per_eojeol" in Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()[0]
    page.wait_for_function("() => location.search.includes('run=1')")
    page.reload()
    page.wait_for_selector("#bench-table >> text=경계 F1")  # kept, at once, and the same part of the table
    page.click("#bench-divided a >> nth=0")
    page.wait_for_selector("#tokens-grid [data-token]")
    assert page.locator("#tokens-grid .tk-name >> nth=0").inner_text().endswith("어절")


def test_the_page_opens_with_an_answer(visit):
    page = visit("/bench", language="en")
    page.wait_for_selector("#bench-table >> text=Byte BPE 32k", timeout=240_000)
    assert page.locator("#bench-table tbody tr").count() >= 5
    assert not page.locator(".empty").count()


def test_a_narrow_screen_scrolls_the_table_and_not_the_page(visit):
    where = {
        "t": "eojeol,syllable,jamo",
        "c": "-",
        "text": "왕이 왔다\n왕비도 왔다, 정말로\n하늘은 푸르고 바다는 깊다",
        "run": "1",
    }
    page = visit("/bench?" + urlencode(where), language="en", scheme="dark", width=420)
    page.click("#bench-group >> text=All")
    page.wait_for_function("() => document.querySelectorAll('#bench-table th').length > 20")
    page.wait_for_function("() => document.querySelectorAll('#bench-points .point').length === 3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
