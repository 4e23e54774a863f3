"""Names of KoNLPy, Hugging Face and SentencePiece: the same answers where they are here, one line where not."""

from __future__ import annotations

import re
from typing import Any

import pytest

import explorer as ex
from explorer.core.errors import BadInput, NoSuchName, UnknownName
from explorer.tokenizers.engine import Adopted, Engine
from explorer.tokenizers.foreign import NAMES, TOKENS
from explorer.tokenizers.token import Token

SHIPPED = ["ko-unigram-32k", "ko-bpe-32k", "ko-bytebpe-32k", "ko-wordpiece-32k", "ko-kiwi-unigram-32k"]
TEXT = "왕비가 밥을 먹었다ㅋㅋㅋ 뷁"


@pytest.fixture(scope="module")
def unigram() -> Engine:
    return ex.tokenizer("ko-unigram-32k")


@pytest.mark.parametrize("name", SHIPPED)
def test_pieces_and_ids_lead_to_each_other(name: str):
    cut = ex.tokenizer(name)
    ids = cut.encode(TEXT)
    pieces = cut.convert_ids_to_tokens(ids)
    assert pieces == [token.form for token in cut(TEXT)] or any(token.unknown for token in cut(TEXT))
    assert cut.convert_tokens_to_ids(pieces) == ids and cut.convert_ids_to_tokens(ids[0]) == pieces[0]
    held = cut.get_vocab()
    assert len(held) == len(cut.vocabulary()) == cut.vocab_size and held[pieces[0]] == ids[0]
    assert cut.convert_tokens_to_ids("이런 조각은 없다") is None and cut.convert_tokens_to_ids(["이런 조각은 없다"]) == [None]
    assert cut.batch_decode(cut.encode([TEXT, "왕"])) == [cut.decode(ids), cut.decode(cut.encode("왕"))]
    for wrong in ([cut.vocab_size], -1, "왕", [1.5]):
        with pytest.raises(BadInput):
            cut.convert_ids_to_tokens(wrong)  # type: ignore[call-overload]


def test_pieces_are_those_of_hugging_face(tmp_path):
    transformers = pytest.importorskip("transformers")
    ours = ex.tokenizer("ko-wordpiece-32k", special_tokens=True)
    theirs = transformers.PreTrainedTokenizerFast(tokenizer_file=str(ours.path))
    ids = ours.encode(TEXT, add_special_tokens=True)
    assert ids == theirs.encode(TEXT) and ours.get_vocab() == theirs.get_vocab()
    assert ours.convert_ids_to_tokens(ids) == theirs.convert_ids_to_tokens(ids)
    assert ours.convert_tokens_to_ids(["왕", "##다"]) == theirs.convert_tokens_to_ids(["왕", "##다"])
    framed = [theirs.convert_tokens_to_ids("[CLS]"), *ids]
    said = [[one.decode(framed, skip_special_tokens=skip) for skip in (False, True)] for one in (ours, theirs)]
    assert said[0] == said[1] and said[0][0] == f"[CLS] {said[0][1]}"


@pytest.mark.parametrize("name", SHIPPED)
def test_special_tokens_are_settled_when_it_is_made(name: str):
    cut = ex.tokenizer(name)
    assert cut.encode(TEXT, add_special_tokens=False) == cut.encode(TEXT)
    with pytest.raises(BadInput) as caught:
        cut.encode(TEXT, add_special_tokens=True)
    assert caught.value.code == "tokenizers.special_when_made"
    assert cut.decode(cut.encode(TEXT), skip_special_tokens=True) == cut.decode(cut.encode(TEXT))


def test_without_a_vocabulary_there_are_no_pieces():
    for ask in ("get_vocab", "vocabulary"):
        with pytest.raises(BadInput) as caught:
            getattr(ex.tokenizer("kiwi"), ask)()
        assert caught.value.code == "tokenizers.no_ids"


@pytest.mark.parametrize("options", [{"return_tensors": "pt"}, {"padding": True, "truncation": True}], ids=str)
def test_called_it_takes_texts_and_nothing_else(unigram: Engine, options: dict[str, Any]):
    with pytest.raises(BadInput) as caught:
        unigram(TEXT, **options)  # type: ignore[call-overload]
    assert caught.value.code == "tokenizers.no_call_options" and next(iter(options)) in str(caught.value)


def test_what_okt_can_be_told():
    kiwi = ex.tokenizer("kiwi")
    assert kiwi.morphs("왕이 먹었다", stem=True, norm=False) == kiwi.morphs("왕이 먹었다")
    assert kiwi.pos("왕이 먹었다", stem=True, flatten=True, join=True) == kiwi.pos("왕이 먹었다", join=True)
    for options, code in (
        ({"norm": True}, "norm_when_made"),
        ({"stem": False}, "always_stems"),
        ({"flatten": False}, "always_flat"),
    ):
        with pytest.raises(BadInput) as caught:
            kiwi.pos("왕이 먹었다", **options)
        assert caught.value.code == f"tokenizers.{code}" and caught.value.said("ko") != str(caught.value)
    assert ex.tokenizer("kiwi", normalise_coda=True).morphs("먹었엌ㅋㅋ", norm=True)


@pytest.mark.parametrize("name", ["okt", "Okt", "komoran", "hannanum", "kkma", "khaiii"])
def test_an_analyser_that_is_not_here_leads_to_those_that_are(home, name: str):
    with pytest.raises(UnknownName) as caught:
        ex.tokenizer(name)
    for language in ("en", "ko"):
        line = caught.value.said(language)
        assert name in line and "kiwi" in line and "korean-explorer[mecab]" in line and "klue-bert" not in line
    assert set(caught.value.known) == set(ex.tokenizers())


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_name_from_elsewhere_is_an_attribute_error_of_one_line(unigram: Engine, name: str):
    t = unigram
    with pytest.raises(AttributeError) as caught:
        getattr(t, name)
    error = caught.value
    assert isinstance(error, NoSuchName) and repr(name) in str(error) and name in error.said("ko")
    here = str(error.values.get("here", "t.name")).replace(", or ", "; ").split(" of ")[0]
    assert all(hasattr(t, word) for word in re.findall(r"\bt\.(\w+)", here)) and compile(here, "here", "exec")
    assert all(hasattr(ex, word) for word in re.findall(r"\bex\.(\w+)", here))


@pytest.mark.parametrize("name", sorted(TOKENS))
def test_tokens_of_a_text_know_other_names_too(unigram: Engine, name: str):
    tokens = unigram("왕비가")
    with pytest.raises(NoSuchName) as caught:
        getattr(tokens, name)
    if "here" in caught.value.values:
        assert len(eval(caught.value.values["here"], {"tokens": tokens})) == len(tokens)
    with pytest.raises(BadInput) as wrong:
        tokens[name]  # type: ignore[call-overload]
    assert wrong.value.code == "tokenizers.tokens_by_number" and name in wrong.value.said("ko")


class Foreign:
    """A tokenizer of another package, with a name that would say something else here."""

    name = "foreign"

    def tokenize(self, text: str) -> list[Token]:
        return [Token(char, place, place + 1, char) for place, char in enumerate(text)]

    def params(self) -> dict[str, Any]:
        return {"engine": "foreign"}

    def phrases(self, text: str) -> list[str]:
        return text.split()


def test_what_another_package_has_itself_is_its_own():
    cut = Adopted(Foreign())
    assert cut.phrases("왕 비") == ["왕", "비"]
    with pytest.raises(NoSuchName):
        cut.analyze  # noqa: B018
    with pytest.raises(BadInput):
        cut.get_vocab()
