"""Runs of training as files in the home folder: what was asked, every epoch, how it ended. Any process may look.

A run is a folder in the cache, of the workspace where there is one, called as what it makes. Each of its files has one writer, so that no two can undo each other:
``run.json`` and ``job.json`` whoever begins it, ``epochs.jsonl`` and ``end.json`` the worker. What a run of before made tells its
epochs itself, so that the folder may go.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboards.kit.jobs import failure_of
from explorer.core.errors import BadInput, ExplorerError, error_from
from explorer.core.progress import Progress, ProgressCallback
from explorer.core.store import Manifest, atomic_write, check_name, list_artifacts
from explorer.core.workspace import named_cache

__all__ = ["Recorder", "Run", "begin", "forget", "link", "listed", "of_classifier", "of_model", "read"]

_RUN, _JOB, _END, _EPOCHS = "run.json", "job.json", "end.json", "epochs.jsonl"


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        name: what it makes.
        asked: what was asked (:meth:`dashboards.pages.train.choice.Choice.to_dict`); empty for a model that was trained elsewhere.
        owner: the person who began it; ``""`` where that is nobody's business.
        state: ``"begun"``, ``"done"`` or ``"failed"``; one that was begun and does not run was stopped.
        job: the id of its job.
        started: seconds since 1970.
        seconds: how long it took.
        failure: the error, as plain data.
        made: what is known of the result.
        epochs: what was told of every epoch, or at every point of a curve.
    """

    name: str
    asked: dict[str, Any] = field(default_factory=dict)
    owner: str = ""
    state: str = "begun"
    job: str = ""
    started: float = 0.0
    seconds: float = 0.0
    failure: dict[str, Any] | None = None
    made: dict[str, Any] = field(default_factory=dict)
    epochs: tuple[dict[str, Any], ...] = ()

    @property
    def what(self) -> str:
        """What was trained, as :data:`dashboards.pages.train.choice.KINDS` has it."""
        return str(self.asked.get("what") or self.made.get("what") or "vectors")

    @property
    def error(self) -> ExplorerError | None:
        """Why it failed."""
        return error_from(self.failure) if self.failure else None


def _folder(name: str) -> Path:
    return named_cache("runs", check_name(name))


def begin(name: str, asked: Mapping[str, Any], owner: str = "", again: bool = False) -> None:
    """Write down that a run begins.

    Args:
        again: it goes on from what a run of before has kept: its epochs stay until it has gone past them.
    """
    if not again:
        forget(name)
    folder = _folder(name)
    _write(folder / _RUN, {"asked": dict(asked), "owner": owner, "started": time.time()})
    for file in (_JOB, _END):  # of the run that was stopped
        (folder / file).unlink(missing_ok=True)


def link(name: str, job: str) -> None:
    """Write down which job does it."""
    _write(_folder(name) / _JOB, {"job": job})


def _write(file: Path, facts: Mapping[str, Any]) -> None:
    atomic_write(file, json.dumps(facts, ensure_ascii=False))


@lru_cache(3000)
def _parsed(file: Path, _: int) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def _facts(file: Path) -> dict[str, Any]:
    """What a file holds; read again only when it has changed, as pages that watch a run look at all of them twice a second."""
    return _parsed(file, file.stat().st_mtime_ns)


def _known(name: str) -> Run | None:
    """A run, without its epochs."""
    try:
        folder = _folder(name)
        facts = dict(_facts(folder / _RUN))
        for file in (_JOB, _END):
            if (folder / file).exists():
                facts |= _facts(folder / file)
        return Run(name, **facts)
    except (BadInput, OSError, ValueError, TypeError):
        return None


def read(name: str) -> Run | None:
    """What is known of a run, or of a model by its own account; ``None`` where that is nothing."""
    run = _known(name)
    if run is not None:
        return replace(run, epochs=_epochs(_folder(name)))
    return of_model(name)


def of_model(name: str) -> Run | None:
    """What a saved model, or a classifier, tells of its training itself; ``None`` where there is none."""
    model = list_artifacts("vectors").get(name)
    if model is not None:
        told = model.provenance.get("epochs")
        return Run(name, state="done", made={**model.sizes, "model": model.engine}, epochs=tuple(told or ()))
    encoder = list_artifacts("encoder").get(name)
    if encoder is not None and "curve" in encoder.provenance and "labels" in encoder.provenance:
        return Run(name, state="done", made=of_classifier(encoder), epochs=tuple(encoder.provenance["curve"]))
    return None


def of_classifier(saved: Manifest) -> dict[str, Any]:
    """What a saved classifier tells of itself, but for its curve."""
    return {"what": "classifier"} | {
        name: saved.provenance.get(name) for name in ("base", "labels", "texts", "accuracy", "baseline")
    }


def _epochs(folder: Path) -> tuple[dict[str, Any], ...]:
    try:
        told = (folder / _EPOCHS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    found = []
    for line in told:
        try:
            found.append(json.loads(line))
        except ValueError:
            break  # being written just now
    return tuple(found)


def listed() -> list[Run]:
    """Every run, the latest first, without its epochs."""
    folders = named_cache("runs", "x").parent.iterdir()
    found = [run for folder in folders if (run := _known(folder.name)) is not None]
    return sorted(found, key=lambda run: -run.started)


def forget(name: str) -> None:
    """Delete what is known of a run; what it made stays."""
    shutil.rmtree(_folder(name), ignore_errors=True)


def _place(told: Mapping[str, Any]) -> int | None:
    """The epoch, or the step of a curve."""
    place = told.get("epoch", told.get("step"))
    return None if place is None else int(place)


class Recorder:
    """Writes a run down while it happens; of one that is forgotten meanwhile nothing.

    Args:
        name: of the run.
        progress: is told as well.
    """

    def __init__(self, name: str, progress: ProgressCallback) -> None:
        self._folder = _folder(name)
        self._progress = progress
        self._begun = time.time()

    def __call__(self, step: Progress) -> None:
        place = _place(step.data) if step.data is not None else None
        if step.data is not None and place is not None and self._kept():
            # What a killed run told after the epoch that was kept happens again.
            before = [one for one in _epochs(self._folder) if (_place(one) or 0) < place]
            lines = [json.dumps(one, ensure_ascii=False) for one in [*before, step.data]]
            atomic_write(self._folder / _EPOCHS, "\n".join(lines) + "\n")
        self._progress(step)

    def done(self, made: Mapping[str, Any]) -> None:
        """It has ended well."""
        self._end({"state": "done", "made": dict(made)})

    def failed(self, error: Exception) -> None:
        """It has ended, and why."""
        self._end({"state": "failed", "failure": failure_of(error)})

    def _kept(self) -> bool:
        return (self._folder / _RUN).exists()

    def _end(self, facts: Mapping[str, Any]) -> None:
        if self._kept():
            _write(self._folder / _END, {**facts, "seconds": time.time() - self._begun})
