"""The line from texts to vectors: structure planted in a corpus is found again, runs resume, refusals are clear."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from explorer.core.errors import BadInput, Cancelled, Unavailable, UnknownName
from explorer.static import pipeline
from explorer.static.keys import key_filter
from explorer.static.load import load, model_names
from explorer.static.pipeline import build_vocabulary, corpus_file, encode, tokenize_corpus
from explorer.static.shards import BREAK, Shard
from explorer.static.train import train, trainable_names
from explorer.tokenizers.loading import tokenizer

TOPICS = 10


def planted(sentences: int = 6000, seed: int = 0) -> list[str]:
    """A language in which 나라i : 수도i = 나라j : 수도j, by construction.

    A country and its capital share topic words; all countries share one set of contexts and all capitals another. A
    quarter of the context is noise, as in any real text: GloVe learns from pairs that occur, so all of them must.
    """
    rng = np.random.default_rng(seed)
    noise = [f"주제{topic}{letter}" for topic in range(TOPICS) for letter in "가나다라"]
    noise += [f"{kind}문맥{letter}" for kind in ("나라", "수도") for letter in "마바사아"]
    texts = []
    for number in range(sentences):
        topic, kind = number % TOPICS, ("나라", "수도")[number // TOPICS % 2]
        near = [f"주제{topic}{letter}" for letter in rng.permutation(list("가나다라"))[:2]]
        around = [f"{kind}문맥{letter}" for letter in rng.permutation(list("마바사아"))[:2]]
        context = [noise[rng.integers(len(noise))] if rng.random() < 0.25 else word for word in (*near, *around)]
        words = [f"{kind}{'가나다라마바사아자차'[topic]}", *context]
        texts.append(" ".join(rng.permutation(words)))
    return texts


@pytest.mark.parametrize(
    ("model", "params"),
    [
        ("word2vec", {"dim": 24, "epochs": 15, "window": 4, "sample": 0.0, "alpha": 0.05}),
        ("word2vec", {"dim": 24, "epochs": 30, "window": 4, "sample": 0.0, "alpha": 0.05, "algorithm": "cbow"}),
        ("glove", {"dim": 24, "epochs": 40, "window": 4}),
    ],
)
def test_planted_relations_are_recovered(home: Path, model: str, params: dict) -> None:
    v = train(model, planted(), tokenizer="eojeol", workers=1, components=0, **params)
    names = "가나다라마바사아자차"
    right = total = 0
    for one in names:
        for other in names:
            if one == other:
                continue
            answer = v.analogy(f"'수도{other}' - '나라{other}' + '나라{one}'", n=1)
            right += answer[0].key == f"수도{one}"
            total += 1
    assert right / total > 0.9, f"{right} of {total}"
    assert v.similarity("나라가", "수도가") > v.similarity("나라가", "수도나") + 0.1
    shuffled = [" ".join(np.random.default_rng(1).permutation(" ".join(planted()).split()))]
    broken = train(model, shuffled, tokenizer="eojeol", workers=1, components=0, **params | {"epochs": 2})
    answers = [broken.analogy(f"'수도나' - '나라나' + '나라{one}'", n=1)[0].key == f"수도{one}" for one in names if one != "나"]
    assert np.mean(answers) < 0.5  # the structure, not the method, made it possible


@pytest.mark.parametrize("model", ["word2vec", "glove"])
def test_one_worker_gives_the_same_bits_in_every_process(home: Path, model: str) -> None:
    script = dedent(f"""
        import hashlib, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_static_training import planted
        from explorer.static.train import train
        v = train({model!r}, planted(600), tokenizer="eojeol", dim=16, epochs=2, workers=1, seed=7)
        print(hashlib.sha256(v.vectors.tobytes() + "".join(v.keys).encode()).hexdigest())
    """)
    digests = [
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    ]
    assert digests[0] == digests[1]
    assert len(digests[0].strip()) == 64


def test_everything_that_made_the_vectors_is_kept(home: Path) -> None:
    v = train("glove", planted(400), tokenizer="eojeol", dim=80, epochs=2, name="planted", corpus="planted", workers=1)
    again = load("planted")
    np.testing.assert_array_equal(again.vectors, v.vectors)
    np.testing.assert_array_equal(again.counts, v.counts)
    assert again.keys == v.keys
    info = dict(again.info)
    assert info["model"] == "glove"
    assert info["tokenizer"]["engine"] == "eojeol"
    assert info["corpus"] == "planted"
    assert info["corpus_stats"]["documents"] == 400
    assert info["corpus_stats"]["tokens"] == 2000
    assert info["params"]["dim"] == 80
    assert info["params"]["min_count"] == 5
    assert info["seed"] == 42
    assert len(info["losses"]) == 2
    assert (info["history"][0]["components"], info["history"][0]["strength"]) == (2, 0.5)
    assert train("glove", planted(400), tokenizer="eojeol", dim=80, epochs=1, components=0).info["history"] == []
    processed = train("word2vec", planted(400), tokenizer="eojeol", dim=80, epochs=1, workers=1)
    assert processed.info["history"][0]["components"] == 2 and "strength" not in processed.info["history"][0]
    assert "planted" in model_names()
    assert int(v.counts.sum()) == 2000
    assert (np.diff(v.counts) <= 0).all()


def test_names_are_checked_before_the_work(home: Path) -> None:
    def never():
        raise AssertionError("the texts were read")
        yield ""

    train("glove", planted(200), tokenizer="eojeol", dim=8, epochs=1, name="mine")
    for name, reason in (("mine", "exists"), ("kiwi", "built-in"), ("../x", "cannot be a name"), ("", "cannot be a name")):
        with pytest.raises(BadInput, match=reason):
            train("glove", never(), tokenizer="eojeol", name=name)
    train("glove", planted(200), tokenizer="eojeol", dim=9, epochs=1, name="mine", overwrite=True)
    assert load("mine").dim == 9


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"texts": []}, "empty"),
        ({"texts": ["", "  \n "]}, "no token|empty"),
        ({"texts": ["? ! …"]}, "no token"),
        ({"texts": ["한 번뿐"]}, "min_count"),
        ({"texts": "한 문자열"}, "list of strings"),
        ({"texts": [1, 2]}, "not str"),
        ({"texts": 5}, "iterable"),
        ({"depth": 3}, "no parameter depth"),
        ({"dim": 0}, "at least 1"),
        ({"dim": 2.5}, "whole number"),
        ({"epochs": 0}, "at least 1"),
        ({"min_count": 0}, "at least 1"),
        ({"workers": 0}, "at least 1"),
        ({"components": 16}, "components"),
        ({"keys": "nouns"}, "keys"),
    ],
)
def test_impossible_requests_leave_nothing(home: Path, options: dict, reason: str) -> None:
    arguments = {"texts": planted(100), "dim": 16, "epochs": 1, "name": "broken", "tokenizer": "eojeol"} | options
    with pytest.raises(BadInput, match=reason) as caught:
        train("glove", **arguments)
    assert "\n" not in str(caught.value)
    assert "broken" not in model_names()


def test_unknown_names_list_what_exists(home: Path) -> None:
    assert trainable_names() == ["bert", "contextual", "fasttext", "glove", "ppmi", "senses", "word2vec"]
    with pytest.raises(UnknownName, match="word2vec"):
        train("word2wec", planted(10))
    with pytest.raises(UnknownName, match="kiwi"):
        load("kiwy")
    with pytest.raises(BadInput, match="empty"):
        load("")
    with pytest.raises(BadInput):
        load(home.parent)  # a folder that is no model


def test_a_full_disk_is_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="disk is full"):
        train("glove", planted(50), tokenizer="eojeol", dim=4, epochs=1, name="full")
    monkeypatch.undo()
    assert not list(home.rglob("*.npz"))
    assert not list(home.rglob(".partial-*"))


@pytest.mark.parametrize("stage", ["tokenizing", "training Word2Vec", "saving the model"])
def test_a_cancel_leaves_no_model(home: Path, stage: str) -> None:
    def stop(step) -> None:
        if step.stage == stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        train("word2vec", planted(300), tokenizer="eojeol", dim=8, epochs=3, name="half", progress=stop)
    assert "half" not in model_names()
    assert not list((home / "cache").glob("corpus/*/corpus.txt"))


# The pipeline


class Counting:
    """An eojeol tokenizer that remembers how many lines it was given."""

    name = "counting"

    def __init__(self) -> None:
        self.lines = 0
        self._inner = tokenizer("eojeol")

    def tokenize(self, text: str):
        self.lines += 1
        return self._inner.tokenize(text)

    def params(self) -> dict:
        return self._inner.params()


def test_shards_are_cached_by_content_and_tokenizer(home: Path) -> None:
    texts = planted(500)
    counting = Counting()
    first = tokenize_corpus(texts, counting, shard_characters=2000)
    assert counting.lines == 500
    assert len(first.paths) > 5
    second = tokenize_corpus(iter(texts), counting, shard_characters=2000)
    assert counting.lines == 500
    assert second == first
    tokenize_corpus([*texts[:-1], "다른 글"], counting, shard_characters=2000)
    assert 500 < counting.lines < 600  # the last shard alone
    assert tokenize_corpus(texts, tokenizer("syllable"), shard_characters=2000).sha256 != first.sha256


def test_shard_sizes_do_not_change_the_numbers(home: Path) -> None:
    texts = planted(300)
    vocabularies = [
        build_vocabulary(tokenize_corpus(texts, tokenizer("eojeol"), shard_characters=size), 2) for size in (500, 10**6)
    ]
    assert vocabularies[0].keys == vocabularies[1].keys
    assert vocabularies[0].counts.tolist() == vocabularies[1].counts.tolist()
    joined = [
        np.concatenate(list(encode(tokenize_corpus(texts, tokenizer("eojeol"), shard_characters=size), vocabularies[0])))
        for size in (500, 10**6)
    ]
    np.testing.assert_array_equal(*joined)


def test_a_damaged_shard_is_made_again(home: Path) -> None:
    first = tokenize_corpus(planted(100), tokenizer("eojeol"))
    first.paths[0].write_bytes(b"rubbish")
    second = tokenize_corpus(planted(100), tokenizer("eojeol"))
    assert second == first


def test_a_killed_run_goes_on_where_it_stopped(home: Path) -> None:
    script = dedent(f"""
        import sys, time
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_static_training import Counting, planted
        from explorer.static.pipeline import tokenize_corpus
        class Slow(Counting):
            def tokenize(self, text):
                time.sleep(0.002)
                return super().tokenize(text)
        tokenize_corpus(planted(3000), Slow(), shard_characters=3000)
    """)
    process = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 120
    while len(list(home.rglob("*.npz"))) < 3 and time.monotonic() < deadline:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    finished = {path.name for path in home.rglob("*.npz")}
    assert len(finished) >= 3
    for path in home.rglob("*.npz"):
        Shard.read(path)  # whole, every one
    counting = Counting()
    shards = tokenize_corpus(planted(3000), counting, shard_characters=3000)
    assert finished <= {path.name for path in shards.paths}
    assert counting.lines < 3000
    fresh = Counting()
    fresh.params = lambda: {"engine": "eojeol", "name": "eojeol", "fresh": True}
    again = tokenize_corpus(planted(3000), fresh, shard_characters=3000)
    for one, other in zip(shards, again, strict=True):
        assert one.keys == other.keys
        np.testing.assert_array_equal(one.codes, other.codes)


def test_long_lines_are_cut_for_gensim(home: Path) -> None:
    shards = tokenize_corpus(["말 " * 25_000], tokenizer("eojeol"))
    vocabulary = build_vocabulary(shards)
    with corpus_file(shards, vocabulary) as path:
        lines = path.read_text(encoding="utf-8").splitlines()
    assert [len(line.split()) for line in lines] == [10_000, 10_000, 5_000]
    assert not path.exists()


def test_corpus_file_holds_what_the_vocabulary_knows(home: Path) -> None:
    shards = tokenize_corpus(["개 고양이 새.\n개 뱀", "고양이 개"], tokenizer("eojeol"))
    vocabulary = build_vocabulary(shards, 2)
    assert list(zip(vocabulary.keys, vocabulary.counts.tolist(), strict=True)) == [("개", 3), ("고양이", 2)]
    with corpus_file(shards, vocabulary) as path:
        assert path.read_text(encoding="utf-8").split("\n") == ["개 고양이 ", "개 ", "고양이 개 ", ""]
    codes = np.concatenate(list(encode(shards, vocabulary)))
    assert codes.tolist() == [0, 1, BREAK, 0, BREAK, 1, 0, BREAK]


def test_content_keys_of_kiwi(home: Path) -> None:
    text = "왕은 밥을 먹었다. ㅋㅋㅋ 漢字와 NASA가 3개 #서울 좋았다!"
    shard = next(iter(tokenize_corpus([text], tokenizer("kiwi"))))
    for key in ("왕/NNG", "밥/NNG", "먹다/VV", "漢字/SH", "NASA/SL", "좋다/VA"):
        assert key in shard.keys
    assert not any(key.endswith(("/JX", "/JKO", "/EF", "/SF", "/SN", "/NNB")) for key in shard.keys)
    assert int((shard.codes == BREAK).sum()) == 2  # two sentences
    everything = next(iter(tokenize_corpus([text], tokenizer("kiwi"), choice="all")))
    assert {"은/JX", "었/EP", "다/EF", "./SF"} <= set(everything.keys)
    assert not any(" " in key for key in everything.keys)


@pytest.mark.parametrize(
    ("key", "content", "whole"),
    [
        ("왕/NNG", "왕/NNG", "왕/NNG"),
        ("을/JKO", None, "을/JKO"),
        ("하/XSV", None, "하/XSV"),
        ("것/NNB", None, "것/NNB"),
        ("😀/W_EMOJI", "😀/W_EMOJI", "😀/W_EMOJI"),
        ("“왕비를", "왕비를", "“왕비를"),
        ("2024", None, "2024"),
        ("…", None, "…"),
        ("ㅋㅋㅋ", "ㅋㅋㅋ", "ㅋㅋㅋ"),
        ("km/h", "km/h", "km/h"),
        ("두 말/NNG", "두_말/NNG", "두_말/NNG"),
        (" ", None, None),
        ("", None, None),
    ],
)
def test_choice_of_keys(key: str, content: str | None, whole: str | None) -> None:
    assert key_filter("content")[0](key) == content
    assert key_filter("all")[0](key) == whole


def test_wild_text_goes_through(home: Path) -> None:
    texts = [
        "ㅋㅋㅋ 😀 漢字\u200b 뷁",
        "한국어".encode().decode(),
        "\u1112\u1161\u11ab\u1100\u116e\u11a8",
        "",
        "가" * 100_000,
        "\x00 a",
    ]
    for name in ("eojeol", "syllable", "jamo", "kiwi"):
        shards = tokenize_corpus(texts, tokenizer(name))
        assert shards.documents == len(texts)
        assert build_vocabulary(shards, 1).keys


def test_format_is_part_of_the_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting()
    tokenize_corpus(planted(20), counting)
    monkeypatch.setattr(pipeline, "FORMAT", 999)
    tokenize_corpus(planted(20), counting)
    assert counting.lines == 40
