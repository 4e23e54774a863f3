"""One estimate for work of several phases: how far all of it is, and how long it may still take.

Who begins such work says what its phases take by experience (:class:`Phase`) and passes :class:`Phased` on as ``progress``. What
phases really took says how fast this machine is today, and the rest is estimated anew with every report.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from explorer.core.progress import Progress, ProgressCallback, Whole

__all__ = ["Phase", "Phased", "phased"]

_DOUBT = 0.03
"""Experience counts as much as so great a share of the work would, measured: a first short phase must not decide alone."""
_TRUSTED = 0.2
"""From this share of a phase on, the rest of it is told by the phase alone."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase by the stage it reports, and the seconds it takes by experience."""

    stage: str
    seconds: float


class Phased:
    """A callback that adds to every report how far the whole work is (:attr:`Progress.whole`).

    Phases come in their order, and one that is not reported is left out. Reports of other stages, such as waiting for somebody else's work, pass
    unchanged, and their time says nothing of the speed. A stage that begins again is the next phase of that name, if there is one.

    Args:
        tell: told of everything.
        phases: in their order.
        clock: seconds since the epoch.

    >>> told = []
    >>> progress = Phased(told.append, [Phase("reading", 10), Phase("drawing", 30)], clock=iter([0, 0, 20, 20]).__next__)
    >>> for step in Progress("reading", 0, 5), Progress("reading", 5, 5), Progress("drawing", 0, 200):
    ...     progress(step)
    >>> [(round(step.whole.left(step.whole.at)), round(step.whole.share(step.whole.at), 2)) for step in told]
    [(40, 0.0), (57, 0.4), (57, 0.4)]
    """

    def __init__(self, tell: ProgressCallback, phases: Iterable[Phase] = (), clock: Callable[[], float] = time.time) -> None:
        self._tell, self._clock = tell, clock
        self._began = self._heard = clock()
        self._took = self._expected = 0.0
        self._last: Whole | None = None
        self._phases = tuple(phases)
        self._at, self._within, self._spent, self._done = -1, False, 0.0, 0.0

    def plan(self, phases: Iterable[Phase]) -> None:
        """These are the phases from now on; how fast those before went is kept."""
        self._end()
        self._phases = tuple(phases)
        self._start()

    @property
    def planned(self) -> bool:
        """Whether there is a plan."""
        return bool(self._phases)

    def __call__(self, step: Progress) -> None:
        now = max(self._clock(), self._heard)
        if self._within:
            self._spent += now - self._heard
        self._heard = now
        self._enter(step.stage, step.fraction or 0.0)
        self._tell(replace(step, whole=self._whole(now)) if self._phases else step)

    def _enter(self, stage: str, done: float) -> None:
        following = next((at for at in range(self._at + 1, len(self._phases)) if self._phases[at].stage == stage), None)
        same = self._at >= 0 and self._phases[self._at].stage == stage
        self._within = same or following is not None
        if same and (done >= self._done or following is None):
            self._done = max(done, self._done)
        elif following is not None:
            self._end()
            self._start(following, done)

    def _start(self, at: int = -1, done: float = 0.0) -> None:
        self._at, self._within, self._spent, self._done = at, at >= 0, 0.0, done

    def _end(self) -> None:
        if self._at >= 0:
            self._took += self._spent
            self._expected += self._phases[self._at].seconds

    def _whole(self, now: float) -> Whole:
        seconds = [phase.seconds for phase in self._phases]
        expected = seconds[self._at] if self._at >= 0 else 0.0
        later = sum(seconds[self._at + 1 :])
        doubt = _DOUBT * (self._expected + expected + later) or 1.0
        spent = self._spent if self._done else 0.0
        pace = (doubt + self._took + spent) / (doubt + self._expected + expected * self._done)
        by_experience = max(pace * expected * (1 - self._done) - (0.0 if self._done else self._spent), 0.0)
        by_itself = self._spent * (1 - self._done) / self._done if self._done else 0.0
        sure = min(1.0, self._done / _TRUSTED)
        here, rest = sure * by_itself + (1 - sure) * by_experience, pace * later
        if not self._within:
            here, rest = 0.0, here + rest
        least = self._last.share(now) if self._last is not None else 0.0
        self._last = Whole(self._began, now, here, rest, least)
        return self._last


def phased(progress: ProgressCallback | None, phases: Iterable[Phase]) -> ProgressCallback | None:
    """``progress`` with one estimate for these phases; unchanged where there is nobody to tell, or larger work has its own."""
    return progress if progress is None or isinstance(progress, Phased) else Phased(progress, phases)
