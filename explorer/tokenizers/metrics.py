"""What tokenizers are measured by: exact definitions, counts per document, intervals from resampling documents.

Notation: N tokens, W eojeol (runs without white space), C Unicode code points after NFC (spaces included), B bytes of the NFC text
in UTF-8. Special tokens are never counted. A low number of tokens is no sign of quality, and a tokenizer that hides text behind
unknown tokens needs few: read the length next to what was lost.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.tokenizers.token import Token, Tokenizer, key_of

__all__ = ["DEFINITIONS", "Interval", "Meter", "Text", "renyi_efficiency", "renyi_entropy", "resample_ratio"]

DEFINITIONS: dict[str, str] = {
    "tokens_per_eojeol": "N / W: tokens per white-space word (fertility, Rust et al. 2021, with the eojeol as the word)",
    "tokens_per_character": "N / C: tokens per code point, spaces counted",
    "bytes_per_token": "B / N: UTF-8 bytes per token; not comparable across scripts",
    "continued_words": "share of eojeol cut into two tokens or more (Rust et al. 2021)",
    "unknown_tokens": "share of tokens that are unknown to the tokenizer",
    "unknown_characters": "share of code points under unknown tokens (one unknown token can hide a whole word)",
    "byte_tokens": "share of tokens that are bytes or pieces of one character",
    "byte_characters": "share of code points spelled with such tokens",
    "lost_characters": "share of visible code points that decoding does not give back (without a decoder: that no token covers)",
    "lossless": "share of documents whose decoded tokens are the document, white space at its ends aside",
    "vocabulary_used": "share of the vocabulary that occurs; grows with the corpus",
    "renyi_efficiency": "Rényi entropy of order 2.5 of the token distribution / log of the vocabulary size (Zouhar et al. 2023)",
    "boundary_precision": "share of the cuts inside eojeol that are morpheme boundaries of the gold standard (at syllable edges)",
    "boundary_recall": "share of the gold morpheme boundaries at syllable edges that the tokenizer cuts at",
    "boundary_f1": "harmonic mean of boundary precision and recall",
    "exact_eojeol": "share of eojeol cut exactly as the gold standard does, those with fused morphemes aside",
    "parity": "tokens of the Korean side / tokens of the other side of parallel text (Petrov et al. 2023)",
}
"""Every metric, its formula and unit."""

_EOJEOL = re.compile(r"\S+")
_UNITS = 20_000  # documents resampled one by one; beyond, documents share a unit
_GROUPS = 50  # groups of documents resampled for measures of a whole distribution
_REPLICATES = 1000


def renyi_entropy(counts: Iterable[float], alpha: float = 2.5) -> float:
    """Rényi entropy of order ``alpha`` in bits of the distribution proportional to ``counts``; order 1 is Shannon's.

    Raises:
        BadInput: nothing was counted, or ``alpha`` is negative.

    >>> round(renyi_entropy([3, 2, 1, 1]), 4), round(renyi_entropy([3, 2, 1, 1], alpha=1), 4)
    (1.653, 1.8424)
    """
    values = np.asarray([count for count in counts if count > 0], dtype=np.float64)
    if not values.size:
        raise BadInput("no counts: an entropy needs at least one token")
    if alpha < 0:
        raise BadInput(f"alpha={alpha} is not possible; use 0 or more, 2.5 by custom")
    return float(_entropy(values[None, :], alpha)[0])


def renyi_efficiency(counts: Iterable[float], vocab_size: int | None = None, alpha: float = 2.5) -> float:
    """Rényi entropy over its maximum, log of the vocabulary size: 1 when every piece is used equally often.

    Args:
        counts: how often each token occurs.
        vocab_size: the tokenizer's real vocabulary size; ``None`` takes the number of types counted, which is not
            comparable between tokenizers.
        alpha: the order.

    >>> round(renyi_efficiency([3, 2, 1, 1]), 4)
    0.8265
    """
    seen = [count for count in counts if count > 0]
    size = len(seen) if vocab_size is None else vocab_size
    if size < len(seen):
        raise BadInput(f"vocab_size={size} is smaller than the {len(seen)} different tokens counted")
    entropy = renyi_entropy(seen, alpha)
    return entropy / math.log2(size) if size > 1 else 1.0


def _entropy(counts: np.ndarray[Any, Any], alpha: float) -> np.ndarray[Any, Any]:
    """Entropy in bits of every row of counts."""
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    if alpha == 1:
        logs = np.zeros_like(shares)
        np.log2(shares, out=logs, where=shares > 0)
        plain: np.ndarray[Any, Any] = -(shares * logs).sum(axis=1)
        return plain
    powers = np.power(shares, alpha).sum(axis=1)
    result: np.ndarray[Any, Any] = np.log2(powers, out=np.zeros_like(powers), where=powers > 0) / (1 - alpha)
    return result


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % bootstrap interval over documents; no interval (``None``) from a single document."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, float | None]:
        return {"value": self.value, "low": self.low, "high": self.high}


def resample_ratio(above: Sequence[float], below: Sequence[float], seed: int = 42) -> Interval:
    """``sum(above) / sum(below)`` with its interval, units resampled together.

    >>> resample_ratio([1, 1], [2, 2])
    Interval(value=0.5, low=0.5, high=0.5)
    """
    table = np.stack([np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)])
    return _ratio(table.sum(axis=1), _resampled(table, seed), 0, 1)


def _resampled(table: np.ndarray[Any, Any], seed: int) -> np.ndarray[Any, Any] | None:
    """Column sums of ``table`` (quantities × units) over resampled units: quantities × replicates; ``None`` for one unit."""
    units = table.shape[1]
    if units < 2:
        return None
    random = np.random.default_rng(seed)
    sums = np.empty((table.shape[0], _REPLICATES))
    for replicate in range(_REPLICATES):
        sums[:, replicate] = table @ np.bincount(random.integers(0, units, units), minlength=units)
    return sums


def _ratio(totals: np.ndarray[Any, Any], sums: np.ndarray[Any, Any] | None, above: int, below: int) -> Interval:
    if totals[below] == 0:
        return Interval(None)
    value = float(totals[above] / totals[below])
    if sums is None:
        return Interval(value)
    drawn = sums[below] > 0
    low, high = np.percentile(sums[above][drawn] / sums[below][drawn], [2.5, 97.5])
    return Interval(value, float(low), float(high))


@dataclass(slots=True)
class Text:
    """One document and what does not depend on the tokenizer."""

    original: str
    nfc: str = field(init=False)
    eojeol: list[tuple[int, int]] = field(init=False)
    visible: int = field(init=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.nfc = unicodedata.normalize("NFC", self.original)
        self.eojeol = [match.span() for match in _EOJEOL.finditer(self.original)]
        self.visible = sum(map(len, self.nfc.split()))
        self.size = len(self.nfc.encode("utf-8"))


# What is counted for one document, in this order.
_COUNTS = (
    "documents", "tokens", "eojeol", "characters", "bytes", "continued", "unknown", "unknown_chars", "byte", "byte_chars",
    "lost", "visible", "lossless",
)  # fmt: skip

_RATIOS = {
    "tokens_per_eojeol": ("tokens", "eojeol"),
    "tokens_per_character": ("tokens", "characters"),
    "bytes_per_token": ("bytes", "tokens"),
    "continued_words": ("continued", "eojeol"),
    "unknown_tokens": ("unknown", "tokens"),
    "unknown_characters": ("unknown_chars", "characters"),
    "byte_tokens": ("byte", "tokens"),
    "byte_characters": ("byte_chars", "characters"),
    "lost_characters": ("lost", "visible"),
    "lossless": ("lossless", "documents"),
}


class Meter:
    """Counts one tokenizer over a stream of documents; memory does not grow with the corpus.

    Args:
        tokenizer: the engine measured.
        seed: of the resampling.
    """

    def __init__(self, tokenizer: Tokenizer, seed: int = 42) -> None:
        self.tokenizer = tokenizer
        self.seed = seed
        self._decode = getattr(tokenizer, "decode", None)
        self._is_byte = getattr(tokenizer, "is_byte", None)
        self._byte_ids: dict[int, bool] = {}
        self._units: list[list[float]] = []
        self._groups: list[Counter[Any]] = []
        self._documents = 0
        self.lost: Counter[str] = Counter()

    def add(self, text: Text, tokens: Sequence[Token]) -> None:
        """Count one document."""
        counts = [1.0, len(tokens), len(text.eojeol), len(text.nfc), text.size, _continued(text.eojeol, tokens)]
        unknown = [token for token in tokens if token.unknown]
        pieces = [token for token in tokens if self._byte(token)]
        counts += [len(unknown), _covered_size(unknown), len(pieces), _covered_size(pieces)]
        lost, lossless = self._round_trip(text, tokens)
        counts += [sum(lost.values()), text.visible, lossless]
        self.lost.update(lost)
        if len(self._units) < _UNITS:
            self._units.append(counts)
        else:
            unit = self._units[self._documents % _UNITS]
            for position, count in enumerate(counts):
                unit[position] += count
        if len(self._groups) < _GROUPS:
            self._groups.append(Counter())
        by_id = self.vocab_size is not None
        self._groups[self._documents % _GROUPS].update(token.id if by_id else key_of(token) for token in tokens)
        self._documents += 1

    @property
    def vocab_size(self) -> int | None:
        """Size of the tokenizer's vocabulary, where it has a closed one."""
        size = getattr(self.tokenizer, "vocab_size", None)
        return int(size) if size is not None else None

    def _byte(self, token: Token) -> bool:
        if self._is_byte is None or token.id is None:
            return False
        known = self._byte_ids.get(token.id)
        if known is None:
            known = self._byte_ids[token.id] = bool(self._is_byte(token.id))
        return known

    def _round_trip(self, text: Text, tokens: Sequence[Token]) -> tuple[Counter[str], float]:
        """Characters that do not come back, and whether everything does."""
        if self._decode is None:
            covered = bytearray(len(text.original))
            for token in tokens:
                covered[token.start : token.end] = b"\1" * (token.end - token.start)
            gone = (char for char, there in zip(text.original, covered, strict=True) if not there and not char.isspace())
            return Counter(gone), 0.0
        decoded = self._decode([token.id for token in tokens])
        if decoded.strip() == text.nfc.strip():
            return Counter(), 1.0
        missing = Counter("".join(text.nfc.split()))
        missing.subtract("".join(decoded.split()))
        return Counter({char: count for char, count in missing.items() if count > 0}), 0.0

    def results(self) -> dict[str, Interval]:
        """Every text-level metric, by name."""
        table = np.asarray(self._units, dtype=np.float64).reshape(-1, len(_COUNTS)).T
        totals, sums = table.sum(axis=1), _resampled(table, self.seed)
        at = _COUNTS.index
        found = {name: _ratio(totals, sums, at(above), at(below)) for name, (above, below) in _RATIOS.items()}
        if self._decode is None:
            found["lossless"] = Interval(None)
        if self._is_byte is None:
            found["byte_tokens"] = found["byte_characters"] = Interval(None)
        found.update(self._distribution())
        return found

    def totals(self) -> dict[str, int]:
        """Documents, tokens, eojeol, characters and bytes counted."""
        sums = np.asarray(self._units, dtype=np.float64).reshape(-1, len(_COUNTS)).sum(axis=0)
        return {name: int(sums[_COUNTS.index(name)]) for name in ("documents", "tokens", "eojeol", "characters", "bytes")}

    def notes(self) -> list[str]:
        """What a reader of the row has to know."""
        notes = []
        if self.vocab_size is None and self._groups:
            types = len(frozenset().union(*self._groups))
            notes.append(
                f"open vocabulary: Rényi efficiency is over the {types:,} types that occur, not comparable with closed ones"
            )
        if self.lost:
            shown = " ".join(char if char.isprintable() else f"U+{ord(char):04X}" for char, _ in self.lost.most_common(8))
            notes.append(f"loses text: {shown}")
        return notes

    def _distribution(self) -> dict[str, Interval]:
        """Measures of the whole distribution of tokens, with intervals from groups of documents."""
        types: dict[Any, int] = {}
        for group in self._groups:
            for key in group:
                types.setdefault(key, len(types))
        size = self.vocab_size
        if not types:
            return {"vocabulary_used": Interval(None), "renyi_efficiency": Interval(None)}
        matrix = np.zeros((len(self._groups), len(types)), dtype=np.float32)
        for row, group in enumerate(self._groups):
            matrix[row, [types[key] for key in group]] = list(group.values())
        limit = math.log2(max(2, size or len(types)))
        used = Interval(len(types) / size) if size else Interval(None)
        total = matrix.sum(axis=0, dtype=np.float64)[None, :]
        efficiency = Interval(float(_entropy(total, 2.5)[0]) / limit)
        if len(self._groups) < 2:
            return {"vocabulary_used": used, "renyi_efficiency": efficiency}
        random = np.random.default_rng(self.seed)
        entropies, sizes = [], []
        for _ in range(200):
            drawn = np.bincount(random.integers(0, len(matrix), len(matrix)), minlength=len(matrix)).astype(np.float32)
            counts = (drawn @ matrix).astype(np.float64)
            entropies.append(float(_entropy(counts[None, :], 2.5)[0]) / limit)
            sizes.append(np.count_nonzero(counts) / (size or 1))
        return {"vocabulary_used": _centred(used, sizes), "renyi_efficiency": _centred(efficiency, entropies)}


