"""See and compute what tokenizers and embedding models make of Korean text."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__all__ = [
    "Analogy",
    "BadInput",
    "Cancelled",
    "Comparison",
    "Completer",
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
    "classifier",
    "compare",
    "compare_analogy",
    "compare_models",
    "compare_neighbours",
    "compare_word",
    "contextual",
    "encoder",
    "evaluate",
    "in_sentence",
    "kiwi_next",
    "lab",
    "list_models",
    "load",
    "load_lab",
    "map_documents",
    "map_widget",
    "next_sentence",
    "open_decoder",
    "open_filler",
    "open_inside",
    "prepare",
    "probe_layers",
    "progress_bars",
    "project",
    "read_words",
    "regions",
    "sense_vectors",
    "sentences",
    "stability",
    "tokenizer",
    "tokenizers",
    "train",
    "train_again",
    "train_classifier",
    "train_tokenizer",
    "weat",
    "word",
]

# Where each public name lives, and what it is called there where that differs. Resolved on first use, so that importing the
# package stays a matter of milliseconds.
_HOMES = {
    "Analogy": "explorer.vectors.records",
    "BadInput": "explorer.core.errors",
    "Cancelled": "explorer.core.errors",
    "Comparison": "explorer.tokenizers.comparison.compare",
    "Completer": "explorer.vectors.completion",
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
    "classifier": "explorer.encoders.classifier",
    "compare": "explorer.tokenizers.comparison.compare",
    "compare_analogy": "explorer.analysis.beside",
    "compare_models": "explorer.analysis.model_comparison",
    "compare_neighbours": "explorer.analysis.beside",
    "compare_word": "explorer.analysis.model_comparison",
    "contextual": "explorer.encoders.deprecated",
    "encoder": "explorer.encoders.open",
    "evaluate": "explorer.analysis.benchmarks",
    "in_sentence": "explorer.analysis.in_sentence",
    "kiwi_next": "explorer.encoders.kiwi_next",
    "lab": "explorer.analysis.lab",
    "list_models": "explorer.encoders.listing",
    "load": "explorer.static.load",
    "load_lab": "explorer.analysis.lab_results",
    "map_documents": "explorer.analysis.documents",
    "map_widget": "explorer.analysis.map_widget",
    "next_sentence": "explorer.encoders.deprecated",
    "open_decoder": "explorer.encoders.deprecated",
    "open_filler": "explorer.encoders.deprecated",
    "open_inside": "explorer.encoders.deprecated",
    "prepare": "explorer.static.prepare",
    "probe_layers": "explorer.analysis.probing.layers",
    "progress_bars": "explorer.display.bars",
    "project": "explorer.analysis.projection",
    "read_words": "explorer.analysis.in_sentence",
    "regions": "explorer.analysis.regions",
    "sense_vectors": "explorer.encoders.sense_vectors",
    "sentences": "explorer.analysis.sentences",
    "stability": "explorer.analysis.stability",
    "tokenizer": "explorer.tokenizers.loading",
    "tokenizers": "explorer.tokenizers.loading:tokenizer_names",
    "train": "explorer.static.train",
    "train_again": "explorer.analysis.stability",
    "train_classifier": "explorer.encoders.train.classify",
    "train_tokenizer": "explorer.tokenizers.training.train",
    "weat": "explorer.analysis.association",
    "word": "explorer.analysis.word",
}

if TYPE_CHECKING:
    from explorer.analysis.association import weat
    from explorer.analysis.benchmarks import evaluate
    from explorer.analysis.beside import compare_analogy, compare_neighbours
    from explorer.analysis.documents import map_documents
    from explorer.analysis.in_sentence import in_sentence, read_words
    from explorer.analysis.lab import lab
    from explorer.analysis.lab_results import load_lab
    from explorer.analysis.map_widget import map_widget
    from explorer.analysis.model_comparison import compare_models, compare_word
    from explorer.analysis.probing.layers import probe_layers
    from explorer.analysis.projection import Projection, project
    from explorer.analysis.regions import regions
    from explorer.analysis.scores import Score
    from explorer.analysis.sentences import sentences
    from explorer.analysis.stability import stability, train_again
    from explorer.analysis.word import word
    from explorer.core.errors import BadInput, Cancelled, ExplorerError, MissingExtra, OutOfVocabulary, Unavailable, UnknownName
    from explorer.core.progress import Progress
    from explorer.display.bars import progress_bars
    from explorer.encoders.classifier import classifier
    from explorer.encoders.deprecated import contextual, next_sentence, open_decoder, open_filler, open_inside
    from explorer.encoders.kiwi_next import kiwi_next
    from explorer.encoders.listing import list_models
    from explorer.encoders.open import encoder
    from explorer.encoders.sense_vectors import sense_vectors
    from explorer.encoders.train.classify import train_classifier
    from explorer.static.load import load
    from explorer.static.prepare import prepare
    from explorer.static.train import train
    from explorer.tokenizers.comparison.compare import Comparison, compare
    from explorer.tokenizers.loading import tokenizer
    from explorer.tokenizers.loading import tokenizer_names as tokenizers
    from explorer.tokenizers.token import Token, Tokenizer
    from explorer.tokenizers.training.train import train_tokenizer
    from explorer.vectors.completion import Completer
    from explorer.vectors.records import Analogy, Neighbour, Resolution
    from explorer.vectors.vectors import Vectors
else:
    # The import system binds a room to its parent when the room is first loaded, and never again: loaded and let go here, it
    # leaves its name to the function.
    from explorer import tokenizers

    del tokenizers


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("korean-explorer")
    try:
        home, _, attribute = _HOMES[name].partition(":")
    except KeyError:
        raise _unknown(name) from None
    globals()[name] = value = getattr(importlib.import_module(home), attribute or name)
    return value


def _unknown(name: str) -> AttributeError:
    if not name.startswith("_"):
        from explorer.core.errors import NoSuchName
        from explorer.encoders.foreign import PACKAGE

        if name in PACKAGE:
            return NoSuchName.of(PACKAGE[name])
    return AttributeError(f"module 'explorer' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
