"""Vectors as an artifact: a folder with ``manifest.json``, ``keys.txt``, ``vectors.npy`` and, if known, ``counts.npy``
(sub-word models also hold their n-grams: :mod:`explorer.vectors.subwords`, :mod:`explorer.vectors.buckets`; means over contexts
what their intervals need: :mod:`explorer.vectors.averaged`; models that know senses ``senses.json`` and its rows:
:mod:`explorer.vectors.senses`).

The matrix is memory-mapped when it is loaded, so opening costs no more than reading the keys, and several processes share
one copy. A small copy has a byte a number instead: every row keeps its largest number as a float32 scale, and its numbers as
multiples of a 127th of it. On unit vectors of a hundred dimensions that changes cosines in the third decimal.

Sizes are checked on every load, hashes on demand. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.messages import Note
from explorer.core.paths import expanded
from explorer.core.store import Manifest, artifact_path, atomic_folder, sha256_file, write_manifest
from explorer.vectors import buckets, subwords
from explorer.vectors.buckets import Buckets
from explorer.vectors.bytes import ByteMatrix
from explorer.vectors.files.parts import Raw, Table, to_bytes
from explorer.vectors.senses import FILE as SENSES
from explorer.vectors.senses import SenseTable
from explorer.vectors.subwords import Subwords

__all__ = ["GROUPS", "KIND", "SPREAD", "Opened", "read_folder", "save", "save_vectors"]

KEYS, MATRIX, COUNTS = "keys.txt", "vectors.npy", "counts.npy"
NUMBERS, SCALES, CARD = "vectors.int8.npy", "scales.npy", "README.md"
GROUPS, SPREAD = "groups.npy", "spread.npy"
KIND = "vectors"


@dataclass(slots=True)
class Opened(Raw):
    """What an artifact holds.

    Attributes:
        vectors: an array, or a :class:`~explorer.vectors.bytes.ByteMatrix`.
        parts: arrays beside the vectors, by file name.
        senses: of words that have several, where they are known.
    """

    vectors: Any
    parts: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    senses: SenseTable | None = None


def save(v: Table, name_or_path: str | Path, overwrite: bool = False) -> Path:
    """Save under a name in the home folder, or, where ``name_or_path`` is a ``Path`` or holds a slash, in that folder."""
    if isinstance(name_or_path, Path) or re.search(r"[/\\]", name_or_path) or os.sep in name_or_path:
        folder = expanded(name_or_path)
    else:
        folder = artifact_path(KIND, name_or_path)
    return save_vectors(v, folder, overwrite)


def save_vectors(
    v: Table,
    folder: Path,
    overwrite: bool = False,
    name: str | None = None,
    *,
    small: bool = False,
    card: str = "",
    note: Mapping[str, Any] | None = None,
) -> Path:
    """Write vectors as an artifact; all of it or nothing.

    Args:
        v: the vectors.
        folder: the artifact's folder.
        overwrite: replace what is there.
        name: what the model is called; by default the folder's name.
        small: write a byte a number.
        card: the model's card, Markdown.
        note: more to say in the provenance.

    Raises:
        BadInput: the folder exists, a key cannot be a line of a text file, or ``info`` is not JSON.
        Unavailable: the disk is full or may not be written.
    """
    folder = Path(folder)
    text = _key_lines(v.keys)
    info = {**{entry: value for entry, value in v.info.items() if entry != "name"}, **(note or {})}
    if v.composer is not None and not isinstance(v.composer, Subwords | Buckets):
        lost = Note("vectors.note_subwords_lost")
        info["warnings"] = [*(note for note in info.get("warnings", []) if note != lost), lost]
    try:
        json.dumps(info, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadInput("vectors.info_not_json", reason=error) from error
    params = info.get("params")
    manifest = Manifest(
        kind=KIND,
        name=name or folder.name,
        engine=str(info.get("model", "unknown")),
        params=params if isinstance(params, dict) else {},
        sizes={"keys": len(v), "dim": v.dim},
        provenance={entry: value for entry, value in info.items() if entry != "params"},
    )
    arrays = dict(_bytes(v) if small else {MATRIX: np.asarray(v.vectors)}, **v.parts())
    if v.counts is not None:
        arrays[COUNTS] = v.counts.astype(np.uint32) if small else v.counts
    with atomic_folder(folder, overwrite) as temporary:
        (temporary / KEYS).write_bytes(text)
        for file, array in arrays.items():
            np.save(temporary / file, array, allow_pickle=False)
        if isinstance(v.composer, Subwords):
            v.composer.write(temporary, small=small)
        elif isinstance(v.composer, Buckets):
            v.composer.write(temporary)
        if len(v.sense_table):
            v.sense_table.write(temporary, small)
        if card:
            (temporary / CARD).write_text(card, encoding="utf-8")
        write_manifest(temporary, manifest)
    return folder


def _bytes(v: Table) -> dict[str, npt.NDArray[Any]]:
    """The rows' scales, and their numbers as bytes."""
    scales, numbers = to_bytes(v.vectors)
    return {SCALES: scales, NUMBERS: numbers}


