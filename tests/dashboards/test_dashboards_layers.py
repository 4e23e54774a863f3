"""The page of layers: the form, the answer over HTTP, a person's labels, pictures."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.kit.i18n import Text
from dashboards.kit.url import decode, pack
from dashboards.pages.layers import asked as layering
from dashboards.pages.layers import figures
from dashboards.pages.layers import page as view
from dashboards.pages.layers.example import EXAMPLE
from explorer.core.errors import BadInput
from explorer.encoders.train.loop import Outcome

pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, app: Any) -> None:
    """No setting and no cache of this machine reaches a test."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("EXPLORER_BERT", raising=False)


def ask(page: Any, **asked: Any) -> Any:
    values = {"layers-asked.data": asked, "shell-scheme.computedColorScheme": "light"}
    return json.loads(page.settled("layers-done.data", values, lambda text: '"job"' not in text, 240))


def test_the_sample_is_answered_with_mini(page, home):
    answer = ask(page, model="mini", lines="")
    facts = json.dumps(answer["layers-facts"]["children"], ensure_ascii=False)
    assert "AUC" in facts and "선택성" in facts and "태그" in facts
    assert answer["layers-training"]["style"] == {"display": "none"}
    table = json.dumps(answer["layers-table"]["children"], ensure_ascii=False)
    assert "통제 과제" in table and "내 레이블" not in table


def test_labels_are_measured_and_a_classifier_trained(page, home):
    answer = ask(page, model="mini", lines=EXAMPLE)
    assert answer["layers-training"]["style"] == {}
    assert "내 레이블" in json.dumps(answer["layers-table"]["children"], ensure_ascii=False)
    assert answer["layers-verdict"]["children"]
    assert "fine-tune" in json.dumps(answer["layers-trained"]["children"], ensure_ascii=False)


@pytest.mark.parametrize("lines, message", [("탭이 없는 줄", "탭"), ("하나\t좋음\n둘\t좋음", "레이블")])
def test_wrong_lines_are_told_in_place(page, home, lines, message):
    answer = ask(page, model="mini", lines=lines)
    assert message in json.dumps(answer["layers-status"]["children"], ensure_ascii=False)
    assert answer["layers-answer"]["style"] == {"display": "none"}


def test_lines_are_cut_and_cleaned():
    found = layering.labelled("재미있다\t좋음\r\n\r\n" + "가" * 1000 + "\x00\t나쁨")
    assert found == [("재미있다", "좋음"), ("가" * 400, "나쁨")]
    assert len(layering.labelled("좋다\t가\n" * 1000)) == layering.MAX_LINES
    with pytest.raises(BadInput):
        layering.labelled("좋다 가")


def test_the_address_holds_the_labels():
    question = view.ask(1, "mini", EXAMPLE)
    where, note = view.write(question)
    assert question == {"model": "mini", "lines": EXAMPLE} and "z=" in where and note is None
    assert decode(view.FIELDS, {"z": pack(EXAMPLE)})["z"] == EXAMPLE
    assert decode(view.FIELDS, {"z": "!!", "t": ["a\tb", "c"]}) == {"t": "a\tb", "z": "", "model": ""}


def test_the_training_is_told_in_words():
    def trained(*heldout: float) -> Any:
        falling = [None, *(1 / (step + 1) for step in range(len(heldout) - 1))]
        curve = [{"step": step * 10, "train": falling[step], "heldout": one} for step, one in enumerate(heldout)]
        outcome = Outcome(curve)
        outcome.judge()
        return SimpleNamespace(trained=SimpleNamespace(outcome=outcome))

    t = Text("ko")
    assert view.verdict(t, SimpleNamespace(trained=None)) is None
    assert "보이지 않습니다" in view.verdict(t, trained(0.7, 0.5, 0.4))
    overfits = trained(0.7, 0.5, 0.9)
    assert view.verdict(t, overfits).startswith("과적합")
    words = dict.fromkeys(("train", "heldout", "step", "loss"), "x")
    assert len(figures.losses(overfits.trained.outcome, words, "dark").layout.shapes) == 1
    assert len(figures.losses(trained(0.7, 0.5, 0.4).trained.outcome, words, "light").layout.shapes) == 0
