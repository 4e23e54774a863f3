"""What is taken along from the bench page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from dashboards.kit.taking import Take, lines
from dashboards.pages.bench.asked import Choice, Result, open_result

__all__ = ["cards", "numbers_of"]

_OPEN = """import pandas as pd

import explorer as ex
from dashboards.pages.bench.asked import Choice, curves_of, gold_of, texts_of

choice = Choice({tokenizers}, {corpus}, {text}, {size}, {speed}, {price})
texts, gold = texts_of(choice), list(gold_of(choice))
"""
_COMPARED = (
    _OPEN
    + """found = ex.compare(
    list(choice.tokenizers), texts, gold or None, reference="kiwi" if gold else None,
    price=choice.price or None, speed=choice.speed,
)
"""
)
_NUMBERS = _COMPARED + "answer = found.to_frame()"
_CURVES = """curves = {{name: curves_of(ex.tokenizer(name), texts) for name in choice.tokenizers}}
answer = pd.DataFrame({rows})"""
_RANKS = '[(name, rank, share) for name, one in curves.items() for rank, share in zip(one["ranks"], one["shares"])], columns=["tokenizer", "rank", "share"]'
_LENGTHS = '[(name, n, share) for name, one in curves.items() for n, share in enumerate(one["lengths"])], columns=["tokenizer", "length", "share"]'
_DIVIDED = """one, other = (found.rows[place].tokenizer for place in {pair})
answer = pd.DataFrame([(grid.text, grid.disagreement) for grid in found.disagreements(one, other)], columns=["text", "disagreement"])"""


_BESIDE = ("warnings", "notes", "lost", "lost_examples", "error")
"""What a row says beside its numbers; the parts of it that fit into a cell come last."""


def numbers_of(result: Result) -> Any:
    """As :meth:`explorer.tokenizers.comparison.compare.Comparison.to_frame`, from what was kept."""
    import pandas as pd

    records = []
    for row in result.rows:
        record = {name: value for name, value in row.items() if name not in _BESIDE and not isinstance(value, dict)}
        for name in result.data["metrics"]:
            interval = row.get(name) or {}
            record |= {f"{name}{end}": interval.get(key) for end, key in (("", "value"), ("_low", "low"), ("_high", "high"))}
        said = {name: "; ".join(map(str, row[name])) for name in ("warnings", "notes")}
        records.append(record | said | {"error": None if row["error"] is None else str(row["error"])})
    return pd.DataFrame.from_records(records)


def _curve(part: str, columns: list[str]) -> Callable[[Result], Any]:
    def frame(result: Result) -> Any:
        import pandas as pd

        named = [(name, one) for name, one in zip(result.data["asked"], result.data["curves"], strict=True) if one]
        rows = [
            (name, place, share)
            for name, one in named
            for place, share in (
                zip(one["ranks"], one["shares"], strict=True) if part == "ranks" else enumerate(one["lengths"])
            )
        ]
        return pd.DataFrame(rows, columns=columns)

    return frame


def cards(choice_of: Callable[[Mapping[str, Any]], Choice]) -> dict[str, Take]:
    """The answers of the page, by the comparison that its address asks for."""

    def take(
        frame: Callable[[Result, Mapping[str, Any]], Any], template: str, **more: Callable[[Mapping[str, Any]], Any]
    ) -> Take:
        def python(q: Mapping[str, Any]) -> str:
            return lines(template, **asdict(choice_of(q)), **{name: value(q) for name, value in more.items()})

        return Take(lambda q: frame(open_result(choice_of(q)), q), python)

    def divided(result: Result, q: Mapping[str, Any]) -> Any:
        import pandas as pd

        rows = [(one["text"], one["disagreement"]) for one in result.sentences(*pair_of(q))]
        return pd.DataFrame(rows, columns=["text", "disagreement"])

    def pair_of(q: Mapping[str, Any]) -> list[int]:
        return [int(one) for one in q["pair"].split(",")]

    numbers = take(lambda result, _: numbers_of(result), _NUMBERS)
    ranks, lengths = _curve("ranks", ["tokenizer", "rank", "share"]), _curve("lengths", ["tokenizer", "length", "share"])
    return {
        "table": numbers,
        "points": numbers,
        "ranks": take(lambda result, _: ranks(result), _OPEN + _CURVES.replace("{rows}", _RANKS)),
        "lengths": take(lambda result, _: lengths(result), _OPEN + _CURVES.replace("{rows}", _LENGTHS)),
        "divided": take(divided, _COMPARED + _DIVIDED, pair=pair_of),
    }
