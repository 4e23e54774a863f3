"""What one app has open: models, tokenizers, checkpoints, results. Opened once, in the background.

All of it hangs on the app: :func:`state` gives that of the app that answers the request. Every method either gives the thing or
raises :class:`~dashboards.kit.jobs.NotReady` with the job that prepares it; :func:`dashboards.kit.components.guarded` turns that
into a card with a progress bar, and the page is asked again when the job has ended. Names come from lists, never from the
address bar unchecked.
"""

from __future__ import annotations

import atexit
import gc
import hashlib
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import current_app

from dashboards.app.runners import LANES, Runner, lane_of
from dashboards.kit.job_table import MEMORY, REMEMBERED
from dashboards.kit.jobs import Job, Jobs, NotReady, Task, failure_of
from dashboards.kit.local import short_name
from dashboards.kit.person import in_background
from dashboards.kit.public import WRITING, check_writable
from dashboards.kit.spaces import SPACE, check_room, space_of
from dashboards.kit.steady import passing
from explorer.core.errors import Cancelled, ExplorerError, UnknownName, error_from
from explorer.core.progress import Progress, ProgressCallback
from explorer.core.store import artifact_path, list_artifacts
from explorer.core.workspace import in_workspace, own_folder, workspace
from explorer.static.load import DEFAULT_MODEL

if TYPE_CHECKING:
    from explorer.encoders.encoder import Encoder
    from explorer.tokenizers.token import Tokenizer
    from explorer.vectors.completion import Completer
    from explorer.vectors.vectors import Vectors

__all__ = [
    "KEPT",
    "PATIENCE",
    "UNASKED",
    "State",
    "corpus_names",
    "inherit",
    "load_model",
    "model_names",
    "state",
    "tokenizer_names",
    "version",
]

T = TypeVar("T")

PATIENCE = 0.4
"""Seconds a callback waits for something quick before it shows a progress bar instead."""

HEAD_START = 0.6
"""Seconds that opening Kiwi waits. Kiwi reads its model under Python's lock, so nothing is answered meanwhile: the page that
asked, and the word that Kiwi is being opened, go out first."""

_INFLECTED = "달렸습니다"
"""Any inflected word: resolving it makes the morphological analyser load."""

KEPT = {
    "vectors": 6,
    "completer": 4,
    "tokenizer": 24,
    "encoder": 2,
    "occurrences": 16,
    "senses": 16,
    "layers": 16,
    "reading": 16,
    "gaps": 32,
    "sentences": 16,
    "map": 8,
    "documents": 6,
    "labelled": 16,
    "reasons": 32,
    "surroundings": 32,
    "usage": 32,
    "bench": 8,
    "versus": 8,
    "shared": 16,
    "game": 64,
    "read": 2,
    "evidence": 4,
    "indexed": 16,
    "statistics": 16,
    "collocates": 32,
    "lines": 32,
}
"""The shelves, and how many things stay on each: the one used longest ago is closed."""

UNASKED = ("job.warm", "job.completer")
"""Labels of jobs that prepare what nobody waits for yet."""

_LARGE = ("vectors", "encoder")
"""Shelves of things worth a walk through memory when one is closed."""


_inherited: dict[str, OrderedDict[Any, Any]] = {}
"""What stands on the shelves of every new state."""


