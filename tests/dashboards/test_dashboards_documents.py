"""The page of documents: the map over HTTP, search, selection, reading, the address, what travels."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

import explorer as ex
from dashboards.kit.hues import NONE
from dashboards.kit.i18n import Text
from dashboards.kit.points import bits, corners
from dashboards.kit.url import decode, pack, unread
from dashboards.pages.documents import asked as documents
from dashboards.pages.documents import page as view
from dashboards.pages.documents.colours import COLOURS, LABELLED, coloured_by, names_of

ROWS = [
    (f"{who} {place}에서 {thing} {deed}.", label)
    for who in ("아버지가", "어머니가", "여자가")
    for place, label in (("학교", "배움"), ("대학교", "배움"), ("서울", "도시"))
    for thing, deed in (("사과를", "먹었다"), ("배를", "마셨다"), ("왕을", "보았다"))
]
PASTED = "문장,분류\n" + "".join(f"{text},{label}\n" for text, label in ROWS)


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
    drawn = page.call("documents-points.data", {"documents-done.data": asked, "documents-color.value": "label"})
    sent = drawn["documents-points"]["data"]
    assert len(base64.b64decode(sent["places"])) == 4 * len(ROWS) and sent["dims"] == 2 and "PCA" in sent["stamp"]
    assert sent["same"] == documents.name_of(asked | {"method": "tsne"})[1] != documents.name_of(asked | {"by": "line"})[1]
    assert drawn["documents-colors"]["data"]["of"] == sent["id"] and "배움" in json.dumps(
        drawn["documents-legend"], ensure_ascii=False
    )
    assert f"문서 {len(ROWS)}개" in json.dumps(drawn["documents-facts"], ensure_ascii=False)
    again = page.call(
        "documents-points.data",
        {"documents-done.data": asked, "documents-color.value": "length", "documents-drawn.data": asked},
    )
    assert "documents-points" not in again and len(json.dumps(again["documents-colors"])) < 4000  # places travel once

    values = {"documents-drawn.data": asked, "documents-find.value": "학교까지", "documents-chosen.data": 1}
    found = page.settled("documents-found.children", values, lambda text: "개를 찾았습니다" in text)
    assert "9개를 찾았습니다" in found and ROWS[0][0] in found and "배움" in found and "대비" in found

    sides = {
        "documents-drawn.data": asked,
        "documents-pick.data": [-99, -99, 99, -99, 99, 99, -99, 99],
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
        where, note = view.write(asked, "length", "학교에서", 3, [0, 0, 1, 0, 1, 1], "0,1,0,1")
        values = decode(view.FIELDS, dict(part.split("=", 1) for part in unquoted(where)))
        assert note is None and view.asked_of(values) == asked
        assert [values[name] for name in ("color", "find", "doc", "sel", "view")] == [
            "length",
            "학교에서",
            3,
            "0,0,1,0,1,1",
            "0,1,0,1",
        ]
        _, note = view.write(asked | {"text": "".join(map(chr, range(0xAC00, 0xD000))) * 2}, "region", "", 0, None, "")
        assert note is not None
    assert unread(view.FIELDS, {"sel": "0,0,1", "view": "nan,0,0,1", "z": pack("글")}) == ["sel=0,0,1", "view=nan,0,0,1"]


def unquoted(where: str) -> list[str]:
    from urllib.parse import unquote_plus

    return [unquote_plus(part) for part in where.removeprefix("?").split("&")]


def test_found_documents_travel_as_bits_and_a_line_as_corners():
    there = np.unpackbits(np.frombuffer(base64.b64decode(bits([3, 70_000], 100_000)), np.uint8), bitorder="little")
    assert np.flatnonzero(there).tolist() == [3, 70_000] and len(bits([3, 70_000], 100_000)) < 17_000
    assert documents.pairs(corners("0,1,2,1,2,3,0,3")) == [(0, 1), (2, 1), (2, 3), (0, 3)] and corners("0,0,1") == []


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


@pytest.mark.parametrize("color", COLOURS)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_colour_has_a_code_for_every_document(made, color, language):
    found = coloured_by(Text(language), made, color)
    assert len(found.codes) == len(made) and all(
        len(shades) > found.codes[found.codes != NONE].max() for shades in found.palette.values()
    )
    if color == "label":
        assert {name for _, name in found.legend} == {"배움", "도시"}
        names = dict(found.legend)
        assert [names[code] for code in found.codes.tolist()] == [label for _, label in ROWS]
    if color == "length":
        assert found.ends and found.codes[0] > found.codes.min()
    if color == "region":
        assert len(set(found.codes.tolist())) == len(made.layers[0].regions)


def test_rare_labels_share_a_colour_and_none_has_its_own():
    labels = [f"l{number}" for number in range(LABELLED + 3) for _ in range(20 - number)] + ["", ""]
    some = type("Some", (), {"labels": tuple(labels), "numbers": np.arange(len(labels)), "layers": ()})()
    found = coloured_by(Text("ko"), some, "label")
    names = dict(found.legend)
    assert len(names) == LABELLED + 2 and names[found.codes[-1]] == "레이블 없음"
    assert {names[code] for code, label in zip(found.codes, labels, strict=True) if label == f"l{LABELLED + 1}"} == {
        "그 밖의 레이블"
    }


def test_names_stand_at_a_point_of_their_region(made):
    coords = made.projection.coords
    assert names_of(made)
    for layer, names in zip(made.layers, names_of(made), strict=True):
        of = {region.name: number for number, region in enumerate(layer.regions)}
        for name, x, y in names:
            row = int(np.abs(coords - [x, y]).sum(axis=1).argmin())
            assert np.allclose(coords[row], [x, y]) and layer.labels[row] == of[name]


def test_a_document_is_known_by_its_number_and_a_press_by_its_row():
    some = type("Some", (), {"numbers": np.array([0, 2, 5]), "__len__": lambda self: 3})()
    assert [view.row_of(some, number) for number in (1, 3, 6, 2, 0, 99, None, "1")] == [0, 1, 2, None, None, None, None, None]


def test_the_document_under_the_pointer_is_told_by_its_beginning(page, asked):
    answered(page, asked)
    told = page.call("documents-glance.data", {"documents-under.data": {"row": 1, "of": "x"}, "documents-done.data": asked})
    data = told["documents-glance"]["data"]
    assert (data["row"], data["of"], data["lines"][0]) == (1, "x", ROWS[1][0]) and data["lines"][1].startswith(
        ROWS[1][1] + " · "
    )
    nothing = page.call("documents-glance.data", {"documents-under.data": {"row": 10**9}, "documents-done.data": asked})
    assert "documents-glance" not in nothing
