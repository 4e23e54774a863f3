"""Normalisation: the text equals what unicodedata says, and the map leads back to the original."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.errors import BadInput
from explorer.text.normalise import graphemes, nfc, normalise

tricky = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=("Cs",)),
        st.sampled_from("\u1100\u1161\u11ab\u119e\u302e\u0301\u200b\u200d\ufeff\u3164\uf914왕각ㅋ😀👨👩❤\ufe0f🇰🇷 \r\n"),
        st.characters(min_codepoint=0x1100, max_codepoint=0x11FF),
    ),
    max_size=40,
)


@settings(max_examples=400)
@given(tricky)
def test_nfc_equals_unicodedata(text):
    made = normalise(text)
    assert made.text == unicodedata.normalize("NFC", text) == nfc(text)
    assert made.changed == (made.text != text)


@settings(max_examples=400)
@given(tricky, st.booleans(), st.booleans(), st.booleans())
def test_map_is_monotone_and_inside_the_original(text, zero_width, jamo, width):
    made = normalise(text, strip_zero_width=zero_width, jamo=jamo, fold_width=width)
    last = 0
    for index in range(len(made.text)):
        start, end = made.to_original(index, index + 1)
        assert 0 <= start < end <= len(text)
        assert start >= last
        last = start
    assert made.to_original(0, len(made.text))[0] <= made.to_original(0, len(made.text))[1]
    position, _ = made.to_original(len(made.text), len(made.text))
    assert 0 <= position <= len(text)


@given(tricky)
def test_graphemes_tile_the_text(text):
    spans = graphemes(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧",
        "🇰🇷",
        "👍🏽",
        "❤\ufe0f\u200d🔥",
        "\u1112\u119e\u11ab",
        unicodedata.normalize("NFD", "뷁"),
        "\r\n",
        "e\u0301",
    ],
)
def test_one_visible_character_is_one_grapheme(text):
    assert graphemes(text) == [(0, len(text))]
    assert graphemes("가" + text + "나") == [(0, 1), (1, 1 + len(text)), (1 + len(text), 2 + len(text))]


def test_nfd_maps_back_syllable_by_syllable():
    text = unicodedata.normalize("NFD", "한국어")
    made = normalise(text)
    assert made.text == "한국어"
    assert [text[slice(*made.to_original(at, at + 1))] for at in range(3)] == [
        unicodedata.normalize("NFD", char) for char in "한국어"
    ]
    assert made.changes == {"nfc": len(text)}


def test_zero_width_goes_but_emoji_stay_whole():
    made = normalise("왕\u200b비 👨\u200d👩\u200d👧 가\u200d나\ufeff", strip_zero_width=True)
    assert made.text == "왕비 👨\u200d👩\u200d👧 가나"
    assert made.changes == {"zero_width": 3}
    assert made.to_original(0, 2) == (0, 3)


def test_lone_jamo_become_letters_but_old_hangul_stays():
    made = normalise("\u110f\u110f ᄒᆞᆫ 각\u11ab", jamo=True)
    assert made.text == "ㅋㅋ ᄒᆞᆫ 각ㄴ"
    assert made.changes == {"jamo": 3}


def test_width_is_left_alone_unless_asked():
    assert normalise("ＡＢ").text == "ＡＢ"
    made = normalise("ＡＢ ﾡ", fold_width=True)
    assert made.text == "AB ㄱ"
    assert made.to_original(0, 2) == (0, 2)


def test_nothing_to_do_keeps_the_very_text():
    text = "한국어 문장ㅋㅋㅋ 😀"
    made = normalise(text, strip_zero_width=True, jamo=True)
    assert made.text is text
    assert made.starts is None
    assert not made.changed


@pytest.mark.parametrize(("text", "place"), [("\ud83d가", "character 0"), ("가나\udc00", "character 2")])
def test_lone_surrogates_are_named(text, place):
    with pytest.raises(BadInput, match=place):
        normalise(text)
