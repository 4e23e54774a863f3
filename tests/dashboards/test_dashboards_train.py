"""The training page: what is refused before it begins, a training in the worker, and what is told of it afterwards."""

from __future__ import annotations

import json
import time
from itertools import pairwise

import pytest
from support_dashboard import Page, small_vectors

from dashboards.app.state import model_names, state
from dashboards.kit.ids import coded
from dashboards.pages.train import runs
from dashboards.pages.train.asked import _check, go_on, job_of, known, own, start
from dashboards.pages.train.choice import Choice
from dashboards.pages.train.making import _beginning, make
from dashboards.pages.train.sizes import preset_of
from explorer.core.errors import BadInput, Cancelled, ExplorerError, Unavailable, UnknownName
from explorer.core.progress import Progress
from explorer.core.store import list_artifacts
from explorer.static.load import load
from explorer.static.presets import PRESETS, estimate
from explorer.tokenizers.loading import tokenizer_names

SMALL = {"dim": 8, "epochs": 2}
QUICK = Choice(tokenizer="eojeol", name="mine", params=SMALL)


def ended(name):
    end = time.monotonic() + 120
    while job_of(runs.read(name)) is not None and time.monotonic() < end:
        time.sleep(0.1)
    return runs.read(name)


def test_what_was_trained_is_offered_at_once_and_tells_how(app):
    assert "mine" not in model_names()
    assert start(QUICK) == "mine"
    run = ended("mine")
    assert run.state == "done", run.error
    assert "mine" in model_names() and [one["epoch"] for one in run.epochs] == [1, 2]
    assert run.made["dim"] == 8 and run.made["keys"] == len(load("mine"))
    assert len(run.epochs[0]["neighbours"]) == 5
    runs.forget("mine")
    assert runs.read("mine").epochs == run.epochs, "the model knows its epochs itself"
    assert load("mine").info["corpus"] == "sample"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "small"}, "dashboards.name_taken"),
        ({"name": "kiwi"}, "static.builtin_model_name"),
        ({"name": "../evil"}, "core.bad_name"),
        ({"corpus": "nowhere"}, None),
        ({"tokenizer": "nothing"}, None),
        ({"params": {"dim": 0}}, "static.parameter_below_one"),
        ({"tokenizer": "+", "tokenizer_name": "a/b"}, "core.bad_name"),
    ],
)
def test_what_cannot_be_is_refused_before_it_begins(served, app, change, error):
    from dataclasses import replace

    with pytest.raises((BadInput, UnknownName)) as refused:
        start(replace(QUICK, **change))
    assert error is None or refused.value.code == error
    assert not runs.listed() and not state().jobs.mine()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"params": {"min_count": 9999}}, "static.no_frequent_word"),
        ({"model": "ppmi", "params": {"dim": 1000, "min_count": 30}}, "static.too_few_words"),
        ({"what": "tokenizer", "tokenizer_name": "tok", "vocab_size": 150_000}, "tokenizers"),
    ],
)
def test_what_fails_later_says_why_and_leaves_nothing(home, change, error):
    from dataclasses import replace

    choice = replace(QUICK, **change)
    runs.begin(choice.run, choice.to_dict())
    with pytest.raises(ExplorerError) as failed:
        make(choice.to_dict(), lambda step: None)
    assert failed.value.code.startswith(error)
    run = runs.read(choice.run)
    assert run.state == "failed" and run.error.code == failed.value.code
    assert not list_artifacts("vectors") and not list_artifacts("tokenizer")


def test_a_new_tokenizer_is_trained_compared_and_used_in_one_press(home):
    choice = Choice(tokenizer="+", name="mine", tokenizer_name="tok", vocab_size=2000, params=SMALL)
    runs.begin("mine", choice.to_dict())
    made = make(choice.to_dict(), lambda step: None)
    assert "tok" in tokenizer_names() and "mine" in model_names()
    rows = {row["tokenizer"]: row for row in made["tokenizer"]["rows"]}
    assert set(rows) == {"tok", "kiwi", "ko-unigram-32k", "ko-wordpiece-32k"}
    assert rows["tok"]["vocab_size"] == 2000
    assert rows["tok"]["tokens_per_eojeol"]["value"] > rows["ko-unigram-32k"]["tokens_per_eojeol"]["value"]
    assert load("mine").info["tokenizer"]["name"] == "tok"
    again = make(choice.to_dict(), lambda step: None)  # as after a kill in the last moment
    runs.begin("mine", choice.to_dict())
    _check(choice, again=True)  # nor is it refused, when it goes on
    assert again["tokenizer"] == made["tokenizer"] and again["keys"] == made["keys"]


