"""What an analogy says of inflected words."""

import pytest

from explorer.vectors.vectors import Vectors


@pytest.fixture(scope="module")
def model():
    keys = ["먹다/VV", "먹히다/VV", "잡다/VV", "잡히다/VV", "가다/VV", "왕/NNG", "여왕/NNG", "남자/NNG", "여자/NNG"]
    rows = [[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1], [-1, 0, 0], [0, 0, 1], [0, 1, 1], [0.2, 0, -1], [0.2, 1, -1]]
    return Vectors(keys, rows)


@pytest.mark.parametrize("expression", ["갔다 − 가다 + 먹다", "먹다 − 가다 + 갔다", "가다 : 갔다 = 먹다 : ?"])
def test_grammar_answers_where_two_words_are_forms_of_one_stem(model, expression):
    form = model.analogy(expression).form
    assert (form.kind, form.words, form.change) == ("change", ("먹었다",), "+ 었")


def test_the_vectors_answers_get_the_ending_of_the_words(model):
    answer = model.analogy("먹혔다 − 먹었다 + 잡았다", n=2)
    assert answer.words[0] == "잡히다"
    assert answer.form.kind == "ending" and answer.form.words[0] == "잡혔다" and len(answer.form.words) == 2
    assert answer.to_dict()["form"] == {"kind": "ending", "change": "었다", "words": list(answer.form.words)}


@pytest.mark.parametrize(
    "expression", ["여왕 − 여자 + 남자", "먹히다 − 먹다 + 잡다", "왕 + 남자", "2*왕 − 여왕 + 남자", "왕 − 남자"]
)
def test_dictionary_forms_are_left_to_the_vectors(model, expression):
    answer = model.analogy(expression)
    assert answer.form is None and answer.to_dict()["form"] is None


def test_what_the_model_has_vectors_for_is_answered_by_them():
    v = Vectors(
        ["차", "차다", "물", "가다", "갔다", "먹다", "먹었다"], [[1, 0], [1, 0.2], [0, 1], [1, 1], [1, 2], [2, 1], [2, 3]]
    )
    for expression in ("차다 − 차 + 물", "갔다 − 가다 + 먹다"):  # keys of this model, inflected or not
        assert v.analogy(expression).form is None
