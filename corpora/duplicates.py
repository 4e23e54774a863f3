"""Finding texts that were there before, exactly or nearly, in bounded memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from corpora.document import Document
from corpora.readers.report import Report
from explorer.core.errors import BadInput

__all__ = ["PERMUTATIONS", "Duplicates", "SeenTexts", "Signature", "signature", "text_key", "without_duplicates"]

PERMUTATIONS = 64
BANDS = 16
ROWS = PERMUTATIONS // BANDS
GRAM = 3
WINDOW = 1 << 20
"""Near duplicates are looked for among this many kept documents, the last ones."""

_CHUNK = 4096
_GENERATOR = np.random.default_rng(20_240_229)
_A = (_GENERATOR.integers(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) << np.uint32(1)) | np.uint32(1)
_B = _GENERATOR.integers(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def text_key(text: str) -> int:
    """A text by 8 bytes of its hash, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class SeenTexts:
    """A set of texts by 8-byte hash: about 8 bytes a text, whatever its length.

    >>> seen = SeenTexts()
    >>> seen.add("봄"), seen.add("봄")
    (True, False)
    """

    RECENT = 1 << 18

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._sorted: npt.NDArray[np.uint64] = np.empty(0, np.uint64)

    def add(self, text: str) -> bool:
        """Whether ``text`` is new; it no longer is afterwards."""
        return self.add_key(text_key(text))

    def add_key(self, key: int) -> bool:
        """As :meth:`add`, of a text by its :func:`text_key`."""
        if key in self._recent:
            return False
        at = int(np.searchsorted(self._sorted, np.uint64(key)))
        if at < len(self._sorted) and int(self._sorted[at]) == key:
            return False
        self._recent.add(key)
        if len(self._recent) >= self.RECENT:
            # Merged now and then: a Python set alone would take ten times the memory.
            self._sorted = np.sort(np.concatenate([self._sorted, np.fromiter(self._recent, np.uint64, len(self._recent))]))
            self._recent.clear()
        return True


Signature: TypeAlias = npt.NDArray[np.uint32]
"""64 numbers of a text."""


def signature(text: str) -> Signature:
    """MinHash of the character trigrams of ``text``, white space counting as one space: 64 × uint32.

    The share of equal entries of two signatures estimates the Jaccard similarity of their trigram sets, with a standard
    error of at most 0.0625 (Broder 1997).
    """
    codes = np.frombuffer(" ".join(text.split()).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    if len(codes) < GRAM:
        codes = np.pad(codes, (0, GRAM - len(codes)))
    # 21 bits a character: three of them fit into 64 bits without loss.
    grams = (codes[:-2] << np.uint64(42)) | (codes[1:-1] << np.uint64(21)) | codes[2:]
    mixed = (grams ^ (grams >> np.uint64(29))) * _MIX
    mixed = (mixed ^ (mixed >> np.uint64(32))) * _MIX
    hashes = (mixed >> np.uint64(32)).astype(np.uint32)
    best = np.full(PERMUTATIONS, 0xFFFFFFFF, np.uint32)
    for start in range(0, len(hashes), _CHUNK):
        np.minimum(best, (_A[:, None] * hashes[None, start : start + _CHUNK] + _B[:, None]).min(axis=1), out=best)
    return best


class Duplicates:
    """Tells for one text after the other whether it, or one very like it, was there before.

    Args:
        near: also find near duplicates: the least Jaccard similarity of character trigrams that counts, e.g. 0.8;
            ``None`` for exact ones only. Near duplicates take about 200 MB, however many documents there are.

    Raises:
        BadInput: ``near`` is no share.
    """

    def __init__(self, near: float | None = None) -> None:
        if near is not None and not 0.5 <= near <= 1:
            raise BadInput("corpora.bad_similarity", near=near)
        self._near = near
        self._exact = SeenTexts()
        if near is not None:
            # Zeroed pages take no memory before they are used.
            self._signatures = np.zeros((WINDOW, PERMUTATIONS), np.uint16)
            self._table = np.zeros((BANDS, WINDOW), np.uint32)
            self._kept = 0

    def check(self, text: str) -> str | None:
        """``"duplicates"``, ``"near"``, or ``None`` for a new text, which is remembered."""
        return self.check_known(text_key(text), lambda: signature(text))

    def check_known(self, key: int, shape: Callable[[], Signature]) -> str | None:
        """As :meth:`check`, of a text by its :func:`text_key` and :func:`signature`."""
        if not self._exact.add_key(key):
            return "duplicates"
        if self._near is not None and self._is_near(shape()):
            return "near"
        return None

    def _is_near(self, full: Signature) -> bool:
        short = (full & np.uint32(0xFFFF)).astype(np.uint16)
        bands = full.reshape(BANDS, ROWS).astype(np.uint64)
        mixed = np.zeros(BANDS, np.uint64)
        for column in range(ROWS):
            mixed = (mixed ^ bands[:, column]) * _MIX
            mixed ^= mixed >> np.uint64(31)
        slots = (mixed % np.uint64(WINDOW)).astype(np.int64)
        rows = np.arange(BANDS)
        entries = np.unique(self._table[rows, slots]).astype(np.int64)
        candidates = entries[entries > 0] - 1
        if len(candidates):
            agreement = (self._signatures[candidates] == short).mean(axis=1)
            if float(agreement.max()) >= (self._near or 1):
                return True
        place = self._kept % WINDOW
        self._signatures[place] = short
        self._table[rows, slots] = place + 1
        self._kept += 1
        return False


def without_duplicates(documents: Iterable[Document], report: Report, near: float | None = None) -> Iterator[Document]:
    """The documents whose text was not there before; what is dropped is counted in ``report``."""
    filter_ = Duplicates(near)
    for document in documents:
        found = filter_.check(document.text)
        if found is None:
            yield document
        else:
            report.note(found, document.id)
