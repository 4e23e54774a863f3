"""What a corpus says of words: what stands near each and how often, and which patterns join two of them.

Made by :mod:`explorer.static.evidence`; one of all texts of the default model ships. Two words are near where at most ``window``
content words separate them in a sentence, and counts are whole numbers of such places. Of a large corpus only the strongest pairs of
each word are kept: by pointwise mutual information times the logarithm of the count, since information alone prefers what is
seen least (Turney & Pantel 2010, JAIR 37, section 4.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.store import Manifest, atomic_folder, read_artifact, write_manifest
from explorer.text.patterns import EQUALS, FAMILIES
from explorer.text.tags import word_of
from explorer.vectors.search import Ints

__all__ = ["Contexts", "Evidence", "shipped_evidence"]

KIND = "evidence"
_KEYS, _COUNTS, _CARD = "keys.txt", "counts.npz", "README.md"
_SHIPPED = Path(__file__).parent / "pretrained" / "evidence"


@dataclass(frozen=True, slots=True)
class Contexts:
    """What stands near one word, the strongest first.

    Attributes:
        rows: of the words near it.
        counts: at how many places.
        bits: the pointwise mutual information, which is above 0.
    """

    rows: Ints
    counts: Ints
    bits: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """Counts of one corpus.

    Attributes:
        keys: the n words counted, ``form/TAG``, most frequent first.
        counts: occurrences of each (n int64).
        near: places near any other of the n words, also those whose pair is not kept (n int64).
        pairs: two words, the smaller row first (p × 2 int32), sorted.
        places: at how many places the two stand near each other (p int64).
        joined: A, B and a number into :data:`~explorer.text.patterns.FAMILIES` (q × 3 int32), sorted.
        joints: at how many places that pattern joins them (q int64).
        beside: at how many places patterns set each word side by side with any other (:data:`~explorer.text.patterns.EQUALS`),
            also those whose pair is not kept (n int64).
        params: window, and what was kept: ``least`` places, ``contexts`` of each word (``None``: all), ``least_joined``.
        info: corpus, its size, tokenizer, date.
    """

    keys: tuple[str, ...]
    counts: Ints
    near: Ints
    pairs: npt.NDArray[np.int32]
    places: Ints
    joined: npt.NDArray[np.int32]
    joints: Ints
    beside: Ints
    params: Mapping[str, Any] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The corpus."""
        return str(self.info.get("corpus") or "")

    @cached_property
    def _index(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.keys)}

    @cached_property
    def _forms(self) -> dict[str, int]:
        return {word_of(key): row for row, key in reversed(list(enumerate(self.keys)))}

    def row(self, keys: Sequence[str]) -> int | None:
        """The row of the first of several keys that was counted; else that of the most frequent word spelt like the first."""
        found = next((self._index[key] for key in keys if key in self._index), None)
        return self._forms.get(word_of(keys[0])) if found is None and keys else found

    @cached_property
    def _around(self) -> Any:
        """Pairs as a symmetric sparse matrix (CSR) of counts."""
        from scipy.sparse import csr_matrix

        first, second = self.pairs[:, 0], self.pairs[:, 1]
        rows, columns = np.concatenate([first, second]), np.concatenate([second, first])
        shape = (len(self.keys), len(self.keys))
        return csr_matrix((np.concatenate([self.places, self.places]), (rows, columns)), shape=shape)

    def expected(self, a: int, b: int) -> float:
        """At how many places two words would stand near each other if nothing tied them."""
        total = float(self.near.sum())
        return float(self.near[a]) * float(self.near[b]) / total if total else 0.0

    def contexts(self, row: int) -> Contexts:
        """The words near one, in the order in which they were kept."""
        begin, end = self._around.indptr[row : row + 2]
        rows = self._around.indices[begin:end].astype(np.int64)
        counts = self._around.data[begin:end]
        bits = information(counts, self.near[row], self.near[rows], int(self.near.sum()))
        order = np.argsort(-strength(counts, bits), kind="stable")
        order = order[bits[order] > 0]
        return Contexts(rows[order], counts[order], bits[order])

    def together(self, a: int, b: int) -> int | None:
        """At how many places two words stand near each other; ``None`` where that pair was not kept."""
        begin, end = self._around.indptr[a : a + 2]
        at = begin + np.flatnonzero(self._around.indices[begin:end] == b)
        if len(at):
            return int(self._around.data[at[0]])
        return 0 if self.params.get("contexts") is None and self.params.get("least", 1) <= 1 else None

    def patterns(self, a: int, b: int) -> dict[str, int]:
        """How often each pattern joins A and B in this order; nothing for what was too rare to be kept."""
        begin, end = np.searchsorted(self.joined[:, 0], [a, a + 1])
        part = begin + np.flatnonzero(self.joined[begin:end, 1] == b)
        return {FAMILIES[self.joined[place, 2]]: int(self.joints[place]) for place in part.tolist()}

    def place_beside(self, row: int, other: int) -> int:
        """Which place ``other`` takes among the words that are set side by side with ``row`` most often, from 1."""
        equal = np.isin(self.joined[:, 2], [FAMILIES.index(name) for name in EQUALS])
        times = np.zeros(len(self.keys), np.int64)
        for mine, theirs in ((0, 1), (1, 0)):
            there = np.flatnonzero(equal & (self.joined[:, mine] == row))
            np.add.at(times, self.joined[there, theirs], self.joints[there])
        return int(np.count_nonzero(times > times[other])) + 1

    def save(self, folder: Path, *, card: str = "", overwrite: bool = False) -> Path:
        """Write the evidence into a folder, whole or not at all.

        Raises:
            BadInput: the folder exists.
            Unavailable: the disk is full or may not be written.
        """
        manifest = Manifest(
            KIND,
            folder.name,
            "counts",
            params=dict(self.params),
            sizes={"keys": len(self.keys), "pairs": len(self.pairs), "patterns": len(self.joined)},
            provenance=dict(self.info) | {"families": list(FAMILIES)},
        )
        order = np.lexsort((self.joined[:, 2], self.joined[:, 1], self.joined[:, 0]))
        arrays = {
            "counts": _planes(self.counts),
            "near": _planes(self.near),
            "beside": _planes(self.beside),
            **_packed("pairs", self.pairs[:, 0], self.pairs[:, 1], len(self.keys)),
            "places": _planes(self.places),
            **_packed("joined", self.joined[order, 0], self.joined[order, 1], len(self.keys)),
            "families": self.joined[order, 2].astype(np.uint8),
            "joints": _planes(self.joints[order]),
        }
        with atomic_folder(folder, overwrite) as temporary:
            (temporary / _KEYS).write_text("\n".join(self.keys) + "\n", encoding="utf-8")
            np.savez_compressed(temporary / _COUNTS, allow_pickle=False, **arrays)
            if card:
                (temporary / _CARD).write_text(card, encoding="utf-8")
            write_manifest(temporary, manifest)
        return folder

    @classmethod
    def open(cls, folder: Path) -> Evidence:
        """Read what :meth:`save` wrote.

        Raises:
            BadInput: the folder holds no evidence, or is damaged.
        """
        return read_artifact(folder, KIND, lambda manifest: cls._read(folder, manifest))

    @classmethod
    def _read(cls, folder: Path, manifest: Manifest) -> Evidence:
        try:
            keys = tuple((folder / _KEYS).read_text(encoding="utf-8").removesuffix("\n").split("\n"))
            with np.load(folder / _COUNTS, allow_pickle=False) as data:
                numbers = {name: _unplanes(data[name]) for name in ("counts", "near", "places", "joints", "beside")}
                pairs = _unpacked(data, "pairs")
                joined = np.column_stack([_unpacked(data, "joined"), data["families"].astype(np.int32)])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise BadInput("vectors.saved_file_damaged", path=folder / _COUNTS, reason=error) from error
        n = len(keys)
        lengths = {"counts": n, "near": n, "beside": n, "places": len(pairs), "joints": len(joined)}
        fits = all(len(numbers[name]) == length for name, length in lengths.items())
        inside = all(not len(one) or (one.min() >= 0 and one.max() < n) for one in (pairs, joined[:, :2]))
        known = list(manifest.provenance.get("families", ())) == list(FAMILIES) and bool((joined[:, 2] < len(FAMILIES)).all())
        if not (fits and inside and known):
            raise BadInput("vectors.saved_file_damaged", path=folder / _COUNTS, reason="sizes")
        info = {name: value for name, value in manifest.provenance.items() if name != "families"}
        return cls(keys, pairs=pairs, joined=joined, params=dict(manifest.params), info=info, **numbers)


