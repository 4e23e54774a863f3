"""Whether two words are related, similar or opposite, as far as the patterns of a corpus tell; and why.

* Words of one kind are set side by side: 개와 고양이, 개나 고양이, 크고 작은. What is only related is not: 의사 and 병원 stand near each
  other, one is the other's (병원의 의사), but hardly ever "의사와 병원".
* Kinds have many members, so that similar nouns stand in lists (개, 고양이, 토끼); opposites are a closed pair of two and seldom
  do. Opposite predicates are weighed against each other (크거나 작은, 크지만 작은); similar ones are heaped (예쁘고 귀여운).

The numbers below were chosen on 96 pairs of words; docs/why.md tells how often they are right on others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log2, sqrt
from typing import Any

from explorer.core.messages import Message
from explorer.text.patterns import CONTRASTS, EQUALS
from explorer.vectors.evidence import Evidence

__all__ = ["LABELS", "Verdict", "judge"]

LABELS = ("similar", "related", "opposite", "unclear")

_LEAST = 3
"""Places that show anything at all."""
_EQUAL = 0.008
"""Part of all that two words are set side by side with which is the other one (geometric mean of both) from which on they are a pair."""
_CLOSED, _OFTEN = 0.015, 5
"""The same part, and how many places, for opposites: a closed pair."""
_LISTED = 0.27
"""Part of these places that are lists, up to which nouns are opposites, with two lists in four places added: few places tell little."""
_WEIGHED = 0.2
"""Part of them that weigh one against the other, from which on predicates are opposites."""
_FIXED, _MANY = 0.1, 20
"""The part, and how many places, from which on predicates are opposites however they are joined: each is what the other is said with."""
_BITS = 2.0
"""How much more often than chance related words stand near each other, in bits: four times."""
_OWNED = 6
"""Times one is the other's, from which on they are related."""
_ALIKE = 0.3
"""Cosine of contexts of words that are similar though they hardly meet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the corpus tells of two words.

    Attributes:
        label: one of :data:`LABELS`; ``"unclear"`` where there is not enough evidence.
        reasons: why, each a sentence in either language.
        a, b: the words.
    """

    label: str
    reasons: tuple[Message, ...]
    a: str
    b: str

    def said(self, language: str = "en") -> str:
        """The verdict as a sentence in ``"en"`` or ``"ko"``."""
        values = {"a": self.a, "b": self.b}
        sentences = {
            "similar": Message("vectors.why_similar", values),
            "related": Message("vectors.why_related", values),
            "opposite": Message("vectors.why_opposite", values),
            "unclear": Message("vectors.why_unclear", values),
        }
        return sentences[self.label].said(language)

    def to_dict(self) -> dict[str, Any]:
        return {"label": self.label, "reasons": [{"code": one.code, **one.values, "text": one.said()} for one in self.reasons]}


def judge(
    known: Evidence,
    words: tuple[str, str],
    rows: tuple[int | None, int | None],
    predicates: tuple[bool, bool],
    second_order: float | None,
) -> Verdict:
    """Judge two words by the counts of a corpus.

    Args:
        known: the counts.
        words: what the two are called.
        rows: where they are counted; ``None`` for one that is not.
        predicates: whether each is a verb or an adjective.
        second_order: cosine of their contexts.
    """
    a, b = rows
    if a is None or b is None or a == b:
        missing = [word for word, row in zip(words, rows, strict=True) if row is None]
        reason = Message("vectors.why_not_counted", {"words": missing}) if missing else Message("vectors.why_counted_as_one")
        return Verdict("unclear", (reason,), *words)
    there, back = known.patterns(a, b), known.patterns(b, a)
    times = {name: there.get(name, 0) + back.get(name, 0) for name in {*there, *back}}
    together = known.together(a, b)
    counts = _Counts(
        equal=sum(times.get(name, 0) for name in EQUALS),
        listed=times.get("list", 0),
        weighed=sum(times.get(name, 0) for name in CONTRASTS),
        owned=times.get("of", 0),
        shares=(_share(times, known, a), _share(times, known, b)),
        together=together or 0,
        bits=log2(together / known.expected(a, b)) if together else None,
        alike=second_order or 0.0,
    )
    label = _label(counts, *predicates)
    return Verdict(label, tuple(_reasons(counts, label, words, all(predicates))), *words)


@dataclass(frozen=True, slots=True)
class _Counts:
    """What is weighed: places that set the two side by side, those of them that are lists or weigh one against the other, those where
    one is the other's; the part of all that each is set side by side with; places near each other, in bits; cosine of contexts.
    """

    equal: int
    listed: int
    weighed: int
    owned: int
    shares: tuple[float, float]
    together: int
    bits: float | None
    alike: float

    @property
    def share(self) -> float:
        return sqrt(self.shares[0] * self.shares[1])

    @property
    def nouns_opposite(self) -> bool:
        return (self.listed + 2) / (self.equal + 4) <= _LISTED

    @property
    def predicates_opposite(self) -> bool:
        return self.weighed / self.equal >= _WEIGHED or self.fixed

    @property
    def fixed(self) -> bool:
        return self.equal >= _MANY and self.share >= _FIXED


def _share(times: Mapping[str, int], known: Evidence, row: int) -> float:
    return sum(times.get(name, 0) for name in EQUALS) / max(1, int(known.beside[row]))


def _label(counts: _Counts, a_is_predicate: bool, b_is_predicate: bool) -> str:
    one_class = a_is_predicate == b_is_predicate
    if one_class and counts.equal >= _LEAST and counts.share >= _EQUAL and counts.equal > counts.owned:
        opposite = counts.predicates_opposite if a_is_predicate else counts.nouns_opposite
        return "opposite" if counts.equal >= _OFTEN and counts.share >= _CLOSED and opposite else "similar"
    if counts.owned >= _OWNED or (counts.together >= _LEAST and counts.bits is not None and counts.bits >= _BITS):
        return "related"
    return "similar" if one_class and counts.alike >= _ALIKE else "unclear"


def _reasons(counts: _Counts, label: str, words: tuple[str, str], predicates: bool) -> Iterator[Message]:
    a, b = words
    if counts.equal:
        shares = {"a": a, "b": b, "share_a": counts.shares[0], "share_b": counts.shares[1]}
        yield Message("vectors.why_side_by_side", {"count": counts.equal, **shares})
        if label in ("similar", "opposite") and counts.share >= _EQUAL:
            part = (counts.weighed if predicates else counts.listed) / counts.equal
            yield Message("vectors.why_weighed" if predicates else "vectors.why_listed", {"part": part})
            if predicates and counts.fixed:
                yield Message("vectors.why_fixed")
    else:
        yield Message("vectors.why_never_side_by_side")
    if counts.owned:
        yield Message("vectors.why_owned", {"count": counts.owned})
    if counts.bits is not None:
        values = {"count": counts.together, "times": 2**counts.bits}
        yield Message("vectors.why_near_often" if counts.bits > 0 else "vectors.why_near_seldom", values)
    else:
        yield Message("vectors.why_not_near")
    yield Message("vectors.why_alike", {"cosine": counts.alike})
