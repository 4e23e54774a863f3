"""Counting in a tree of sorted files gives the very numbers that counting in one go gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpora.corpus import open_corpus
from explorer.core.errors import BadInput, Unavailable
from explorer.core.pieces import Piece, is_whole
from explorer.static import merged
from explorer.static.cooccurrence import count_pairs
from explorer.static.merged import corpus_pairs, corpus_vocabulary
from explorer.static.phrases import find_phrases
from explorer.static.pipeline import build_vocabulary, encode, forget_shards, tokenize_corpus
from explorer.static.shards import TokenShards
from explorer.tokenizers.loading import tokenizer


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Pieces are made in this process, and noted."""
    made: list[Any] = []

    def on_cluster(_: str, maker: Any, pieces: Iterable[Piece], told: Callable[[Piece | None], None]) -> None:
        maker.open()
        for piece in pieces:
            maker.make(piece.given)
            assert is_whole(piece.target)
            made.append(piece.given)
            told(piece)

    monkeypatch.setattr(merged, "on_cluster", on_cluster)
    return made


def corpus(size: int = 4000) -> TokenShards:
    texts = [*open_corpus("sample").texts(), "ㅋㅋㅋ 漢字 👩‍👩‍👧 ㅋㅋㅋ\u200b 값\u0308", "끝 끝 끝 " * 500]
    return tokenize_corpus(texts, tokenizer("eojeol"), shard_characters=size)


def same(shards: TokenShards, min_count: int = 2, window: int = 7, memory: int = 512 << 20) -> None:
    there = replace(shards, cluster="local:1")
    one, other = build_vocabulary(shards, min_count), corpus_vocabulary(there, min_count)
    assert other.keys == one.keys and other.counts.tolist() == one.counts.tolist() and other.index == one.index
    pairs = count_pairs(encode(shards, one), len(one), window)
    again = corpus_pairs(there, other, window, memory=memory)
    for name in ("rows", "cols", "weights"):
        found, wanted = getattr(again, name), getattr(pairs, name)
        assert found.dtype == wanted.dtype and found.tobytes() == wanted.tobytes(), name
    assert (again.words, again.tokens) == (pairs.words, pairs.tokens)


@pytest.mark.parametrize("fan_in", [2, 3, 16, 1000])
def test_words_and_pairs_are_the_same_whatever_the_tree(
    home: Path, monkeypatch: pytest.MonkeyPatch, here: list[Any], fan_in: int
) -> None:
    monkeypatch.setattr(merged, "FAN_IN", fan_in)
    monkeypatch.setattr(merged, "_BLOCK", 7)  # so that merges cross many blocks
    shards = corpus()
    assert len(shards.paths) > 16
    same(shards, memory=1 << 20)
    assert sum(not are_shards for are_shards, *_ in here) >= (2 if fan_in < 1000 else 0)


def test_joined_phrases_count_as_one(home: Path, here: list[Any]) -> None:
    shards = corpus()
    phrases = find_phrases(shards, 0.4)
    assert phrases
    plain = corpus_vocabulary(replace(shards, cluster="local:1"), 2)
    joined = replace(shards, phrases=phrases)
    same(joined)
    assert plain.keys != build_vocabulary(joined, 2).keys


def test_one_shard_and_no_pairs(home: Path, here: list[Any]) -> None:
    same(corpus(10_000_000))
    lonely = tokenize_corpus(["하나", "둘", "하나"], tokenizer("eojeol"))
    same(lonely, min_count=1)


def test_files_go_when_they_are_merged_and_are_not_made_twice(
    home: Path, monkeypatch: pytest.MonkeyPatch, here: list[Any]
) -> None:
    monkeypatch.setattr(merged, "FAN_IN", 3)
    shards = replace(corpus(), cluster="local:1")
    vocabulary = corpus_vocabulary(shards, 2)
    assert len(list((home / "cache/counts").iterdir())) == 1
    corpus_pairs(shards, vocabulary, 5)
    assert len(list((home / "cache/counts").iterdir())) == 1 and len(list((home / "cache/pairs").iterdir())) == 1
    here.clear()
    assert corpus_vocabulary(shards, 3).keys != vocabulary.keys
    corpus_pairs(shards, vocabulary, 5)
    assert here == []
    corpus_pairs(shards, vocabulary, 6)
    assert here != []


def test_what_was_counted_before_a_loss_is_not_counted_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, here: list[Any]
) -> None:
    monkeypatch.setattr(merged, "FAN_IN", 3)
    shards = replace(corpus(), cluster="local:1")
    whole = merged.on_cluster

    def lost(where: str, maker: Any, pieces: Iterable[Piece], told: Any) -> None:
        whole(where, maker, list(pieces)[:4], told)
        raise Unavailable("core.cluster_lost", where=where)

    monkeypatch.setattr(merged, "on_cluster", lost)
    with pytest.raises(Unavailable):
        corpus_vocabulary(shards, 2)
    monkeypatch.setattr(merged, "on_cluster", whole)
    first = [given[2] for given in here]
    here.clear()
    assert corpus_vocabulary(shards, 2).keys == build_vocabulary(shards, 2).keys
    assert len(first) == 4 and not {given[2] for given in here} & set(first)


def test_damaged_pairs_are_counted_again(home: Path, here: list[Any]) -> None:
    shards = replace(corpus(), cluster="local:1")
    vocabulary = corpus_vocabulary(shards, 2)
    wanted = corpus_pairs(shards, vocabulary, 5).weights.tobytes()
    [folder] = (home / "cache/pairs").iterdir()
    (folder / "weights.npy").write_bytes(b"x" * 300)
    assert corpus_pairs(shards, vocabulary, 5).weights.tobytes() == wanted
    (folder / "rows.npy").unlink()
    assert corpus_pairs(shards, vocabulary, 5).weights.tobytes() == wanted


def test_what_was_counted_goes_with_a_corpus(home: Path, here: list[Any]) -> None:
    shards = replace(corpus(), cluster="local:1")
    corpus_pairs(shards, corpus_vocabulary(shards, 2), 5)
    forget_shards(["another"])
    assert not list((home / "cache/counts").iterdir()) and not list((home / "cache/pairs").iterdir())


def test_impossible_limits_are_refused_before_any_work(home: Path, here: list[Any]) -> None:
    shards = replace(corpus(), cluster="local:1")
    with pytest.raises(BadInput):
        corpus_vocabulary(shards, 0)
    with pytest.raises(BadInput, match="no word occurs"):
        corpus_vocabulary(shards, 10**9)
    vocabulary = corpus_vocabulary(shards, 2)
    with pytest.raises(BadInput):
        corpus_pairs(shards, vocabulary, 256)


def test_training_maps_what_a_cluster_counted(home: Path, here: list[Any]) -> None:
    from explorer.static.glove import train_glove
    from explorer.static.ppmi import fit_ppmi

    shards = corpus()
    vocabulary = build_vocabulary(shards, 2)
    for fit in (train_glove, fit_ppmi):
        one = fit(shards, vocabulary, dim=8, epochs=2, seed=1, workers=1)
        other = fit(replace(shards, cluster="local:1"), vocabulary, dim=8, epochs=2, seed=1, workers=1)
        assert one.vectors.tobytes() == other.vectors.tobytes()
    assert np.isfinite(one.vectors).all()
