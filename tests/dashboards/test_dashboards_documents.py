"""The page of documents: the map over HTTP, search, selection, reading, the address, what travels."""

from __future__ import annotations

import json

import pytest

import explorer as ex
from dashboards.kit.url import decode, pack, unread
from dashboards.pages.documents import asked as documents
from dashboards.pages.documents import page as view
from dashboards.pages.documents.figures import CHOSEN, FOUND, LAYERS, POINTS, documents_figure, start_of

ROWS = [
    (f"{who} {place}에서 {thing} {deed}.", label)
    for who in ("아버지가", "어머니가", "여자가")
    for place, label in (("학교", "배움"), ("대학교", "배움"), ("서울", "도시"))
    for thing, deed in (("사과를", "먹었다"), ("배를", "마셨다"), ("왕을", "보았다"))
]
PASTED = "문장,분류\n" + "".join(f"{text},{label}\n" for text, label in ROWS)
WORDS = {"length": "글자 수", "rest": "그 밖", "unlabelled": "없음"}


@pytest.fixture
def asked() -> dict:
    return {
        "c": "-", "by": "document", "n": "5000", "label": "", "vec": "static", "method": "pca", "seed": 42, "model": "small",
        "text": PASTED,
    }  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return ex.map_documents(
        [text for text, _ in ROWS], [label for _, label in ROWS], model="word2vec", method="pca", counts=[3]
    )


def answered(page, asked):
    found = page.settled("documents-done.data", {"documents-asked.data": asked}, lambda text: '"job"' not in text, 120)
    return json.loads(found)


def test_pasted_rows_become_a_map_that_is_searched_read_and_selected(page, asked):
    assert answered(page, asked)["documents-done"]["data"] == asked
    drawn = page.call(
        "documents-graph.figure",
        {"documents-done.data": asked, "documents-color.value": "label", "shell-scheme.computedColorScheme": "light"},
    )
    traces = drawn["documents-graph"]["figure"]["data"]
    assert [trace["name"] for trace in traces[:2]] == ["배움", "도시"] and len(traces) == CHOSEN + 1
    assert f"문서 {len(ROWS)}개" in json.dumps(drawn["documents-facts"], ensure_ascii=False)

    values = {"documents-drawn.data": asked, "documents-find.value": "학교까지", "documents-chosen.data": 1}
    found = page.settled("documents-found.children", values, lambda text: "개를 찾았습니다" in text)
    assert "9개를 찾았습니다" in found and ROWS[0][0] in found and "배움" in found and "대비" in found

    sides = {
        "documents-drawn.data": asked,
        "documents-selected.data": "-99,-99,99,-99,99,99,-99,99",
        "documents-find.value": "왕",
    }
    assert f"{len(ROWS)}개를 골랐습니다" in page.settled("documents-found.children", sides, lambda text: "골랐" in text)
    empty = page.call("documents-found.children", {"documents-drawn.data": asked})
    assert empty["documents-found"]["children"] is None and "대표 문서" in json.dumps(
        empty["documents-telling"], ensure_ascii=False
    )


def test_what_is_wrong_is_said_in_place(page, asked):
    for change, said in (
        ({"text": ""}, "글이 없습니다"),
        ({"c": "없는 말뭉치"}, "없는 말뭉치"),
        ({"vec": "nothing"}, "nothing"),
    ):
        answer = answered(page, asked | change)
        assert said in json.dumps(answer["documents-status"], ensure_ascii=False)
        assert answer["documents-answer"]["style"] == {"display": "none"}


def test_a_kept_map_is_found_by_its_content(app, served, asked, monkeypatch):
    opened = []
    monkeypatch.setattr("dashboards.app.state.State.opened", lambda self, kind, name, *_, **__: opened.append(name))
    for change in ({}, {}, {"text": PASTED + "또 한 줄,도시"}, {"seed": 7}, {"n": "500"}, {"by": "line"}):
        documents.compute(asked | change)
    assert opened[0] == opened[1] and len(set(opened)) == 5


