"""One way to report progress and one way to stop: a callback.

Long functions take ``progress: ProgressCallback | None``. They call it now and then with a :class:`Progress`; whatever
it raises ends the work, and :class:`~explorer.core.errors.Cancelled` is how a person says stop. Terminal bars and the
dashboard are two such callbacks.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

__all__ = ["Progress", "ProgressCallback", "Whole", "labelled", "report", "terminal_progress", "track"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Whole:
    """How far work of several phases was at one moment (:mod:`explorer.core.phases`); its questions may be asked at any later one.

    Attributes:
        began, at: when the work began and when this was estimated, in seconds since the epoch.
        here: seconds that the phase of then may take from then on.
        rest: seconds of all phases after it.
        least: the share that was told before, below which none is told.

    >>> whole = Whole(began=0.0, at=30.0, here=10.0, rest=60.0)
    >>> whole.left(30.0), whole.left(35.0), whole.left(300.0), whole.share(30.0)
    (70.0, 65.0, 60.0, 0.3)
    """

    began: float
    at: float
    here: float
    rest: float
    least: float = 0.0

    def left(self, now: float | None = None) -> float:
        """Seconds the work may still take: fewer by the second, until its phase should have ended."""
        return max(0.0, self.here - max(0.0, (time.time() if now is None else now) - self.at)) + self.rest

    def share(self, now: float | None = None) -> float:
        """Share done in [0, 1], by time; it never falls."""
        now = max(self.at, time.time() if now is None else now)
        passed, left = now - self.began, self.left(now)
        return max(self.least, passed / (passed + left) if passed + left > 0 else 0.0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one stage of a long task is.

    Attributes:
        stage: what is being done, e.g. ``"counting words"``.
        done: units finished so far.
        total: units in all; ``None`` while unknown.
        unit: what ``done`` counts (``"documents"``, ``"bytes"``, ``"epochs"``).
        note: a short extra, e.g. ``"loss 0.031"``.
        data: what was measured at this step, as plain data, e.g. the losses of an epoch; steps with data are never left out.
        whole: how far the whole task is, where its phases are known.

    >>> Progress("training", done=3, total=12, unit="epochs").fraction
    0.25
    """

    stage: str
    done: float = 0
    total: float | None = None
    unit: str = ""
    note: str = ""
    data: Mapping[str, Any] | None = None
    whole: Whole | None = None

    @property
    def fraction(self) -> float | None:
        """Share done in [0, 1], or ``None`` while the total is unknown."""
        if not self.total:
            return None
        return min(1.0, max(0.0, self.done / self.total))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"fraction": self.fraction}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Progress:
        """From :meth:`to_dict`, also through JSON.

        >>> step = Progress("UMAP", 1, 2, whole=Whole(0, 1, 2, 3))
        >>> Progress.of(step.to_dict()) == step
        True
        """
        given = {name: value for name, value in plain.items() if name != "fraction"}
        return cls(**given | {"whole": Whole(**given["whole"]) if given.get("whole") else None})


ProgressCallback = Callable[[Progress], None]


def report(
    progress: ProgressCallback | None,
    stage: str,
    done: float = 0,
    total: float | None = None,
    unit: str = "",
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Call ``progress`` if there is one."""
    if progress is not None:
        progress(Progress(stage, done, total, unit, note, data))


def labelled(progress: ProgressCallback | None, label: str) -> ProgressCallback | None:
    """A callback that tells of one piece of larger work, its label before every stage.

    >>> tell = labelled(lambda step: print(step.stage), "model 1 of 5")
    >>> report(tell, "training")
    model 1 of 5: training
    """
    if progress is None:
        return None
    return lambda step: progress(replace(step, stage=f"{label}: {step.stage}"))


def track(
    items: Iterable[T],
    progress: ProgressCallback | None,
    stage: str,
    total: float | None = None,
    unit: str = "",
    every: float = 0.1,
) -> Iterator[T]:
    """Yield ``items`` unchanged, reporting at most once every ``every`` seconds, and at the start and the end."""
    if progress is None:
        yield from items
        return
    if total is None and isinstance(items, Sized):
        total = len(items)
    report(progress, stage, 0, total, unit)
    done, last = 0, time.monotonic()
    for item in items:
        yield item
        done += 1
        now = time.monotonic()
        if now - last >= every:
            last = now
            report(progress, stage, done, total, unit)
    report(progress, stage, done, done, unit)


@contextmanager
def terminal_progress(enabled: bool | None = None) -> Iterator[ProgressCallback | None]:
    """A callback that draws bars on standard error; ``None`` when standard error is no terminal.

    Args:
        enabled: force bars on or off; by default they are drawn only for a person watching.
    """
    if enabled is None:
        enabled = sys.stderr.isatty()
    if not enabled:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Task, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    class Left(TimeRemainingColumn):
        """Of the whole work its own estimate, of a stage what its speed says."""

        def render(self, task: Task) -> Text:
            whole: Whole | None = task.fields.get("whole")
            return (
                super().render(task)
                if whole is None
                else Text(str(timedelta(seconds=round(whole.left()))), "progress.remaining")
            )

    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        Left(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def draw(step: Progress) -> None:
        if step.whole is not None:
            if "" not in tasks:
                tasks[""] = bars.add_task("in all", total=1, note="")
            bars.update(tasks[""], completed=step.whole.share(), whole=step.whole)
        if step.stage not in tasks:
            tasks[step.stage] = bars.add_task(step.stage, total=step.total, note=step.note)
        bars.update(tasks[step.stage], completed=step.done, total=step.total, note=step.note)

    with bars:
        yield draw
