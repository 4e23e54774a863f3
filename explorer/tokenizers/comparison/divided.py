"""A comparison's corpus measured in pieces, which other processes and machines make: some hundred texts under all tokenizers, a file each.

What a piece says is added up in the order of the texts, so that the numbers and their intervals are those of one run over all of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from explorer.core.errors import error_from
from explorer.core.pieces import damaged, zip_file
from explorer.core.places import cache_path, home
from explorer.text.normalise import check_text
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.comparison.boundaries import reference_sentence
from explorer.tokenizers.comparison.entries import Entry
from explorer.tokenizers.comparison.gold import GoldSentence
from explorer.tokenizers.comparison.metrics import Text
from explorer.tokenizers.token import Tokenizer

__all__ = ["CompareMaker", "analysed", "any_there", "join", "measure", "piece_path"]

_FORMAT = 1
_DAMAGE = (ValueError, KeyError, TypeError, EOFError, OSError)
_Given: TypeAlias = tuple[Path, list[str], bool]
"""Where a piece goes, its texts, and whether Kiwi's analysis of them is scored against."""


def analysed(texts: Sequence[str], kiwi: Tokenizer, workers: int | None) -> Iterator[GoldSentence]:
    """Texts with Kiwi's boundaries."""
    for text, tokens in zip(texts, tokenize_all(kiwi, texts, workers), strict=True):
        yield reference_sentence(text, tokens)


def measure(entries: Sequence[Entry], texts: Sequence[str], kiwi: Tokenizer | None, workers: int | None) -> Iterator[Entry]:
    """Count texts for every tokenizer, against Kiwi's boundaries where Kiwi is given; gives each one when it is done."""
    prepared = [Text(check_text(text)) for text in texts]
    sentences = list(analysed(texts, kiwi, workers)) if kiwi is not None else []
    for entry in entries:
        results = entry.measure(prepared, workers)
        if sentences:
            entry.score(entry.kiwi, sentences, results)
        yield entry


def any_there() -> bool:
    """Whether any pieces of any comparison are there."""
    folder = home() / "cache" / "compared"
    return folder.is_dir() and any(folder.glob("[!.]*.zip"))


def piece_path(number: int, texts: Sequence[str], params: Sequence[Mapping[str, Any]]) -> Path:
    """Where a piece lies, called by its place, its texts and its tokenizers, Kiwi as a reference among them."""
    head = json.dumps([_FORMAT, number, list(map(dict, params))], ensure_ascii=False, sort_keys=True, default=str)
    digest = hashlib.sha256(head.encode("utf-8", "surrogatepass"))
    for text in texts:
        digest.update(b"\x00" + text.encode("utf-8", "surrogatepass"))
    return cache_path("compared", f"{digest.hexdigest()[:40]}.zip")


class CompareMaker:
    """Measures pieces, with tokenizers of its own.

    Args:
        tokenizers: those that are compared.
        kiwi: whose boundaries are scored against, if any.
        workers: threads of each.
    """

    def __init__(self, tokenizers: Sequence[Tokenizer], kiwi: Tokenizer | None, workers: int) -> None:
        self._params = [(dict(one.params()), one.name) for one in tokenizers]
        self._reference = (dict(kiwi.params()), kiwi.name) if kiwi is not None else None
        self._workers = workers

    def open(self) -> None:
        from explorer.tokenizers.loading import on_worker

        self._tokenizers = [on_worker(params, name) for params, name in self._params]
        self._kiwi = on_worker(*self._reference) if self._reference is not None else None

    def make(self, given: _Given) -> None:
        path, texts, scored = given
        entries = [Entry(one, 0) for one in self._tokenizers]
        states = [entry.state() for entry in measure(entries, texts, self._kiwi if scored else None, self._workers)]
        with zip_file(path) as packed:
            packed.writestr("states", json.dumps(states, ensure_ascii=False))


def join(path: Path, entries: Sequence[Entry]) -> None:
    """Count what a piece says.

    Raises:
        Unavailable: it is damaged, and was deleted.
    """
    import zipfile

    try:
        with zipfile.ZipFile(path) as packed:
            states = json.loads(packed.read("states"))
    except (*_DAMAGE, zipfile.BadZipFile) as error:
        raise damaged(path) from error
    for entry, state in zip(entries, states, strict=True):
        if entry.error is None and state["error"] is not None:
            entry.error = error_from(state["error"])
        if entry.error is None and entry.meter is not None:
            entry.meter.join(state["meter"])
            entry.kiwi.join(state["kiwi"])
