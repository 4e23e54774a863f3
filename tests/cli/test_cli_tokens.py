"""The commands about tokens, and training end to end on the sample."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from explorer.cli import main

TEXT = "아버지가방에들어가신다ㅋㅋㅋ 뷁 😀"


def run(*args: str, stdin: bytes | None = None):
    return CliRunner().invoke(main, list(args), input=stdin)


@pytest.mark.parametrize("names", [["kiwi"], ["eojeol", "syllable", "jamo"]])
def test_tokens_as_json_have_exact_offsets(names):
    options = [part for name in names for part in ("--tokenizer", name)]
    done = run("tokenize", *options, TEXT, "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert [item["tokenizer"] for item in data] == names
    for item in data:
        for token in item["tokens"]:
            assert set(token) == {"surface", "start", "end", "form", "tag", "id", "unknown"}
            assert TEXT[token["start"] : token["end"]] == token["surface"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_standard_input_in_any_encoding(encoding):
    done = run("tokenize", "-t", "eojeol", "-", "--json", stdin="먹었다 왕에게\n".encode(encoding))
    assert [token["surface"] for token in json.loads(done.stdout)[0]["tokens"]] == ["먹었다", "왕에게"]


def test_plain_output_is_one_line_a_tokenizer():
    lines = run("tokenize", "-t", "eojeol", "-t", "syllable", "먹었다 왕에게").stdout.splitlines()
    assert lines == ["eojeol\t2\t먹었다 왕에게", "syllable\t6\t먹 었 다 왕 에 게"]


def test_binary_input_is_one_clear_line():
    done = run("tokenize", "-t", "eojeol", "-", stdin=b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    assert done.exit_code == 1 and len(done.stderr.strip().splitlines()) == 1


def test_a_tokenizer_is_trained_saved_and_used(home):
    done = run("train-tokenizer", "unigram", "--corpus", "sample", "--vocab-size", "1500", "--name", "s-uni")
    assert done.exit_code == 0, done.output
    data = json.loads(run("tokenize", "-t", "s-uni", TEXT, "--json").stdout)
    assert "".join(dict.fromkeys(token["surface"] for token in data[0]["tokens"])) != ""
    for token in data[0]["tokens"]:
        assert TEXT[token["start"] : token["end"]] == token["surface"]
    again = run("train-tokenizer", "unigram", "--corpus", "sample", "--vocab-size", "1500", "--name", "s-uni")
    assert again.exit_code == 1 and "exists already" in again.stderr


@pytest.mark.parametrize("model", ["word2vec", "glove"])
def test_vectors_are_trained_on_the_sample_saved_and_asked(home, model):
    options = ["--dim", "16", "--epochs", "2", "--min-count", "3", "--workers", "1"]
    done = run("train", model, "--corpus", "sample", "--name", "s", *options, "--json")
    assert done.exit_code == 0, done.output
    info = json.loads(done.stdout)["info"]
    assert info["seed"] == 42 and info["corpus"]
    neighbours = json.loads(run("similar", "사람", "--model", "s", "-n", "5", "--json").stdout)["neighbours"]
    assert len(neighbours) == 5
    assert run("train", model, "--corpus", "sample", "--name", "s", *options).exit_code == 1


def test_nothing_left_after_min_count_is_one_clear_line_and_saves_nothing(home, tmp_path):
    (tmp_path / "one.txt").write_text("하나뿐인 문장이다.\n", encoding="utf-8")
    done = run("train", "word2vec", "--corpus", str(tmp_path / "one.txt"), "--name", "x", "--min-count", "5")
    assert done.exit_code == 1 and len(done.stderr.strip().splitlines()) == 1
    assert not (home / "models" / "x").exists()


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\x00\x01\x02\xff" * 100])
def test_an_empty_or_binary_corpus_is_one_clear_line(home, tmp_path, content):
    (tmp_path / "c.txt").write_bytes(content)
    for command in (["train", "glove"], ["train-tokenizer", "bpe", "--vocab-size", "100"]):
        done = run(*command, "--corpus", str(tmp_path / "c.txt"), "--name", "x")
        assert done.exit_code == 1, done.output
        assert len(done.stderr.strip().splitlines()) == 1


def test_compare_prints_json_markdown_and_html(tmp_path):
    (tmp_path / "c.txt").write_text("왕이 왕비에게 말했다.\n나는 밥을 먹었다ㅋㅋㅋ\n뷁 😀\n", encoding="utf-8")
    base = ["compare", "-t", "eojeol", "-t", "syllable", "-t", "kiwi", "--corpus", str(tmp_path / "c.txt")]
    rows = json.loads(run(*base, "--json").stdout)["rows"]
    assert [row["tokenizer"] for row in rows] == ["eojeol", "syllable", "kiwi"]
    assert all({"value", "low", "high"} <= set(rows[0][name]) for name in rows[0] if isinstance(rows[0][name], dict))
    assert "|" in run(*base, "--markdown").stdout
    html = tmp_path / "report.html"
    assert run(*base, "--html", str(html)).exit_code == 0
    assert html.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
