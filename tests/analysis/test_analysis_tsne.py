"""t-SNE that is listened to: the same bits, told often, ended between two iterations, and nothing changed for anybody else."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from sklearn.manifold import TSNE, _t_sne
from threadpoolctl import threadpool_limits

from explorer.analysis.tsne import EVERY, run_tsne
from explorer.core.errors import Cancelled

ITERATIONS = 1000


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    unit = (np.repeat(rng.standard_normal((4, 12)), 15, axis=0) + 0.3 * rng.standard_normal((60, 12))).astype(np.float32)
    return unit / np.linalg.norm(unit, axis=1, keepdims=True)


def plain(rows, dims=2, seed=7):
    """What scikit-learn gives."""
    start = rows[:, :dims] / rows[:, 0].std() * 1e-4
    model = TSNE(n_components=dims, perplexity=12, init=start.astype(np.float32), random_state=seed, method="barnes_hut")
    with threadpool_limits(1, user_api="openmp"):  # as ours on few points
        return model.fit_transform(rows)


def run(rows, progress=None, dims=2):
    return run_tsne(rows, rows[:, :dims], perplexity=12, seed=7, progress=progress)


@pytest.fixture(scope="module")
def theirs(rows):
    return plain(rows)


@pytest.fixture
def gradients(monkeypatch):
    """How often scikit-learn has computed a gradient, one for each iteration."""
    computed = []
    objective = _t_sne._kl_divergence_bh
    monkeypatch.setattr(_t_sne, "_kl_divergence_bh", lambda *a, **k: (computed.append(1), objective(*a, **k))[1])
    return computed


@pytest.mark.parametrize("dims", [2, 3])
def test_who_listens_gets_the_same_bits_and_is_told_often(rows, dims, gradients):
    steps = []
    listened = run(rows, steps.append, dims)
    assert len(gradients) == ITERATIONS
    assert np.array_equal(listened, plain(rows, dims))
    assert steps[0].stage == "finding neighbours" and {step.stage for step in steps[1:]} == {"t-SNE"}
    done = [step.done for step in steps[1:]]
    assert done[0] == 0 and done[-1] == ITERATIONS and done == sorted(done) and len(done) > ITERATIONS // EVERY
    assert max(np.diff(done)) <= EVERY
    assert {(step.total, step.unit) for step in steps[1:]} == {(ITERATIONS, "iterations")}


@pytest.mark.parametrize("at", [0, 150, 600])
def test_it_ends_before_the_next_iteration_and_leaves_nothing_behind(rows, theirs, at, gradients):
    def stop(step):
        if step.stage == "t-SNE" and step.done >= at:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(rows, stop)
    assert at <= len(gradients) < at + EVERY
    assert np.array_equal(run(rows, lambda step: None), theirs)


def test_nobody_else_is_listened_to(rows):
    descent, method = _t_sne._gradient_descent, TSNE._tsne
    others = []

    def meanwhile(step):
        """Another's t-SNE, in this thread and beside it, in the middle of ours."""
        if step.stage == "t-SNE" and step.done and not others:
            others.append(None)
            others.append(plain(rows))
            beside = threading.Thread(target=lambda: others.append(run(rows)))
            beside.start()
            beside.join()
        told.append(step.done)

    told = []
    assert np.array_equal(run(rows, meanwhile), others[1]) and np.array_equal(others[1], others[2])
    assert told == sorted(told) and told[-1] == ITERATIONS
    assert (_t_sne._gradient_descent, TSNE._tsne) == (descent, method)


def test_a_first_stage_that_ends_before_its_time_is_no_step_back(gradients):
    steps = []
    coords = run_tsne(np.ones((30, 4), np.float32), np.zeros((30, 2), np.float32), perplexity=5, seed=0, progress=steps.append)
    assert np.isfinite(coords).all() and len(gradients) < ITERATIONS
    done = [step.done for step in steps[1:]]
    assert done == sorted(done) and done[-1] == ITERATIONS


def test_a_version_that_cannot_be_listened_to_still_draws(rows, theirs, monkeypatch):
    method = TSNE._tsne
    monkeypatch.setattr(TSNE, "_tsne", lambda self, *given, **named: method(self, *given, **named))
    steps = []
    assert np.array_equal(run(rows, steps.append), theirs)
    assert [(step.stage, step.done) for step in steps] == [("finding neighbours", 0), ("t-SNE", ITERATIONS)]
