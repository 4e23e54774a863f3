"""Text to morpheme arrays, vocabulary and pieces: nothing is lost, every mark is where it belongs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.errors import BadInput
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.train import morphemes
from explorer.encoders.train.batches import CONTENT, DOC, MASKABLE, SENTENCE, WORD, encode_arrays
from explorer.encoders.train.morphemes import DOCUMENT, EOJEOL, KEY, LINE, analyse, marks
from explorer.encoders.train.vocabulary import MorphemeVocabulary, build_vocabulary
from explorer.text.tags import tag_of
from explorer.tokenizers.loading import tokenizer
from explorer.tokenizers.token import Token

COUNTS = {
    "배/NNG": 50,
    "를/JKO": 40,
    "타다/VV": 30,
    "았/EP": 20,
    "다/EF": 20,
    "./SF": 60,
    "서울/NNP": 9,
    "헝가리/NNP": 1,
    "쀍/NNG": 1,
}


@pytest.fixture(scope="module")
def vocabulary():
    return build_vocabulary(COUNTS, size=340, characters=6)


def test_frequent_morphemes_are_entries_and_rare_ones_are_spelled(vocabulary):
    assert vocabulary.pieces("배/NNG") == ["배/NNG"]
    pieces = vocabulary.pieces("헝가리/NNP")
    assert pieces in (["헝가리/NNP"], ["[NNP]", "##헝", "##가", "##리"])
    assert vocabulary.pieces("뷁/NNP") == ["[NNP]", "##ㅂ", "##ㅞ", "##ㄺ"]
    assert vocabulary.pieces("꿰다/VV")[0] == "[VV]"
    assert "##다" not in vocabulary.pieces("꿰다/VV")  # the tag says it
    assert vocabulary.pieces("😀/SW") == ["<F0>", "<9F>", "<98>", "<80>"]
    assert vocabulary.pieces("漢/SH") == ["<E6>", "<BC>", "<A2>"]
    assert vocabulary.pieces("ㅋㅋ/IC") == ["##ㅋ", "##ㅋ"]


def test_decomposed_and_composed_text_are_spelled_alike(vocabulary):
    assert vocabulary.encode("\u1107\u116e\u11af/NNP") == vocabulary.encode("불/NNP")


@given(form=st.text(min_size=1, max_size=12), tag=st.sampled_from(["NNG", "VV", "SW", "X", ""]))
@settings(max_examples=200, deadline=None)
def test_nothing_is_unknown(form, tag):
    vocabulary = build_vocabulary(COUNTS, size=340, characters=6)
    numbers = vocabulary.encode(f"{form}/{tag}" if tag else form)
    assert numbers
    assert all(0 < number < len(vocabulary) for number in numbers)
    assert vocabulary.mask not in numbers


def test_keys_that_look_like_spelling_are_still_whole_morphemes():
    vocabulary = build_vocabulary({"[MASK]/SW": 5, "##/SW": 5, "[/SSO": 5, "<41>/SW": 3, "배/NNG": 9}, size=331)
    for key in ("[MASK]/SW", "##/SW", "[/SSO", "<41>/SW"):
        assert vocabulary.pieces(key) == [key]
        assert vocabulary.numbers[key] >= vocabulary.first_word


def test_a_vocabulary_survives_its_file(vocabulary, tmp_path):
    vocabulary.save(tmp_path / "morphemes.txt")
    assert MorphemeVocabulary.load(tmp_path / "morphemes.txt").entries == vocabulary.entries
    with pytest.raises(BadInput, match="cannot read"):
        MorphemeVocabulary.load(tmp_path / "none.txt")
    (tmp_path / "bad.txt").write_text("[PAD]\n배/NNG\n", encoding="utf-8")
    with pytest.raises(BadInput, match="lacks"):
        MorphemeVocabulary.load(tmp_path / "bad.txt")
    with pytest.raises(BadInput, match="twice"):
        MorphemeVocabulary([*vocabulary.entries, "배/NNG"])
    with pytest.raises(BadInput, match="too small"):
        build_vocabulary(COUNTS, size=100)


def test_marks_see_white_space_and_nothing_else():
    text = "왕이 왔다"
    tokens = [
        Token("왕", 0, 1, "왕", "NNG"),
        Token("이", 1, 2, "이", "JKS"),
        Token("왔", 3, 4, "오다", "VV"),
        Token("왔", 3, 4, "았", "EP"),
    ]
    assert marks(text, tokens) == [True, False, True, False]


TEXTS = ["배를 탔다. 배가 컸다.\n\n그는 서울에 갔다.", "", "   \n", "ㅋㅋㅋ 좋다!"]


def test_arrays_hold_every_morpheme_with_its_marks():
    arrays = analyse(TEXTS, workers=1)
    engine = tokenizer("kiwi")
    lines = ["배를 탔다. 배가 컸다.", "그는 서울에 갔다.", "ㅋㅋㅋ 좋다!"]
    expected = [f"{token.form}/{token.tag}" for line in lines for token in engine.tokenize(line)]
    run = np.concatenate(arrays.parts)
    assert [arrays.keys[number] for number in run & KEY] == expected
    assert arrays.counts.sum() == len(expected) == len(arrays)
    assert ((run & DOCUMENT) > 0).sum() == 2
    assert ((run & LINE) > 0).sum() == 3
    assert ((run & EOJEOL) > 0).sum() == 9
    with pytest.raises(BadInput, match="no text"):
        analyse(["", " "])


def test_arrays_are_the_same_in_parts(monkeypatch):
    whole = analyse(TEXTS, workers=1)
    monkeypatch.setattr(morphemes, "PART", 3)
    cut = analyse(TEXTS, workers=1)
    assert len(cut.parts) > 1 and cut.keys == whole.keys and cut.counts.tolist() == whole.counts.tolist()
    assert np.concatenate(cut.parts).tolist() == np.concatenate(whole.parts).tolist()


def test_the_limit_stops_reading_early():
    read = []

    def texts():
        for number in range(100_000):
            read.append(number)
            yield "배를 타고 섬에 갔다. " * 20

    arrays = analyse(texts(), workers=1, limit=1_000)
    assert 1_000 <= len(arrays) < 2_000
    assert len(read) < 1_000


def test_encoded_text_follows_the_arrays():
    arrays = analyse(TEXTS, workers=1)
    vocabulary = build_vocabulary(dict(zip(arrays.keys, arrays.counts.tolist(), strict=True)), size=335, characters=4)
    text = encode_arrays(arrays, vocabulary)
    engine = tokenizer("kiwi")
    expected = [
        n
        for t in TEXTS
        for line in t.split("\n")
        for token in engine.tokenize(line.strip())
        for n in vocabulary.encode(f"{token.form}/{token.tag}")
    ]
    assert text.ids.tolist() == expected
    assert (np.flatnonzero(text.marks & DOC)).tolist()[0] == 0
    assert ((text.marks & DOC) > 0).sum() == 2
    assert ((text.marks & SENTENCE) > 0).sum() == 4  # 배가 starts one after the full stop
    entries = [vocabulary.entries[number] for number in text.ids]
    for entry, mark in zip(entries, text.marks, strict=True):
        if mark & MASKABLE:
            assert tag_of(entry)
            assert not tag_of(entry).startswith("S")
        if entry in (".//SF", "./SF", "!/SF"):
            assert mark & WORD
            assert not mark & MASKABLE
    whole = [entry for entry in entries if tag_of(entry) in ("NNG", "VV")]
    assert sum((text.marks & (CONTENT | MASKABLE)) == (CONTENT | MASKABLE)) >= len(whole) > 0


def test_pieces_know_their_characters(vocabulary):
    pieces = MorphemePieces(vocabulary)
    text = "쀍뛟을 탔다."
    found = pieces.encode(text)
    assert all(0 <= start <= end <= len(text) for _, start, end in found)
    numbers = [number for number, _, _ in found]
    names = pieces.names(numbers)
    assert found[names.index("타다/VV")][1:] == (4, 5)
    assert [vocabulary.numbers[name] for name in names] == numbers
    whole = pieces.passage([text]).pieces
    assert [one.id for one in whole] == [vocabulary.cls, *numbers, vocabulary.sep]
    assert [one.special for one in whole] == [True, *[False] * len(numbers), True]
    assert [one.id for one in pieces.passage([""]).pieces] == [vocabulary.cls, vocabulary.sep]


@pytest.mark.parametrize("text", ["", " ", "😀👍🏽", "각각의", "a\u200bb", "漢字를 쓴다", "ㅋㅋㅋㅋ", "\x00\x1c"])
def test_odd_text_passes(vocabulary, text):
    found = [one.id for one in MorphemePieces(vocabulary).passage([text]).pieces]
    assert found[0] == vocabulary.cls
    assert max(found) < len(vocabulary)
