import json
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest

from explorer.analysis.game import HINTS, RANKED, Game, hide, reveal, secrets, today
from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.static.load import load
from explorer.text.spelling import is_insult
from explorer.text.tags import split_key, word_of
from explorer.vectors.vectors import Vectors


@pytest.fixture(scope="module")
def korean():
    return load("korean")


@pytest.fixture(scope="module")
def eat(korean):
    return Game(korean, secret="먹다")


def test_every_secret_is_an_everyday_word_of_the_default_model(korean):
    words = secrets()
    assert len(words) == len(set(words)) > 800 and list(words) == sorted(words)
    assert Counter(split_key(key)[1] for key in words).keys() == {"NNG", "VV", "VA"}
    for key in words:
        form, tag = split_key(key)
        assert 2 <= len(form) <= 6 and all("가" <= char <= "힣" for char in form) and not is_insult(form), key
        assert korean.resolve(form).key == key and korean.counts[korean.row(key)] >= 150, key
        assert tag == "NNG" or form.endswith("다"), key


def test_the_seed_decides_and_days_differ(korean):
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    drawn = [Game(korean, day).secret for day in days[:40]]
    assert drawn[:5] == [Game(korean, day).secret for day in days[:5]] and len(set(drawn)) > 35
    assert all(key in secrets() for key in drawn)
    assert Game(korean).secret == Game(korean, today()).secret
    assert (
        today(datetime(2026, 12, 31, 15, tzinfo=UTC)) == "2027-01-01"
        and today(datetime(2026, 12, 31, 14, 59, tzinfo=UTC)) == "2026-12-31"
    )


def test_forms_of_one_word_are_one_guess(eat):
    for typed in ("먹다", "먹었어요", "먹는", "먹고", "먹다/VV"):
        assert eat.guess(typed).solved and eat.guess(typed).score == 1, typed
    drunk = {eat.guess(typed).lemma for typed in ("마시다", "마셨다", "마시는", "마셔요")}
    assert drunk == {"마시다"}
    assert eat.guess("학교에서").lemma == "학교" and eat.guess("\u1112\u1161\u11a8\u1100\u116d").lemma == "학교"


def test_the_rank_is_that_among_lemmas(eat, korean):
    near = eat.nearest(RANKED)
    assert len({word_of(key) for key, _ in near}) == len(near) == RANKED
    scores = [score for _, score in near]
    assert scores == sorted(scores, reverse=True)
    for place in (1, 10, 345, 1000):
        key, _ = near[place - 1]
        guess = eat.guess(key)
        assert (guess.rank, guess.key) == (place, key) and guess.score == pytest.approx(
            korean.similarity("먹다", key), abs=1e-5
        )
        assert split_key(key)[1] not in ("NNP", "JKS", "SN")
    far = eat.guess("철도")
    assert (
        far.rank is None and far.score == pytest.approx(korean.similarity("먹다", "철도"), abs=1e-6) and far.score < scores[-1]
    )
    assert eat.scale() == {rank: scores[rank - 1] for rank in (1, 10, 100, 1000)}
    assert json.loads(json.dumps(far.to_dict()))["rank"] is None


def test_a_homograph_whose_form_is_the_secret_is_right():
    v = Vectors(["배/NNG", "배/NNB", "사과/NNG", "걷다/VV", "걸다/VV"], np.eye(5), [9, 8, 7, 6, 5])
    assert Game(v, secret="배/NNB").guess("배").solved
    assert Game(v, secret="걸다").guess("걸었다").solved and Game(v, secret="걷다").guess("걸었다").solved


def test_what_is_no_word_is_not_counted(eat):
    for nothing in ("", " ", "\u200b"):
        with pytest.raises(BadInput):
            eat.guess(nothing)
    for strange in ("ㅋㅋㅋ", "😀", "뷁", "가" * 300):
        with pytest.raises(OutOfVocabulary):
            eat.guess(strange)


def test_hints_tell_more_and_more_and_end(eat):
    hints = [eat.hint(number) for number in range(len(HINTS))]
    assert hints[0].value == "VV" and {one.value for one in hints if one.kind == "initials"} == {"ㅁㄷ"}
    near = [one for one in hints if one.kind == "near"]
    assert [one.rank for one in near] == sorted((one.rank for one in near), reverse=True) and near[-1].rank <= 3
    assert all(eat.guess(one.value).rank == one.rank for one in near)
    assert all(one.value != "먹다" for one in hints)
    with pytest.raises(BadInput):
        eat.hint(len(HINTS))


def test_why_tells_what_both_share(eat, korean):
    reason = eat.why("드시다")
    mine = {word_of(one.key) for one in korean.similar("드시다", 100)}
    assert reason.shared and set(reason.shared) <= mine & {word_of(key) for key, _ in eat.nearest(100)}
    assert reason.same_tag and "먹다" not in reason.shared and reason.syllables == ()
    assert eat.why("먹거리").syllables == ("먹",) and not eat.why("먹거리").same_tag


def test_a_word_of_ones_own_is_hidden_in_the_link(korean):
    for word in ("사과", "먹다/VV", "한국어"):
        token = hide(word)
        assert reveal(token) == word and token.isascii() and "=" not in token
        assert Game(korean, secret=reveal(token)).word == word_of(word)
    assert reveal(hide("\u1112\u1161\u11ab")) == "한"
    for damaged in ("", "x", "AAAA", hide("사과")[:-1], hide("사과")[1:], "한글", hide("사과").swapcase()):
        with pytest.raises(BadInput) as wrong:
            reveal(damaged)
        assert wrong.value.code == "analysis.game_link_damaged"
    with pytest.raises(BadInput) as unknown:
        Game(korean, secret="뷁뷁")
    assert "뷁" not in str(unknown.value)


def test_any_static_model_will_do():
    bare = Vectors(["사과", "포도", "기차", "x"], [[1, 0.1], [0.9, 0.2], [0, 1], [1, 0]])
    games = {Game(bare, f"{number}").secret for number in range(40)}
    assert games == {"사과", "포도", "기차"}
    game = Game(bare, secret="사과")
    assert [key for key, _ in game.nearest()] == ["포도", "기차"] and game.hint(0).value == "" and game.scale().keys() == {1}
    assert game.hint(1).rank in (1, 2)
    with pytest.raises(BadInput) as none:
        Game(Vectors(["x", "y"], np.eye(2)), "1")
    assert none.value.code == "analysis.game_no_secrets"
    assert Game(Vectors(["사과", "y"], np.eye(2)), "1").hint(1).value == ""
    shipped = [Game(load(name), "2026-11-27").secret for name in ("korean", "word2vec", "glove")]
    assert len(set(shipped)) == 1  # the same word in every model that knows it
