"""What most people need, opened once in the process that gunicorn forks its workers from: they share the memory of it.

A child has the memory of its parent as long as neither writes to it, and none of its threads. So everything here is opened in the one
thread there is: Kiwi has no threads of its own, and PyTorch has one until the fork, after which each worker has as many as before. What is opened
later, a person's own model say, is the worker's own.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from contextlib import suppress
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
    create_app()  # for what it imports, as the next lines are for what a first drawing does
    from plotly.graph_objects import Bar, Figure, Scatter

    for scheme in ("light", "dark"):
        dress(Figure([Scatter(), Bar()]), scheme)
    without_threads()
    opened = state.State(at_once=True)
    works: list[tuple[Callable[[str], Any], str]] = [(opened.completer, DEFAULT_MODEL)]
    works += [(opened.vectors, name) for name in (*shipped_models(), *(BUILT_IN if is_recovered() else ()))]
    works += [(opened.tokenizer, name) for name in ("kiwi", *shipped_tokenizers())]
    if torch_installed():
        one_thread_until_forked()
        offered = [place for place in available().values() if place in (*settings.offered_checkpoints(), "mini")]
        works += [(opened.encoder, place) for place in offered[: state.KEPT["encoder"]]]
    for work, name in works:
        with suppress(ExplorerError):
            work(name)
    state.inherit(opened)
    gc.collect()
    gc.freeze()  # a collection writes to whatever it walks through


def one_thread_until_forked() -> None:
    """Have PyTorch compute in this thread alone: its children would wait for its other threads, which they do not have."""
    import torch

    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    os.register_at_fork(after_in_child=lambda: torch.set_num_threads(usual))
