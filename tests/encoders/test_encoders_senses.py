"""Senses with mini and with an ordinary checkpoint: labels, telling words, agreement, new sentences, the curve over layers."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

pytest.importorskip("torch")


import explorer as ex
from corpora.sample import homographs, sentences
from corpora.word_contexts import word_contexts
from explorer.core.errors import BadInput, Unavailable
from explorer.encoders.baseline import background_words
from explorer.encoders.clusters import Space, centred, cluster, silhouette
from explorer.encoders.locate import holding
from explorer.encoders.sense_curve import context_similarities
from explorer.encoders.senses import agreement, place, spread_of
from explorer.encoders.telling import content_words, log_odds, telling_words
from explorer.vectors.vectors import Vectors

pytestmark = pytest.mark.usefixtures("kiwi_recovered")  # they tell the telling words

GINKGO = [one for one in homographs() if one.word == "은행"]
TEXTS = [one.text for one in GINKGO]
SPANS = [(one.start, one.end) for one in GINKGO]
GOLD = [one.sense for one in GINKGO]


@pytest.fixture(scope="module")
def mini():
    return ex.encoder("mini")


@pytest.fixture(scope="module")
def bert(small_bert):
    return ex.encoder(small_bert)


@pytest.fixture(scope="module")
def found(mini):
    return mini.senses("은행", TEXTS, 2, spans=SPANS)


# ---- groups


def test_silhouettes_and_groups_are_those_of_scikit_learn():
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    points = np.random.default_rng(3).normal(size=(25, 5))
    for linkage in ("average", "complete"):
        labels, _ = cluster(points, 4, linkage=linkage)
        distances = np.clip(1 - centred(points) @ centred(points).T, 0, 2)
        theirs = AgglomerativeClustering(4, metric="precomputed", linkage=linkage).fit_predict(distances)
        assert adjusted_rand_score(labels, theirs) == 1
        np.fill_diagonal(distances, 0)
        assert silhouette(points, labels) == pytest.approx(silhouette_score(distances, labels, metric="precomputed"))


def test_the_number_of_groups_is_the_smallest_that_is_as_clear():
    rng = np.random.default_rng(0)
    middles = 5 * np.eye(6)[:3]
    points = np.concatenate([middle + 0.1 * rng.normal(size=(8, 6)) for middle in middles])
    labels, tried = cluster(points)
    assert max(labels) == 2 and list(tried) == [2, 3, 4, 5, 6] and max(tried, key=tried.get) == 3


def test_equal_vectors_are_one_group():
    assert cluster(np.ones((5, 3)), None) == ([0] * 5, {})
    noise = np.ones((5, 3)) + 1e-8 * np.random.default_rng(0).normal(size=(5, 3))
    assert cluster(noise)[0] == [0] * 5


def test_a_space_puts_its_own_rows_where_they_were_and_keeps_its_means():
    rng = np.random.default_rng(1)
    views = {"a": rng.normal(size=(9, 4)) + 2, "b": rng.normal(size=(9, 3))}
    space = Space.fit(views, {"a": 1.0, "b": 0.25})
    together = space.place(views)
    joined = np.concatenate([centred(views["a"]), np.sqrt(0.25) * centred(views["b"])], axis=1)
    assert np.allclose(together, centred(joined))
    one = {name: rows[3:4] for name, rows in views.items()}
    assert np.allclose(space.place(one)[0], together[3])
    assert np.allclose(Space.fit({"a": views["a"]}, {"a": 1.0}).place({"a": views["a"]}), centred(views["a"]))


# ---- agreement


def test_agreement_is_that_of_scikit_learn():
    from sklearn.metrics import adjusted_rand_score, homogeneity_completeness_v_measure

    rng = np.random.default_rng(5)
    labels, gold = rng.integers(0, 3, 30).tolist(), [str(sense) for sense in rng.integers(0, 4, 30)]
    labels[:15] = [int(sense) % 3 for sense in gold[:15]]
    made = agreement(labels, gold)
    assert made.ari == pytest.approx(adjusted_rand_score(gold, labels))
    homogeneity, completeness, v = homogeneity_completeness_v_measure(gold, labels)
    assert (made.homogeneity, made.completeness, made.v) == pytest.approx((homogeneity, completeness, v))
    assert made.ari_interval[0] < made.ari < made.ari_interval[1] and made.v_interval[0] < made.v < made.v_interval[1]
    chance = [agreement(rng.integers(0, 3, 30).tolist(), gold).ari_interval for _ in range(5)]
    assert sum(low <= 0 <= high for low, high in chance) >= 4


def test_the_interval_of_v_is_moved_by_the_bias_of_repeats():
    from sklearn.metrics import v_measure_score

    rng = np.random.default_rng(8)
    labels, gold = rng.integers(0, 3, 24), rng.integers(0, 3, 24).astype(str)
    draws = rng.integers(0, 24, (2000, 24))
    values = np.array([v_measure_score(gold[rows], labels[rows]) for rows in draws])
    made = agreement(labels.tolist(), gold.tolist())
    assert values.mean() > made.v + 0.03  # sentences drawn twice look like order
    low, high = np.percentile(values - values.mean() + made.v, (2.5, 97.5))
    assert made.v_interval == pytest.approx((max(0, low), high), abs=0.02)


def test_unknown_senses_are_left_out():
    made = agreement([0, 0, 1, 1, 1], ["a", "a", "b", "b", None])
    assert (made.ari, made.v, made.sentences) == (1.0, 1.0, 4)
    assert agreement([0, 0], ["a", "a"]).ari == 1.0
    for gold in (["a"], [None] * 5):
        with pytest.raises(BadInput):
            agreement([0, 0, 1, 1, 1], gold)


# ---- telling words


def test_what_every_group_has_tells_nothing():
    bags = [["바다", "하다"], ["바다", "하다", "닻"], ["과일", "하다"], ["과일", "하다", "껍질"]]
    found = telling_words(bags, [0, 0, 1, 1])
    assert found[0][0] == "바다" and found[1][0] == "과일" and all("하다" not in words for words in found)
    assert telling_words([["바다"], ["바다", "닻"]], [0, 0])[0][0] == "바다"
    assert telling_words([[], []], [0, 1]) == [[], []]
    scores = log_odds(Counter(바다=6, 하다=3), Counter(하다=3, 과일=6))
    assert scores["바다"] > 1 and abs(scores["하다"]) < 1e-9


def test_a_word_that_points_to_the_others_tells_nothing():
    keys = ["바다", "닻", "사공", "과일", "껍질", "접시"]
    rows = [[1, 0, 0.1], [1, 0.2, 0], [-1, 0.3, 0.2], [-1, 0, 0.1], [-1, 0.2, 0], [-0.9, 0.1, 0]]
    bags = [["바다", "닻", "사공"], ["바다", "닻"], ["과일", "껍질"], ["과일", "껍질", "접시"]]
    first, second = telling_words(bags, [0, 0, 1, 1], Vectors(keys, np.array(rows, np.float32)))
    assert "사공" in telling_words(bags, [0, 0, 1, 1])[0]
    assert set(first) == {"바다", "닻"} and set(second) == {"과일", "껍질", "접시"}


def test_content_words_leave_the_word_itself_out():
    tokens = ex.tokenizer("kiwi").tokenize("배를 타고 바다로 나갔다.")
    assert content_words(tokens, 0, 1) == ["타다/VV", "바다/NNG", "나가다/VV"]


# ---- mini


def test_senses_of_mini_are_told_and_agree_with_the_known_ones(found):
    assert found.k == 2 and len(found.labels) == 20 and found.representation == "blend" and found.model == "mini"
    assert found.agreement(GOLD).ari > 0.5
    ship = found.labels[GOLD.index("bank")]
    assert {"돈/NNG", "대출/NNG", "통장/NNG", "금리/NNG", "계좌/NNG"} & set(found.telling[ship])
    assert all(found.substitutes) and found.spans == tuple(SPANS)
    coords, shares = found.picture()
    assert coords.shape == (20, 2) and 0 < shares[1] <= shares[0] < 1
    data = found.to_dict()
    assert data["labels"] == found.labels and "points" not in data and data["spread"] > 0


def test_members_are_assigned_back(mini, found):
    back = [mini.assign(found, text, span=span).sense for text, span in zip(TEXTS[::2], SPANS[::2], strict=True)]
    assert sum(a == b for a, b in zip(back, found.labels[::2], strict=True)) >= 9
    one = mini.assign(found, TEXTS[4], span=SPANS[4])
    assert one.cosines == pytest.approx((found.centres @ found.points[4]).tolist(), abs=1e-4)


def test_a_new_sentence_is_moved_by_the_old_means(mini, found):
    one = found.assign(mini, "은행에서 돈을 찾아 통장에 넣었다.")
    assert one.sense == found.labels[GOLD.index("bank")] and not one.unclear and one.margin > one.spread > 0
    assert "은행에서 돈을 찾아 통장에 넣었다."[one.start : one.end] == "은행"
    assert found.assign(mini, "은행이 있다.").margin < one.margin
    with pytest.raises(BadInput, match="does not occur"):
        mini.assign(found, "바다는 넓다.")


def test_a_fold_is_what_the_model_says_of_the_sentences_left_out(mini):
    """The quick path of the evaluation and ``assign`` put a held-out sentence at the same place."""
    rest = [row for row in range(20) if row not in (3, 13)]
    senses = mini.senses("은행", [TEXTS[row] for row in rest], 2, spans=[SPANS[row] for row in rest])
    readings = mini.reader.read("은행", TEXTS, SPANS)
    space = Space.fit({name: rows[rest] for name, rows in readings.views.items()}, readings.weights)
    for row in (3, 13):
        point = space.place({name: rows[row : row + 1] for name, rows in readings.views.items()})[0]
        quick = place(point, senses.centres, senses.spread)
        slow = mini.assign(senses, TEXTS[row], span=SPANS[row])
        assert quick[0] == slow.sense and quick[1] == pytest.approx(slow.cosines, abs=1e-4)


def test_the_curve_has_every_representation_beside_random_pairs(mini):
    others = [one.text for one in list(sentences())[:60]]
    curve = mini.sense_curve("은행", TEXTS, gold=GOLD, spans=SPANS, background=others)
    names = [(level.representation, level.layer) for level in curve.levels]
    assert names[:3] == [("own", 0), ("own", 1), ("own", 2)] and names[-1] == ("blend", None) and len(names) == 17
    blend = curve.at("blend", -1)
    assert blend.ari > 0.5 and blend.k == 2 and curve.at("own", -1) == curve.levels[6]
    for level in curve.levels:
        assert abs(level.random.after) < 0.05 and level.random.before > level.random.after and level.random.pairs > 100
    assert curve.kiwi is not None and -1 <= curve.kiwi.ari <= 1 and curve.kiwi_note is None
    with pytest.raises(BadInput, match="layers 0"):
        curve.at("own", 9)


def test_a_background_is_read_once_a_model_and_taken_for_no_other(bert, monkeypatch):
    reader, asked = bert.reader, []
    read = type(reader).levels

    def levels(self, words, *given, **named):
        asked.append(words)
        return read(self, words, *given, **named)

    monkeypatch.setattr(type(reader), "levels", levels)
    one, other = ([text.text for text in list(sentences())[start : start + 40]] for start in (100, 200))

    def random(word, background, **named):
        asked.clear()
        curve = bert.sense_curve(word, TEXTS, 2, spans=SPANS, background=background, **named)
        return curve.levels[1].random, len(asked)

    first, reads = random("은행", one)
    assert reads == 2 and random("은행", one) == (first, 1)
    assert random("은행", other)[1] == random("은행", one, pooling="first")[1] == 2
    assert random("은행", other)[0] != first != random("은행", one, pooling="first")[0]
    assert random("은행", one) == (first, 1) and random("은행", [])[0] is None


# ---- any checkpoint


def test_an_ordinary_checkpoint_sorts_its_own_states(bert):
    own = bert.using(layer=2)
    senses = bert.senses("은행", TEXTS, 2, representation="own", layer=2, pooling="first", spans=SPANS)
    assert (senses.representation, senses.layer, senses.pooling) == ("own", 2, "first")
    states = bert.vectors("은행", TEXTS, layer=2, pooling="first")
    assert senses.labels == cluster(states, 2)[0]
    assert senses.substitutes == [[], []] and all(senses.telling)
    back = [senses.assign(bert, text).sense for text in TEXTS[:6]]
    assert back == senses.labels[:6]
    raw = own.senses("은행", TEXTS, 2, representation="own", centred=False)
    assert raw.labels == cluster(bert.vectors("은행", TEXTS, layer=2), 2, centre=False)[0]
    mixed = bert.senses("은행", TEXTS[:4], representation="own", layer="mean-last-2")
    assert mixed.to_dict()["layer"] == "mean-last-2"


def test_the_word_is_compared_with_itself_in_other_sentences_only(bert):
    curve = bert.sense_curve("은행", TEXTS[:3], 2, spans=SPANS[:3])
    for layer in (1, 2):
        states = bert.vectors("은행", TEXTS[:3], layer=layer).astype(np.float64)
        a, b, c = states / np.linalg.norm(states, axis=1, keepdims=True)
        assert curve.at("own", layer).same_word == pytest.approx((a @ b + a @ c + b @ c) / 3, abs=1e-5)


def test_the_curve_of_a_checkpoint_has_its_layers(bert):
    curve = bert.sense_curve("은행", TEXTS, 2, spans=SPANS)
    named = [(level.representation, level.layer) for level in curve.levels]
    assert named == [*(("own", layer) for layer in range(4)), ("context", None), ("blend", None)]
    assert all(level.random is None and level.ari is None for level in curve.levels)
    assert bert.random_pairs([]) is None
    words, texts, places = background_words(ex.tokenizer("kiwi"), ["바다는 넓다.", "...", "밥을 먹었다."])
    assert len(words) == 2 and all(text[a:b] for text, (a, b) in zip(texts, places, strict=True))


ODD = [
    ("먹다", ["밥을 먹었다.", "밥먹는중ㅋㅋㅋ", "먹고 싶다 😀", "겁을 먹었습니다"]),
    ("은행", ["銀行 은행에 갔다", "\u200b은행\u200b에서", "은행" + " 그리고" * 300]),
    ("배", ["배를 탔다", "\u1107\u1162\u1105\u1173\u11af \u1110\u1161\u11bb\u1103\u1161", "배ㅋㅋㅋ"]),
]


@pytest.mark.parametrize(("word", "lines"), ODD, ids=[word for word, _ in ODD])
@pytest.mark.parametrize("model", ["mini", "bert"])
def test_korean_as_it_is_typed(request, model, word, lines):
    opened = request.getfixturevalue(model)
    senses = opened.senses(word, lines)
    assert len(senses.labels) == len(lines) and senses.sentences == tuple(lines)
    assert all(text[start:end] for text, (start, end) in zip(lines, senses.spans, strict=True))
    assert opened.assign(senses, lines[0]).sense in range(senses.k)


@pytest.mark.parametrize("model", ["mini", "bert"])
def test_edges(request, model):
    opened = request.getfixturevalue(model)
    one = opened.senses("은행", ["은행에 갔다."])
    assert one.labels == [0] and one.silhouette is None and one.spread == 0
    assert opened.assign(one, "은행에 간다.").margin is None
    same = opened.senses("은행", ["은행에 갔다."] * 4)
    assert same.labels == [0, 0, 0, 0]
    alone = opened.senses("은행", ["은행에 갔다.", "은행을 주웠다."], 2)
    assert sorted(alone.labels) == [0, 1] and alone.silhouette is None
    for call, message in (
        (lambda: opened.senses("은행", []), "0 sentences"),
        (lambda: opened.senses("은행", ["은행에 갔다."], 2), "cannot be divided"),
        (lambda: opened.senses("은행", "은행에 갔다."), "one text"),
        (lambda: opened.senses("은행", ["바다"]), "does not occur"),
        (lambda: opened.senses(" ", ["바다"]), "empty"),
        (lambda: opened.senses("은행", TEXTS[:2], representation="dream"), "unknown"),
        (lambda: opened.senses("은행", TEXTS[:2], spans=[(0, 1)]), "spans"),
        (lambda: opened.sense_curve("은행", TEXTS[:2], gold=["a"]), "known senses"),
    ):
        with pytest.raises(BadInput, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)


def test_senses_belong_to_their_model(mini, bert, found):
    with pytest.raises(BadInput, match="found by mini"):
        bert.assign(found, TEXTS[0])
    with pytest.raises(BadInput, match="one layer"):
        mini.senses("은행", TEXTS[:3], layer="mean-last-2")


def test_sentences_without_the_word_are_told_apart(bert):
    kept, spans, missing = holding("먹다", ["밥을 먹었다.", "바다", "", "먹자"], bert.analyser)
    assert kept == [0, 3] and missing == [1, 2] and spans[0] == (3, 4)
    with pytest.raises(BadInput, match="empty"):
        holding("", ["밥"], bert.analyser)


# ---- around


def test_spread_and_place_by_hand():
    points = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    assert spread_of(points, [0, 0, 0]) == pytest.approx(np.std([np.sqrt(0.5), 0, np.sqrt(0.5)], ddof=1))
    assert spread_of(points, [0, 1, 2]) == 0
    assert place(points[0], points[:1], 0.5) == (0, (1.0,), None, False)
    assert place(points[0], np.array([[0.8, 0.6], [0.9, np.sqrt(0.19)]]), 0.2)[3]


def test_kiwi_compares_what_stands_before_the_word(monkeypatch):
    analyser = ex.tokenizer("kiwi")
    lines = ["오늘 점심은 배가", "오늘 저녁은 배가", "배가 아프다"]
    cosines = context_similarities(analyser, lines, [(7, 8), (7, 8), (0, 1)])
    assert np.allclose(cosines, cosines.T) and np.allclose(np.diag(cosines), 1)
    assert cosines[0, 1] > cosines[0, 2]

    import explorer.encoders.sense_curve as module

    monkeypatch.setattr(module, "shared_kiwi", object)
    with pytest.raises(Unavailable, match="context_similarity"):
        context_similarities(analyser, lines, [(0, 1)] * 3)


class Corpus:
    """Three documents in memory."""

    name = "small"

    def __init__(self, texts):
        self._texts = texts

    def texts(self):
        yield from self._texts

    def documents(self):
        from corpora.document import Document

        for number, text in enumerate(self._texts):
            yield Document(str(number), text)

    def fingerprint(self):
        return f"small-{hash(tuple(self._texts))}"


def test_contexts_are_whole_sentences_each_once_and_spread(home):
    corpus = Corpus(
        [
            "밥을 먹었다. 물도 마셨다!\n밥을 먹었다.",
            "긴 " * 400 + "떡을 먹는다 " + "또 " * 400,
            '왕이 왔다. 그는 "빵을 먹자." 했다.',
        ]
    )
    found = word_contexts(corpus, "먹었다", 10)
    assert found[0].text == "밥을 먹었다." and len(found) == 3
    assert all(one.text[one.start : one.end].startswith("먹") and len(one.text) <= 400 for one in found)
    assert [one.document for one in found] == ["0", "1", "2"]
    assert len(word_contexts(corpus, "먹다", 1)) == 1 and word_contexts(corpus, "코끼리") == []
    for arguments in ((" ", 3), ("밥", 0)):
        with pytest.raises(BadInput):
            word_contexts(corpus, *arguments)
