"""One question to several models."""

from __future__ import annotations

import numpy as np
import pytest

import explorer as ex
from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.vectors.vectors import Vectors

KEYS = ["왕/NNG", "여왕/NNG", "남자/NNG", "여자/NNG", "배/NNG", "배/NNB"]
ROWS = [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0.1], [-1, 0.1, 0]]


@pytest.fixture
def models():
    first = Vectors(KEYS, np.array(ROWS, np.float32), [9, 8, 7, 6, 5, 4], {"model": "first"})
    second = Vectors([*KEYS[:3], "임금/NNG"], np.array([*ROWS[:3], [1, 0.2, 0]], np.float32), info={"model": "second"})
    return {"first": first, "second": second}


def test_words_beside_each_other_and_what_lists_share(models):
    found = ex.compare_neighbours(["왕", "남자"], models, 2)
    assert [(word, model) for word, model, _ in found.lists] == [
        ("왕", "first"),
        ("왕", "second"),
        ("남자", "first"),
        ("남자", "second"),
    ]
    assert found.lists[0][2] == models["first"].similar("왕", 2)
    assert found.shared("왕") == {"여왕": 2}
    frame = found.to_frame()
    assert list(frame.columns) == ["asked", "model", "rank", "word", "key", "score", "count"] and len(frame) == 8
    assert list(frame["rank"][:3]) == [1, 2, 1]
    assert found.to_dict()["shared"]["왕"] == {"여왕": 2}


def test_what_one_model_does_not_know_does_not_take_the_others_along(models):
    found = ex.compare_neighbours(["배", "왕"], models, 2)
    assert [(one.model, one.query) for one in found.refused] == [("second", "배")]
    assert isinstance(found.refused[0].error, OutOfVocabulary) and len(found.lists) == 3
    counted = ex.compare_neighbours("왕", models, 2, min_count=8)  # one of them has no counts
    assert [model for _, model, _ in counted.lists] == ["first"] and counted.lists[0][2].words == ["여왕"]
    assert "counts" in counted.to_dict()["refused"][0]["error"]
    with pytest.raises(OutOfVocabulary):
        ex.compare_neighbours("뷁뷁뷁", models)


def test_an_analogy_in_every_model_with_the_rank_of_the_expected_answer(models):
    found = ex.compare_analogy("왕 − 남자 + 여자", models, "여왕")
    assert [one.model for one in found.refused] == ["second"]
    assert found.answers[0][1].expected.rank == 1
    row = found.to_frame().to_dict("records")
    assert row[0]["answers"].startswith("여왕 ") and row[0]["rank"] == 1 and row[0]["expected"] == "여왕"
    plain = ex.compare_analogy("왕 + 여왕", models)
    assert [model for model, _ in plain.answers] == ["first", "second"] and plain.to_frame()["rank"].isna().all()
    assert plain.to_dict()["answers"][1]["model"] == "second"
    with pytest.raises(BadInput):
        ex.compare_analogy("왕 −", models)


def test_models_by_name_and_models_of_one_name(models, home):
    models["first"].save("하나")
    assert ex.compare_neighbours("왕", ["하나"], 1).lists[0][1] == "하나"
    twice = ex.compare_neighbours("왕", [models["first"], models["first"].derive(models["first"].vectors, {"step": "same"})], 1)
    assert len(set(twice.models)) == 2
    for none in ([], "korean", {}):
        with pytest.raises(BadInput, match="no models"):
            ex.compare_neighbours("왕", none)