def _key_lines(keys: tuple[str, ...]) -> bytes:
    broken = next((key for key in keys if "\n" in key), None)
    if broken is not None:
        raise BadInput("vectors.key_has_line_break", key=broken)
    try:
        return ("\n".join(keys) + "\n").encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInput("vectors.key_broken_character", text=error.object[max(0, error.start - 5) : error.end + 5]) from error


def read_folder(folder: Path, manifest: Manifest, verify: bool = False) -> Opened:
    """What an artifact of this manifest holds.

    Raises:
        BadInput: a file is missing, changed or damaged.
    """
    small = NUMBERS in manifest.files
    missing = [name for name in ((KEYS, NUMBERS, SCALES) if small else (KEYS, MATRIX)) if name not in manifest.files] + [
        name for name in manifest.files if not (folder / name).is_file()
    ]
    if missing:
        raise BadInput("vectors.saved_file_missing", folder=folder, file=missing[0])
    if verify:
        changed = [name for name, digest in manifest.files.items() if sha256_file(folder / name) != digest]
        if changed:
            raise BadInput("vectors.saved_file_changed", folder=folder, file=changed[0])
    try:
        content = (folder / KEYS).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput("vectors.saved_file_damaged", path=folder / KEYS, reason=error.reason) from error
    keys = content.removesuffix("\n").split("\n")
    n, d = int(manifest.sizes.get("keys", -1)), int(manifest.sizes.get("dim", -1))
    matrix: npt.NDArray[Any] | ByteMatrix
    if small:
        scales = _array(folder / SCALES, (n,), "float32")
        matrix = ByteMatrix(_array(folder / NUMBERS, (n, d), "int8"), scales)
    else:
        matrix = _array(folder / MATRIX, (n, d), "float32")
    if len(keys) != n:
        raise BadInput("vectors.saved_keys_differ", folder=folder, file=KEYS, found=len(keys), expected=n)
    counts = _array(folder / COUNTS, (n,), "uint32" if small else "int64") if COUNTS in manifest.files else None
    info: dict[str, Any] = {**manifest.provenance, "name": manifest.name}
    if manifest.params or "params" not in info:
        info["params"] = dict(manifest.params)
    composer: Subwords | Buckets | None = None
    if subwords.ROWS in manifest.files:
        composer = Subwords.read(folder, d)
    elif buckets.ROWS in manifest.files:
        composer = Buckets.read(folder, d)
    parts = {}
    if GROUPS in manifest.files:
        parts = {GROUPS: _array(folder / GROUPS, (n, None, d), "float16"), SPREAD: _array(folder / SPREAD, (n,), "float32")}
    senses = SenseTable.read(folder, d, set(keys)) if SENSES in manifest.files else None
    return Opened(keys, matrix, counts, info=info, composer=composer, parts=parts, senses=senses)


def _array(path: Path, shape: tuple[int | None, ...], dtype: str) -> npt.NDArray[Any]:
    """Memory-map an array, checked against what the manifest promises (``None`` for any length)."""
    try:
        array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise BadInput("vectors.saved_file_damaged", path=path, reason=error) from error
    fits = array.ndim == len(shape) and all(due in (None, got) for due, got in zip(shape, array.shape, strict=True))
    if not fits or array.dtype != np.dtype(dtype):
        raise BadInput(
            "vectors.saved_array_differs", path=path, dtype=array.dtype, shape=array.shape, due_dtype=dtype, due_shape=shape
        )
    return array
