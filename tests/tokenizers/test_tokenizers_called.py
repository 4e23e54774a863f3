"""Tokenizers called, and asked by the names of Hugging Face and KoNLPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import explorer as ex
from explorer.core.errors import BadInput
from explorer.tokenizers.comparison.compare import compare
from explorer.tokenizers.engine import Adopted, as_ids, decoder_of
from explorer.tokenizers.engines.rules import SyllableTokenizer
from explorer.tokenizers.token import Token
from explorer.tokenizers.tokens import Tokens

SUBWORDS = ["ko-unigram-32k", "ko-bpe-32k", "ko-bytebpe-32k", "ko-wordpiece-32k", "ko-kiwi-unigram-32k"]
TEXT = "왕비가 밥을 먹었다ㅋㅋㅋ"


class Foreign:
    """What another package may bring: the protocol, and no more."""

    name = "foreign"

    def tokenize(self, text: str) -> list[Token]:
        return [Token(char, place, place + 1, char) for place, char in enumerate(text)]

    def params(self) -> dict[str, Any]:
        return {"engine": "foreign"}


@pytest.mark.parametrize("name", ["kiwi", "eojeol", "jamo", *SUBWORDS])
def test_called_it_gives_the_tokens_of_tokenize_with_their_text(name: str):
    cut = ex.tokenizer(name)
    found = cut(TEXT)
    assert isinstance(found, Tokens) and list(found) == cut.tokenize(TEXT)
    assert found.text == TEXT and found.tokenizer == cut.name
    texts = [TEXT, "", unescaped := "\u1100\u1161\u200b👍🏽 漢字\n\n끝"]
    assert [one.text for one in cut(iter(texts))] == texts and list(cut(texts)[2]) == cut.tokenize(unescaped)
    assert cut([]) == [] and len(cut("")) == 0
    assert list(found.to_frame()["form"]) == found.forms == cut.morphs(TEXT)
    assert found.to_dict()["tokens"] == [token.to_dict() for token in found]


@pytest.mark.parametrize("name", SUBWORDS)
def test_ids_come_back_as_text(name: str):
    cut = ex.tokenizer(name)
    ids = cut.encode(TEXT)
    assert ids == [token.id for token in cut.tokenize(TEXT)] and cut.encode([TEXT, ""]) == [ids, []]
    assert cut.decode(ids).replace(" ", "") == TEXT.replace(" ", "") == cut.decode(np.array(ids)).replace(" ", "")
    assert decoder_of(cut) is not None


def test_the_words_of_konlpy():
    kiwi = ex.tokenizer("kiwi")
    assert kiwi.morphs("왕이 먹었다") == ["왕", "이", "먹다", "었", "다"]
    assert kiwi.pos("왕이 먹었다")[:3] == [("왕", "NNG"), ("이", "JKS"), ("먹다", "VV")]
    assert kiwi.pos("왕이 먹었다", join=True)[2] == "먹다/VV"
    assert kiwi.nouns(["나는 왕비와 서울에 간다", ""]) == [["왕비", "서울"], []]
    v = ex.load("korean")
    assert all(key in v for key in kiwi.pos("왕비가 밥을 먹었다", join=True) if key.endswith(("NNG", "VV")))


@pytest.mark.parametrize("name", ["kiwi", "eojeol", "syllable", "jamo"])
def test_without_a_vocabulary_there_are_no_ids(name: str):
    cut = ex.tokenizer(name)
    for ask in (lambda: cut.encode(TEXT), lambda: cut.decode([1])):
        with pytest.raises(BadInput) as caught:
            ask()
        assert caught.value.code == "tokenizers.no_ids"
    assert decoder_of(cut) is None


@pytest.mark.parametrize("name", ["eojeol", "ko-unigram-32k"])
def test_without_tags_there_are_no_nouns(name: str):
    cut = ex.tokenizer(name)
    for ask in (cut.pos, cut.nouns):
        with pytest.raises(BadInput) as caught:
            ask(TEXT)
        assert caught.value.code == "tokenizers.no_tags"


@pytest.mark.parametrize("name", ["kiwi", "eojeol", *SUBWORDS])
@pytest.mark.parametrize("given", [3, None, b"text", ["text", 3], [["text"]]], ids=str)
def test_what_is_no_text_is_refused(name: str, given: Any):
    cut = ex.tokenizer(name)
    for ask in (cut, cut.morphs, cut.tokenize):
        with pytest.raises(BadInput) as caught:
            ask(given)
        assert caught.value.code == "text.not_text"


@pytest.mark.parametrize("name", SUBWORDS)
@pytest.mark.parametrize("ids", ["왕", [1.5], [[1]], [-1], [10**9], [2**70], [None], [True]], ids=str)
def test_what_is_no_id_is_refused(name: str, ids: Any):
    with pytest.raises(BadInput):
        ex.tokenizer(name).decode(ids)


def test_a_tokenizer_of_another_package_has_them_too():
    cut = Adopted(Foreign())
    assert cut("왕 비").forms == ["왕", " ", "비"] and cut.morphs(["왕"]) == [["왕"]]
    assert decoder_of(cut) is None and decoder_of(Foreign()) is None
    with pytest.raises(BadInput):
        cut.encode("왕")
    with pytest.raises(AttributeError):
        cut.no_such_thing  # noqa: B018
    assert not hasattr(cut, "tokenize_batch") and hasattr(Adopted(ex.tokenizer("kiwi")), "tokenize_batch")


def test_engines_without_a_way_back_are_measured_as_before():
    rows = compare([SyllableTokenizer(), Adopted(Foreign())], ["왕이 왔다"], reference="none").to_dict()["rows"]
    assert [row["lossless"]["value"] for row in rows] == [None, None]


def test_models_are_listed_with_their_kind(home):
    both = ex.list_models()
    assert {"korean", "mini"} <= set(both.names) and list(both.to_frame()["name"]) == both.names
    assert {one.kind for one in ex.list_models("encoder")} == {"encoder"}
    with pytest.raises(BadInput, match="allowed: vectors, encoder"):
        ex.list_models("word2vec")


def test_ids_of_a_vocabulary_whose_size_nobody_knows_are_numbers_from_nothing_on():
    assert as_ids([0, 10**9], None) == [0, 10**9]
    with pytest.raises(BadInput, match="no token -1") as caught:
        as_ids([-1], None)
    assert "-1" in caught.value.said("ko") and "None" not in caught.value.said("ko")
    with pytest.raises(BadInput, match="0 to 5"):
        as_ids([5], 5)
