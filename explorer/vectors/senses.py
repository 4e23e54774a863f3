"""Senses of words: beside the one vector of a word, a vector for each of its senses, in the same space.

They have keys of their own (``배/NNG#1``), which only answer to being asked for: the vocabulary, its rows and every answer are the
same with and without them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.text.tags import word_of
from explorer.vectors.expression import clean_word
from explorer.vectors.files.parts import to_bytes
from explorer.vectors.records import Resolution
from explorer.vectors.search import Floats

__all__ = ["FILE", "Sense", "SenseTable", "as_senses", "base_of", "sense_key"]

FILE, ROWS = "senses.json", "senses.npy"
NUMBERS, SCALES = "senses.int8.npy", "senses.scales.npy"

_ASKED = re.compile(r"(.+)[#＃]([0-9０-９]{1,3})", re.DOTALL)

Find = Callable[[str], "tuple[Resolution, npt.NDArray[np.float32] | None] | None"]


@dataclass(frozen=True, slots=True)
class Sense:
    """One sense of a word.

    Attributes:
        key: the word's key and a number, from 1, the most frequent sense first: ``배/NNG#1``.
        share: the part of the word's contexts that have it.
        telling: words around it that tell it from the word's other senses, best first, as ``form/TAG``.
        examples: of how many contexts it was made.
    """

    key: str
    share: float
    telling: tuple[str, ...]
    examples: int

    @property
    def word(self) -> str:
        """Without the tag: 배#1."""
        base, number = self.key.rsplit("#", 1)
        return f"{word_of(base)}#{number}"

    @property
    def name(self) -> str:
        """Its three most telling words."""
        return " · ".join(dict.fromkeys(map(word_of, self.telling[:3])))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"word": self.word, "telling": list(self.telling)}


def sense_key(key: str, number: int) -> str:
    """The key of a word's sense, counted from 1.

    >>> sense_key("배/NNG", 2)
    '배/NNG#2'
    """
    return f"{key}#{number}"


def base_of(key: str) -> str:
    """The key of the word that a sense belongs to.

    >>> base_of("배/NNG#2")
    '배/NNG'
    """
    return key.rsplit("#", 1)[0]


class SenseTable:
    """The senses that some vectors know.

    Args:
        senses: those of a word stand together, in the order of their numbers.
        vectors: a row for each, k × d float32.

    Raises:
        BadInput: there is not one row for each sense, or a number is not finite.
    """

    def __init__(self, senses: Sequence[Sense], vectors: npt.NDArray[Any]) -> None:
        rows = np.ascontiguousarray(vectors, np.float32)
        if rows.ndim != 2 or len(rows) != len(senses) or not np.isfinite(rows).all():
            raise BadInput("vectors.senses_unfit", count=len(senses), shape=rows.shape)
        rows.flags.writeable = False
        self.senses = tuple(senses)
        self.vectors: Floats = rows
        self._rows: dict[str, list[int]] = {}
        for row, sense in enumerate(self.senses):
            self._rows.setdefault(base_of(sense.key), []).append(row)

    def __len__(self) -> int:
        return len(self.senses)

    def __iter__(self) -> Iterator[Sense]:
        return iter(self.senses)

    @property
    def words(self) -> tuple[str, ...]:
        """Keys of the words that have senses."""
        return tuple(self._rows)

    def of(self, key: str) -> list[Sense]:
        """The senses of a key; none where it has none."""
        return [self.senses[row] for row in self._rows.get(key, ())]

    def rows(self, key: str) -> Floats:
        """The vectors of a key's senses: k × d."""
        return np.asarray(self.vectors[self._rows.get(key, [])], np.float32)

    def word_for(self, resolution: Resolution) -> str | None:
        """The key with senses that a word stands for: the best of its readings that has any."""
        taken = resolution.parts[:1] if len(resolution.parts) == 1 else ()
        return next((key for key in (*taken, *resolution.alternatives) if key in self._rows), None)

    def find(self, query: str, find: Find) -> tuple[Resolution, Floats] | None:
        """What ``배#1`` or ``배/NNG#1`` stands for; ``None`` where no sense is asked for, or the word is unknown.

        Args:
            query: as it was typed.
            find: finds ordinary words.

        Raises:
            BadInput: the word has no senses, or fewer.
        """
        asked = _ASKED.fullmatch(clean_word(query))
        found = find(asked[1]) if asked and clean_word(asked[1]) else None
        if asked is None or found is None:
            return None
        key = self.word_for(found[0])
        if key is None:
            raise BadInput("vectors.word_without_senses", word=asked[1], count=len(self._rows))
        rows, number = self._rows[key], int(asked[2])
        if not 1 <= number <= len(rows):
            raise BadInput("vectors.no_such_sense", word=asked[1], number=number, count=len(rows))
        row = rows[number - 1]
        others = tuple(self.senses[other].key for other in rows if other != row)
        return Resolution(query, self.senses[row].key, "sense", others, (key,), found[0].sure, found[0].note), self.vectors[row]

    def moved(self, move: Callable[[Floats], Floats]) -> SenseTable:
        """The same senses, every vector changed."""
        return SenseTable(self.senses, np.stack([move(row) for row in self.vectors])) if len(self) else self

    def kept(self, keys: Container[str]) -> SenseTable:
        """Only the senses of these keys."""
        rows = [row for row, sense in enumerate(self.senses) if base_of(sense.key) in keys]
        return self if len(rows) == len(self) else SenseTable([self.senses[row] for row in rows], self.vectors[rows])

    def write(self, folder: Path, small: bool = False) -> None:
        """Put the files of this table into an artifact's folder; a byte a number where it is to be small."""
        text = json.dumps([asdict(sense) for sense in self.senses], ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")
        if not small:
            np.save(folder / ROWS, self.vectors, allow_pickle=False)
            return
        scales, numbers = to_bytes(self.vectors)
        np.save(folder / SCALES, scales, allow_pickle=False)
        np.save(folder / NUMBERS, numbers, allow_pickle=False)

    @classmethod
    def read(cls, folder: Path, dim: int, keys: Container[str]) -> SenseTable:
        """The table of an artifact.

        Raises:
            BadInput: the files are damaged, or do not belong to these keys.
        """
        try:
            entries = json.loads((folder / FILE).read_text(encoding="utf-8"))
            senses = [
                Sense(str(one["key"]), float(one["share"]), tuple(map(str, one["telling"])), int(one["examples"]))
                for one in entries
            ]
            if (folder / NUMBERS).is_file():
                scales = np.load(folder / SCALES, allow_pickle=False)
                rows = np.load(folder / NUMBERS, allow_pickle=False).astype(np.float32) * scales[:, None]
            else:
                rows = np.load(folder / ROWS, allow_pickle=False)
            if rows.shape != (len(senses), dim) or not all(base_of(sense.key) in keys for sense in senses):
                raise ValueError(f"{len(senses)} senses, numbers of shape {rows.shape}")
            return cls(senses, rows)
        except (OSError, ValueError, KeyError, TypeError, EOFError, IndexError) as error:
            raise BadInput("vectors.senses_damaged", folder=folder, reason=error) from error


def as_senses(table: SenseTable | None, keys: Container[str], dim: int) -> SenseTable:
    """The table, an empty one for ``None``.

    Raises:
        BadInput: it is of other vectors.
    """
    if table is None:
        return SenseTable((), np.empty((0, dim), np.float32))
    strange = next((sense.key for sense in table if base_of(sense.key) not in keys), "")
    if strange or table.vectors.shape[1] != dim:
        raise BadInput("vectors.senses_of_others", key=strange, dim=dim, found=table.vectors.shape[1])
    return table
