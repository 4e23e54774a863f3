"""One card per corpus: what it is, whose, under which licence, and how to get it. Facts only; the texts stay where they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from explorer.core.errors import UnknownName
from explorer.core.grouped import grouped

__all__ = ["Card", "Part", "card", "cards"]


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a corpus.

    Attributes:
        url: where it is fetched from.
        sha256: of the file as served, where the source is known never to change; else ``None``, and the hash of the first
            fetch is kept in the corpus's manifest and compared with later ones.
    """

    url: str
    sha256: str | None = None

    @property
    def file(self) -> str:
        """The name it is kept under."""
        return self.url.rpartition("/")[2] or "download"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What there is to know about a corpus before fetching it.

    Attributes:
        name: what to call it on the command line.
        what: one sentence.
        language: ISO 639-1 codes.
        licence: of the texts, as their publisher states it.
        source: where people read about it.
        citation: whom to cite.
        size: of the download, roughly.
        documents: how many, roughly, and of what.
        encoding, reader: how the files are written, and what reads them.
        field: which column or field holds the text, for tables and JSON.
        fetch: how to get it: ``"shipped"``, ``"download"``, ``"huggingface"`` or ``"add"``.
        parts: the files, for ``"download"``.
        extra: optional packages its reader needs.
        note: what to know before using it.
        ko: facts in Korean words.
    """

    name: str
    what: str
    language: str = "ko"
    licence: str
    source: str
    citation: str
    size: str
    documents: str
    encoding: str = "UTF-8"
    reader: str
    fetch: str = "download"
    field: str | None = None
    parts: tuple[Part, ...] = ()
    extra: str = ""
    note: str = ""
    ko: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "ko"}

    def said(self, fact: str, language: str = "en") -> str:
        """A fact in ``"en"`` or, as far as there are words for it, ``"ko"``.

        >>> cards()["nsmc"].said("documents", "ko")
        '영화평 200,000건'
        """
        return str((self.ko.get(fact) if language == "ko" else None) or getattr(self, fact))

    @property
    def provenance(self) -> dict[str, str]:
        """What a manifest says about the origin."""
        return {"licence": self.licence, "source": self.source, "citation": self.citation}


@cache
def cards() -> Mapping[str, Card]:
    """Every card by name, read from ``catalogue.toml`` beside this module.

    >>> cards()["nsmc"].licence
    'CC0-1.0'
    """
    found = {}
    for name, facts in grouped(Path(__file__).with_suffix(".toml"), "cards"):
        base, files = facts.pop("base", ""), facts.pop("files", ())
        found[name] = Card(name=name, **facts, parts=tuple(Part(base + file) for file in files))
    return MappingProxyType(found)


def card(name: str) -> Card:
    """One card.

    Raises:
        UnknownName: there is none of that name; lists those there are.
    """
    known = cards()
    if name not in known:
        raise UnknownName("corpus", name, known, "corpora.own_files")
    return known[name]
