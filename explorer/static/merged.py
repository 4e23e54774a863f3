"""Vocabulary and co-occurrences counted on a cluster: sorted files, merged in a tree.

The shards of a corpus are counted sixteen at a time, each time into one file: keys in order, each with its count. Sixteen such
files are merged into one, and so on up to a single file, whose counts are those of the whole corpus. Counting and merging are pieces of work as
tokenizing is (:mod:`explorer.core.cluster`); a merge reads its files from front to back and holds one block of each. The files go when the
last one is there. Counts are integers, so the sums are the same in whatever order they were added, and those of :func:`~explorer.static.pipeline.build_vocabulary`
and :func:`~explorer.static.cooccurrence.count_pairs` on one machine.

What memory holds: a worker, the different keys of sixteen shards, or the pairs that ``memory`` has room for; the client, the words of the
vocabulary. Counted pairs stay in the cache, and are mapped into memory from there.
"""

from __future__ import annotations

import hashlib
import heapq
import io
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.cluster import on_cluster
from explorer.core.pieces import Piece, is_whole, zip_file
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_folder, cache_path, discard_folder, name_lock
from explorer.static.cooccurrence import Cooccurrence, count_pairs, count_sums, weighed
from explorer.static.pipeline import Vocabulary, add_counts, build_vocabulary, check_limits, encode, frequent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.static.shards import TokenShards

__all__ = ["FAN_IN", "corpus_pairs", "corpus_vocabulary", "merged_pairs", "merged_vocabulary"]

FAN_IN = 16
"""Shards that are counted into one file, and files that are merged into one."""

_BLOCK = 1 << 16
_RECORD = np.dtype([("key", "<u8"), ("sum", "<i8")])
_FORMAT = 1
"""Part of every file's name; raised when this file would count otherwise."""


def corpus_vocabulary(
    shards: TokenShards, min_count: int = 5, max_size: int | None = None, progress: ProgressCallback | None = None
) -> Vocabulary:
    """The vocabulary of a corpus, counted where its shards say.

    Raises:
        BadInput: nothing is left.
        Unavailable: the cluster is gone, or the disk is full.
    """
    if shards.cluster is None:
        return build_vocabulary(shards, min_count, max_size, progress)
    return merged_vocabulary(shards, shards.cluster, min_count, max_size, progress)


def corpus_pairs(
    shards: TokenShards,
    vocabulary: Vocabulary,
    window: int,
    *,
    memory: int = 512 << 20,
    progress: ProgressCallback | None = None,
) -> Cooccurrence:
    """How often words of the vocabulary stand near each other in a corpus, counted where its shards say.

    Args:
        shards, vocabulary: from :mod:`explorer.static.pipeline`.
        window: tokens to each side, 1 to 255.
        memory: bytes for counting, in each process that counts.

    Raises:
        BadInput: a window or vocabulary outside the limits.
        Unavailable: the cluster is gone, or the disk is full.
    """
    if shards.cluster is not None:
        return merged_pairs(shards, vocabulary, window, shards.cluster, memory=memory, progress=progress)
    tokens = int(vocabulary.counts.sum())
    return count_pairs(encode(shards, vocabulary), len(vocabulary), window, memory=memory, tokens=tokens, progress=progress)


def merged_vocabulary(
    shards: TokenShards, cluster: str, min_count: int = 5, max_size: int | None = None, progress: ProgressCallback | None = None
) -> Vocabulary:
    """As :func:`~explorer.static.pipeline.build_vocabulary`, counted on a cluster.

    Raises:
        BadInput: nothing is left.
        Unavailable: the cluster is gone, or the disk is full.
    """
    check_limits(min_count, max_size)
    counter = WordCounter(replace(shards, paths=[]))
    with name_lock(cache_path("counts", counter.name(shards.paths)).with_suffix(".counting")):
        top = _top(counter, shards.paths, cluster, progress)
        return frequent(_lines(top), min_count, max_size)


