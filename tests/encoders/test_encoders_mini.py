"""The encoder that ships: small, whole, offline, and better than chance at what it is for."""

from __future__ import annotations

import json
import socket

import numpy as np
import pytest

pytest.importorskip("torch")

import explorer as ex
from corpora.sample import homographs
from explorer.core.store import sha256_file
from explorer.encoders.morpheme.evaluation import score_senses
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
    assert sum(part.stat().st_size for part in MINI.iterdir()) < 16_000_000
    manifest = json.loads((MINI / "manifest.json").read_text(encoding="utf-8"))
    for name, digest in manifest["files"].items():
        assert sha256_file(MINI / name) == digest
    assert 16_000 <= manifest["sizes"]["entries"] <= 24_000
    assert 2 <= manifest["sizes"]["layers"] <= 3
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


def test_senses_of_homographs_are_told_apart(mini):
    groups: dict[str, list] = {}
    for one in homographs():
        groups.setdefault(one.word, []).append(one)
    vectors = {}
    for word, group in groups.items():
        readings = mini.read(word, [one.text for one in group], spans=[(one.start, one.end) for one in group])
        vectors[word] = mini.represent(readings)
    score = score_senses(vectors, {word: [one.sense for one in group] for word, group in groups.items()})
    assert len(score.by_word) == 26
    assert score.mean > 0.5
    shuffled = {word: np.random.default_rng(0).permutation(rows) for word, rows in vectors.items()}
    assert score_senses(shuffled, {word: [one.sense for one in group] for word, group in groups.items()}).mean < 0.1
