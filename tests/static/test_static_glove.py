"""Pair counts against brute force, GloVe against a slow implementation of its equations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.errors import BadInput, Cancelled
from explorer.static.cooccurrence import Cooccurrence, count_pairs
from explorer.static.glove import default_x_max, fit_glove
from explorer.static.shards import BREAK

sentences_of = st.lists(st.lists(st.integers(0, 11), max_size=12), min_size=1, max_size=15)


def brute_force(sentences: list[list[int]], words: int, window: int) -> np.ndarray:
    counts = np.zeros((words, words))
    for sentence in sentences:
        for here, left in enumerate(sentence):
            for distance, right in enumerate(sentence[here + 1 : here + 1 + window], start=1):
                counts[left, right] += 1 / distance
                counts[right, left] += 1 / distance
    return counts


def codes_of(sentences: list[list[int]]) -> np.ndarray:
    return np.array([code for sentence in sentences for code in [*sentence, BREAK]], np.int32)


@given(sentences=sentences_of, window=st.integers(1, 8))
@settings(max_examples=40, deadline=None)
def test_counts_are_those_of_brute_force(
    sentences: list[list[int]], window: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(tmp_path_factory.mktemp("home")))
        expected = brute_force(sentences, 12, window)
        for memory in (1 << 20, 600):  # the second spills to disk over and over
            pairs = count_pairs([codes_of(sentences)], 12, window, memory=memory)
            np.testing.assert_allclose(pairs.to_dense(), expected, rtol=1e-6)
            assert pairs.tokens == sum(map(len, sentences))


def test_spilling_and_files_change_no_bit(home) -> None:
    rng = np.random.default_rng(1)
    sentences = [np.minimum(rng.zipf(1.3, 20) - 1, 199).tolist() for _ in range(300)]
    whole = count_pairs([codes_of(sentences)], 200, 6)
    for memory in (100_000, 20_000, 3_000):
        parts = count_pairs([codes_of(sentences[:70]), codes_of(sentences[70:])], 200, 6, memory=memory)
        for name in ("rows", "cols", "weights"):
            np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    assert not list((home / "cache" / "pairs").glob("run-*"))  # nothing stays behind
    np.testing.assert_allclose(whole.to_dense(), brute_force(sentences, 200, 6), rtol=1e-5)
    assert (whole.rows <= whole.cols).all()
    assert (np.diff(whole.rows.astype(np.int64) * 200 + whole.cols) > 0).all()


def test_sentences_do_not_reach_into_each_other() -> None:
    pairs = count_pairs([np.array([0, 1, BREAK, 2], np.int32), np.array([3, BREAK], np.int32)], 4, 5)
    assert list(zip(pairs.rows.tolist(), pairs.cols.tolist(), strict=True)) == [(0, 1)]


def test_impossible_windows_are_refused() -> None:
    for options in ({"window": 0}, {"window": 256}, {"words": 0}):
        with pytest.raises(BadInput):
            count_pairs([np.array([0, 1], np.int32)], **({"words": 2, "window": 2} | options))


def reference(pairs: Cooccurrence, dim: int, epochs: int, seed: int, x_max: float) -> tuple[np.ndarray, list[float]]:
    """GloVe as its paper and its authors' program have it: AdaGrad, one entry at a time, float64."""
    rng = np.random.default_rng(seed)
    width = dim + 1
    start = (rng.random((pairs.words, 2 * width), np.float32) - 0.5) / width
    w, c = start[:, :width].astype(float), start[:, width:].astype(float)
    squares = [np.ones_like(w), np.ones_like(c)]
    entries = [
        (i, j, np.log(x), min(1.0, (x / x_max) ** 0.75))
        for one, other, x in zip(pairs.rows.tolist(), pairs.cols.tolist(), pairs.weights.tolist(), strict=True)
        for i, j in {(one, other), (other, one)}
    ]
    losses = []
    for _ in range(epochs):
        total = 0.0
        for number in rng.permutation(len(entries)):
            i, j, log, weight = entries[number]
            error = w[i, :dim] @ c[j, :dim] + w[i, dim] + c[j, dim] - log
            total += 0.5 * weight * error * error
            for_w = 0.05 * weight * error * np.append(c[j, :dim], 1)
            for_c = 0.05 * weight * error * np.append(w[i, :dim], 1)
            w[i] -= for_w / np.sqrt(squares[0][i])
            c[j] -= for_c / np.sqrt(squares[1][j])
            squares[0][i] += for_w**2
            squares[1][j] += for_c**2
        losses.append(total / len(entries))
    return w[:, :dim] + c[:, :dim], losses


