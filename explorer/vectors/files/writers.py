"""Writers of other programs' vector files; each file is written beside its place and renamed when it is whole."""

from __future__ import annotations

import contextlib
import gzip
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import numpy as np

from explorer.core.errors import BadInput, disk_errors
from explorer.core.progress import ProgressCallback, report
from explorer.text.tags import word_of
from explorer.vectors.files.readers import keys_beside, labels_beside
from explorer.vectors.vectors import Vectors

__all__ = ["WRITERS", "check_file", "encoded", "refuse", "whole"]

_BLOCK = 4_096


def check_file(path: Path, overwrite: bool) -> None:
    """Refuse to write over a folder ever, over a file unless told.

    Raises:
        BadInput: says which of the two it was.
    """
    if path.is_dir():
        raise BadInput("core.folder_in_the_way", path=path)
    if os.path.lexists(path) and not overwrite:
        raise BadInput("vectors.file_exists", path=path)


@contextlib.contextmanager
def whole(path: Path, overwrite: bool) -> Iterator[IO[bytes]]:
    """A stream whose content becomes ``path`` only if nothing goes wrong."""
    check_file(path, overwrite)
    with disk_errors("core.writing", path=path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                if path.suffix == ".gz":
                    with gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as packed:
                        yield cast(IO[bytes], packed)
                else:
                    yield stream
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).chmod(0o644)
            check_file(path, overwrite)  # again: another export may have finished meanwhile
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def refuse(v: Vectors, forbidden: str, kind: str) -> None:
    """Refuse keys with signs that a format uses for itself."""
    bad = next((key for key in v.keys if any(character in key for character in forbidden)), None)
    if bad is not None:
        raise BadInput("vectors.key_has_space", key=bad, kind=kind)


def encoded(v: Vectors) -> Iterator[bytes]:
    """The keys as UTF-8, one by one."""
    for key in v.keys:
        try:
            yield key.encode("utf-8")
        except UnicodeEncodeError:
            raise BadInput("vectors.key_half_character", key=key) from None


def _write_lines(v: Vectors, stream: IO[bytes], progress: ProgressCallback | None, words: bool, separator: str = " ") -> None:
    # Nine digits give every float32 back exactly.
    pattern = separator.join(["%.9g"] * v.dim) + "\n"
    names = encoded(v)
    for start in range(0, len(v), _BLOCK):
        report(progress, "writing vectors", start, len(v), "vectors")
        for row in v.vectors[start : start + _BLOCK].tolist():
            if words:
                stream.write(next(names) + b" ")
            stream.write((pattern % tuple(row)).encode("ascii"))
    report(progress, "writing vectors", len(v), len(v), "vectors")


def _text(header: bool) -> Callable[[Vectors, Path, bool, ProgressCallback | None], list[Path]]:
    def write(v: Vectors, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
        refuse(v, " \t\n\r", "a text format")
        with whole(path, overwrite) as stream:
            if header:
                stream.write(f"{len(v)} {v.dim}\n".encode())
            _write_lines(v, stream, progress, words=True)
        return [path]

    return write


def _write_binary(v: Vectors, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    refuse(v, " \n", "word2vec's binary format")
    names = encoded(v)
    with whole(path, overwrite) as stream:
        stream.write(f"{len(v)} {v.dim}\n".encode())
        for start in range(0, len(v), _BLOCK):
            report(progress, "writing vectors", start, len(v), "vectors")
            for row in np.asarray(v.vectors[start : start + _BLOCK], dtype="<f4"):
                stream.write(next(names) + b" " + row.tobytes() + b"\n")
    report(progress, "writing vectors", len(v), len(v), "vectors")
    return [path]


def _check_pair(first: Path, second: Path, overwrite: bool) -> None:
    """Both names are looked at before either file is written."""
    for path in (first, second):
        if path.suffix == ".gz":
            raise BadInput("vectors.two_files_not_compressible", path=path.name)
        check_file(path, overwrite)


def _write_npy(v: Vectors, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    refuse(v, "\n\r", "a list of keys, one a line,")
    names = keys_beside(path)[0]
    _check_pair(path, names, overwrite)
    with whole(names, overwrite) as stream:
        stream.writelines(name + b"\n" for name in encoded(v))
    with whole(path, overwrite) as stream:
        np.lib.format.write_array(stream, np.asarray(v.vectors), allow_pickle=False)
    report(progress, "writing vectors", len(v), len(v), "vectors")
    return [path, names]


def _write_projector(v: Vectors, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    refuse(v, "\t\n\r", "a TSV file")
    labels = labels_beside(path)[1 if "vectors" in path.name else 0]
    _check_pair(path, labels, overwrite)
    counts = v.counts
    with whole(labels, overwrite) as stream:
        stream.write(b"word\tkey" + (b"\tcount" if counts is not None else b"") + b"\n")
        for row, name in enumerate(encoded(v)):
            count = f"\t{counts[row]}" if counts is not None else ""
            stream.write(f"{word_of(v.keys[row])}\t".encode() + name + f"{count}\n".encode())
    with whole(path, overwrite) as stream:
        _write_lines(v, stream, progress, words=False, separator="\t")
    return [path, labels]


WRITERS: dict[str, Callable[[Vectors, Path, bool, ProgressCallback | None], list[Path]]] = {
    "word2vec-text": _text(header=True),
    "word2vec-binary": _write_binary,
    "glove": _text(header=False),
    "npy": _write_npy,
    "projector": _write_projector,
}
