"""From what a person names (a file, a folder, a pattern, an archive) to byte streams, decompressed and guarded."""

from __future__ import annotations

import bz2
import errno
import glob
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import IO, Any

from corpora.readers.remote import RemoteFile, is_address, remote_files
from corpora.readers.report import Report
from explorer.core.errors import BadInput, MissingExtra
from explorer.core.paths import expanded, readable_name, require_ordinary

__all__ = ["BOMB_BYTES", "BOMB_RATIO", "Archives", "Buffered", "Input", "find_inputs"]

BOMB_BYTES = 64 << 20
"""A compressed file may always grow to this many bytes."""

BOMB_RATIO = 250
"""Beyond that, more than this many times its own size is no text (ordinary text shrinks 3 to 10 times)."""

_JUNK = {"__MACOSX", "Thumbs.db"}


class Buffered:
    """A stream with :meth:`peek`, that names the file when its data end early or unpack without end."""

    def __init__(
        self,
        raw: IO[bytes] | Any,
        name: str = "input",
        packed_size: int | None = None,
        tell: Callable[[int], None] | None = None,
    ) -> None:
        self._raw = raw
        self._tell = tell
        self._name = name
        self._ahead = b""
        self._packed = packed_size
        self._given = 0

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes; empty at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
            return data
        return self._fetch(size)

    def peek(self, size: int, /) -> bytes:
        """The next ``size`` bytes (fewer at the end), still to be read."""
        while len(self._ahead) < size:
            more = self._fetch(size - len(self._ahead))
            if not more:
                break
            self._ahead += more
        return self._ahead[:size]

    def tell_again(self) -> None:
        """Say once more how far it is, so that whoever listens can stop what takes long without reading."""
        if self._tell is not None:
            self._tell(self._given)

    def _fetch(self, size: int) -> bytes:
        if size == 0:
            return b""
        try:
            data: bytes = self._raw.read(size)
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise self._damaged(error) from error
        except RuntimeError as error:  # zipfile's word for a password
            raise BadInput("corpora.unpack_by_hand", name=self._name, reason=error) from error
        except OSError as error:
            if error.errno is None:  # bz2's word for damaged data
                raise self._damaged(error) from error
            raise
        self._given += len(data)
        self.tell_again()
        if self._packed is not None and self._given > max(BOMB_BYTES, BOMB_RATIO * self._packed):
            raise BadInput("corpora.zip_bomb_unpacked", name=self._name, unpacked=self._given >> 20, packed=self._packed)
        return data

    def _damaged(self, error: Exception) -> BadInput:
        return BadInput("corpora.compressed_data_damaged", name=self._name, size=self._given, reason=error)


class Archives:
    """The zip archives of one search. One is open at a time, for all its members, as its directory may be long: there can be more
    archives than a process may open files.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._path: Path | RemoteFile | None = None
        self._open: zipfile.ZipFile | None = None

    def entries(self, path: Path | RemoteFile, name: str) -> list[zipfile.ZipInfo]:
        """What an archive says it holds.

        Raises:
            BadInput: it is damaged.
        """
        with self._lock:
            return self._at(path, name).infolist()

    def member(self, path: Path | RemoteFile, member: str, name: str) -> IO[bytes]:
        """A member's bytes; they can be read to their end even where another archive is opened meanwhile.

        Raises:
            BadInput: the archive is damaged, or another than it was when it was found.
        """
        with self._lock, _damage_told(name):
            try:
                return self._at(path, name).open(member)
            except KeyError as error:
                raise BadInput("corpora.zip_damaged", name=name, reason=error.args[0]) from error

    def _at(self, path: Path | RemoteFile, name: str) -> zipfile.ZipFile:
        if self._open is None or self._path != path:
            if self._open is not None:
                self._open.close()
                self._open = None
            with _damage_told(name):
                try:
                    self._path, self._open = path, zipfile.ZipFile(path.open("rb") if isinstance(path, RemoteFile) else path)
                except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
                    raise BadInput("corpora.zip_damaged", name=name, reason=error) from error
        return self._open


@contextmanager
def _damage_told(name: str) -> Iterator[None]:
    """What ``zipfile`` lets pass of an archive whose numbers lead out of it."""
    try:
        yield
    except (OSError, struct.error) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # a place before the file's beginning
            raise
        raise BadInput("corpora.zip_damaged", name=name, reason=error) from error


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read, or one member of a zip archive.

    Attributes:
        name: what it is called in messages: relative to what was asked for.
        path: the file on disk, or the object in a store.
        member: name inside the archive, if ``path`` is one.
        size: bytes on disk (compressed), for progress.
        archives: what the member is read through.
    """

    name: str
    path: Path | RemoteFile
    member: str | None
    size: int
    archives: Archives | None = field(default=None, compare=False, repr=False)

    def identity(self) -> dict[str, Any]:
        """What must be the same for the input to count as the one that was read before."""
        if isinstance(self.path, RemoteFile):
            where, version = self.path.address, self.path.version
            return {"name": self.name, "path": where, "member": self.member, "bytes": self.path.size, "modified": version}
        status = self.path.stat()
        return {
            "name": self.name,
            "path": readable_name(str(self.path.resolve())),
            "member": self.member,
            "bytes": status.st_size,
            "modified": status.st_mtime_ns,
        }

    @contextmanager
    def open(self, tell: Callable[[int], None] | None = None) -> Iterator[Buffered]:
        """The decompressed bytes.

        Args:
            tell: called with the number of bytes read so far, as they are on disk.

        Raises:
            BadInput: the data are damaged, or unpack to more than any text would.
            MissingExtra: it is zstd, and the package for that is not installed.
        """
        with ExitStack() as stack:
            stream: Any
            packed: int | None = None
            if self.archives is not None and self.member is not None:
                packed = max(1, self.size)
                try:
                    stream = stack.enter_context(self.archives.member(self.path, self.member, self.name))
                except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
                    raise BadInput("corpora.unpack_by_hand", name=self.name, reason=error) from error
            else:
                try:
                    stream = stack.enter_context(self.path.open("rb"))
                except IsADirectoryError:
                    raise BadInput("corpora.folder_not_file", name=self.name) from None
            source = Buffered(stream, self.name, packed, tell)
            opened = _decompressor(source.peek(6), source, self.name)
            if opened is not None:
                stream = stack.enter_context(opened)
                source = Buffered(stream, self.name, packed or max(1, self.size))
            yield source


