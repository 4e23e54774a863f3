"""Patterns that join two words, over what Kiwi makes of real sentences; and what two words share in writing."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from explorer.text.letters import common, shared_letters
from explorer.text.patterns import CONTRASTS, EQUALS, FAMILIES, find_patterns
from explorer.tokenizers.loading import tokenizer
from explorer.tokenizers.token import key_of


def joined(text: str, *words: str) -> set[tuple[str, str, str]]:
    keys = [key_of(token) for token in tokenizer("kiwi").tokenize(text)]
    wanted = np.array([key.rpartition("/")[0] in words for key in keys], bool)
    found = find_patterns(keys, np.arange(len(keys), dtype=np.int32), np.array([len(keys)], np.int32), wanted)
    return {(FAMILIES[family], keys[i], keys[j]) for family, first, second in found for i, j in zip(first, second, strict=True)}


@pytest.mark.parametrize(
    ("family", "text", "a", "b"),
    [
        ("and", "남자와 여자가 왔다.", "남자", "여자"),
        ("and", "남자들과 여자들이 왔다.", "남자", "여자"),
        ("and", "'남자'와 '여자'를 가린다.", "남자", "여자"),
        ("and", "남자 및 여자", "남자", "여자"),
        ("and", "남자하고 여자", "남자", "여자"),
        ("and", "크고 작은 일이 있다.", "크다", "작다"),
        ("and", "쓸쓸하고 외롭다.", "쓸쓸", "외롭다"),
        ("or", "우울하거나 슬픈 날", "우울", "슬프다"),
        ("and", "큰 것과 작은 것이 있다.", "크다", "작다"),
        ("list", "사과, 포도, 감이 있다.", "사과", "포도"),
        ("or", "남자나 여자나 마찬가지다.", "남자", "여자"),
        ("or", "남자 또는 여자", "남자", "여자"),
        ("or", "남자든 여자든 괜찮다.", "남자", "여자"),
        ("or", "크거나 작은 것", "크다", "작다"),
        ("or", "크든 작든 상관없다.", "크다", "작다"),
        ("or", "크지도 작지도 않다.", "크다", "작다"),
        ("not", "남자가 아니라 여자가 왔다.", "남자", "여자"),
        ("not", "남자가 아닌 여자가 왔다.", "남자", "여자"),
        ("not", "남자 말고 여자가 왔다.", "남자", "여자"),
        ("not", "크지 않고 작다.", "크다", "작다"),
        ("than", "남자보다 여자가 많다.", "남자", "여자"),
        ("than", "남자보다는 여자가 많다.", "남자", "여자"),
        ("versus", "남자 대 여자로 나뉘었다.", "남자", "여자"),
        ("versus", "남자와 달리 여자는 남았다.", "남자", "여자"),
        ("versus", "남자와 여자의 차이를 보았다.", "남자", "여자"),
        ("range", "아침부터 저녁까지 일했다.", "아침", "저녁"),
        ("like", "꽃 같은 여자가 왔다.", "꽃", "여자"),
        ("of", "의사의 병원에 갔다.", "의사", "병원"),
    ],
)
def test_each_family_is_found_in_a_sentence(family: str, text: str, a: str, b: str) -> None:
    found = joined(text, a, b)
    assert (family, a, b) in {(name, *(key.rpartition("/")[0] for key in pair)) for name, *pair in found}, found


@pytest.mark.parametrize(
    ("text", "a", "b"),
    [
        ("남자와 여자 친구가 왔다.", "남자", "여자"),  # it is 친구 that is joined
        ("서울에서 학생이 왔다.", "서울", "학생"),  # no way from one to the other
        ("남자가 여자를 보았다.", "남자", "여자"),
        ("나이가 많다.", "나", "많다"),  # no particle is taken out of a word
        ("", "남자", "여자"),
        ("ㅋㅋㅋ 😀 漢字\u200b", "남자", "여자"),
    ],
)
def test_what_is_no_pattern_is_not_found(text: str, a: str, b: str) -> None:
    assert joined(text, a, b) == set()


def test_no_pattern_reaches_over_the_end_of_a_line() -> None:
    keys = ["남자/NNG", "와/JC", "여자/NNG"]
    codes, wanted = np.arange(3, dtype=np.int32), np.array([True, False, True])
    assert list(find_patterns(keys, codes, np.array([2, 3], np.int32), wanted)) == []
    assert len(list(find_patterns(keys, codes, np.array([3], np.int32), wanted))) == 1


def test_families_are_named_once() -> None:
    assert set(CONTRASTS) < set(EQUALS) < set(FAMILIES) and len(FAMILIES) == len(set(FAMILIES))


def test_letters_that_two_words_share() -> None:
    found = shared_letters("여왕", "왕")
    assert (found.characters, found.jamo) == ("왕", "ㅇㅘㅇ") and 0 < found.share < 1
    assert shared_letters("강아지", "강아지").share == 1.0
    assert shared_letters(unicodedata.normalize("NFD", "여왕"), "왕") == found
    assert shared_letters("", "왕").share == 0.0 and shared_letters("", "").jamo == ""
    assert common("가나다라", "가다나라") in ("가나라", "가다라")
    assert len(shared_letters("가" * 100_000, "가" * 100_000).characters) == 200
