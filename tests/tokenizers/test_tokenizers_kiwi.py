"""Kiwi on long texts: its time grows faster than a text does, so it gets them in stretches that end where a sentence does."""

import pytest

import explorer as ex


@pytest.mark.parametrize("between", [" ", "\n", " 😀 \u200b"])
def test_a_long_text_is_read_stretch_by_stretch(between):
    kiwi = ex.tokenizer("kiwi")
    one = "강아지가 밥을 먹었다." + between
    text = one * 2_000
    tokens = kiwi.tokenize(text)
    assert all(text[token.start : token.end] == token.surface for token in tokens)
    assert [token.form for token in tokens] == [token.form for token in kiwi.tokenize(one)] * 2_000
    assert (
        list(kiwi.tokenize_batch([text, one], 1)) == list(kiwi.tokenize_batch([text, one], 2)) == [tokens, kiwi.tokenize(one)]
    )


def test_a_long_word_is_cut_and_none_of_it_lost():
    text = "가" * 25_000 + " 먹었다"
    tokens = ex.tokenizer("kiwi").tokenize(text)
    assert tokens[0].start == 0 and max(token.end for token in tokens) == len(text)
    assert all(text[token.start : token.end] == token.surface for token in tokens)
