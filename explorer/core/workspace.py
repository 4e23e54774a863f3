"""Whose things are meant: everybody's in the home folder, or beside them those of one person.

A *workspace* is a folder ``people/ID`` of the home folder that is laid out like it. While work is done in one
(:func:`in_workspace`), artifacts are looked for there first and then among everybody's, and what is made is made there. Nothing else
decides what a person sees: whatever lists or opens artifacts asks :mod:`explorer.core.store`, and that asks here. Outside any workspace,
as on the command line, there are everybody's things alone; threads begin outside any.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from explorer.core.errors import disk_errors
from explorer.core.places import cache_path, home, make_folder

__all__ = ["FOLDERS", "enter", "in_workspace", "named_cache", "own_folder", "people_folder", "roots", "workspace"]

FOLDERS = {"vectors": "models", "tokenizer": "tokenizers", "corpus": "corpora", "encoder": "encoders", "lab": "labs"}
"""Folders of the home folder, and of a workspace, by the kind of artifact."""

_ID = re.compile(r"[0-9a-f]{32}")
_current: ContextVar[str] = ContextVar("explorer_workspace", default="")


def workspace() -> str:
    """The id of the workspace that work is done in; ``""`` outside any."""
    return _current.get()


def enter(who: str) -> None:
    """Work in a workspace from now on, in this thread; ``""`` leaves it.

    Raises:
        ValueError: that is no id of one: 32 hexadecimal digits.
    """
    if who and not _ID.fullmatch(who):
        raise ValueError(who)
    _current.set(who)


@contextmanager
def in_workspace(who: str) -> Iterator[None]:
    """Work in a workspace; ``""`` outside any.

    >>> with in_workspace("0123456789abcdef" * 2):
    ...     workspace()[:4], own_folder().name[:4]
    ('0123', '0123')
    >>> workspace()
    ''
    """
    before = workspace()
    enter(who)
    try:
        yield
    finally:
        enter(before)


def people_folder() -> Path:
    """The folder of all workspaces, whether or not it exists."""
    return home() / "people"


def own_folder() -> Path | None:
    """The folder of the workspace that work is done in, whether or not it exists; ``None`` outside any."""
    return people_folder() / workspace() if workspace() else None


def named_cache(*parts: str) -> Path:
    """A path for work under way that is called as what it will make: in the cache of the workspace, else of the home folder.

    What is called by its content lies in the home folder's, whoever makes it.
    """
    own = own_folder()
    if own is None:
        return cache_path(*parts)
    path = own.joinpath("cache", *parts)
    with disk_errors("core.making", path=path.parent):
        make_folder(path.parent)
    return path


def roots(kind: str) -> list[Path]:
    """Folders in which artifacts of a kind are looked for, in this order; new ones are made in the first."""
    own = own_folder()
    return [base / FOLDERS[kind] for base in (own, home()) if base is not None]
