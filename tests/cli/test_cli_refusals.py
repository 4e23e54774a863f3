"""What cannot be meant is one line and exit 1 or 2, whatever was typed; and the line is in the person's language."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from explorer.cli import main
from explorer.vectors.vectors import Vectors


def run(*args: str, stdin: bytes | None = None):
    return CliRunner().invoke(main, list(args), input=stdin)


@pytest.fixture
def model(home) -> str:
    # 허브 lies between all the others: the cosine ranks it first, the measures that hold its many neighbours against it do not.
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(60, 6)).astype(np.float32) + 0.5
    rows[0] = rows[1:].mean(axis=0) + 0.5 * rows[3] / np.linalg.norm(rows[3])
    Vectors([f"낱말{number}" if number else "허브" for number in range(60)], rows).save("작은")
    return "작은"


@pytest.mark.parametrize(
    "arguments",
    [
        ("tokenize", "왕\ud800"),
        ("similar", "\udcb0\udca1"),
        ("analogy", "왕 - \ud800"),
        ("mask", "\ud800[MASK]"),
        ("senses", "배", "배\ud800"),
        ("corpus", "concordance", "sample", "\ud800"),
        ("--home", "a\0b", "models", "list"),
        ("similar", "왕", "-n", "9223372036854775808"),
        ("similar", "왕", "--min-count", "9223372036854775808"),
        ("analogy", "왕", "-n", "9223372036854775808"),
        ("mask", "[MASK]", "-n", "9223372036854775808"),
        ("corpus", "head", "sample", "-n", "9223372036854775808"),
        ("corpus", "concordance", "sample", "왕", "-n", "9223372036854775808"),
        ("corpus", "concordance", "sample", "왕", "--start", "9223372036854775808"),
        ("context", "배", "배", "--layer", "9223372036854775808"),
        ("similar", "왕", "--model", "~nosuch/x"),
        ("tokenize", "왕", "-t", "~nosuch/x"),
        ("train", "word2vec", "--name", "x", "--corpus", "~nosuch/x"),
        ("evaluate", "~nosuch/x"),
        ("models", "import", "~nosuch/x", "--name", "x"),
        ("corpus", "add", "~nosuch/x", "--name", "x"),
        ("project", "--words", "~nosuch/x"),
        *((*command, "--seed", seed) for seed in ("-1", "18446744073709551616") for command in (
            ("project",),
            ("train", "word2vec", "--name", "x"),
            ("train-tokenizer", "bpe", "--vocab-size", "300", "--name", "x"),
            ("compare", "-t", "eojeol"),
            ("lab",),
            ("next", "왕"),
        )),
        ("train", "glove", "--name", "x", "--set", "x_max={}"),
        ("train", "word2vec", "--name", "x", "--set", "components={}"),
        ("train-tokenizer", "bpe", "--vocab-size", "300", "--name", "x", "--set", "coverge=1"),
        ("train-tokenizer", "bpe", "--vocab-size", "300", "--name", "x", "--set", "coverage={}"),
        ("train-tokenizer", "bpe", "--vocab-size", "300", "--name", "x", "--set", "special_tokens=3"),
        ("train-tokenizer", "kiwi-bpe", "--vocab-size", "300", "--name", "x", "--set", "kiwi=3"),
        ("train", "bert", "--name", "x", "--set", "dim={}"),
        ("train-tokenizer", "wordpiece", "--vocab-size", "1000000000", "--name", "x"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_meant_is_one_line(home, arguments):
    done = run(*arguments)
    assert done.exit_code in (1, 2), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    lines = [line for line in done.stderr.splitlines() if line and not line.startswith(("Usage: ", "Try "))]
    assert len(lines) == 1 and done.stdout == "", done.output


def test_a_home_that_is_a_file_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "file"))
    for command in (("models", "list"), ("similar", "왕"), ("corpus", "list"), ("tokenize", "--list")):
        done = run(*command)
        assert done.exit_code == 1 and done.stderr.count("\n") == 1 and "is a file" in done.stderr, done.output


def test_the_language_of_a_refusal(home, monkeypatch):
    for name in ("EXPLORER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    asked = ("models", "remove", "없는모델")

    def said(*options: str) -> str:
        monkeypatch.setenv("EXPLORER_LANG", "")  # what --lang sets does not outlive this test
        return run(*options, *asked).stderr

    plain = said()
    assert plain == said("--lang", "en") != said("--lang", "ko")
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    korean = said()
    assert "벡터는 없습니다" in korean and korean == said("--lang", "ko")
    assert said("--lang", "en") == plain


def test_the_measure_of_neighbours_is_the_one_asked_for(model):
    def ranked(*options: str):
        return json.loads(run("similar", "낱말3", "--model", model, "-n", "20", "--json", *options).stdout)

    answers = {method: ranked("--method", method) for method in ("cosine", "csls", "mutual")}
    assert all(answer["method"] == method for method, answer in answers.items())
    assert ranked() == answers["cosine"]
    keys = [tuple(one["key"] for one in answer["neighbours"]) for answer in answers.values()]
    assert len(set(keys)) == 3
    scores = [answer["neighbours"][0]["score"] for answer in answers.values()]
    assert scores[0] != scores[1]


def test_json_is_all_of_the_record(model):
    similar = json.loads(run("similar", "-", "--model", model, "--json", stdin="낱말3\n".encode()).stdout)
    assert set(similar) == {"model", "query", "method", "resolved", "left_out", "neighbours"} and similar["query"] == "낱말3"
    answer = json.loads(run("analogy", "낱말1 - 0.5*낱말2", "--model", model, "--include-query", "--json").stdout)
    assert answer["excluded"] is False and [term["weight"] for term in answer["terms"]] == [1, -0.5]
    assert [set(one) for one in answer["neighbours"]] == [{"word", "key", "score", "count"}] * 10


@pytest.mark.parametrize("name", ["m3.gif", "m3", "m3.csv.x"])
def test_a_map_is_written_as_its_ending_says_or_not_at_all(model, tmp_path, name):
    asked = ("project", "--model", model, "--method", "pca", "--out")
    done = run(*asked, str(tmp_path / name))
    assert done.exit_code == 1 and "end it in .csv, " in done.stderr and list(tmp_path.glob("m3*")) == []
    assert run(*asked, str(tmp_path / "m3.csv")).exit_code == run(*asked, str(tmp_path / "m3.json")).exit_code == 0
    assert (tmp_path / "m3.csv").read_text().startswith("word,key,x,y,trust")
    assert json.loads((tmp_path / "m3.json").read_text())["method"] == "pca"
    assert run(*asked, str(tmp_path / "m3.SVG")).exit_code == 0
    picture = ElementTree.parse(tmp_path / "m3.SVG")
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}circle"))) == 60
    assert "허브" in [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]


def test_the_format_of_an_export_can_be_named(model, tmp_path):
    path = tmp_path / "vectors.out"
    refused = run("models", "export", model, str(path))
    assert refused.exit_code == 1 and "--format" in refused.stderr
    assert run("models", "export", model, str(path), "--format", "glove").exit_code == 0
    assert path.read_text(encoding="utf-8").startswith("허브 ")
