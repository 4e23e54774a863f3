"""One sense or several: the decision and its evidence, groups without singletons, senses joined and split by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support_cost import cost

pytest.importorskip("torch")

import explorer as ex
from corpora.sample import homographs, sentences
from explorer.core.errors import BadInput
from explorer.encoders.choose import FEWEST, LEVEL, between, choose_senses, groupings, null_of
from explorer.encoders.clusters import centred, cosine_distances
from explorer.encoders.regroup import rearrange

BANK = [one for one in homographs() if one.word == "은행"]
GRANDFATHER = [one.text for one in sentences() if "할아버지" in one.text][:8]


@pytest.fixture(scope="module")
def mini():
    return ex.encoder("mini")


@pytest.fixture(scope="module")
def bank(mini):
    return mini.senses("은행", [one.text for one in BANK], spans=[(one.start, one.end) for one in BANK])


def two_clouds(n=12, apart=3.0):
    rng = np.random.default_rng(0)
    middles = np.zeros((n, 20))
    middles[: n // 2, 0], middles[n // 2 :, 1] = apart, apart
    return middles + 0.3 * rng.normal(size=(n, 20))


# ---- the decision


def test_contexts_decide_whether_a_division_stands():
    points = two_clouds()
    apart = choose_senses(points, np.repeat(np.eye(8)[:2], 6, axis=0))
    assert apart.k == apart.number == 2 and apart.labels == [0] * 6 + [1] * 6 and apart.p <= apart.level == LEVEL
    first = apart.trials[0]
    assert first.k == 2 and first.observed == 0 and first.low <= first.mean <= first.high and first.silhouette > 0.5
    alike = choose_senses(points, np.ones((12, 8)))  # the model divides them, but the same stands around the word
    assert alike.k == 1 and alike.labels == [0] * 12 and alike.p == 1 and alike.trials[0].observed == pytest.approx(1)
    assert apart == choose_senses(points, np.repeat(np.eye(8)[:2], 6, axis=0))


def test_contexts_without_a_content_word_are_no_evidence():
    decision = choose_senses(two_clouds(), np.zeros((12, 8)))
    assert decision.k == 1 and decision.p == 1
    assert json.loads(json.dumps(decision.to_dict(), allow_nan=False))["trials"][0]["observed"] is None


def test_p_counts_draws_of_the_null():
    null = null_of(10, 2)
    assert len(null) > 50 and 0 < np.median(null) < 0.25
    assert null_of(9, 2) is null is not null_of(8, 2) and null_of(10**6, 2) is null_of(20, 2)
    contexts = np.zeros((10, 2))
    middle = float(np.median(null))
    contexts[:5, 0], contexts[5:] = 1, (middle, np.sqrt(1 - middle**2))
    trial = choose_senses(two_clouds(10), contexts).trials[0]
    assert trial.observed == pytest.approx(middle) and 0.4 < trial.p < 0.6


@pytest.mark.parametrize("points", [np.ones((1, 3)), np.ones((6, 3)), np.zeros((5, 2)), np.eye(3)])
def test_too_few_or_equal_contexts_are_one_sense(points):
    decision = choose_senses(points, np.ones((len(points), 2)))
    assert (decision.k, decision.p, decision.trials) == (1, None, ())


def test_contexts_must_match_points():
    for points, contexts in ((np.ones((0, 3)), np.ones((0, 3))), (np.ones((4, 3)), np.ones((3, 3)))):
        with pytest.raises(BadInput) as error:
            choose_senses(points, contexts)
        assert error.value.code == "encoders.context_count_mismatch"


def test_two_hundred_contexts_are_divided_at_once():
    points = np.random.default_rng(0).normal(size=(200, 768))
    assert cost(lambda: choose_senses(points, points), enough=150) < 150


def test_no_group_is_a_single_sentence():
    rng = np.random.default_rng(2)
    points = centred(np.concatenate([two_clouds(10), 9 * rng.normal(size=(2, 20))]))
    for number, (labels, _) in groupings(cosine_distances(points), 6).items():
        assert np.bincount(labels).min() > 1 and labels.max() + 1 == number
    assert groupings(cosine_distances(np.eye(FEWEST - 1)), 6) == {}


def test_contexts_without_words_are_left_out_of_the_cosine():
    contexts = np.array([[1.0, 0.0], [0.0, 0.0], [0.6, 0.8]])
    assert between(contexts, np.array([0, 1, 1])) == pytest.approx(0.6)
    assert np.isnan(between(np.zeros((3, 2)), np.array([0, 1, 1])))


# ---- with a model


def test_a_homograph_has_two_senses_and_a_grandfather_one(mini, bank):
    assert bank.k == 2 and bank.decision.k == 2 and bank.decision.p <= LEVEL and set(bank.tried) >= {2}
    assert bank.agreement([one.sense for one in BANK]).ari > 0.75
    plain = mini.senses("할아버지", GRANDFATHER)
    assert plain.k == 1 and plain.decision.p > LEVEL and plain.labels == [0] * 8 and plain.telling[0]
    assert json.loads(json.dumps(plain.to_dict()))["decision"]["trials"][0]["k"] == 2
    assert mini.senses("할아버지", GRANDFATHER, 2).decision is None


def test_of_too_many_sentences_some_are_drawn_and_it_is_said(mini):
    texts, gold = [one.text for one in BANK], [one.sense for one in BANK]
    some = mini.senses("은행", texts, 2, limit=12)
    assert (some.given, len(some.sentences)) == (20, 12) and [texts[row] for row in some.chosen] == list(some.sentences)
    assert (
        some.chosen == mini.senses("은행", texts, 2, limit=12).chosen != mini.senses("은행", texts, 2, limit=12, seed=1).chosen
    )
    assert some.agreement(gold).sentences == 12


def test_odd_sentences_are_decided(mini):
    lines = ["배ㅋㅋㅋ 😀", "배", "배를\u200b 탔다", "漢字 배", "배가 아프다", "큰 배", "배배"]
    assert mini.senses("배", lines).k >= 1


# ---- by hand


def test_joining_and_splitting_keep_what_was_left_alone(bank):
    three = bank.split(0)
    assert three.k == 3 and three.by_hand == (("split", 0),) and three.decision is bank.decision
    assert three.members(1) == bank.members(1) and sorted(three.members(0) + three.members(2)) == bank.members(0)
    assert len(three.members(0)) >= len(three.members(2)) and three.telling[1] == bank.telling[1]
    assert three.substitutes[1] == bank.substitutes[1] and three.centres.shape[0] == 3
    back = three.join(2, 0)
    assert (back.labels, back.k, back.telling, back.typical) == (bank.labels, 2, bank.telling, bank.typical)
    assert back.by_hand == (("split", 0), ("join", 0, 2)) and bank.by_hand == ()
    assert back.silhouette == pytest.approx(bank.silhouette) and bank.join(0, 1).silhouette is None
    assert back.to_dict()["by_hand"] == [["split", 0], ["join", 0, 2]]


def test_new_sentences_are_placed_among_the_changed_senses(mini, bank):
    one = mini.assign(bank.join(0, 1), "은행에서 돈을 찾았다.")
    assert one.sense == 0 and one.margin is None


def test_several_changes_take_the_numbers_of_before(bank):
    four = bank.split(0).split(1)
    made = rearrange(four, [[0, 2], [1, 3]])
    assert sorted(map(tuple, map(made.members, range(2)))) == sorted(map(tuple, map(bank.members, range(2))))
    chained = rearrange(four, [[0, 2], [2, 3]], [1])
    assert chained.k == 3 and set(four.members(0) + four.members(2) + four.members(3)) == set(chained.members(0))
    assert rearrange(four) is four


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda s: s.join(0, 5), "no_such_sense"),
        (lambda s: s.join(1), "join_needs_two"),
        (lambda s: s.join(1, 1), "join_needs_two"),
        (lambda s: s.split(-1), "no_such_sense"),
        (lambda s: rearrange(s, [[0, 1]], [1]), "join_and_split"),
        (lambda s: rearrange(s, [[0]]), "join_needs_two"),
    ],
)
def test_impossible_changes_are_refused(bank, change, code):
    with pytest.raises(BadInput) as error:
        change(bank)
    assert error.value.code == f"encoders.{code}"


def test_a_sense_of_one_sentence_cannot_be_split(mini):
    alone = mini.senses("배", ["배를 탔다", "배를 먹었다"], 2)
    with pytest.raises(BadInput, match="one sentence"):
        alone.split(0)
