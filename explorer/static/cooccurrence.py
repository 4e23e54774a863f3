"""How often words stand near each other: weighted pair counts over sentences, in bounded memory.

A pair of words ``distance`` tokens apart in one sentence adds ``1 / distance`` (Pennington et al., EMNLP 2014). Counts
are kept as integers (multiples of 2^-24), so the result does not depend on the order of additions: not on how often the
counts were spilled to disk, nor on how many files the corpus came in.

Frequent pairs, most of all additions, go to a triangular table of the most frequent words. The rest are appended to a
buffer of 8-byte records ``key << 8 | distance``; a full buffer is sorted, summed and written out as one run. In the end
the runs are merged range by range.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput, disk_errors
from explorer.core.leftovers import temporary_folder
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import cache_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Cooccurrence", "count_pairs", "count_sums", "weighed"]

_ONE = 1 << 24  # the integer that stands for 1.0
_MAX_WINDOW = 255
_SHIFT = np.uint64(28)


@dataclass(frozen=True)
class Cooccurrence:
    """The upper triangle of a symmetric matrix of weighted pair counts.

    Attributes:
        rows, cols: int32 word numbers, ``rows <= cols``, sorted by row and then column.
        weights: float32 sums of 1/distance; on the diagonal twice the sum, as both orders of the pair fall on it.
        words: number of words in the vocabulary.
        tokens: number of tokens counted.
    """

    rows: NDArray[np.int32]
    cols: NDArray[np.int32]
    weights: NDArray[np.float32]
    words: int
    tokens: int

    def __len__(self) -> int:
        return len(self.rows)

    def to_dense(self) -> NDArray[np.float32]:
        """The whole symmetric matrix, words × words float32; for small vocabularies."""
        dense = np.zeros((self.words, self.words), np.float32)
        dense[self.rows, self.cols] = self.weights
        dense[self.cols, self.rows] = self.weights
        return dense


def count_pairs(
    sentences: Iterable[NDArray[np.int32]],
    words: int,
    window: int = 10,
    *,
    memory: int = 512 << 20,
    tokens: int | None = None,
    progress: ProgressCallback | None = None,
) -> Cooccurrence:
    """Count weighted pairs within sentences, symmetric.

    Args:
        sentences: arrays of word numbers, 0 for the most frequent word; :data:`~explorer.static.shards.BREAK` ends a sentence. They never
            reach from one array into the next.
        words: vocabulary size, at most 2^28.
        window: tokens to each side, 1 to 255.
        memory: bytes for table and buffer together; what does not fit goes to disk, in the home folder's cache.
        tokens: number of tokens to come, for the progress bar.

    Raises:
        BadInput: a window or vocabulary outside these limits.

    >>> pairs = count_pairs([np.array([0, 1, 0], np.int32)], words=2, window=2)
    >>> pairs.to_dense().tolist()
    [[1.0, 2.0], [2.0, 0.0]]
    """
    keys, sums, seen = count_sums(sentences, words, window, memory=memory, tokens=tokens, progress=progress)
    return Cooccurrence(*weighed(keys, sums), words, seen)


def count_sums(
    sentences: Iterable[NDArray[np.int32]],
    words: int,
    window: int,
    *,
    memory: int = 512 << 20,
    tokens: int | None = None,
    progress: ProgressCallback | None = None,
) -> tuple[NDArray[np.uint64], NDArray[np.int64], int]:
    """The same counts as integers, which can be added to those of other texts (:func:`weighed`).

    Returns:
        Pairs as ``low << 28 | high``, rising; their sums in multiples of 2^-24; and the number of tokens counted.
    """
    from explorer.static.glove_kernels import scatter

    if not 1 <= window <= _MAX_WINDOW:
        raise BadInput("static.window_out_of_range", window=window, limit=_MAX_WINDOW)
    if not 0 < words < 1 << 28:
        raise BadInput("static.vocabulary_too_large", words=words, limit=(1 << 28) - 1)
    steps = np.array([0, *(round(_ONE / distance) for distance in range(1, window + 1))], np.int64)
    top = min(words, int(np.sqrt(memory // 4 / 4)))  # a quarter of the memory for the table: top²/2 entries of 8 bytes
    table = np.zeros(top * (top + 1) // 2, np.int64)
    buffer = np.empty(max((memory - table.nbytes) // 8 // 3, 4 * window), np.uint64)  # a third: sorting out needs two more
    seen = filled = 0
    with _Runs() as runs:
        for codes in sentences:
            position = 0
            while position < len(codes):
                position, filled = scatter(codes, position, window, steps, top, table, buffer, filled)
                if filled > len(buffer) - window:
                    runs.spill(buffer[:filled], steps)
                    filled = 0
            seen += int(np.count_nonzero(codes >= 0))
            report(progress, "counting pairs", seen, tokens, "tokens")
        report(progress, "merging pairs", 0, 1)
        runs.keep(buffer[:filled], steps)
        del buffer
        rare_keys, rare_sums = runs.merge(max(memory // 64, 1 << 10))
    high, low = _triangle(table)
    keys = np.concatenate([low.astype(np.uint64) << _SHIFT | high.astype(np.uint64), rare_keys])
    sums = np.concatenate([table[table > 0], rare_sums])
    order = np.argsort(keys)
    report(progress, "merging pairs", 1, 1)
    return keys[order], sums[order], seen


def weighed(
    keys: NDArray[np.uint64], sums: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """Rows, columns and weights of a :class:`Cooccurrence`, of what :func:`count_sums` counted.

    >>> rows, cols, weights = weighed(*count_sums([np.array([0, 1, 0], np.int32)], words=2, window=2)[:2])
    >>> list(zip(rows.tolist(), cols.tolist(), weights.tolist()))
    [(0, 0, 1.0), (0, 1, 2.0)]
    """
    rows, cols = (keys >> _SHIFT).astype(np.int32), (keys & np.uint64((1 << 28) - 1)).astype(np.int32)
    return rows, cols, (np.where(rows == cols, 2 * sums, sums) / _ONE).astype(np.float32)


def _triangle(table: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Row (larger) and column (smaller) numbers of the filled entries of a packed triangle."""
    flat = np.flatnonzero(table)
    high = ((np.sqrt(8.0 * flat + 1) - 1) / 2).astype(np.int64)
    high += (high + 1) * (high + 2) // 2 <= flat  # a square root rounded the wrong way is off by one
    high -= high * (high + 1) // 2 > flat
    return high.astype(np.int32), (flat - high * (high + 1) // 2).astype(np.int32)


class _Runs:
    """Sorted, summed runs of pairs: the last one in memory, earlier ones in files that vanish at the end."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._runs: list[tuple[Any, Any]] = []

    def __enter__(self) -> _Runs:
        return self

    def __exit__(self, *_: object) -> None:
        self._runs.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def keep(self, records: NDArray[np.uint64], steps: NDArray[np.int64]) -> None:
        """Sort and sum records into a run held in memory; ``records`` is sorted in place."""
        from explorer.static.glove_kernels import reduce_sorted

        records.sort()
        keys, sums = np.empty(len(records), np.uint64), np.empty(len(records), np.int64)
        count = reduce_sorted(records, steps, keys, sums)
        self._runs.append((keys[:count].copy(), sums[:count].copy()))

    def spill(self, records: NDArray[np.uint64], steps: NDArray[np.int64]) -> None:
        """Like :meth:`keep`, then move the run to disk."""
        self.keep(records, steps)
        keys, sums = self._runs.pop()
        with disk_errors("static.spilling"):
            if self._folder is None:
                self._folder = temporary_folder(cache_path("pairs", "runs").parent)
            files = [self._folder / f"{len(self._runs)}-{part}.npy" for part in ("keys", "sums")]
            np.save(files[0], keys)
            np.save(files[1], sums)
        self._runs.append((np.load(files[0], mmap_mode="r"), np.load(files[1], mmap_mode="r")))

    def merge(self, step: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """All runs as one, by ranges of keys that hold about ``step`` entries of the longest run."""
        if len(self._runs) == 1:
            return self._runs[0]
        longest = max((keys for keys, _ in self._runs), key=len)
        edges = np.array(longest[step::step], np.uint64)
        cuts = [np.concatenate([[0], np.searchsorted(keys, edges), [len(keys)]]) for keys, _ in self._runs]
        all_keys, all_sums = [], []
        for part in range(len(edges) + 1):
            slices = [slice(cut[part], cut[part + 1]) for cut in cuts]
            keys = np.concatenate([run[0][where] for run, where in zip(self._runs, slices, strict=True)])
            sums = np.concatenate([run[1][where] for run, where in zip(self._runs, slices, strict=True)])
            order = np.argsort(keys, kind="stable")
            keys, sums = keys[order], sums[order]
            starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, np.intp)
            all_keys.append(keys[starts])
            all_sums.append(np.add.reduceat(sums, starts) if len(keys) else sums)
        return np.concatenate(all_keys), np.concatenate(all_sums)
