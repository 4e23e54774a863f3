"""Test sets that have a name: what each is, whose, under which licence, where it is published and where it is kept here.

Nothing in this module fetches: :func:`corpora.fetch.fetch_set` does, when it is asked to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from explorer.core.errors import Unavailable, UnknownName
from explorer.core.grouped import grouped
from explorer.core.store import home

__all__ = ["KINDS", "EvaluationSet", "SetFile", "evaluation_set", "evaluation_sets", "set_file"]

KINDS = ("similarity", "analogy", "wic", "sentences", "morphemes")
"""Pairs of words; analogies; a word in two sentences; pairs of sentences; sentences with gold morphemes."""


@dataclass(frozen=True, slots=True)
class SetFile:
    """One file of a test set.

    Attributes:
        name: what it is kept as.
        url: where its authors publish it.
        size: in bytes; more is never fetched.
        sha256: of what is there.
    """

    name: str
    url: str
    size: int
    sha256: str

    @property
    def path(self) -> Path:
        """Where it is kept on this machine, whether it is there or not."""
        return home() / "cache" / "test-sets" / self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSet:
    """What there is to know about a test set before fetching it.

    Attributes:
        name: what ``evaluate`` takes.
        kind: one of :data:`KINDS`.
        what: one sentence.
        items: how many, and of what.
        licence: as its authors state it.
        source: where people read about it.
        citation: whom to cite.
        files: the one that is scored, then the one a threshold is chosen on; none where it ships.
        ko: facts in Korean words.
    """

    name: str
    kind: str
    what: str
    items: str
    licence: str
    source: str
    citation: str
    files: tuple[SetFile, ...] = ()
    ko: Mapping[str, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """``"shipped"``, ``"fetched"`` or ``"not here"``."""
        if not self.files:
            return "shipped"
        return "fetched" if all(file.path.is_file() for file in self.files) else "not here"

    def said(self, fact: str, language: str = "en") -> str:
        """A fact in ``"en"`` or, as far as there are words for it, ``"ko"``.

        >>> evaluation_set("ws353-ko").said("items", "ko")
        '단어 쌍 353개'
        """
        return str((self.ko.get(fact) if language == "ko" else None) or getattr(self, fact))

    def to_dict(self) -> dict[str, Any]:
        plain = {name: value for name, value in asdict(self).items() if name != "ko"}
        return plain | {"where": self.where, "files": [asdict(file) | {"path": str(file.path)} for file in self.files]}


@cache
def evaluation_sets() -> Mapping[str, EvaluationSet]:
    """Every test set that has a name, read from ``evaluation_sets.toml`` beside this module.

    >>> evaluation_sets()["korsts"].kind
    'sentences'
    """
    found = {}
    for name, facts in grouped(Path(__file__).with_suffix(".toml"), "sets"):
        base, files = facts.pop("base", ""), facts.pop("files", ())
        parts = (SetFile(one["name"], base + one.get("path", one["name"]), one["size"], one["sha256"]) for one in files)
        found[name] = EvaluationSet(name=name, files=tuple(parts), **facts)
    return MappingProxyType(found)


def evaluation_set(name: str) -> EvaluationSet:
    """One test set by its name.

    Raises:
        UnknownName: there is none of that name; lists those there are.
    """
    known = evaluation_sets()
    if name not in known:
        raise UnknownName("test set", name, known, "analysis.give_a_name")
    return known[name]


def set_file(name: str, place: int = 0) -> Path:
    """A file of a fetched test set.

    Raises:
        UnknownName: there is no such test set.
        Unavailable: it is not on this machine; says how to get it.
    """
    file = evaluation_set(name).files[place]
    if not file.path.is_file():
        raise Unavailable("core.set_not_fetched", name=name, set_name=name, file=file.name, path=file.path)
    return file.path
