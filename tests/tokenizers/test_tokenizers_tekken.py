"""Tekken vocabularies: a small one written here, and the one of the package where that is installed."""

import base64
import json
import sys

import pytest

import explorer as ex
from explorer.core.errors import BadInput, MissingExtra
from explorer.tokenizers.engines import tekken
from explorer.tokenizers.loading import from_params

pytest.importorskip("tiktoken", reason="tiktoken is not installed")

MERGES = (b"\xec\x99", b"\xec\x99\x95", b" \xec", b"\xe3\x85", b"\xe3\x85\x8b")
SPARE = b"\xe3\x85\x8b\xe3\x85\x8b"  # in the file, but beyond what the model uses


def written(folder, **changes):
    pieces = [*(bytes([byte]) for byte in range(256)), *MERGES, SPARE]
    vocab = [
        {"rank": rank, "token_bytes": base64.b64encode(piece).decode(), "token_str": None} for rank, piece in enumerate(pieces)
    ]
    config = {"pattern": r"\s?\S+|\s+", "default_vocab_size": 256 + len(MERGES) + 10, "default_num_special_tokens": 10}
    folder.mkdir(exist_ok=True)
    path = folder / "tekken.json"
    path.write_text(json.dumps({"config": config, "vocab": vocab} | changes), encoding="utf-8")
    return path


def test_spans_bytes_and_ids(tmp_path):
    path = written(tmp_path / "small")
    tokenizer = ex.tokenizer(path)
    assert tokenizer.name == "small" and tokenizer.vocab_size == 271 and tokenizer.params()["engine"] == "tekken"
    text = "왕 웨ㅋㅋ"
    tokens = tokenizer.tokenize(text)
    assert [token.form for token in tokens] == ["왕", "Ġ<0xEC>", "<0x9B>", "<0xA8>", "ㅋ", "ㅋ"]
    assert [token.surface for token in tokens] == ["왕", "웨", "웨", "웨", "ㅋ", "ㅋ"]
    assert tokens[0].id == 10 + 257
    assert [tokenizer.is_byte(token.id) for token in tokens] == [False, True, True, True, False, False]
    assert tokenizer.decode([1, *(token.id for token in tokens)]) == text
    assert not tokenizer.is_byte(1)
    assert from_params(tokenizer.params()).tokenize(text) == tokens
    assert ex.tokenizer(f"tekken:{path}").tokenize(text) == ex.tokenizer(path.parent).tokenize(text) == tokens


@pytest.mark.parametrize(
    "changes", [{"vocab": []}, {"vocab": [{"rank": 0, "token_bytes": "?"}]}, {"config": {}}, {"config": []}]
)
def test_damaged_files_are_told_in_one_line(tmp_path, changes):
    with pytest.raises(BadInput, match="no Tekken vocabulary"):
        ex.tokenizer(written(tmp_path, **changes))


def test_without_the_package_one_line_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(tekken, "find_spec", lambda name: None)
    assert "mistral-tekken" not in ex.tokenizers()
    with pytest.raises(MissingExtra, match=r"korean-explorer\[llm\]"):
        ex.tokenizer("mistral-tekken")
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    with pytest.raises(MissingExtra, match=r"korean-explorer\[llm\]"):
        ex.tokenizer(written(tmp_path))


@pytest.mark.skipif(tekken.packaged_tekken() is None, reason="the extra llm is not installed")
def test_the_vocabulary_of_the_package():
    assert "mistral-tekken" in ex.tokenizers()
    tokenizer = ex.tokenizer("mistral-tekken")
    assert tokenizer.name == "mistral-tekken" and tokenizer.vocab_size == 131_072
    text = "아버지가 방에\n들어가신다ㅋㅋㅋ 뷁 😀 大韓"
    tokens = tokenizer.tokenize(text)
    assert all(token.surface == text[token.start : token.end] and not token.unknown for token in tokens)
    assert tokenizer.decode([token.id for token in tokens]) == text
    assert min(token.id for token in tokens) >= 1000
