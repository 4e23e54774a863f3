"""Files kept in an object store as well: Amazon S3 and what speaks like it, or any other store that ``fsspec`` knows.

An object is put whole or not at all, as stores do it, so what holds for a shared folder holds here: the object that is there is the work that is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from explorer.core.errors import BadInput, ExplorerError, MissingExtra, Unavailable
from explorer.core.settings import object_store

__all__ = ["Objects", "asking", "kept_objects", "object_system"]


def object_system(address: str) -> tuple[Any, str]:
    """The store of an address, as ``fsspec`` has it, and the place in it.

    Raises:
        BadInput: no such kind of store.
        MissingExtra: the package for it is not installed.
    """
    try:
        from fsspec.core import url_to_fs

        system, root = url_to_fs(address, use_listings_cache=False)
    except ImportError:
        raise MissingExtra("core.an_object_store", "s3") from None
    except (ValueError, TypeError) as error:
        raise BadInput("core.bad_object_store", address=address, reason=error) from error
    return system, str(root)


@contextmanager
def asking(address: str) -> Iterator[None]:
    """Say in one line what a store refuses.

    Raises:
        Unavailable: it refuses, or is not there.
    """
    try:
        yield
    except ExplorerError:
        raise
    except Exception as error:  # each store has errors of its own, of no common kind
        raise Unavailable("core.object_store_refuses", address=address, reason=error) from error


class Objects:
    """The objects under one address.

    Args:
        address: such as ``"s3://bucket/prefix"``.

    Raises:
        BadInput: no such kind of store.
        MissingExtra: the package for it is not installed.
        Unavailable: in every method, where the store refuses or is not there.

    >>> objects = Objects("memory://doctest")
    >>> objects.put("a.npz", b"1"); objects.get("a.npz"), objects.get("b.npz"), objects.names()
    (b'1', None, {'a.npz'})
    """

    def __init__(self, address: str) -> None:
        if "://" not in address:
            raise BadInput("core.bad_object_store", address=address, reason="://")
        self.address = address
        self._system, root = object_system(address)
        self._root = root.rstrip("/")

    def names(self) -> set[str]:
        """What is there."""
        with asking(self.address):
            try:
                found = self._system.ls(self._root, detail=False, refresh=True)
            except FileNotFoundError:  # nothing was ever put there
                found = []
        return {str(path).rpartition("/")[2] for path in found}

    def has(self, name: str) -> bool:
        with asking(self.address):
            return bool(self._system.exists(f"{self._root}/{name}"))

    def get(self, name: str) -> bytes | None:
        """The content, or ``None`` where there is no such object."""
        with asking(self.address):
            try:
                content: bytes = self._system.cat_file(f"{self._root}/{name}")
            except FileNotFoundError:
                return None
        return content

    def put(self, name: str, content: bytes) -> None:
        with asking(self.address):
            self._system.pipe_file(f"{self._root}/{name}", content)


@lru_cache(maxsize=4)
def _objects(address: str) -> Objects:
    return Objects(address)


def kept_objects() -> Objects | None:
    """The store of ``EXPLORER_STORE``, where it is set."""
    address = object_store()
    return _objects(address) if address else None
