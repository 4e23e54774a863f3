"""Axes, the association test and stability from the shell: the JSON is the record's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import explorer as ex
from explorer.cli import main


@pytest.fixture
def model(home):
    rng = np.random.default_rng(0)
    words = [f"{name}{number}" for name in ("꽃", "벌레", "좋음", "나쁨", "돌") for number in range(4)]
    centres = np.repeat(np.eye(2)[[0, 1, 0, 1, 0]], 4, axis=0)
    ex.Vectors(words, centres @ rng.normal(size=(2, 8)) + rng.normal(0, 0.2, (20, 8))).save("작은-모델")
    return "작은-모델"


def ran(*arguments):
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_words_are_placed_between_two_poles(model):
    asked = ("axis", "나쁨0,나쁨1", "좋음0,좋음1", "꽃0", "벌레0", "-m", model)
    found = json.loads(ran(*asked, "--json"))
    assert found == json.loads(
        json.dumps(ex.load(model).axis(["나쁨0", "나쁨1"], ["좋음0", "좋음1"], ["꽃0", "벌레0"]).to_dict())
    )
    assert [score["word"] for score in found["scores"]] == ["꽃0", "벌레0"]
    assert ran(*asked).splitlines()[0].split("\t") == ["word", "key", "score", "low", "high"]
    ends = json.loads(ran("axis", "나쁨0", "좋음0", "-m", model, "-n", "2", "--json"))["scores"]
    assert len(ends) == 4 and ends[0]["low"] is None


def test_groups_are_weighed_against_attributes(model):
    groups = [",".join(f"{name}{number}" for number in range(4)) for name in ("꽃", "벌레", "좋음", "나쁨")]
    found = json.loads(ran("weat", *groups, "-m", model, "--json"))
    made = ex.weat(ex.load(model), *(group.split(",") for group in groups))
    assert found == json.loads(json.dumps(made.to_dict())) and found["effect"] > 1.5 and found["p"] < 0.05
    assert ran("weat", *groups, "-m", model).startswith("effect\tlow\thigh\tp\texact")
    assert CliRunner().invoke(main, ["weat", "꽃0", *groups[1:], "-m", model]).exit_code == 1


def test_models_are_asked_for_what_they_agree_on(model):
    found = json.loads(ran("stability", model, model, "-n", "3", "--word", "꽃0", "--json"))
    assert found["mean"] == 1.0 and [word["word"] for word in found["words"]] == ["꽃0"]
    assert ran("stability", model, model, "-n", "3").splitlines()[1].endswith("3/3")
    assert CliRunner().invoke(main, ["stability", model]).exit_code == 1
    assert CliRunner().invoke(main, ["stability", model, "--train", "word2vec"]).exit_code == 1


def test_a_model_is_trained_again_for_it(home):
    settings = [part for one in ("dim=8", "epochs=1", "min_count=3") for part in ("--set", one)]
    found = json.loads(
        ran(
            "stability",
            "--train",
            "word2vec",
            "-t",
            "eojeol",
            "--times",
            "2",
            "--resample",
            "seeds",
            *settings,
            "-n",
            "2",
            "--json",
        )
    )
    assert len(found["models"]) == 2 and 0 <= found["mean"] <= 1
