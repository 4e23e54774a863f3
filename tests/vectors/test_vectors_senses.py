"""Senses beside words: asked for by number, never among the answers, and carried along by whatever is done to the vectors."""

import json

import numpy as np
import pytest

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.core.store import MANIFEST
from explorer.vectors.files.folder import save_vectors
from explorer.vectors.files.formats import load_vectors
from explorer.vectors.senses import Sense, SenseTable
from explorer.vectors.transform import align, centre, compact, concatenate, normalise, remove_components, subset
from explorer.vectors.vectors import Vectors

KEYS = ["배/NNG", "바다/NNG", "사과/NNG", "배/NNB", "물/NNG", "항구/NNG", "#맛집/W_HASHTAG"]
ROWS = np.array([[1, 1, 0], [1, 0.1, 0], [0.1, 1, 0], [0, 0, 1], [0.5, 0.2, 0.5], [1, 0, 0.2], [0, 0.3, 1]], np.float32)
SENSES = [Sense("배/NNG#1", 0.7, ("바다/NNG", "항구/NNG"), 70), Sense("배/NNG#2", 0.3, ("사과/NNG",), 30)]


@pytest.fixture
def v() -> Vectors:
    table = SenseTable(SENSES, [[1, 0, 0.05], [0, 1, 0.05]])
    return Vectors(KEYS, ROWS, [90, 50, 40, 30, 20, 10, 5], {"senses": {"encoder": "mini"}}, senses=table)


def test_senses_are_asked_for_and_never_answers(v):
    plain = Vectors(KEYS, ROWS, v.counts)
    assert len(v) == len(KEYS) and v.keys == plain.keys and "배/NNG#1" not in v
    for word in ("바다", "사과", "배"):
        assert v.similar(word) == plain.similar(word)
    assert [one.key for one in v.senses("배")] == ["배/NNG#1", "배/NNG#2"] == [one.key for one in v.senses("배/NNG")]
    assert v.senses("물") == [] and v.senses("배#1") == v.senses("배")
    assert v.senses("배")[0].name == "바다 · 항구" and v.senses("배")[1].word == "배#2"


@pytest.mark.parametrize("query", ["배#1", "배/NNG#1", " 배＃１ ", "\u1107\u1162#1", "배\u200b#1"])
def test_a_sense_is_found_however_it_is_typed(v, query):
    found = v.resolve(query)
    assert (found.key, found.how, found.alternatives, found.word) == ("배/NNG#1", "sense", ("배/NNG#2",), "배#1")
    assert v.find(query) == found
    assert v.vector(query).tolist() == v.sense_table.vectors[0].tolist()


def test_neighbours_of_a_sense_leave_its_own_word_out(v):
    first, second = v.similar("배#1"), v.similar("배/NNG#2")
    assert (first.words[0], second.words[0]) == ("바다", "사과")
    assert "배" not in {*first.words, *second.words}
    assert v.similarity("배#1", "사과") < 0.2 < 0.9 < v.similarity("배#2", "사과")


def test_a_sense_is_ranked_by_its_own_vector(v):
    assert (v.rank("바다", "배#1"), v.rank("사과", "배#1")) == (1, 5)
    assert (v.rank("사과", "배#2"), v.rank("사과", "배")) == (1, 1)


def test_expressions_take_senses_as_terms(v):
    answer = v.analogy("배#2 − 물 + 물")
    assert answer.resolved[0].key == "배/NNG#2" and answer.neighbours[0].word == "사과"
    assert v.analogy("물-배#1").terms[1].word == "배#1"
    assert v.odd_one_out(["배#1", "바다", "사과"]) == "사과"


