"""What reading and training with an encoder will take, before it is opened: from its size, and from what such work has taken.

Only ``config.json`` is read. Seconds are processor time over the cores there are, measured on a processor; a graphics card is faster.
How they were measured stands in ``docs/contextual.md``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import log
from pathlib import Path

from explorer.core import settings
from explorer.core.cost import Cost
from explorer.core.errors import BadInput
from explorer.core.store import artifact_path
from explorer.encoders.morpheme.storing import encoder_folder, is_encoder
from explorer.encoders.packaged import PACKAGED
from explorer.text.morphology import cpu_count

__all__ = ["Shape", "averaging_cost", "classifier_cost", "probing_cost", "shape_of"]

_PROGRAM = 1000 << 20
"""Bytes that Python, torch and Kiwi take without a model."""
_OPENING = 8.0
"""Seconds until torch, transformers, Kiwi and the model are open."""
_CUTTING = {True: 18e-6, False: 4e-6}
"""Seconds of one core for a character: into Kiwi's morphemes, into word pieces."""
_TOKENS = 0.68
"""Tokens of a character of short texts, special ones with them; nearly the same for morphemes and for word pieces."""
_PASS, _MULTIPLICATION = 4e-5, 5e-11
"""Seconds of a core for a token on its way through any encoder, and for each of its multiplications."""
_BACK, _PADDING, _POINTS, _BATCH = 3.5, 2.2, 24, 32
"""A step of training takes so many passes; so much of a batch is text and padding to one of text; held-out texts are measured so many
times at most; texts in a batch."""
_ADJUSTING, _COPYING = 3.5e-8, 1.5e-7
"""Seconds of a core for one weight that a step changes, and for one that is copied before the first step, with room for its moments."""
_HEAD = 8e-5
"""Seconds of a core for one text that a head learns from."""
_PROBE = 4e-7
"""Seconds of a core for one number of a text's state that a probe learns from."""
_FINDING = 15e-6
"""Seconds of a core until the words of a character of a corpus are found."""
_LONGER = 0.75
"""Of the time that short texts take, for contexts of a corpus: they leave less to padding."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large an encoder is.

    Attributes:
        layers, dim, inner, entries: blocks, numbers of a state, numbers inside a block, entries of the vocabulary.
        morphemes: whether Kiwi cuts for it.
    """

    layers: int
    dim: int
    inner: int
    entries: int
    morphemes: bool = False

    @property
    def multiplications(self) -> int:
        """Of one token on its way through the blocks."""
        return self.layers * (4 * self.dim**2 + 2 * self.dim * self.inner)

    @property
    def weights(self) -> int:
        """Numbers in it."""
        return self.multiplications + self.entries * self.dim

    def passing(self, tokens: float) -> float:
        """Seconds of a core until so many tokens have gone through."""
        return tokens * (_PASS + _MULTIPLICATION * self.multiplications)

    def cutting(self, characters: float) -> float:
        """Seconds until texts are cut, which one core does."""
        return characters * _CUTTING[self.morphemes]


_NAMES = {
    "layers": ("num_hidden_layers", "n_layers", "n_layer"),
    "dim": ("hidden_size", "dim", "d_model", "n_embd"),
    "inner": ("intermediate_size", "hidden_dim", "d_ff", "n_inner"),
    "entries": ("vocab_size",),
}
"""What configurations call these numbers."""


def shape_of(name: str) -> Shape | None:
    """How large an encoder is, by its name, folder or Hugging Face id; ``None`` where that cannot be known without opening it.

    >>> shape_of("mini")
    Shape(layers=6, dim=256, inner=1024, entries=23000, morphemes=True)
    """
    folder = _folder(name)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8")) if folder else {}
        found = {part: next(int(config[one]) for one in names if config.get(one)) for part, names in _NAMES.items()}
    except (OSError, ValueError, TypeError, AttributeError, StopIteration):
        return None
    return Shape(**found, morphemes=folder is not None and is_encoder(folder))


