"""Files in an object store, with what readers ask of a path: Amazon S3 and what speaks like it, and other stores that ``fsspec`` knows."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import IO, Any

from explorer.core.errors import BadInput
from explorer.core.objects import asking, object_system

__all__ = ["RemoteFile", "is_address", "remote_files"]

_BLOCK = 1 << 20
_ADDRESS = re.compile(r"(s3|s3a|gs|gcs|abfs|az|hdfs)://.")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One object: its address, how large it was when it was looked for, and what tells its version from another."""

    address: str
    size: int
    version: str

    @property
    def name(self) -> str:
        return self.address.rpartition("/")[2]

    def __str__(self) -> str:
        return self.address

    def stat(self) -> SimpleNamespace:
        """The size, where a path has it."""
        return SimpleNamespace(st_size=self.size)

    def open(self, mode: str = "rb") -> IO[bytes]:
        """The bytes, read as they are asked for; may be sought in.

        Raises:
            Unavailable: the store refuses, or is not there, now or while it is read.
        """
        with asking(self.address):
            system, path = object_system(self.address)
            return io.BufferedReader(_Stream(system.open(path, mode), self.address), _BLOCK)


class _Stream(io.RawIOBase):
    """A stream of a store whose refusals are said in one line."""

    def __init__(self, raw: Any, address: str) -> None:
        self._raw, self._address = raw, address

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with asking(self._address):
            data: bytes = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._raw.seek(offset, whence))

    def tell(self) -> int:
        return int(self._raw.tell())

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def is_address(where: object) -> bool:
    """Whether this names something in a store.

    >>> is_address("s3://bucket/wiki/"), is_address("a/s3.txt")
    (True, False)
    """
    return isinstance(where, str) and _ADDRESS.match(where) is not None


def remote_files(where: str) -> list[tuple[RemoteFile, str]]:
    """Every object that an address, all below it, or a pattern names, each with its name relative to that; hidden ones left out.

    Raises:
        BadInput: there is none.
        MissingExtra: the package for the store is not installed.
        Unavailable: the store refuses, or is not there.
    """
    system, root = object_system(where)
    with asking(where):
        found: dict[str, Any] = system.glob(root, detail=True) if re.search(r"[*?[]", root) else {}
        if not found:
            found = system.find(root, detail=True)
    base = root.rstrip("/")
    while re.search(r"[*?[]", base):
        base = base.rpartition("/")[0]
    files = []
    for path, facts in sorted(found.items()):
        name = path.removeprefix(base).lstrip("/") or path.rpartition("/")[2]
        if facts["type"] == "file" and facts["size"] and not any(part.startswith(".") for part in name.split("/")):
            version = next((str(facts[key]) for key in ("ETag", "etag", "LastModified", "mtime") if facts.get(key)), "")
            files.append((RemoteFile(system.unstrip_protocol(path), int(facts["size"]), version), name))
    if not files:
        raise BadInput("corpora.no_such_path", path=where)
    return files
