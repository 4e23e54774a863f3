"""Records to look at: HTML in which text stands for itself, lines that a terminal keeps under each other."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import explorer as ex
from explorer.analysis.region_records import Layer, Region, Regions
from explorer.core import settings
from explorer.display.record import Record
from explorer.display.sheet import Sheet, width
from explorer.encoders.senses import Senses
from explorer.tokenizers.token import Token
from explorer.tokenizers.tokens import Tokens
from explorer.vectors.vectors import Vectors

EVIL = "<script>alert('왕')</script>&\"\x00\u200b"


class Tags(HTMLParser):
    """Which tags and attributes a page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("br", "rect", "circle", "line", "polygon"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("br", "rect", "circle", "line", "polygon"):
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def v() -> Vectors:
    keys = ["왕/NNG", "여왕/NNG", "남자/NNG", "여자/NNG", EVIL, "배/NNG", "배/NNB", "산", "강", "들", "꽃", "달"]
    return Vectors(keys, np.random.default_rng(5).normal(size=(len(keys), 8)), counts=range(len(keys), 0, -1))


MADE: dict[str, Any] = {
    "neighbours": lambda v: v.similar("왕", n=11),
    "of a vector": lambda v: v.similar_by_vector(v["왕"]),
    "analogy": lambda v: v.analogy("왕 − 남자 + 여자", expected="배", n=11),
    "no parallelogram": lambda v: v.analogy("왕 + 배"),
    "parallelogram": lambda v: v.parallelogram("왕 − 남자 + 여자", n=9),
    "similarities": lambda v: v.similarities(["왕", EVIL, "뷁쀍"], skip_unknown=True),
    "resolution": lambda v: v.resolve("배"),
    "axis": lambda v: v.axis(["왕", "남자"], ["여왕", "여자"], n=3),
    "weat": lambda v: ex.weat(v, ["왕", "남자"], ["여왕", "여자"], ["산", "강"], ["꽃", "달"]),
    "map": lambda v: ex.project(v, method="pca"),
    "models": lambda v: ex.list_models(),
    "found": lambda v: ex.Completer(v).find("왕"),
    "beside": lambda v: ex.compare_neighbours(["왕"], {EVIL: v, "b": v}),
    "tokens": lambda v: ex.tokenizer("eojeol")(f"왕이 왔다\n{EVIL} ᄒᆞᆫ글 👍🏽 끝"),
    "pieces": lambda v: ex.tokenizer("ko-bytebpe-32k")(f"{EVIL} 뷁쀍"),
    "no tokens": lambda v: ex.tokenizer("eojeol")(""),
    "comparison": lambda v: ex.compare(["eojeol", "syllable"], ["왕이 왔다"], reference="none"),
    "senses": lambda v: Senses(
        "왕", [0, 1], 2, 0.5, {}, [0, 1], [[EVIL], []], [[], []], "own", sentences=(f"{EVIL}왕", "왕" + "가" * 99), spans=((len(EVIL), len(EVIL) + 1), (0, 1))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_record_can_be_looked_at(v: Vectors, home, name: str, language: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "language", lambda: language)
    record = MADE[name](v)
    assert isinstance(record, Record) and isinstance(record.to_frame(), pd.DataFrame)
    json.dumps(record.to_dict())
    page, text = record._repr_html_(), repr(record)
    found = Tags(page)
    assert not found.open and found.tags <= {
        "div", "table", "thead", "tbody", "tr", "th", "td", "span", "b", "br", "svg", "g", "rect", "circle", "line", "polygon", "text"
    }  # fmt: skip
    assert "<script" not in page and not any(name.startswith("on") for name in found.attributes)
    assert "\x00" not in page + text and "\u200b" not in text and text.strip()
    assert "(word=" not in text and "Neighbour(" not in text  # a table, not the fields
    for picture in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(picture)


def test_columns_stand_under_each_other(v: Vectors, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "language", lambda: "en")
    lines = repr(v.similar("왕", n=5)).splitlines()[-6:]
    ends = {width(line[: found.end()]) for line in lines if (found := re.search(r"-?\d\.\d{3}|score", line))}
    assert len(ends) == 1 and len({len(line) for line in lines}) > 1  # one column on the screen, though not one length


def test_an_analogy_carries_its_parallelogram_where_it_has_one(v: Vectors):
    drawn = v.analogy("왕 − 남자 + 여자", n=3)
    assert drawn.drawing == v.parallelogram("왕 − 남자 + 여자", n=3) and "<polygon" in drawn._repr_html_()
    assert "drawing" not in drawn.to_dict() and drawn == v.analogy("왕 − 남자 + 여자", n=3)
    for other in (v.analogy("왕 + 배"), v.analogy("왕 − 남자 + 남자"), v.analogy("왕")):
        assert other.drawing is None and "<svg" not in other._repr_html_()


def test_tokens_show_what_they_count_as():
    tokens = Tokens(
        "갔다", (Token("갔", 0, 1, "가다", "VV"), Token("갔", 0, 1, "었", "EP"), Token("", 1, 1, "이다", "VCP")), "t"
    )
    page = tokens._repr_html_()
    assert page.count("<span title=") == 3 and "가다 VV" in page and "∅" in page
    assert repr(tokens).endswith("가다/VV 었/EP 이다/VCP")


def test_what_is_long_is_counted_not_shown():
    many = Sheet("t", columns=("word",), rows=tuple((f"낱말{number}",) for number in range(100_000)))
    assert many.html().count("<tr>") == 201 and len(many.text().splitlines()) == 33
    assert "99,970" in many.text()
    long = Tokens("가" * 50_000, tuple(Token("가", place, place + 1, "가") for place in range(50_000)), "t")
    assert long._repr_html_().count("<span title=") == 2_000 and len(repr(long)) < 10_000
    cell = Sheet("t" * 10_000, columns=("word",), rows=(("가" * 10_000,),))
    assert len(cell.html()) < 3_000 and len(cell.text()) < 1_000


def test_text_stands_left_and_numbers_right_whatever_a_notebook_does_with_tables():
    page = Sheet("t", columns=("word", "score"), rows=(("왕", 0.5),)).html()
    assert re.search(r"text-align:left[^>]*>왕<", page) and re.search(r"text-align:right[^>]*>0\.500<", page)


def test_regions_are_shown_with_the_region_they_lie_in():
    coarse = Layer((Region(("왕", "여왕"), ("왕/NNG", "여왕/NNG"), 3, -1),), np.zeros(3, np.int32))
    fine = Layer((Region(("배",), ("배/NNG",), 2, 0), Region((), (), 1, 0)), np.array([0, 0, 1], np.int32))
    sheet = Regions("small", ("왕/NNG", "여왕/NNG", "배/NNG"), (coarse, fine)).sheet()
    assert sheet.rows == ((1, "왕 · 여왕", 3, None), (2, "배", 2, "왕 · 여왕"), (2, None, 1, "왕 · 여왕"))
