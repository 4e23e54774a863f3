"""The encoder that ships: small, whole, offline, and better than chance at what it is for."""

from __future__ import annotations

import json
import socket

import numpy as np
import pytest

pytest.importorskip("torch")

import explorer as ex
from corpora.sample import homographs, sentences
from explorer.analysis.benchmarks import evaluate_levels
from explorer.analysis.in_context.sets import Place, SensePlace, SenseSet, TextSet
from explorer.core.store import sha256_file
from explorer.encoders.morpheme.storing import MINI


@pytest.fixture(scope="module")
def mini():
    return ex.encoder("mini")


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_it_is_small_and_whole():
    assert sum(part.stat().st_size for part in MINI.iterdir()) < 25_000_000
    manifest = json.loads((MINI / "manifest.json").read_text(encoding="utf-8"))
    for name, digest in manifest["files"].items():
        assert sha256_file(MINI / name) == digest
    assert 16_000 <= manifest["sizes"]["entries"] <= 24_000
    assert manifest["sizes"]["layers"] == 6
    assert (MINI / "README.md").is_file()


def test_it_works_with_no_network(offline):
    ctx = ex.encoder("mini")
    vector = ctx.vector("배", "배를 타고 섬에 갔다.")
    assert vector.shape == (256,)
    assert np.isfinite(vector).all()
    senses = ctx.senses("배", ["배를 타고 섬에 갔다.", "시원한 배를 깎아 먹었다.", "항구에 배가 들어왔다."], k=2)
    assert len(senses.labels) == 3


def test_it_guesses_what_anybody_would(mini):
    keys = [one.key for one in mini.substitutes("서울", "대한민국의 수도는 서울이다.", n=30)]
    assert any(key.endswith("/NNP") for key in keys)
    verbs = [one.key for one in mini.substitutes("먹다", "아침에 밥을 먹었다.", n=5)]
    assert all(key.endswith(("/VV", "/VA")) for key in verbs)


@pytest.fixture(scope="module")
def labelled():
    places = (SensePlace(Place(one.word, one.text, one.start, one.end), one.sense) for one in homographs())
    return SenseSet("sample", tuple(places))


def test_senses_of_homographs_are_told_apart(mini, labelled, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
    score = ex.evaluate(mini, labelled)
    assert score.words == 26 and score.coverage == 1 and score.value > 0.5
    rng = np.random.default_rng(0)
    groups: dict[str, list[str]] = {}
    for one in labelled.places:
        groups.setdefault(one.place.word, []).append(one.sense)
    mixed = {word: list(rng.permutation(senses)) for word, senses in groups.items()}
    shuffled = SenseSet("x", tuple(SensePlace(one.place, str(mixed[one.place.word].pop())) for one in labelled.places))
    assert ex.evaluate(mini, shuffled).value < 0.1
    held = ex.evaluate(mini, labelled, test="assigning")
    known, found = (held.measure(name) for name in ("known", "found"))
    assert known.value > 0.8 and found.value > 0.75 > known.chance and 0 < held.details["clear"] <= 1
    assert ex.evaluate(mini, shuffled, test="assigning").value < 0.6


def test_every_layer_is_scored_from_one_pass(mini, labelled, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    some = SenseSet("some", tuple(one for one in labelled.places if one.place.word in ("은행", "사과")))
    passes = []
    states = mini.reader.states
    monkeypatch.setattr(mini.reader, "states", lambda *a, **k: (passes.append(len(a[1])), states(*a, **k))[1])
    scores = evaluate_levels(mini, some)
    assert [(one.representation, one.layer) for one in scores][:2] == [("own", 0), ("own", 1)] and len(scores) == 17
    assert sum(passes) == len(some.places)
    assert scores[-1].measures == ex.evaluate(mini, some).measures  # the blend is its default


def test_missing_words_are_guessed_beside_trigrams(mini, tmp_path):
    texts = tuple(one.text for one in list(sentences())[:400])
    score = ex.evaluate(mini, TextSet("sample", texts[:60]), test="masking", train=TextSet("rest", texts[60:]))
    assert score.kind == "masking" and [one.name for one in score.measures] == ["top1", "around", "before", "kiwi"]
    unigram = score.details["by_method"]["unigram"]["accuracy"]
    assert score.value > 0.2 > unigram == score.measures[0].chance and 0 < score.details["gaps"] <= 180
    (tmp_path / "text.txt").write_text("\n".join(texts[:50]), encoding="utf-8")
    alone = ex.evaluate(mini, tmp_path / "text.txt", test="masking")
    assert alone.total == 10 and alone.details["counted_on"] == "other lines of the same text"
    with pytest.raises(ex.BadInput):
        ex.evaluate(ex.load("kiwi"), TextSet("sample", texts[:60]), test="masking")
