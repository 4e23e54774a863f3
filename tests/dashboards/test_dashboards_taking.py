"""What leaves a page: the table, and lines of Python that give the same table, for every answer of every page."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest

from dashboards.app.taking import values_at
from dashboards.kit.jobs import NotReady
from dashboards.kit.taking import csv_of, lines
from dashboards.kit.url import pack
from dashboards.pages.layers.example import EXAMPLE

DOCUMENTS = "문장,분류\n" + "".join(
    f"{who}가 {place}에서 {thing}를 먹었다.,{thing}\n"
    for who in ("아버지", "어머니", "여자", "남자")
    for place in ("학교", "대학교", "서울")
    for thing in ("사과", "배")
)

LABELLED = "문장,분류\n참 재미있다,좋음\n정말 좋았다 ㅋㅋㅋ,좋음\n돈이 아깝다,나쁨\n그냥 그렇다,보통"


def views():
    from dashboards.app.application import VIEWS

    return {view.NAME.partition(".")[0]: view for view in VIEWS}


ASKED = {
    "similarity": "?word=먹었다&n=10&script=any&least=900&tags=NNG&a=왕&b=여왕&words=왕,뷁뷁,사과,여왕,배&model=small",
    "analogy": "?q=왕 : ? = 남자 : 여자, 아버지 : 어머니&expected=여왕&n=5&model=small&also=",
    "why": "?a=남자&b=여자&corpus=shipped&model=small",
    "train": "?run=small",
    "map": "?words=1000&method=pca&beside=small&side=b&word=학교&pick=-1000,-1000,1000,-1000,1000,1000,-1000,1000&model=small",
    "saved": "?kind=vectors&open=vectors/small",
    "lab": "?lab=wiki-6mb&test=WS353_korean",
    "versus": "?model=small&b=word2vec&k=5&tags=NNG&min=0&word=왕&in=배&s=나는 배를 타고 섬에 갔다.&e=mini&run=1",
    "word": "?word=먹었다&model=small&n=5&lines=10",
    "corpora": "?corpus=sample&word=비&sort=left&lines=20&window=3&by=pmi",
    "tokens": "?t=eojeol,jamo&text=나는 학교에 갔다 =1",
    "bench": f"?t=eojeol,syllable&c=-&n=10000&run=1&z={pack('나는 학교에 갔다.' + chr(10) + '왕이 왕에게 사과를 주었다.')}",
    "context": "?word=배&model=mini&layer=2&view=centred",
    "senses": "?word=배&model=mini&by=s1&new=나는 배를 타고 섬에 갔다.",
    "sentences": "?q=여왕이 왔다.&by=static&model=small&s=왕이 여왕에게 사과를 주었다.%0A학교에서 배를 먹었다.%0A아버지가 왔다.",
    "documents": f"?c=-&model=small&method=pca&find=학교에서&sel=-9,-9,9,-9,9,9&z={pack(DOCUMENTS)}",
    "layers": f"?model=mini&z={pack(EXAMPLE)}",
    "classify": f"?model=mine&at=2&show=unsure&only=좋음&z={pack(LABELLED)}",
    "inside": "?model=mini&layer=2&head=1&unit=eojeol&at=1&centre=1&gap=나는 [MASK]를 탔다.&start=나는 학교",
}


def probed():
    """A run that measured labels at every layer; its address."""
    pytest.importorskip("torch")
    from corpora import library
    from dashboards.pages.train import runs
    from dashboards.pages.train.choice import Choice
    from dashboards.pages.train.making import make
    from explorer.core.store import home

    file = home() / "labelled.tsv"
    file.write_text("text\tlabel\n" + EXAMPLE, encoding="utf-8")
    library.add(file, "labelled")
    choice = Choice(what="layers", corpus="labelled", encoder="mini", name="probe")
    runs.begin("probe", choice.to_dict())
    make(choice.to_dict(), lambda step: None)
    return "?run=probe"


def classified():
    """A classifier called ``mine``; the address of texts that it labels."""
    pytest.importorskip("torch")
    from corpora.labelled import labelled_lines
    from explorer.encoders.classifier import classifier_names
    from explorer.encoders.train.classify import ClassifierRecipe, train_classifier

    if "mine" not in classifier_names():
        train_classifier(labelled_lines(EXAMPLE.splitlines()), ClassifierRecipe(steps=20), name="mine")
    return ASKED["classify"]


PREPARED = {("train", "layers"): probed, **{("classify", card): classified for card in ("counts", "agreement", "texts", "why")}}
"""Cards that another address fills than the others of their page."""


def settled(function, *given):
    end = time.monotonic() + 300
    while True:
        try:
            return function(*given)
        except NotReady as wait:
            assert wait.job.wait(max(0.0, end - time.monotonic()))


@pytest.mark.usefixtures("kiwi_recovered")
@pytest.mark.parametrize("name", ASKED)
def test_the_lines_give_the_tables_of_the_page(served, app, name, monkeypatch):
    monkeypatch.setattr("dashboards.pages.word.asked.MODELS", ("word2vec", "glove"))  # Kiwi's would first be recovered
    if name in ("context", "senses", "inside", "layers", "versus"):
        pytest.importorskip("torch")
    for card, take in views()[name].CARDS.items():
        values = values_at(views()[name], PREPARED[name, card]() if (name, card) in PREPARED else ASKED[name])
        table = settled(take.frame, values)
        space = {}
        exec(settled(take.python, values), space)
        answer = space["answer"]
        assert len(table) and list(map(str, table.columns)) == list(map(str, answer.columns)), card
        for ours, theirs in zip(table.to_dict("list").values(), answer.to_dict("list").values(), strict=True):
            if all(isinstance(one, int | float | np.number) for one in ours):
                np.testing.assert_allclose(np.array(ours, float), np.array(theirs, float), atol=1e-5, err_msg=card)
            else:
                assert list(map(str, ours)) == list(map(str, theirs)), card


@pytest.mark.parametrize("name", ["word", "tokens"])
def test_a_table_is_whole_or_waited_for(served, app, name, monkeypatch):
    """A tokenizer that is opened just after the text was cut is not missing from the table."""
    from dashboards.pages.tokens import asked

    card = {"word": "tokens", "tokens": "grid"}[name]
    values = values_at(views()[name], ASKED[name])
    whole = settled(views()[name].CARDS[card].frame, values)
    opened, once = asked.tokenizer, {"jamo"}

    def late(tokenizer):
        if tokenizer in once:
            raise NotReady(_Opening())
        return opened(tokenizer)

    class _Opening:
        label = "opening"

        def awaited(self):
            pass

        def wait(self, seconds):
            once.clear()  # the next who asks gets it
            return False

    monkeypatch.setattr(asked, "tokenizer", late)
    with pytest.raises(NotReady):
        views()[name].CARDS[card].frame(values)
    assert views()[name].CARDS[card].frame(values).equals(whole)


def test_every_page_with_answers_is_asked():
    assert set(ASKED) == {name for name, view in views().items() if getattr(view, "CARDS", {})}


def test_every_card_that_can_be_taken_has_its_answer(app):
    """And every answer a card: the buttons are in a layout or in what its callbacks give."""
    with app.server.test_request_context():
        for name, view in views().items():
            found = set(re.findall(r"data-take='(\w+) (\w+) csv'", str(view.layout())))
            assert found <= {(name, card) for card in getattr(view, "CARDS", {})}
            assert found or not getattr(view, "CARDS", {}) or name in ("analogy", "why")


def test_what_was_typed_stays_a_string_in_the_lines_and_no_cell_is_computed():
    import pandas as pd

    evil = "\"); import os; os.abort() #\n' * 3"
    space = {}
    exec(lines("answer = {word}", word=evil), space)
    assert space["answer"] == evil
    assert csv_of(pd.DataFrame({"=a": ["=1+1", "왕"], "n": [-1.5, 2.0]})) == "\ufeff'=a,n\n'=1+1,-1.5\n왕,2.0\n"


def test_the_buttons_over_http(page):
    def press(form, written):
        button = {"view": "similarity", "card": "pair", "as": form, "at": 1}
        [found] = [d for d in page.dependencies if d["output"].startswith("..save.data")]
        body = {
            "output": found["output"],
            "outputs": [
                {"id": i, "property": p}
                for i, p in (("save", "data"), ("python", "opened"), ("python-lines", "children"), ("notice", "children"))
            ],
            "inputs": [{"id": "taken", "property": "data", "value": button}],
            "state": [
                [{"id": {"type": "address", "view": "similarity"}, "property": "data", "value": written}],
                {"id": "_pages_location", "property": "search", "value": "?a=x&b=y"},
                {"id": "_pages_location", "property": "pathname", "value": "/similarity"},
            ],
            "changedPropIds": ["taken.data"],
        }
        return page.client.post("/_dash-update-component", json=body).json["response"]

    shown = press("python", "?a=왕&b=여왕&model=small")
    assert shown["python"]["opened"] is True and "similarities(['왕', '여왕'])" in shown["python-lines"]["children"]
    assert "['x', 'y']" in press("python", None)["python-lines"]["children"]  # before a page has written its address
    end = time.monotonic() + 60
    while "save" not in (saved := press("csv", "?a=왕&b=여왕&model=small")) and time.monotonic() < end:
        time.sleep(0.2)
    assert saved["save"]["data"]["filename"] == "similarity-pair.csv" and saved["save"]["data"]["content"].count("\n") == 3
    assert "뷁뷁" in press("csv", "?a=왕&b=뷁뷁&model=small")["notice"]["children"]
