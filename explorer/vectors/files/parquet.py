"""Parquet: a column of words, and numbers in a column of lists or in one column a dimension."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput, MissingExtra
from explorer.core.guarded import require_opening
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.files.parts import (
    NOTE,
    Format,
    Raw,
    Table,
    allocate,
    check_unpacked,
    encoded,
    from_note,
    is_gzip,
    note,
    row_blocks,
    whole,
)

__all__ = ["FORMAT"]

_BLOCK = 8_192
_KEYS = ("key", "keys", "word", "words", "token", "label")
_LISTS = ("vector", "vectors", "embedding", "embeddings")


def _parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("vectors.reading_parquet", "corpora") from None
    return pyarrow.parquet


def _columns(path: Path, schema: Any) -> tuple[str, list[str], bool]:
    """The column of keys, the columns of numbers, and whether that is one column of lists."""
    import pyarrow

    texts = [f.name for f in schema if pyarrow.types.is_string(f.type) or pyarrow.types.is_large_string(f.type)]
    lists = [
        f.name
        for f in schema
        if (pyarrow.types.is_list(f.type) or pyarrow.types.is_large_list(f.type) or pyarrow.types.is_fixed_size_list(f.type))
        and pyarrow.types.is_floating(f.type.value_type)
    ]
    numbers = [f.name for f in schema if pyarrow.types.is_floating(f.type)]
    keys = next((name for name in _KEYS if name in texts), texts[0] if len(texts) == 1 else None)
    column = next((name for name in _LISTS if name in lists), lists[0] if len(lists) == 1 else None)
    if keys is None or (column is None and not numbers):
        raise BadInput("vectors.parquet_columns_missing", path=path, columns=", ".join(schema.names[:8]))
    return keys, [column] if column else numbers, column is not None


def _read(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    """Words in a column, numbers in a column of lists or one column a dimension."""
    _parquet()
    if is_gzip(path):
        raise BadInput("vectors.parquet_compressed", path=path)
    what = Message("vectors.kind.parquet")
    require_opening("explorer.vectors.files.parquet:try_file", [path], what, library="pyarrow", progress=progress)
    with _opened(path) as file:
        return _parquet_rows(path, file, limit, progress)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    parquet = _parquet()
    import pyarrow

    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except (pyarrow.ArrowException, OSError) as error:
        words = " ".join(str(error).split())[:200]
        raise BadInput("vectors.parquet_unreadable", path=path, reason=words) from error


def try_file(path: str) -> None:
    """Read every row; for a process that may end of it."""
    place, size = Path(path), 0
    with _opened(place) as file:
        words, columns, _ = _columns(place, file.schema_arrow)
        for batch in file.iter_batches(batch_size=_BLOCK, columns=[words, *columns], use_threads=False):
            size += batch.nbytes
            check_unpacked(place, size)


def _parquet_rows(path: Path, file: Any, limit: int | None, progress: ProgressCallback | None) -> Raw:
    schema = file.schema_arrow
    words, columns, nested = _columns(path, schema)
    counted = "count" in schema.names and str(schema.field("count").type).startswith(("int", "uint"))
    n = file.metadata.num_rows if limit is None else min(limit, file.metadata.num_rows)
    if not n:
        raise BadInput("vectors.file_has_no_rows", path=path)
    keys: list[str] = []
    counts: list[int] = []
    matrix: npt.NDArray[np.float32] | None = None
    for batch in file.iter_batches(batch_size=_BLOCK, columns=[words, *columns, *(["count"] if counted else [])]):
        take = batch.slice(0, n - len(keys))
        numbers = _block(path, [take.column(name) for name in columns], nested)
        if matrix is None:
            matrix = allocate(path, n, numbers.shape[1])
        if numbers.shape != (len(take), matrix.shape[1]) or take.column(words).null_count:
            raise BadInput("vectors.parquet_rows_incomplete", path=path)
        matrix[len(keys) : len(keys) + len(take)] = numbers
        keys += take.column(words).to_pylist()
        if counted:
            counts += [count or 0 for count in take.column("count").to_pylist()]
        report(progress, "reading vectors", len(keys), n, "vectors")
        if len(keys) >= n:
            break
    if matrix is None or len(keys) != n:
        raise BadInput("vectors.parquet_rows_differ", path=path, promised=n, found=len(keys))
    note = (schema.metadata or {}).get(NOTE.encode())
    known = np.array(counts, dtype=np.int64) if counted and min(counts) >= 0 else None
    return Raw(keys, matrix, known, info=from_note(note))


def _block(path: Path, columns: list[Any], nested: bool) -> npt.NDArray[Any]:
    if not nested:
        return np.stack([column.to_numpy(zero_copy_only=False) for column in columns], axis=1)
    column = columns[0]
    flat = column.flatten()
    if not len(column) or column.null_count or flat.null_count or len(flat) % len(column):
        raise BadInput("vectors.row_without_vector", path=path)
    if hasattr(column, "offsets") and len(set(np.diff(column.offsets.to_numpy()).tolist())) != 1:
        raise BadInput("vectors.vector_lengths_differ", path=path)
    return np.asarray(flat.to_numpy(zero_copy_only=False)).reshape(len(column), -1)


def _write(v: Table, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    """Columns key, count (if known) and vector (lists of d float32), the provenance in the schema's metadata."""
    parquet = _parquet()
    import pyarrow

    if path.suffix == ".gz":
        raise BadInput("vectors.parquet_not_compressible", path=path.name)
    for _ in encoded(v):
        pass  # refuses half characters before anything is written
    fields = [pyarrow.field("key", pyarrow.string())]
    if v.counts is not None:
        fields.append(pyarrow.field("count", pyarrow.int64()))
    fields.append(pyarrow.field("vector", pyarrow.list_(pyarrow.float32(), v.dim)))
    schema = pyarrow.schema(fields, metadata={NOTE: note(v)})
    with whole(path, overwrite) as stream, parquet.ParquetWriter(stream, schema) as writer:
        done = 0
        for block in row_blocks(v, progress):
            part = slice(done, done := done + len(block))
            numbers = np.ascontiguousarray(block).reshape(-1)
            made: list[Any] = [pyarrow.array(v.keys[part], pyarrow.string())]
            if v.counts is not None:
                made.append(pyarrow.array(v.counts[part]))
            made.append(pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(numbers), v.dim))
            writer.write_batch(pyarrow.record_batch(made, schema=schema))
    return [path]


FORMAT = Format(lambda sample: sample.startswith(b"PAR1"), _read, _write, (".parquet",))