def test_what_is_no_sense_is_refused_in_one_line(v):
    with pytest.raises(BadInput, match="numbered 1 to 2"):
        v.similar("배#3")
    with pytest.raises(BadInput, match="no senses are known for '물'"):
        v.similar("물#1")
    with pytest.raises(BadInput, match="0 words have some"):
        Vectors(KEYS, ROWS).vector("배#1")
    with pytest.raises(OutOfVocabulary):
        Vectors(["왕/NNG"], [[1, 0]]).senses("ㅋㅋㅋ#")
    with pytest.raises(OutOfVocabulary):
        v.resolve("#1")
    assert v.resolve("#맛집/W_HASHTAG").how == "exact"


def test_points_for_a_map_are_the_word_and_its_senses(v):
    keys, points = v.sense_points("배")
    assert keys == ["배/NNG", "배/NNG#1", "배/NNG#2"] and points.shape == (3, 3)
    assert points[0].tolist() == ROWS[0].tolist()
    assert v.sense_points("물")[0] == ["물/NNG"]


@pytest.mark.parametrize("small", [False, True])
def test_they_are_saved_hashed_and_opened_again(v, tmp_path, small):
    folder = save_vectors(v, tmp_path / "model", small=small)
    files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    assert "senses.json" in files and ("senses.int8.npy" if small else "senses.npy") in files
    again = load_vectors(folder, verify=True)
    assert list(again.sense_table) == SENSES and again.info["senses"] == {"encoder": "mini"}
    assert np.allclose(again.sense_table.vectors, v.sense_table.vectors, atol=0.01)
    (folder / "senses.json").write_text("[]", encoding="utf-8")
    with pytest.raises(BadInput, match="damaged"):
        load_vectors(folder)


def test_vectors_without_senses_write_no_such_file(tmp_path):
    folder = save_vectors(Vectors(KEYS, ROWS), tmp_path / "plain")
    assert not list(folder.glob("senses*")) and not len(load_vectors(folder).sense_table)


def test_they_move_with_the_vectors(v):
    for moved in (centre(v), normalise(v), remove_components(v, 1), remove_components(v, 1, 0.5), align(v, v)):
        # A sense at the very place of a key stays there.
        twin = Vectors(KEYS, ROWS, v.counts, senses=SenseTable([Sense("배/NNG#1", 1.0, (), 9)], ROWS[:1]))
        same = {"centre": centre, "normalise": normalise}.get(moved.info["history"][-1]["step"])
        if same:
            assert np.allclose(same(twin).sense_table.vectors[0], same(twin).vectors[0], atol=1e-6)
        assert len(moved.sense_table) == 2
        assert np.all(np.isfinite(moved.sense_table.vectors))
    both = remove_components(Vectors(KEYS, ROWS, senses=SenseTable([Sense("배/NNG#1", 1.0, (), 9)], ROWS[:1])), 1)
    assert np.allclose(both.sense_table.vectors[0], both.vectors[0], atol=1e-5)


def test_a_small_copy_keeps_the_senses_of_the_words_it_keeps(v):
    small = compact(v, keys=3, dim=2)
    assert len(small.sense_table) == 2 and small.sense_table.vectors.shape == (2, 2)
    assert small.similarity("배#1", "바다") > small.similarity("배#2", "바다")
    assert not len(compact(subset(v, ["물/NNG", "바다/NNG"]), keys=2).sense_table)
    assert "senses" not in subset(v, ["물/NNG"]).info


def test_joined_vectors_know_no_senses(v):
    joined = concatenate(v, v)
    assert not len(joined.sense_table) and "senses" not in joined.info


def test_senses_of_other_vectors_are_refused():
    with pytest.raises(BadInput, match="do not belong"):
        Vectors(["왕/NNG"], [[1, 0, 0]], senses=SenseTable(SENSES, np.ones((2, 3))))
    with pytest.raises(BadInput, match="do not belong"):
        Vectors(KEYS, ROWS, senses=SenseTable(SENSES, np.ones((2, 4))))
    with pytest.raises(BadInput, match="2 senses need"):
        SenseTable(SENSES, np.full((2, 3), np.nan))
