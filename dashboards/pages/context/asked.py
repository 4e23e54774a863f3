"""What the context page asks: sentences with the word, their senses where the sample knows them, and the vectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from dashboards.app.state import state
from dashboards.kit.checkpoints import place as place_called
from dashboards.kit.forms import MAX_SENTENCE, lines_of
from dashboards.kit.url import MAX_TEXT, MAX_WORD, clean
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from explorer.encoders.occurrences import Occurrences

__all__ = [
    "MAX_SENTENCE",
    "MAX_SENTENCES",
    "POOLINGS",
    "VIEWS",
    "compute",
    "glosses",
    "homographs",
    "senses_of",
    "sentences_of",
    "split",
]

MAX_SENTENCES = 30
POOLINGS = ("mean", "first", "last", "max")
VIEWS = ("blend", "own", "centred")
"""What is compared: the model's best representation, its own states as they are, these less the mean of other words."""


@cache
def homographs() -> dict[str, dict[str, str]]:
    """``{word: {sentence: sense}}`` of the sample corpus."""
    from corpora.sample import homographs as sample

    found: dict[str, dict[str, str]] = {}
    for one in sample():
        found.setdefault(one.word, {})[one.text] = one.sense
    return found


@cache
def glosses(language: str) -> dict[tuple[str, str], str]:
    from corpora.sample import senses

    return {(one.word, one.sense): one.gloss_ko if language == "ko" else one.gloss_en for one in senses()}


def sentences_of(word: str, most: int = 12) -> list[str]:
    """Example sentences for a homograph: as many of each sense, sense by sense."""
    senses: dict[str, list[str]] = {}
    for sentence, sense in homographs().get(word, {}).items():
        senses.setdefault(sense, []).append(sentence)
    each = max(2, most // len(senses)) if senses else 0
    return [sentence for members in senses.values() for sentence in members[:each]]


def split(value: str | None) -> list[str]:
    """The sentences of the text box."""
    return lines_of(value, MAX_SENTENCES, MAX_TEXT)


def senses_of(word: str, sentences: Sequence[str]) -> list[str | None]:
    """The sense of each sentence, where it is one of the sample's."""
    known = homographs().get(word, {})
    return [known.get(sentence) for sentence in sentences]


def compute(asked: dict[str, Any]) -> Occurrences:
    """The word's vectors, in the background the first time.

    Raises:
        NotReady: the model is being opened, or the sentences read.
        ExplorerError: it cannot be done.
    """
    word, lines = clean(str(asked.get("word") or ""), MAX_WORD), split("\n".join(map(str, asked.get("sentences") or [])))
    pooling = asked.get("pooling") if asked.get("pooling") in POOLINGS else "mean"
    place = place_called(asked.get("model"))
    model = state().encoder(place)

    def opener(progress: ProgressCallback) -> Occurrences:
        from explorer.encoders.occurrences import occurrences

        return occurrences(model, word, lines, pooling=str(pooling), progress=progress)

    return state().opened(
        "occurrences", (place, pooling, word, *lines), opener, "job.occurrences", word=word, sentences=len(lines)
    )
