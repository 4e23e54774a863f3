"""Questions to vectors, as ratios to gensim's on the same matrix.

python tests/benchmarks/queries.py [ROWS] [DIMENSIONS]
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from explorer.analysis.evaluation import evaluate
from explorer.vectors.vectors import Vectors


def best(call: Callable[[], object], runs: int = 5) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def questions(keys: list[str], rng: np.random.Generator) -> list[str]:
    """A set made as the Korean one of Park et al. (2018) is: 1,000 questions a section, from so many pairs of 1,924 words."""
    lines, free = [], iter(keys)
    for section, count in enumerate((46, 46, 46, 45, 191, 1000, 33, 33, 75, 34)):
        words = [next(free) for _ in range(min(2 * count, 826))]
        pairs = (
            [rng.choice(words, 2, replace=False) for _ in range(count)]
            if count == 1000
            else list(zip(words[::2], words[1::2], strict=True))
        )
        lines.append(f": section {section}")
        lines += [
            " ".join([*pairs[one], *pairs[other]]) for one, other in (rng.choice(count, 2, replace=False) for _ in range(1000))
        ]
    return lines


def main() -> None:
    from gensim.models import KeyedVectors

    logging.disable(logging.CRITICAL)
    rows, dims = (int(value) for value in [*sys.argv[1:], 500_000, 300][:2]) if len(sys.argv) > 2 else (500_000, 300)
    rng = np.random.default_rng(0)
    keys = [f"w{row}" for row in range(rows)]
    matrix = rng.standard_normal((rows, dims), dtype=np.float32)
    ours = Vectors(keys, matrix)
    theirs = KeyedVectors(dims)
    theirs.add_vectors(keys, matrix)
    base = best(lambda: theirs.most_similar("w7"))
    one = best(lambda: ours.similar("w7"))
    words = keys[:64]
    many = best(lambda: ours.similar_many(words), 3) / 64
    print(f"{rows:,} × {dims}")
    print(f"similar                  {one / base:6.2f} × gensim most_similar   ({1000 * one:.1f} ms)")
    print(f"similar, 64 at once      {many / one:6.2f} × similar, each          ({1000 * many:.1f} ms)")

    few = min(rows, 50_000)
    small, other = Vectors(keys[:few], np.ascontiguousarray(matrix[:few, :200])), KeyedVectors(min(dims, 200))
    other.add_vectors(keys[:few], matrix[:few, :200])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "questions.txt")
        path.write_text("\n".join(questions(keys, rng)) + "\n", encoding="utf-8")
        mine = best(lambda: evaluate(small, path, resolve="exact"), 5)
        gensims = best(lambda: other.evaluate_word_analogies(str(path)), 2)
    print(
        f"10,000 analogies, {few:,} words: {gensims / mine:.0f} times faster than gensim's evaluator ({mine:.1f} s, {gensims:.1f} s)"
    )


if __name__ == "__main__":
    main()