def merged_pairs(
    shards: TokenShards,
    vocabulary: Vocabulary,
    window: int,
    cluster: str,
    *,
    memory: int = 512 << 20,
    progress: ProgressCallback | None = None,
) -> Cooccurrence:
    """As :func:`~explorer.static.cooccurrence.count_pairs`, counted on a cluster; arrays are mapped from files in the cache.

    Args:
        shards, vocabulary, window: as there.
        cluster: where (:func:`~explorer.core.cluster.on_cluster`).
        memory: bytes of a worker for counting.

    Raises:
        BadInput: the window is impossible.
        Unavailable: the cluster is gone, or the disk is full.
    """
    counter = PairCounter(replace(shards, paths=[]), vocabulary, window, memory)
    folder = cache_path("pairs", counter.name(shards.paths))
    with name_lock(folder.with_suffix(".counting")):
        found = None
        with suppress(OSError, ValueError):
            found = _mapped(folder)
        if found is None:
            discard_folder(folder)  # damaged from outside; it is only a cache
            top = _top(counter, shards.paths, cluster, progress)
            with atomic_folder(folder) as made:
                _spread(top, made)
            top.unlink(missing_ok=True)
            found = _mapped(folder)
    return Cooccurrence(*found, len(vocabulary), int(vocabulary.counts.sum()))


class WordCounter:
    """How often keys occur: lines of a key, a space and its count, in the order of the keys."""

    stage = "counting words"

    def __init__(self, shards: TokenShards) -> None:
        self._shards = shards

    def name(self, parts: Iterable[Path]) -> str:
        return _digest("words", self._shards, (), parts)

    def open(self) -> None:
        """Nothing has to be made ready."""

    def make(self, given: _Given) -> None:
        are_shards, paths, target = given
        with ExitStack() as stack:
            if are_shards:
                totals: dict[str, int] = {}
                for shard in replace(self._shards, paths=paths):
                    add_counts(totals, shard)
                lines: Iterator[tuple[str, int]] = iter(sorted(totals.items()))
            else:
                runs = heapq.merge(*(stack.enter_context(closing(_lines(path))) for path in paths))
                lines = ((key, sum(count for _, count in same)) for key, same in groupby(runs, itemgetter(0)))
            _write(target, iter(lambda: "".join(f"{key} {count}\n" for key, count in islice(lines, _BLOCK)).encode(), b""))


class PairCounter:
    """How often words stand near each other: records of a pair and its sum, in the order of the pairs."""

    stage = "counting pairs"

    def __init__(self, shards: TokenShards, vocabulary: Vocabulary, window: int, memory: int) -> None:
        self._shards, self._vocabulary, self._window, self._memory = shards, vocabulary, window, memory

    def name(self, parts: Iterable[Path]) -> str:
        return _digest("pairs", self._shards, (str(self._window), *self._vocabulary.keys), parts)

    def open(self) -> None:
        """Nothing has to be made ready."""

    def make(self, given: _Given) -> None:
        are_shards, paths, target = given
        with ExitStack() as stack:
            if are_shards:
                sentences = encode(replace(self._shards, paths=paths), self._vocabulary)
                keys, sums, _ = count_sums(sentences, len(self._vocabulary), self._window, memory=self._memory)
                blocks: Iterator[NDArray[Any]] = iter([_records(keys, sums)])
            else:
                blocks = _summed([stack.enter_context(closing(_blocks(path))) for path in paths])
            _write(target, (block.tobytes() for block in blocks))


_Given = tuple[bool, list[Path], Path]
"""Whether the paths are shards or files of counts, the paths, and where their sum goes."""


def _digest(kind: str, shards: TokenShards, settings: Iterable[str], parts: Iterable[Path]) -> str:
    """What a file of counts is called by: all that its counts depend on."""
    digest = hashlib.sha256(f"{_FORMAT} {kind} {shards.choice}".encode())
    for group in (settings, (f"{first} {second} {one}" for (first, second), one in shards.phrases.items())):
        for setting in group:
            digest.update(setting.encode("utf-8", "surrogatepass"))
            digest.update(b"\x00")
        digest.update(b"\x01")
    for part in parts:
        digest.update(part.stem.encode())
    return digest.hexdigest()[:40]


