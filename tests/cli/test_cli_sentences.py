"""The command sentences."""

from __future__ import annotations

import json

from click.testing import CliRunner

from explorer.cli import main

LINES = "겨울에 눈이 많이 내렸다.\n\n눈이 와서 길이 미끄럽다.\n영화가 재미있었다.\n👍\n"


def run(*args: str, stdin: str | None = None):
    return CliRunner().invoke(main, ["sentences", *args], input=stdin)


def test_the_nearest_lines_of_standard_input_and_of_a_file(tmp_path, home):
    done = run("similar", "함박눈이 쏟아진다", "-", "-m", "word2vec", "--json", stdin=LINES)
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data["model"] == "word2vec" and data["sentences"] == 4 and data["missing"] == [3]
    assert [one["number"] for one in data["neighbours"]] == [0, 1, 2] and data["how"]["way"] == "sif"
    (tmp_path / "lines.txt").write_text(LINES, encoding="utf-8")
    table = run("similar", "함박눈이 쏟아진다", str(tmp_path / "lines.txt"), "-m", "word2vec", "-n", "1")
    assert table.exit_code == 0, table.output
    assert table.stdout.splitlines()[0] == "line\tcosine\tsentence" and "겨울에 눈이" in table.stdout
    assert "without a vector" in table.stderr and "👍" in table.stderr


def test_the_matrix(home):
    done = run("matrix", "-m", "word2vec", "--json", stdin=LINES)
    data = json.loads(done.stdout)
    assert len(data["matrix"]) == 4 and data["matrix"][0][0] == 1 and data["matrix"][3][0] is None
    table = run("matrix", "-m", "word2vec", stdin=LINES)
    assert table.stdout.splitlines()[0] == "\t1\t2\t3\t4" and "–" in table.stdout


def test_refusals(home):
    for args in (
        ["similar", "왕", "a.txt", "--corpus", "sample"],
        ["similar", "왕", "-", "-m", "word2vec", "--encoder", "mini"],
        ["similar", "왕", "-", "-m", "word2vec", "--pooling", "cls"],
        ["similar", "👍", "-", "-m", "word2vec"],
        ["matrix", "nosuch.txt"],
    ):
        done = run(*args, stdin=LINES)
        assert done.exit_code == 1 and done.stderr.startswith("korean-explorer: ") and "Traceback" not in done.output, args
    assert run("matrix", "-", "-m", "word2vec", stdin="\n \n").exit_code == 1
