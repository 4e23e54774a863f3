"""What the training page does with texts that have labels, with contextual means and with a grid: in the worker, and refused before."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from support_dashboard import Page

from dashboards.app.state import model_names
from dashboards.kit.checkpoints import available
from dashboards.pages.layers.example import EXAMPLE
from dashboards.pages.train import runs
from dashboards.pages.train.asked import _check, known, start
from dashboards.pages.train.choice import Choice
from dashboards.pages.train.making import make
from dashboards.pages.train.page import CARDS
from dashboards.pages.train.sizes import expected
from explorer.core.errors import BadInput, Cancelled, ExplorerError
from explorer.core.store import list_artifacts

MINE = Choice(what="classifier", corpus="reviews", encoder="mini", name="mine", params={"epochs": 8})
GRID = Choice(
    what="lab",
    corpus="sample",
    name="grid",
    tokenizers=("eojeol", "syllable"),
    models=("word2vec", "ppmi"),
    tests=("relations-dev",),
    params={"dim": 8, "epochs": 1},
)


@pytest.fixture
def reviews(home, tmp_path):
    """A stored corpus of 48 texts with two labels, sorted by label as tables often are; and ``plain``, which has none."""
    from corpora import library

    rows = ["document,sentiment"]
    for line in EXAMPLE.splitlines():
        said, label = line.rsplit("\t", 1)
        rows += [f'"{said}",{label}', f'"정말 {said} ㅋㅋㅋ",{label}']
    file = tmp_path / "reviews.csv"
    file.write_text("\n".join(rows), encoding="utf-8-sig")
    library.add(file, "reviews", field="document")
    (tmp_path / "plain.txt").write_text("레이블이 없는 글이다.\n\n또 한 편이다.\n", encoding="utf-8")
    library.add(tmp_path / "plain.txt", "plain")
    return "reviews"


def trained(choice, progress=lambda step: None):
    runs.begin(choice.run, choice.to_dict())
    return make(choice.to_dict(), progress)


def shown(app, name):
    return json.dumps(Page(app).call("train-status.children", {"train-run.data": name}), ensure_ascii=False)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"corpus": "plain"}, "corpora.label_column_missing"),
        ({"label": "없는 열"}, "corpora.no_label_column"),
        ({"encoder": "없는모델"}, "dashboards.no_such_model"),
        ({"name": "mini"}, "encoders.name_taken"),
        ({"name": "a/b"}, "core.bad_name"),
        ({"what": "layers", "corpus": "plain"}, "corpora.label_column_missing"),
        ({"what": "vectors", "model": "contextual", "encoder": "없는모델"}, "dashboards.no_such_model"),
        ({"what": "lab", "tokenizers": (), "models": ("glove",), "tests": ("relations",)}, "dashboards.lab_incomplete"),
        ({"what": "lab", "tokenizers": ("kiwi",), "models": ("glove",), "tests": ("x",)}, "core.unknown"),
        ({"what": "lab", "tokenizers": ("kiwi",), "models": ("x",), "tests": ("relations",)}, "core.unknown"),
    ],
)
def test_what_cannot_be_is_refused_before_it_begins(reviews, app, change, error):
    pytest.importorskip("torch")
    with pytest.raises(ExplorerError) as refused:
        start(replace(MINE, **change))
    assert refused.value.code == error and not runs.listed()


def test_a_classifier_is_trained_told_and_offered(reviews, app):
    pytest.importorskip("torch")
    made = trained(MINE)
    run = runs.read("mine")
    assert run.state == "done" and made["accuracy"]["value"] > made["baseline"] and made["labels"] == ["나쁨", "좋음"]
    assert [one["step"] for one in run.epochs] == sorted({one["step"] for one in run.epochs}) and run.epochs[0]["step"] == 0
    assert run.epochs[-1]["train"] < run.epochs[1]["train"]
    assert available()["mine"] == "mine" and make(MINE.to_dict(), lambda step: None) == made, (
        "as after a kill in the last moment"
    )
    told = shown(app, "mine")
    assert "끝났습니다" in told and "나쁨, 좋음" in told and "과적합" in told and "/layers?model=mine" in told
    runs.forget("mine")
    assert known("mine").epochs == run.epochs and known("mine").what == "classifier", "it knows its curve itself"
    values = {"run": "mine"}
    space = {}
    exec(CARDS["curve"].python(values), space)
    assert space["answer"].equals(CARDS["curve"].frame(values)) and len(space["answer"]) == len(run.epochs)


def test_a_stopped_classifier_goes_on_where_it_was(reviews, home):
    pytest.importorskip("torch")
    whole = trained(replace(MINE, name="whole"))

    def stop(step):
        if step.data and step.data["step"] >= 6:
            raise Cancelled

    with pytest.raises(Cancelled):
        trained(MINE, stop)
    before = runs.read("mine")
    assert before.state == "begun" and before.epochs[-1]["step"] < 10
    runs.begin("mine", MINE.to_dict(), again=True)
    seen = []
    assert make(MINE.to_dict(), lambda step: seen.append(step.done) if step.stage == "training" else None) == whole
    assert runs.read("mine").epochs[: len(before.epochs)] == before.epochs


def test_layers_are_probed_for_labels_of_ones_own(reviews, app):
    pytest.importorskip("torch")
    made = trained(replace(MINE, what="layers", name="probe", params={}))
    levels = made["probes"]["levels"]
    assert [one["layer"] for one in levels] == list(range(7)) and all(
        one["labels"]["accuracy"]["low"] is not None for one in levels
    )
    told = shown(app, "probe")
    assert "끝났습니다" in told and "train-layers-figure" in told
    best = made["probes"]["best"]["labels"]
    assert f"{levels[best]['labels']['accuracy']['value']:.2f}" in told
    with pytest.raises(BadInput) as refused:
        _check(replace(MINE, what="layers", name="probe"), again=False)
    assert refused.value.code == "dashboards.name_taken"


def test_contextual_means_are_vectors_that_every_page_offers(reviews, home):
    pytest.importorskip("torch")
    choice = replace(MINE, what="vectors", model="contextual", name="means", params={"contexts": 2, "min_count": 2})
    made = trained(choice)
    assert "means" in model_names() and made["dim"] == 256 and made["keys"] == list_artifacts("vectors")["means"].sizes["keys"]
    assert make(choice.to_dict(), lambda step: None) == made


def test_a_grid_is_trained_and_found_in_the_lab(app):
    from explorer.analysis.lab_results import load_lab

    made = trained(GRID)
    found = load_lab("grid")
    assert made["cells"] == len(found) == 4 and {cell.tokenizer for cell in found} == {"eojeol", "syllable"}
    assert "/lab?lab=grid" in shown(app, "grid") and make(GRID.to_dict(), lambda step: None) == made


def test_estimates_are_told_before_the_start_and_grow(reviews, app):
    pytest.importorskip("torch")
    head, whole, longer = (
        expected(replace(MINE, part=part, params={"epochs": epochs})) for part, epochs in (("head", 3), ("all", 3), ("all", 9))
    )
    for smaller, larger in pairwise((head, whole, longer)):
        assert 0 < smaller.seconds < larger.seconds and smaller.bytes <= larger.bytes and larger.counts == {"texts": 48}
    cells = expected(GRID), expected(replace(GRID, models=("word2vec", "ppmi", "glove")))
    assert cells[0].seconds < cells[1].seconds and cells[1].counts == {"cells": 6}
    page = Page(app)
    controls = {"train-what.value": "classifier", "train-corpus.value": "reviews", "train-enc.value": "mini"}
    told = page.call("train-expected.children", controls)
    said = json.dumps(told, ensure_ascii=False)
    assert "48편" in said and told["train-label"]["data"] == ["sentiment"] and told["train-epochs"]["placeholder"] == "10"
    assert told["train-box-t"]["style"] == {"display": "none"} and told["train-box-enc"]["style"] == {}
    controls["train-corpus.value"] = "plain"
    assert "problem" in json.dumps(page.call("train-expected.children", controls))
