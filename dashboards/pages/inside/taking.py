"""What is taken along from the inside page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dashboards.kit.taking import Take, lines
from dashboards.pages.inside.asked import GUESSES, compute, following, guess, sentences

if TYPE_CHECKING:
    from explorer.encoders.inside_record import Inside

__all__ = ["CARDS", "START"]

START = "나는 학교"
"""What Kiwi goes on from where nothing was asked."""

Values = Mapping[str, Any]

_OPEN = """import pandas as pd

import explorer as ex

seen = ex.encoder({model}).inside({first}, {second})
"""
_GUESS = """import pandas as pd

import explorer as ex

gaps = ex.encoder({model}).fill({text}, {n}, unit={unit})
rows = [(gap, one.text, one.probability) for gap, found in enumerate(gaps, 1) for one in found.guesses]
answer = pd.DataFrame(rows, columns=["gap", "guess", "probability"])"""
_NEXT = """import pandas as pd

import explorer as ex

answer = pd.DataFrame([(one.text, one.tag, one.probability) for one in ex.kiwi_next({start}, {n})], columns=["guess", "tag", "probability"])"""


def _asked(q: Values) -> dict[str, Any]:
    first, second = sentences(dict(q))
    return {"model": q["model"], "first": first, "second": second}


def _gap(q: Values) -> dict[str, Any]:
    return {"model": q["model"], "text": q["gap"], "unit": q["guess"]}


def _look(seen: Inside, q: Values) -> dict[str, Any]:
    """What is looked at: beyond the last layer or head it is the last, or the mean."""
    head = q["head"] if 0 < q["head"] <= seen.heads else None
    layer = q["layer"] if 1 <= q["layer"] <= seen.blocks else seen.blocks
    return {"layer": layer, "head": head, "at": min(q["at"], seen.blocks), "unit": q["unit"], "centre": q["centre"]}


def _take(frame: Callable[[Inside, dict[str, Any]], Any], line: str) -> Take:
    def python(q: Values) -> str:
        asked = _asked(q)
        return lines(_OPEN + line, **asked | {"second": asked["second"] or None}, **_look(compute(asked), q))

    def table(q: Values) -> Any:
        seen = compute(_asked(q))
        return frame(seen, _look(seen, q))

    return Take(table, python)


def _attention(seen: Inside, look: dict[str, Any]) -> Any:
    import pandas as pd

    return pd.DataFrame(seen.attention(look["layer"], look["head"], look["unit"]))


def _similarity(seen: Inside, look: dict[str, Any]) -> Any:
    import pandas as pd

    return pd.DataFrame(seen.cosines(look["at"], look["centre"]))


def _guesses(q: Values) -> Any:
    import pandas as pd

    rows = [(gap, one.text, one.probability) for gap, found in enumerate(guess(_gap(q)), 1) for one in found.guesses]
    return pd.DataFrame(rows, columns=["gap", "guess", "probability"])


def _next(q: Values) -> Any:
    import pandas as pd

    rows = [(one.text, one.tag, one.probability) for one in following(q["start"] or START)]
    return pd.DataFrame(rows, columns=["guess", "tag", "probability"])


CARDS = {
    "tokens": _take(lambda seen, _: seen.to_frame(), "answer = seen.to_frame()"),
    "attention": _take(_attention, "answer = pd.DataFrame(seen.attention({layer}, {head}, {unit}))"),
    "similarity": _take(_similarity, "answer = pd.DataFrame(seen.cosines({at}, {centre}))"),
    "guess": Take(_guesses, lambda q: lines(_GUESS, n=GUESSES, **_gap(q))),
    "next": Take(_next, lambda q: lines(_NEXT, start=q["start"] or START, n=GUESSES)),
}
