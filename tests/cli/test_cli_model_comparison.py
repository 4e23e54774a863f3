"""Two models compared from the shell: the JSON is the record's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import explorer as ex
from explorer.cli import main

KEYS = [f"낱말{number}/{'VV' if number % 2 else 'NNG'}" for number in range(60)]


@pytest.fixture
def models(home):
    for seed, name in enumerate(("하나", "둘")):
        rows = np.random.default_rng(0).normal(size=(60, 6)) + 0.3 * np.random.default_rng(seed).normal(size=(60, 6))
        ex.Vectors(KEYS, rows, range(60, 0, -1)).save(name)
    return "하나", "둘"


def ran(*arguments, code=0):
    done = CliRunner().invoke(main, ["models", "compare", *arguments])
    assert done.exit_code == code, done.output
    return done


def test_the_json_is_the_record(models):
    a, b = map(ex.load, models)
    found = json.loads(ran(*models, "-k", "5", "--sample", "20", "--seed", "3", "--json").stdout)
    assert found == json.loads(json.dumps(ex.compare_models(a, b, k=5, sample=20, seed=3).to_dict()))
    assert json.loads(ran(*models, "--all", "--json").stdout)["complete"] is True
    word = json.loads(ran(*models, "--word", "낱말3", "--json").stdout)
    assert word == json.loads(json.dumps(ex.compare_word(a, b, "낱말3").to_dict()))


def test_the_table_has_both_ends_and_the_filters_hold(models):
    done = ran(*models, "-n", "4", "--tag", "VV", "--min-count", "10")
    head, *rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert (
        head == ["list", "word", "key", "overlap", "kept", "count"]
        and [row[0] for row in rows] == ["differ"] * 4 + ["agree"] * 4
    )
    assert all(row[2].endswith("/VV") and int(row[5]) >= 10 for row in rows)
    assert "by chance" in done.stderr and "lacks 0" in done.stderr
    assert ran(*models, "--word", "낱말3").stdout.splitlines()[0].split("\t") == ["하나", "cosine", "둘", "cosine"]


def test_what_is_not_there_is_one_line(models):
    assert "없음" in ran("하나", "없음", code=1).stderr
    assert ran(*models, "-k", "60", code=1).stderr.count("\n") == 1
