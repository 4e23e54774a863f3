"""Morpheme boundaries of a reference, and how well a tokenizer's cuts meet them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.core.intervals import Interval, Units
from explorer.text.normalise import nfc
from explorer.tokenizers.comparison.gold import GoldSentence, boundary_counts, cuts
from explorer.tokenizers.token import Token

__all__ = ["BoundaryMeter", "reference_sentence"]


def reference_sentence(text: str, tokens: Sequence[Token]) -> GoldSentence:
    """A morphological analysis as a gold standard: its eojeol, its cuts at syllable edges, its fused boundaries.

    >>> from explorer.tokenizers.engines.kiwi import KiwiTokenizer
    >>> made = reference_sentence("왕이 갔다", KiwiTokenizer().tokenize("왕이 갔다"))
    >>> made.cuts, made.fused
    ((frozenset({1}), frozenset({4})), (0, 1))
    """
    eojeol: list[tuple[int, int]] = []
    found: list[frozenset[int]] = []
    fused: list[int] = []
    at = 0
    position = 0
    for word in text.split():
        start = text.index(word, position)
        end = position = start + len(word)
        inside = []
        while at < len(tokens) and tokens[at].start < end:
            if tokens[at].end >= start:
                inside.append(tokens[at])
            at += 1
        made = frozenset(cuts(inside, start, end))
        eojeol.append((start, end))
        found.append(made)
        fused.append(max(0, len(inside) - 1 - len(made)))
    return GoldSentence(text, tuple(eojeol), tuple(found), tuple(fused))


# Columns counted for every sentence.
_HITS, _MADE, _RIGHT, _EXACT, _SCORED, _FUSED, _TWICE, _BOTH, _ALL = range(9)


class BoundaryMeter:
    """Counts how one tokenizer's cuts meet a reference, sentence by sentence."""

    def __init__(self, seed: int = 42) -> None:
        self.seed = seed
        self._units = Units(9, seed)
        self._types: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._units)

    def add(self, sentence: GoldSentence, tokens: Sequence[Token]) -> None:
        """Count one sentence."""
        per_eojeol = boundary_counts(sentence, tokens)
        hits = made = right = exact = scored = fused = 0
        for (start, end), (hit, predicted, gold, same, lost) in zip(sentence.eojeol, per_eojeol, strict=True):
            hits += hit
            made += predicted
            right += gold
            fused += lost
            if not lost:
                scored += 1
                exact += same
            if gold:
                counts = self._types.setdefault(nfc(sentence.text[start:end]), [0, 0])
                counts[0] += 2 * hit
                counts[1] += predicted + gold
        # F1 = 2 hits / (predicted + gold), a ratio of sums as well.
        self._units.add([hits, made, right, exact, scored, fused, 2 * hits, made + right, right + fused])

    def state(self) -> dict[str, Any]:
        """What was counted of a few thousand sentences or fewer, as plain data."""
        return {"rows": self._units.rows(), "types": list(self._types.items())}

    def join(self, state: dict[str, Any]) -> None:
        """Count the sentences that follow, which another meter has counted."""
        for row in state["rows"]:
            self._units.add(row)
        for word, added in state["types"]:
            counts = self._types.setdefault(word, [0, 0])
            counts[0] += added[0]
            counts[1] += added[1]

    def results(self) -> dict[str, Interval]:
        """The metrics of group ``"boundaries"``."""
        if not len(self._units):
            return {}
        types = Units(2, self.seed)
        for twice, both in self._types.values():
            types.add([twice / both, 1])
        return {
            "boundary_precision": self._units.ratio(_HITS, _MADE),
            "boundary_recall": self._units.ratio(_HITS, _RIGHT),
            "boundary_f1": self._units.ratio(_TWICE, _BOTH),
            "boundary_f1_types": types.ratio(0, 1),
            "exact_eojeol": self._units.ratio(_EXACT, _SCORED),
            "fused_boundaries": self._units.ratio(_FUSED, _ALL),
        }