@pytest.fixture(scope="module")
def pairs() -> Cooccurrence:
    rng = np.random.default_rng(5)
    topics = [rng.permutation(40)[:12] for _ in range(4)]
    sentences = [rng.choice(topics[number % 4], 10).tolist() for number in range(400)]
    return count_pairs([codes_of(sentences)], 40, 5)


def test_entries_mapped_from_a_file_train_to_the_same_bits(
    pairs: Cooccurrence, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fit_glove(pairs, 8, 3, seed=3, workers=1, memory=16 * len(pairs))
    assert not (home / "cache").exists()
    monkeypatch.setattr("explorer.static.glove._STEP", 100)
    mapped = fit_glove(pairs, 8, 3, seed=3, workers=1, memory=16 * len(pairs) - 1)
    assert mapped.vectors.tobytes() == whole.vectors.tobytes() and mapped.losses == whole.losses
    assert (home / "cache/pairs").is_dir() and not list((home / "cache/pairs").iterdir())


def test_losses_follow_the_reference(pairs: Cooccurrence) -> None:
    slow, expected = reference(pairs, 8, 12, 3, 10.0)
    fast = fit_glove(pairs, 8, 12, seed=3, workers=1, x_max=10.0)
    # The entries come in another order, so the paths differ a little; the single pair below is compared number by number.
    np.testing.assert_allclose(fast.losses, expected, rtol=0.06)
    assert fast.losses[-1] == pytest.approx(expected[-1], rel=0.03)
    cosines = [vectors @ vectors.T / np.outer(*[np.linalg.norm(vectors, axis=1)] * 2) for vectors in (slow, fast.vectors)]
    above = np.triu_indices(40, 1)
    assert np.corrcoef(cosines[0][above], cosines[1][above])[0, 1] > 0.9


def test_two_words_step_by_step() -> None:
    """One pair, so the order is fixed and every number can be compared."""
    pairs = Cooccurrence(np.array([0], np.int32), np.array([1], np.int32), np.array([7.0], np.float32), 2, 8)
    fast = fit_glove(pairs, 4, 30, seed=1, workers=1, x_max=10.0)
    rng = np.random.default_rng(1)
    start = ((rng.random((2, 10), np.float32) - 0.5) / 5).astype(float)
    w, c = start[:, :5].copy(), start[:, 5:].copy()
    squares = [np.ones_like(w), np.ones_like(c)]
    losses = []
    for _ in range(30):
        total = 0.0
        for i, j in ((0, 1), (1, 0)):
            error = w[i, :4] @ c[j, :4] + w[i, 4] + c[j, 4] - np.log(7.0)
            weight = (7.0 / 10.0) ** 0.75
            total += 0.5 * weight * error * error
            steps = [0.05 * weight * error * np.append(side[k, :4], 1) for side, k in ((c, j), (w, i))]
            for side, row, square, step in ((w, i, squares[0], steps[0]), (c, j, squares[1], steps[1])):
                side[row] -= step / np.sqrt(square[row])
                square[row] += step**2
        losses.append(total / 2)
    np.testing.assert_allclose(fast.losses, losses, rtol=1e-4)
    np.testing.assert_allclose(fast.vectors, w[:, :4] + c[:, :4], rtol=1e-3, atol=1e-5)


def test_one_worker_gives_the_same_bits(pairs: Cooccurrence) -> None:
    first, second, other = (fit_glove(pairs, 8, 3, seed=seed, workers=1) for seed in (4, 4, 5))
    assert first.vectors.tobytes() == second.vectors.tobytes()
    assert first.losses == second.losses
    assert first.vectors.tobytes() != other.vectors.tobytes()


def test_threads_reach_the_same_loss(pairs: Cooccurrence) -> None:
    alone, together = (fit_glove(pairs, 8, 15, workers=workers).losses[-1] for workers in (1, 2))
    assert together == pytest.approx(alone, rel=0.1)


def test_a_cancel_ends_the_training(pairs: Cooccurrence) -> None:
    seen = []

    def stop(step) -> None:
        seen.append(step)
        if step.stage == "training GloVe" and step.done >= 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit_glove(pairs, 8, 50, progress=stop)
    assert max(step.done for step in seen) < 4


def test_what_cannot_be_trained_is_refused(pairs: Cooccurrence) -> None:
    empty = count_pairs([np.array([0, BREAK, 1], np.int32)], 2, 3)
    with pytest.raises(BadInput, match="nothing to learn"):
        fit_glove(empty)
    for options in ({"dim": 0}, {"epochs": 0}, {"x_max": 0.0}, {"rate": -1.0}, {"max_step": 2.0}):
        with pytest.raises(BadInput):
            fit_glove(pairs, **options)


def test_x_max_grows_with_the_corpus() -> None:
    assert default_x_max(1000) == 10.0
    assert default_x_max(17_000_000 * 4) == pytest.approx(20.0)
    assert default_x_max(10**13) == 100.0
