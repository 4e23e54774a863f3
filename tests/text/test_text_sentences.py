"""Sentence splitting, and its offsets."""

import unicodedata

import pytest

from explorer.core.errors import BadInput
from explorer.text.sentences import sentence_spans, split_sentences

TEXT = "왕이 왔다. 왕비도 왔다! 둘은 웃었다ㅋㅋ\n그리고 갔다."


def test_kiwi_finds_sentences():
    assert split_sentences(TEXT) == ["왕이 왔다.", "왕비도 왔다!", "둘은 웃었다ㅋㅋ", "그리고 갔다."]


def test_lines():
    assert split_sentences(TEXT, method="line") == ["왕이 왔다. 왕비도 왔다! 둘은 웃었다ㅋㅋ", "그리고 갔다."]


@pytest.mark.parametrize("method", ["kiwi", "line"])
@pytest.mark.parametrize(
    "text", ["", "  \n ", "😀", "\u200b", unicodedata.normalize("NFD", TEXT), "왕\u200b이 왔다. \ufeff왕비도 왔다."]
)
def test_spans_are_of_the_original(text, method):
    last = 0
    for start, end in sentence_spans(text, method):
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        last = end


def test_unknown_method_and_surrogates():
    with pytest.raises(BadInput, match="kiwi, line"):
        split_sentences("왕", method="dot")
    with pytest.raises(BadInput, match="surrogate"):
        split_sentences("\ud800")
