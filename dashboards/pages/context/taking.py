"""What is taken along from the context page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dashboards.kit.taking import Take, lines
from dashboards.pages.context.asked import compute, senses_of
from dashboards.pages.context.figures import between

if TYPE_CHECKING:
    from explorer.encoders.occurrences import Occurrences

__all__ = ["cards"]

Values = Mapping[str, Any]

_OPEN = """import pandas as pd

import explorer as ex
from explorer.encoders.occurrences import occurrences

found = occurrences(ex.encoder({model}), {word}, {sentences}, pooling={pooling})
"""
_FOUND = _OPEN + "answer = pd.DataFrame([one.to_dict() for one in found.found])"
_HEAT = _OPEN + "answer = pd.DataFrame(found.cosines({layer}, {centred}, {name}))"
_PLANE = _OPEN + 'answer = pd.DataFrame(found.picture({layer}, {centred}, {name})[0], columns=["x", "y"])'
_LAYERS = (
    _OPEN.replace("import explorer as ex\n", "import explorer as ex\nfrom dashboards.pages.context.figures import between\n")
    + """groups = {groups}
rows = []
for layer in range(found.depth):
    chance = found.chance(layer, {centred}, {name})
    rows.append((layer, *between(found.cosines(layer, {centred}, {name}), groups), chance and chance.mean))
answer = pd.DataFrame(rows, columns=["layer", "same", "other", "random"])"""
)


def _found(found: Occurrences, _: Values) -> Any:
    import pandas as pd

    return pd.DataFrame([one.to_dict() for one in found.found])


def _heat(found: Occurrences, q: Values) -> Any:
    import pandas as pd

    return pd.DataFrame(found.cosines(_layer(found, q), *_shown(q)))


def _plane(found: Occurrences, q: Values) -> Any:
    import pandas as pd

    return pd.DataFrame(found.picture(_layer(found, q), *_shown(q))[0], columns=["x", "y"])


def _layers(found: Occurrences, q: Values) -> Any:
    import pandas as pd

    groups, rows = _groups(found), []
    for layer in range(found.depth):
        chance = found.chance(layer, *_shown(q))
        rows.append((layer, *between(found.cosines(layer, *_shown(q)), groups), chance and chance.mean))
    return pd.DataFrame(rows, columns=["layer", "same", "other", "random"])


def _groups(found: Occurrences) -> list[str | None]:
    return senses_of(found.word, [found.sentences[one.sentence] for one in found.found])


def _layer(found: Occurrences, q: Values) -> int:
    """Counted from 0; one there is not is the model's own choice."""
    return int(q["layer"]) if q["layer"] < found.depth else found.layer()


def _shown(q: Values) -> tuple[bool, str]:
    """Whether the mean of other words is subtracted, and from which representation."""
    return q["view"] != "own", "blend" if q["view"] == "blend" else "own"


def cards(asked_of: Callable[[Values], dict[str, Any]]) -> dict[str, Take]:
    """The answers of the page, by the question in its address."""

    def take(frame: Callable[[Occurrences, Values], Any], template: str) -> Take:
        def python(q: Values) -> str:
            asked = asked_of(q)
            more = {}
            if "{layer}" in template or "{groups}" in template:
                found = compute(asked)
                more = {"layer": _layer(found, q), "groups": _groups(found)}
            centred, name = _shown(q)
            return lines(template, **asked, centred=centred, name=name, **more)

        return Take(lambda q: frame(compute(asked_of(q)), q), python)

    return {
        "found": take(_found, _FOUND),
        "heat": take(_heat, _HEAT),
        "plane": take(_plane, _PLANE),
        "layers": take(_layers, _LAYERS),
    }