def test_a_run_that_was_stopped_goes_on(app):
    def stop(step: Progress) -> None:
        if step.data and step.data["epoch"] == 1:
            raise Cancelled

    runs.begin("mine", QUICK.to_dict())
    with pytest.raises(Cancelled):
        make(QUICK.to_dict(), stop)
    run = runs.read("mine")
    assert run.state == "begun" and job_of(run) is None and len(run.epochs) == 1
    first = run.epochs[0]
    assert go_on("mine") == "mine" and runs.read("mine").epochs[:1] == (first,), "what was kept is shown from the start"
    run = ended("mine")
    assert run.state == "done" and [one["epoch"] for one in run.epochs] == [1, 2]
    with pytest.raises(BadInput):
        go_on("never")


def told(epoch):
    return Progress("training", epoch, 3, data={"epoch": epoch, "losses": 1.0})


def test_a_new_run_of_a_name_does_not_show_the_epochs_of_the_one_before(home):
    runs.begin("mine", QUICK.to_dict())
    recorder = runs.Recorder("mine", lambda step: None)
    for epoch in (1, 2, 3):
        recorder(told(epoch))
    recorder.failed(MemoryError("too much"))
    assert runs.read("mine").state == "failed" and "too much" in str(runs.read("mine").error)
    runs.begin("mine", QUICK.to_dict(), again=True)
    assert runs.read("mine").state == "begun" and len(runs.read("mine").epochs) == 3
    runs.begin("mine", QUICK.to_dict())
    assert runs.read("mine").epochs == () and runs.read("mine").state == "begun"


def test_a_run_that_ends_before_its_job_is_noted_stays_ended(home):
    runs.begin("mine", QUICK.to_dict())
    runs.Recorder("mine", lambda step: None).done({"keys": 1})
    runs.link("mine", "the job")
    assert (runs.read("mine").state, runs.read("mine").job) == ("done", "the job")


def test_a_run_that_is_forgotten_meanwhile_ends_quietly_and_leaves_nothing(home):
    runs.begin("mine", QUICK.to_dict())
    recorder = runs.Recorder("mine", lambda step: None)
    runs.forget("mine")
    recorder(told(1))
    recorder.done({"keys": 1})
    assert runs.read("mine") is None and not runs.listed() and not list((home / "cache" / "runs").iterdir())


