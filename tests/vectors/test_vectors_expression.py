import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.errors import BadInput
from explorer.vectors.expression import MINUS, PLUS, QUOTES, TIMES, ExpressionError, Proportion, clean_word, parse
from explorer.vectors.expression import read as read_expression
from explorer.vectors.expression import written as written_word
from explorer.vectors.records import Term


def read(text):
    return [(term.word, term.weight) for term in parse(text)]


@pytest.mark.parametrize("minus", sorted(MINUS))
@pytest.mark.parametrize("space", ["", " ", "\u3000"])
def test_every_minus(minus, space):
    assert read(f"왕{space}{minus}{space}남자") == [("왕", 1), ("남자", -1)]


@pytest.mark.parametrize("plus", sorted(PLUS))
def test_every_plus(plus):
    assert read(f"왕{plus}여자") == [("왕", 1), ("여자", 1)]


@pytest.mark.parametrize("times", [*sorted(TIMES), "·"])
def test_every_times(times):
    assert read(f"0.5{times}왕 + 2 {times} 여왕") == [("왕", 0.5), ("여왕", 2)]


def test_full_width_digits_and_signs():
    assert read("０．５＊왕＋２×여왕－남자") == [("왕", 0.5), ("여왕", 2), ("남자", -1)]


@pytest.mark.parametrize("opening", sorted(QUOTES))
def test_quotes_keep_signs_and_spaces(opening):
    closing = QUOTES[opening][0]
    assert read(f"{opening}K-팝 + 노래{closing}-한국") == [("K-팝 + 노래", 1), ("한국", -1)]


def test_leading_sign_tags_and_numbers_as_words():
    assert read("-남자 + 왕/NNG") == [("남자", -1), ("왕/NNG", 1)]
    assert read("2002 - 2001") == [("2002", 1), ("2001", -1)]
    assert read("2*2002") == [("2002", 2)]
    assert read("2002년 + 1") == [("2002년", 1), ("1", 1)]


def test_interpuncts_inside_words_are_letters():
    assert read("한·미 - 3·1운동 + 2·왕") == [("한·미", 1), ("3·1운동", -1), ("왕", 2)]


def test_apostrophe_inside_a_word_is_a_letter():
    assert read("don't + can't") == [("don't", 1), ("can't", 1)]


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "empty"),
        ("  \u200b ", 0, "empty"),
        ("왕 − − 남자", 4, "two signs"),
        ("왕 +- 남자", 3, "two signs"),
        ("+", 1, "missing"),
        ("왕 +", 3, "missing"),
        ("왕 + 0.5*", 8, "missing after the weight"),
        ("왕 + 2× − 남자", 7, "missing after the weight"),
        ('왕 - "남자', 4, "never closed"),
        ("「왕 + 남자", 0, "never closed"),
        ('왕 - ""', 4, "no word between"),
        ("왕 남자", 2, "sign is missing"),
        ('"왕"남자', 3, "sign is missing"),
        ("*왕", 0, "number is missing"),
        ("왕*2", 1, "before its word"),
        ("0*왕", 0, "weight"),
        ("9" * 400 + "*왕", 0, "weight"),
        ("1e2*왕", 3, "before its word"),
        ("왕 - ()", 5, "hold no word"),
        ("왕 - (남자", 4, "never closed"),
        ("왕 + 여자)", 6, "closes none"),
        ("왕 - (남자 - )", 10, "missing after −|missing after -"),
        ("2*(남자) 여자", 7, "sign is missing"),
        ("9" * 300 + "*(" + "9" * 300 + "*왕)", 603, "weight"),
        ("왕,남자,여자", 1, "왕 − 남자 \\+ 여자"),
        ("커피、홍차、차", 2, "커피 − 홍차 \\+ 차"),
        (", 왕", 0, "comma"),
        ("왕:남자", 4, "0 are asked for"),
        ("왕:?::?:여자", 5, "2 are asked for"),
        ("왕 : ?", 5, "made of pairs"),
        ("왕 = 남자", 2, "made of pairs"),
        ("왕 : ? = 남자", 10, "made of pairs"),
        ("한국 사람 : ? = 남자 : 여자", 3, "made of pairs"),
        ("2*왕 : ? = 남자 : 여자", 1, "made of pairs"),
        ("왕:?:남자:여자", 3, "made of pairs"),
    ],
)
def test_errors_know_the_place(text, position, says):
    with pytest.raises(ExpressionError, match=says) as caught:
        parse(text)
    assert caught.value.position == position
    assert isinstance(caught.value, BadInput)
    assert "\n" not in str(caught.value)
    assert f"character {position + 1}:" in str(caught.value)


@pytest.mark.parametrize("text", ["왕 - (남자 - 여자)", "왕−（남자－여자）", "(왕) + (-(남자 - (여자)))", "왕 - 남자 + 여자"])
def test_a_minus_before_brackets_turns_the_signs_in_them(text):
    assert read(text) == [("왕", 1), ("남자", -1), ("여자", 1)]


def test_weights_before_brackets_are_weights_of_all_in_them():
    assert read("2*(왕 − 남자)") == read("2(왕 − 남자)") == read("２×（왕－남자）") == [("왕", 2), ("남자", -2)]
    assert read("여자 - 0.5*(왕 − 4*(남자 + 2·딸))") == [("여자", 1), ("왕", -0.5), ("남자", 2), ("딸", 4)]


