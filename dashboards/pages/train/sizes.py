"""How large a corpus is, which parameters fit it, and what a training may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from dashboards.app.state import corpus_names, version
from dashboards.kit.checkpoints import place
from dashboards.pages.train.choice import CONTEXTUAL, Choice
from explorer.core.cost import Cost
from explorer.core.errors import UnknownName
from explorer.encoders.cost import averaging_cost, classifier_cost, probing_cost, shape_of
from explorer.static.presets import PRESETS, estimate, preset, tokens_of
from explorer.tokenizers.training.cost import tokenizer_cost

__all__ = ["Expected", "characters_of", "expected", "label_of", "preset_of"]

CONTEXTS = 20
"""Of a word: on WordSim-353 as good as 100 (docs/contextual.md)."""
MOST = {"classifier": 10_000, "layers": 2_000}
"""Texts with labels that are read."""

COMPARING, COMPARING_BYTES = 7.0, 650 << 20
"""Seconds and bytes that it takes to open what a new tokenizer is compared with, and to compare it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a training may take.

    Attributes:
        seconds, bytes: of the whole, and of memory at most; ``None`` where nothing can be said.
        counts: what is read or made, for the sentence that tells it.
    """

    seconds: float | None
    bytes: int | None
    counts: Mapping[str, Any] = field(default_factory=dict)


@lru_cache(16)
def _size(corpus: str, _: int) -> tuple[int, int]:
    from corpora import open_corpus

    found = open_corpus(corpus)
    known = found.info()
    if all(isinstance(known.get(name), int | float) for name in ("characters", "documents")):
        return int(known["characters"]), int(known["documents"])
    sizes = [len(text) for text in found.texts()]
    return sum(sizes), len(sizes)


def size_of(corpus: str) -> tuple[int, int]:
    """Characters and documents of a corpus.

    Raises:
        UnknownName: there is none of that name.
    """
    if corpus not in corpus_names():
        raise UnknownName("corpus", corpus, corpus_names())
    return _size(corpus, version(corpus, "corpus"))


def characters_of(corpus: str) -> int:
    """How long a corpus is; raises as :func:`size_of`."""
    return size_of(corpus)[0]


@lru_cache(64)
def _label(corpus: str, wanted: str, _: int) -> tuple[str, tuple[str, ...]]:
    from corpora.labelled import label_field

    chosen, known = label_field(corpus, wanted or None)
    return chosen, tuple(known)


def label_of(corpus: str, wanted: str = "") -> tuple[str, tuple[str, ...]]:
    """Which column of a corpus is the label, and which there are.

    Raises:
        ExplorerError: there is no such corpus or column, or none that can be taken for the label.
    """
    size_of(corpus)
    return _label(corpus, wanted, version(corpus, "corpus"))


def preset_of(choice: Choice) -> dict[str, int]:
    """The parameters that fit: of vectors the corpus's size, of what an encoder does the kind of work."""
    if choice.what in MOST:
        most = {"most": MOST[choice.what]}
        return most | {"epochs": {"head": 10, "all": 3}[choice.part]} if choice.what == "classifier" else most
    if choice.what == "vectors" and choice.model == CONTEXTUAL:
        return {"contexts": CONTEXTS, "min_count": 5}
    if choice.what == "lab":  # shared by all cells, so that they can be compared
        return preset(
            next((one for one in choice.models if one in PRESETS), "word2vec"), tokens_of(characters_of(choice.corpus), "kiwi")
        )
    return preset(choice.model, tokens_of(characters_of(choice.corpus), choice.tokenizer))


def expected(choice: Choice) -> Expected:
    """What it may take.

    Raises:
        ExplorerError: there is no such corpus, model, tokenizer or label.
    """
    characters, documents = size_of(choice.corpus)
    if choice.what == "tokenizer":
        cost = _new_tokenizer(choice, characters)
        return Expected(cost.seconds, cost.bytes, {"characters": characters})
    if choice.what == "lab":
        return _grid(choice, characters)
    if not choice.encodes:
        found = estimate(choice.model, characters, choice.tokenizer, choice.params)
        if choice.is_new:
            cost = _new_tokenizer(choice, characters)
            found = replace(found, seconds=found.seconds + cost.seconds, bytes=max(found.bytes, cost.bytes))
        return Expected(found.seconds, found.bytes, {"size": found.size, "tokens": found.tokens, "words": found.words})
    if choice.what != "vectors":
        label_of(choice.corpus, choice.label)
    shape = shape_of(place(choice.encoder))
    if shape is None:
        return Expected(None, None, {"texts": documents})
    asked = preset_of(choice) | dict(choice.params)
    if choice.what == "vectors":
        words = estimate("ppmi", characters, choice.tokenizer, {"min_count": asked["min_count"]}).words
        cost = averaging_cost(shape, characters, asked["contexts"], words)
        return Expected(cost.seconds, cost.bytes, {"characters": characters})
    texts = min(documents, asked["most"])
    share = characters * texts / max(1, documents)
    cost = (
        probing_cost(shape, share, texts)
        if choice.what == "layers"
        else classifier_cost(shape, share, texts, asked["epochs"], choice.part == "all")
    )
    return Expected(cost.seconds, cost.bytes, {"texts": texts})


def _new_tokenizer(choice: Choice, characters: int) -> Cost:
    """Its training, and the comparison with others, for which Kiwi is opened."""
    cost = tokenizer_cost(choice.subword, characters, choice.vocab_size)
    return Cost(cost.seconds + COMPARING, max(cost.bytes, COMPARING_BYTES))


def _grid(choice: Choice, characters: int) -> Expected:
    """Every cell of a lab one after the other; what they are scored on is little beside that."""
    cells = [
        estimate(model, characters, cutter, preset_of(choice) | dict(choice.params))
        for cutter in choice.tokenizers
        for model in choice.models
    ]
    return Expected(sum(one.seconds for one in cells), max((one.bytes for one in cells), default=0), {"cells": len(cells)})