def test_the_address_holds_everything_but_a_very_long_text(app, asked):
    with app.server.test_request_context():
        where, note = view.write(asked, "length", "학교에서", 3, "0,0,1,0,1,1", "0,1,0,1")
        values = decode(view.FIELDS, dict(part.split("=", 1) for part in unquoted(where)))
        assert note is None and view.asked_of(values) == asked
        assert [values[name] for name in ("color", "find", "doc", "sel", "view")] == [
            "length",
            "학교에서",
            3,
            "0,0,1,0,1,1",
            "0,1,0,1",
        ]
        _, note = view.write(asked | {"text": "".join(map(chr, range(0xAC00, 0xD000))) * 2}, "region", "", 0, "", "")
        assert note is not None
    assert unread(view.FIELDS, {"sel": "0,0,1", "view": "nan,0,0,1", "z": pack("글")}) == ["sel=0,0,1", "view=nan,0,0,1"]


def unquoted(where: str) -> list[str]:
    from urllib.parse import unquote_plus

    return [unquote_plus(part) for part in where.removeprefix("?").split("&")]


def test_a_lasso_keeps_as_many_corners_as_an_address_holds():
    many = {"lassoPoints": {"x": [float(x) for x in range(500)], "y": [0.5] * 500}}
    assert 3 <= len(documents.corners(view.select(many))) <= documents.CORNERS
    box = view.select({"range": {"x": [0, 2], "y": [1, 3]}})
    assert documents.corners(box) == [(0, 1), (2, 1), (2, 3), (0, 3)]


def test_points_inside_a_polygon(made):
    from explorer.core.errors import BadInput

    x, y = made.projection.coords.T.tolist()
    box = [(min(x) - 1, min(y) - 1), (max(x) + 1, min(y) - 1), (max(x) + 1, max(y) + 1), (min(x) - 1, max(y) + 1)]
    assert made.inside(box) == list(range(len(made))) and made.inside([(900, 900), (901, 900), (901, 901)]) == []
    middle = (min(x) + max(x)) / 2
    half = made.inside([(middle, min(y) - 1), (max(x) + 1, min(y) - 1), (max(x) + 1, max(y) + 1), (middle, max(y) + 1)])
    assert half == [row for row, at in enumerate(x) if at > middle] != []
    with pytest.raises(BadInput):
        made.inside([(0, 0), (1, 1)])


@pytest.mark.parametrize("color", ["region", "label", "length"])
def test_every_colour_draws_every_document_once(made, color):
    figure = documents_figure(made, "dark", WORDS, color, "how")
    rows = [row for trace in POINTS for row in figure.data[trace].customdata or ()]
    assert sorted(rows) == list(range(len(made)))
    names = {text for trace in LAYERS for text in figure.data[trace].text or ()}
    assert names <= {region.name for layer in made.layers for region in layer.regions} and names
    assert figure.layout.spikedistance == 20 and not figure.data[FOUND].x


def test_texts_never_become_tags_and_long_maps_carry_none(made, monkeypatch):
    assert start_of("<img src=x>\n나") == "&lt;img src=x&gt; 나" and len(start_of("가" * 900)) == 40
    monkeypatch.setattr("dashboards.pages.documents.figures.STARTS_MOST", 5)
    assert documents_figure(made, "light", WORDS, "region", "").data[0].text is None


def test_a_document_is_known_by_its_number_and_a_press_by_its_row():
    import numpy as np

    some = type("Some", (), {"numbers": np.array([0, 2, 5]), "__len__": lambda self: 3})()
    assert [view.row_of(some, number) for number in (1, 3, 6, 2, 0, 99, None, "1")] == [0, 1, 2, None, None, None, None, None]
    assert view.clicked_row({"points": [{"customdata": [4]}]}) == 4 and view.clicked_row(None) is None


@pytest.mark.parametrize("color", ["region", "length"])
def test_many_documents_are_several_traces_with_one_bar(made, monkeypatch, color):
    monkeypatch.setattr("dashboards.pages.documents.figures.TRACE_MOST", 10)
    figure = documents_figure(made, "light", WORDS, color, "")
    parts = [figure.data[trace] for trace in POINTS]
    assert [len(part.customdata or ()) for part in parts[:3]] == [10, 10, 7]
    assert [row for part in parts for row in part.customdata or ()] == list(range(len(made)))
    assert all(len(part.marker.color) == len(part.customdata) for part in parts[:3])
    assert sum(part.marker.showscale is not False for part in parts[:3]) == 1