def test_brackets_colons_and_commas_within_words_are_letters():
    assert read("조선(朝鮮) - 왕") == [("조선(朝鮮)", 1), ("왕", -1)]
    assert read("12:30 - 1,000원") == [("12:30", 1), ("1,000원", -1)]
    assert read("':)' - \"왕(남자, 여자)\"") == [(":)", 1), ("왕(남자, 여자)", -1)]


@pytest.mark.parametrize(
    "text",
    [
        "왕 : ? = 남자 : 여자",
        "왕:?::남자:여자",
        "남자 : 여자 = 왕 : ?",
        "남자：여자＝왕：？",
        "? : 왕 ∷ 여자 ∶ 남자",
        "여자:남자, ?:왕",
        "남자 : 여자 : : 왕 : ?",
        unicodedata.normalize("NFD", "남자\u200b : 여자 = 왕 : ?"),
    ],
)
def test_a_proportion_is_a_sum_with_the_unknown_anywhere(text):
    assert read(text) == [("왕", 1), ("남자", -1), ("여자", 1)]


def test_a_proportion_with_examples_takes_their_mean():
    found = read_expression("왕자 : ? = 남자 : 여자, 아들 : '큰 딸'")
    assert isinstance(found, Proportion)
    assert [(a.word, b.word) for a, b in found.pairs] == [("남자", "여자"), ("아들", "큰 딸")]
    assert [(t.word, t.weight) for t in found.terms] == [
        ("왕자", 1),
        ("남자", -0.5),
        ("여자", 0.5),
        ("아들", -0.5),
        ("큰 딸", 0.5),
    ]
    assert read("왕:공주::?:딸")[0] == ("딸", 1)
    assert read("뭐? : ? = '?' : ㅋㅋㅋ") == [("뭐?", 1), ("?", -1), ("ㅋㅋㅋ", 1)]


def test_spans_point_into_the_text_as_given():
    text = unicodedata.normalize("NFD", "  왕 − 0.5*“여자 아이” + 각")
    terms = parse(text)
    assert [unicodedata.normalize("NFC", text[t.start : t.end]) for t in terms] == ["왕", "“여자 아이”", "각"]
    assert [t.word for t in terms] == ["왕", "여자 아이", "각"]


def test_clean_word():
    assert clean_word("\ufeff 왕\u200b비 ") == "왕비"
    assert clean_word("여자\u00a0 아이") == "여자 아이"
    assert clean_word("👩‍🚀") == "👩‍🚀"
    assert clean_word("\u110f\u110f") == "ㅋㅋ"
    assert clean_word("\u200b") == ""


def test_a_megabyte_is_read_or_refused_at_once():
    assert read("가" * 1_000_000) == [("가" * 1_000_000, 1)]
    with pytest.raises(ExpressionError, match="too many"):
        parse("왕+" * 300_000 + "왕")
    for many in ('"' * 1_000_001, "(" * 1_000_000, "가(나" * 300_000, "왕:" * 500_000, "왕:?=" * 300_000, "," * 1_000_000):
        with pytest.raises(ExpressionError):
            parse(many)
    assert read("가(나)" * 250_000) == [("가(나)" * 250_000, 1)]
    assert read("가·" * 300_000 + "나")[0][1] == 1


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda w: clean_word(w) == w and not all(set(QUOTES[q]) & set(w) for q in ('"', "'", "「", "『", "《", "〈"))
)
weights = st.floats(1e-3, 1e6).flatmap(lambda w: st.sampled_from([w, -w, 1.0, -1.0]))


def written(term: Term) -> str:
    """A sign, the weight as digits and a point, and the word in the first quotes that it does not hold itself."""
    opening = next(q for q in ('"', "'", "「", "『", "《", "〈") if not set(QUOTES[q]) & set(term.word))
    return f"{'−' if term.weight < 0 else '+'} {Decimal(repr(abs(term.weight))):f}*{opening}{term.word}{QUOTES[opening][0]}"


@given(st.lists(st.builds(Term, words, weights, st.just(0), st.just(0)), min_size=1, max_size=5))
def test_what_is_written_is_read_back(terms):
    again = parse(" ".join(map(written, terms)))
    assert [(t.word, t.weight) for t in again] == [(t.word, t.weight) for t in terms]


@given(st.text(st.sampled_from("왕남 \t-−+＋*×·0.5２'\"“”「」\u200b\u200d가a/()（:=?,"), max_size=30))
def test_any_text_is_read_or_refused_with_a_place(text):
    try:
        terms = parse(text)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert terms and all(t.word and t.weight and 0 <= t.start < t.end <= len(text) for t in terms)
        assert ":" in text or "=" in text or [t.start for t in terms] == sorted(t.start for t in terms)


@pytest.mark.parametrize(
    "word", ["배/NNG#1", "K-팝", "2", "?", "한·미", "12:30", "새 단어", "가+나", '따옴"표', "“겹”", "(괄호", "조선(朝鮮)"]
)
def test_a_word_is_written_so_that_it_is_read_again_as_one(word):
    assert [term.word for term in parse(f"왕 − {written_word(word)} + 여자")] == ["왕", clean_word(word), "여자"]
