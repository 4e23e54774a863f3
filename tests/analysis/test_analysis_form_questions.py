"""Analogies of inflected words, scored as words."""

import pytest

from explorer.analysis.evaluation import covered_items, evaluate
from explorer.analysis.form_questions import ways
from explorer.analysis.test_sets import AnalogySet, Question
from explorer.core.errors import BadInput
from explorer.vectors.vectors import Vectors

KEYS = ["먹다/VV", "먹히다/VV", "잡다/VV", "잡히다/VV", "왕/NNG", "여왕/NNG", "남자/NNG", "여자/NNG"]
ROWS = [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [0, 0, 1], [0, 1, 1], [0.2, 0, -1], [0.2, 1, -1]]


@pytest.fixture
def model():
    return Vectors(KEYS, ROWS)


def asked(*questions):
    made = tuple(Question(section, tuple(words.split()), kind="syntactic") for section, words in questions)
    return AnalogySet("own", made)


def test_each_question_is_answered_in_its_way(model):
    tests = asked(
        ("tense", "가다 갔다 먹다 먹었다"),  # 가다 has no vector, and needs none
        ("voice", "먹었다 먹혔다 잡았다 잡혔다"),
        ("people", "남자 여자 왕 여왕"),
        ("people", "남자 여자 총각 처녀"),
    )
    assert ways(model, tests) == ["grammar", "ending", "vectors", ""]
    score = evaluate(model, tests, resolve="inflected")
    assert (score.value, score.covered, score.total, score.details["of_all"]) == (1.0, 3, 4, 0.75)
    assert score.details["ways"] == {way: {"questions": 1, "right": 1} for way in ("grammar", "vectors", "ending")}
    assert [(part.name, part.covered, part.of_all) for part in score.sections] == [
        ("tense", 1, 1.0),
        ("voice", 1, 1.0),
        ("people", 1, 0.5),
    ]
    assert covered_items(model, tests, "inflected") == [0, 1, 2]
    assert list(score.to_frame()["covered"]) == [3, 1, 1, 1]


def test_the_answer_must_be_spelt_as_the_set_has_it(model):
    score = evaluate(
        model, asked(("tense", "가다 갔다 먹다 먹는다"), ("voice", "먹었다 먹혔다 잡았다 잡힌다")), resolve="inflected"
    )
    assert score.value == 0.0


def test_pairs_of_words_are_not_answered_in_a_form(model, tmp_path):
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("a,b,score\n왕,여왕,9\n남자,여자,8\n먹다,잡다,1\n", encoding="utf-8")
    with pytest.raises(BadInput, match="only analogies"):
        evaluate(model, pairs, resolve="inflected")


def test_nothing_that_can_be_answered(model):
    with pytest.raises(BadInput):
        evaluate(model, asked(("x", "감자 고구마 바다 산")), resolve="inflected")
