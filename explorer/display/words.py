"""Answers about words as sheets. What is asked for here is what :mod:`explorer.vectors.records` offers, by its attributes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from explorer.core.messages import codes
from explorer.display.picture import parallelogram_svg
from explorer.display.sheet import Sheet, say

__all__ = ["analogy", "axis", "neighbours", "parallelogram", "resolution", "similarities", "taken_for"]


def taken_for(resolved: Iterable[Any]) -> tuple[str, ...]:
    """What words were taken for, a line each; nothing for keys, and for forms that are no other key."""
    lines = []
    for one in resolved:
        if one is not None and one.how != "exact" and (one.how != "form" or one.alternatives):
            also = "; " + say("display.also", words=list(one.alternatives[:5])) if one.alternatives else ""
            lines.append(f"{one.query} → {one.key} ({_how(one.how)}){also}")
    return tuple(dict.fromkeys(lines))


def _how(how: str) -> str:
    code = f"display.how_{how}"
    return say(code) if code in codes("display") else how


def _ranked(found: Sequence[Any]) -> dict[str, Any]:
    known = any(one.count is not None for one in found)
    rows = [(place, one.word, one.key, one.score, *((one.count,) if known else ())) for place, one in enumerate(found, 1)]
    lowest = min((one.score for one in found), default=0.0)
    highest = max((one.score for one in found), default=1.0)
    columns = ("rank", "word", "key", "score", *(("count",) if known else ()))
    return {"columns": columns, "rows": tuple(rows), "bars": ("score", min(0.0, lowest), max(1.0, highest))}


def neighbours(found: Any) -> Sheet:
    """The nearest words, their scores as bars."""
    query = found.resolution.query if found.resolution else say("display.a_vector")
    title = " · ".join(filter(None, (say("display.nearest", query=query), found.model, found.method)))
    notes = (*taken_for([found.resolution]), *_left_out(found))
    return Sheet(title, notes, **_ranked(found.neighbours))


def _left_out(found: Any) -> list[str]:
    return [say("display.left_out", words=list(found.left_out))] if found.left_out else []


def analogy(found: Any) -> Sheet:
    """The answers to an expression, with its parallelogram where it has one."""
    notes = list(taken_for(found.resolved))
    if found.expected is not None:
        one = found.expected
        code = "display.expected" if one.rank else "display.expected_none"
        notes.append(say(code, word=one.word, rank=one.rank, score=one.score))
    if found.form is not None:
        notes.append(say("display.in_form", words=list(filter(None, found.form.words)), change=found.form.change))
    notes += _left_out(found)
    picture = parallelogram_svg(found.drawing) if found.drawing is not None else ""
    title = " · ".join(filter(None, (found.expression, found.model, found.method)))
    return Sheet(title, tuple(notes), picture=picture, **_ranked(found.neighbours))


def parallelogram(found: Any) -> Sheet:
    """The picture, and the steps with their lengths and angles."""
    rows = tuple((step.start, step.end, step.length, step.angle, step.gap, step.inside) for step in found.steps)
    names = [found.end[0], found.origin[0], found.start[0]]
    title = " · ".join(filter(None, ("{} − {} + {}".format(*names), found.model)))
    return Sheet(title, (), ("start", "end", "length", "angle", "gap", "inside"), rows, picture=parallelogram_svg(found))


def similarities(found: Any) -> Sheet:
    """The cosines of all pairs, cells coloured by them."""
    notes = list(taken_for(found.resolved))
    if found.unknown:
        notes.append(say("display.unknown", words=list(found.unknown)))
    rows = tuple((word, *row) for word, row in zip(found.words, found.matrix, strict=True))
    title = " · ".join(filter(None, (say("display.cosines"), found.model)))
    return Sheet(title, tuple(notes), ("word", *found.words), rows, heat=True)


def resolution(one: Any) -> Sheet:
    """What a word was taken for, in one line."""
    [line] = taken_for([one]) or (f"{one.query} → {one.key} ({_how(one.how)})",)
    return Sheet(f"{line} · {one.note}" if one.note else line)


def axis(found: Any) -> Sheet:
    """Words between two poles, their places as bars."""
    low, high = (", ".join(one.query for one in pole) for pole in (found.low, found.high))
    bounded = any(one.low is not None for one in found.scores)
    rows = tuple((one.word, one.key, one.score, *((one.low, one.high) if bounded else ())) for one in found.scores)
    most = max((abs(one.score) for one in found.scores), default=1.0) or 1.0
    columns = ("word", "key", "score", *(("low", "high") if bounded else ()))
    title = " · ".join(filter(None, (f"{low} ↔ {high}", found.model)))
    notes = (say("display.separation", value=found.separation),)
    return Sheet(title, notes, columns, rows, bars=("score", -most, most))
