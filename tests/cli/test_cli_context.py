"""The command that compares a word across sentences."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from explorer.cli import main

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def checkpoint(small_bert):
    return str(small_bert)


def run(*args: str, stdin: str | None = None):
    return CliRunner().invoke(main, list(args), input=stdin)


def test_json_holds_cosines_and_random_pairs(checkpoint):
    done = run("context", "배", "배를 탔다.", "배가 고프다.", "-m", checkpoint, "--layer", "1", "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data["layer"] == 1 and data["missing"] == []
    assert data["cosines"][0][0] == pytest.approx(1, abs=1e-5)
    assert data["cosines"][0][1] == pytest.approx(data["cosines"][1][0])
    assert -1 <= data["random_pairs"]["mean"] <= 1


def test_sentences_come_from_standard_input_and_absence_is_said(checkpoint):
    done = run("context", "배", "-", "-m", checkpoint, stdin="배를 탔다.\n바다는 넓다.\n\n배가 고프다.\n")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == "\t1\t2" and len(done.stdout.splitlines()) == 3
    assert "[배]를 탔다." in done.stderr and "배 is not in it" in done.stderr and "random pairs at layer 3" in done.stderr


def test_fewer_bits_change_the_numbers_a_little(checkpoint):
    asked = ("context", "배", "배를 탔다.", "배가 고프다.", "-m", checkpoint, "--representation", "own", "--json", "--dtype")
    full, half, bytes_ = (json.loads(run(*asked, dtype).stdout)["cosines"][0][1] for dtype in ("float32", "bfloat16", "int8"))
    assert full != half and full != bytes_ and half == pytest.approx(full, abs=0.05) == bytes_
    refused = run(*asked, "float8")
    assert refused.exit_code == 2 and "'float8' is not one of 'float32', 'bfloat16', 'int8'" in refused.stderr


def test_int8_off_the_processor_is_refused_in_one_line(checkpoint, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    done = run("context", "배", "배를 탔다.", "배가 고프다.", "-m", checkpoint, "--dtype", "int8")
    assert done.exit_code == 1 and done.stderr.count("\n") == 1 and "processor only" in done.stderr


def test_centring_changes_the_numbers(checkpoint):
    asked = ("context", "배", "배를 탔다.", "배가 고프다.", "-m", checkpoint, "--representation", "own", "--json")
    plain, centred = json.loads(run(*asked).stdout), json.loads(run(*asked, "--centred").stdout)
    assert centred["centred"] and centred["cosines"] != plain["cosines"]
    assert abs(centred["random_pairs"]["mean"]) < abs(plain["random_pairs"]["mean"])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["배", "배를 탔다.", "-m", "/no/such/folder"], "there is no folder"),
        (["자동차", "배를 탔다.", "-m", "MODEL"], "none of the sentences"),
        (["배", "배를 탔다.", "-m", "MODEL", "--layer", "40"], "does not exist"),
        (["배", " ", "-m", "MODEL"], "no sentence"),
    ],
)
def test_mistakes_are_one_line_and_exit_1(checkpoint, monkeypatch, arguments, line):
    monkeypatch.delenv("EXPLORER_BERT", raising=False)
    done = run("context", *[checkpoint if part == "MODEL" else part for part in arguments])
    assert done.exit_code == 1
    assert line in done.stderr and len(done.stderr.strip().splitlines()) == 1 and done.stdout == ""
