import json

import numpy as np
import pytest

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.core.intervals import share_interval
from explorer.vectors.vectors import Vectors

PEOPLE = ["왕", "아이", "형", "의사", "농부", "시인", "어부", "군인"]
PAIRS = [(f"{one}남", f"{one}녀") for one in PEOPLE]


@pytest.fixture(scope="module")
def v():
    """Pairs that differ by one step each, with a little noise, among keys that have nothing to do with them."""
    rng = np.random.default_rng(5)
    step = rng.standard_normal(24)
    keys, rows = [], []
    for start, end in PAIRS:
        base = rng.standard_normal(24) * 1.5
        keys += [f"{start}/NNG", f"{end}/NNG"]
        rows += [base, base + step + rng.normal(0, 0.1, 24)]
    others = [f"딴말{number}/NNG" for number in range(300)] + ["東京/SH", "Tokyo/SL"]
    return Vectors(keys + others, np.vstack([rows, rng.standard_normal((len(others), 24))]), analyser=None)


def test_one_pair_is_the_ordinary_analogy(v):
    relation = v.relation(PAIRS[:1])
    applied, asked = relation.apply("의사남", 5), v.analogy("의사남 − 왕남 + 왕녀", n=5)
    assert [n.key for n in applied] == [n.key for n in asked]
    assert [n.score for n in applied] == pytest.approx([n.score for n in asked], abs=1e-5)
    assert [(t.word, t.weight) for t in applied.terms] == [("의사남", 1), ("왕남", -1), ("왕녀", 1)]


@pytest.mark.parametrize("method", ["3cosavg", "lrcos"])
def test_examples_teach_a_relation(v, method):
    found = v.relation(PAIRS[:5]).apply("어부남", 3, method)
    assert found[0].word == "어부녀" and found.method == method and found.excluded
    assert found.expression == "어부남 : ? = " + ", ".join(f"{a} : {b}" for a, b in PAIRS[:5])
    assert [found.expression[t.start : t.end] for t in found.terms] == [t.word for t in found.terms]
    assert sum(t.weight for t in found.terms) == pytest.approx(1)
    assert {r.query for r in found.resolved} == {"어부남", *(word for pair in PAIRS[:5] for word in pair)}
    assert json.loads(json.dumps(found.to_dict()))["method"] == method
    again = v.relation(PAIRS[:5]).apply("어부남", 3, method)
    assert again == found


def test_3cosavg_is_its_formula(v):
    found = v.relation(PAIRS[:3]).apply("군인남", 4, exclude=False)
    unit = v.unit
    at = {key: row for row, key in enumerate(v.keys)}
    step = np.mean([unit[at[f"{b}/NNG"]] - unit[at[f"{a}/NNG"]] for a, b in PAIRS[:3]], axis=0)
    target = unit[at["군인남/NNG"]] + step
    scores = unit @ target / np.linalg.norm(target)
    assert [n.key for n in found] == [v.keys[row] for row in np.argsort(-scores)[:4]]
    assert [n.score for n in found] == pytest.approx(np.sort(scores)[::-1][:4].tolist(), abs=1e-5)


def test_lrcos_is_probability_times_cosine(v):
    found = v.relation(PAIRS[:4]).apply("군인남", 400, "lrcos", exclude=False)
    cosine = {key: v.unit[row] @ v.unit_vectors(["군인남"])[0] for row, key in enumerate(v.keys)}
    shares = {n.key: n.score / cosine[n.key] for n in found}
    assert all(-1e-4 <= share <= 1.0001 for share in shares.values())
    answers = [shares[f"{b}/NNG"] for _, b in PAIRS[:4]]
    assert min(answers) > max(shares[f"{a}/NNG"] for a, _ in PAIRS[:4])


def test_leave_one_out_accuracy(v):
    relation = v.relation([*PAIRS, ("뷁", "뷁뷁"), PAIRS[0]])
    assert relation.missing == ("뷁", "뷁뷁") and len(relation.pairs) == 8 and relation.total == 9
    for method, accuracy in relation.accuracy.items():
        assert (accuracy.method, accuracy.covered, accuracy.total) == (method, 8, 9)
        by_hand = sum(
            v.relation([p for p in PAIRS if p != pair]).apply(pair[0], 1, method).words == [pair[1]] for pair in PAIRS
        )
        if method == "3cosavg":
            assert accuracy.hits == by_hand
        assert accuracy.hits >= 6 and accuracy.value == accuracy.hits / 8 and accuracy.coverage == 8 / 9
        assert accuracy.low <= accuracy.value <= accuracy.high
    data = json.loads(json.dumps(relation.to_dict()))
    assert data["missing"] == ["뷁", "뷁뷁"] and data["accuracy"]["lrcos"]["total"] == 9
    few = v.relation(PAIRS[:2]).accuracy
    assert few["lrcos"].value is None and few["3cosavg"].covered == 2 and v.relation(PAIRS[:1]).accuracy["3cosavg"].low is None


def test_answers_that_examples_share_may_be_answers_again():
    rng = np.random.default_rng(1)
    east, west = rng.standard_normal((2, 12)) * 2
    keys = [*"가나다라마바", "동", "서"]
    rows = np.vstack([rng.normal(0, 1, (6, 12)) + np.repeat([east, west], 3, axis=0), east, west])
    v = Vectors(keys, rows)
    pairs = [("가", "동"), ("나", "동"), ("라", "서"), ("마", "서")]
    relation = v.relation(pairs)
    assert relation.many_to_one and {"동", "서"} & set(relation.apply("다", 8).words)
    assert not v.relation(pairs[1:3]).many_to_one
    assert {"동", "서"}.isdisjoint(v.relation(pairs[1:3]).apply("다", 8).words)


