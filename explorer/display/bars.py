"""Progress where a person looks: bars below a notebook's cell, or in the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from explorer.core.progress import Progress, ProgressCallback, Whole, terminal_progress
from explorer.display.plain import escaped

__all__ = ["Bars", "progress_bars"]

_EVERY = 0.1
"""Seconds between two drawings."""


class Bars:
    """The latest step of every stage, drawn as bars; a callback for ``progress``."""

    def __init__(self, show: Callable[[Bars], Callable[[Bars], Any]]) -> None:
        self.steps: dict[str, Progress] = {}
        self.whole: Whole | None = None
        self.update = show(self)
        self.drawn = 0.0

    def __call__(self, step: Progress) -> None:
        new = step.stage not in self.steps
        self.steps[step.stage] = step
        self.whole = step.whole or self.whole
        now = time.monotonic()
        if new or step.fraction == 1 or now - self.drawn >= _EVERY:
            self.drawn = now
            self.update(self)

    def _repr_html_(self) -> str:
        rows = []
        if self.whole is not None:
            rows.append(_row("in all", self.whole.share(), f"{timedelta(seconds=round(self.whole.left()))} left"))
        for step in self.steps.values():
            told = (f"{step.done:,.0f}", f"/ {step.total:,.0f}" if step.total else "", step.unit, step.note)
            rows.append(_row(step.stage, step.fraction, " ".join(filter(None, told))))
        return f"<table>{''.join(rows)}</table>"

    def __repr__(self) -> str:
        return "; ".join(f"{step.stage} {step.done:,.0f}" for step in self.steps.values())


def _row(name: str, share: float | None, told: str) -> str:
    bar = "<progress></progress>" if share is None else f'<progress value="{share:.4f}"></progress>'
    return (
        "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in (escaped(name), bar, escaped(told))) + "</tr>"
    )


@contextmanager
def progress_bars() -> Iterator[ProgressCallback | None]:
    """A callback for ``progress`` that draws bars: below the cell in a notebook, on standard error in a terminal; else ``None``.

    >>> import explorer as ex
    >>> with ex.progress_bars() as progress:
    ...     t = ex.train_tokenizer("bpe", ["왕이 왔다", "왕비가 왔다"] * 20, vocab_size=20, progress=progress)
    >>> t.name
    'bpe-20'
    """
    if "ipykernel" not in sys.modules:
        with terminal_progress() as progress:
            yield progress
        return
    from IPython.display import display

    yield Bars(lambda bars: display(bars, display_id=True).update)
