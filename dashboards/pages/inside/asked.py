"""What the inside page asks: one or two sentences through a model that shows what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc

from dashboards.app.state import state
from dashboards.kit.checkpoints import place as place_called
from dashboards.kit.components import problem
from dashboards.kit.i18n import Text
from dashboards.kit.page import Question
from dashboards.kit.url import Field, choice, clean, flag, integer, model, pack, share, text, unpack
from explorer.core.errors import ExplorerError
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from explorer.encoders.guesses import Gap, Guess
    from explorer.encoders.inside_record import Inside

__all__ = [
    "FIELDS",
    "FIRST",
    "MASK",
    "MAX_SENTENCE",
    "PARTS",
    "QUESTION",
    "SECOND",
    "UNITS",
    "address",
    "compute",
    "guess",
    "guesses",
    "sentences",
]

MAX_SENTENCE = 300
PLAIN = 120
"""Characters of a sentence that go into the address as they are; longer ones are compressed."""
MASK = "[MASK]"
GUESSES = 8
PARTS = ("token", "segment", "position", "sum", "input")
UNITS = ("piece", "eojeol", "morpheme")
FIRST, SECOND = "나는 항구에서 배를 탔다.", "배가 고파서 배를 먹었다."

FIELDS = {
    "model": model("mini"),
    "a": text(MAX_SENTENCE, None),
    "b": text(MAX_SENTENCE),
    "za": Field("", lambda value: clean(unpack(value), MAX_SENTENCE), pack),
    "zb": Field("", lambda value: clean(unpack(value), MAX_SENTENCE), pack),
    "layer": integer(1, 99, 99),
    "head": integer(0, 99, 0),
    "unit": choice(UNITS, "piece"),
    "at": integer(0, 99, 99),
    "centre": flag(),
    "token": integer(0, 999, 1),
    "part": choice(PARTS, "sum"),
    "gap": text(MAX_SENTENCE + len(MASK)),
    "guess": choice(("word", "piece"), "word"),
    "start": text(MAX_SENTENCE),
}
"""``layer`` and ``at`` (of the similarities): 99 is the last; ``head`` 0: the mean. ``gap``: the text with hidden words; ``start``:
what Kiwi goes on from. Both are what was asked last."""


def sentences(values: dict[str, Any]) -> tuple[str, str]:
    """Both sentences of an address that was read with :data:`FIELDS`; an address without any means the examples."""
    first = values["za"] or values["a"]
    return (FIRST, SECOND) if first is None else (first, values["zb"] or values["b"])


def address(asked: dict[str, Any], controls: dict[str, Any]) -> tuple[str, bool]:
    """The query string, and whether the sentences are in it.

    >>> address({"model": "mini", "first": FIRST, "second": SECOND}, {"unit": "eojeol"})
    ('?model=mini&unit=eojeol', True)
    """
    values = {"model": asked.get("model") or "mini", **controls}
    both = [clean(str(asked.get(key) or ""), MAX_SENTENCE) for key in ("first", "second")]
    own = {} if both == [FIRST, SECOND] else {"a": ("za", both[0]), "b": ("zb", both[1])}
    return share(FIELDS, values, own, PLAIN)


def compute(asked: dict[str, Any]) -> Inside:
    """What the model held, read in the background the first time.

    Raises:
        NotReady: the model is being opened, or the sentences read.
        ExplorerError: it cannot be done.
    """
    first, second = (clean(str(asked.get(name) or ""), MAX_SENTENCE) for name in ("first", "second"))
    place = place_called(asked.get("model"))
    encoder = state().encoder(place)

    def opener(progress: ProgressCallback) -> Inside:
        return encoder.inside(first, second or None, progress=progress)

    return state().opened("reading", (place, first, second), opener, "job.inside")


def wrong(t: Text, _: dict[str, Any], error: ExplorerError) -> Any:
    """One line; what does not fit into one pass is said with what does."""
    if error.code in ("encoders.too_many_characters", "encoders.too_many_tokens"):
        return dmc.Alert(
            t("inside.long_help", most=error.values["most"]), title=t("inside.long"), color="red", variant="light", radius="md"
        )
    if error.code == "encoders.first_empty":
        return dmc.Alert(t("inside.empty"), color="blue", variant="light", radius="md")
    return problem(t, error)


QUESTION = Question("inside", compute, wrong)


def guess(asked: dict[str, Any]) -> list[Gap]:
    """What the model would put where the text has ``[MASK]``, by word or by piece.

    Raises:
        NotReady: the model is being opened, or guesses.
        ExplorerError: it cannot be done.
    """
    sentence = clean(str(asked.get("text") or ""), MAX_SENTENCE + len(MASK))
    unit = "piece" if asked.get("unit") == "piece" else "word"
    place = place_called(asked.get("model"))

    encoder = state().encoder(place)

    def fill(progress: ProgressCallback) -> list[Gap]:
        return encoder.fill(sentence, GUESSES, unit=unit, progress=progress)

    return state().opened("gaps", (place, sentence, unit), fill, "job.gaps")


def guesses(name: str) -> bool:
    """Whether the model of that name guesses hidden words at all.

    Raises:
        NotReady: it is being opened.
        ExplorerError: it cannot be.
    """
    place = place_called(name)
    model = state().encoder(place)
    return state().opened("gaps", (place, "masked"), lambda _: model.can("masked"), "job.contextual", model=name)


def following(sentence: str) -> list[Guess]:
    """The morphemes that Kiwi's own language model expects next.

    Raises:
        NotReady: Kiwi is being opened.
        ExplorerError: there is nothing to go on from.
    """
    kept = sentence[-MAX_SENTENCE:]

    def opener(_: ProgressCallback) -> list[Guess]:
        from explorer.encoders.kiwi_next import kiwi_next

        return kiwi_next(kept, GUESSES)

    return state().opened("gaps", ("kiwi", kept), opener, "job.next")
