"""safetensors: numbers with their names in one file, mapped without a copy."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.files.parts import (
    NOTE,
    Format,
    Raw,
    Table,
    allocate,
    beside,
    encoded,
    from_note,
    keys_beside,
    note,
    refuse,
    row_blocks,
    text_lines,
    whole,
)

__all__ = ["FORMAT"]

_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_MATRICES = ("vectors", "embeddings", "embedding", "weight", "embedding.weight", "embeddings.weight")


def _detect(sample: bytes) -> bool:
    return sample[8:9] == b"{" and int.from_bytes(sample[:8], "little") < 100_000_000


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


def _read(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
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
    return Raw(
        keys[:m], _mapped(path, start, table)[:m], None if counts is None else counts[:m], info=from_note(notes.get(NOTE))
    )


def _safetensors_keys(path: Path, tensors: dict[str, Any], notes: dict[str, str], start: int) -> list[str]:
    if "keys" in tensors and tensors["keys"]["dtype"] == "U8":
        first, last = tensors["keys"]["data_offsets"]
        with path.open("rb") as stream:
            stream.seek(start + first)
            return stream.read(last - first).decode("utf-8", "replace").split("\n")
    if "keys" in notes:
        found = json.loads(notes["keys"]) if notes["keys"].startswith("[") else notes["keys"].split("\n")
        return [str(key) for key in found]
    return text_lines(beside(path, keys_beside(path), "vectors.keys_beside_missing"))


def _write(v: Table, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    """``vectors`` (F32), ``counts`` (I64, if known) and ``keys`` (U8: UTF-8 lines), the provenance in the metadata."""
    if path.suffix == ".gz":
        raise BadInput("vectors.safetensors_not_compressible", path=path.name)
    refuse(v, "\n", Message("vectors.kind.list_of_keys"))
    names = b"\n".join(encoded(v))
    parts: list[tuple[str, str, list[int], int]] = []
    if v.counts is not None:
        parts.append(("counts", "I64", [len(v)], 8 * len(v)))
    parts += [("vectors", "F32", [len(v), v.dim], 4 * len(v) * v.dim), ("keys", "U8", [len(names)], len(names))]
    header: dict[str, Any] = {"__metadata__": {NOTE: note(v)}}
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
        for block in row_blocks(v, progress):
            stream.write(block.tobytes())
        stream.write(names)
    return [path]


FORMAT = Format(_detect, _read, _write, (".safetensors",))
