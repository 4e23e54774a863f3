"""The page of two models: what is asked is answered by a worker, filters hold, and a press on a word shows both lists."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support_dashboard import WORDS, Page

import explorer as ex
from dashboards.kit.i18n import Text
from dashboards.pages.versus import answers
from dashboards.pages.versus import page as versus

DONE = "versus-done.data"


@pytest.fixture
def pair(served, app):
    small = ex.load("small")
    rows = small.vectors + np.random.default_rng(3).normal(0, 0.4, small.vectors.shape)
    ex.Vectors([*WORDS, "바다/NNG"], np.vstack([rows, rows[:1]]), [*small.counts.tolist(), 5]).save("other")
    return Page(app)


def asked(**more):
    return {"model": "small", "b": "other", "k": "5", "words": "sample"} | more


def answered(page, question):
    values = {"versus-asked.data": question, "versus-pending.data": True}
    return page.settled(DONE, values, lambda found: '"versus-summary"' in found or "problem" in found)


def test_the_summary_is_the_librarys(pair):
    said = answered(pair, asked())
    found = ex.compare_models(ex.load("small"), ex.load("other"), k=5)
    assert f"{found.overlap.value:.3f}" in said and f"{found.correlation.value:.3f}" in said and "다른 모델" not in said
    assert "other" in said and "바다" in said  # what small lacks
    assert "같은 모델을 골랐습니다" in answered(pair, asked(b="small"))


def test_words_are_ranked_filtered_and_pressed(pair):
    answered(pair, asked())
    values = {DONE: asked(), "versus-side.value": "differ", "versus-tags.value": ["VV"], "versus-min.value": "0"}
    answer = pair.call("versus-listed.data", values)
    found = ex.compare_models(ex.load("small"), ex.load("other"), k=5)
    listed = answer["versus-listed"]["data"]
    assert listed == [one.key for one in found.ranked(20, tags=["VV"])] and set(listed) == {"먹다/VV", "마시다/VV"}
    agree = pair.call("versus-listed.data", values | {"versus-side.value": "agree", "versus-tags.value": []})
    assert agree["versus-listed"]["data"] == [one.key for one in found.ranked(20, differ=False)]
    none = pair.call("versus-listed.data", values | {"versus-min.value": "10000"})
    assert none["versus-listed"]["data"] == [] and "조건에 맞는 단어가 없습니다" in json.dumps(none, ensure_ascii=False)
    pressed = pair.press("versus-word.value", {"number": 1, "type": "versus-pick"}, {"versus-listed.data": listed})
    assert pressed["versus-word"]["value"] == listed[1]


def test_one_word_in_both_is_marked(pair):
    values = {DONE: asked(), "versus-word-asked.data": "왕이"}
    said = pair.settled("versus-lists.children", values, lambda found: "versus-cell" in found)
    one = ex.compare_word(ex.load("small"), ex.load("other"), "왕", 5)
    assert said.count("versus-both") == 2 * len(one.both) > 0 and one.key == "왕/NNG"
    gone = pair.settled("versus-lists.children", values | {"versus-word-asked.data": "뷁뷁"}, lambda found: "뷁뷁" in found)
    assert "problem" in gone
    assert "단어를 하나 써 보세요" in json.dumps(pair.call("versus-lists.children", {DONE: asked()}), ensure_ascii=False)


def test_what_is_not_there_is_said_and_hostile_words_do_no_harm(pair):
    assert "없는모델" in answered(pair, asked(b="없는모델"))
    assert "공유하는 키" in answered(pair, asked(k="50"))
    for word in ("<script>alert(1)</script>", "가" * 5000, "ㅋㅋㅋ", "\u1112\u1161\u11ab", "\u200b", "😀"):
        said = pair.settled(
            "versus-lists.children", {DONE: asked(), "versus-word-asked.data": word}, lambda found: "versus-lists" in found
        )
        assert "problem" in said or "versus-cell" in said or "단어를 하나 써 보세요" in said, word


def test_a_second_model_is_chosen_where_none_is_named():
    assert versus.asked_of({"model": "korean", "b": "", "k": "10", "words": "all"})["b"] == "word2vec"
    assert versus.asked_of({"model": "word2vec", "b": "", "k": "10", "words": "all"})["b"] == "glove"


def test_every_word_is_a_job_that_can_be_stopped(app, monkeypatch):
    from dashboards.kit.jobs import NotReady
    from dashboards.pages.versus import asked as asking

    question = {"model": "word2vec", "b": "glove", "k": "10", "words": "all"}
    with app.server.app_context():
        opened = asking.state()
        end = False
        for _ in range(100):
            try:
                asking.compute(question)
            except NotReady as wait:
                if wait.job.key[0] == "compare models":
                    end = True
                    while wait.job.progress is None or wait.job.progress.stage != "comparing neighbours":
                        assert wait.job.running
                    wait.job.cancel()
                    assert wait.job.wait(20) and wait.job.state == "cancelled"
                    break
                wait.job.wait(60)
        assert end and not opened.jobs.running()


def test_a_model_that_lacks_nothing_is_said_to(small):
    bare = ex.Vectors(small.keys, small.vectors)
    found = ex.compare_models(bare, bare, k=3)
    assert "모두 있습니다" in str(answers.lacks(Text("ko"), found.lacks, ("a", "b")))