class State:
    """Everything an app has open in this process, and the jobs of its home folder.

    Args:
        at_once: open things where they are asked for, in no other thread and with no job.

    Attributes:
        jobs: what runs in the background.
    """

    def __init__(self, at_once: bool = False) -> None:
        self.jobs = Jobs()
        self._at_once = at_once
        self._runners = [Runner(self.jobs, lane) for lane in LANES]
        self._shelves: dict[str, OrderedDict[Any, Any]] = {kind: OrderedDict(_inherited.get(kind, ())) for kind in KEPT}
        self._failed: dict[tuple[str, Any], tuple[dict[str, Any], float]] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Stop what this process does; tasks that are under way wait for the next one."""
        for runner in self._runners:
            runner.close()
        self.jobs.close()

    def work(self) -> None:
        """Take tasks from the table from now on, also those that other processes were asked for."""
        _working.add(self)
        for runner in self._runners:
            runner.start()

    def task(
        self,
        task: str,
        params: Mapping[str, Any],
        label: str,
        of: Any = None,
        reuse: bool = True,
        lasts: float = REMEMBERED,
        **values: Any,
    ) -> Task:
        """The job of a task of :data:`dashboards.app.worker.TASKS`, begun unless it is under way or answered.

        Args:
            params: what it is told: JSON.
            label: i18n key of what it is called, filled with ``values``.
            of: plain data that changes the answer beside ``params``, e.g. the version of a model.
            reuse: whether an answer of before will do.
            lasts: seconds it is remembered once it has ended.

        Raises:
            BadInput: the queue is full, people shall only look, or this one has all the room there is for one.
        """
        if task in WRITING:
            check_writable()
            check_room()
        params = _placed(task, params, of)
        job = self.jobs.submit(task, params, label, lane_of(task), of, reuse, lasts, values)
        if job.running:
            self.work()
        return job

    def again(self, name: str) -> None:
        """Do a person's ended task once more."""
        job = self.jobs.get(name)
        if job is not None and job.key[0] in WRITING:
            check_writable()
            check_room()
        if self.jobs.again(name) is not None:
            self.work()

    def forget(self, kind: str, name: Any) -> None:
        """Take something off its shelf: what it was read from is gone."""
        with self._lock:
            self._shelves[kind].pop(_named(name)[0], None)

    def made(
        self, task: str, params: Mapping[str, Any], label: str, of: Any = None, lasts: float = REMEMBERED, **values: Any
    ) -> Any:
        """The answer of a task, made once whoever asks for it; arguments as for :meth:`task`.

        Raises:
            NotReady: it is being made; ask again when the job has ended.
            ExplorerError: it failed; asking again after :data:`MEMORY` seconds tries again.
        """
        params = _placed(task, params, of)
        failed = self.jobs.failed_task(task, params, of)
        if failed is not None:
            raise failed
        job = self.task(task, params, label, of, lasts=lasts, **values)
        if job.state == "done":
            return job.result
        raise job.error or NotReady(job)

    def opened(
        self,
        kind: str,
        name: Any,
        opener: Callable[[ProgressCallback], T],
        label: str,
        patience: float = PATIENCE,
        **values: Any,
    ) -> T:
        """The thing called ``name``, opened by ``opener(progress)`` in the background the first time.

        Args:
            kind: shelf it stands on, one of :data:`KEPT`.
            name: hashable; includes whatever makes two things differ, and the names of models, corpora and tokenizers as they are:
                by these it is told whether the thing is one person's own.
            opener: runs in a thread, outside any request; may raise ``NotReady`` for what it needs itself. Of a person's own things
                it finds those that ``name`` names.
            label: i18n key of what the job is called, filled with ``values``.

        Raises:
            NotReady: it is being opened; ask again when the job has ended.
            ExplorerError: opening it failed; asking again after :data:`MEMORY` seconds tries again.
        """
        shelf = self._shelves[kind]
        name, space = _named(name)
        with self._lock:
            if name in shelf:
                shelf.move_to_end(name)
                thing: T = shelf[name]
                return thing
            failure, when = self._failed.get((kind, name), (None, 0.0))
        if self._at_once:
            self._put(kind, name, space, opener, lambda _: None)
            return cast(T, shelf[name])
        if failure is not None and time.monotonic() - when <= MEMORY:
            passing()
            raise error_from(failure)
        if (elsewhere := self.jobs.failure((kind, name))) is not None:
            raise elsewhere
        job = self.jobs.start((kind, name), lambda progress: self._put(kind, name, space, opener, progress), label, **values)
        # What is opened for something else is not waited for: whoever asked is to be told what it is that takes long.
        if not job.wait(0 if in_background() else patience):
            raise NotReady(job)
        with self._lock:
            if name in shelf:
                found: T = shelf[name]
                return found
        raise job.error or NotReady(job.waits_for or job)

    def _put(
        self, kind: str, name: Any, space: str, opener: Callable[[ProgressCallback], Any], progress: ProgressCallback
    ) -> None:
        shelf = self._shelves[kind]
        with self._lock:
            if name in shelf:  # by a job that ended after the asker had looked and before this one began
                return
        try:
            with in_workspace(space):
                thing = opener(progress)
        except NotReady:  # of what it needs
            raise
        except Cancelled:  # whoever stopped it is told so by the table, and nobody else is
            raise
        except Exception as error:  # for every card of a page to be told, instead of each trying again
            now = time.monotonic()
            with self._lock:
                self._failed = {key: one for key, one in self._failed.items() if now - one[1] <= MEMORY}
                self._failed[kind, name] = failure_of(error), now
            raise
        with self._lock:
            shelf[name] = thing
            closed = [shelf.popitem(last=False) for _ in range(len(shelf) - KEPT[kind])]
        if _inherited:  # frozen as it is shared: to walk through it once would make it this process' own
            return
        if closed and kind in _LARGE:
            del closed
            gc.unfreeze()
            gc.collect()
        gc.freeze()  # what was opened stays: the collector need not walk through it while somebody waits for a page

    def vectors(self, name: str) -> Vectors:
        """The vectors of a model by its name."""
        if name not in model_names():
            raise UnknownName("model", name, model_names())

        def opener(progress: ProgressCallback) -> Vectors:
            from explorer.static.kiwi import is_recovered

            if name == "kiwi" and not is_recovered():
                # Recovering them is seconds of pure computing: in a worker process, so that pages stay quick. Here they are
                # only mapped from the cache afterwards.
                self.made("kiwi", {}, "job.model", model=name)
            found = load_model(name, progress)
            # Both are computed once, here in the background, instead of on somebody's first question.
            found.unit  # noqa: B018
            with suppress(ExplorerError):
                found.resolve(_INFLECTED)
            return found

        return self.opened("vectors", (name, version(name)), opener, "job.model", model=name)

    def completer(self, name: str) -> Completer:
        """What completes over the words of a model; its vectors are opened for it."""
        if name not in model_names():
            raise UnknownName("model", name, model_names())

        def opener(progress: ProgressCallback) -> Completer:
            from explorer.vectors.completion import Completer

            vectors = self.vectors(name)
            with suppress(ExplorerError):  # the first answer of a model reads its matrix and the scripts of its words: here
                vectors.similar(vectors.keys[0], 1, script="hangul")
            return Completer(vectors)

        return self.opened("completer", (name, version(name)), opener, "job.completer", patience=0.05, model=name)

    def tokenizer(self, name: str, patience: float = PATIENCE) -> Tokenizer:
        """A tokenizer by its name, or at a path; whoever calls this decides which paths are allowed."""
        listed = name in tokenizer_names()

        def opener(progress: ProgressCallback) -> Tokenizer:
            from explorer.tokenizers.loading import tokenizer as load

            if name == "kiwi":
                progress(Progress("starting Kiwi"))
                time.sleep(HEAD_START)
            made = load(name)
            made.tokenize("가")  # engines read their dictionaries on first use: here, not while somebody types
            return made

        key = (name, version(name, "tokenizer") if listed else "path")
        return self.opened("tokenizer", key, opener, "job.tokenizer", patience, tokenizer=name if listed else short_name(name))

    def encoder(self, name: str) -> Encoder:
        """An encoder by name or folder; the view that calls this decides which names are allowed."""

        def opener(progress: ProgressCallback) -> Encoder:
            from explorer.encoders.open import encoder as load

            return load(name, progress=progress)

        return self.opened("encoder", name, opener, "job.contextual", model=short_name(name))

    def prepare(self) -> None:
        """Start, in the background, what most people need first: the default vectors and the search, then UMAP's compilation."""

        def ready(_: ProgressCallback) -> None:
            while True:
                try:
                    self.completer(DEFAULT_MODEL)
                    return
                except NotReady as wait:
                    job: Job | None = wait.job
                    while job is not None:  # in a thread of the pool, but in one alone
                        job.wait()
                        job = job.waits_for
                except ExplorerError:  # told to whoever asks for them
                    return

        self.work()
        self.jobs.start(("warm",), ready, "job.warm")
        with suppress(ExplorerError):
            self.task("warm", {}, "job.warm", reuse=False)


