"""Shards of tokens in an object store: machines that share nothing else do the work in parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support_objects import new_bucket, object_store

from corpora.corpus import open_corpus
from explorer.core import objects
from explorer.core.errors import BadInput, MissingExtra, Unavailable
from explorer.core.objects import Objects, kept_objects
from explorer.static.pipeline import tokenize_corpus
from explorer.static.prepare import prepare
from explorer.static.train import train
from explorer.tokenizers.engines.rules import EojeolTokenizer
from explorer.tokenizers.token import Token

pytest.importorskip("s3fs")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    yield from object_store()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """An address in a new bucket."""
    objects._objects.cache_clear()
    _, bucket = new_bucket(server, monkeypatch, "b", request.node.name)
    address = f"s3://{bucket}/tokens"
    monkeypatch.setenv("EXPLORER_STORE", address)
    return address


class Refusing(EojeolTokenizer):
    def tokenize(self, text: str) -> list[Token]:
        raise AssertionError("tokenized again")


def names(home: Path) -> set[str]:
    return {path.name for path in (home / "cache/tokens").glob("*.npz")}


def test_homes_that_share_nothing_else_do_the_work_in_parts(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = list(open_corpus("sample").texts())
    for number in (1, 2, 3):
        monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / str(number)))
        done = prepare(texts, tokenizer="eojeol", part=f"{number}/3", shard_characters=4000)
        assert 0 < done.made < done.shards
    assert done.left == 0 and Objects(store).names() == names(tmp_path / "1") | names(tmp_path / "2") | names(tmp_path / "3")
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "4"))
    again = prepare(texts, tokenizer=Refusing(), shard_characters=4000)
    assert again.made == 0 and again.found == again.shards


def test_training_reads_the_store_and_fills_it(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = list(open_corpus("sample").texts())
    vectors = []
    for number, engine in enumerate((EojeolTokenizer(), Refusing())):
        monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / str(number)))
        vectors.append(train("ppmi", texts, tokenizer=engine, dim=8, min_count=3))
        assert Objects(store).names() == names(tmp_path / str(number))
    assert np.array_equal(*(one.matrix(vectors[0].keys[:50]) for one in vectors))


def test_what_was_made_before_is_put_there(store: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = list(open_corpus("sample").texts())
    monkeypatch.delenv("EXPLORER_STORE")
    prepare(texts, tokenizer="eojeol", shard_characters=20_000)
    monkeypatch.setenv("EXPLORER_STORE", store)
    assert Objects(store).names() == set()
    prepare(texts, tokenizer=Refusing(), shard_characters=20_000)
    assert Objects(store).names() == names(home) != set()


def test_a_damaged_object_is_made_again(store: str, home: Path) -> None:
    texts = list(open_corpus("sample").texts())
    prepare(texts, tokenizer="eojeol", shard_characters=20_000)
    [first, *_] = sorted(names(home))
    whole = Objects(store).get(first)
    Objects(store).put(first, b"no shard")
    (home / "cache/tokens" / first).unlink()
    tokenize_corpus(texts, EojeolTokenizer(), shard_characters=20_000)
    assert Objects(store).get(first) == whole == (home / "cache/tokens" / first).read_bytes()


def test_a_store_that_refuses_is_said_in_one_line(store: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_STORE", "s3://no-such-bucket/x")
    with pytest.raises(Unavailable, match="no-such-bucket") as refused:
        prepare(["가 나"], tokenizer="eojeol")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("address", ["nonsense://x", "folder/only"])
def test_what_is_no_store_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("EXPLORER_STORE", address)
    with pytest.raises(BadInput, match="s3://bucket/prefix"):
        kept_objects()


def test_the_missing_extra_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object, **__: object) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", absent)
    monkeypatch.setenv("EXPLORER_STORE", "s3://another/x")
    with pytest.raises(MissingExtra, match="s3"):
        kept_objects()


def test_without_a_store_nothing_is_asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPLORER_STORE", raising=False)
    assert kept_objects() is None
