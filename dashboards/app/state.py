"""What the server has open: models, tokenizers, checkpoints. Opened once a process, in the background.

Every function either gives the thing or raises :class:`~dashboards.app.jobs.NotReady` with the job that prepares it;
:func:`dashboards.kit.components.guarded` turns that into a card with a progress bar, and the page is asked again when the
job has ended. Names come from lists, never from the address bar unchecked.
"""

from __future__ import annotations

import gc
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from dashboards.app.jobs import NotReady, jobs
from dashboards.kit.local import short_name
from explorer.core.errors import ExplorerError, UnknownName
from explorer.core.progress import Progress, ProgressCallback
from explorer.core.store import artifact_path, list_artifacts

if TYPE_CHECKING:
    from explorer.encoders.encoder import Encoder
    from explorer.tokenizers.token import Tokenizer
    from explorer.vectors.vectors import Vectors

__all__ = [
    "PATIENCE",
    "NotReady",
    "encoder",
    "forget",
    "load_model",
    "model_names",
    "opened",
    "prepare",
    "tokenizer",
    "tokenizer_names",
    "vectors",
    "version",
]

T = TypeVar("T")

PATIENCE = 0.4
"""Seconds a callback waits for something quick before it shows a progress bar instead."""

MEMORY = 3.0
"""Seconds a failure is remembered: long enough for every card of a page to be told, instead of each trying again."""

HEAD_START = 0.6
"""Seconds that opening Kiwi waits. Kiwi reads its model under Python's lock, so nothing is answered meanwhile: the page that
asked, and the word that Kiwi is being opened, go out first."""

_INFLECTED = "달렸습니다"
"""Any inflected word: resolving it makes the morphological analyser load."""

_KEPT = {
    "vectors": 4,
    "tokenizer": 24,
    "encoder": 2,
    "occurrences": 16,
    "senses": 16,
    "reading": 16,
    "gaps": 32,
    "map": 8,
    "bench": 8,
}
_open: dict[str, OrderedDict[Any, Any]] = {kind: OrderedDict() for kind in _KEPT}
_failed: dict[tuple[Any, ...], tuple[Exception, float]] = {}
_lock = threading.Lock()


def opened(
    kind: str, name: Any, opener: Callable[[ProgressCallback], T], label: str, patience: float = PATIENCE, **values: Any
) -> T:
    """The thing called ``name``, opened by ``opener(progress)`` in the background the first time.

    Args:
        kind: shelf it stands on: ``"vectors"``, ``"tokenizer"``, ``"encoder"`` or ``"map"``.
        name: hashable; includes whatever makes two things differ.
        label: i18n key of what the job is called, filled with ``values``.

    Raises:
        NotReady: it is being opened; ask again when the job has ended.
        ExplorerError: opening it failed; asking again after :data:`MEMORY` seconds tries again.
    """
    shelf = _open[kind]
    with _lock:
        if name in shelf:
            shelf.move_to_end(name)
            thing: T = shelf[name]
            return thing
        error, when = _failed.get((kind, name), (None, 0.0))
        if error is not None and time.monotonic() - when > MEMORY:
            del _failed[kind, name]
            error = None
    if error is not None:
        raise error

    def put(progress: ProgressCallback) -> None:
        try:
            thing = opener(progress)
        except Exception as error:
            with _lock:
                _failed[kind, name] = error, time.monotonic()
            raise
        gc.freeze()  # what was opened stays: the collector need not walk through it while somebody waits for a page
        with _lock:
            shelf[name] = thing
            while len(shelf) > _KEPT[kind]:
                shelf.popitem(last=False)

    job = jobs.start((kind, name), put, label, **values)
    if not job.wait(patience):
        raise NotReady(job)
    with _lock:
        if name in shelf:
            found: T = shelf[name]
            return found
    raise job.error or NotReady(job)


def forget() -> None:
    """Close everything (tests, and after a change of home folder)."""
    with _lock:
        for shelf in _open.values():
            shelf.clear()
        _failed.clear()


def model_names() -> list[str]:
    """Models a page may open: Kiwi's own first, then what ships and what was saved."""
    from explorer.static.load import model_names

    return sorted(model_names(), key=lambda name: (name != "kiwi", name))


def vectors(name: str) -> Vectors:
    """The vectors of a model by its name."""
    if name not in model_names():
        raise UnknownName("model", name, model_names())

    def opener(progress: ProgressCallback) -> Vectors:
        if name == "kiwi":
            # Recovering them is seconds of pure computing: in the worker process, so that pages stay quick. Here they are
            # only mapped from the cache afterwards.
            from dashboards.app.workers import worker

            worker.call("kiwi", {}, progress)
        found = load_model(name, progress)
        # Both are computed once, here in the background, instead of on somebody's first question.
        found.unit  # noqa: B018
        with suppress(ExplorerError):
            found.resolve(_INFLECTED)
        return found

    return opened("vectors", (name, version(name)), opener, "job.model", model=name)


def load_model(name: str, progress: ProgressCallback) -> Vectors:
    """Open a model here and now."""
    from explorer.static.load import load

    return load(name, progress=progress)


def version(name: str, kind: str = "vectors") -> int:
    """Changes when a saved artifact is replaced, so that a retrained model is opened anew."""
    try:
        return (artifact_path(kind, name) / "manifest.json").stat().st_mtime_ns
    except OSError:
        return 0


def tokenizer_names() -> list[str]:
    """Tokenizers a page may open: built in, then saved ones."""
    from explorer.tokenizers.loading import tokenizer_names

    return list(dict.fromkeys([*tokenizer_names(), *list_artifacts("tokenizer")]))


def tokenizer(name: str, patience: float = PATIENCE) -> Tokenizer:
    """A tokenizer by its name. Paths and hub ids are not accepted from a page."""
    if name not in tokenizer_names():
        raise UnknownName("tokenizer", name, tokenizer_names())

    def opener(progress: ProgressCallback) -> Tokenizer:
        from explorer.tokenizers.loading import tokenizer as load

        if name == "kiwi":
            progress(Progress("starting Kiwi"))
            time.sleep(HEAD_START)
        made = load(name)
        made.tokenize("가")  # engines read their dictionaries on first use: here, not while somebody types
        return made

    return opened("tokenizer", (name, version(name, "tokenizer")), opener, "job.tokenizer", patience, tokenizer=name)


def encoder(name: str) -> Encoder:
    """An encoder by name or folder; the view that calls this decides which names are allowed."""

    def opener(progress: ProgressCallback) -> Encoder:
        from explorer.encoders.open import encoder as load

        return load(name, progress=progress)

    return opened("encoder", name, opener, "job.contextual", model=short_name(name))


def prepare() -> None:
    """Start, in the background, what most people need first: Kiwi's vectors, then UMAP's compilation."""
    from dashboards.app.workers import worker

    def warm(progress: ProgressCallback) -> None:
        worker.call("warm", {}, progress)

    with suppress(NotReady, ExplorerError):  # it goes on without us; a failure is told to whoever asks for them
        vectors("kiwi")
    jobs.start(("warm",), warm, "job.warm")
