"""safetensors and Parquet: numbers with their names in one file, read without copies where the format allows."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput, MissingExtra
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.files.readers import Raw, allocate, beside, is_gzip, keys_beside, text_lines
from explorer.vectors.files.writers import encoded, refuse, whole
from explorer.vectors.vectors import Vectors

__all__ = ["read_parquet", "read_safetensors", "write_parquet", "write_safetensors"]

_NOTE = "korean-explorer"
"""The metadata entry that holds where the vectors came from, as JSON."""

_BLOCK = 8_192
_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_MATRICES = ("vectors", "embeddings", "embedding", "weight", "embedding.weight", "embeddings.weight")
_KEYS = ("key", "keys", "word", "words", "token", "label")
_LISTS = ("vector", "vectors", "embedding", "embeddings")


def _note(v: Vectors) -> str:
    info = {name: value for name, value in v.info.items() if name not in ("warnings", "name")}
    return json.dumps(info, ensure_ascii=False, default=str)


def _info(text: str | bytes | None) -> dict[str, Any]:
    """Provenance from a note; a note that cannot be read is none."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    shapes: dict[str, Any] = {"history": list, "params": dict, "tokenizer": (dict, str), "warnings": ()}
    return {name: value for name, value in found.items() if isinstance(value, shapes.get(name, object))}


def _header(path: Path) -> tuple[dict[str, Any], dict[str, str], int]:
    """The tensors a safetensors file holds, its notes, and where the numbers begin; checked by the format's own library."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            file.keys()
        with path.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            tensors: dict[str, Any] = json.loads(stream.read(length))
    except (SafetensorError, OSError, ValueError, struct.error) as error:
        words = " ".join(str(error).split())[:200]
        raise BadInput("vectors.safetensors_unreadable", path=path, reason=words) from error
    notes = tensors.pop("__metadata__", {})
    return tensors, notes, 8 + length


def _mapped(path: Path, start: int, tensor: dict[str, Any]) -> npt.NDArray[Any]:
    offset = start + int(tensor["data_offsets"][0])
    shape = tuple(tensor["shape"])
    if tensor["dtype"] == "BF16":  # half of a float32: its upper 16 bits
        upper = np.memmap(path, "<u2", "r", offset, shape)
        return (upper.astype("<u4") << np.uint32(16)).view("<f4")
    kind = _DTYPES.get(tensor["dtype"])
    if kind is None:
        raise BadInput("vectors.tensor_type_unsupported", path=path, dtype=tensor["dtype"])
    return np.memmap(path, kind, "r", offset, shape)


def read_safetensors(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    """The matrix ``vectors`` (or the only one of two dimensions), with its keys in the tensor ``keys`` or a text file beside it."""
    tensors, notes, start = _header(path)
    tables = [name for name, tensor in tensors.items() if len(tensor["shape"]) == 2]
    named = [name for name in _MATRICES if name in tables]
    if not named and len(tables) != 1:
        raise BadInput("vectors.matrix_ambiguous", path=path, count=len(tables), found=", ".join(tables[:5]))
    table = tensors[(named or tables)[0]]
    n, d = table["shape"]
    if not n or not d:
        raise BadInput("vectors.tensor_not_positive", path=path, rows=n, columns=d)
    keys = _safetensors_keys(path, tensors, notes, start)
    if len(keys) != n:
        raise BadInput("vectors.tensor_keys_differ", path=path, keys=len(keys), count=n)
    counts = None
    if "counts" in tensors and tensors["counts"]["dtype"] == "I64" and tensors["counts"]["shape"] == [n]:
        counts = np.array(np.memmap(path, "<i8", "r", start + tensors["counts"]["data_offsets"][0], (n,)))
    m = n if limit is None else min(limit, n)
    if table["dtype"] != "F32":
        allocate(path, m, d)  # other numbers are converted, which takes memory
    report(progress, "reading vectors", m, m, "vectors")
    return Raw(keys[:m], _mapped(path, start, table)[:m], None if counts is None else counts[:m], info=_info(notes.get(_NOTE)))


def _safetensors_keys(path: Path, tensors: dict[str, Any], notes: dict[str, str], start: int) -> list[str]:
    if "keys" in tensors and tensors["keys"]["dtype"] == "U8":
        first, last = tensors["keys"]["data_offsets"]
        with path.open("rb") as stream:
            stream.seek(start + first)
            return stream.read(last - first).decode("utf-8", "replace").split("\n")
    if "keys" in notes:
        found = json.loads(notes["keys"]) if notes["keys"].startswith("[") else notes["keys"].split("\n")
        return [str(key) for key in found]
    return text_lines(beside(path, keys_beside(path), "keys"))


def write_safetensors(v: Vectors, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    """``vectors`` (F32), ``counts`` (I64, if known) and ``keys`` (U8: UTF-8 lines), the provenance in the metadata."""
    if path.suffix == ".gz":
        raise BadInput("vectors.safetensors_not_compressible", path=path.name)
    refuse(v, "\n", "a list of keys, one a line,")
    names = b"\n".join(encoded(v))
    parts: list[tuple[str, str, list[int], int]] = []
    if v.counts is not None:
        parts.append(("counts", "I64", [len(v)], 8 * len(v)))
    parts += [("vectors", "F32", [len(v), v.dim], 4 * len(v) * v.dim), ("keys", "U8", [len(names)], len(names))]
    header: dict[str, Any] = {"__metadata__": {_NOTE: _note(v)}}
    offset = 0
    for name, kind, shape, size in parts:
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % 8)  # so that the numbers begin at a multiple of 8
    with whole(path, overwrite) as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        if v.counts is not None:
            stream.write(v.counts.astype("<i8").tobytes())
        for start in range(0, len(v), _BLOCK):
            report(progress, "writing vectors", start, len(v), "vectors")
            stream.write(np.asarray(v.vectors[start : start + _BLOCK], dtype="<f4").tobytes())
        stream.write(names)
    report(progress, "writing vectors", len(v), len(v), "vectors")
    return [path]


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


def read_parquet(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    """Words in a column, numbers in a column of lists or one column a dimension."""
    parquet = _parquet()
    import pyarrow

    if is_gzip(path):
        raise BadInput("vectors.parquet_compressed", path=path)
    try:
        with parquet.ParquetFile(path) as file:
            return _parquet_rows(path, file, limit, progress)
    except (pyarrow.ArrowException, OSError) as error:
        words = " ".join(str(error).split())[:200]
        raise BadInput("vectors.parquet_unreadable", path=path, reason=words) from error


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
    note = (schema.metadata or {}).get(_NOTE.encode())
    known = np.array(counts, dtype=np.int64) if counted and min(counts) >= 0 else None
    return Raw(keys, matrix, known, info=_info(note))


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


def write_parquet(v: Vectors, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
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
    schema = pyarrow.schema(fields, metadata={_NOTE: _note(v)})
    with whole(path, overwrite) as stream, parquet.ParquetWriter(stream, schema) as writer:
        for start in range(0, len(v), _BLOCK):
            report(progress, "writing vectors", start, len(v), "vectors")
            part = slice(start, start + _BLOCK)
            numbers = np.ascontiguousarray(v.vectors[part]).reshape(-1)
            made: list[Any] = [pyarrow.array(v.keys[part], pyarrow.string())]
            if v.counts is not None:
                made.append(pyarrow.array(v.counts[part]))
            made.append(pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(numbers), v.dim))
            writer.write_batch(pyarrow.record_batch(made, schema=schema))
    report(progress, "writing vectors", len(v), len(v), "vectors")
    return [path]
