"""A map as one HTML file: it asks for nothing, no text becomes HTML, and its data are what went in."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import numpy as np
import pytest

from explorer.display.map_page import PageLayer, Stems, map_page

EVIL = ["</script><script>alert(1)</script>", "<!--", "<img src=x onerror=alert(1)>", "줄\u2028바꿈 & \\u003c", "\ud800 반쪽"]


def data_of(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])


def numbers(text: str, kind: str) -> list[int]:
    return np.frombuffer(base64.b64decode(text), kind).tolist()


def test_texts_stay_texts_and_end_no_element():
    page = map_page(
        "<b>제목</b>", "<i>", EVIL, np.arange(10).reshape(5, 2), labels=EVIL, layers=[PageLayer(EVIL[:1], np.zeros(5, int))]
    )
    assert (
        page.count("<script") == 2 == page.count("</script>")
        and "<b>" not in page
        and "<img" not in page
        and "<!--" not in page
    )
    data = data_of(page)
    assert data["names"][:4] == EVIL[:4] and data["names"][4] == "? 반쪽"
    assert [data["labels"][at - 1] for at in numbers(data["label"], "<u4")][:4] == EVIL[:4]


def test_it_asks_for_nothing_and_runs_only_its_own_script():
    page = map_page("지도", "", ["가", "나"], np.eye(2))
    policy = re.search(r'content="(default-src[^"]*)"', page)[1]
    script = re.search(r"<script>(.*?)</script>", page, re.S)[1]
    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in policy and "'none'" in policy
    assert not re.search(r"(?:src|href)\s*=|https?:|@import|url\(|innerHTML|insertAdjacentHTML|document\.write|eval\(", page)


def test_places_keep_their_shape_and_words_their_points():
    coords = np.array([[0, 0], [4, 0], [4, 2]], np.float32)
    stems = Stems(["학교"], np.array([0, 2]), np.array([0, 2]))
    data = data_of(map_page("지도", "", ["하나", "둘", "셋"], coords, stems=stems, language="en"))
    places = np.array(numbers(data["coords"], "<u2")).reshape(3, 2)
    assert places.tolist() == [[0, 0], [65535, 0], [65535, 32768]] and data["text"]["find"] == "Find"
    assert numbers(data["stems"]["starts"], "<u4") == [0, 2] and numbers(data["stems"]["points"], "<u4") == [0, 2]


@pytest.mark.parametrize("names", [["하나"], ["가", "가"]])
def test_maps_of_one_place_are_no_division_by_nothing(names):
    data = data_of(map_page("지도", "", names, np.ones((len(names), 3))))
    assert set(numbers(data["coords"], "<u2")) == {0}


def test_both_languages_say_the_same_things():
    from importlib.resources import files

    said = [
        json.loads(files("explorer.display").joinpath("data", f"map.{one}.json").read_text("utf-8")) for one in ("ko", "en")
    ]
    script = files("explorer.display").joinpath("data", "map.js").read_text("utf-8")
    assert set(said[0]) == set(said[1])
    used = set(re.findall(r"data\.text\.(\w+)|say\(\"(\w+)\"", script))
    assert {one or other for one, other in used} <= set(said[0])
