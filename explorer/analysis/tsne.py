"""t-SNE by scikit-learn, with what scikit-learn does not offer: told how far it is, and ended between two iterations."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from explorer.core.progress import ProgressCallback, report
from explorer.vectors.search import Floats

__all__ = ["EVERY", "ONE_THREAD", "run_tsne"]

EVERY = 50
"""Iterations after which it is told at the latest how far it is, however fast they are."""
ONE_THREAD = 2_000
"""Below so many points one thread computes: the threads of a busy machine would wait for each other far longer."""
_SECONDS = 0.1
_STEP = "_gradient_descent"


def run_tsne(unit: Floats, start: Floats, *, perplexity: float, seed: int, progress: ProgressCallback | None = None) -> Floats:
    """Lay rows out by Barnes-Hut t-SNE (van der Maaten 2014).

    Args:
        unit: n × d float32.
        start: n × dims, where the points begin; only their directions count.
        perplexity, seed: of the method.
        progress: told of the search for neighbours and of the iterations. What it raises ends the run before its next iteration.

    Returns:
        n × dims float32, bit by bit what ``sklearn.manifold.TSNE`` gives without being listened to.

    >>> unit = np.eye(6, dtype=np.float32)
    >>> run_tsne(unit, unit[:, :2], perplexity=1.5, seed=0).shape
    (6, 2)
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits  # scikit-learn brings it

    report(progress, "finding neighbours")
    # t-SNE wants to begin near zero: a standard deviation of 1e-4 on the first axis.
    start = start / max(float(start[:, 0].std()), 1e-12) * 1e-4
    model = TSNE(
        n_components=start.shape[1],
        perplexity=perplexity,
        init=start.astype(np.float32),
        random_state=seed,
        method="barnes_hut",
    )
    if progress is not None:
        _listen(model, progress)
    with threadpool_limits(1 if len(unit) < ONE_THREAD else None, user_api="openmp"):
        coords = model.fit_transform(unit)
    report(progress, "t-SNE", model.max_iter, model.max_iter, "iterations")
    return np.asarray(coords, dtype=np.float32)


def _listen(model: Any, progress: ProgressCallback) -> None:
    """Let the iterations of this one model be counted.

    scikit-learn offers no callback, and going on from a map that was left in between gives another map. So the model gets its own
    method again with one name of that method's module seen otherwise: the descent, whose objective is called once an iteration.
    Nothing of scikit-learn is changed, for nobody else. Should a version have no such name, its maps are made without being told
    of, which a test with the installed version would notice.
    """
    plain = getattr(type(model), "_tsne", None)
    if not isinstance(plain, FunctionType) or plain.__closure__ or _STEP not in plain.__code__.co_names:
        return
    descent = plain.__globals__.get(_STEP)
    if not callable(descent):
        return
    seen = plain.__globals__ | {_STEP: _counted(descent, model.max_iter, progress)}
    model._tsne = MethodType(FunctionType(plain.__code__, seen, plain.__name__, plain.__defaults__), model)


def _counted(descent: Callable[..., Any], total: int, progress: ProgressCallback) -> Callable[..., Any]:
    """The descent, whose iterations are told; it is called for each of t-SNE's two stages."""
    done, last = 0, 0.0

    def told(objective: Callable[..., Any], *args: Any, **options: Any) -> Any:
        nonlocal done

        def counted(*given: Any, **named: Any) -> Any:
            nonlocal done, last
            now = time.monotonic()
            if done % EVERY == 0 or now - last >= _SECONDS:
                last = now
                report(progress, "t-SNE", done, total, "iterations")
            done += 1
            return objective(*given, **named)

        done = max(done, options.get("it", 0))  # the first stage may have ended before its time
        return descent(counted, *args, **options)

    return told
