"""The words that two models share, and what each lacks of the other's.

Keys of one spelling are one word. Where one model's keys carry part-of-speech tags and the other's do not, the bare form stands for
the most frequent tagged key of that form.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.text.tags import tag_of, word_of

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["Lack", "SharedWords", "lack_of", "shared_words"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class SharedWords:
    """Words of two models, the most frequent first.

    Attributes:
        keys: as the first model writes them.
        rows_a, rows_b: their rows in the two models (n int64).
        counts: occurrences in the first model's corpus, or the second's where only that knows them; ``None`` where neither does.
        forms: n int64, equal for readings of one form (배/NNG, 배/NNB).
        by_form: how many were matched by their form, as one model has no tags.
    """

    keys: tuple[str, ...]
    rows_a: Ints
    rows_b: Ints
    counts: Ints | None
    forms: Ints
    by_form: int

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Lack:
    """What one model has no vector for and the other has.

    Attributes:
        model: the one that lacks them.
        count: how many; ``share``: of the other's keys.
        tokens: their share of the other's occurrences; ``None`` where it does not know them.
        words: the most frequent of them, keys with their occurrences.
    """

    model: str
    count: int
    share: float
    tokens: float | None
    words: tuple[tuple[str, int | None], ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"words": [list(pair) for pair in self.words]}


def shared_words(a: Vectors, b: Vectors) -> SharedWords:
    """Which keys of two models are the same word.

    >>> from explorer.vectors.vectors import Vectors
    >>> tagged = Vectors(["배/NNG", "배/NNB", "왕/NNG"], np.eye(3), [9, 3, 5])
    >>> bare = Vectors(["왕", "배"], np.eye(2))
    >>> shared_words(tagged, bare).keys, shared_words(tagged, tagged).by_form
    (('배/NNG', '왕/NNG'), 0)
    """
    pairs = [(row, other) for row, key in enumerate(a.keys) if (other := b.row(key)) is not None]
    exact = len(pairs)
    taken = {other for _, other in pairs}
    done = {row for row, _ in pairs}
    for row, key in _frequent_first(a):
        if row in done:
            continue
        # A bare form of one model stands for the best reading of the other's; each key is matched once.
        other = b.row(word_of(key)) if tag_of(key) else _tagged(b, key)
        if other is not None and other not in taken:
            pairs.append((row, other))
            taken.add(other)
    rows_a, rows_b = np.array(pairs, np.int64).reshape(-1, 2).T
    counts = a.counts[rows_a] if a.counts is not None else b.counts[rows_b] if b.counts is not None else None
    order = np.argsort(rows_a if counts is None else -counts, kind="stable")
    rows_a, rows_b = rows_a[order], rows_b[order]
    keys = tuple(a.keys[row] for row in rows_a.tolist())
    numbers: dict[str, int] = {}
    forms = np.array([numbers.setdefault(word_of(key), len(numbers)) for key in keys], np.int64)
    return SharedWords(keys, rows_a, rows_b, None if counts is None else counts[order], forms, len(pairs) - exact)


def lack_of(v: Vectors, other: Vectors, shared_rows: Ints, most: int = 50) -> Lack:
    """What ``v`` has no vector for of the keys of ``other``, whose rows ``shared_rows`` both have."""
    absent = np.ones(len(other), bool)
    absent[shared_rows] = False
    rows = np.flatnonzero(absent)
    counts = other.counts
    if counts is not None:
        rows = rows[np.argsort(-counts[rows], kind="stable")]
    words = tuple((other.keys[row], None if counts is None else int(counts[row])) for row in rows[:most].tolist())
    tokens = None if counts is None or not counts.sum() else float(counts[rows].sum() / counts.sum())
    return Lack(v.name, len(rows), len(rows) / len(other), tokens, words)


def _frequent_first(v: Vectors) -> list[tuple[int, str]]:
    order = range(len(v)) if v.counts is None else np.argsort(-v.counts, kind="stable").tolist()
    return [(row, v.keys[row]) for row in order]


def _tagged(v: Vectors, form: str) -> int | None:
    row = v.lookup(form)
    return row if row is not None and tag_of(v.keys[row]) else None
