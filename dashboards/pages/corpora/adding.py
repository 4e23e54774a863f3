"""A corpus made of what a person gave: read in the worker process, with progress, whole or not at all."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from dashboards.app.state import corpus_names, state
from dashboards.kit import upload
from dashboards.kit.public import check_writable
from explorer.core.errors import BadInput, Cancelled, ExplorerError, Unavailable, UnknownName
from explorer.core.progress import ProgressCallback
from explorer.core.store import check_mine, check_name, list_artifacts

__all__ = ["MAX_PASTED", "add", "added", "name_for", "remove", "rename"]

MAX_PASTED = 300_000
"""Characters of a text that is pasted; a longer one comes as a file."""


def name_for(file: str) -> str:
    """A free name for a corpus, after its file.

    >>> name_for("나의 리뷰 (2024).csv.gz")
    '나의-리뷰-2024'
    """
    stem = re.sub(r"(\.[A-Za-z0-9]{1,7}){1,2}$", "", file)
    plain = upload.named_after(stem) or "corpus"
    taken = set(corpus_names())
    return next(
        name for number in range(1, len(taken) + 3) if (name := plain + (f"-{number}" if number > 1 else "")) not in taken
    )


def added(asked: dict[str, Any]) -> str:
    """The name of the corpus that was asked for, once it is there.

    Args:
        asked: ``upload``, ``name``, and perhaps ``field``, ``label``, ``drop``.

    Raises:
        NotReady: it is being read.
        ExplorerError: it cannot be made; nothing of it is left then.
    """
    name = check_name(asked["name"])
    if _made_of(name) == asked["upload"]:
        upload.discard(asked["upload"])  # the worker does it too, a moment after the corpus is there
        return name
    if name in corpus_names():
        raise BadInput("dashboards.corpus_name_taken", name=name)
    upload.waiting(asked["upload"])
    try:
        state().made("add corpus", asked, "corpora.job_adding", corpus=name)
    except Cancelled:  # its process was ended
        _clear(name)
        raise
    return name


def _clear(name: str) -> None:
    """Delete what was half made; nobody can go on from it."""
    from corpora.library import remove_unfinished

    with suppress(Unavailable):  # held by a process that is just ending
        remove_unfinished(name)


def _made_of(name: str) -> str | None:
    """The upload that a corpus was made of."""
    manifest = list_artifacts("corpus").get(name)
    return manifest.provenance.get("upload") if manifest else None


def add(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """In the worker process: read what was given into a corpus, and delete it."""
    from corpora import library
    from corpora.corpus import StoredCorpus

    name = params["name"]
    if _made_of(name) != params["upload"]:  # else a killed server had it made just before
        given = upload.waiting(params["upload"])
        said = {"uploaded": given.name, "upload": given.id} | ({"label": params["label"]} if params.get("label") else {})
        field, drop = params.get("field") or None, params.get("drop") or None
        try:
            library.add(given.path, name, field=field, drop=drop, progress=progress, source=said, called=given.name)
        except ExplorerError:
            _clear(name)
            raise
    upload.discard(params["upload"])
    return {"folder": str(StoredCorpus(name).folder)}


def remove(name: str) -> None:
    """Delete a stored corpus.

    Raises:
        ExplorerError: there is none of that name, or it ships; or people shall only look.
    """
    from corpora import library

    check_writable()
    _own(name)
    library.remove(name)


def rename(name: str, new: str) -> str:
    """Give a stored corpus another name; the new name.

    Raises:
        ExplorerError: there is none of that name, or the new one is taken or no name; or people shall only look.
    """
    from corpora import library

    check_writable()
    _own(name)
    if check_name(new) in corpus_names():
        raise BadInput("dashboards.corpus_name_taken", name=new)
    return library.rename(name, new).name


def _own(name: str) -> None:
    if name == "sample":
        raise BadInput("dashboards.sample_stays")
    if name not in corpus_names():
        raise UnknownName("corpus", name, corpus_names())
    check_mine("corpus", name)
