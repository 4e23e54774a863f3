"""How fast a tokenizer makes tokens, on one thread and on all."""

from __future__ import annotations

import time
from collections.abc import Sequence

from explorer.core.intervals import Interval, Units
from explorer.text.morphology import cpu_count
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.token import Tokenizer

__all__ = ["measure_speed"]

_PARTS = 10


def measure_speed(
    tokenizer: Tokenizer, texts: Sequence[str], *, workers: int | None = None, seed: int = 42
) -> dict[str, Interval]:
    """Time a tokenizer over ``texts``, in about ten parts that the intervals resample.

    The times are those of this machine in this minute: compare tokenizers within one run, never across runs.

    Args:
        texts: what to tokenize; a few hundred kilobytes give steady numbers.
        workers: how many threads "all" is; ``None`` uses all cores.
    """
    threads = cpu_count() if workers is None else workers
    found: dict[str, Interval] = {}
    parts = [part for part in (texts[at::_PARTS] for at in range(_PARTS)) if part]
    for count, suffix in ((1, ""), (threads, "_all")):
        units = Units(3, seed)
        list(tokenize_all(tokenizer, parts[0][:8], count))  # threads and caches come up once, outside the measurement
        for part in parts:
            begin = time.perf_counter()
            for _ in tokenize_all(tokenizer, part, count):
                pass
            seconds = time.perf_counter() - begin
            units.add([sum(len(text.encode()) for text in part), sum(map(len, part)), max(seconds, 1e-9)])
        found[f"megabytes_per_second{suffix}"] = units.ratio(0, 2).scaled(1e-6)
        found[f"characters_per_second{suffix}"] = units.ratio(1, 2)
    return found
