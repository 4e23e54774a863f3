"""Sentence splitting, and its offsets."""

import unicodedata

import pytest

from explorer.core.errors import BadInput
from explorer.text.morphology import shared_kiwi
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


@pytest.mark.parametrize("sentence", ["왕이 왔다. ", "그는 밥을 먹었다ㅋㅋ 그래서 나는 집에 갔다 "])
def test_a_long_text_is_read_stretch_by_stretch(sentence, monkeypatch):
    """Also one in which no full stop tells where a sentence ends: none is cut where a stretch ends."""
    text = sentence * 150
    whole = sentence_spans(text)
    given = []
    kiwi = shared_kiwi()
    monkeypatch.setattr("explorer.text.morphology._LONG", 200)
    monkeypatch.setattr("explorer.text.sentences.shared_kiwi", lambda: Told(kiwi, given))
    assert sentence_spans(text) == whole and len(whole) > 20
    assert len(given) > 3 and max(map(len, given)) <= 200


class Told:
    """A Kiwi that notes what it was given."""

    def __init__(self, kiwi, given):
        self.kiwi, self.given = kiwi, given

    def split_into_sents(self, text, **options):
        self.given.append(text)
        return self.kiwi.split_into_sents(text, **options)


def test_unknown_method_and_surrogates():
    with pytest.raises(BadInput, match="kiwi, line"):
        split_sentences("왕", method="dot")
    with pytest.raises(BadInput, match="surrogate"):
        split_sentences("\ud800")
