"""The other choices of training: PPMI-SVD, phrases, eojeol keys, and small copies that travel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from test_static_training import planted

from explorer.cli import main
from explorer.core.errors import BadInput
from explorer.static import pipeline
from explorer.static.cooccurrence import count_pairs
from explorer.static.load import load
from explorer.static.phrases import find_phrases, join
from explorer.static.pipeline import tokenize_corpus
from explorer.static.ppmi import ppmi
from explorer.static.presets import estimate, tokens_of
from explorer.static.sampled_loss import LossSample
from explorer.static.shards import Shard
from explorer.static.train import train
from explorer.tokenizers.engines.rules import EojeolTokenizer
from explorer.tokenizers.loading import tokenizer
from explorer.vectors.files.folder import save_vectors
from explorer.vectors.files.formats import load_vectors
from explorer.vectors.transform import compact
from explorer.vectors.vectors import Vectors

# PPMI-SVD


def test_ppmi_is_what_its_definition_says() -> None:
    rng = np.random.default_rng(0)
    pairs = count_pairs([rng.integers(0, 12, 400).astype(np.int32)], words=12, window=3)
    dense = pairs.to_dense().astype(np.float64)
    for shift, smoothing in ((1.0, 0.75), (2.0, 1.0)):
        context = dense.sum(axis=0) ** smoothing
        chance = np.outer(dense.sum(axis=1), context / context.sum())
        with np.errstate(divide="ignore"):
            expected = np.maximum(np.log(dense / chance) - np.log(shift), 0)
        np.testing.assert_allclose(ppmi(pairs, shift, smoothing).toarray(), expected, atol=1e-5)


def test_ppmi_finds_what_was_planted(home: Path) -> None:
    v = train("ppmi", planted(3000), tokenizer="eojeol", dim=24, window=4)
    names = "가나다라마바"
    right = [v.analogy(f"'수도{b}' - '나라{b}' + '나라{a}'", n=1)[0].key == f"수도{a}" for a in names for b in names if a != b]
    assert np.mean(right) > 0.9
    np.testing.assert_array_equal(v.vectors, train("ppmi", planted(3000), tokenizer="eojeol", dim=24, window=4).vectors)
    values = v.info["singular_values"]
    assert values == sorted(values, reverse=True)


def test_the_strongest_directions_are_those_of_the_full_decomposition(home: Path) -> None:
    v = train("ppmi", planted(800), tokenizer="eojeol", dim=5, window=4, eigenvalues=1.0, epochs=8)
    shards = tokenize_corpus(planted(800), tokenizer("eojeol"))
    from explorer.static.pipeline import build_vocabulary, encode

    vocabulary = build_vocabulary(shards)
    dense = ppmi(count_pairs(encode(shards, vocabulary), len(vocabulary), 4)).toarray()
    left, values, _ = np.linalg.svd(dense)
    best = (left[:, :5] * values[:5]) @ (left[:, :5] * values[:5]).T
    np.testing.assert_allclose(v.vectors @ v.vectors.T, best, atol=0.02 * np.abs(best).max())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"dim": 5000}, "too few"),
        ({"shift": 0.5}, "shift"),
        ({"shift": 1e9}, "lower shift"),
        ({"smoothing": 0.0}, "smoothing"),
        ({"eigenvalues": 2.0}, "eigenvalues"),
    ],
)
def test_ppmi_refuses(home: Path, options: dict, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        train("ppmi", planted(100), tokenizer="eojeol", **{"dim": 4} | options)


# Losses


@pytest.mark.parametrize("algorithm", ["skipgram", "cbow"])
def test_losses_of_a_fixed_sample_fall(home: Path, algorithm: str) -> None:
    settings = {"dim": 16, "epochs": 4, "window": 4, "sample": 0.0, "workers": 2, "alpha": 0.05}
    losses = train("word2vec", planted(2000), tokenizer="eojeol", algorithm=algorithm, **settings).info["losses"]
    assert len(losses) == 4 and losses[0] > losses[-1] > 0
    assert losses[0] < 6 * np.log(2) + 0.1  # the loss of a model that knows nothing, with 5 noise words


def test_the_sampled_loss_is_its_definition() -> None:
    rng = np.random.default_rng(0)
    inputs, outputs = rng.standard_normal((2, 5, 3)).astype(np.float32)
    sample = LossSample(np.array([0, 1], np.int32), np.array([[2, -1], [3, 4]], np.int32), np.array([[1], [2]], np.int32))

    def one(hidden, centre, noise):
        return -np.log(1 / (1 + np.exp(-hidden @ outputs[centre]))) - np.log(1 / (1 + np.exp(hidden @ outputs[noise])))

    pairs = [one(inputs[2], 0, 1), one(inputs[3], 1, 2), one(inputs[4], 1, 2)]
    assert sample.loss(inputs, outputs, cbow=False) == pytest.approx(np.mean(pairs), rel=1e-5)
    means = [one(inputs[2], 0, 1), one((inputs[3] + inputs[4]) / 2, 1, 2)]
    assert sample.loss(inputs, outputs, cbow=True) == pytest.approx(np.mean(means), rel=1e-5)


# Phrases and eojeol


def test_phrases_are_joined_where_they_stand(home: Path) -> None:
    texts = ["어제 국립 공원 갔다", "국립 공원 좋다", "공원 국립 왔다"] * 30 + ["어제 갔다", "좋다 왔다", "어제 좋다"] * 60
    shards = tokenize_corpus(texts, tokenizer("eojeol"))
    phrases = find_phrases(shards, 0.6, 20)
    assert phrases == {("국립", "공원"): "국립_공원"}
    v = train("ppmi", texts, tokenizer="eojeol", dim=3, phrases=0.6)
    assert "국립_공원" in v.keys and v.counts[v.index("국립_공원")] == 60 and v.counts[v.index("국립")] == 30
    assert v.info["params"]["phrases"] == 0.6
    with pytest.raises(BadInput, match="phrases"):
        train("ppmi", texts, tokenizer="eojeol", dim=3, phrases=1.5)


def test_only_nouns_are_joined_and_overlaps_go_left_to_right() -> None:
    assert join("먹다/VV", "밥/NNG") is None and join("왕", "밥/NNG") is None
    keys = ["가/NNG", "나/NNG", "다/NNG", "가나/NNG"]
    phrases = {("가/NNG", "나/NNG"): "가나/NNG", ("나/NNG", "다/NNG"): "나다/NNG", ("가/NNG", "가/NNG"): "가가/NNG"}
    made = Shard(keys, np.array([0, 1, 2, -1, 1, 2, -1, 0, 0, 0, -1, 3, 0, -1, 1], np.int32), 1, 1).merged(phrases)
    words = " ".join("|" if code < 0 else made.keys[code].partition("/")[0] for code in made.codes)
    assert words == "가나 다 | 나다 | 가가 가 | 가나 가 | 나"  # never over the end of a sentence


def test_eojeol_keys_whatever_the_tokenizer(home: Path) -> None:
    v = train("ppmi", ["왕이 밥을 먹었다.", "왕비가 밥을 먹는다."] * 10, keys="eojeol", dim=2)
    assert {"왕이", "밥을", "먹었다"} <= set(v.keys)
    assert v.info["tokenizer"]["engine"] == "eojeol"


# Small copies


def sample(n: int = 300, d: int = 20) -> Vectors:
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((n, d)) * np.linspace(3, 0.01, d)
    return Vectors(
        [f"말{row}/NNG" for row in range(n)], matrix, np.arange(n, 0, -1), {"model": "word2vec", "params": {"dim": d}}
    )


def test_a_byte_a_number_keeps_cosines(tmp_path: Path) -> None:
    v = sample()
    small = load_vectors(save_vectors(v, tmp_path / "small", small=True, card="# card\n"))
    assert small.keys == v.keys and small.counts.tolist() == v.counts.tolist() and small.vectors.dtype == np.float32
    assert np.abs(small.unit @ small.unit.T - v.unit @ v.unit.T).max() < 0.02
    assert load(tmp_path / "small").name == "small"
    assert (tmp_path / "small" / "README.md").read_text(encoding="utf-8") == "# card\n"
    assert (tmp_path / "small" / "vectors.int8.npy").stat().st_size < 300 * 20 + 200
    zero = Vectors(["a", "b"], [[0.0, 0.0], [1.0, 2.0]])
    assert load_vectors(save_vectors(zero, tmp_path / "zero", small=True)).vectors[0].tolist() == [0, 0]


def test_fewer_dimensions_are_the_best_ones() -> None:
    v = sample()
    small = compact(v, 200, 8)
    assert small.dim == 8 and len(small) == 200 and small.keys == v.keys[:200]
    step = small.info["history"][-1]
    assert step["step"] == "compact" and 0.7 < step["share_kept"] < 1
    kept = np.abs(small.unit @ small.unit.T - v.unit[:200] @ v.unit[:200].T).mean()
    cut = Vectors(v.keys[:200], v.vectors[:200, 12:])
    assert kept < np.abs(cut.unit @ cut.unit.T - v.unit[:200] @ v.unit[:200].T).mean() / 4
    for bad in ({"keys": 0}, {"dim": 0}, {"dim": 21}):
        with pytest.raises(BadInput):
            compact(v, **bad)


def test_damaged_small_copies_are_one_line(tmp_path: Path) -> None:
    folder = save_vectors(sample(), tmp_path / "small", small=True)
    for name, content in (("keys.txt", b"a\n"), ("scales.npy", b"no"), ("vectors.int8.npy", b"")):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(content)
        with pytest.raises(BadInput, match="damaged") as caught:
            load_vectors(folder)
        assert "\n" not in str(caught.value)
        (folder / name).write_bytes(whole)
    (folder / "scales.npy").unlink()
    with pytest.raises(BadInput, match="damaged"):
        load_vectors(folder)


def test_small_copies_from_the_shell(home: Path, tmp_path: Path) -> None:
    sample().save("big")
    done = CliRunner().invoke(main, ["models", "compact", "big", str(tmp_path / "out"), "--keys", "100", "--dim", "10"])
    assert done.exit_code == 0, done.output
    listed = CliRunner().invoke(main, ["similar", "말3", "--model", str(tmp_path / "out")])
    assert listed.exit_code == 0 and "말" in listed.stdout


@pytest.mark.parametrize("model", ["word2vec", "fasttext"])
def test_a_large_corpus_keeps_sentences_for_measuring(home: Path, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    monkeypatch.setattr(pipeline, "HELDOUT_FROM", 1000)
    monkeypatch.setattr(pipeline, "HELDOUT_EVERY", 19)
    settings = {"tokenizer": "eojeol", "dim": 16, "epochs": 4, "window": 4, "sample": 0.0, "workers": 2, "alpha": 0.005}
    info = train(model, planted(2000), **settings).info
    losses = info["heldout_losses"]
    assert len(info["losses"]) == 4 and len(losses) == 4 and 6 * np.log(2) + 0.1 > losses[0] > losses[-1] > 0


def test_what_is_held_out_is_not_trained_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = tokenize_corpus(planted(2000), EojeolTokenizer())
    vocabulary = pipeline.build_vocabulary(shards, 1, None)
    whole = np.concatenate(list(pipeline.encode(shards, vocabulary)))
    assert not sum(len(codes) for codes in pipeline.encode(shards, vocabulary, heldout=True)), "a small corpus is used whole"
    monkeypatch.setattr(pipeline, "HELDOUT_FROM", 1000)
    monkeypatch.setattr(pipeline, "HELDOUT_EVERY", 20)
    kept, held = (np.concatenate(list(pipeline.encode(shards, vocabulary, heldout=part))) for part in (False, True))
    assert np.count_nonzero(held < 0) == 100 and np.count_nonzero(kept < 0) == 1900
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held])), np.sort(whole))
    with pipeline.corpus_file(shards, vocabulary) as path:
        assert len(path.read_text(encoding="utf-8").splitlines()) == 1900


@pytest.mark.parametrize(
    ("tokenizer", "tokens", "min_count", "words"),
    [("kiwi", 200_000, 5, 6_395), ("kiwi", 74_830_000, 44, 64_000), ("mecab", 1_315_172, 10, 15_769), ("eojeol", 600_055, 3, 34_518),
     ("syllable", 1_800_039, 5, 2_671), ("jamo", 1_800_322, 5, 898), ("ko-unigram-32k", 1_800_036, 5, 19_192)],
)  # fmt: skip
def test_the_words_of_a_corpus_are_estimated_as_they_were_counted(tokenizer, tokens, min_count, words):
    characters = next(
        size for size in range(tokens // 3, 5 * tokens, max(1, tokens // 50)) if tokens_of(size, tokenizer) >= tokens
    )
    found = estimate("glove", characters, tokenizer, {"min_count": min_count}).words
    assert words / 1.4 < found < words * 1.4


def test_there_are_no_more_keys_than_the_vocabulary_of_a_tokenizer(home):
    assert estimate("glove", 10**10, "ko-unigram-32k").words == 32_000
    assert estimate("glove", 10**10, "jamo").words < estimate("glove", 10**10, "syllable").words < 12_001
    assert estimate("glove", 10**10, "no such tokenizer").words > 32_000
