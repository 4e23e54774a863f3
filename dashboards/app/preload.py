"""What most people need, opened once in the process that gunicorn forks its workers from: they share the memory of it.

A child has the memory of its parent as long as neither writes to it, and none of its threads. So everything here is opened in the one
thread there is: Kiwi has no threads of its own, and PyTorch has one until the fork, after which each worker has as many as before. What is opened
later, a person's own model say, is the worker's own.
"""

from __future__ import annotations

import ctypes
import gc
import os
import platform
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from dashboards.app import state
from dashboards.app.application import create_app
from dashboards.kit.checkpoints import available, torch_installed
from dashboards.kit.theme import dress
from explorer.core import settings
from explorer.core.errors import ExplorerError
from explorer.static.kiwi import is_recovered
from explorer.static.load import BUILT_IN, DEFAULT_MODEL, shipped_models
from explorer.text.morphology import without_threads
from explorer.tokenizers.loading import shipped_tokenizers

__all__ = ["preload"]


def preload() -> None:
    """Open what ships for every app of this process and of those that are forked from it.

    The vectors of the package (Kiwi's, once they are recovered), the search of the default model, the tokenizers, and, where PyTorch is installed,
    the encoder that ships and those that ``EXPLORER_BERT`` offers. What cannot be opened is left to whoever asks for it.
    """
    return_memory()
    create_app()  # for what it imports, as the next lines are for what a first drawing does
    from plotly.graph_objects import Bar, Figure, Scatter

    for scheme in ("light", "dark"):
        dress(Figure([Scatter(), Bar()]), scheme)
    import_what_draws_maps()
    one_thread_for_matrices()
    without_threads()
    opened = state.State(at_once=True)
    works: list[tuple[Callable[[str], Any], str]] = [(opened.completer, DEFAULT_MODEL)]
    works += [(partial(_open_and_ask, opened), name) for name in (*shipped_models(), *(BUILT_IN if is_recovered() else ()))]
    works += [(opened.tokenizer, name) for name in ("kiwi", *shipped_tokenizers())]
    if torch_installed():
        one_thread_until_forked()
        offered = [place for place in available().values() if place in (*settings.offered_checkpoints(), "mini")]
        works += [(partial(_open_and_read, opened), place) for place in offered[: state.KEPT["encoder"]]]
    for work, name in works:
        with suppress(ExplorerError):
            work(name)
    state.inherit(opened)
    gc.collect()
    gc.freeze()  # a collection writes to whatever it walks through


def return_memory() -> None:
    """Have glibc give memory back that is not used any more; elsewhere nothing.

    By default it raises, up to 32 MB, the size below which freed blocks are kept, and has a pool for each of a worker's threads: matrices that were looked
    at once would stay as often as there are threads in all workers.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    change = ctypes.CDLL(None).mallopt
    for parameter, value in (
        (-3, 1 << 20),
        (-1, 2 << 20),
        (-8, 2),
    ):  # M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_ARENA_MAX of malloc.h
        change(parameter, value)


def import_what_draws_maps() -> None:
    """The small map around a word is drawn by a worker itself; what it is drawn with weighs 50 MB. Imported only: its threads would not be forked."""
    import sklearn.manifold  # noqa: F401


def one_thread_for_matrices() -> None:
    """Have matrices multiplied by the thread that asks alone: each further one has 50 MB of its own in every worker, which are as many as cores."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")


def _open_and_ask(opened: state.State, name: str) -> None:
    """Vectors that have been asked once: what the first answer reads of every word, it writes to, if only to count who refers to it."""
    vectors = opened.vectors(name)
    vectors.similar(vectors.keys[0], 1, script="hangul")


def _open_and_read(opened: state.State, place: str) -> None:
    """An encoder that has read a word in sentences: what its best representation looks into is opened by the first word."""
    from explorer.encoders.occurrences import occurrences

    occurrences(opened.encoder(place), "배", ["나주에서 올라온 배 한 상자가 있었다.", "섬으로 가는 배가 모두 끊겼습니다."])


def one_thread_until_forked() -> None:
    """Have PyTorch compute in this thread alone: its children would wait for its other threads, which they do not have."""
    import torch

    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    os.register_at_fork(after_in_child=lambda: torch.set_num_threads(usual))