def _folder(name: str) -> Path | None:
    try:
        # What packages carry is unpacked by whoever opens it, not by whoever asks what it costs.
        found = artifact_path("encoder", name) if name in PACKAGED else encoder_folder(name)
    except BadInput:  # a head alone whose encoder is not here
        return None
    if found is not None and found.is_dir():
        return found
    snapshots = settings.hub_cache() / f"models--{name.replace('/', '--')}" / "snapshots"
    return next((one.parent for one in sorted(snapshots.glob("*/config.json"))), None)


def classifier_cost(
    shape: Shape, characters: float, texts: int, epochs: float, whole: bool, *, length: int = 128, heldout: float = 0.2
) -> Cost:
    """About what :func:`~explorer.encoders.train.classify.train_classifier` takes.

    Args:
        shape: of the encoder.
        characters, texts: of what is learnt from and measured on, together.
        epochs: passes over what is learnt from.
        whole: whether the encoder is trained with its head.
        length: tokens of a text that are read, at most.
        heldout: share of the texts that is only measured on.

    >>> costs = [classifier_cost(shape_of("mini"), 70_000, 2_000, 3, whole) for whole in (False, True)]
    >>> costs[0].seconds < costs[1].seconds and costs[0].bytes < costs[1].bytes
    True
    """
    tokens = _tokens(characters, texts, length)
    learnt = (1 - heldout) * epochs
    work = shape.passing(tokens)
    copies = 2.0
    steps = learnt * texts / _BATCH
    points = min(_POINTS, steps + 2)  # few steps are measured after each
    if whole:
        work += shape.passing(_PADDING * tokens * (_BACK * learnt + heldout * points))
        work += shape.weights * (_COPYING + _ADJUSTING * steps)
        copies = 9.5
    else:
        work += _HEAD * texts * (learnt + heldout * points)
    batch = _BATCH * min(length, tokens / max(1, texts) * _PADDING) if whole else 0
    memory = _PROGRAM + 4 * (copies * shape.weights + texts * shape.dim + batch * shape.layers * shape.dim * 40)
    return Cost(_OPENING + shape.cutting(characters) + work / cpu_count(), round(memory))


def probing_cost(shape: Shape, characters: float, texts: int, *, length: int = 510) -> Cost:
    """About what :func:`~explorer.analysis.probing.layers.probe_layers` takes to ask every layer for the labels of texts.

    >>> probing_cost(shape_of("mini"), 70_000, 2_000).seconds < probing_cost(shape_of("mini"), 700_000, 2_000).seconds
    True
    """
    states = (shape.layers + 1) * texts * shape.dim
    work = shape.passing(_tokens(characters, texts, length)) + _PROBE * states
    memory = _PROGRAM + 4 * (shape.weights + 2 * states)
    return Cost(_OPENING + shape.cutting(characters) + work / cpu_count(), round(memory))


def _tokens(characters: float, texts: int, length: int) -> float:
    return min(_TOKENS * characters, float(texts * length))


def averaging_cost(shape: Shape, characters: float, contexts: int, words: int) -> Cost:
    """About what :func:`~explorer.encoders.averaging.average_contexts` takes.

    Args:
        shape: of the encoder.
        characters: of the corpus.
        contexts: of a word, at most.
        words: that get a vector.

    >>> shape = shape_of("mini")
    >>> averaging_cost(shape, 1e6, 20, 5_000).seconds < averaging_cost(shape, 1e6, 100, 5_000).seconds
    True
    """
    read = characters * min(1.0, 0.34 + 0.16 * log(max(1, contexts)))  # words share contexts, and rare ones want all of theirs
    work = _FINDING * characters + _LONGER * shape.passing(_TOKENS * read)
    memory = _PROGRAM + (400 << 20) + 4 * shape.weights + 450 * words * shape.dim
    return Cost(_OPENING + shape.cutting(read) + work / cpu_count(), round(memory))
