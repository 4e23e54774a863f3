import threading

import numpy as np
import pytest

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.vectors.vectors import Vectors


@pytest.fixture
def royal():
    """gender × royalty × age, with noise dimensions: relations any correct query recovers."""
    rng = np.random.default_rng(0)
    gender, royalty, child = np.eye(3, 20)
    base = rng.normal(0, 0.05, (60, 20))
    named = {
        "남자/NNG": gender,
        "여자/NNG": -gender,
        "왕/NNG": gender + 2 * royalty,
        "여왕/NNG": -gender + 2 * royalty,
        "왕자/NNG": gender + 2 * royalty + child,
        "공주/NNG": -gender + 2 * royalty + child,
        "왕/NNP": gender + 1.9 * royalty,
    }
    keys = [*named, *(f"말{i}/VV" for i in range(53))]
    rows = np.stack(
        [vector + noise for vector, noise in zip([*named.values(), *rng.normal(0, 1, (53, 20))], base, strict=True)]
    )
    return Vectors(keys, rows, counts=np.arange(60, 0, -1), info={"model": "planted"})


def test_the_interval_on_an_axis_holds_95_percent_of_samples_of_the_pole_words():
    rng = np.random.default_rng(0)
    keys = [f"{pole}{i}" for pole in "낮높" for i in range(5)]
    v = Vectors([*keys, "말"], np.vstack([rng.normal(-1, 1, (5, 6)), rng.normal(1, 1, (5, 6)), rng.normal(0.5, 1, (1, 6))]))
    [found] = v.axis(keys[:5], keys[5:], ["말"], samples=4000).scores
    low, high = v.unit_vectors(keys[:5]), v.unit_vectors(keys[5:])
    directions = np.array([rng.choice(high, 5).mean(0) - rng.choice(low, 5).mean(0) for _ in range(4000)])
    cosines = directions @ v.unit_vectors(["말"])[0] / np.linalg.norm(directions, axis=1)
    expected = np.percentile(cosines, (2.5, 97.5))
    assert (found.low, found.high) == pytest.approx(expected, abs=0.08 * np.ptp(expected))


def test_planted_relations_are_found(royal):
    for method in ("3cosadd", "3cosmul"):
        answer = royal.analogy("왕 − 남자 + 여자", method=method, n=3)
        assert answer[0].key == "여왕/NNG"
        assert answer.resolved[0].key == "왕/NNG" and answer.resolved[0].alternatives == ("왕/NNP",)
    assert royal.analogy("왕자-왕+여왕", n=1)[0].word == "공주"
    assert {"왕/NNG", "왕/NNP"}.isdisjoint(near.key for near in royal.similar("왕", n=60))


def test_query_words_answer_only_when_asked(royal):
    barred = {"왕/NNG", "왕/NNP", "남자/NNG", "여자/NNG"}
    assert not barred & {n.key for n in royal.analogy("왕 − 남자 + 여자", n=60)}
    assert len(royal.analogy("왕 − 남자 + 여자", n=60)) == 56
    assert {n.key for n in royal.analogy("왕 − 남자 + 여자", n=60, exclude=False)} == set(royal.keys)


def test_analogy_record_tells_the_whole_story(royal):
    plain = royal.analogy("0.5*왕 + 여자", n=2).to_dict()
    assert plain["query"] == "0.5*왕 + 여자" and plain["model"] == "planted" and plain["method"] == "3cosadd"
    assert [r["key"] for r in plain["resolved"]] == ["왕/NNG", "여자/NNG"]
    assert plain["terms"][0] == {"word": "왕", "weight": 0.5, "start": 4, "end": 5}
    assert set(plain["neighbours"][0]) == {"word", "key", "score", "count"}
    frame = royal.analogy("왕", n=4).to_frame()
    assert list(frame.columns) == ["word", "key", "score", "count"] and len(frame) == 4


