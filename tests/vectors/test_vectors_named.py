"""gensim's names: beside gensim itself on the same vectors, and with words that gensim has no key for."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import explorer as ex
from explorer.core.errors import BadInput, NoSuchName, OutOfVocabulary
from explorer.vectors.foreign import NAMES
from explorer.vectors.vectors import Vectors

WORDS = ["왕", "여왕", "남자", "여자", "배", "바다", "산", "강", "들", "꽃", "달", "별"]


@pytest.fixture(scope="module")
def v() -> Vectors:
    return Vectors(WORDS, np.random.default_rng(5).normal(size=(len(WORDS), 8)) + 0.3, counts=range(len(WORDS), 0, -1))


@pytest.fixture(scope="module")
def theirs(v: Vectors) -> Any:
    from gensim.models import KeyedVectors

    made = KeyedVectors(v.dim)
    made.add_vectors(list(v.keys), v.vectors)
    return made


def near(mine: list[tuple[str, float]], his: list[tuple[str, float]]) -> bool:
    return [key for key, _ in mine] == [key for key, _ in his] and np.allclose(
        [s for _, s in mine], [s for _, s in his], atol=1e-5
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"positive": "왕"},
        {"positive": ["왕", "여자"], "negative": ["남자"], "topn": 3},
        {"positive": ["왕", "여자"], "negative": "남자"},
        {"positive": [("왕", 0.5), "달"], "negative": [("들", 2.0)]},
        {"positive": "왕", "restrict_vocab": 5},
        {"negative": ["배"]},
    ],
    ids=str,
)
def test_neighbours_are_those_of_gensim(v: Vectors, theirs: Any, asked: dict[str, Any]):
    assert near(v.most_similar(**asked), theirs.most_similar(**asked))


def test_a_vector_may_stand_for_a_word(v: Vectors, theirs: Any):
    given = {"positive": [v["왕"], "달"], "negative": [v["배"] * 2]}
    assert near(v.most_similar(**given), theirs.most_similar(**given))
    assert v.most_similar(v["왕"], topn=1)[0][0] == "왕"  # a vector is no word that could be left out


def test_single_numbers_are_those_of_gensim(v: Vectors, theirs: Any):
    assert near(v.similar_by_word("꽃", 4), theirs.similar_by_word("꽃", 4))
    assert v.distance("왕", "배") == pytest.approx(theirs.distance("왕", "배"), abs=1e-6)
    groups = ["왕", "남자"], ["여왕", "여자", "꽃"]
    assert v.n_similarity(*groups) == pytest.approx(theirs.n_similarity(*groups), abs=1e-6)
    assert v.doesnt_match(WORDS[:6]) == theirs.doesnt_match(WORDS[:6])
    assert [v.rank("왕", word) for word in WORDS[1:]] == [theirs.rank("왕", word) for word in WORDS[1:]]


COSMUL = [
    {"positive": "왕"},
    {"positive": ["왕", "여자"], "negative": ["남자"], "topn": 3},
    {"positive": ["왕", "여자"], "negative": "남자", "restrict_vocab": None},
]


@pytest.mark.parametrize("asked", COSMUL, ids=str)
def test_products_are_those_of_gensim(v: Vectors, theirs: Any, asked: dict[str, Any]):
    assert near(v.most_similar_cosmul(**asked), theirs.most_similar_cosmul(**asked))


def test_only_the_first_rows_answer_where_that_is_asked(v: Vectors):
    found = v.most_similar_cosmul("왕", topn=20, restrict_vocab=4)
    assert sorted(key for key, _ in found) == sorted(WORDS[1:4]) and len(v.most_similar_cosmul("왕", topn=20)) == 11


def test_rows_are_those_of_gensim(v: Vectors, theirs: Any):
    assert v.vector_size == theirs.vector_size == 8
    for norm in (False, True):
        assert np.allclose(v.get_vector("달", norm=norm), theirs.get_vector("달", norm=norm), atol=1e-6)
        assert np.allclose(v.get_vector(3, norm), theirs.get_vector(3, norm), atol=1e-6)
    assert np.allclose(v.get_normed_vectors(), theirs.get_normed_vectors(), atol=1e-6)
    assert [v.get_index(key) for key in (*WORDS, 3)] == [theirs.get_index(key) for key in (*WORDS, 3)]
    assert v.get_index("뷁쀍", -1) == theirs.get_index("뷁쀍", -1) == -1 and v.get_index(99, -1) == -1
    assert [v.has_index_for(key) for key in ("왕", "뷁쀍", 99)] == [True, False, False]
    theirs.set_vecattr("달", "count", 2)
    assert v.get_vecattr("달", "count") == theirs.get_vecattr("달", "count") == v.counts[10]


MEANS: list[dict[str, Any]] = [
    {},
    {"weights": [1, 2, -3, 4]},
    {"pre_normalize": False},
    {"post_normalize": True},
    {"weights": np.array([0.5, 0.5, 1, 1], np.float32), "pre_normalize": False, "post_normalize": True},
]


@pytest.mark.parametrize("asked", MEANS, ids=str)
def test_means_are_those_of_gensim(v: Vectors, theirs: Any, asked: dict[str, Any]):
    keys = ["왕", "뷁쀍", "배", v["달"]]  # a word that nobody knows is left out with its weight
    assert np.allclose(v.get_mean_vector(keys, **asked), theirs.get_mean_vector(keys, **asked), atol=1e-6)


def test_what_is_nearer_is_what_gensim_finds_nearer(v: Vectors, theirs: Any):
    assert np.allclose(v.distances("왕"), theirs.distances("왕"), atol=1e-6)
    assert np.allclose(v.distances(v["왕"] * 3, WORDS[2:5]), theirs.distances(v["왕"], WORDS[2:5]), atol=1e-6)
    for word in WORDS[1:]:
        assert v.closer_than("왕", word) == theirs.closer_than("왕", word)
    assert v.most_similar_to_given("왕", WORDS[3:9]) == theirs.most_similar_to_given("왕", WORDS[3:9])
    assert near(v.similar_by_key("꽃", 4), theirs.similar_by_key("꽃", 4))


OF_GENSIM_ITSELF = {"add_lifecycle_event", "expandos", "mapfile_path", "next_index"}


def test_every_public_name_of_gensim_is_here_or_says_what_to_write(v: Vectors, theirs: Any):
    public = {name for name in dir(theirs) if not name.startswith("_")} - OF_GENSIM_ITSELF
    assert len(public) > 50 and sorted(name for name in public if not hasattr(v, name) and name not in NAMES) == []
    assert [name for name in NAMES if hasattr(v, name)] == []  # nothing is hidden behind a sentence


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_name_from_elsewhere_is_an_attribute_error_of_one_line(v: Vectors, name: str):
    with pytest.raises(AttributeError) as caught:
        getattr(v, name)
    error = caught.value
    assert isinstance(error, NoSuchName) and repr(name) in str(error) and "\n" not in str(error)
    assert name in error.said("ko") and error.said("ko") != str(error)
    # What it tells to write is Python, and there.
    here = str(error.values.get("here", "v.unit")).replace(", and ", "; ").replace(", or ", "; ").split(" of ")[0]
    assert all(hasattr(v, word) for word in re.findall(r"\bv\.(\w+)", here)) and compile(here, "here", "exec")
    assert all(hasattr(ex, word) for word in re.findall(r"\bex\.(\w+)", here))


def test_other_names_are_errors_of_python(v: Vectors):
    with pytest.raises(AttributeError, match="'Vectors' object has no attribute 'no_such_name'") as caught:
        v.no_such_name  # type: ignore[attr-defined]  # noqa: B018
    assert not isinstance(caught.value, NoSuchName)
    assert copy.copy(v)["왕"].tolist() == v["왕"].tolist()


def test_it_is_a_mapping_of_its_keys(v: Vectors, theirs: Any):
    assert list(v) == list(v.index_to_key) == theirs.index_to_key and dict(v.key_to_index) == theirs.key_to_index
    assert "왕" in v and "없음" not in v and 3 not in v and len(v) == len(WORDS)
    assert np.array_equal(v["왕"], theirs["왕"]) and np.array_equal(v[["왕", "배"]], theirs[["왕", "배"]])
    assert np.array_equal(v[3], theirs[3]) and v[[]].shape == (0, v.dim)
    with pytest.raises(TypeError):
        v.key_to_index["왕"] = 1  # type: ignore[index]


def test_words_are_read_as_everywhere_else():
    v = Vectors(["왕/NNG", "왕/NNP", "여왕/NNG", "먹다/VV"], [[1, 0, 0], [1, 0.1, 0], [0.8, 0.6, 0], [0, 0, 1]])
    assert np.array_equal(v["왕"], v["왕/NNG"]) and np.array_equal(v["먹었다"], v["먹다/VV"])
    assert [key for key, _ in v.most_similar("왕")] == ["여왕/NNG", "먹다/VV"]  # no other reading of the word itself
    assert v.rank("왕", "여왕") == 1


def test_a_missing_word_is_a_key_error_with_one_line(v: Vectors):
    with pytest.raises(KeyError) as caught:
        v["뷁쀍"]
    assert isinstance(caught.value, OutOfVocabulary) and str(caught.value).startswith("no vector for '뷁쀍'")


@pytest.mark.parametrize(
    "ask",
    [
        lambda v: v[3.5],
        lambda v: v[True],
        lambda v: v[99],
        lambda v: v[["왕", None]],
        lambda v: v.most_similar(),
        lambda v: v.most_similar(3),
        lambda v: v.most_similar("왕", topn=0),
        lambda v: v.most_similar("왕", "왕"),
        lambda v: v.most_similar(np.zeros(3)),
        lambda v: v.doesnt_match("왕여왕배"),
        lambda v: v.n_similarity([], ["왕"]),
        lambda v: v.n_similarity("왕", ["왕"]),
        lambda v: v.get_vector(["왕"]),
        lambda v: v.get_index(99),
        lambda v: v.get_vecattr("왕", "sample_int"),
        lambda v: v.get_mean_vector([]),
        lambda v: v.get_mean_vector("왕배"),
        lambda v: v.get_mean_vector(["왕", "배"], weights=[1]),
        lambda v: v.get_mean_vector(["왕", "배"], weights=["하나", "둘"]),
        lambda v: v.get_mean_vector(["왕", "배"], weights=[1, float("nan")]),
        lambda v: v.most_similar_cosmul(),
        lambda v: v.most_similar_to_given("왕", []),
        lambda v: v.distances(np.zeros(3)),
        lambda v: v.similar(["왕"]),
        lambda v: v.similar_many("왕"),
        lambda v: v.similarities("왕배"),
        lambda v: v.matrix("왕배"),
        lambda v: v.odd_one_out("왕배달"),
        lambda v: v.find(["왕"]),
        lambda v: v.index(["왕"]),
        lambda v: v.lookup(3),
        lambda v: v.suggest(3),
        lambda v: v.senses(["왕"]),
        lambda v: v.analogy(["왕"]),
        lambda v: v.analogy(3),
        lambda v: v.similar_by_vector("왕"),
        lambda v: v.vector("왕\ud800"),
    ],
)
def test_a_wrong_kind_is_one_line(v: Vectors, ask: Any):
    with pytest.raises(BadInput) as caught:
        ask(v)
    assert "\n" not in str(caught.value) and caught.value.said("ko") != str(caught.value)


def test_correlations_are_those_of_gensim(v: Vectors, theirs: Any, tmp_path: Path):
    rng = np.random.default_rng(1)
    pairs = [f"{a}\t{b}\t{rng.uniform(0, 10):.2f}" for place, a in enumerate(WORDS) for b in WORDS[place + 1 :: 3]]
    path = tmp_path / "pairs.tsv"
    path.write_text("\n".join([*pairs, "왕\t뷁쀍\t1.0"]) + "\n", encoding="utf-8")
    for dummy in (False, True):
        mine, his = (one.evaluate_word_pairs(str(path), dummy4unknown=dummy) for one in (v, theirs))
        assert mine[0].statistic == pytest.approx(his[0].statistic, abs=1e-6)
        assert tuple(mine[1]) == pytest.approx(tuple(his[1]), abs=1e-6)
        assert mine[2] == pytest.approx(100 / (len(pairs) + 1)) and (dummy or his[2] == pytest.approx(mine[2]))
    with pytest.raises(BadInput, match="holds pairs"):
        v.evaluate_word_analogies(path)


def test_analogies_are_those_of_gensim(v: Vectors, theirs: Any, tmp_path: Path):
    rng = np.random.default_rng(2)
    lines = [" ".join(rng.choice(WORDS, 4, replace=False)) for _ in range(60)]
    path = tmp_path / "questions.txt"
    path.write_text("\n".join([": 하나", *lines[:30], ": 둘", *lines[30:], "왕 남자 뷁쀍 여자"]) + "\n", encoding="utf-8")
    for dummy in (False, True):
        score, sections = v.evaluate_word_analogies(str(path), dummy4unknown=dummy)
        his, parts = theirs.evaluate_word_analogies(str(path), dummy4unknown=dummy, case_insensitive=False)
        assert score == pytest.approx(his) and 0 < score < 1
        assert [(one["section"], len(one["correct"]), len(one["incorrect"])) for one in sections] == [
            (one["section"], len(one["correct"]), len(one["incorrect"])) for one in parts
        ]
        assert sections[0]["correct"] == parts[0]["correct"]
    with pytest.raises(BadInput, match="holds analogies"):
        v.evaluate_word_pairs(path)