def _top(counter: WordCounter | PairCounter, paths: Sequence[Path], cluster: str, progress: ProgressCallback | None) -> Path:
    """The file of the whole corpus; the files it is merged from are gone afterwards."""
    levels: list[list[Piece]] = []
    below: Sequence[Path] = paths
    while not levels or len(below) > 1:
        groups = [list(below[start : start + FAN_IN]) for start in range(0, len(below), FAN_IN)]
        named = [(group, cache_path("counts", f"{counter.name(group)}.zip")) for group in groups]
        levels.append([Piece(target, (not levels, group, target)) for group, target in named])
        below = [piece.target for piece in levels[-1]]
    top = below[0]
    wanted = [[piece for piece in levels[-1] if not is_whole(piece.target)]]
    for level in reversed(levels[:-1]):  # what a file that is there was merged from is not asked for
        needed = {path for piece in wanted[0] for path in piece.given[1]}
        wanted.insert(0, [piece for piece in level if piece.target in needed and not is_whole(piece.target)])
    total, done = sum(map(len, wanted)), 0

    def told(piece: Piece | None) -> None:
        nonlocal done
        done += piece is not None
        report(progress, counter.stage, done, total, "files")

    for pieces in filter(None, wanted):
        on_cluster(cluster, counter, pieces, told)
    for level in levels[:-1]:
        for piece in level:
            piece.target.unlink(missing_ok=True)
    return top


def _write(target: Path, blocks: Iterable[bytes]) -> None:
    """A file of counts, whole or not at all, without ever holding it."""
    with zip_file(target) as packed, packed.open("counts", "w", force_zip64=True) as stream:
        for block in blocks:
            stream.write(block)


def _lines(path: Path) -> Generator[tuple[str, int], None, None]:
    with zipfile.ZipFile(path) as packed, packed.open("counts") as stream:
        for line in io.TextIOWrapper(stream, "utf-8", newline="\n"):
            key, _, count = line.rpartition(" ")
            yield key, int(count)


def _blocks(path: Path) -> Generator[NDArray[Any], None, None]:
    with zipfile.ZipFile(path) as packed, packed.open("counts") as stream:
        while data := stream.read(_BLOCK * _RECORD.itemsize):
            yield np.frombuffer(data, _RECORD)


def _records(keys: NDArray[np.uint64], sums: NDArray[np.int64]) -> NDArray[Any]:
    made = np.empty(len(keys), _RECORD)
    made["key"], made["sum"] = keys, sums
    return made


def _summed(streams: Sequence[Iterator[NDArray[Any]]]) -> Iterator[NDArray[Any]]:
    """Streams of rising keys as one; each step takes what is surely complete: up to the least of the blocks' last keys."""
    empty = np.empty(0, _RECORD)
    blocks = [next(stream, empty) for stream in streams]
    while any(map(len, blocks)):
        bound = min(block["key"][-1] for block in blocks if len(block))
        cuts = [int(np.searchsorted(block["key"], bound, "right")) for block in blocks]
        taken = np.concatenate([block[:cut] for block, cut in zip(blocks, cuts, strict=True)])
        taken = taken[np.argsort(taken["key"], kind="stable")]
        starts = np.flatnonzero(np.diff(taken["key"], prepend=~taken["key"][:1]))
        yield _records(taken["key"][starts], np.add.reduceat(taken["sum"], starts))
        blocks = [block[cut:] for block, cut in zip(blocks, cuts, strict=True)]
        blocks = [block if len(block) else next(stream, empty) for block, stream in zip(blocks, streams, strict=True)]


_ARRAYS = {"rows": np.int32, "cols": np.int32, "weights": np.float32}


def _spread(top: Path, folder: Path) -> None:
    """Counted pairs as arrays that can be mapped into memory."""
    with zipfile.ZipFile(top) as packed:
        length = packed.getinfo("counts").file_size // _RECORD.itemsize
    if not length:
        for name, kind in _ARRAYS.items():
            np.save(folder / f"{name}.npy", np.empty(0, kind))
        return
    arrays = [np.lib.format.open_memmap(folder / f"{name}.npy", "w+", kind, (length,)) for name, kind in _ARRAYS.items()]
    start = 0
    for block in _blocks(top):
        stop = start + len(block)
        for array, part in zip(arrays, weighed(block["key"], block["sum"]), strict=True):
            array[start:stop] = part
        start = stop
    for array in arrays:
        array.flush()


def _mapped(folder: Path) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    rows, cols, weights = (folder / f"{name}.npy" for name in _ARRAYS)
    if rows.stat().st_size < 200:  # a header only: nothing can be mapped
        return np.load(rows), np.load(cols), np.load(weights)
    return _map(rows), _map(cols), _map(weights)


def _map(path: Path) -> NDArray[Any]:
    # Copied on writing: to compiled code these are the arrays that it knows, not ones that must not be written to.
    return np.asarray(np.load(path, mmap_mode="c"))