def test_proportions_ask_relations(v):
    text = "어부남 : ? = 왕남 : 왕녀, 형남 : 형녀"
    plain, average = v.analogy(text), v.analogy(text, method="3cosavg")
    assert plain == average and plain.method == "3cosavg" and plain.expression == text and plain[0].word == "어부녀"
    assert [text[t.start : t.end] for t in plain.terms] == [t.word for t in plain.terms]
    assert [n.key for n in plain] == [n.key for n in v.relation([PAIRS[0], PAIRS[2]]).apply("어부남")]
    assert v.analogy("? : 어부녀 = 왕남 : 왕녀, 형남 : 형녀")[0].word == "어부남"
    assert v.analogy(text, method="lrcos").method == "lrcos"
    assert v.analogy("왕남:왕녀::어부남:?").words == v.analogy("어부남 − 왕남 + 왕녀").words
    assert v.analogy("왕남:왕녀::어부남:?").method == "3cosadd"
    assert v.analogy(text, method="3cosmul").method == "3cosmul"
    with pytest.raises(BadInput, match="examples"):
        v.analogy("왕남 − 형남", method="lrcos")
    with pytest.raises(BadInput, match="2 pairs or more"):
        v.analogy("왕남 : ? = 형남 : 형녀", method="lrcos")
    with pytest.raises(OutOfVocabulary):
        v.analogy("왕남 : ? = 형남 : 형녀, 뷁 : 뷁뷁")


@pytest.mark.parametrize(
    ("pairs", "code"),
    [([], "vectors.no_pairs"), (["남여"], "vectors.pair_not_two_words"), ([("가",)], "vectors.pair_not_two_words")],
)
def test_pairs_are_checked(v, pairs, code):
    with pytest.raises(BadInput) as caught:
        v.relation(pairs)
    assert caught.value.code == code


def test_relations_refuse_what_they_cannot_answer(v):
    with pytest.raises(OutOfVocabulary, match="뷁"):
        v.relation([("뷁", "왕녀")])
    relation = v.relation(PAIRS[:1])
    with pytest.raises(OutOfVocabulary):
        relation.apply("뷁뷁")
    for options, says in (({"method": "x"}, "3cosavg, lrcos"), ({"method": "lrcos"}, "2 pairs"), ({"script": "x"}, "hangul")):
        with pytest.raises(BadInput, match=says):
            relation.apply("형남", **options)
    flat = Vectors(["가", "나", "다"], [[1, 0], [0.5, 0.75**0.5], [-0.5, 0.75**0.5]])
    with pytest.raises(BadInput, match="cancel"):
        flat.relation([("나", "다")]).apply("가")


def test_a_script_can_be_asked_for(v):
    assert {n.word for n in v.similar("왕남", 400)} >= {"東京", "Tokyo"}
    assert v.similar("왕남", 400, script="hanja").words == ["東京"]
    assert v.similar("왕남", 400, script="latin", tags="SL").words == ["Tokyo"]
    hangul = v.similar("왕남", 400, script="hangul")
    assert len(hangul) == len(v) - 3 and v.similar("왕남", 400, script="any") == v.similar("왕남", 400)
    assert set(hangul.left_out) == {"東京", "Tokyo"} and not v.similar("왕남", 400).left_out
    assert "Tokyo" in str(hangul.to_dict()["left_out"]) and v.similar("왕남", 400, script="hangul", tags="NNG").left_out == ()
    assert v.analogy("왕남 − 형남 + 형녀", n=400, script="hanja").words == ["東京"]
    assert v.relation(PAIRS[:2]).apply("형남", 400, "lrcos", script="latin").words == ["Tokyo"]
    for method in ("csls", "mutual"):
        assert set(v.similar("왕남", 400, method=method, script="hanja").words) <= {"東京"}
    with pytest.raises(BadInput, match="hangul, latin"):
        v.similar("왕남", script="korean")


def test_wilson_interval_of_a_share():
    # 15 of 100: Brown, Cai & DasGupta (2001) give the formula; the numbers are worked out by hand.
    share = share_interval(15, 100)
    assert (share.value, round(share.low, 4), round(share.high, 4)) == (0.15, 0.0931, 0.2328)
    assert share_interval(0, 5).low == 0 and 0.4 < share_interval(0, 5).high < 0.5
    assert share_interval(5, 5).high == 1 and share_interval(5, 5).low > 0.5


def test_lookup_prefers_readings_of_a_part_of_speech():
    v = Vectors(["쓰다/VX", "쓰다/VV", "쓰다/VA-I", "배/NNB", "배/NNG"], np.eye(5), [9, 5, 4, 3, 2])
    assert v.keys[v.lookup("쓰다")] == "쓰다/VV" and v.keys[v.lookup("쓰다", ["VX"])] == "쓰다/VX"
    assert v.keys[v.lookup("쓰다", ["VV", "VA"])] == "쓰다/VV" and v.keys[v.lookup("쓰다", ["VA"])] == "쓰다/VA-I"
    assert v.keys[v.lookup("배", ["NNG"])] == "배/NNG" and v.keys[v.lookup("배", ["MAG"])] == "배/NNG"
    assert v.keys[v.lookup("배", ["NNB"])] == "배/NNB"
    assert v.lookup("뷁", ["NNG"]) is None
