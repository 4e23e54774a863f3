"""The page of classifiers: pasted texts and corpora, labels beside those they had, why, and what is refused."""

from __future__ import annotations

import json
import shutil
from urllib.parse import parse_qsl

import pytest
from support_dashboard import Page
from support_page import Opened

from dashboards.app.state import State
from dashboards.app.worker import TASKS
from dashboards.kit.i18n import Text
from dashboards.pages.classify import figures, panels
from dashboards.pages.classify import page as view
from dashboards.pages.classify.example import EXAMPLE as EXAMPLES
from dashboards.pages.classify.example import WHY
from dashboards.pages.layers.example import EXAMPLE
from explorer.core.store import remove_artifact

pytest.importorskip("torch")

from corpora.labelled import labelled_lines
from explorer.encoders.classifier import classifier
from explorer.encoders.train.classify import ClassifierRecipe, train_classifier

TABLE = "문장,분류\n참 재미있다,좋음\n정말 좋았다 ㅋㅋㅋ,좋음\n돈이 아깝다,나쁨\n😀,보통\n\u200b,좋음\n"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A classifier of reviews, in a home of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
        lines = labelled_lines(EXAMPLE.splitlines())
        return train_classifier(lines, ClassifierRecipe(steps=40), name="mine", corpus="rated").folder


@pytest.fixture
def mine(home, trained):
    """The same in this test's home."""
    shutil.copytree(trained, home / "encoders" / "mine")
    return "mine"


def asked(**more):
    return {"model": "mine", "c": "-", "by": "document", "n": "2000", "label": "", "text": ""} | more


def answered(page, question):
    values = {"classify-asked.data": question}
    return json.loads(page.settled("classify-done.data", values, lambda told: '"job"' not in told, 240))


def drawn(page, question, **looked):
    """The cards of an answer."""
    values = {
        "classify-done.data": question,
        "classify-show.value": "all",
        "shell-scheme.computedColorScheme": "light",
        **looked,
    }
    made = page.call("classify-counts.children", values)
    return made | page.call("classify-texts.children", values)


def test_pasted_texts_are_labelled_compared_and_explained(mine, app):
    page = Page(app)
    question = asked(text=TABLE)
    assert answered(page, question)["classify-done"]["data"] == question
    made = drawn(page, question)
    told = json.dumps(made["classify-counts"], ensure_ascii=False)
    assert "뺀 글 1편" in told and "classify-counted" in told
    assert made["classify-agreement-card"]["style"] == {} and made["classify-only"]["data"] == ["나쁨", "좋음"]
    compared = json.dumps(made["classify-agreement"], ensure_ascii=False)
    assert "혼동 행렬" in compared and "보통" in compared and "모르는 레이블" in compared
    assert '"number": 3' in json.dumps(made["classify-texts"], ensure_ascii=False)
    wrong = json.dumps(drawn(page, question, **{"classify-show.value": "wrong"})["classify-texts"], ensure_ascii=False)
    assert "원래 레이블: 보통" in wrong and "원래 레이블과 같음" not in wrong
    only = json.dumps(drawn(page, question, **{"classify-only.value": "없는 것"})["classify-texts"], ensure_ascii=False)
    assert "그런 글이 없습니다" in only
    picked = page.press("classify-at.data@", {"type": "classify-pick", "number": 3}, {})
    assert [one["data"] for one in picked.values()] == [3]
    values = {"classify-done.data": question, "classify-at.data": 3}
    why = page.settled("classify-why.children", values, lambda told: "classify-chip" in told, 60)
    assert "아깝다/VA" in why and "3번 글" in why
    values["classify-at.data"] = 99
    assert "골라 보세요" in json.dumps(page.call("classify-why.children", values), ensure_ascii=False)


def test_lines_without_labels_have_no_agreement(mine, app):
    question = asked(text="참 재미있다\n돈이 아깝다")
    page = Page(app, "en")
    answered(page, question)
    made = drawn(page, question)
    assert made["classify-agreement-card"]["style"] == {"display": "none"} and "2 texts" in json.dumps(made["classify-texts"])
    said = page.call("classify-address-note.children", {"classify-asked.data": question, "classify-show.value": "wrong"})
    [where] = [one["data"] for one in said.values() if "data" in one]
    assert "model=mine" in where and "text=" in where and "show=wrong" in where


