"""Contexts on disk and a uniform sample of them for every word, drawn in one pass over a corpus of any size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput, disk_errors
from explorer.static.keys import key_filter
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token

__all__ = ["Contexts"]

_PENDING = 1_000_000
"""Priorities that wait before the lowest of each key are kept."""


@dataclass
class Contexts:
    """Contexts on disk, how often each key occurs in them, and the lowest priorities of each key."""

    folder: Path
    most: int
    seed: int
    documents: int = 0
    characters: int = 0
    tokens: int = 0
    total: int = 0
    files: int = 0
    names: list[str] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)
    _frequency: list[NDArray[np.int64]] = field(default_factory=list)
    _kept: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)
    _pending: int = 0
    _verdicts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)

    def _code(self, token: Token, keep: Any, wanted: set[str] | None) -> int:
        key = key_of(token)
        code = self._verdicts.get(key)
        if code is None:
            kept = keep(key)
            if kept is None or (wanted is not None and kept not in wanted and token.form not in wanted):
                code = -1
            else:
                code = self._codes.setdefault(kept, len(self._codes))
                if code == len(self.names):
                    self.names.append(kept)
            self._verdicts[key] = code
        return code

    def add(self, texts: list[str], tokens: Iterator[list[Token]], choice: str, wanted: set[str] | None) -> None:
        """One group of contexts; of a word that stands in a context twice, the first place counts."""
        keep, _ = key_filter(choice)
        held: list[str] = []
        numbers: list[int] = []
        places: list[tuple[int, int, int, int]] = []
        for number, (text, found) in enumerate(zip(texts, tokens, strict=True)):
            here: dict[int, tuple[int, int]] = {}
            self.tokens += len(found)
            for token in found:
                code = self._code(token, keep, wanted)
                if code >= 0 and token.end > token.start:
                    here.setdefault(code, (token.start, token.end))
            if here:
                places += [(len(held), code, *span) for code, span in here.items()]
                held.append(text)
                numbers.append(number)
        priorities = self._random.random(len(texts))[numbers]  # whatever other words are wanted
        self.total += len(held)
        if not held:
            return
        table = np.array(places, np.int64).T
        joined = np.frombuffer("\n".join(held).encode("utf-8", "surrogatepass"), np.uint8)
        with disk_errors("encoders.keeping_contexts"):
            np.savez(self.folder / f"{self.files}.npz", text=joined, places=table.astype(np.int32), priorities=priorities)
        self.files += 1
        self._frequency.append(np.bincount(table[1], minlength=len(self.names)))
        if len(self._frequency) > 64:
            self._frequency = [self.frequency()]
        self._kept.append((table[1], priorities[table[0]]))
        self._pending += table.shape[1]
        if self._pending > _PENDING:
            self.close()

    def frequency(self) -> NDArray[np.int64]:
        """In how many contexts each key stands."""
        whole = np.zeros(len(self.names), np.int64)
        for part in self._frequency:
            whole[: len(part)] += part
        return whole

    def close(self) -> None:
        """Keep only the lowest priorities of each key."""
        self._pending = 0
        if not self._kept:
            return
        codes = np.concatenate([one for one, _ in self._kept])
        priorities = np.concatenate([one for _, one in self._kept])
        order = np.lexsort((priorities, codes))
        codes, priorities = codes[order], priorities[order]
        first = np.flatnonzero(np.diff(codes, prepend=-1))
        rank = np.arange(len(codes)) - np.repeat(first, np.diff(np.append(first, len(codes))))
        low = rank < self.most
        self._kept = [(codes[low], priorities[low])]

    def order(self, min_count: int) -> NDArray[np.int64]:
        """Codes of the keys that get a vector, most frequent first."""
        if not self.characters:
            raise BadInput("encoders.corpus_empty")
        frequency = self.frequency()
        good = [code for code in range(len(self.names)) if frequency[code] >= min_count]
        if not good:
            raise BadInput("encoders.too_few_contexts", least=min_count, total=self.total, words=len(self.names))
        return np.array(sorted(good, key=lambda code: (-int(frequency[code]), self.names[code])), np.int64)

    def chosen(self, row_of: NDArray[np.int64]) -> Iterator[tuple[list[tuple[str, list[tuple[int, int]]]], NDArray[np.int64]]]:
        """Contexts that are read, with the spans wanted in them, and the row of each span."""
        limits = np.full(len(self.names), -1.0)
        codes, priorities = self._kept[0]
        np.maximum.at(limits, codes, priorities)
        for number in range(self.files):
            with np.load(self.folder / f"{number}.npz", allow_pickle=False) as data:
                texts = data["text"].tobytes().decode("utf-8", "surrogatepass").split("\n")
                context, code, start, end = data["places"].astype(np.int64)
                taken = (data["priorities"][context] <= limits[code]) & (row_of[code] >= 0)
            requests: dict[int, list[tuple[int, int]]] = {}
            for one, first, last in zip(context[taken].tolist(), start[taken].tolist(), end[taken].tolist(), strict=True):
                requests.setdefault(one, []).append((first, last))
            if requests:
                yield [(texts[one], spans) for one, spans in requests.items()], row_of[code[taken]]