def information(counts: Any, first: Any, second: Any, total: int) -> npt.NDArray[np.float64]:
    """Pointwise mutual information in bits of words that stand near each other ``counts`` times.

    >>> information(np.array([2]), 4, np.array([4]), 16).tolist()
    [1.0]
    """
    with np.errstate(divide="ignore"):
        bits: npt.NDArray[np.float64] = np.log2(np.asarray(counts, np.float64) * total / (np.float64(first) * second))
    return bits


def strength(counts: Any, bits: Any) -> npt.NDArray[np.float64]:
    """How much a context counts where only some are kept."""
    found: npt.NDArray[np.float64] = bits * np.log2(1 + np.asarray(counts, np.float64))
    return found


@cache
def shipped_evidence() -> Evidence:
    """That of all texts of the default model, which ships."""
    return Evidence.open(_SHIPPED)


# ---- numbers as bytes: the low bytes together, then the higher ones, which are nearly all 0 and so take no room compressed


def _planes(numbers: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Whole numbers from 0 as bytes × n.

    >>> _planes(np.array([1, 258])).tolist()
    [[1, 2], [0, 1]]
    """
    width = max(1, (int(numbers.max()).bit_length() + 7) // 8) if len(numbers) else 1
    return np.ascontiguousarray(numbers.astype("<u8").view(np.uint8).reshape(len(numbers), 8)[:, :width].T)


def _unplanes(planes: npt.NDArray[np.uint8]) -> Ints:
    whole = np.zeros((planes.shape[1], 8), np.uint8)
    whole[:, : len(planes)] = planes.T
    return whole.view("<u8").astype(np.int64).ravel()


def _packed(name: str, first: npt.NDArray[Any], second: npt.NDArray[Any], n: int) -> dict[str, npt.NDArray[np.uint8]]:
    """Pairs sorted by their first row: how many each row has, and the steps from one second row to the next."""
    steps = np.diff(second.astype(np.int64), prepend=0)
    begins = np.flatnonzero(np.diff(first, prepend=-1))
    steps[begins] = second[begins]
    return {f"{name}_lengths": _planes(np.bincount(first, minlength=n)), f"{name}_steps": _planes(steps)}


def _unpacked(data: Mapping[str, Any], name: str) -> npt.NDArray[np.int32]:
    lengths, steps = _unplanes(data[f"{name}_lengths"]), _unplanes(data[f"{name}_steps"])
    first = np.repeat(np.arange(len(lengths)), lengths)
    total = np.cumsum(steps)
    before = np.concatenate([[0], total])[np.cumsum(lengths) - lengths]
    return np.column_stack([first, total - np.repeat(before, lengths)]).astype(np.int32)
