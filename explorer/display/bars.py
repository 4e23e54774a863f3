"""Progress where a person looks: bars below a notebook's cell, or in the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from explorer.core.progress import Progress, ProgressCallback, terminal_progress
from explorer.display.plain import escaped

__all__ = ["Bars", "progress_bars"]

_EVERY = 0.1
"""Seconds between two drawings."""


class Bars:
    """The latest step of every stage, drawn as bars; a callback for ``progress``."""

    def __init__(self, show: Callable[[Bars], Callable[[Bars], Any]]) -> None:
        self.steps: dict[str, Progress] = {}
        self.update = show(self)
        self.drawn = 0.0

    def __call__(self, step: Progress) -> None:
        new = step.stage not in self.steps
        self.steps[step.stage] = step
        now = time.monotonic()
        if new or step.fraction == 1 or now - self.drawn >= _EVERY:
            self.drawn = now
            self.update(self)

    def _repr_html_(self) -> str:
        rows = []
        for step in self.steps.values():
            share = "" if step.fraction is None else f' value="{step.fraction:.4f}"'
            told = " ".join(
                part
                for part in (f"{step.done:,.0f}", f"/ {step.total:,.0f}" if step.total else "", step.unit, step.note)
                if part
            )
            cells = (escaped(step.stage), f"<progress{share}></progress>", escaped(told))
            rows.append("<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>")
        return f"<table>{''.join(rows)}</table>"

    def __repr__(self) -> str:
        return "; ".join(f"{step.stage} {step.done:,.0f}" for step in self.steps.values())


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
