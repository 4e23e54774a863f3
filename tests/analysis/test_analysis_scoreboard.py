"""All models on all test sets, in one table."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis.scoreboard import BEGIN, END, put_into, scoreboard
from explorer.core.errors import BadInput
from explorer.core.store import home as home_folder
from explorer.vectors.vectors import Vectors

WORDS = ["한국", "서울", "일본", "도쿄", "왕", "왕비", "남자", "여자", "아들", "딸", "아버지", "어머니"]


def model(name: str) -> Vectors:
    rows = np.random.default_rng(3).normal(size=(len(WORDS), 6))
    return Vectors([f"{word}/NNG" for word in WORDS], rows, info={"name": name})


def test_every_model_meets_every_set_and_missing_ones_are_named(home):
    board = scoreboard([model("하나"), model("둘")], samples=20)
    assert board.left_out == ("ws353-ko", "kwat", "kobest-wic", "kobest-wic-dev", "korsts", "korsts-dev", "klue-sts")
    assert [(score.model, score.name) for score in board.scores] == [
        (name, test) for name in ("하나", "둘") for test in ("relations-test", "relations-dev")
    ]
    table = board.to_markdown()
    assert table.count("\n| `") == 4 and "relations-test, accuracy" in table
    assert board.to_dict()["scores"][0]["name"] == "relations-test"


def test_a_set_that_was_fetched_is_scored_twice(home):
    folder = home_folder() / "cache" / "test-sets"
    folder.mkdir(parents=True)
    (folder / "WS353_korean.csv").write_text("a,b,s\n왕,왕비,9\n왕,딸,3\n남자,여자,8\n한국,서울,7\n", encoding="utf-8")
    board = scoreboard([model("하나")], samples=20)
    assert [(score.name, score.resolve) for score in board.scores][:2] == [("ws353-ko", "form"), ("ws353-ko", "composed")]


def test_the_table_replaces_what_stands_in_its_place(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"# 표\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    put_into(page, "| new |\n")
    assert page.read_text(encoding="utf-8") == f"# 표\n\n{BEGIN}\n| new |\n{END}\n\nafter\n"
    for text, code in ((None, "unreadable"), ("no place", "missing"), (END + BEGIN, "missing")):
        other = tmp_path / "other.md"
        if text is not None:
            other.write_text(text, encoding="utf-8")
        with pytest.raises(BadInput) as refused:
            put_into(other, "| new |\n")
        assert refused.value.code.endswith(code)
        assert text is None or other.read_text(encoding="utf-8") == text
