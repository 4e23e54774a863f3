"""The senses page: the form, the answer over HTTP with mini and with a small BERT, the box for a new sentence."""

from __future__ import annotations

import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from support_bert import save_small_bert

from dashboards.kit.jobs import NotReady
from dashboards.kit.url import decode
from dashboards.pages.senses import asked as sensing
from dashboards.pages.senses import figures
from dashboards.pages.senses import page as view
from explorer.core.errors import BadInput, UnknownName
from explorer.encoders.sense_curve import RandomPairs, SenseLevel

pytest.importorskip("torch")

pytestmark = pytest.mark.usefixtures("kiwi_recovered")  # they tell the telling words


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, app: Any) -> None:
    """No setting and no cache of this machine reaches a test."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("EXPLORER_BERT", raising=False)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_bert(tmp_path_factory.mktemp("checkpoint") / "small-bert")


OWN = [
    "은행에 돈을 맡겼다.",
    "은행에서 대출을 받았다.",
    "은행 냄새가 고약하다.",
    "노란 은행이 떨어졌다.",
    "바다는 <b>넓다</b>.",
]


def ask(page, **asked):
    values = {"senses-asked.data": asked, "shell-scheme.computedColorScheme": "light"}
    found = page.settled("senses-done.data", values, lambda text: '"job"' not in text, 480)
    return json.loads(found)


def test_kiwis_vectors_are_recovered_by_the_worker(app, home, monkeypatch):
    """In a thread of the server it would hold up every page."""
    shutil.rmtree(home / "cache")
    asked = []

    def made(self, task, *_given, **_named):
        asked.append(task)
        raise BadInput("encoders.sense_word_empty")  # instead of recovering them

    monkeypatch.setattr("dashboards.app.state.State.made", made)
    with pytest.raises(BadInput), app.server.test_request_context("/"):
        for _ in range(3):  # the model is opened, then the senses are asked for
            try:
                sensing.compute({"word": "은행", "source": "sample", "model": "mini"})
            except NotReady as wait:
                assert wait.job.wait(300)
    assert asked == ["kiwi"]


def test_a_homograph_is_sorted_and_measured(page, home):
    asked = {"word": "은행", "source": "sample", "sentences": [], "model": "mini", "k": "2"}
    answer = ask(page, **asked)
    assert answer["senses-done"]["data"] == asked
    cards = json.dumps(answer["senses-columns"]["children"], ensure_ascii=False)
    assert cards.count('"type": "Mark"') == 20 and cards.count("대표 문장") == 2 and "정답으로는 주로" in cards
    facts = json.dumps(answer["senses-facts"]["children"], ensure_ascii=False)
    assert "ARI" in facts and "V-측도" in facts and "→" in facts

    drawn = page.call("senses-plane.figure", {"senses-done.data": asked, "shell-scheme.computedColorScheme": "dark"})
    assert [trace["name"] for trace in drawn["senses-plane"]["figure"]["data"]] == ["뜻 1", "뜻 2"]
    names = [trace["name"] for trace in drawn["senses-clarity"]["figure"]["data"] if trace["showlegend"]]
    assert names == ["또렷함(실루엣)", "정답과의 일치(ARI)"]
    axis = drawn["senses-clarity"]["figure"]["layout"]["xaxis"]["categoryarray"]
    assert len(axis) == 17 and len(set(axis)) == 17 and "섞은 표현" in axis
    assert [t["name"] for t in drawn["senses-cosines"]["figure"]["data"] if t["showlegend"]] == [
        "이 단어끼리",
        "무작위 단어 쌍",
        "무작위 단어 쌍, 평균을 뺀 뒤",
    ]
    assert "Kiwi" in json.dumps(drawn["senses-clarity-note"], ensure_ascii=False)

    def verdict(sentence):
        values = {"senses-done.data": asked, "senses-placed.data": sentence}
        return json.dumps(page.call("senses-new-answer.children", values), ensure_ascii=False)

    placed = verdict("은행에서 돈을 찾아 통장에 넣었다.")
    assert "가장 가깝습니다" in placed and placed.count("senses-bar-words") == 2
    assert "찾지 못했습니다" in verdict("바다는 넓다.")
    assert '"children": null' in verdict("  ")


def test_own_sentences_with_any_checkpoint(page, home, bert, monkeypatch):
    monkeypatch.setenv("EXPLORER_BERT", str(bert))
    asked = {"word": "은행", "source": "own", "sentences": OWN, "model": "small-bert", "k": "auto"}
    answer = ask(page, **asked)
    cards = json.dumps(answer["senses-columns"]["children"], ensure_ascii=False)
    assert cards.count('"type": "Mark"') == 4 and "찾지 못한 문장" in cards and "대신 들어갈 단어" not in cards
    assert '"type": "B"' not in cards
    drawn = page.call("senses-plane.figure", {"senses-done.data": asked})
    axis = drawn["senses-clarity"]["figure"]["layout"]["xaxis"]["categoryarray"]
    assert axis == ["은닉 상태 입력", "은닉 상태 1", "은닉 상태 2", "은닉 상태 3", "주변 단어", "섞은 표현"]


def test_sentences_of_a_corpus_are_found_by_the_index(page, home):
    answer = ask(page, word="먹다", source="sample", sentences=[], model="mini", k="3")
    cards = json.dumps(answer["senses-columns"]["children"], ensure_ascii=False)
    assert '"children": "먹"' in cards and cards.count("senses-head") == 3
    assert "ARI" not in json.dumps(answer["senses-facts"]["children"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"word": "은행", "source": "own", "sentences": ["바다는 넓다."]}, "든 문장이 없습니다"),
        ({"word": "은행", "source": "own", "sentences": []}, "문장을 써 주세요"),
        ({"word": "은행", "source": "own", "sentences": OWN[:2], "k": "5"}, "문장이 모자랍니다"),
        ({"word": " ", "source": "own", "sentences": OWN}, "입력을 확인해 주세요"),
        ({"word": "은행", "source": "own", "sentences": OWN, "model": "/etc"}, "쓸 수 있는 모델"),
    ],
)
def test_what_is_missing_is_said(page, home, bert, monkeypatch, asked, said):
    monkeypatch.setenv("EXPLORER_BERT", str(bert))
    answer = ask(page, **({"model": "small-bert", "k": "auto"} | asked))
    assert said in json.dumps(answer["senses-status"], ensure_ascii=False)
    assert answer["senses-answer"]["style"] == {"display": "none"}


@pytest.mark.parametrize(
    "lines",
    [["은행에 갔다."], ["은행에 갔다."] * 3, ["은행ㅋㅋㅋ 갔다 😀", "銀行 은행", "\u200b은행\u200b이다", "은행을 털다"]],
)
def test_odd_sentences_are_sorted_too(page, home, bert, monkeypatch, lines):
    monkeypatch.setenv("EXPLORER_BERT", str(bert))
    asked = {"word": "은행", "source": "own", "sentences": lines, "model": "small-bert", "k": "auto"}
    answer = ask(page, **asked)
    assert answer["senses-done"]["data"] == asked, answer
    assert page.call("senses-plane.figure", {"senses-done.data": asked})["senses-plane"]["figure"]["data"]


ODD = [
    ("를", ["배를 탔다", "밥을 먹고 배를 탔다"]),
    ("었", ["집에 갔다", "밥을 먹었다"]),
    ("ㅋㅋㅋ", ["웃겨ㅋㅋㅋ", "ㅋㅋㅋ 정말"]),
    ("漢字", ["漢字를 배운다", "그는 漢字다"]),
    ("😀", ["좋아 😀", "나도 😀 좋아"]),
    (unicodedata.normalize("NFD", "배"), [unicodedata.normalize("NFD", "배를 탔다"), "배가 고프다"]),
]


def test_odd_words_are_sorted_too(page, home):
    for word, lines in ODD:  # one test, so that the model is opened once
        answer = ask(page, word=word, source="own", sentences=lines, model="mini", k="auto")
        assert answer["senses-done"]["data"]["sentences"] == lines, answer
        assert answer["senses-answer"]["style"] != {"display": "none"}


def test_one_sense_or_several_is_said_and_drawn(page, home):
    asked = {"word": "은행", "source": "sample", "sentences": [], "model": "mini", "k": "auto", "by": ""}
    answer = ask(page, **asked)
    said = json.dumps(answer["senses-decision"]["children"], ensure_ascii=False)
    assert "두 갈래로 나눌 만합니다" in said and "%입니다" in said and "되돌리기" not in said
    assert answer["senses-evidence-slot"]["style"] == {}
    drawn = page.call("senses-plane.figure", {"senses-done.data": asked})["senses-evidence"]["figure"]["data"]
    assert [trace["name"] for trace in drawn] == ["뜻이 하나인 단어(평균과 95% 구간)", "이 단어"]
    assert drawn[1]["y"][0] < drawn[0]["y"][0] and drawn[1]["text"][0].startswith("p 0.")

    given = ask(page, **(asked | {"k": "2"}))
    assert "정해 주었으므로" in json.dumps(given["senses-decision"]["children"], ensure_ascii=False)
    assert given["senses-evidence-slot"]["style"] == {"display": "none"}
    few = ask(page, **(asked | {"source": "own", "sentences": ["은행에 갔다.", "은행을 주웠다."]}))
    assert "문장이 2개뿐이라" in json.dumps(few["senses-decision"]["children"], ensure_ascii=False)


def test_senses_are_split_and_joined_by_hand(page, home):
    asked = {"word": "은행", "source": "sample", "sentences": [], "model": "mini", "k": "2", "by": "s1_j1.3_s2"}
    answer = ask(page, **asked)
    cards = json.dumps(answer["senses-columns"]["children"], ensure_ascii=False)
    assert cards.count("senses-head") == 3 and cards.count("다른 뜻과 합치기") == 3 and "둘로 나누기" in cards
    said = json.dumps(answer["senses-decision"]["children"], ensure_ascii=False)
    assert "뜻 1 나눔, 뜻 1·3 합침, 뜻 2 나눔" in said and "되돌리기" in said
    drawn = page.call("senses-plane.figure", {"senses-done.data": asked})
    assert len(drawn["senses-plane"]["figure"]["data"]) == 3
    wrong = ask(page, **(asked | {"by": "j1.9"}))
    assert "뜻 9는 없습니다" in json.dumps(wrong["senses-status"], ensure_ascii=False)


def test_changes_by_hand_stand_in_the_address(monkeypatch, home):
    done = {"word": "배", "source": "sample", "sentences": [], "model": "mini", "k": "3", "view": "blend", "by": "s1"}
    for step, by in (("j1.2", "s1_j1.2"), ("undo", "")):
        monkeypatch.setattr(view, "pressed", lambda _, step=step: step)
        question = view.change([1], done)
        where, _ = view.address(question)
        assert question == done | {"by": by} and decode(view.FIELDS, {"by": by})["by"] == by
        assert ("by=" in where) == bool(by)
    assert decode(view.FIELDS, {"by": "s1_<b>_j1.2_j1"})["by"] == "s1_j1.2"
    monkeypatch.setattr(view, "pressed", lambda _: None)
    assert view.change([None], done) is view.no_update


def test_addresses_round_trip(home):
    for lines in ([], OWN, ["긴 문장입니다 " * 30 + str(n) for n in range(20)]):
        asked = {
            "word": "타다",
            "source": "own" if lines else "sample",
            "sentences": lines,
            "model": "mini",
            "k": "4",
            "view": "own",
        }
        found, whole = view.address(asked)
        values = decode(view.FIELDS, {name: parts[0] for name, parts in parse_qs(found[1:]).items()})
        assert whole and (values["word"], values["from"], values["model"], values["k"], values["view"]) == (
            "타다",
            asked["source"],
            "mini",
            "4",
            "own",
        )
        assert sensing.split(values["s"] or values["z"]) == sensing.split("\n".join(lines))
    asked = view.asked_of(decode(view.FIELDS, {"word": "배", "from": "../../etc", "k": "999", "model": "mini"}))
    with pytest.raises(UnknownName, match="etc"):
        sensing.compute(asked)


def test_the_text_box_is_limited():
    lines = sensing.split("\n".join(f"{number} " + "가" * 1000 for number in range(100)))
    assert len(lines) <= sensing.MAX_SENTENCES and all(len(line) <= sensing.MAX_SENTENCE for line in lines)


def test_layers_of_one_representation_are_joined():
    random = RandomPairs(0.6, 0.0, 10)
    levels = [SenseLevel("own", layer, 2, 0.1 * layer, None, None, 0.9, random) for layer in range(3)]
    levels.append(SenseLevel("blend", None, 2, 0.4, None, None, 0.2, None))
    words = {"silhouette": "s", "ari": "a", "same": "w", "before": "b", "after": "c"}
    figure = figures.clarity(levels, ["0", "1", "2", "x"], 3, words, "light")
    assert [len(trace.x) for trace in figure.data] == [3, 1] and len(figure.layout.shapes) == 1
    both = figures.cosines(levels, ["0", "1", "2", "x"], None, words, "dark")
    assert [trace.name for trace in both.data if trace.showlegend] == ["w", "b", "c"]
