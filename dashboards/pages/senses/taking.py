"""What is taken along from the senses page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from dashboards.kit.taking import Take, lines
from dashboards.pages.senses.asked import Found, assign, compute, numbers_of, steps_of

__all__ = ["cards"]

Values = Mapping[str, Any]

_OPEN = """import pandas as pd

import explorer as ex

m = ex.encoder({model})
word, texts, spans = {word}, {texts}, {spans}
senses = m.senses(word, texts, {k}, representation={view}, spans=spans){hand}
"""
_SENSES = _OPEN + 'answer = pd.DataFrame({{"sentence": senses.sentences, "sense": [label + 1 for label in senses.labels]}})'
_PLANE = (
    _OPEN + 'answer = pd.DataFrame(senses.picture()[0], columns=["x", "y"]).assign(sense=[one + 1 for one in senses.labels])'
)
_EVIDENCE = _OPEN + "answer = pd.DataFrame([trial.to_dict() for trial in senses.decision.trials] if senses.decision else [])"
_CURVE = (
    _OPEN
    + """from dashboards.pages.senses.asked import background

curve = m.sense_curve(word, texts, {curve_k}, gold={gold}, background=background(), spans=spans)
answer = pd.json_normalize([level.to_dict() for level in curve.levels])"""
)
_NEW = _OPEN + 'answer = pd.DataFrame(enumerate(m.assign(senses, {new}).cosines, 1), columns=["sense", "cosine"])'


def _senses(found: Found, _: Values) -> Any:
    import pandas as pd

    senses = found.senses
    return pd.DataFrame({"sentence": senses.sentences, "sense": [label + 1 for label in senses.labels]})


def _plane(found: Found, _: Values) -> Any:
    import pandas as pd

    return pd.DataFrame(found.senses.picture()[0], columns=["x", "y"]).assign(sense=[one + 1 for one in found.senses.labels])


def _evidence(found: Found, _: Values) -> Any:
    import pandas as pd

    decision = found.senses.decision
    return pd.DataFrame([trial.to_dict() for trial in decision.trials] if decision else [])


def _curve(found: Found, _: Values) -> Any:
    import pandas as pd

    return pd.json_normalize([asdict(level) for level in found.curve.levels])


def _by_hand(asked: Mapping[str, Any]) -> str:
    """The changes of a person as calls."""
    calls = ((step[0], ", ".join(map(str, numbers_of(step)))) for step in steps_of(str(asked["by"])))
    return "".join(f".{'join' if kind == 'j' else 'split'}({numbers})" for kind, numbers in calls)


def cards(asked_of: Callable[[Values], dict[str, Any]]) -> dict[str, Take]:
    """The answers of the page, by the question in its address."""

    def new(_: Found, q: Values) -> Any:
        import pandas as pd

        return pd.DataFrame(list(enumerate(assign(asked_of(q), q["new"]).cosines, 1)), columns=["sense", "cosine"])

    def take(frame: Callable[[Found, Values], Any], template: str) -> Take:
        def python(q: Values) -> str:
            asked = asked_of(q)
            found = compute(asked)
            k = None if asked["k"] == "auto" else int(asked["k"])
            gold = found.gold if any(found.gold) else None
            return lines(
                template.replace("{hand}", _by_hand(asked)),
                model=asked["model"],
                word=found.senses.word,
                texts=list(found.senses.sentences),
                spans=list(found.senses.spans),
                k=k,
                curve_k=k or (None if gold else compute(asked | {"by": ""}).senses.k),
                gold=gold,
                new=q["new"],
                view=asked["view"],
            )

        return Take(lambda q: frame(compute(asked_of(q)), q), python)

    curve = take(_curve, _CURVE)
    return {
        "senses": take(_senses, _SENSES),
        "evidence": take(_evidence, _EVIDENCE),
        "plane": take(_plane, _PLANE),
        "clarity": curve,
        "cosines": curve,
        "new": take(new, _NEW),
    }
