"""Forms of one stem, and what is carried from one word to another."""

import unicodedata

import pytest

from explorer.text.forms import change_between, same_ending, with_ending


@pytest.mark.parametrize(
    ("first", "second", "third", "made"),
    [
        ("가다", "갔다", "먹다", "먹었다"),
        ("가다", "갔다", "돕다", "도왔다"),
        ("쓰다", "썼다", "배우다", "배웠다"),
        ("버려요", "버렸어요", "돕다", "도왔다"),  # an ending of another style stays
        ("보냈습니다", "보내셨습니다", "봤죠", "보셨죠"),
        ("가다", "가는", "타다", "타는"),
        ("가다", "가지만", "잡다", "잡지만"),
        ("갔다", "가다", "먹었다", "먹다"),  # and back
        ("개최했다", "개최됐다", "표시했다", "표시됐다"),
        ("여정", "여정이", "구세주", "구세주가"),
        ("학교", "학교에서", "집", "집에서"),
        ("먹는", "먹은", "잡는", "잡은"),  # 은 and 는 are two endings, though one particle
        ("먹을", "먹는", "갈", "가는"),
        ("먹은", "먹었던", "간", "갔던"),
        ("물고기", "물고기는", "삶", "삶은"),  # no form of 살다
        ("국무총리", "국무총리로", "과일", "과일로"),
    ],
)
def test_a_change_is_carried_over(first, second, third, made):
    assert change_between(first, second).apply(third) == made


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("왕", "여왕"),
        ("소년", "소녀"),
        ("네덜란드", "네덜란드어"),  # 어 makes a noun here, it is no ending
        ("먹었다", "먹혔다"),
        ("가다", "가다"),
        ("", "가다"),
        ("ㅋㅋㅋ", "ㅋㅋ"),
        ("漢字", "漢字學"),
        ("가" * 5_000, "가" * 4_999),
        ("두 단어", "두 단어가"),
    ],
)
def test_what_is_no_change_of_form(first, second):
    assert change_between(first, second) is None


def test_a_word_without_the_place_stays_as_it_is():
    change = change_between("먹는다", "먹는")
    assert change.apply("먹었다") is None and change.apply("") is None and change.apply("😀") is None


def test_decomposed_words_are_the_same_words():
    change = change_between(unicodedata.normalize("NFD", "가다"), "갔다")
    assert change.apply(unicodedata.normalize("NFD", "먹다")) == "먹었다"


def test_what_is_said_of_a_change():
    said = [str(change_between(*pair)) for pair in (("가다", "가지만"), ("가다", "갔다"), ("갔다", "가다"), ("여정", "여정이"))]
    assert said == ["다 → 지만", "+ 었", "− 었", "+ 이"]


def test_the_ending_that_words_share_whatever_its_shape():
    ending = same_ending(("먹었다", "먹혔다", "잡았다"))
    assert [form for form, _ in ending] == ["었", "다"]
    assert [with_ending(word, ending) for word in ("잡히다", "가다", "돕다", "사람")] == ["잡혔다", "갔다", "도왔다", None]
    assert same_ending(("먹었다", "먹는다", "잡았다")) == () and same_ending(("왕", "남자", "여자")) == ()


def test_endings_of_other_tenses_are_not_one():
    assert same_ending(("먹는", "먹은", "잡은")) == () and [form for form, _ in same_ending(("먹은", "잡은", "간"))] == ["은"]


def test_particles_follow_nouns_only():
    ending = same_ending(("학교에서", "집에서"))
    assert with_ending("산", ending) == "산에서" and with_ending("먹다", ending) is None
