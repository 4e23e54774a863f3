"""Hangul arithmetic against the Unicode data that Python ships."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.text import hangul

syllables = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)


def test_every_syllable_decomposes_as_nfd_and_comes_back():
    for code in range(0xAC00, 0xD7A4):
        char = chr(code)
        assert hangul.decompose(char, conjoining=True) == unicodedata.normalize("NFD", char)
        assert hangul.compose(hangul.decompose(char)) == char
        assert hangul.has_coda(char) == (len(unicodedata.normalize("NFD", char)) == 3)


@given(st.text(alphabet=st.one_of(syllables, st.sampled_from("ㅋㅠㅏabc 1!😀"))))
def test_conjoining_decomposition_is_nfd_for_hangul(text):
    assert unicodedata.normalize("NFC", hangul.decompose(text, conjoining=True)) == unicodedata.normalize("NFC", text)


@given(st.text())
def test_choseong_keeps_length_and_never_fails(text):
    assert len(hangul.choseong(text)) == len(text)


def test_choseong_of_mixed_text():
    assert hangul.choseong("강아지 Dog ㅋ") == "ㄱㅇㅈ Dog ㅋ"


def test_compatible_and_conjoining_letters_are_inverse():
    for jamo in hangul.CHOSEONG:
        assert hangul.to_compatible(hangul.to_conjoining(jamo, "initial")) == jamo
    for jamo in hangul.JUNGSEONG:
        assert hangul.to_compatible(hangul.to_conjoining(jamo, "medial")) == jamo
    for jamo in hangul.JONGSEONG:
        assert hangul.to_compatible(hangul.to_conjoining(jamo, "final")) == jamo


def test_a_letter_that_cannot_stand_somewhere_is_refused():
    with pytest.raises(ValueError, match="cannot be a final"):
        hangul.to_conjoining("ㄸ", "final")
    with pytest.raises(ValueError, match="initial, medial or final"):
        hangul.to_conjoining("ㄱ", "coda")


def test_fillers_are_no_jamo_and_no_hangul():
    for filler in hangul.FILLERS:
        assert not hangul.is_jamo(filler)
        assert not hangul.has_hangul(filler)


def test_recompose_undoes_pythons_euc_kr_for_all_syllables():
    text = "".join(map(chr, range(0xAC00, 0xD7A4)))
    read_back = text.encode("euc-kr").decode("cp949")
    assert read_back != text
    recomposed, count = hangul.recompose_fillers(read_back)
    assert recomposed == text
    assert count == 8822
