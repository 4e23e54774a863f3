"""Which training is wanted: what the form says, as plain data that a run keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from explorer.static.presets import PRESETS

__all__ = ["ARTIFACTS", "CONTEXTUAL", "ENCODING", "KEYS", "KINDS", "MODELS", "NEW", "PARAMS", "PARTS", "SUBWORDS", "Choice"]

ARTIFACTS = {"vectors": "vectors", "tokenizer": "tokenizer", "classifier": "encoder", "layers": None, "lab": "lab"}
"""What can be trained, and as which kind of artifact it is saved; what layers know is kept with the run alone."""
KINDS = tuple(ARTIFACTS)
NEW = "+"
"""The tokenizer that is trained in the same press; none that is saved can be called so."""
CONTEXTUAL = "contextual"
MODELS = (*PRESETS, CONTEXTUAL)
ENCODING = ("classifier", "layers")
"""What asks an encoder about texts with labels."""
SUBWORDS = ("unigram", "bpe", "wordpiece", "byte-bpe", "kiwi-unigram", "kiwi-bpe")
KEYS = ("auto", "content", "all", "eojeol")
PARTS = ("head", "all")
"""What of an encoder a classifier trains."""
PARAMS = ("dim", "window", "min_count", "epochs", "contexts", "most")
"""What fits itself where a person says nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which training is wanted.

    Attributes:
        what: one of :data:`KINDS`.
        corpus: a corpus's name.
        model: one of :data:`MODELS`.
        tokenizer: a tokenizer's name, or :data:`NEW`.
        name: what the result will be called; empty for the tokenizer alone.
        subword, vocab_size, tokenizer_name: the new tokenizer.
        keys: which tokens become keys, ``"auto"`` for what suits the tokenizer.
        encoder: as pages call it (:func:`dashboards.kit.checkpoints.place`).
        label: the column of the labels; empty for the one that is found by itself.
        part: one of :data:`PARTS`.
        tokenizers, models, tests: of the lab.
        seed: of everything random.
        params: those that the person has set.
    """

    what: str = "vectors"
    corpus: str = "sample"
    model: str = "word2vec"
    tokenizer: str = "kiwi"
    name: str = ""
    subword: str = "unigram"
    vocab_size: int = 8000
    tokenizer_name: str = ""
    keys: str = "auto"
    encoder: str = ""
    label: str = ""
    part: str = "head"
    tokenizers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    seed: int = 42
    params: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether a tokenizer is trained."""
        return self.what == "tokenizer" or (self.what == "vectors" and self.tokenizer == NEW)

    @property
    def encodes(self) -> bool:
        """Whether an encoder takes part."""
        return self.what in ENCODING or (self.what == "vectors" and self.model == CONTEXTUAL)

    @property
    def run(self) -> str:
        """What the run is called: as what it makes last."""
        return self.tokenizer_name if self.what == "tokenizer" else self.name

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
