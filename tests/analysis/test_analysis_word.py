"""One word in several models: lists, what they share, frequencies, a small map."""

from __future__ import annotations

import numpy as np
import pytest

import explorer as ex
from explorer.analysis.word import frequency, side_by_side, surroundings, word
from explorer.core.errors import BadInput, OutOfVocabulary, UnknownName
from explorer.vectors.senses import Sense, SenseTable
from explorer.vectors.vectors import Vectors

KEYS = ("왕/NNG", "여왕/NNG", "배/NNG", "배/NNB", "먹다/VV")


def model(name, rows, keys=KEYS, **more):
    return Vectors(keys, rows, info={"model": name, "tokenizer": "kiwi"}, **more)


A = model("a", [[1, 0], [0.9, 0.1], [0.8, 0.3], [0, 1], [0.1, 1]], counts=[10, 30, 30, 20, 10])
B = model("b", [[1, 0], [0.8, 0.3], [0, 1], [0.9, 0.1], [0.1, 1]])


def test_lists_stand_side_by_side_and_say_what_they_share():
    found = side_by_side("왕", {"a": A, "b": B}, 2)
    assert [[near.key for near in one.neighbours] for one in found.models] == [["여왕/NNG", "배/NNG"], ["배/NNB", "여왕/NNG"]]
    assert [(one.key, one.ranks) for one in found.shared] == [("여왕/NNG", {"a": 1, "b": 2})]  # 배/NNG is not 배/NNB
    [overlap] = found.overlaps
    assert (overlap.shared, overlap.possible, overlap.n) == (1, 2, 2)
    assert found.overlap("b", "a") is overlap and found.overlap("a", "c") is None
    table = found.to_frame()
    assert table["lists"].tolist() == [2, 1, 1, 2] and table["model"].tolist() == ["a", "a", "b", "b"]


def test_a_word_another_model_cannot_name_is_no_disagreement():
    small = model("small", [[1, 0], [0, 1]], KEYS[:1] + KEYS[4:])
    [overlap] = side_by_side("왕", {"a": A, "small": small}, 2).overlaps
    assert (overlap.shared, overlap.possible) == (0, 0)  # it knows neither of the two words


def test_models_without_tags_are_compared_by_words():
    plain = Vectors(["왕", "여왕", "배"], [[1, 0], [0.9, 0.1], [0, 1]], info={"model": "plain"})
    found = side_by_side("왕", {"a": A, "plain": plain}, 1)
    assert found.overlaps[0].shared == 1 and found.shared[0].word == "여왕"


def test_a_model_that_does_not_know_the_word_suggests_and_takes_no_part():
    other = model("other", [[1, 0], [0, 1]], ["여황/NNG", "배/NNG"])
    found = side_by_side("여왕", {"a": A, "other": other}, 2)
    assert found.models[1].resolution is None and found.models[1].suggestions == ("여황",)
    assert found.overlaps == () and found.key == "여왕/NNG"
    assert found.to_dict()["models"][1]["neighbours"] == []


def test_frequency_ranks_equals_alike_and_never_invents():
    assert frequency(A, "여왕/NNG").to_dict() == {"count": 30, "rank": 1, "of": 5, "per_million": 300_000.0}
    assert [frequency(A, key).rank for key in ("배/NNG", "배/NNB", "왕/NNG", "먹다/VV")] == [1, 3, 4, 4]
    assert frequency(B, "왕/NNG") is None and frequency(A, "왕/NNG + 배/NNG") is None
    kiwi = model("kiwi", np.eye(5))
    assert frequency(kiwi, "배/NNG").to_dict() == {"count": None, "rank": 3, "of": 5, "per_million": None}


def test_senses_and_the_reading_most_agree_on():
    sensed = model("s", np.eye(5), senses=SenseTable([Sense("배/NNG#1", 1.0, ("왕/NNG",), 9)], [[0, 1, 0, 0, 0]]))
    found = side_by_side("배", {"s": sensed, "a": A})
    assert [one.key for one in found.models[0].senses] == ["배/NNG#1"] and found.key == "배/NNG"
    assert side_by_side("배#1", {"s": sensed}).key == "배/NNG"


def test_everything_of_a_word_leaves_as_plain_data():
    found = word("먹었다", [A, B], ["kiwi", "jamo"], 2)
    data = found.to_dict()
    assert data["key"] == "먹다/VV" and [one["resolution"]["how"] for one in data["models"]] == ["analysed", "analysed"]
    assert data["tokens"][0]["tokens"][0]["form"] == "먹다"
    assert len(data["tokens"][1]["tokens"]) == 8
    assert found.frequencies().to_dict("list")["model"] == ["a"]
    assert ex.word is word


@pytest.mark.parametrize("query", ["ㅋㅋㅋ", "學校", "😀", "\u1112\u1161\u11ab", "\u200b왕", "가" * 5000, "왕을"])
def test_odd_words_are_answered(query):
    data = word(query, [A], ["syllable"]).to_dict()
    assert data["models"][0]["resolution"] is not None or "suggestions" in data["models"][0]


def test_what_cannot_be_asked_is_said():
    for given in (("", [A]), ("  ", [A]), ("왕", [])):
        with pytest.raises(BadInput, match="at least one model"):
            word(*given, tokenizers=[])
    with pytest.raises(BadInput, match="two of the models"):
        word("왕", [A, A], [])
    with pytest.raises(BadInput):
        word("왕", [A], [], 0)
    with pytest.raises(UnknownName):
        word("왕", ["no-such-model"], [])


def test_a_small_map_begins_with_the_word_and_keeps_more_than_chance():
    random = np.random.default_rng(1)
    centres = np.repeat(np.eye(4), 20, axis=0)
    many = Vectors([f"단어{i}" for i in range(80)], centres + 0.1 * random.normal(size=(80, 4)), info={"tokenizer": "x"})
    found = surroundings(many, "단어3", 60)
    assert found.keys[0] == "단어3" and len(found) == 61 and found.method == "tsne"
    assert found.preserved > 0.5 and np.array_equal(found.coords, surroundings(many, "단어3", 60).coords)
    with pytest.raises(OutOfVocabulary):
        surroundings(A, "뷁뷁")
