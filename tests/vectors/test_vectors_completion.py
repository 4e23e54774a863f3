"""One search for words however they are typed: told apart, completed by keystrokes, quick whatever comes."""

from __future__ import annotations

import json
import unicodedata

import numpy as np
import pytest
from support_cost import cost

import explorer as ex
from explorer.core.errors import BadInput
from explorer.text.hangul import compose, strokes
from explorer.vectors.completion import classify
from explorer.vectors.vectors import Vectors

KEYS = {
    "강의/NNG": 900, "강아지/NNG": 300, "강연자/NNG": 200, "강/NNG": 800, "학교/NNG": 950, "학급/NNG": 100, "왕/NNG": 700, "왕비/NNG": 90,
    "먹다/VV": 600, "하다/VV": 5000, "할머니/NNG": 400, "남자/NNG": 500, "남쪽/NNG": 510, "남다/VV": 999, "여자/NNG": 499, "우리나라/NNG": 80,
    "달걀/NNG": 60, "과자/NNG": 70, "K-팝/SL": 5, "대학교/NNG": 77, "에서/JKB": 90000, "에너지/NNG": 30, "apple/SL": 3, "병/NNG": 55,
    "병신/NNG": 50, "사과/NNG": 10, "배/NNG": 10,
}  # fmt: skip


@pytest.fixture(scope="module")
def completer():
    random = np.random.default_rng(0)
    return ex.Completer(Vectors(list(KEYS), random.normal(size=(len(KEYS), 8)), list(KEYS.values()), {"name": "small"}))


def words(completer, text, n=8):
    return [one.word for one in completer.find(text, n).suggestions]


@pytest.mark.parametrize(
    "text", ["강ㅇ", "강아", "강앚", "강아ㅈ", "강아지", unicodedata.normalize("NFD", "강아지"), "강\u200b아ㅈ", " 강아ㅈ"]
)
def test_a_syllable_being_composed_is_a_beginning(completer, text):
    assert "강아지" in words(completer, text)


def test_every_state_of_typing_a_word_offers_it(completer):
    """As an input method composes it, keystroke by keystroke: from 다ㄹ over 닭 to 달걀."""
    for word in ("강아지", "달걀", "과자", "할머니", "학교"):
        for pressed in range(2, len(strokes(word)) + 1):
            assert word in words(completer, compose(strokes(word)[:pressed]), len(KEYS)), pressed
    assert words(completer, "닭")[0] == "달걀"


def test_frequent_words_come_first_and_particles_last(completer):
    assert words(completer, "강", 3) == ["강", "강의", "강아지"]
    assert words(completer, "에") == ["에너지", "에서"]


@pytest.mark.parametrize(
    ("text", "word", "how"),
    [
        ("강아지", "강아지", "word"),
        ("먹었다", "먹다", "inflected"),
        ("대학교에서", "대학교", "inflected"),
        ("ㄱㅇㅈ", "강아지", "initials"),
        ("강ㅇㅈ", "강아지", "initials"),
        ("ㄳㅈ", None, "initials"),
        ("핛교", "학교", "typo"),
        ("王", "왕", "hanja"),
        ("學校", "학교", "hanja"),
        ("rkddkwl", "강아지", "keyboard"),
        ("rkddkw", "강아지", "keyboard"),
        ("rkdkwl", "강아지", "keyboard"),
        ("우리 나라", "우리나라", "word"),
        ("K-팝", "K-팝", "word"),
        ("할머", "할머니", "begins"),
        ("APP", "apple", "begins"),
    ],
)
def test_what_the_first_suggestion_is(completer, text, word, how):
    found = completer.find(text)
    assert found.kind == ("initials" if text[0] == "ㄱ" or text[0] == "ㄳ" else "word")
    assert [(one.word, one.how) for one in found.suggestions[:1]] == ([(word, how)] if word else [])


