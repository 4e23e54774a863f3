"""Sentences by static vectors: SIF weights by hand, what has no vector, the common component, the cache on the disk."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from explorer.core.errors import BadInput, Cancelled
from explorer.vectors.sentences import ENOUGH, gather
from explorer.vectors.vectors import Vectors

KEYS = ["왕/NNG", "여왕/NNG", "사과/NNG", "을/JKO", "먹다/VV"]
ROWS = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 1, 0.2], [5, 5, 5], [0, 0.3, 1]], np.float32)


@pytest.fixture(scope="module")
def v():
    return Vectors(KEYS, ROWS, [100, 50, 30, 5000, 20])


class Counting:
    """A maker that counts what it is asked; the vector of a text is its length and its number of 가."""

    name, dim = "counting", 2

    def __init__(self):
        self.how = {"way": "counting"}
        self.asked: list[int] = []

    def identity(self):
        return "1"

    def rows(self, texts, query=False, progress=None):
        self.asked.append(len(texts))
        return np.array([[len(text.strip()), text.count("가")] for text in texts], np.float32)


def test_words_weigh_by_their_share_of_the_training_text(v):
    found = v.sentences(["왕이 사과를 먹는다"], a=0.01)
    share = np.array([100, 30, 5000, 20]) / 5200
    weights = 0.01 / (0.01 + share)  # 이 and 는 are no keys; 를 is analysed as 를/JKO, which is none either
    rows = ROWS[[0, 2, 4]]
    expected = (weights[[0, 1, 3], None] * rows).sum(0) / 3
    assert found.vectors[0] == pytest.approx(expected, abs=1e-6)
    assert dict(found.how) == {"way": "sif", "a": 0.01, "frequencies": "counts", "components": 0}


def test_a_frequent_word_hardly_counts_and_order_stands_for_counts(v):
    often, seldom = v.sentences(["사과을 왕"]).vectors[0], Vectors(KEYS, ROWS).sentences(["왕"])
    assert np.linalg.norm(often) < 1 and seldom.how["frequencies"] == "order"


def test_what_has_no_word_has_no_vector_and_is_said(v):
    found = v.sentences(["왕", "", " \u200b\n", "👍👍", "ㅋㅋㅋ", "여왕"])
    assert found.missing == [1, 2, 3, 4]
    cosines = found.matrix()
    assert np.isnan(cosines[1]).all() and np.isnan(cosines[:, 4]).all() and cosines[0, 5] == pytest.approx(0.8)
    assert found.to_dict(matrix=True)["matrix"][1][0] is None
    assert [one.number for one in found.similar(0, 10)] == [5]
    for query in (1, "👍"):
        with pytest.raises(BadInput) as error:
            found.similar(query)
        assert error.value.code == "vectors.sentence_without_vector"


def test_a_word_that_is_no_key_counts_as_what_it_is_taken_for(v):
    whole = Vectors(KEYS, ROWS, [100, 50, 30, 5000, 20], {"tokenizer": {"name": "eojeol", "engine": "eojeol"}})
    found = whole.sentences(["왕에게 사과를"], a=1)
    assert found.missing == []
    assert found.vectors[0] == pytest.approx(v.sentences(["왕 사과"], a=1).vectors[0], abs=1e-6)


def test_composed_or_not_nfd_and_zero_width_are_the_same(v):
    plain = "여왕이 사과를 먹었다."
    found = v.sentences([plain, unicodedata.normalize("NFD", plain), "여\u200b왕이 사과를 먹었다."])
    assert found.vectors[1] == pytest.approx(found.vectors[0]) and found.vectors[2] == pytest.approx(found.vectors[0])
    assert found.texts[1] != plain  # as given


def test_the_shared_direction_goes_where_there_are_enough_sentences():
    texts = ["가" * (1 + row % 7) + "나" * (row % 5) for row in range(ENOUGH)]
    few, enough = gather(Counting(), texts[:-1]), gather(Counting(), texts)
    assert few.how["components"] == 0 and enough.how["components"] == 1
    raw = Counting().rows(texts).astype(float)
    first = np.linalg.svd(raw, full_matrices=False)[2][0]
    assert enough.vectors == pytest.approx(raw - np.outer(raw @ first, first), abs=1e-4)
    new = enough.embed(["가가나"])
    assert new[0] == pytest.approx(np.array([3, 2]) - np.array([3, 2]) @ first * first, abs=1e-4)
    assert gather(Counting(), texts, components=0).how["components"] == 0


def test_many_are_kept_on_the_disk_and_read_once(home):
    maker = Counting()
    first = gather(maker, (f"가{row}" for row in range(3000)), keep=True)
    assert maker.asked == [1024, 1024, 952] and isinstance(first.vectors, np.memmap | np.ndarray)
    again = gather(maker, (f"가{row}" for row in range(3000)), keep=True)
    assert len(maker.asked) == 3 and again.texts[2999] == "가2999" and again.texts[1:3] == ["가1", "가2"]
    assert np.array_equal(again.vectors, first.vectors) and len(list((home / "cache" / "sentences").iterdir())) == 1
    assert [one.text for one in again.similar(5, 3)] == [one.text for one in first.similar(5, 3)]
    gather(maker, (f"가{row}" for row in range(3001)), keep=True)
    assert len(list((home / "cache" / "sentences").iterdir())) == 2


def test_a_damaged_cache_is_made_again(home):
    maker = Counting()
    gather(maker, ["가", "나가"], keep=True)
    [folder] = (home / "cache" / "sentences").iterdir()
    (folder / "texts.utf8").write_bytes(b"x")
    assert gather(maker, ["가", "나가"], keep=True).texts[1] == "나가" and maker.asked == [2, 2]


@pytest.mark.parametrize("keep", [True, False])
def test_stopping_leaves_nothing(home, keep):
    def stop(step):
        if step.stage == "reading sentences" and step.done:
            raise Cancelled()

    with pytest.raises(Cancelled):
        gather(Counting(), (f"가{row}" for row in range(5000)), keep=keep, progress=stop)
    place = home / "cache" / "sentences"
    assert not place.exists() or not list(place.iterdir())


def test_what_is_refused(v, home):
    for texts, code in (
        ("왕", "vectors.sentences_as_text"),
        ([], "vectors.no_sentences"),
        (["왕", 3], "vectors.sentence_not_text"),
        (["\ud800"], "text.lone_surrogate"),
    ):
        for keep in (True, False):
            with pytest.raises(BadInput) as error:
                v.sentences(texts, keep=keep)
            assert error.value.code == code
    found = v.sentences(["왕", "여왕"])
    for ask, code in (
        (lambda: found.similar(2), "vectors.no_such_sentence"),
        (lambda: found.similar("왕", 0), "vectors.n_not_positive"),
        (lambda: v.sentences(["왕"], a=0), "vectors.sif_a"),
        (lambda: v.sentences(["왕"], components=9), "vectors.components_out_of_range"),
        (lambda: gather(Counting(), ["가"] * 4001).matrix(), "vectors.matrix_too_large"),
    ):
        with pytest.raises(BadInput) as error:
            ask()
        assert error.value.code == code