def test_similar_filters_by_tag_and_count(royal):
    assert {n.key[-2:] for n in royal.similar("왕", n=60, tags="VV")} == {"VV"}
    assert all(n.count >= 50 for n in royal.similar("왕", n=60, min_count=50))
    both = royal.similar("왕", n=60, tags=["NNG", "NNP"], min_count=58)
    assert {n.key for n in both} == {"남자/NNG", "여자/NNG"}
    with pytest.raises(BadInput, match="NNG, NNP, VV"):
        royal.similar("왕", tags="NN")
    with pytest.raises(BadInput, match="no counts"):
        Vectors(["a", "b"], np.eye(2)).similar("a", min_count=3)


def test_similarity_matrix_and_odd_one_out(royal):
    words = ["왕", "여왕", "남자"]
    matrix = royal.matrix(words)
    assert matrix.shape == (3, 3) and np.allclose(matrix, matrix.T) and np.allclose(np.diag(matrix), 1)
    assert matrix[0, 2] == pytest.approx(royal.similarity("왕", "남자"), abs=1e-6)
    assert royal.odd_one_out(["왕", "여왕", "왕자", "말3"]) == "말3"
    with pytest.raises(BadInput, match="three"):
        royal.odd_one_out(["왕", "여왕"])


def test_similar_by_vector(royal):
    answer = royal.similar_by_vector(royal.vector("왕"), n=2, exclude=["왕"])
    assert answer[0].key == "왕/NNP" and answer.resolution is None and answer.to_dict()["resolved"] == []
    for bad in ([1.0], np.full(20, np.nan)):
        with pytest.raises(BadInput, match="20 finite"):
            royal.similar_by_vector(bad)


def test_many_at_once_equals_one_by_one(royal):
    words = ["왕", "공주", "말5"]
    for one, many in zip([royal.similar(w, 7) for w in words], royal.similar_many(words, 7), strict=True):
        assert [n.key for n in one] == [n.key for n in many]


@pytest.mark.parametrize("n", [0, -1, 2.5, True, "3"])
def test_n_must_be_a_number_of_answers(royal, n):
    with pytest.raises(BadInput, match="n must be"):
        royal.similar("왕", n=n)


@pytest.mark.parametrize(
    ("keys", "vectors", "counts", "says"),
    [
        (["a", "b"], [[1, np.nan], [1, 2]], None, "NaN"),
        (["a", "b"], [[1, np.inf], [1, 2]], None, "'a'"),
        (["a", "a"], np.eye(2), None, "more than once"),
        (["a"], np.eye(2), None, "one vector for each key"),
        (["a", ""], np.eye(2), None, "non-empty"),
        (["a", 3], np.eye(2), None, "non-empty"),
        ([], np.empty((0, 3)), None, "n and d of 1"),
        (["a"], [1, 2], None, "n × d"),
        (["a"], [["x", "y"]], None, "table of numbers"),
        (["a", "b"], [[1, 2], [3]], None, "table of numbers"),
        (["a", "b"], np.eye(2), [1], "counts"),
        (["a", "b"], np.eye(2), [1, -1], "counts"),
    ],
)
def test_bad_vectors_are_refused(keys, vectors, counts, says):
    with pytest.raises(BadInput, match=says):
        Vectors(keys, vectors, counts)


def test_zero_rows_are_reported_and_like_nothing():
    v = Vectors(["a", "b", "c"], [[1, 0], [0, 0], [1, 1]])
    assert "all zero" in v.info["warnings"][0] and "b" in v.info["warnings"][0]
    assert v.similarity("a", "b") == 0
    assert [n.key for n in v.similar("a", 2)] == ["c", "b"]


def test_nothing_can_be_changed(royal):
    for array in (royal.vectors, royal.unit, royal.counts, royal.inverse):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(TypeError):
        royal.info["model"] = "other"
    with pytest.raises(AttributeError):
        royal.similar("왕")[0].score = 1


