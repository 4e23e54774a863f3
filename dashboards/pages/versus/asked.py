"""What the page of two models asks, and what it gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dashboards.app.state import state, version
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from explorer.analysis.model_comparison import ModelComparison, WordComparison
    from explorer.analysis.shared_words import SharedWords
    from explorer.vectors.vectors import Vectors

__all__ = ["ALL", "COUNTS", "LEAST", "SIDES", "WORDS", "compare", "compute", "one_word", "sample_of"]

COUNTS = ("5", "10", "20", "50")
WORDS = ("sample", "all")
ALL = WORDS[1]
SIDES = ("differ", "agree")
LEAST = ("0", "100", "1000", "10000")
"""Occurrences that a listed word may be asked to have."""


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

    def opener(progress: ProgressCallback) -> ModelComparison:
        from explorer.analysis.model_comparison import ModelComparison

        return ModelComparison.from_dict(opened.comparer.call("compare models", task, progress))

    made: ModelComparison = opened.opened(
        "versus", (*_key(asked), task["k"], task["sample"]), opener, "versus.job", a=asked["model"], b=asked["b"]
    )
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


def compare(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """The comparison as plain data: what the worker does."""
    from explorer.analysis.model_comparison import compare_models
    from explorer.static.load import load

    a, b = (load(params[name], progress=progress) for name in ("a", "b"))
    return compare_models(a, b, k=params["k"], sample=params["sample"], progress=progress).to_dict()