def test_of_initials_the_words_of_that_length_come_first(completer):
    assert words(completer, "ㄱㅇㅈ") == ["강아지", "강연자"]
    assert words(completer, "ㄱㅇ")[0] == "강의"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("왕 − 남자 + 여자", "expression"),
        ("왕-남자", "expression"),
        ("왕 −", "expression"),
        ("소 − (개 −", "expression"),
        ("왕자 : ? = 남자 : 여자", "expression"),
        ("왕자 : ? =", "expression"),
        ("2*왕", "expression"),
        ("사과, 배, 포도", "list"),
        ("사과,배", "list"),
        ("안녕하세요, 반갑습니다.", "sentence"),
        ("나는 밥을 먹었다", "sentence"),
        ("밥을 먹고 - 그러고는 잤다.", "sentence"),
        ("", "nothing"),
        (" \u200b\u3164 ", "nothing"),
        ("ㅋㅋㅋ", "initials"),
        ("왕?", "word"),
        ("😀", "word"),
        ("코로나-19", "word"),
    ],
)
def test_what_was_typed(text, kind):
    assert classify(text)[0] == kind


def test_a_clause_without_spaces_is_a_sentence(completer):
    assert completer.find("왕비가학교에서먹었다").kind == "sentence"


def test_the_last_word_of_an_expression_is_completed_in_its_place(completer):
    found = completer.find("왕 − 남")
    assert [one.text for one in found.suggestions] == ["왕 − 남쪽", "왕 − 남자", "왕 − 남다"]
    assert completer.find("왕자 : ? = 남자 : 여ㅈ").suggestions[0].text == "왕자 : ? = 남자 : 여자"
    assert [completer.find(text, 1).suggestions[0].word for text in ("왕 − 남", "먹다 − 남", "남")] == ["남쪽", "남다", "남다"]
    assert completer.find("왕-남자+").suggestions == completer.find('왕 − "남').suggestions == ()


def test_no_slur_is_offered_for_a_word_that_is_none(completer):
    assert words(completer, "병") == ["병"] and "병신" in words(completer, "병신")


def test_a_sense_nobody_knows_is_no_error(completer):
    assert completer.find("왕#9").kind == "word"


@pytest.mark.parametrize(
    "text", ["가" * 1_000_000, "왕 + " * 200_000, " " * 1_000_000, "ㄱ" * 1_000_000, "a" * 1_000_000, "(" * 500_000]
)
def test_a_megabyte_is_answered_at_once(completer, text):
    asked = []
    assert cost(lambda: asked.append(completer.find(text)), tries=1) < 30
    [found] = asked
    assert len(found.query) <= 201
    assert found.kind == ("nothing" if text.isspace() else "sentence")


def test_sixty_thousand_words_are_completed_in_milliseconds():
    random = np.random.default_rng(1)
    syllables = [chr(0xAC00 + int(code)) for code in random.integers(0, 11172, 400)]
    forms = list({"".join(random.choice(syllables, int(size))) for size in random.integers(1, 5, 70_000)})[:60_000]
    many = ex.Completer(Vectors([f"{form}/NNG" for form in forms], np.ones((len(forms), 2), np.float32)))
    many.find("먹었다"), many.find("ㄱㄴㄷㄹㅁ")  # opens the analyser and the table of look-alikes
    asked = [form[: 1 + place % len(form)] for place, form in enumerate(forms[:200])] + ["ㄱ", "ㅏ", "가ㄱ", "zz", "rkdkwl"]
    assert np.median([cost(lambda text=text: many.find(text), tries=1) for text in asked]) < 4


def test_records_are_plain_data(completer):
    found = completer.find("강아ㅈ", 1)
    assert json.loads(json.dumps(found.to_dict())) == {
        "model": "small",
        "query": "강아ㅈ",
        "kind": "word",
        "suggestions": [{"text": "강아지", "word": "강아지", "key": "강아지/NNG", "how": "begins", "count": 300}],
    }
    with pytest.raises(BadInput):
        completer.find("강", 0)


def test_without_counts_the_order_of_the_keys_is_their_frequency():
    plain = ex.Completer(Vectors(["나무", "나비", "▁나라"], np.eye(3)))
    assert words(plain, "나") == ["나무", "나비", "나라"]
