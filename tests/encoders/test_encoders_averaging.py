"""Means over contexts: against a hand computation, the same for a seed, and how sure they are."""

from __future__ import annotations

from copy import copy
from pathlib import Path

import numpy as np
import pytest

import explorer as ex
from explorer.core.errors import BadInput, Cancelled, OutOfVocabulary
from explorer.core.progress import Progress
from explorer.vectors.averaged import AveragedVectors, group_sizes

pytest.importorskip("torch")
pytest.importorskip("transformers")

from explorer.encoders.averaging import average_contexts
from explorer.encoders.encoder import Encoder
from explorer.encoders.open import encoder

TEXTS = [
    "배를 타고 바다에 갔다.\n아침을 굶었더니 배가 고프다.",
    "달고 시원한 배를 먹었다.",
    "바다에서 배를 보았다.",
    "배 위에서 바다를 보았다.",
    "아침에 밥을 먹었다.",
]


@pytest.fixture(scope="module")
def model(small_bert: Path) -> Encoder:
    return encoder(small_bert, device="cpu")


def contexts_of(word: str) -> list[str]:
    return [line for text in TEXTS for line in text.splitlines() if word in line]


def test_a_vector_is_the_mean_of_all_contexts(home: Path, model: Encoder) -> None:
    v = average_contexts(model, iter(TEXTS), ["바다", "먹다/VV"], centred=False)
    assert set(v.keys) == {"바다/NNG", "먹다/VV"}
    alone = model.vectors("바다", contexts_of("바다"))
    np.testing.assert_allclose(v.vector("바다"), alone.mean(0), atol=1e-5)
    assert v.counts is not None and v.counts[v.index("바다/NNG")] == 3
    spread = np.sqrt(((alone - alone.mean(0)) ** 2).sum(1).mean())
    assert v.spread[v.index("바다/NNG")] == pytest.approx(spread, rel=1e-4)
    length = float(np.linalg.norm(alone.mean(0)))
    assert v.agreement("바다") == pytest.approx(length / np.hypot(length, spread), rel=1e-4)
    np.testing.assert_allclose(v.vector("먹다"), model.vectors("먹다", contexts_of("먹었다")).mean(0), atol=1e-5)


def test_centring_takes_the_mean_over_words_out(home: Path, model: Encoder) -> None:
    plain = average_contexts(model, TEXTS, min_count=1, centred=False)
    moved = average_contexts(model, TEXTS, min_count=1)
    np.testing.assert_allclose(moved.vectors, plain.vectors - plain.vectors.mean(0), atol=1e-5)
    assert moved.info["history"] == [{"step": "centre"}] and plain.info["history"] == []
    assert not any(key.endswith(("JKO", "EF", "SF")) for key in plain.keys)
    np.testing.assert_array_equal(moved.spread, plain.spread)


def test_a_seed_draws_the_same_contexts_whatever_else_is_wanted(home: Path, model: Encoder) -> None:
    from corpora.sample import sentences

    texts = [one.text for one in sentences()][:300]
    options = {"contexts": 3, "centred": False}
    first = average_contexts(model, texts, ["사람", "때"], **options)
    again = average_contexts(model, texts, ["때"], **options)
    np.testing.assert_allclose(first.vector("때"), again.vector("때"), atol=1e-5)
    other = average_contexts(model, texts, ["때"], **options, seed=7)
    assert not np.allclose(other.vector("때"), again.vector("때"), atol=1e-3)
    assert again.counts is not None and again.counts.tolist() == [3]


def test_every_context_is_as_likely_as_another(home: Path) -> None:
    from explorer.encoders.averaging import Contexts
    from explorer.tokenizers.loading import tokenizer

    engine = tokenizer("eojeol")
    texts = [f"왕 {number}" for number in range(40)]
    drawn = np.zeros(40)
    for seed in range(200):
        folder = home / str(seed)
        folder.mkdir(parents=True)
        found = Contexts(folder, 10, seed)
        for begin in (0, 20):
            part = texts[begin : begin + 20]
            found.add(part, map(engine.tokenize, part), "all", {"왕"})
        found.documents = found.characters = 1
        found.close()
        [row] = found.order(1)
        assert found.frequency()[row] == 40
        for requests, _ in found.chosen(np.array([0])):
            for text, spans in requests:
                assert text[slice(*spans[0])] == "왕"
                drawn[int(text.split()[1])] += 1
    assert drawn.sum() == 200 * 10
    assert drawn.min() > 25 and drawn.max() < 80  # 50 each on average, standard deviation 6


