import json

import numpy as np
import pytest

import explorer as ex
from explorer.analysis.correlation import spearman
from explorer.analysis.model_comparison import ModelComparison, compare_models, compare_word
from explorer.analysis.shared_words import shared_words
from explorer.core.errors import BadInput, Cancelled, OutOfVocabulary
from explorer.vectors.vectors import Vectors

TAGS = ("NNG", "VV", "NNP")
KEYS = [f"낱말{number}/{TAGS[number % 3]}" for number in range(300)]


def model(keys=KEYS, noise=0.0, seed=0, name="first", counts=True):
    base = np.random.default_rng(7).standard_normal((300, 12))[[KEYS.index(key) for key in keys]]
    moved = base + noise * np.random.default_rng(seed).standard_normal(base.shape)
    turned = np.linalg.qr(np.random.default_rng(seed + 1).standard_normal((12, 12)))[0]  # axes of its own: cosines stay
    return Vectors(keys, moved @ turned, np.arange(len(keys), 0, -1) if counts else None, {"model": name})


@pytest.fixture
def pair():
    return model(), model(noise=0.5, seed=3, name="second")


def test_the_overlap_is_what_the_neighbours_say(pair):
    a, b = pair
    found = compare_models(a, b, k=7, sample=None)
    assert found.complete and found.shared == 300 and (found.a, found.b) == ("first", "second")
    for one in found.words[::23]:
        near = [{x.key for x in v.similar(one.key, 7)} for v in (a, b)]
        assert one.overlap == pytest.approx(len(near[0] & near[1]) / 7)
        there = np.mean([b.similarity(one.key, key) for key in near[0]]) / np.mean(
            [b.similarity(one.key, key) for key in near[1]]
        )
        here = np.mean([a.similarity(one.key, key) for key in near[1]]) / np.mean(
            [a.similarity(one.key, key) for key in near[0]]
        )
        assert one.kept == pytest.approx((there + here) / 2, abs=1e-5)
    values = np.array([one.overlap for one in found.words])
    assert found.overlap.value == pytest.approx(values.mean()) and found.chance == 7 / 299
    low, high = np.percentile(np.random.default_rng(9).choice(values, (4000, 300)).mean(axis=1), (2.5, 97.5))
    assert (found.overlap.low, found.overlap.high) == pytest.approx((low, high), abs=0.15 * (high - low))
    assert found == compare_models(a, b, k=7, sample=None) == ModelComparison.from_dict(json.loads(json.dumps(found.to_dict())))


def test_strangers_agree_by_chance_and_a_turned_model_agrees_wholly():
    same = compare_models(model(), model(seed=5), k=5, sample=None)
    assert same.overlap.value == 1 and same.correlation.value == pytest.approx(1) and same.words[0].kept == pytest.approx(1)
    stranger = Vectors(KEYS, np.random.default_rng(4).standard_normal((300, 60)))
    other = compare_models(model(), stranger, k=30, sample=None)
    assert other.overlap.value == pytest.approx(other.chance, rel=0.25)
    assert other.correlation.low < 0 < other.correlation.high


def test_a_sample_is_drawn_by_its_seed_and_its_interval_holds_the_whole(pair):
    whole = compare_models(*pair, sample=None)
    drawn = [compare_models(*pair, sample=100, seed=seed) for seed in range(12)]
    assert {len(one.words) for one in drawn} == {100} and not drawn[0].complete
    assert drawn[0].words != drawn[1].words and drawn[0] == compare_models(*pair, sample=100, seed=0)
    # A sample asks fewer words but seeks neighbours among all: the same word has the same numbers.
    by_key = {one.key: one for one in whole.words}
    assert all(by_key[one.key] == one for one in drawn[0].words)
    assert sum(one.overlap.low <= whole.overlap.value <= one.overlap.high for one in drawn) >= 10


def test_random_pairs_are_correlated_by_rank(pair):
    a, b = pair
    found = compare_models(a, b, sample=10, pairs=20_000)
    rows = np.triu_indices(300, 1)
    every = spearman(*((v.unit @ v.unit.T)[rows] for v in pair))
    assert found.correlation.low < every < found.correlation.high
    assert found.correlation.value == pytest.approx(float(every), abs=0.03)


def test_words_that_differ_most_stand_first_and_filters_leave_out(pair):
    found = compare_models(*pair, sample=None)
    most = found.ranked(300)
    assert [(one.overlap, one.kept) for one in most] == sorted((one.overlap, one.kept) for one in found.words)
    assert [one.key for one in found.ranked(300, differ=False)][::-1] == [one.key for one in most] or {
        one.key for one in found.ranked(5, differ=False)
    } <= {one.key for one in found.words if one.overlap >= most[-5].overlap}
    verbs = found.ranked(300, tags=["VV"], min_count=150)
    assert {one.key for one in verbs} == {key for row, key in enumerate(KEYS) if key.endswith("VV") and 300 - row >= 150}
    assert found.ranked_frame(3, tags=["VV"]).to_dict("records") == [one.to_dict() for one in found.ranked(3, tags=["VV"])]
    assert [group.name for group in found.tags] == ["NNG", "NNP", "VV"] and {group.words for group in found.tags} == {100}
    assert [group.words for group in found.bands] == [60] * 5 and (found.bands[0].most, found.bands[0].least) == (300, 241)
    bare = compare_models(model(counts=False), model(counts=False, noise=0.5), sample=None)
    assert bare.bands == () and bare.words[0].count is None
    with pytest.raises(BadInput):
        bare.ranked(min_count=5)


