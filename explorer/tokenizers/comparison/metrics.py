"""Counting one tokenizer over a stream of documents. What is counted is defined in :mod:`explorer.tokenizers.comparison.definitions`.

A low number of tokens is no sign of quality, and a tokenizer that hides text behind unknown tokens needs few: read the length next to
what was lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from explorer.core.intervals import Interval, Units
from explorer.core.messages import Message
from explorer.tokenizers.comparison.distribution import distribution
from explorer.tokenizers.engine import decoder_of
from explorer.tokenizers.token import Token, Tokenizer, key_of

__all__ = ["LostText", "Meter", "Text", "percent"]

_EOJEOL = re.compile(r"\S+")
_GROUPS = 50  # groups of documents resampled for measures of a whole distribution
_LOST_EXAMPLES = 8
_AROUND = 20


@dataclass(frozen=True, slots=True)
class LostText:
    """One place where decoding does not give back what was written.

    Attributes:
        text: the place, and a little around it.
        decoded: what came back instead.
    """

    text: str
    decoded: str

    def to_dict(self) -> dict[str, str]:
        return {"text": self.text, "decoded": self.decoded}


@dataclass(slots=True)
class Text:
    """One document and what does not depend on the tokenizer; ``plain`` has one space for any white space between words."""

    original: str
    nfc: str = field(init=False)
    plain: str = field(init=False)
    eojeol: list[tuple[int, int]] = field(init=False)
    visible: int = field(init=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.nfc = unicodedata.normalize("NFC", self.original)
        self.eojeol = [match.span() for match in _EOJEOL.finditer(self.original)]
        words = self.nfc.split()
        self.plain = " ".join(words)
        self.visible = sum(map(len, words))
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

    Attributes:
        lost: the characters that did not come back, with their counts.
        lost_examples: the first places where something did not.
    """

    def __init__(self, tokenizer: Tokenizer, seed: int = 42) -> None:
        self.tokenizer = tokenizer
        self.seed = seed
        self._decode = decoder_of(tokenizer)
        self._is_byte = getattr(tokenizer, "is_byte", None)
        self._byte_ids: dict[int, bool] = {}
        self._units = Units(len(_COUNTS), seed)
        self._groups: list[Counter[Any]] = []
        self.lost: Counter[str] = Counter()
        self.lost_examples: list[LostText] = []

    def add(self, text: Text, tokens: Sequence[Token]) -> None:
        """Count one document."""
        counts = [1.0, len(tokens), len(text.eojeol), len(text.nfc), text.size, _continued(text.eojeol, tokens)]
        unknown = [token for token in tokens if token.unknown]
        pieces = [token for token in tokens if self._byte(token)] if self._is_byte is not None else []
        counts += [len(unknown), _covered_size(unknown), len(pieces), _covered_size(pieces)]
        lost, lossless = self._round_trip(text, tokens)
        counts += [sum(lost.values()), text.visible, lossless]
        self.lost.update(lost)
        if len(self._groups) < _GROUPS:
            self._groups.append(Counter())
        by_id = self.vocab_size is not None
        group = self._groups[len(self._units) % _GROUPS]
        group.update([token.id for token in tokens] if by_id else map(key_of, tokens))
        self._units.add(counts)

    def state(self) -> dict[str, Any]:
        """What was counted of a few thousand documents or fewer, as plain data."""
        return {
            "rows": self._units.rows(),
            "groups": [[list(group), list(group.values())] for group in self._groups],
            "lost": list(self.lost.items()),
            "lost_examples": [example.to_dict() for example in self.lost_examples],
        }

    def join(self, state: dict[str, Any]) -> None:
        """Count the documents that follow, which another meter of this tokenizer has counted: the same as if they were added here."""
        for number, (keys, counts) in enumerate(state["groups"], len(self._units)):
            if len(self._groups) < _GROUPS:
                self._groups.append(Counter())
            self._groups[number % _GROUPS].update(dict(zip(keys, counts, strict=True)))
        for row in state["rows"]:
            self._units.add(row)
        self.lost.update(dict(state["lost"]))
        examples = [LostText(**example) for example in state["lost_examples"]]
        self.lost_examples += examples[: _LOST_EXAMPLES - len(self.lost_examples)]

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
        # White space is white space: a line end that comes back as a space is not lost.
        decoded = " ".join(self._decode([token.id for token in tokens if token.id is not None]).split())
        if decoded == text.plain:
            return Counter(), 1.0
        if len(self.lost_examples) < _LOST_EXAMPLES:
            self.lost_examples.append(_first_difference(text.plain, decoded))
        missing = Counter(text.plain.replace(" ", ""))
        missing.subtract(decoded.replace(" ", ""))
        return Counter({char: count for char, count in missing.items() if count > 0}), 0.0

    def results(self) -> dict[str, Interval]:
        """Every text-level metric, by name."""
        at = _COUNTS.index
        found = {name: self._units.ratio(at(above), at(below)) for name, (above, below) in _RATIOS.items()}
        if self._decode is None:
            found["lossless"] = Interval(None)
        if self._is_byte is None:
            found["byte_tokens"] = found["byte_characters"] = Interval(None)
        found["vocabulary_used"], found["renyi_efficiency"] = self._distribution()
        return found

    def totals(self) -> dict[str, int]:
        """Documents, tokens, eojeol, characters and bytes counted."""
        sums = self._units.totals()
        return {name: int(sums[_COUNTS.index(name)]) for name in ("documents", "tokens", "eojeol", "characters", "bytes")}

    def warnings(self) -> list[Message]:
        """What hides text, and makes the length of this tokenizer incomparable."""
        results = self.results()
        warnings = []
        unknown = results["unknown_characters"].value
        if unknown and self._decode is not None:
            warnings.append(Message("tokenizers.remark_unknown", {"share": percent(unknown)}))
        lost = results["lost_characters"].value
        if lost:
            characters = " ".join(char if char.isprintable() else f"U+{ord(char):04X}" for char, _ in self.lost.most_common(8))
            warnings.append(Message("tokenizers.remark_lost", {"share": percent(lost), "characters": characters}))
        lossless = results["lossless"].value
        if lossless is not None and lossless < 1:
            code = "tokenizers.remark_documents" if lost else "tokenizers.remark_white_space"
            warnings.append(Message(code, {"share": percent(1 - lossless)}))
        return warnings

    def notes(self) -> list[Message]:
        """What else a reader of the row has to know."""
        notes = []
        if self.vocab_size is None and self._groups:
            types = len(frozenset().union(*self._groups))
            notes.append(Message("tokenizers.remark_open_vocabulary", {"types": types}))
        if self._decode is None and self._units.totals()[_COUNTS.index("unknown")]:
            notes.append(Message("tokenizers.remark_guesses"))
        return notes

    def _distribution(self) -> tuple[Interval, Interval]:
        """Vocabulary use and Rényi efficiency, with intervals from groups of documents."""
        types: dict[Any, int] = {}
        for group in self._groups:
            for key in group:
                types.setdefault(key, len(types))
        if not types:
            return Interval(None), Interval(None)
        matrix = np.zeros((len(self._groups), len(types)), dtype=np.float32)
        for row, group in enumerate(self._groups):
            matrix[row, [types[key] for key in group]] = list(group.values())
        return distribution(matrix, self.vocab_size, self.seed)


def percent(share: float) -> str | Message:
    """A share as remarks say it: never a zero that is none."""
    return f"{100 * share:.2f} %" if share >= 0.00005 else Message("tokenizers.under_hundredth")


def _first_difference(text: str, decoded: str) -> LostText:
    """The surroundings of the first character that differs."""
    at = next((at for at, (left, right) in enumerate(zip(text, decoded, strict=False)) if left != right), len(decoded))
    window = slice(max(0, at - _AROUND), at + _AROUND)
    return LostText(text[window], decoded[window])


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
