"""Why two words are near, from the shell: the JSON is the record's, counts are a folder that is read again."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

import explorer as ex
from corpora import open_corpus
from explorer.cli import main
from explorer.vectors.evidence import Evidence


def ran(*arguments: str) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_json_is_the_record(home: Path) -> None:
    found = json.loads(ran("why", "강아지", "고양이", "-n", "4", "--json"))
    record = ex.load("korean").why("강아지", "고양이", n=4, lines=open_corpus("sample")).to_dict()
    assert found == json.loads(json.dumps(record))
    assert found["lines"] and found["verdict"]["label"] == "similar" and len(found["shared"]) == 4


def test_a_corpus_of_ones_own_is_counted(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("낮과 밤이 바뀐다.\n낮이나 밤이나 일한다.\n" * 5, encoding="utf-8")
    found = json.loads(ran("why", "낮", "밤", "--corpus", str(path), "--json"))
    assert found["counts"] == [10, 10] and found["corpus"] == str(path)
    assert {one["family"]: one["ab"] for one in found["patterns"]} == {"and": 5, "or": 5}
    assert found["lines"][0]["text"] == "낮과 밤이 바뀐다." and found["lines"][0]["a"] == [0, 1]


def test_people_read_a_sentence_first(home: Path) -> None:
    shown = ran("--lang", "ko", "why", "크다", "작다")
    assert shown.splitlines()[0] == "‘크다’, ‘작다’: 서로 맞서는 말로 보입니다"
    assert "[contexts]" in shown and "[patterns]" in shown
    assert "\t1\t1\t" in shown  # ranks are whole numbers
    assert CliRunner().invoke(main, ["why", "왕", "왕"]).exit_code == 1
    assert CliRunner().invoke(main, ["why", "왕", "여왕", "--corpus", "없음"]).exit_code == 1


def test_counts_are_written_and_read_again(home: Path, tmp_path: Path) -> None:
    out, card = tmp_path / "counts", tmp_path / "card.md"
    card.write_text("# 센 수\n", encoding="utf-8")
    sizes = json.loads(ran("corpus", "evidence", "--out", str(out), "--keys", "500", "--card", str(card), "--json"))
    known = Evidence.open(out)
    assert len(known.keys) == sizes["keys"] == 500 and known.name == "sample" and (out / "README.md").is_file()
    assert ex.load("korean").why("왕", "나라", known).corpus == "sample"
    assert CliRunner().invoke(main, ["corpus", "evidence", "--out", str(out)]).exit_code == 1
