"""Vectors for any word from pieces of its spelling: jamo and syllable n-grams (Park et al. 2018, ACL P18-1226).

A word is written as its syllables and as its jamo, each between ``<`` and ``>``. A syllable without a final gets a mark in
its place, so that every syllable is three signs long and an n-gram of jamo knows where in a syllable it stands:
먹었다 and 먹는다 share ``<ㅁㅓ``, ``ㅁㅓㄱ``, ``ㄷㅏ∅>`` and more; 먹었댜, mistyped, still shares most of them.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.text.hangul import is_syllable, syllable_jamo
from explorer.text.tags import word_of
from explorer.vectors.buckets import affine

__all__ = ["EMPTY", "NAMES", "ROWS", "Subwords", "ngrams", "signs"]

Floats = npt.NDArray[np.float32]

EMPTY = "∅"
"""Stands where a syllable has no final."""

NAMES, ROWS = "subwords.json", "subwords.npy"
"""The files of an artifact that hold the n-grams and their vectors."""


def signs(word: str) -> list[str]:
    """A word as single signs: three for each syllable, the word's other characters as they are.

    >>> "".join(signs("가방A"))
    'ㄱㅏ∅ㅂㅏㅇA'
    """
    found: list[str] = []
    for char in word:
        if is_syllable(char):
            first, middle, last = syllable_jamo(char)
            found += first, middle, last or EMPTY
        else:
            found.append(char)
    return found


def _windows(parts: Sequence[str], least: int, most: int) -> Iterator[str]:
    framed = ["<", *parts, ">"]
    for size in range(least, most + 1):
        for start in range(len(framed) - size + 1):
            piece = "".join(framed[start : start + size])
            if piece not in ("<", ">"):
                yield piece


def ngrams(word: str, jamo: tuple[int, int] = (3, 5), syllables: tuple[int, int] = (1, 4)) -> list[str]:
    """The different pieces of a word, in a fixed order; ``(0, 0)`` leaves a kind out.

    >>> ngrams("가다", jamo=(5, 5), syllables=(1, 2))
    ['<가', '가', '가다', '다', '다>', '<ㄱㅏ∅ㄷ', 'ㄱㅏ∅ㄷㅏ', 'ㅏ∅ㄷㅏ∅', '∅ㄷㅏ∅>']
    """
    text = unicodedata.normalize("NFC", word)
    pieces = sorted(_windows(text, *syllables)) if syllables[1] else []
    if jamo[1]:
        pieces += _windows(signs(text), *jamo)
    return list(dict.fromkeys(pieces))


class Subwords:
    """Composes the vector of any word: the mean over those of its n-grams that are known.

    Args:
        names: the known n-grams.
        rows: their vectors, n × d float32, or int8 where ``scale`` says what one of their steps is worth.
        jamo, syllables: shortest and longest n-gram of either kind; ``(0, 0)`` for none.

    >>> compose = Subwords(["가", "나"], np.array([[2.0, 0.0], [0.0, 2.0]], np.float32), (0, 0), (1, 1))
    >>> compose("가나").tolist(), compose("xyz")
    ([1.0, 1.0], None)
    """

    def __init__(
        self,
        names: Sequence[str],
        rows: npt.NDArray[Any],
        jamo: tuple[int, int] = (3, 5),
        syllables: tuple[int, int] = (1, 4),
        scale: float = 1.0,
    ) -> None:
        if len(names) != len(rows):
            raise BadInput("vectors.ngrams_vectors_differ", ngrams=len(names), count=len(rows))
        self.names = list(names)
        self.jamo = jamo
        self.syllables = syllables
        self._rows = rows
        self._scale = np.float32(scale)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.names)}

    @cached_property
    def rows(self) -> Floats:
        """The vectors of the n-grams, n × d float32."""
        return self._rows if self._rows.dtype == np.float32 else self._rows.astype(np.float32) * self._scale

    def __call__(self, word: str) -> Floats | None:
        """The vector of a word (d float32), or ``None`` where no piece of it is known."""
        found = [self._index[piece] for piece in ngrams(word_of(word), self.jamo, self.syllables) if piece in self._index]
        return np.asarray(self._rows[found].astype(np.float32).mean(axis=0) * self._scale, np.float32) if found else None

    def then(self, move: Callable[[Floats], Floats]) -> Subwords | None:
        """The same composition followed by ``move``, where that is affine, so that it may be done to every n-gram; else ``None``.

        A mean of moved vectors is the moved mean exactly for affine moves: centring, taking out components, turning.
        """
        found = affine(move, self.rows)
        if found is None:
            return None
        turn, offset = found
        return Subwords(self.names, np.asarray(self.rows @ turn + offset, np.float32), self.jamo, self.syllables)

    def write(self, folder: Path, *, small: bool = False) -> None:
        """Put the two files of this composer into an artifact's folder; ``small`` with a byte a number, and one scale for all."""
        rows = np.asarray(self.rows, np.float32)
        content: dict[str, Any] = {"jamo": list(self.jamo), "syllables": list(self.syllables), "ngrams": self.names}
        if small:
            content["scale"] = float(np.abs(rows).max(initial=0.0)) / 127 or 1.0
            rows = np.rint(rows / content["scale"]).astype(np.int8)
        (folder / NAMES).write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
        np.save(folder / ROWS, rows, allow_pickle=False)

    @classmethod
    def read(cls, folder: Path, dim: int) -> Subwords:
        """The composer of an artifact; its vectors stay on disk.

        Raises:
            BadInput: the files are damaged.
        """
        try:
            content: dict[str, Any] = json.loads((folder / NAMES).read_text(encoding="utf-8"))
            rows = np.load(folder / ROWS, mmap_mode="r", allow_pickle=False)
            jamo, syllables = ((int(content[kind][0]), int(content[kind][1])) for kind in ("jamo", "syllables"))
            if rows.dtype not in (np.float32, np.int8) or rows.shape != (len(content["ngrams"]), dim):
                raise ValueError(f"{rows.dtype} of shape {rows.shape}")
            return cls(content["ngrams"], rows, jamo, syllables, float(content["scale"]) if rows.dtype == np.int8 else 1.0)
        except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError) as error:
            raise BadInput("vectors.subwords_damaged", folder=folder, reason=error) from error
