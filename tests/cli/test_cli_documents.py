"""The command ``documents``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from explorer.cli.group import main

ROWS = [(f"{place}에서 {thing}을 보았다", "자연") for place in ("산", "바다", "들") for thing in ("꽃", "별", "곰")] + [
    (f"{place}에서 {thing}을 먹었다", "음식") for place in ("학교", "집", "식당") for thing in ("떡", "빵", "김밥", "죽")
]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "문서.csv"
    path.write_text("문장,분류\n" + "".join(f"{text},{label}\n" for text, label in ROWS), encoding="utf-8")
    return str(path)


def run(*arguments: str, given: str | None = None):
    return CliRunner().invoke(main, ["documents", "-m", "word2vec", "--method", "pca", *arguments], input=given)


def test_it_prints_the_regions_and_writes_the_table(table, tmp_path):
    printed = run(table, "--count", "2")
    assert printed.exit_code == 0 and printed.stdout.count("\n") >= 3 and "21 documents" in printed.stderr
    out = tmp_path / "map.csv"
    assert run(table, "--out", str(out)).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("number,text,label,x,y,trust") and "음식" in out.read_text(
        encoding="utf-8"
    )


def test_maps_are_written_as_pages_that_need_nothing(table, tmp_path):
    out = tmp_path / "map.html"
    assert run(table, "--out", str(out)).exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert ROWS[0][0] in page and "음식" in page and "default-src 'none'" in page
    arguments = ["project", "-m", "word2vec", "--method", "pca", "--top", "60", "--out", str(tmp_path / "words.html")]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    assert '"layers":[{"names":["' in (tmp_path / "words.html").read_text(encoding="utf-8")


def test_it_finds_documents_by_word(table):
    answer = json.loads(run(table, "--find", "학교까지", "--json").stdout)
    assert [one["text"] for one in answer["documents"]] == [text for text, _ in ROWS if text.startswith("학교")]
    assert answer["documents"][0]["label"] == "음식" and answer["telling"][0]["word"] == "학교"


def test_what_is_found_is_told_and_the_map_is_written(table, tmp_path):
    out = tmp_path / "map.json"
    printed = run(table, "--find", "학교까지", "--out", str(out))
    assert printed.exit_code == 0 and printed.stdout.count("학교에서") == 4
    assert len(json.loads(out.read_text(encoding="utf-8"))["texts"]) == len(ROWS)


def test_a_table_of_standard_input_is_read_as_a_file_is():
    given = "문장,분류,길이\n" + "".join(f"{text},{label},{len(text)}\n" for text, label in ROWS)
    answer = json.loads(run("-", "--label", "길이", "--most", "15", "--json", given=given).stdout)
    assert len(answer["texts"]) == 15 and answer["labels"] == [str(len(text)) for text in answer["texts"]]
    refused = run("-", "--label", "색", given=given)
    assert refused.exit_code == 1 and "색" in refused.stderr


def test_lines_of_standard_input_are_documents():
    answer = json.loads(run("-", "--json", given="\n".join(text for text, _ in ROWS)).stdout)
    assert len(answer["texts"]) == len(ROWS) and answer["labels"] == [] and len(answer["coords"][0]) == 2


def test_what_does_not_fit_is_said_in_one_line(table):
    for arguments, said in (
        ((table, "--label", "색"), "색"),
        ((table, "--out", "map.png"), "map.png"),
        ((table, "--corpus", "sample"), "corpus"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1 and said in result.stderr and result.stderr.count("\n") == 1
