"""Where the shards of a corpus begin: found by one pass over its texts, and kept.

The pass takes less than a hundredth of what Kiwi does. Of a stored corpus each process then reads its own shards only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write, cache_path
from explorer.static.pipeline import SHARD_CHARACTERS, shard_digest, shard_documents, shard_path

__all__ = ["Source", "Unit", "documents_of", "plan", "source_of"]


@dataclass(frozen=True, slots=True)
class Unit:
    """One shard to be made.

    Attributes:
        digest: the hash it is called by.
        mark: the place of its first text.
        documents, characters: how much text it is.
    """

    digest: bytes
    mark: Any
    documents: int
    characters: int

    @property
    def path(self) -> Path:
        return shard_path(self.digest)


class Source(Protocol):
    """Texts that can be read again from a mark on, such as a corpus."""

    seekable: bool

    def marked(self, mark: Any = None) -> Iterator[tuple[str, Any]]: ...

    def fingerprint(self) -> str: ...


class _Listed:
    """Any other texts as a source: the mark is a text's number."""

    seekable = False

    def __init__(self, texts: Callable[[], Iterable[str]]) -> None:
        self._texts = texts

    def marked(self, mark: Any = None) -> Iterator[tuple[str, Any]]:
        start = mark or 0
        return ((text, number) for number, text in enumerate(islice(self._texts(), start, None), start))

    def fingerprint(self) -> str:
        return ""


def source_of(texts: Any) -> Source:
    """Texts as something that can be read more than once.

    Raises:
        BadInput: they are no texts, or an iterator, which gives them once only.
    """
    if all(hasattr(texts, name) for name in ("marked", "fingerprint", "seekable")):
        source: Source = texts
        return source
    if callable(getattr(texts, "texts", None)):
        return _Listed(texts.texts)
    if isinstance(texts, str | bytes):
        raise BadInput("static.texts_one_string")
    if not isinstance(texts, Iterable):
        raise BadInput("static.texts_not_iterable", type_name=type(texts).__name__)
    if isinstance(texts, Iterator):
        raise BadInput("static.texts_read_once", type_name=type(texts).__name__)
    return _Listed(lambda: texts)


def plan(
    source: Source, prefix: bytes, shard_characters: int = SHARD_CHARACTERS, progress: ProgressCallback | None = None
) -> list[Unit]:
    """All shards of the texts, from the cache where they are planned there.

    Raises:
        BadInput: there is no text.
    """
    fingerprint = source.fingerprint()
    named = hashlib.sha256(b"%d\x00%s\x00%s" % (shard_characters, fingerprint.encode(), prefix))
    path = cache_path("plans", f"{named.hexdigest()[:40]}.json") if fingerprint else None
    with suppress(OSError, ValueError, TypeError):  # not there yet, or damaged from outside; it is only a cache
        if path is not None:
            return [Unit(bytes.fromhex(digest), *rest) for digest, *rest in json.loads(path.read_bytes())]
    units: list[Unit] = []
    marks: list[Any] = []
    characters = 0

    def read() -> Iterator[str]:
        for text, mark in source.marked():
            marks.append(mark)
            yield text

    for documents in shard_documents(read(), shard_characters):
        units.append(Unit(shard_digest(prefix, documents), marks[0], len(documents), sum(map(len, documents))))
        marks.clear()
        characters += units[-1].characters
        report(progress, "planning", characters, None, "characters")
    if not characters:
        raise BadInput("static.corpus_empty")
    if path is not None:
        rows = [[unit.digest.hex(), unit.mark, unit.documents, unit.characters] for unit in units]
        atomic_write(path, json.dumps(rows))
    return units


def documents_of(source: Source, units: Sequence[Unit], wanted: Iterable[int]) -> Iterator[tuple[Unit, list[str]]]:
    """The wanted units, in rising order, with their texts; between them is skipped what can be."""
    stream: Iterator[tuple[str, Any]] | None = None
    at = 0
    for number in wanted:
        unit = units[number]
        if stream is None or (source.seekable and number != at):
            stream = source.marked(unit.mark)
        else:
            for _ in islice(stream, sum(one.documents for one in units[at:number])):
                pass
        yield unit, [text for text, _ in islice(stream, unit.documents)]
        at = number + 1
