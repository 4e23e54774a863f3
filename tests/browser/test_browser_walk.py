"""What a newcomer comes for: a table of reviews from the desk to a named map and a trained model, without the command line."""

from __future__ import annotations

import csv

from support_reviews import THEMES, reviews

NAMES = """() => {
  const map = document.querySelector("#documents-host")?.drawing;
  return map && map.frames ? JSON.stringify(map.given.layers) : "";
}"""
PATIENCE = 420_000


def test_a_table_of_reviews_becomes_a_named_map_and_a_trained_model(visit, tmp_path):
    file = tmp_path / "영화평.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("id", "document", "label"), *reviews(20_000)])
    page = visit("/")
    page.set_default_timeout(PATIENCE)
    page.click("a[href='/corpora'] >> nth=0")
    with page.expect_file_chooser() as chooser:
        page.click(".upload-choose")
    chooser.value.set_files(file)
    page.wait_for_selector(".corpora-look td")
    assert page.input_value("#corpora-column") == "document" and page.input_value("#corpora-label") == "label"
    page.click("#corpora-add-now")
    page.wait_for_selector(".corpora-done >> text=영화평")
    page.wait_for_selector("#corpora-overview >> text=20,000")
    page.wait_for_function("() => decodeURIComponent(location.search).includes('영화평')")  # or the address is that of before
    corpus = page.url

    page.click(".corpora-done >> text=학습하기")
    page.wait_for_selector("#train-expected >> text=어림")
    assert page.input_value("#train-corpus") == "영화평"
    page.click("#train-go")
    page.wait_for_selector("#train-status >> text=학습이 끝났습니다")
    page.click("text=이웃 보기")
    page.wait_for_selector("#similarity-neighbours table")
    assert page.input_value("#model") == "영화평-word2vec"
    page.goto(page.url.partition("?")[0] + "?model=영화평-word2vec&word=귀신&n=10")
    page.wait_for_selector("#similarity-neighbours td")
    near = page.inner_text("#similarity-neighbours")
    assert sum(word in near for word in ("저주", "비명", "악령", "살인마", "폐가", "지하실", "소름")) >= 2, near

    page.goto(corpus)
    page.wait_for_selector("#corpora-overview >> text=20,000")
    page.click("#corpora-overview >> text=문서 지도")
    page.wait_for_function(f"() => ({NAMES})() !== ''")
    names = page.evaluate(NAMES)
    assert sum(any(noun in names for noun in nouns) for nouns, _, _ in THEMES.values()) >= 3, names