_working: weakref.WeakSet[State] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Give back what is under way when this process ends of its own will."""
    for one in list(_working):
        one.close()


def inherit(opened: State) -> None:
    """Have what is open there stand on the shelves of every state that is made from now on, in this process and in those forked from it."""
    _inherited.update({kind: shelf for kind, shelf in opened._shelves.items() if shelf})


def state() -> State:
    """What the app has open that answers this request; in the background, take it along from the request."""
    found: State = current_app.extensions["explorer"]
    return found


def model_names() -> list[str]:
    """Models a page may open: the default first, then the others that ship and what was saved."""
    from explorer.static.load import model_names

    return sorted(model_names(), key=lambda name: (name != DEFAULT_MODEL, name))


def tokenizer_names() -> list[str]:
    """Tokenizers a page may open: those that are here, the sub-words that ship first."""
    from explorer.tokenizers.loading import shipped_tokenizers, tokenizer_names

    return list(dict.fromkeys([*shipped_tokenizers(), *tokenizer_names()]))


def corpus_names() -> list[str]:
    """Corpora a page may open: the sample, then stored ones."""
    return ["sample", *sorted(name for name in list_artifacts("corpus") if name != "sample")]


def load_model(name: str, progress: ProgressCallback) -> Vectors:
    """Open a model here and now."""
    from explorer.static.load import load

    return load(name, progress=progress)


def version(name: str, kind: str = "vectors") -> int:
    """Changes when a saved artifact is replaced, so that a retrained model is opened anew; no two persons' are the same."""
    folder, own = artifact_path(kind, name), own_folder()
    try:
        stamp = (folder / "manifest.json").stat().st_mtime_ns
    except OSError:
        return 0
    if own is None or own not in folder.parents:
        return stamp
    return int(hashlib.sha256(f"{workspace()} {stamp}".encode()).hexdigest()[:15], 16)


def _named(name: Any) -> tuple[Any, str]:
    """What a thing is called on its shelf, and the workspace it is opened in: a person's own things stand there for them alone."""
    space = space_of(name)
    return ((space, name) if space else name), space


def _placed(task: str, params: Mapping[str, Any], of: Any) -> dict[str, Any]:
    """What a worker is told, with the workspace it works in where something is made in it or a thing of it is named."""
    space = workspace() if task in WRITING else space_of(params, of)
    return {**params, SPACE: space} if space else dict(params)
