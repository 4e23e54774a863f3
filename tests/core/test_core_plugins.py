"""Models and tokenizers of other packages, by their entry points."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import numpy as np
import pytest

import explorer as ex
from explorer.core import registry
from explorer.core.errors import UnknownName
from explorer.core.registry import Registry
from explorer.static.pipeline import Fitted
from explorer.static.train import MODELS, trainable_names
from explorer.tokenizers.engines.rules import SyllableTokenizer
from explorer.tokenizers.loading import REGISTRY


def fit_ones(shards, vocabulary, *, dim: int = 4, seed, workers, progress):
    return Fitted(np.ones((len(vocabulary.keys), dim), np.float32), {"note": "all alike"})


def refuse(*arguments, **more):
    raise AssertionError("a plug-in took a built-in name")


POINTS = {
    "korean_explorer.models": {"ones": "fit_ones", "glove": "refuse", "bert": "refuse"},
    "korean_explorer.tokenizers": {"mine": "SyllableTokenizer", "eojeol": "refuse", "kiwi": "refuse"},
}


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def entry_points(*, group: str):
        asked.append(group)
        return [EntryPoint(name, f"{__name__}:{target}", group) for name, target in POINTS.get(group, {}).items()]

    monkeypatch.setattr(registry, "entry_points", entry_points)
    for one in (MODELS, REGISTRY):
        monkeypatch.delitem(vars(one), "_table", raising=False)
    yield asked
    for one in (MODELS, REGISTRY):
        vars(one).pop("_table", None)


def test_a_model_of_another_package_is_trained_by_name(home):
    assert "ones" in trainable_names()
    vectors = ex.train("ones", ["배를 타고 갔다"] * 9, tokenizer="eojeol", dim=3, components=0)
    assert vectors.vectors.tolist() == np.ones((3, 3)).tolist() and vectors.info["note"] == "all alike"


def test_a_tokenizer_of_another_package_is_made_by_name(home):
    assert "mine" in ex.tokenizers()
    assert isinstance(ex.tokenizer("mine"), SyllableTokenizer)


def test_both_groups_are_asked_and_a_closed_table_asks_none(installed):
    assert set(POINTS) == {MODELS.group, REGISTRY.group}
    trainable_names(), ex.tokenizers()
    assert set(installed) >= set(POINTS)
    installed.clear()
    closed = Registry("number", {"pi": "math:pi"})
    assert closed.names() == ["pi"] and installed == []
    with pytest.raises(UnknownName):
        closed.get("ones")


def test_a_plug_in_cannot_take_a_built_in_name(home):
    assert MODELS.get("glove") is not refuse and MODELS.get("bert") is not refuse
    assert REGISTRY.get("eojeol") is not refuse
    assert [token.surface for token in ex.tokenizer("eojeol").tokenize("배를 탔다")] == ["배를", "탔다"]
