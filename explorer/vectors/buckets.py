"""fastText's sub-words: n-grams of a word's characters, hashed into a fixed number of rows (Bojanowski et al. 2017, TACL).

A word is framed by ``<`` and ``>``; the n-grams of its characters are hashed byte by byte (FNV-1a, with the sign extension of
the reference program), and words share a row where their hashes meet. The vector of a word that was never seen is the
mean of its n-grams' rows.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.vectors.search import Floats, Ints

__all__ = ["ROWS", "SIZES", "Buckets", "affine", "ngram_hashes"]

SIZES, ROWS = "buckets.json", "buckets.npy"
"""The files of an artifact that hold the sizes of the n-grams and their vectors."""

_BASIS, _PRIME = np.uint32(2166136261), np.uint32(16777619)
_BLOCK = 1_024
_ROWS = 1 << 16
END = b"</s>"
"""The line end, which fastText counts as a word and never cuts up."""


def ngram_hashes(words: Sequence[bytes], least: int, most: int) -> tuple[npt.NDArray[np.uint32], Ints]:
    """Hashes of the n-grams of every word, word by word, and how many each word has.

    Args:
        words: UTF-8, possibly broken: a stray continuation byte belongs to the character before it, as in fastText.
        least, most: shortest and longest n-gram, in characters. The lone ``<`` and ``>`` are no n-grams.

    >>> hashes, counts = ngram_hashes(["가".encode()], 3, 3)
    >>> hashes.tolist(), counts.tolist()
    ([2790065039], [1])
    """
    framed = [b"<" + word + b">" for word in words]
    data = np.frombuffer(b"".join(framed), dtype=np.uint8)
    starts = np.flatnonzero((data & 0xC0) != 0x80)
    owner = np.repeat(np.arange(len(words)), [len(word) for word in framed])[starts]
    bounds = np.append(starts, len(data))
    longest = int(np.bincount(owner).max(initial=0))  # a damaged file may ask for n-grams of a thousand million
    hashes: list[npt.NDArray[np.uint32]] = []
    owners: list[npt.NDArray[Any]] = []
    # A signed byte widened to 32 bits: what the reference program does to bytes above 127.
    signed = data.astype(np.int8).astype(np.int32).view(np.uint32)
    for size in range(max(least, 1), min(most, longest) + 1):
        first = np.arange(max(0, len(starts) - size + 1))
        first = first[owner[first] == owner[first + size - 1]]
        if size == 1:
            edge = np.append(owner[1:] != owner[:-1], True) | np.append(True, owner[1:] != owner[:-1])
            first = first[~edge[first]]
        begin, end = starts[first], bounds[first + size]
        found = np.full(len(first), _BASIS, dtype=np.uint32)
        for step in range(int((end - begin).max(initial=0))):
            here = begin + step < end
            found[here] = (found[here] ^ signed[begin[here] + step]) * _PRIME
        hashes.append(found)
        owners.append(owner[first])
    if not hashes:
        return np.empty(0, np.uint32), np.zeros(len(words), np.int64)
    whose = np.concatenate(owners)
    order = np.argsort(whose, kind="stable")
    return np.concatenate(hashes)[order], np.bincount(whose, minlength=len(words)).astype(np.int64)


def affine(move: Callable[[Floats], Floats], rows: npt.NDArray[Any]) -> tuple[Floats, Floats] | None:
    """``move`` as x @ turn + offset (d × d, d), judged by some of the rows; ``None`` where it is nothing of the kind.

    >>> turn, offset = affine(lambda vector: 2 * vector + 1, np.eye(2, dtype=np.float32))
    >>> turn.tolist(), offset.tolist()
    ([[2.0, 0.0], [0.0, 2.0]], [1.0, 1.0])
    """
    dim = rows.shape[1]
    offset = move(np.zeros(dim, np.float32))
    turn = np.stack([move(axis) for axis in np.eye(dim, dtype=np.float32)]) - offset
    probe = np.asarray(rows[:: max(1, len(rows) // 4)][:4], np.float32)
    moved = np.stack([move(row) for row in probe])
    if not np.allclose(probe @ turn + offset, moved, rtol=1e-3, atol=1e-4 * float(np.abs(moved).max(initial=1e-6))):
        return None
    return turn, offset


class Buckets:
    """Composes the vector of any word from hashed n-grams.

    Args:
        rows: one row a bucket, b × d; may be memory-mapped.
        least, most: shortest and longest n-gram, in characters.
        change: what is done to every composed vector: turned (d × d), then shifted (d). The rows, which may be larger than the
            memory, stay as they are.
    """

    def __init__(self, rows: npt.NDArray[Any], least: int, most: int, change: tuple[Floats, Floats] | None = None) -> None:
        self.rows = rows
        self.least = least
        self.most = most
        self.change = change

    def __call__(self, word: str) -> Floats | None:
        """The mean of a word's n-grams (d float32); ``None`` for a word too short to have any."""
        text = unicodedata.normalize("NFC", word).encode("utf-8", "replace")
        hashes, _ = ngram_hashes([text], self.least, self.most)
        if not len(hashes):
            return None
        return self._changed(self.rows[hashes % len(self.rows)].mean(axis=0, dtype=np.float32))

    def _changed(self, vectors: npt.NDArray[Any]) -> Floats:
        return np.asarray(vectors if self.change is None else vectors @ self.change[0] + self.change[1], np.float32)

    def then(self, move: Callable[[Floats], Floats]) -> Buckets | None:
        """The same composition followed by ``move`` (of one vector), where that is affine; else ``None``."""
        found = affine(move, self.rows)
        if found is None:
            return None
        turn, offset = (
            (np.eye(len(found[1]), dtype=np.float32), np.zeros_like(found[1])) if self.change is None else self.change
        )
        return Buckets(self.rows, self.least, self.most, (turn @ found[0], offset @ found[0] + found[1]))

    def add_to(
        self, own: npt.NDArray[Any], words: Sequence[bytes], out: Floats, step: Callable[[int], None] | None = None
    ) -> None:
        """Write into ``out`` each word's vector as fastText gives it: the mean of its own row and its n-grams' rows.

        Args:
            own: the words' own rows, n × d.
            words: the n words as bytes, so that broken ones hash as they did in training.
            out: n × d, overwritten.
            step: called with the number of words done; may raise to stop.
        """
        for start in range(0, len(words), _BLOCK):
            part = slice(start, min(start + _BLOCK, len(words)))
            total, counts = self._sums(words[part])
            out[part] = (own[part] + total) / (counts + 1)[:, None].astype(np.float32)
            if step is not None:
                step(part.stop)

    def _sums(self, words: Sequence[bytes]) -> tuple[Floats, Ints]:
        """The sum of each word's n-grams' rows, unchanged (k × d), and how many n-grams it has."""
        hashes, counts = ngram_hashes(words, self.least, self.most)
        whole = np.array([word == END for word in words])
        keep = ~np.repeat(whole, counts)
        hashes, counts = hashes[keep], np.where(whole, 0, counts)
        total = np.zeros((len(words), self.rows.shape[1]), np.float32)
        some = np.flatnonzero(counts)
        if len(some):
            places = np.concatenate([[0], np.cumsum(counts[some])[:-1]])
            total[some] = np.add.reduceat(self.rows[hashes % len(self.rows)], places, axis=0, dtype=np.float32)
        return total, counts

    def own_rows(self, vectors: npt.NDArray[Any], words: Sequence[bytes]) -> Floats:
        """What :meth:`add_to` would have to be given for words to have these vectors (k × d): what their n-grams leave over."""
        total, counts = self._sums(words)
        if self.change is not None:
            total = total @ self.change[0] + counts[:, None].astype(np.float32) * self.change[1]
        return np.asarray(vectors * (counts + 1)[:, None].astype(np.float32) - total, np.float32)

    def blocks(self) -> Iterator[Floats]:
        """The buckets' rows with the change done to them, some at a time: all of them may be larger than the memory."""
        for start in range(0, len(self.rows), _ROWS):
            yield self._changed(self.rows[start : start + _ROWS])

    def write(self, folder: Path) -> None:
        """Put the two files of this composer into an artifact's folder."""
        (folder / SIZES).write_text(json.dumps({"least": self.least, "most": self.most}) + "\n", encoding="utf-8")
        target = np.lib.format.open_memmap(folder / ROWS, mode="w+", dtype=np.float32, shape=self.rows.shape)
        for number, block in enumerate(self.blocks()):
            target[number * _ROWS : number * _ROWS + len(block)] = block
        target.flush()

    @classmethod
    def read(cls, folder: Path, dim: int) -> Buckets:
        """The composer of an artifact; its vectors stay on disk.

        Raises:
            BadInput: the files are damaged.
        """
        try:
            sizes = json.loads((folder / SIZES).read_text(encoding="utf-8"))
            rows = np.load(folder / ROWS, mmap_mode="r", allow_pickle=False)
            if rows.dtype != np.float32 or rows.ndim != 2 or rows.shape[1] != dim:
                raise ValueError(f"{rows.dtype} of shape {rows.shape}")
            return cls(rows, int(sizes["least"]), int(sizes["most"]))
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise BadInput("vectors.ngrams_damaged", folder=folder, reason=error) from error
