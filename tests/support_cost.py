"""What a piece of work costs in turns of a yardstick: a bound that holds on slow machines and beside other work.

A test must notice work that grows out of hand (a pattern that backtracks, a search over all pairs), not a machine that is busy. So
nothing is compared with a clock: the yardstick is fixed work of this interpreter, run just before and just after, both in processor
time of this thread alone; and of a few tries the cheapest counts.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

_TEXT = "한국어 낱말 abc 123 [[문서|이름]] " * 400
_PATTERN = re.compile(r"\[\[(?:[^|\]]*\|)?([^\]]*)\]\]|[가-힣]+")


def _yardstick() -> float:
    """Processor seconds of one turn: some ten milliseconds of patterns, strings and dictionaries."""
    begin = time.thread_time()
    for _ in range(4):
        seen: dict[str, int] = {}
        for found in _PATTERN.finditer(_TEXT):
            seen[found[0]] = seen.get(found[0], 0) + len(found[0])
        "".join(sorted(_TEXT))
    return time.thread_time() - begin


def cost(work: Callable[[], Any], enough: float = 0.0, tries: int = 3) -> float:
    """Turns of the yardstick that the work takes; the least of a few tries, or of the first that is below ``enough``."""
    least = float("inf")
    for _ in range(tries):
        before = _yardstick()
        begin = time.thread_time()
        work()
        taken = time.thread_time() - begin
        least = min(least, taken / max(before, _yardstick(), 1e-6))
        if least < enough:
            break
    return least
