"""Vectors as an artifact: a folder with ``manifest.json``, ``keys.txt``, ``vectors.npy`` and, if known, ``counts.npy``
(sub-word models also hold their n-grams: :mod:`explorer.vectors.subwords`, :mod:`explorer.vectors.buckets`; means over contexts
what their intervals need: :mod:`explorer.vectors.averaged`).

The matrix is memory-mapped when it is loaded, so opening costs no more than reading the keys, and several processes share
one copy. Sizes are checked on every load, hashes on demand. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.paths import expanded
from explorer.core.store import Manifest, artifact_path, atomic_folder, read_artifact, sha256_file, write_manifest
from explorer.vectors import buckets, subwords
from explorer.vectors.averaged import GROUPS, SPREAD, AveragedVectors
from explorer.vectors.buckets import Buckets
from explorer.vectors.subwords import Subwords
from explorer.vectors.vectors import Vectors

__all__ = ["load_vectors", "save", "save_vectors"]

KEYS, MATRIX, COUNTS = "keys.txt", "vectors.npy", "counts.npy"
KIND = "vectors"


def save(v: Vectors, name_or_path: str | Path, overwrite: bool = False) -> Path:
    """Save under a name in the home folder, or, where ``name_or_path`` is a ``Path`` or holds a slash, in that folder."""
    if isinstance(name_or_path, Path) or re.search(r"[/\\]", name_or_path) or os.sep in name_or_path:
        folder = expanded(name_or_path)
    else:
        folder = artifact_path(KIND, name_or_path)
    return save_vectors(v, folder, overwrite)


def save_vectors(v: Vectors, folder: Path, overwrite: bool = False, name: str | None = None) -> Path:
    """Write vectors as an artifact; all of it or nothing.

    Args:
        v: the vectors.
        folder: the artifact's folder.
        overwrite: replace what is there.
        name: what the model is called; by default the folder's name.

    Raises:
        BadInput: the folder exists, a key cannot be a line of a text file, or ``info`` is not JSON.
        Unavailable: the disk is full or may not be written.
    """
    folder = Path(folder)
    text = _key_lines(v.keys)
    info = {entry: value for entry, value in v.info.items() if entry != "name"}
    if v.composer is not None and not isinstance(v.composer, Subwords | Buckets):
        lost = "its sub-words could not be saved: words outside the keys have no vector any more"
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
    with atomic_folder(folder, overwrite) as temporary:
        (temporary / KEYS).write_bytes(text)
        np.save(temporary / MATRIX, np.asarray(v.vectors), allow_pickle=False)
        if v.counts is not None:
            np.save(temporary / COUNTS, v.counts, allow_pickle=False)
        if isinstance(v.composer, Subwords | Buckets):
            v.composer.write(temporary)
        if isinstance(v, AveragedVectors):
            v.write(temporary)
        write_manifest(temporary, manifest)
    return folder


def _key_lines(keys: tuple[str, ...]) -> bytes:
    broken = next((key for key in keys if "\n" in key), None)
    if broken is not None:
        raise BadInput("vectors.key_has_line_break", key=broken)
    try:
        return ("\n".join(keys) + "\n").encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInput("vectors.key_broken_character", text=error.object[max(0, error.start - 5) : error.end + 5]) from error


def load_vectors(folder: Path, *, verify: bool = False) -> Vectors:
    """Open an artifact; the matrix stays on disk and is read as it is used.

    Args:
        folder: the artifact's folder.
        verify: compare every file's SHA-256 with the manifest's (reads all of it).

    Raises:
        BadInput: it is no artifact of vectors, or is damaged; says which file.
    """
    folder = Path(folder)
    return read_artifact(folder, KIND, lambda manifest: _open(folder, manifest, verify))


def _open(folder: Path, manifest: Manifest, verify: bool) -> Vectors:
    missing = [name for name in (KEYS, MATRIX) if name not in manifest.files] + [
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
    matrix = _array(folder / MATRIX, (n, d), "float32")
    if len(keys) != n:
        raise BadInput("vectors.saved_keys_differ", folder=folder, file=KEYS, found=len(keys), expected=n)
    counts = _array(folder / COUNTS, (n,), "int64") if COUNTS in manifest.files else None
    info: dict[str, Any] = {**manifest.provenance, "name": manifest.name}
    if manifest.params or "params" not in info:
        info["params"] = dict(manifest.params)
    composer: Subwords | Buckets | None = None
    if subwords.ROWS in manifest.files:
        composer = Subwords.read(folder, d)
    elif buckets.ROWS in manifest.files:
        composer = Buckets.read(folder, d)
    if GROUPS in manifest.files and counts is not None:
        groups = _array(folder / GROUPS, (n, None, d), "float16")
        spread = _array(folder / SPREAD, (n,), "float32")
        return AveragedVectors(keys, matrix, counts, info, groups=groups, spread=spread, check=False)
    return Vectors(keys, matrix, counts, info, composer=composer, check=False)


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
