"""The corpus commands, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from explorer.cli import main


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["corpus", *arguments])
    assert result.exit_code == code, result.output + repr(result.exception)
    return result


@pytest.fixture
def reviews(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "reviews.tsv"
    path.write_text(
        "id\tdocument\tlabel\n1\t영화를 봤다.\t1\n2\t\t0\n3\t또 보고 싶다.\t1\n4\t영화를 봤다.\t0\n", encoding="utf-8"
    )
    return path


def test_add_list_show_head_path_remove(reviews: Path, home: Path):
    said = run("add", str(reviews), "--name", "r").output
    assert "stored r: 3 documents" in said and "text from: document" in said and "skipped (first: reviews.tsv:3)" in said
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["r"]["documents"] == 3 and rows["sample"]["where"] == "here" and rows["nsmc"]["where"] == "to fetch"
    shown = json.loads(run("show", "r", "--json").stdout)["stored"]
    assert shown["documents"] == 3 and shown["report"]["fields"] == {"document": 1}
    assert "encodings: utf-8" in run("show", "r").output
    head = json.loads(run("head", "r", "-n", "2", "--json").stdout)
    assert head == [
        {"id": "1", "text": "영화를 봤다.", "title": "", "meta": {"label": "1"}},
        {"id": "3", "text": "또 보고 싶다.", "title": "", "meta": {"label": "1"}},
    ]
    assert run("path", "r").output.strip() == str(home / "corpora" / "r")
    run("add", str(reviews), "--name", "r", code=1)
    assert "2 documents" in run("add", str(reviews), "--name", "r", "--force", "--drop", "exact").output
    run("remove", "r")
    assert "unknown corpus 'r'" in run("path", "r", code=1).output


def test_stats_and_concordance(reviews: Path):
    data = json.loads(run("stats", str(reviews), "--no-morphemes", "--json").stdout)
    assert (data["documents"], data["eojeol"], data["types"], data["hapax"], data["duplicates"]) == (3, 7, 5, 3, 1)
    assert data["findings"]["empty"]["count"] == 1
    assert "eojeol\t7" in run("stats", str(reviews), "--no-morphemes").stdout
    found = json.loads(run("concordance", str(reviews), "보다", "--json").stdout)
    assert "보다/VV" in found["resolved"] and [line["match"] for line in found["lines"]] == ["봤", "보", "봤"]
    table = run("concordance", str(reviews), "영화를", "--substring").stdout
    assert table.count("영화를") == 2


def test_collocates_sorted_lines_and_another_name(reviews: Path):
    run("add", str(reviews), "--name", "r")
    run("rename", "r", "평")
    found = json.loads(run("collocates", "평", "영화", "--least", "1", "--json").stdout)
    assert found["occurrences"] == 2 and found["rows"][0]["key"] == "보다/VV" and found["rows"][0]["count"] == 2
    assert run("collocates", "평", "영화", "--least", "1", "--by", "pmi", "--keys", "all").stdout.startswith("key\tnear")
    lines = json.loads(run("concordance", "평", "보다", "--sort", "left", "--json").stdout)
    assert [line["left"] for line in lines["lines"]] == ["또 ", "영화를 ", "영화를 "] and lines["among"] == 3
    assert "eojeol a sentence\t2.3; half of them at most 2" in run("stats", "평", "--no-morphemes").stdout


def test_cards_are_shown_and_errors_are_one_line(home: Path, tmp_path: Path):
    assert "licence: CC0-1.0" in run("show", "nsmc").output
    for arguments in (
        ("show", "nothing"),
        ("add", str(tmp_path / "none.txt"), "--name", "x"),
        ("head", "smaple"),
        ("fetch", "sample"),
        ("stats", str(tmp_path)),
        ("remove", "nothing"),
    ):
        output = run(*arguments, code=1).output
        assert output.startswith("korean-explorer: ") and output.count("\n") == 1