def _decompressor(magic: bytes, source: Buffered, name: str) -> AbstractContextManager[Any] | None:
    """The opener for what the first bytes announce, or ``None`` for bytes that are not compressed."""
    raw: Any = _Raw(source)
    if magic.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=raw)
    if magic.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    if magic.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(raw)
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        try:
            import zstandard
        except ImportError:
            raise MissingExtra("corpora.reading_zstd", "corpora", name=name) from None
        opened: AbstractContextManager[Any] = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
        return opened
    return None


class _Raw(io.RawIOBase):
    """A :class:`Buffered` as the standard library's decompressors want it."""

    def __init__(self, source: Buffered) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def find_inputs(where: str | Path, report: Report, called: str = "") -> list[Input]:
    """Every file that a path, a folder (with all below it) or a pattern names, in order of name; archives opened up.

    Hidden files are left out. A symbolic link back to a folder it stands in is followed no further, and counted.

    Args:
        where: the path or pattern.
        report: what was left out is noted in it.
        called: what a single file is called instead of its own name.

    Raises:
        BadInput: nothing is there, a folder or an archive is empty, or an archive holds a path that climbs out of it.
    """
    archives = Archives()
    if is_address(where):
        found = remote_files(str(where))
        return [one for file, name in found for one in _opened(file, called if len(found) == 1 and called else name, archives)]
    return [one for file, name in _local_files(where, report, called) for one in _opened(file, name, archives)]


def _local_files(where: str | Path, report: Report, called: str) -> Iterator[tuple[Path, str]]:
    path = expanded(where)
    require_ordinary(path)
    if path.is_dir():
        files = list(_walk(path, path, report, set()))
        base = path
        if not files:
            raise BadInput("corpora.folder_empty", path=path)
    elif path.exists():
        files, base = [path], path.parent
    else:
        found = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 - patterns may be absolute
        if not found:
            raise BadInput("corpora.no_such_path", path=where)
        files = []
        for match in found:
            files += _walk(match, match, report, set()) if match.is_dir() else [match]
        base = path.parent
        while glob.has_magic(str(base)):
            base = base.parent
    for file in files:
        yield file, called if path.is_file() and called else _relative(file, base)


def _walk(folder: Path, root: Path, report: Report, above: set[tuple[int, int]]) -> Iterator[Path]:
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above:
        report.note("files", f"{_relative(folder, root)}: a symbolic link back to a folder it stands in")
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir():
                yield from _walk(entry, root, report, above | {here})
            elif entry.is_file():
                yield entry
            else:
                report.note("files", f"{_relative(entry, root)}: a broken link, or no ordinary file")
        except OSError as error:
            report.note("files", f"{_relative(entry, root)}: {error.strerror}")


def _relative(path: Path, base: Path) -> str:
    try:
        return readable_name(path.relative_to(base).as_posix())
    except ValueError:
        return readable_name(path.name)


def _opened(file: Path | RemoteFile, name: str, archives: Archives) -> Iterable[Input]:
    try:
        with file.open("rb") as stream:
            magic = stream.read(4)
    except PermissionError:
        raise BadInput("corpora.no_read_permission", path=file) from None
    if magic != b"PK\x03\x04":
        return [Input(name, file, None, file.stat().st_size)]
    members = []
    entries = archives.entries(file, name)
    if any(entry.filename in {"[Content_Types].xml", "mimetype"} for entry in entries):
        raise BadInput("corpora.office_document", name=name)
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if ".." in parts or (parts and (parts[0] == "/" or parts[0].endswith(":"))):
            raise BadInput("corpora.member_outside_archive", name=name, member=entry.filename)
        if entry.is_dir() or _JUNK.intersection(parts) or any(part.startswith(".") for part in parts):
            continue
        members.append(Input(f"{name}/{entry.filename}", file, entry.filename, entry.compress_size, archives))
    claimed = sum(entry.file_size for entry in entries)
    if claimed > max(BOMB_BYTES, BOMB_RATIO * file.stat().st_size):
        raise BadInput("corpora.zip_bomb_claimed", name=name, size=file.stat().st_size, claimed=claimed >> 20)
    if not members:
        raise BadInput("corpora.archive_empty", name=name)
    return sorted(members, key=lambda member: member.name)