def test_float32_arrays_are_not_copied():
    matrix = np.eye(3, dtype=np.float32)
    assert np.shares_memory(Vectors("abc", matrix).vectors, matrix)
    assert np.shares_memory(Vectors("abc", matrix).unit, matrix)  # rows of length 1 already


def test_index_and_membership(royal):
    assert royal.index("여왕/NNG") == 3 and royal.row("여왕") is None and royal.lookup("여왕") == 3
    assert "왕" in royal and "왕/NNP" in royal and "임금" not in royal and 3 not in royal
    with pytest.raises(OutOfVocabulary):
        royal.index("임금")
    assert royal.most_frequent(2) == ["남자/NNG", "여자/NNG"]


def test_threads_agree(royal):
    words = [word for word in ("왕", "여왕", "공주", "말1", "말2") for _ in range(8)]
    answers: dict[int, list[str]] = {}
    fresh = Vectors(royal.keys, royal.vectors, royal.counts)

    def ask(place):
        answers[place] = [n.key for n in fresh.similar(words[place], 9)]

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(words))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {place: [n.key for n in royal.similar(word, 9)] for place, word in enumerate(words)}


def test_same_answers_as_gensim():
    models = pytest.importorskip("gensim.models")
    rng = np.random.default_rng(5)
    keys = [f"w{i}" for i in range(800)]
    matrix = rng.standard_normal((800, 24)).astype(np.float32) * rng.uniform(0.1, 5, (800, 1)).astype(np.float32)
    theirs = models.KeyedVectors(24)
    theirs.add_vectors(keys, matrix)
    ours = Vectors(keys, matrix)

    def same(mine, other):
        assert [n.key for n in mine] == [word for word, _ in other]
        assert np.allclose([n.score for n in mine], [score for _, score in other], rtol=1e-4, atol=1e-5)

    same(ours.similar("w3", 20), theirs.most_similar("w3", topn=20))
    same(ours.analogy("w1 - w2 + w3", n=20), theirs.most_similar(positive=["w1", "w3"], negative=["w2"], topn=20))
    same(ours.analogy("w1 - w2 + w3", "3cosmul", 20), theirs.most_similar_cosmul(["w1", "w3"], ["w2"], topn=20))
    same(ours.analogy("w1 + w2", "3cosmul", 20), theirs.most_similar_cosmul(["w1", "w2"], topn=20))
    same(ours.analogy("w1 - w2 - w4 + w3", "3cosmul", 20), theirs.most_similar_cosmul(["w1", "w3"], ["w2", "w4"], topn=20))
    same(
        ours.analogy("0.5*w1 + 2*w3 - w7", n=20),
        theirs.most_similar(positive=[("w1", 0.5), ("w3", 2.0)], negative=["w7"], topn=20),
    )


def test_axis_orders_words_between_the_poles(royal):
    found = royal.axis("남자", "여자", ["왕", "여왕", "말1"])
    assert found.scores[0].word == "여왕" and found.scores[-1].word == "왕"
    assert found.scores[0].low is None and found.samples == 0
    sets = royal.axis(["남자", "왕자"], ["여자", "공주"], ["왕", "여왕"], samples=200)
    for row in sets.scores:
        assert row.low <= row.score + 1e-6 and row.score - 1e-6 <= row.high
    assert sets == royal.axis(["남자", "왕자"], ["여자", "공주"], ["왕", "여왕"], samples=200)
    ends = royal.axis("남자", "여자", n=2, tags=["NNG", "NNP"])
    assert len(ends.scores) == 4 and {"남자/NNG", "여자/NNG"}.isdisjoint(row.key for row in ends.scores)
    assert ends.scores[0].key in {"여왕/NNG", "공주/NNG"}
    assert list(ends.to_frame().columns) == ["word", "key", "score", "low", "high"]
    with pytest.raises(BadInput, match="same"):
        royal.axis("남자", "남자")
    with pytest.raises(BadInput, match="no words"):
        royal.axis([], "남자")
