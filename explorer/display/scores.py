"""Scores and comparisons of tokenizers as sheets: no number without its interval and its coverage."""

from __future__ import annotations

from typing import Any

from explorer.display.sheet import Sheet, say, shown

__all__ = ["comparison", "context_score", "score"]


def score(found: Any) -> Sheet:
    """The whole and the sections of a test set of words."""
    rows = tuple((one.name, one.value, one.low, one.high, one.covered, one.total) for one in (found, *found.sections))
    columns = ("name", "value", "low", "high", "covered", "total")
    return Sheet(_title(found, found.method), (_line(found.metric, found, found),), columns, rows, ("value", _least(rows), 1.0))


def context_score(found: Any) -> Sheet:
    """The numbers of a test set of sentences."""
    rows = tuple((one.name, one.value, one.low, one.high) for one in found.measures)
    title = _title(found, found.representation or "")
    notes = (say("display.coverage", covered=found.covered, total=found.total),)
    return Sheet(title, notes, ("name", "value", "low", "high"), rows, ("value", _least(rows), 1.0))


def comparison(found: Any) -> Sheet:
    """A row a number, a column a tokenizer: the other way round they would not fit beside each other."""
    rows = []
    for metric in found.metrics:
        cells = []
        for row in found.rows:
            one = row.metrics.get(metric)
            cells.append(None if one is None or one.value is None else _between(one))
        rows.append((metric, *cells))
    head = (("vocab_size", *(row.vocab_size for row in found.rows)),) if found.rows else ()
    notes = tuple(f"{row.tokenizer}: {row.error}" for row in found.rows if row.error is not None)
    return Sheet(say("display.comparison"), notes, ("metric", *(row.tokenizer for row in found.rows)), (*head, *rows))


def _between(one: Any) -> str:
    """A number with its interval."""
    interval = "" if one.low is None else f" [{shown(one.low)}, {shown(one.high)}]"
    return shown(float(one.value)) + interval


def _line(metric: str, one: Any, of: Any) -> str:
    return f"{metric} {_between(one)} · " + say("display.coverage", covered=of.covered, total=of.total)


def _title(found: Any, how: str) -> str:
    return " · ".join(filter(None, (found.name, found.model, how)))


def _least(rows: tuple[tuple[Any, ...], ...]) -> float:
    return float(min([0.0, *(row[1] for row in rows if row[1] is not None)]))