def test_the_interval_is_the_jackknifes_and_narrows_with_contexts() -> None:
    generator = np.random.default_rng(0)
    groups = 8

    def made(n: int) -> tuple[AveragedVectors, np.ndarray]:
        contexts = generator.normal(0, 1, (2, n, 6)) + np.array([[[3, 0, 0, 0, 0, 0]], [[2, 2, 0, 0, 0, 0]]])
        dealt = np.stack([contexts[:, number::groups].mean(1) for number in range(groups)], 1)
        spread = np.sqrt(((contexts - contexts.mean(1, keepdims=True)) ** 2).sum(2).mean(1)).astype(np.float32)
        v = AveragedVectors(["가", "나"], contexts.mean(1).astype(np.float32), [n, n], groups=dealt, spread=spread)
        return v, contexts

    v, contexts = made(20)
    found = v.similarity_interval("가", "나")

    def cosine(a: np.ndarray, b: np.ndarray) -> float:
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    assert found.value == pytest.approx(cosine(contexts[0].mean(0), contexts[1].mean(0)), abs=1e-5)
    variance = 0.0
    for own, other in ((0, 1), (1, 0)):
        left = [
            cosine(np.delete(contexts[own], range(number, 20, groups), 0).mean(0), contexts[other].mean(0))
            for number in range(groups)
        ]
        variance += (groups - 1) / groups * float(((np.array(left) - np.mean(left)) ** 2).sum())
    assert found.error == pytest.approx(np.sqrt(variance), rel=1e-2)
    assert found.low < found.value < found.high and found.contexts == (20, 20)
    inside = widths = 0.0
    for _ in range(60):
        one = made(40)[0].similarity_interval("가", "나")
        inside += one.low <= 1 / np.sqrt(2) <= one.high
        widths += (one.high - one.low) / 60
    assert inside >= 50 and widths < found.high - found.low
    assert v.similarity_interval("가", "가").error == 0
    with pytest.raises(BadInput, match="confidence"):
        v.similarity_interval("가", "나", 1.5)
    with pytest.raises(OutOfVocabulary):
        v.similarity_interval("가", "다")


def test_group_sizes_add_up() -> None:
    counts = np.arange(1, 30)
    assert (group_sizes(counts, 8).sum(1) == counts).all()


def test_single_contexts_have_no_interval(home: Path, model: Encoder) -> None:
    v = average_contexts(model, TEXTS, ["바다", "밥"])
    with pytest.raises(BadInput, match="single context"):
        v.similarity_interval("바다", "밥")


def test_they_are_saved_and_loaded_like_any_other(home: Path, model: Encoder) -> None:
    from explorer.vectors.transform import centre

    v = average_contexts(model, TEXTS, min_count=1, corpus="다섯 글")
    v.save("means")
    back = ex.load("means")
    assert isinstance(back, AveragedVectors)
    assert back.similar("바다", 2).to_dict() | {"model": ""} == v.similar("바다", 2).to_dict() | {"model": ""}
    assert back.similarity_interval("바다", "배") == v.similarity_interval("바다", "배")
    assert back.info["corpus"] == "다섯 글" and back.info["seed"] == 42 and back.info["params"]["contexts"] == 50
    assert (
        type(centre(back)).__name__ == "Vectors"
    )  # what is changed has other groups: it gives no interval rather than a wrong one
    (home / "models" / "means" / "groups.npy").write_bytes(b"x")
    with pytest.raises(BadInput, match=r"groups\.npy"):
        ex.load("means")


def test_what_the_model_cannot_read_is_left_out_and_counted(home: Path, model: Encoder) -> None:
    long = "배" + "를" * 60
    cutter = copy(model.cutter)
    cutter.capacity = 40  # more pieces than fit side by side
    narrow = Encoder("narrow", model.network, cutter)
    v = average_contexts(narrow, [*TEXTS, f"{long} 보았다."], tokenizer="eojeol", min_count=1)
    assert long not in v.keys and "바다에" in v.keys
    assert v.info["corpus_stats"]["unreadable"] == 1
    with pytest.raises(BadInput, match="could read none"):
        average_contexts(narrow, [long], tokenizer="eojeol", min_count=1)


def test_impossible_wishes_are_refused(home: Path, model: Encoder) -> None:
    for options in ({"contexts": 0}, {"groups": 1}, {"min_count": 0}, {"layer": 9}, {"pooling": "median"}, {"words": []}):
        with pytest.raises(BadInput):
            average_contexts(model, TEXTS, **options)
    for texts in ([], [""], "배를 탔다", [1]):
        with pytest.raises(BadInput):
            average_contexts(model, texts)
    with pytest.raises(BadInput, match="min_count"):
        average_contexts(model, TEXTS, min_count=9)
    with pytest.raises(BadInput, match="no wanted word"):
        average_contexts(model, TEXTS, ["코끼리"])


def test_stopping_leaves_nothing(home: Path, model: Encoder) -> None:
    def stop(step: Progress) -> None:
        if step.stage == "averaging contexts":
            raise Cancelled

    with pytest.raises(Cancelled):
        average_contexts(model, TEXTS, min_count=1, progress=stop)
    assert not list((home / "cache" / "contexts").iterdir())


def test_it_is_trained_and_scored_like_the_others(home: Path, tmp_path: Path, small_bert: Path) -> None:
    from click.testing import CliRunner

    from explorer.cli.group import main

    corpus = tmp_path / "texts.txt"
    corpus.write_text("\n".join(line for text in TEXTS for line in text.splitlines()), encoding="utf-8")
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("a,b,score\n바다,배,8\n바다,아침,2\n아침,밥,6\n먹다,밥,7\n", encoding="utf-8")
    asked = ["train", "contextual", "--corpus", str(corpus), "--name", "mine", "--min-count", "1"]
    told = CliRunner().invoke(main, [*asked, "-p", f"encoder={small_bert}", "-p", "contexts=2"])
    assert told.exit_code == 0, told.output
    assert "saved mine" in told.output
    v = ex.load("mine")
    assert isinstance(v, AveragedVectors) and v.counts is not None and v.counts.max() == 2
    told = CliRunner().invoke(main, ["evaluate", "-m", "mine", str(pairs), "--json"])
    assert told.exit_code == 0, told.output
    told = CliRunner().invoke(main, [*asked, "--dim", "100"])
    assert told.exit_code == 1 and "no parameter dim" in told.output
    told = CliRunner().invoke(main, [*asked, "--force", "-p", "window_size=3"])
    assert told.exit_code == 1 and "no parameter window_size" in told.output
