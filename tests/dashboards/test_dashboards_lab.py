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
        assert "나의실험" in str(lab_page.layout()) and lab_page.tests_of("없음", "x") == ["x"]


def test_what_is_not_there_is_said(page):
    assert "없는실험" in shown(page, which="없는실험") and "problem" in shown(page, which="없는실험")
    assert "없는시험" in shown(page, test="없는시험")


def test_an_empty_cell_is_no_zero():
    found = load_lab("wiki-6mb")
    bare = Lab(found.corpus, tuple(found.cells[:1]), found.common)
    figure = grid(bare, "WS353_korean", True, {"score": "ρ", "empty": "없음"}, "dark")
    one = bare.cells[0].common["WS353_korean"]
    assert figure.data[0].z[0][0] == (None if one is None else one.value)
    assert f"{one.low:.2f}" in figure.data[0].text[0][0] if one else figure.data[0].text[0][0] == "없음"
