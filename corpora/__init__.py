"""Texts: a sample that ships, a catalogue of public ones, and readers for whatever people bring.

>>> from corpora import open_corpus
>>> open_corpus("sample").name
'sample'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__all__ = ["Corpus", "Document", "open_corpus"]

_HOMES = {"Corpus": "corpora.corpus", "Document": "corpora.document", "open_corpus": "corpora.corpus"}

if TYPE_CHECKING:
    from corpora.corpus import Corpus, open_corpus
    from corpora.document import Document


def __getattr__(name: str) -> Any:
    try:
        module = importlib.import_module(_HOMES[name])
    except KeyError:
        raise AttributeError(f"module 'corpora' has no attribute {name!r}") from None
    globals()[name] = value = getattr(module, name)
    return value
