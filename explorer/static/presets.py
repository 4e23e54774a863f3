"""Parameters that fit the size of a corpus, and what a training will cost: both from measurements, both only a beginning.

Sizes are counted in tokens that become keys. A small corpus wants few dimensions, rare words and many passes over it; a large one
the opposite. How that was measured stands in ``docs/embeddings.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

from explorer.core.errors import UnknownName
from explorer.text.morphology import cpu_count

__all__ = ["PRESETS", "SIZES", "Estimate", "estimate", "preset", "size_of", "tokens_of"]

SIZES = {"small": 500_000, "middle": 5_000_000}
"""Up to how many tokens a corpus is called so; beyond the last it is large."""

_PREDICTING: dict[str, dict[str, int]] = {
    "small": {"dim": 50, "window": 5, "min_count": 3, "epochs": 15},
    "middle": {"dim": 100, "window": 5, "min_count": 5, "epochs": 10},
    "large": {"dim": 200, "window": 5, "min_count": 10, "epochs": 5},
}
"""For both models that predict the words around."""

PRESETS: dict[str, dict[str, dict[str, int]]] = {
    "word2vec": _PREDICTING,
    "fasttext": _PREDICTING,
    "glove": {
        "small": {"dim": 50, "window": 10, "min_count": 3, "epochs": 25},
        "middle": {"dim": 100, "window": 10, "min_count": 5, "epochs": 25},
        "large": {"dim": 200, "window": 10, "min_count": 10, "epochs": 25},
    },
    "ppmi": {
        "small": {"dim": 50, "window": 5, "min_count": 3, "epochs": 4},
        "middle": {"dim": 100, "window": 5, "min_count": 5, "epochs": 4},
        "large": {"dim": 200, "window": 5, "min_count": 10, "epochs": 4},
    },
}
"""By model and size: what :func:`explorer.train` is given where a person says nothing else."""

_TOKENS = {"kiwi": 0.26, "mecab": 0.27, "eojeol": 0.24, "syllable": 0.78, "jamo": 1.7}
"""Tokens that become keys, of every character."""
_SUBWORDS = 0.42
_CUTTING = {"kiwi": 6.5, "mecab": 3.0}
"""Seconds of one core for a million characters."""
_QUICK = 1.5
_HEAPS = {
    "kiwi": (4.6, 0.707, 0.847), "mecab": (4.9, 0.707, 0.847), "eojeol": (0.33, 0.968, 1.234),
    "syllable": (23.0, 0.374, 0.416), "jamo": (0.52, 0.591, 0.715),
}  # fmt: skip
"""``(k, b, g)``: k·n^b / m^g different keys occur m times or more among n tokens. Fitted to Wikipedia of up to 6 million characters at m = 3,
5 and 10, for Kiwi also to 357 million at m = 44 and 88: right within 10 % there, within 22 % for jamo."""
_HEAPS_SUBWORDS = (31.0, 0.495, 0.47)
"""For ``ko-unigram-32k``, within 38 %; no tokenizer gives more keys than its vocabulary has."""
_MOST = {"syllable": 12_000, "jamo": 6_000}


_COUNTING, _PROGRAM = 512 << 20, 600 << 20
"""Bytes that counting pairs takes at least, and that the program has without a model."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a training may take.

    Attributes:
        tokens: that become keys.
        words: that get a vector.
        seconds: of the whole run, texts cut into tokens for the first time.
        bytes: of memory, at most.
        size: ``"small"``, ``"middle"`` or ``"large"``.
    """

    tokens: int
    words: int
    seconds: float
    bytes: int
    size: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def size_of(tokens: float) -> str:
    """What a corpus of so many tokens is called.

    >>> size_of(200_000), size_of(2e6), size_of(2e7)
    ('small', 'middle', 'large')
    """
    return next((size for size, most in SIZES.items() if tokens <= most), "large")


def preset(model: str, tokens: float) -> dict[str, int]:
    """The parameters for a corpus of so many tokens.

    Raises:
        UnknownName: no such model, or none that is measured.

    >>> preset("word2vec", 200_000)["epochs"] > preset("word2vec", 2e7)["epochs"]
    True
    """
    if model not in PRESETS:
        raise UnknownName("model to train", model, PRESETS)
    return dict(PRESETS[model][size_of(tokens)])


def tokens_of(characters: int, tokenizer: str) -> int:
    """About how many keys a tokenizer makes of so many characters; unknown ones count as sub-words."""
    return round(characters * _TOKENS.get(tokenizer, _SUBWORDS))


def estimate(model: str, characters: int, tokenizer: str, params: Mapping[str, int] | None = None) -> Estimate:
    """About what a training takes on this machine, from what trainings have taken.

    Args:
        model: one of :data:`PRESETS`.
        characters: of the corpus.
        tokenizer: its name.
        params: ``dim``, ``window``, ``min_count``, ``epochs``; those of the preset where they are not given.

    >>> small, large = (estimate("glove", size, "kiwi") for size in (10**6, 10**8))
    >>> 0 < small.seconds < large.seconds and small.bytes < large.bytes
    True
    """
    tokens = tokens_of(characters, tokenizer)
    chosen = preset(model, tokens) | dict(params or {})
    words = _words(tokens, tokenizer, chosen["min_count"])
    dim, window, epochs = chosen["dim"], chosen["window"], chosen["epochs"]
    cores, table = cpu_count(), 4 * words * dim
    work = tokens * epochs * window * (dim + 40)
    pairs = 30 * (tokens * window) ** 0.72
    if model == "word2vec":  # tables that do not fit the processor's cache cost their fetching
        seconds, memory = 1 + 4e-9 * work * (1 + table / 1.2e8) / cores, 3.0 * table
    elif model == "fasttext":
        seconds, memory = 2 + 2.7e-9 * work * (1 + table / 3.5e7) / cores, 6.0 * table
    elif model == "glove":
        seconds, memory = 3 + 6.5e-8 * tokens * window + 1.4e-9 * pairs * epochs * dim / cores, 40 * pairs + 5 * table
    else:
        seconds, memory = 1 + 6.5e-8 * tokens * window + 1.4e-9 * pairs * (dim + 20) * (2 * epochs + 2), 70 * pairs + 4 * table
    if model in ("glove", "ppmi"):
        memory = max(memory, _COUNTING)
    seconds += characters / 1e6 * (_CUTTING[tokenizer] / cores if tokenizer in _CUTTING else _QUICK)
    return Estimate(tokens, words, seconds, round(memory) + _PROGRAM, size_of(tokens))


def _words(tokens: int, tokenizer: str, min_count: int) -> int:
    """About how many keys get a vector."""
    factor, power, fall = _HEAPS.get(tokenizer, _HEAPS_SUBWORDS)
    found = round(factor * max(1, tokens) ** power / max(1, min_count) ** fall)
    return int(min(tokens, found, _vocabulary(tokenizer)))


def _vocabulary(tokenizer: str) -> float:
    """How many keys there can be, where that is known."""
    from explorer.tokenizers.library import tokenizer_record

    if tokenizer in _MOST:
        return _MOST[tokenizer]
    with suppress(UnknownName):
        return tokenizer_record(tokenizer).vocab_size or inf
    return inf
