"""What the page of two models asks, and what it gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dashboards.app.state import state, version
from dashboards.kit.checkpoints import place as place_called
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from explorer.analysis.in_sentence import InSentence
    from explorer.analysis.model_comparison import ModelComparison, WordComparison
    from explorer.analysis.shared_words import SharedWords
    from explorer.vectors.vectors import Vectors

__all__ = ["ALL", "COUNTS", "LEAST", "READ", "SIDES", "WORDS", "compare", "compute", "one_word", "said", "sample_of", "texts"]

COUNTS = ("5", "10", "20", "50")
WORDS = ("sample", "all")
ALL = WORDS[1]
SIDES = ("differ", "agree")
LEAST = ("0", "100", "1000", "10000")
"""Occurrences that a listed word may be asked to have."""

READ = 800
"""Sentences of the sample that an encoder reads, besides those of words with several senses."""


def sample_of(words: str) -> int | None:
    """How many words are asked for; ``None``: every one."""
    from explorer.analysis.model_comparison import SAMPLE

    return None if words == ALL else SAMPLE


def _models(asked: Mapping[str, Any]) -> tuple[Vectors, Vectors]:
    return state().vectors(asked["model"]), state().vectors(asked["b"])


def _key(asked: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple((name, version(name)) for name in (asked["model"], asked["b"]))


def compute(asked: dict[str, Any]) -> ModelComparison:
    """The comparison of two models, made by a worker the first time.

    Raises:
        NotReady: a model is being opened, or words are being asked for.
        ExplorerError: a model is not there, or they share too few words.
    """
    _models(asked)  # what is not there is said at once
    opened = state()
    task = {"a": asked["model"], "b": asked["b"], "k": int(asked["k"]), "sample": sample_of(asked["words"])}

    key, names = _key(asked), {"a": asked["model"], "b": asked["b"]}

    def opener(_: ProgressCallback) -> ModelComparison:
        from explorer.analysis.model_comparison import ModelComparison

        return ModelComparison.from_dict(opened.made("compare models", task, "versus.job", of=key, **names))

    made: ModelComparison = opened.opened("versus", (*key, task["k"], task["sample"]), opener, "versus.job", **names)
    return made


def one_word(asked: Mapping[str, Any], word: str) -> WordComparison:
    """One word's neighbours in both models; raises as :func:`compute` does."""
    from explorer.analysis.model_comparison import compare_word
    from explorer.analysis.shared_words import shared_words

    a, b = _models(asked)
    shared: SharedWords = state().opened(
        "shared", _key(asked), lambda _: shared_words(a, b), "versus.job_shared", a=asked["model"], b=asked["b"]
    )
    return compare_word(a, b, word, int(asked["k"]), shared=shared)


def texts() -> list[str]:
    """Sentences of the sample that an encoder reads, to look for neighbours among their words."""
    from corpora.sample import homographs, sentences
    from explorer.analysis.probing.data import spread

    return [*(one.text for one in homographs()), *spread((one.text for one in sentences()), READ)]


def said(asked: dict[str, Any]) -> InSentence:
    """A word without and with its sentence; the encoder reads the sample first.

    Raises:
        NotReady: a model is being opened, or the encoder reads.
        ExplorerError: there is no such model, or the sentence does not hold the word.
    """
    from explorer.analysis.in_sentence import ReadWords, in_sentence, read_words

    v = state().vectors(asked["model"])
    place = place_called(asked["encoder"])
    encoder = state().encoder(place)
    read: ReadWords = state().opened(
        "read",
        place,
        lambda progress: read_words(encoder, texts(), progress=progress),
        "versus.job_read",
        model=asked["encoder"],
    )
    return in_sentence(v, read, asked["word"], asked["sentence"])


def compare(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """The comparison as plain data: what the worker does."""
    from explorer.analysis.model_comparison import compare_models
    from explorer.static.load import load

    a, b = (load(params[name], progress=progress) for name in ("a", "b"))
    return compare_models(a, b, k=params["k"], sample=params["sample"], progress=progress).to_dict()