def test_what_nobody_thought_of_is_written_down_as_a_failure(home, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("explorer.static.train.train", broken)
    runs.begin("mine", QUICK.to_dict())
    with pytest.raises(ZeroDivisionError):
        make(QUICK.to_dict(), lambda step: None)
    assert runs.read("mine").state == "failed" and "ZeroDivisionError: oh" in str(runs.read("mine").error)


def test_a_run_whose_process_ended_says_so(app):
    state().work = lambda: None
    name = start(QUICK)
    table = state().jobs.table
    row = table.claim("long", "p")
    assert row.id == runs.read(name).job and known(name).state == "begun"
    table.end(row.id, "p", "failed", failure=Unavailable("dashboards.worker_ended", status=-9).to_dict())
    assert known(name).state == own()[0].state == "failed" and "-9" in str(known(name).error)


def test_names_of_runs_that_wait_are_not_given_again(app):
    from dataclasses import replace

    state().work = lambda: None
    plain = Choice(tokenizer="eojeol", params=SMALL)
    assert [start(replace(plain, seed=seed)) for seed in (1, 2)] == ["sample-word2vec", "sample-word2vec-2"]
    new = replace(plain, tokenizer="+", subword="bpe", vocab_size=500)
    first, second = (start(replace(new, name=name)) for name in ("a", "b"))
    made = [runs.read(name).asked["tokenizer_name"] for name in (first, second)]
    assert made == ["sample-bpe", "sample-bpe-2"]
    for change in ({"name": "sample-bpe"}, {"name": "c", "tokenizer_name": "sample-bpe"}):
        with pytest.raises(BadInput) as refused:
            start(replace(new, **change))
        assert refused.value.code == "dashboards.name_promised"
    with pytest.raises(BadInput) as refused:
        start(replace(new, name="a"))
    assert refused.value.code == "dashboards.run_going"


def test_what_somebody_else_saved_under_the_name_meanwhile_is_not_taken_for_this_run(served, home):
    from dataclasses import replace

    choice = replace(QUICK, name=served)
    runs.begin(served, choice.to_dict())
    with pytest.raises(BadInput) as refused:
        make(choice.to_dict(), lambda step: None)
    assert refused.value.code == "dashboards.name_taken" and len(load(served)) == 16


def test_a_new_tokenizer_is_compared_on_the_beginning_of_one_long_text():
    assert list(_beginning(["가나 다라 마바"], 7)) == ["가나 다라"]
    assert list(_beginning(["가" * 9], 4)) == ["가" * 4]
    assert list(_beginning(["가나", "다라 마바", "사"], 6)) == ["가나", "다라"]
    assert list(_beginning(["가", "나"], 9)) == ["가", "나"]


def test_a_person_sees_their_own_runs_alone(app):
    state().work = lambda: None
    first, second = Page(app), Page(app)
    controls = {"train-what.value": "vectors", "train-corpus.value": "sample", "train-kind.value": "word2vec"}
    controls |= {"train-t.value": "eojeol", "train-name.value": "mine", "train-dim.value": 8}
    first.call("train-run.data", controls | {"train-go.n_clicks": 1}, "train-go.n_clicks")

    def shown(page):
        return json.dumps(page.call("train-status.children", {"train-run.data": "mine"}), ensure_ascii=False)

    assert shown(first).count("Word2Vec") == 2 and "그만두기" in shown(first)  # its card and its line of the list
    other = shown(second)
    assert "다른 사람이 시작한" in other and "Word2Vec" not in other and "지난 학습" not in other and "그만두기" not in other
    row = state().jobs.table.row(runs.read("mine").job)
    state().jobs.table.cancel(row.id, row.owner)
    assert "이어서 학습" in shown(first) and "기록이 없습니다" in shown(second)
    place = "..train-run.data@"

    def press(page, do):
        button = {"do": do, "run": coded("mine"), "type": "train-run"}
        return json.dumps(page.press(place, button, {"train-run.data": "mine"}), ensure_ascii=False)

    assert "기록이 없습니다" in press(second, "forget") and "기록이 없습니다" in press(second, "again")
    assert "이미 쓰이고" in json.dumps(
        second.call("train-run.data", controls | {"train-go.n_clicks": 1}, "train-go.n_clicks"), ensure_ascii=False
    )
    small_vectors().save("mine")
    runs.Recorder("mine", lambda step: None).done({"keys": 16, "dim": 13})
    assert "끝났습니다" in shown(second) and "지난 학습" not in shown(second)  # what it has made is everybody's
    assert runs.read("mine") is not None and '"train-run": {"data": null}' in press(first, "forget")
    assert runs.read("mine").asked == {}, "what is left is what the model tells of itself"


def test_the_page_estimates_begins_and_shows(page):
    controls = {"train-what.value": "vectors", "train-corpus.value": "sample", "train-kind.value": "word2vec"}
    controls |= {"train-t.value": "eojeol", "train-name.value": "mine", "train-dim.value": 8, "train-epochs.value": 2}
    told = json.dumps(page.call("train-expected.children", controls), ensure_ascii=False)
    assert "작은 말뭉치" in told and '"train-window": {"placeholder": "5"}' in told
    began = page.call("train-run.data", controls | {"train-go.n_clicks": 1}, "train-go.n_clicks")
    assert began["train-run"]["data"] == "mine"
    shown = page.settled("train-status.children", {"train-run.data": "mine"}, lambda found: "끝났습니다" in found, 120)
    assert "/similarity?model=mine" in shown and "train-figure" in shown
    taken = json.dumps(
        page.call("train-run.data", controls | {"train-go.n_clicks": 2}, "train-go.n_clicks"), ensure_ascii=False
    )
    assert "mine" in taken and "problem" in taken


def test_what_is_not_begun_leaves_no_run(app, monkeypatch):
    def full(*_, **__):
        raise BadInput("dashboards.queue_full", most=0)

    with monkeypatch.context() as patch:
        patch.setenv("EXPLORER_PUBLIC", "1")
        with pytest.raises(BadInput) as refused:
            start(QUICK)
        assert refused.value.code == "dashboards.public_mode" and not runs.listed()
    monkeypatch.setattr(type(state()), "task", full)
    with pytest.raises(BadInput):
        start(QUICK)
    assert not runs.listed()


def test_presets_follow_the_size_and_estimates_grow(home):
    assert preset_of(QUICK) == PRESETS["word2vec"]["small"]
    for model in PRESETS:
        costs = [estimate(model, characters, "kiwi") for characters in (10**5, 10**6, 10**7, 10**8)]
        assert [one.size for one in costs] == ["small", "small", "middle", "large"]
        for smaller, larger in pairwise(costs):
            assert smaller.seconds < larger.seconds and smaller.bytes <= larger.bytes and smaller.words < larger.words
        assert estimate(model, 10**6, "kiwi", {"dim": 400}).seconds > costs[1].seconds
