"""Training in a real browser: stopped, gone on with, finished, found on another page; a file brought in and removed again."""

from __future__ import annotations

from urllib.parse import urlencode

START = {"corpus": "sample", "t": "eojeol", "kind": "fasttext", "dim": "200", "min_count": "1"}


def test_a_training_is_stopped_and_another_is_finished_and_found(visit):
    page = visit("/train?" + urlencode({**START, "name": "stopped", "epochs": "500"}))
    page.wait_for_selector("#train-expected >> text=어림")
    page.click("#train-go")
    page.wait_for_selector("#train-status >> text=학습 중", timeout=240_000)
    page.wait_for_selector("#train-figure .main-svg", timeout=240_000)  # an epoch was told
    page.click("#train-status >> text=그만두기")
    page.wait_for_selector("#train-status >> text=멈췄습니다")
    assert page.locator("#train-status >> text=이어서 학습").count() == 1
    page = visit("/train?" + urlencode({**START, "name": "finished", "dim": "16", "epochs": "3"}))
    page.wait_for_selector("#train-expected >> text=어림")
    page.click("#train-go")
    page.wait_for_selector("#train-status >> text=끝났습니다", timeout=240_000)
    assert page.locator("#train-neighbours tbody tr").count() == 5
    assert page.evaluate("document.querySelectorAll('#train-figure .scatterlayer .point').length") == 3
    link = page.url
    rows = page.locator("#train-neighbours").inner_text()
    page.click("text=이웃 보기")
    page.wait_for_selector("#similarity-neighbours table")
    assert "model=finished" in page.url and page.input_value("#model") == "finished"
    fresh = visit(link.removeprefix(page.evaluate("location.origin")), width=390, scheme="dark")
    fresh.wait_for_selector("#train-neighbours table")
    assert fresh.locator("#train-neighbours").inner_text() == rows and fresh.url == link
    assert fresh.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_file_is_brought_in_and_removed_after_a_question(visit, tmp_path):
    file = tmp_path / "작은 모델.vec"
    file.write_text("3 2\n왕 1 0\n여왕 0.8 0.6\n사과 0 1\n", encoding="utf-8")
    page = visit("/saved")
    with page.expect_file_chooser() as chooser:
        page.click("#saved-box-choose")
    chooser.value.set_files(str(file))
    page.wait_for_selector("#saved-files >> text=작은 모델.vec")
    page.click("#saved-go")
    page.wait_for_selector("#saved-said >> text=저장했습니다", timeout=240_000)
    row = page.locator("#saved-list tr", has_text="작은-모델")
    row.locator("text=자세히").click()
    page.wait_for_selector("#saved-card >> text=word2vec-text")
    row.locator("text=지우기").click()
    page.wait_for_selector("#saved-question >> text=되돌릴 수 없습니다")
    page.click("#saved-no")
    page.wait_for_selector("#saved-question", state="hidden")
    assert row.count() == 1
    row.locator("text=지우기").click()
    page.click("#saved-yes")
    page.wait_for_selector("#saved-gone >> text=지웠습니다")
    page.wait_for_function("() => !document.querySelector('#saved-list').textContent.includes('작은-모델')")


def test_the_form_follows_what_is_to_be_trained_on_a_narrow_screen(visit):
    page = visit("/train?what=classifier&enc=mini&label=topic&most=150", width=390)
    page.wait_for_selector("#train-expected >> text=150편")
    assert page.locator("#train-label").is_visible() and page.locator("#train-t").is_hidden()
    edges = (
        "[...document.querySelectorAll('.train-what label, .train-box label')].map(one => one.getBoundingClientRect().right)"
    )
    assert max(page.evaluate(edges)) <= 390 and page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click(".train-what >> text=격자 실험")
    page.wait_for_selector("#train-ts", state="visible")
    assert page.locator("#train-label").is_hidden()
    page.wait_for_selector("#train-expected >> text=4칸")
    page.fill("#train-name", "grid")
    page.click("#train-go")
    page.wait_for_selector("#train-status >> text=/‘grid’ 학습(이 끝났습니다| 중)/", timeout=240_000)
    assert "what=lab" in page.url and "run=grid" in page.url