def _centred(value: Interval, replicates: Sequence[float]) -> Interval:
    # A resample holds fewer types than the corpus, whatever the corpus is: only its spread is news, not its level.
    if value.value is None:
        return value
    spread = np.asarray(replicates) - np.mean(replicates)
    low, high = np.percentile(spread, [2.5, 97.5])
    return Interval(value.value, value.value + float(low), value.value + float(high))


def _continued(eojeol: Sequence[tuple[int, int]], tokens: Sequence[Token]) -> int:
    """How many eojeol hold two tokens or more."""
    counts = [0] * len(eojeol)
    at = 0
    last = len(eojeol)
    for token in tokens:
        start, end = token.start, token.end
        while at < last and eojeol[at][1] <= start:
            at += 1
        index = at
        if start == end:
            # An empty token belongs to the word it stands in or right before.
            if index < last and eojeol[index][0] <= start:
                counts[index] += 1
            continue
        while index < last and eojeol[index][0] < end:
            counts[index] += 1
            index += 1
    return sum(count > 1 for count in counts)


def _covered_size(tokens: Sequence[Token]) -> int:
    """NFC code points under tokens, shared spans counted once."""
    size = 0
    last = -1
    for token in tokens:
        if token.end > last:
            begin = max(token.start, last)
            size += len(unicodedata.normalize("NFC", token.surface[begin - token.start :]))
            last = token.end
    return size


def rounded(values: Mapping[str, Interval], digits: int = 4) -> dict[str, dict[str, float | None]]:
    """Metrics as plain numbers, rounded for reading."""
    return {
        name: {key: None if number is None else round(number, digits) for key, number in interval.to_dict().items()}
        for name, interval in values.items()
    }
