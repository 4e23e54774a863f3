"""The plane of an analogy, against what geometry says: no angle and no length that is shown is another than in the space."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.errors import BadInput
from explorer.vectors.plane import plane
from explorer.vectors.vectors import Vectors


def angle(one, other):
    return np.degrees(np.arccos(np.clip(one @ other / np.linalg.norm(one) / np.linalg.norm(other), -1, 1)))


@given(st.integers(0, 10_000))
def test_every_length_and_angle_drawn_is_that_of_the_space(seed):
    random = np.random.default_rng(seed)
    a, b, c, x = random.normal(size=(4, 12)).astype(np.float32)
    flat = plane(a, b, c, [x, a - b + c])
    for one, other, flat_one, flat_other in (
        (a, b, flat.start, flat.origin),
        (b, c, flat.origin, flat.end),
        (a, c, flat.start, flat.end),
        (x, c, flat.answers[0], flat.end),
        (x, a - b + c, flat.answers[0], flat.target),
    ):
        assert np.linalg.norm(one - other) == pytest.approx(np.linalg.norm(flat_one - flat_other), rel=1e-3)
    assert flat.start[1] == pytest.approx(0, abs=1e-5) and flat.end[1] > 0
    assert np.allclose(flat.target, flat.start + flat.end, atol=1e-4)
    drawn = angle(flat.answers[0] - flat.end, flat.start)
    assert drawn == pytest.approx(angle(x - c, a - b), abs=0.1) == pytest.approx(flat.angles[0], abs=0.1)
    assert flat.lengths[0] == pytest.approx(np.linalg.norm(x - c), rel=1e-4)
    assert flat.gaps[0] == pytest.approx(np.linalg.norm(x - (a - b + c)), rel=1e-4)
    assert np.allclose(flat.answers[1], flat.target, atol=2e-3) and flat.inside[1] == pytest.approx(1, abs=1e-4)
    assert 0 <= flat.inside[0] < 1


@pytest.mark.parametrize("words", [([1, 0], [1, 0], [0, 1]), ([0, 0], [1, 1], [2, 2])])
def test_words_on_a_line_have_no_plane(words):
    with pytest.raises(BadInput, match="one line"):
        plane(*(np.array(word, np.float32) for word in words), [])


ROWS = {
    "왕/NNG": (1, 0, 0, 0.3),
    "여왕/NNG": (1, 1, 0, 0.2),
    "왕비/NNG": (0.9, 0.8, 0.4, 0.1),
    "남자/NNG": (0, 0, 1, 0.2),
    "여자/NNG": (0, 1, 1, 0.2),
    "아들/NNG": (0.1, 0, 0.8, 0.9),
    "딸/NNG": (0.1, 1, 0.8, 0.9),
    "배/NNG": (-1, 0, 0, 0.5),
}


@pytest.fixture
def v():
    return Vectors(list(ROWS), np.array(list(ROWS.values()), np.float32), info={"model": "small"})


def test_the_parallelogram_of_a_sum_and_of_a_proportion_are_one(v):
    one, other = v.parallelogram("왕 − 남자 + 여자"), v.parallelogram("왕 : ? = 남자 : 여자")
    assert one == other
    unit = dict(zip(ROWS, v.unit, strict=True))
    first = one.steps[1]
    assert (first.start, first.end) == ("왕", "여왕") and one.steps[0].angle == 0
    step, example = unit["여왕/NNG"] - unit["왕/NNG"], unit["여자/NNG"] - unit["남자/NNG"]
    assert first.angle == pytest.approx(angle(step, example), abs=0.05)
    assert first.length == pytest.approx(np.linalg.norm(step), abs=1e-5)
    assert first.gap == pytest.approx(np.linalg.norm(step - example), abs=1e-5)
    drawn = np.array([first.x, first.y]) - one.end[1:]
    assert np.linalg.norm(drawn) == pytest.approx(first.length, abs=1e-4)
    assert list(one.to_frame()["end"]) == [step.end for step in one.steps]
    assert one.to_dict()["steps"][1]["end"] == "여왕"


def test_of_several_examples_the_means_are_drawn(v):
    found = v.parallelogram("왕 : ? = 남자 : 여자, 아들 : 딸", n=1)
    assert found.origin[0] == "남자 · 아들" and found.start[0] == "여자 · 딸" and found.end[0] == "왕"
    unit = dict(zip(ROWS, v.unit, strict=True))
    mean = (unit["여자/NNG"] + unit["딸/NNG"] - unit["남자/NNG"] - unit["아들/NNG"]) / 2
    assert found.steps[0].length == pytest.approx(np.linalg.norm(mean), abs=1e-5)


def test_the_expected_answer_is_drawn_also_where_it_is_far(v):
    assert [step.end for step in v.parallelogram("왕 − 남자 + 여자", n=1, expected="배").steps] == ["여자", "여왕", "배"]
    assert [step.end for step in v.parallelogram("왕 − 남자 + 여자", n=1, expected="뷁").steps] == ["여자", "여왕"]


@pytest.mark.parametrize("expression", ["왕 + 남자", "2*왕 − 남자 + 여자", "왕 − 남자 − 여자", "왕 − 남자 + 여자 + 배"])
def test_other_expressions_draw_no_parallelogram(v, expression):
    with pytest.raises(BadInput, match="no parallelogram"):
        v.parallelogram(expression)


# ---- the expected answer


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul", "direction"])
def test_the_rank_is_the_place_in_the_whole_list(v, method):
    every = v.analogy("왕 − 남자 + 여자", method, n=len(v))
    for place, one in enumerate(every, 1):
        found = v.analogy("왕 − 남자 + 여자", method, n=1, expected=one.word).expected
        assert (found.rank, found.key) == (place, one.key) and found.score == pytest.approx(one.score)
    assert v.analogy("왕 − 남자 + 여자", method, n=2, expected="배").neighbours == every[:2]


@pytest.mark.parametrize("method", ["3cosavg", "lrcos"])
def test_relations_tell_the_rank_too(v, method):
    asked = "왕 : ? = 남자 : 여자, 아들 : 딸"
    every = v.analogy(asked, method, n=len(v))
    assert [v.analogy(asked, method, n=1, expected=one.word).expected.rank for one in every] == [1, 2, 3]


def test_what_cannot_be_an_answer_has_no_rank(v):
    for word, key in (("남자", "남자/NNG"), ("뷁뷁", None)):
        found = v.analogy("왕 − 남자 + 여자", expected=word).expected
        assert (found.word, found.key, found.rank, found.score) == (word, key, None, None)
    assert v.analogy("왕 − 남자 + 여자", expected="남자", exclude=False).expected.rank > 1
    assert v.analogy("왕 − 남자 + 여자", expected="배", script="latin").expected.rank is None
    assert v.analogy("왕 − 남자 + 여자").expected is None and v.analogy("왕 − 남자 + 여자").to_dict()["expected"] is None


def test_each_example_has_its_answer_from_the_others(v):
    relation = v.relation([("남자", "여자"), ("아들", "딸"), ("왕", "여왕")])
    accuracy = relation.accuracy["3cosavg"]
    assert len(accuracy.found) == 3 and accuracy.hits == sum(
        found == end for found, (_, end) in zip(accuracy.found, relation.pairs, strict=True)
    )
    assert v.relation([("남자", "여자")]).accuracy["3cosavg"].found == ()


def test_what_the_script_leaves_out_is_told():
    rows = {"왕/NNG": (1, 0), "여왕/NNG": (1, 0.6), "queen/SL": (1, 0.5), "배/NNG": (-1, 0.2), "king/SL": (-1, 0)}
    v = Vectors(list(rows), np.array(list(rows.values()), np.float32))
    for method in ("3cosadd", "3cosmul"):
        found = v.analogy("왕", method, n=2, script="hangul", expected="배")
        assert found.words == ["여왕", "배"] and found.left_out == ("queen",) and found.expected.rank == 2
        assert v.analogy("왕", method, n=1).left_out == () and found.to_dict()["left_out"] == ["queen"]


# ---- many words


def test_an_unknown_word_is_left_blank_where_one_wants_it(v):
    from explorer.core.errors import OutOfVocabulary

    words = ["왕", "뷁뷁", "배", "여왕", "왕"]
    with pytest.raises(OutOfVocabulary):
        v.similarities(words)
    found = v.similarities(words, skip_unknown=True)
    assert found.words == ("왕", "뷁뷁", "배", "여왕") and found.unknown == ["뷁뷁"]
    assert found.matrix[1] == (None,) * 4 and [row[1] for row in found.matrix] == [None] * 4
    assert found.matrix[0][3] == pytest.approx(v.similarity("왕", "여왕"), abs=1e-6)
    frame = found.to_frame()
    assert (
        frame["뷁뷁"].isna().all()
        and frame["왕"].dtype == float
        and frame["key"].isna().tolist() == [False, True, False, False]
    )
    assert found.to_dict()["resolved"][1] is None and found.to_dict()["matrix"][1] == [None] * 4


def test_words_in_an_order_that_puts_like_beside_like(v):
    words = ["배", "왕", "뷁뷁", "남자", "여왕", "아들", "왕비"]
    found = v.similarities(words, skip_unknown=True).ordered()
    assert sorted(found.words) == sorted(words) and found.words[-1] == "뷁뷁"
    place = {word: at for at, word in enumerate(found.words)}
    assert abs(place["여왕"] - place["왕비"]) == 1 and abs(place["남자"] - place["아들"]) == 1
    for row, word in enumerate(found.words):
        for column, other in enumerate(found.words):
            if "뷁뷁" not in (word, other):
                assert found.matrix[row][column] == pytest.approx(v.similarity(word, other), abs=1e-6)
    assert found.ordered() == found or found.ordered().words[-1] == "뷁뷁"
    assert v.similarities(["왕", "배"]).ordered() == v.similarities(["왕", "배"])


def test_the_odd_one_is_named_only_where_one_is_odd():
    rows = {"가": (1, 0, 0), "나": (1, 0.1, 0), "다": (0.9, 0, 0.1), "라": (0, 1, 0), "마": (0, 1, 0.1)}
    v = Vectors(list(rows), np.array(list(rows.values()), np.float32))
    assert v.similarities(["가", "나", "다", "라"]).odd == "라"
    assert v.similarities(["가", "나", "라", "마"]).odd is None  # two groups
    assert v.similarities(["가", "라"]).odd is None
    assert v.similarities(["가", "나", "뷁"], skip_unknown=True).odd is None
