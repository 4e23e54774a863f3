"""What the inside page asks: one or two sentences through a model that shows what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboards.app.state import state
from dashboards.kit.checkpoints import available, place_of
from dashboards.kit.jobs import NotReady
from dashboards.kit.url import Field, choice, clean, encode, flag, integer, text
from dashboards.pages.tokens.asked import MAX_ADDRESS, pack, unpack
from explorer.core.errors import BadInput, ExplorerError
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from explorer.encoders.guesses import Gap, Guess
    from explorer.encoders.inside import Inside

__all__ = ["FIELDS", "FIRST", "MASK", "MAX_SENTENCE", "SECOND", "UNITS", "address", "compute", "guess", "read", "sentences"]

MAX_SENTENCE = 300
PLAIN = 120
"""Characters of a sentence that go into the address as they are; longer ones are compressed."""
MASK = "[MASK]"
GUESSES = 8
UNITS = ("piece", "eojeol", "morpheme")
FIRST, SECOND = "나는 항구에서 배를 탔다.", "배가 고파서 배를 먹었다."

FIELDS = {
    "model": text(200, "mini"),
    "a": text(MAX_SENTENCE),
    "b": text(MAX_SENTENCE),
    "za": Field("", lambda value: clean(unpack(value), MAX_SENTENCE), pack),
    "zb": Field("", lambda value: clean(unpack(value), MAX_SENTENCE), pack),
    "layer": integer(1, 99, 99),
    "head": integer(0, 99, 0),
    "unit": choice(UNITS, "piece"),
    "at": integer(0, 99, 99),
    "centre": flag(),
}
"""``layer`` and ``at`` (of the similarities): 99 is the last; ``head`` 0: the mean."""


def sentences(values: dict[str, Any]) -> tuple[str, str]:
    """Both sentences of an address that was read with :data:`FIELDS`; an address without any means the examples."""
    first = values["za"] or values["a"]
    return (first, values["zb"] or values["b"]) if first else (FIRST, SECOND)


def address(asked: dict[str, Any], controls: dict[str, Any]) -> tuple[str, bool]:
    """The query string, and whether the sentences are in it.

    >>> address({"model": "mini", "first": FIRST, "second": SECOND}, {"unit": "eojeol"})
    ('?unit=eojeol', True)
    """
    values = {"model": asked.get("model") or "mini", **controls}
    whole = dict(values)
    both = [clean(str(asked.get(key) or ""), MAX_SENTENCE) for key in ("first", "second")]
    if both != [FIRST, SECOND]:
        for name, sentence in zip("ab", both, strict=True):
            whole[name if len(sentence) <= PLAIN else f"z{name}"] = sentence
    found = encode(FIELDS, whole)
    return (found, True) if len(found) <= MAX_ADDRESS else (encode(FIELDS, values), False)


def compute(asked: dict[str, Any]) -> Inside:
    """What the model held, read in the background the first time.

    Raises:
        NotReady: the model is being opened, or the sentences read.
        ExplorerError: it cannot be done.
    """
    first, second = (clean(str(asked.get(name) or ""), MAX_SENTENCE) for name in ("first", "second"))
    place = place_of(str(asked.get("model") or ""))
    if place is None:
        raise BadInput("dashboards.no_such_model", model=asked.get("model"), known=", ".join(available()) or "none")
    model = state().encoder(place)

    def opener(progress: ProgressCallback) -> Inside:
        return model.inside(first, second or None, progress=progress)

    return state().opened("reading", (place, first, second), opener, "job.inside")


def read(done: dict[str, Any] | None) -> Inside | None:
    """What was read; ``None`` before, and while the page tells why not."""
    try:
        return compute(done) if done else None
    except (NotReady, ExplorerError):
        return None


def guess(asked: dict[str, Any]) -> list[Gap]:
    """What the model would put where the text has ``[MASK]``, by word or by piece.

    Raises:
        NotReady: the model is being opened, or guesses.
        ExplorerError: it cannot be done.
    """
    sentence = clean(str(asked.get("text") or ""), MAX_SENTENCE + len(MASK))
    unit = "piece" if asked.get("unit") == "piece" else "word"
    place = place_of(str(asked.get("model") or ""))
    if place is None:
        raise BadInput("dashboards.no_such_model", model=asked.get("model"), known=", ".join(available()) or "none")

    model = state().encoder(place)

    def fill(progress: ProgressCallback) -> list[Gap]:
        return model.fill(sentence, GUESSES, unit=unit, progress=progress)

    return state().opened("gaps", (place, sentence, unit), fill, "job.gaps")


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
