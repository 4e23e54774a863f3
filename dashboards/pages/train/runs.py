"""Runs of training as files in the home folder: what was asked, every epoch, how it ended. Any process may look.

A run is a folder in the cache, called as what it makes. What a run of before made tells its epochs itself, so that the folder may go.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, ExplorerError, error_from
from explorer.core.progress import Progress, ProgressCallback
from explorer.core.store import atomic_write, cache_path, check_name, list_artifacts

__all__ = ["Recorder", "Run", "begin", "forget", "listed", "read"]


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        name: what it makes.
        asked: what was asked (:meth:`dashboards.pages.train.asked.Choice.to_dict`); empty for a model that was trained elsewhere.
        state: ``"begun"``, ``"done"`` or ``"failed"``; one that was begun and does not run was stopped.
        job: the id of its job.
        started: seconds since 1970.
        seconds: how long it took.
        failure: the error, as plain data.
        made: what is known of the result.
        epochs: what was told of every epoch.
    """

    name: str
    asked: dict[str, Any] = field(default_factory=dict)
    state: str = "begun"
    job: str = ""
    started: float = 0.0
    seconds: float = 0.0
    failure: dict[str, Any] | None = None
    made: dict[str, Any] = field(default_factory=dict)
    epochs: tuple[dict[str, Any], ...] = ()

    @property
    def error(self) -> ExplorerError | None:
        """Why it failed."""
        return error_from(self.failure) if self.failure else None


def _folder(name: str) -> Path:
    return cache_path("runs", check_name(name))


def begin(name: str, asked: Mapping[str, Any], job: str = "") -> None:
    """Write down that a run begins; the epochs of a run of before that was stopped stay until it has gone past them."""
    folder = _folder(name)
    folder.mkdir(exist_ok=True)
    _write(folder, {"asked": dict(asked), "job": job, "state": "begun", "started": time.time()})


def _write(folder: Path, facts: Mapping[str, Any]) -> None:
    atomic_write(folder / "run.json", json.dumps(facts, ensure_ascii=False))


def read(name: str) -> Run | None:
    """What is known of a run, or of a model by its own account; ``None`` where that is nothing."""
    try:
        folder = _folder(name)
    except BadInput:
        return None
    try:
        facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        run = Run(name, **facts, epochs=_epochs(folder))
    except (OSError, ValueError, TypeError):
        run = None
    model = list_artifacts("vectors").get(name) if run is None else None
    if model is None:
        return run
    told = model.provenance.get("epochs")
    return Run(name, state="done", made={**model.sizes, "model": model.engine}, epochs=tuple(told or ()))


def _epochs(folder: Path) -> tuple[dict[str, Any], ...]:
    try:
        told = (folder / "epochs.jsonl").read_text(encoding="utf-8").splitlines()
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
    """Every run, the latest first."""
    folders = cache_path("runs", "x").parent.iterdir()
    found = [run for folder in folders if not folder.name.startswith(".") and (run := read(folder.name)) is not None]
    return sorted(found, key=lambda run: -run.started)


def forget(name: str) -> None:
    """Delete what is known of a run; what it made stays."""
    shutil.rmtree(_folder(name), ignore_errors=True)


class Recorder:
    """Writes a run down while it happens.

    Args:
        name: of the run.
        progress: is told as well.
    """

    def __init__(self, name: str, progress: ProgressCallback) -> None:
        self._folder = _folder(name)
        self._progress = progress
        self._begun = time.time()

    def __call__(self, step: Progress) -> None:
        if step.data is not None and "epoch" in step.data:
            # What a killed run told after the epoch that was kept happens again.
            before = [one for one in _epochs(self._folder) if one["epoch"] < step.data["epoch"]]
            lines = [json.dumps(one, ensure_ascii=False) for one in [*before, step.data]]
            atomic_write(self._folder / "epochs.jsonl", "\n".join(lines) + "\n")
        self._progress(step)

    def done(self, made: Mapping[str, Any]) -> None:
        """It has ended well."""
        self._end({"state": "done", "made": dict(made)})

    def failed(self, error: ExplorerError) -> None:
        """It has ended, and why."""
        self._end({"state": "failed", "failure": error.to_dict()})

    def _end(self, facts: Mapping[str, Any]) -> None:
        known = json.loads((self._folder / "run.json").read_text(encoding="utf-8"))
        _write(self._folder, {**known, **facts, "seconds": time.time() - self._begun})
