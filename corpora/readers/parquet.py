"""Parquet: one document a row, a batch at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from corpora.document import Document
from corpora.readers.inputs import BOMB_BYTES, BOMB_RATIO, Buffered, Input
from corpora.readers.jsons import documents_of_records
from corpora.readers.report import Report
from explorer.core.errors import BadInput, MissingExtra
from explorer.core.guarded import require_opening
from explorer.core.messages import Message

__all__ = ["parquet_records", "read_parquet"]

BATCH = 512
FEW = 16
"""Rows at a time of a column whose values may each stand for many: a dictionary of one long text makes gigabytes of a kilobyte."""

_LARGE = 1 << 16
_NUMBER = 8
"""Bytes of a value that is no text."""


class _Place:
    """What the record reader asks of a file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.encoding = "utf-8"


def read_parquet(one: Input, source: Buffered, field: str | None, report: Report) -> Iterator[Document]:
    """Documents of a Parquet file.

    Raises:
        MissingExtra: pyarrow is not installed.
        BadInput: the file is damaged, or has no such column.
    """
    return documents_of_records(parquet_records(one, source), _Place(one.name), field, report, "parquet")


def parquet_records(one: Input, source: Buffered) -> Iterator[tuple[str, dict[str, Any]]]:
    """``(place, row)`` of a Parquet file; inside an archive, in a store or compressed, it is first copied to a temporary file, for it must be sought in.

    A process of its own reads all of it first (:mod:`explorer.core.guarded`).

    Raises:
        MissingExtra: pyarrow is not installed.
        BadInput: the file is damaged.
    """
    if find_spec("pyarrow") is None:
        raise MissingExtra("corpora.reading_parquet", "corpora", name=one.name)
    with tempfile.TemporaryDirectory() as copy:
        with one.path.open("rb") as raw:
            packed = one.member is not None or raw.read(4) != b"PAR1"
        where = one.path
        if packed or not isinstance(where, Path):
            where = Path(copy) / "unpacked.parquet"
            with where.open("wb") as unpacked:
                shutil.copyfileobj(source, unpacked, 1 << 20)
        size = max(1, one.size)
        with _called(one.name):
            what = Message("corpora.a_parquet_file")
            trial = "corpora.readers.parquet:try_parquet"
            require_opening(
                trial, [where], what, library="pyarrow", options={"packed": size}, progress=lambda _: source.tell_again()
            )
            with _opened(where) as file:
                yield from _records(file, where.name, size)


@contextmanager
def _called(name: str) -> Iterator[None]:
    """Call the file in messages what the person calls it."""
    try:
        yield
    except BadInput as error:
        if "name" not in error.values:
            raise
        raise BadInput(error.code, **error.values | {"name": name}) from error


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise BadInput("corpora.parquet_damaged", name=path.name, reason=error) from error


def try_parquet(path: str, packed: int) -> None:
    """Read every row; for a process that may end of it."""
    place, unpacked = Path(path), 0
    with _opened(place) as file:
        for batch in file.iter_batches(batch_size=_batch_size(file.metadata), use_threads=False):
            unpacked += batch.nbytes
            _check(unpacked, packed, place.name)


def _check(unpacked: int, packed: int, name: str) -> None:
    if unpacked > max(BOMB_BYTES, BOMB_RATIO * packed):
        raise BadInput("corpora.zip_bomb_unpacked", name=name, unpacked=unpacked >> 20, packed=packed)


def _records(file: Any, name: str, packed: int) -> Iterator[tuple[str, Any]]:
    number = unpacked = 0
    for batch in file.iter_batches(batch_size=_batch_size(file.metadata)):
        for record in batch.to_pylist():
            number += 1
            unpacked += _size(record)
            _check(unpacked, packed, name)
            yield f"{name}:row {number}", record


def _size(value: Any) -> int:
    """About how many bytes a value takes; what lists and structs hold counts, too."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(len(str(name)) + _size(one) for name, one in value.items())
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return _NUMBER


def _batch_size(metadata: Any) -> int:
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            if column.has_dictionary_page and column.total_uncompressed_size > _LARGE:
                return FEW
    return BATCH
