"""From a file of reviews to a corpus: uploaded, looked at, added, counted, searched, read, and thrown away."""

from __future__ import annotations

from urllib.parse import unquote

ROWS = [f'{n},"{n}번째 영화는 배우의 연기가 정말 좋았다, 또 보고 싶다 ㅋㅋㅋ",{n % 2}' for n in range(200)]


def test_a_table_becomes_a_corpus_that_is_counted_and_read(visit, tmp_path):
    file = tmp_path / "나의 영화평.csv"
    file.write_text("\n".join(["id,평,label", *ROWS]), encoding="cp949")
    page = visit("/corpora", width=390)
    with page.expect_file_chooser() as chooser:
        page.click(".upload-choose")
    chooser.value.set_files(file)
    page.wait_for_selector(".corpora-look td >> text=배우의 연기가")
    assert page.input_value("#corpora-name") == "나의-영화평" and page.input_value("#corpora-label") == "label"
    page.click("#corpora-column")
    page.click("[role=option] >> text=평")
    page.click("#corpora-add-now")
    page.wait_for_selector(".corpora-done >> text=나의-영화평")
    page.wait_for_selector("#corpora-report >> text=cp949")
    assert page.input_value("#corpora-which") == "나의-영화평"
    page.wait_for_selector("#corpora-zipf-figure .main-svg")
    page.wait_for_selector("#corpora-lengths >> text=문장 200개")
    page.fill("#corpora-word", "연기")
    page.press("#corpora-word", "Enter")
    page.wait_for_selector(".corpora-line mark >> text=연기")
    page.wait_for_selector("#corpora-near a >> text=배우")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.click(".corpora-open >> nth=1")
    page.wait_for_selector(".corpora-text mark >> text=연기")
    page.wait_for_function("() => location.search.includes('doc=2-')")
    page.keyboard.press("Escape")
    page.wait_for_function("() => !location.search.includes('doc=')")
    page.click(".corpora-line a >> text=배우의")
    page.wait_for_function("() => decodeURIComponent(location.pathname) === '/word/배우의'")
    page.wait_for_selector("#word-corpus")
    page.click("#word-corpus")
    page.wait_for_selector("[role=option] >> text=나의-영화평")  # offered at once, without another start
    page.go_back()
    page.wait_for_selector(".corpora-line")
    assert "corpus=나의-영화평" in unquote(page.url) and "word=연기" in unquote(page.url)
    page.click("#corpora-overview >> text=지우기")
    page.click("button >> text=지우기 >> nth=1")
    page.wait_for_selector("#corpora-here >> text=나의-영화평", state="detached")


def test_a_file_over_the_limit_and_one_that_is_no_text_are_refused_where_they_are_given(visit, tmp_path):
    page = visit("/corpora")
    (tmp_path / "그림.csv").write_bytes(b"\x89PNG" + bytes(range(32)) * 99)
    with page.expect_file_chooser() as chooser:
        page.click(".upload-choose")
    chooser.value.set_files(tmp_path / "그림.csv")
    page.wait_for_selector("#corpora-look .problem >> text=그림 파일로 보이니")
    page.evaluate("document.querySelector('.upload').dataset.limit = '10'")
    with page.expect_file_chooser() as chooser:
        page.click(".upload-choose")
    chooser.value.set_files(tmp_path / "그림.csv")
    page.wait_for_selector(".is-wrong .upload-said >> text=MB까지 받으니")
