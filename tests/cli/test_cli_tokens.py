"""The commands about tokens, and training end to end on the sample."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from explorer import load
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


def test_several_corpora_are_read_one_after_the_other(home, tmp_path):
    for number, word in enumerate(("왕", "강아지")):
        (tmp_path / f"{number}.txt").write_text(f"{word}이 물을 마신다.\n" * 10, encoding="utf-8")
    both = [argument for number in (0, 1) for argument in ("--corpus", str(tmp_path / f"{number}.txt"))]
    done = run("train", "ppmi", *both, "--name", "x", "--dim", "2", "--json")
    assert done.exit_code == 0, done.output
    info = json.loads(done.stdout)["info"]
    assert info["corpus"] == f"{tmp_path}/0.txt + {tmp_path}/1.txt"
    assert {"왕/NNG", "강아지/NNG", "물/NNG"} <= set(load("x").keys)


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


def test_tokenizers_are_listed_without_loading_any():
    rows = json.loads(run("tokenize", "--list", "--json").stdout)
    names = [row["name"] for row in rows]
    assert {"kiwi", "mecab", "syllable", "klue-bert", "cl100k"} <= set(names)
    klue = rows[names.index("klue-bert")]
    assert klue["source"] == "klue/bert-base" and klue["vocab_size"] == 32_000
    lines = run("tokenize", "--list").stdout.splitlines()
    assert lines[0].split("\t")[0] == "name" and len(lines) == len(rows) + 1


def test_compare_takes_several_gold_files_plain_parallel_text_and_a_tokenizer_that_fails(tmp_path):
    treebank = "# text = {0}\n1\t{0}\t{1}\tNOUN\tncn+jxt\t_\t0\troot\t_\t_\n\n"
    (tmp_path / "a.conllu").write_text(treebank.format("왕은", "왕+은"), encoding="utf-8")
    (tmp_path / "b.conllu.gz").write_bytes(gzip.compress(treebank.format("물을", "물+을").encode()))
    (tmp_path / "ko.txt").write_text("왕이 왔다\n물을 마셨다\n", encoding="cp949")
    (tmp_path / "en.txt.gz").write_bytes(gzip.compress(b"the king came\nhe drank water\n"))
    gold = ["--gold", str(tmp_path / "a.conllu"), "--gold", str(tmp_path / "b.conllu.gz")]
    parallel = ["--parallel", str(tmp_path / "ko.txt"), str(tmp_path / "en.txt.gz")]
    names = ["-t", "syllable", "-t", "eojeol", "-t", str(tmp_path / "none.model")]
    done = run("compare", *names, "--corpus", str(tmp_path / "ko.txt"), *gold, *parallel, "--price", "3", "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    syllable, eojeol, missing = data["rows"]
    assert (
        syllable["boundary_f1"]["value"] == syllable["boundary_precision"]["value"] == syllable["boundary_recall"]["value"] == 1
    )
    assert eojeol["parity"]["value"] == 4 / 6
    assert syllable["cost_per_1000_characters"]["value"] > 0
    assert "none.model" in missing["error"] and "boundary_f1" not in missing
    assert data["units"]["parity"] == "ratio" and data["reference"] == "gold"
    done = run("compare", *names, "--corpus", str(tmp_path / "ko.txt"), "--parallel", str(tmp_path / "ko.txt"), "absent.txt")
    assert done.exit_code == 1 and len(done.stderr.strip().splitlines()) == 1


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


def test_a_file_that_ends_kiwi_is_one_line_and_exit_1():
    # In a process of its own: what went wrong here ended the process, and would end this test run.
    command = [sys.executable, "-m", "explorer", "tokenize", "-t", "kiwi-sw:/etc/hostname", "왕이"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1 and "kiwi" in done.stderr.lower()


@pytest.mark.parametrize(("host", "lines"), [("127.0.0.1", 0), ("localhost", 0), ("::1", 0), ("0.0.0.0", 1), ("192.0.2.7", 1)])
def test_serving_others_says_what_it_opens(host, lines, monkeypatch):
    from dashboards.app import application as app

    started = []
    monkeypatch.setattr(app, "serve", lambda **options: started.append(options["host"]))
    done = run("serve", "--host", host, "--no-open", "--no-token")
    assert done.exit_code == 0 and started == [host]
    assert len(done.stderr.splitlines()) == lines
    assert not lines or ("read" in done.stderr and "models" in done.stderr)