def test_a_corpus_is_labelled_by_the_worker_and_kept(mine, app, tmp_path, monkeypatch):
    from corpora import library

    done = []

    def worker(_, task, params, *__, **___):
        done.append(task)
        return TASKS[task](json.loads(json.dumps(params)), lambda step: None)

    monkeypatch.setattr(State, "made", worker)
    file = tmp_path / "rated.csv"
    file.write_text("document,label\n참 재미있다,좋음\n돈이 아깝다,나쁨\n", encoding="utf-8")
    library.add(file, "rated", field="document")
    page = Page(app)
    question = asked(c="rated")
    assert answered(page, question)["classify-done"]["data"] == question
    made = drawn(page, question)
    assert "학습한 분류기" in json.dumps(made["classify-agreement"], ensure_ascii=False), "it was trained on it"
    assert answered(page, question) and done == ["classify"]
    refused = answered(page, asked(c="rated", label="없는 열"))
    assert "없는 열" in json.dumps(refused["classify-status"], ensure_ascii=False)
    remove_artifact("encoder", "mine")
    gone = answered(page, asked(c="rated"))
    assert "mine" in json.dumps(gone["classify-status"], ensure_ascii=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": "없음"}, "없음"),
        ({"c": "없음"}, "없음"),
        ({}, "아직 분류할 글이 없습니다"),
        ({"text": "\u200b\n \ufeff"}, "읽을 수 있는 글이 하나도"),
    ],
)
def test_what_cannot_be_is_said_in_place(mine, app, change, said):
    told = answered(Page(app), asked(**change))
    assert said in json.dumps(told["classify-status"], ensure_ascii=False) and told["classify-answer"]["style"]


def test_a_fresh_home_shows_the_classifier_that_ships_at_work(home, app):
    opened = Opened(app.server.test_client(), "/classify")
    assert "/train?what=classifier" in opened.whole and "NSMC" in opened.whole
    with app.server.test_request_context():
        told = str(view.layout())
        assert "Store(id='classify-asked', data={'model': 'reviews'" in told and f"Store(id='classify-at', data={WHY})" in told
        empty = str(view.layout(text=""))
        assert "Store(id='classify-asked')" in empty.replace(", data=None", ""), "what was taken away stays away"
    page = Page(app)
    question = view.asked_of(view.url.decode(view.FIELDS, {}))
    assert question == asked(model="reviews", text=EXAMPLES) and answered(page, question)["classify-done"]["data"] == question
    made = drawn(page, question)
    assert json.dumps(made["classify-texts"], ensure_ascii=False).count("classify-pick") == len(EXAMPLES.splitlines())
    assert made["classify-agreement-card"]["style"] == {"display": "none"}
    shown = page.settled(
        "classify-why.children",
        {"classify-done.data": question, "classify-at.data": WHY},
        lambda told: "classify-chip" in told,
        60,
    )
    assert f"{WHY}번 글" in shown


def test_its_address_is_short_and_opens_the_same(home, app):
    page = Page(app)

    def address(**more):
        said = page.call("classify-address-note.children", {"classify-asked.data": asked(**more)})
        [where] = [one["data"] for one in said.values() if "data" in one]
        return where

    assert address(model="reviews", text=EXAMPLES) == "?model=reviews&c=-"
    for text in ("", "참 재미있다"):
        where = address(model="reviews", text=text)
        assert view.asked_of(view.url.decode(view.FIELDS, dict(parse_qsl(where[1:], keep_blank_values=True))))["text"] == text


def test_what_a_classifier_learnt_from_is_told(mine, app):
    with app.server.test_request_context():
        ours, shipped = str(view.about("mine")), str(view.about("reviews"))
    assert "rated" in ours and "영화평만" not in ours and "영화평만" in shipped and "NSMC" in shipped
    with app.server.test_request_context():
        assert "다른 글" not in str(view.about("없음")) and "/train?what=classifier" in str(view.about("없음"))


def test_many_labels_are_drawn_and_nothing_in_their_names_is_read_as_tags(mine, app):
    made = classifier("mine").label(["참 재미있다"] * 3, ["<b>x</b>", "나쁨", "좋음"])
    found = made.agreement()
    figure = figures.matrix(found, {"gold": "g", "found": "f"}, "dark")
    assert "&lt;b&gt;x&lt;/b&gt;" in figure.data[0].y and figure.data[0].z.shape == (3, 2)
    assert sum(figures.counted(made.counts(), {"texts": "t"}, "light").data[0].x) == 3
    assert len(panels.agreement(Text("ko"), found, False, "light")) == 4


def test_labels_of_another_kind_have_no_accuracy(mine, app):
    made = classifier("mine").label(["참 재미있다", "돈이 아깝다", "정말 좋았다"], ["1", "0", "1"])
    found = made.agreement()
    assert (
        made.right(0) is None
        and made.rows("wrong") == []
        and "원래 레이블: 1" in str(panels.listed(Text("ko"), made, [0], None))
    )
    assert "orange" not in str(panels.listed(Text("ko"), made, [0, 1, 2], None))
    assert not found.comparable and found.unknown == ("0", "1") and found.matrix.sum() == 3
    said, drawn = panels.agreement(Text("ko"), found, False, "light")
    assert "(0, 1)" in said.children and "classify-matrix" in str(drawn)
    assert "no accuracy" in found.sheet().notes[0] and "(나쁨, 좋음)" in found.sheet().notes[0]
    assert classifier("mine").label(["참 재미있다"] * 2, ["1", "나쁨"]).agreement().comparable


def test_an_address_asks_by_itself_and_the_first_classifier_is_taken(mine, app):
    with app.server.test_request_context():
        told = str(view.layout(text="참 재미있다"))
        assert "Store(id='classify-asked', data={'model': 'mine'" in told
        assert "Store(id='classify-asked')" in str(view.layout()).replace(", data=None", "")