def test_what_each_lacks_is_told():
    a, b = model(KEYS[:200]), model(KEYS[100:], name="second")
    found = compare_models(a, b, sample=None)
    assert found.shared == 100
    ours, theirs = found.lacks
    assert (ours.model, ours.count, ours.share) == ("first", 100, 0.5) and ours.words[0] == (KEYS[200], 100)
    assert theirs.words[0] == (KEYS[0], 200) and theirs.tokens == pytest.approx(sum(range(101, 201)) / sum(range(1, 201)))
    assert {key for key, _ in theirs.words} <= set(KEYS[:100])


def test_words_match_by_form_where_one_model_has_no_tags(pair):
    a, _ = pair
    bare = Vectors([key.partition("/")[0] for key in KEYS], a.vectors, a.counts, {"model": "bare"})
    found = compare_models(a, bare, sample=None)
    assert found.by_form == found.shared == 300 and found.overlap.value == 1
    assert compare_models(bare, a, sample=None).by_form == 300
    homographs = Vectors(["배/NNB", "배/NNG", "왕/NNG"], np.eye(3), [1, 9, 4])
    both = shared_words(Vectors(["왕", "배", "A/S"], np.eye(3)), homographs)
    assert both.keys == ("배", "왕") and homographs.keys[both.rows_b[0]] == "배/NNG"
    assert shared_words(homographs, Vectors(["왕/NNP"], np.eye(1))).keys == ()


def test_other_readings_of_the_word_are_no_neighbours():
    keys = ["배/NNG", "배/NNB", "사과/NNG", "감/NNG", "왕/NNG"]
    v = Vectors(keys, [[1, 0], [1, 0.01], [0.9, 0.2], [0.8, 0.4], [0, 1]])
    found = compare_word(v, v, "배", 2)
    assert [one.key for one in found.first] == ["사과/NNG", "감/NNG"] == [one.key for one in v.similar("배", 2)]
    assert found.key == "배/NNG" and found.both == ("사과/NNG", "감/NNG") and found.overlap == 1


def test_one_word_is_the_same_as_among_all(pair):
    found = compare_models(*pair, sample=None)
    for one in (found.words[0], found.words[-1]):
        alone = compare_word(*pair, one.key)
        assert (alone.overlap, alone.key) == (one.overlap, one.key) and alone.kept == pytest.approx(one.kept)
        assert set(alone.both) == {x.key for x in alone.first} & {x.key for x in alone.second}
        frame = alone.to_frame()
        assert len(frame) == 20 and set(frame[frame["both"]]["key"]) == set(alone.both)


def test_what_cannot_be_compared_is_said(pair):
    a, b = pair
    for wrong in ({"k": 0}, {"sample": 0}, {"pairs": 0}, {"k": 300}):
        with pytest.raises(BadInput):
            compare_models(a, b, **wrong)
    with pytest.raises(BadInput) as none:
        compare_models(a, Vectors(["다른/NNG"], [[1.0]]))
    assert none.value.code == "analysis.shared_keys_too_few"
    with pytest.raises(BadInput):
        compare_word(a, model(KEYS[:100]), KEYS[200])
    with pytest.raises(OutOfVocabulary):
        compare_word(a, b, "없는말뷁")


def test_it_can_be_stopped_and_tells_how_far_it_is(pair):
    seen = []
    compare_models(*pair, progress=seen.append)
    assert seen[0].total == 300 and {step.stage for step in seen} == {"comparing neighbours", "comparing random pairs"}

    def stop(_):
        raise Cancelled

    with pytest.raises(Cancelled):
        compare_models(*pair, progress=stop)


def test_zero_rows_and_an_artifact_are_no_trouble(home):
    rows = np.random.default_rng(2).standard_normal((40, 4))
    rows[3] = 0
    v = Vectors([f"낱말{number}" for number in range(40)], rows)
    v.save("영")
    found = ex.compare_models(ex.load("영"), v, k=3, sample=None)
    assert found.words[3].kept == 0 and found.overlap.value > 0.9
    assert ex.compare_word(ex.load("영"), v, "낱말5", 3).overlap == 1


def test_many_words_are_asked_in_blocks(monkeypatch):
    from explorer.analysis import model_comparison

    asked = []
    real = model_comparison.neighbour_graph

    def watched(unit, k, rows):
        asked.append(len(rows))
        return real(unit, k, rows)

    monkeypatch.setattr(model_comparison, "neighbour_graph", watched)
    compare_models(model(), model(noise=0.1), sample=None)
    assert max(asked) <= 256 and sum(asked) == 600
