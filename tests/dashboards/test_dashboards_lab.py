"""The page of the lab: what ships and what was saved, as the library has it."""

from __future__ import annotations

import json

from dashboards.pages.lab.figures import grid
from explorer.analysis.lab import Lab
from explorer.analysis.lab_results import load_lab, save_lab

GRID = "lab-grid.children"


def shown(page, **values):
    asked = {"lab-which.value": "wiki-6mb", "lab-how.value": "own"} | {
        f"lab-{name}.value": value for name, value in values.items()
    }
    return json.dumps(page.call(GRID, asked), ensure_ascii=False)


def test_the_result_that_ships_is_shown_with_intervals(page):
    found = load_lab("wiki-6mb")
    first = next(iter(found.common))
    for name in found.common:
        said = shown(page, test=name)
        for cell in found:
            one = cell.scores[name]
            assert one is None or f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" in said
        assert f"모든 칸이 아는 문항 {found.common[name]:,}개" in said
    assert shown(page) == shown(page, test=first) != shown(page, how="common")


def test_a_result_of_ones_own_is_in_the_list(page, app):
    from dashboards.pages.lab import page as lab_page

    save_lab(Lab("나의 말뭉치", load_lab("wiki-6mb").cells[:2], load_lab("wiki-6mb").common), "나의실험")
    assert "나의 말뭉치" in shown(page, which="나의실험")
    with app.server.test_request_context():
        assert (
            "나의실험" in str(lab_page.layout())
            and "/train?what=lab" in str(lab_page.layout())
            and lab_page.tests_of("없음", "x") == ["x"]
        )


def test_what_is_not_there_is_said(page):
    assert "없는실험" in shown(page, which="없는실험") and "problem" in shown(page, which="없는실험")
    assert "없는시험" in shown(page, test="없는시험")


def test_tokenizers_and_models_are_called_by_what_they_are_and_the_best_comes_first(page):
    found = load_lab("wiki-6mb")
    said = shown(page)
    assert "Kiwi 형태소" in said and "Word2Vec" in said and "어절" in said and '"eojeol"' not in said and '"glove"' not in said
    table = page.call(GRID, {"lab-which.value": "wiki-6mb", "lab-how.value": "common", "lab-test.value": "WS353_korean"})
    text = json.dumps(table["lab-table"], ensure_ascii=False)
    order = sorted((cell.common["WS353_korean"].value for cell in found if cell.common["WS353_korean"]), reverse=True)
    places = [text.index(f'"{value:.3f}"') for value in order]
    assert places == sorted(places) and "1위와 구간이 겹침" in text


def test_what_was_set_for_one_model_is_told_in_words(app):
    from dashboards.kit.i18n import Text
    from dashboards.pages.lab.page import model_called

    assert model_called(Text("ko"), "glove (window=10, epochs=25)") == "GloVe (문맥 창 10, 에포크 25)"
    assert model_called(Text("en"), "mine (x=1)") == "mine (x 1)" and model_called(Text("ko"), "ppmi") == "PPMI"


def test_an_empty_cell_is_no_zero():
    found = load_lab("wiki-6mb")
    bare = Lab(found.corpus, tuple(found.cells[:1]), found.common)
    figure = grid(bare, "WS353_korean", True, {"score": "ρ", "empty": "없음"}, "dark")
    one = bare.cells[0].common["WS353_korean"]
    assert figure.data[0].z[0][0] == (None if one is None else one.value)
    assert f"{one.low:.2f}" in figure.data[0].text[0][0] if one else figure.data[0].text[0][0] == "없음"
