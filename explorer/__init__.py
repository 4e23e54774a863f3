"""See and compute what tokenizers and embedding models make of Korean text."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__all__ = [
    "Analogy",
    "BadInput",
    "Cancelled",
    "Comparison",
    "ExplorerError",
    "MissingExtra",
    "Neighbour",
    "OutOfVocabulary",
    "Progress",
    "Projection",
    "Resolution",
    "Score",
    "Token",
    "Tokenizer",
    "Unavailable",
    "UnknownName",
    "Vectors",
    "compare",
    "contextual",
    "evaluate",
    "kiwi_next",
    "lab",
    "load",
    "next_sentence",
    "open_decoder",
    "open_filler",
    "open_inside",
    "project",
    "tokenizer",
    "tokenizers",
    "train",
    "train_tokenizer",
]

# Where each public name lives. Resolved on first use, so that importing the package stays a matter of milliseconds.
_HOMES = {
    "Analogy": "explorer.vectors.records",
    "BadInput": "explorer.core.errors",
    "Cancelled": "explorer.core.errors",
    "Comparison": "explorer.tokenizers.comparison",
    "ExplorerError": "explorer.core.errors",
    "MissingExtra": "explorer.core.errors",
    "Neighbour": "explorer.vectors.records",
    "OutOfVocabulary": "explorer.core.errors",
    "Progress": "explorer.core.progress",
    "Projection": "explorer.analysis.projection",
    "Resolution": "explorer.vectors.records",
    "Score": "explorer.analysis.scores",
    "Token": "explorer.tokenizers.token",
    "Tokenizer": "explorer.tokenizers.token",
    "Unavailable": "explorer.core.errors",
    "UnknownName": "explorer.core.errors",
    "Vectors": "explorer.vectors.vectors",
    "compare": "explorer.tokenizers.comparison",
    "contextual": "explorer.models.contextual",
    "evaluate": "explorer.analysis.evaluation",
    "kiwi_next": "explorer.models.kiwi_next",
    "lab": "explorer.analysis.lab",
    "load": "explorer.models.loading",
    "next_sentence": "explorer.models.pair_score",
    "open_decoder": "explorer.models.continuing",
    "open_filler": "explorer.models.filling",
    "open_inside": "explorer.models.inside",
    "project": "explorer.analysis.projection",
    "tokenizer": "explorer.tokenizers.loading",
    "train": "explorer.models.training",
    "train_tokenizer": "explorer.tokenizers.training",
}

if TYPE_CHECKING:
    from explorer import tokenizers as tokenizers
    from explorer.analysis.evaluation import evaluate
    from explorer.analysis.lab import lab
    from explorer.analysis.projection import Projection, project
    from explorer.analysis.scores import Score
    from explorer.core.errors import (
        BadInput,
        Cancelled,
        ExplorerError,
        MissingExtra,
        OutOfVocabulary,
        Unavailable,
        UnknownName,
    )
    from explorer.core.progress import Progress
    from explorer.models.contextual import contextual
    from explorer.models.continuing import open_decoder
    from explorer.models.filling import open_filler
    from explorer.models.inside import open_inside
    from explorer.models.kiwi_next import kiwi_next
    from explorer.models.loading import load
    from explorer.models.pair_score import next_sentence
    from explorer.models.training import train
    from explorer.tokenizers.comparison import Comparison, compare
    from explorer.tokenizers.loading import tokenizer
    from explorer.tokenizers.token import Token, Tokenizer
    from explorer.tokenizers.training import train_tokenizer
    from explorer.vectors.records import Analogy, Neighbour, Resolution
    from explorer.vectors.vectors import Vectors


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("korean-explorer")
    if (
        name == "tokenizers"
    ):  # a package that can be called: `ex.tokenizers()` lists names, `explorer.tokenizers.token` is a module
        return importlib.import_module("explorer.tokenizers")
    try:
        module = importlib.import_module(_HOMES[name])
    except KeyError:
        raise AttributeError(f"module 'explorer' has no attribute {name!r}") from None
    globals()[name] = value = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
