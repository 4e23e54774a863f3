"""Small files for vectors that travel: the most frequent keys, fewer dimensions, a byte a number.

Every row keeps its largest number as a float32 scale, and its numbers as multiples of a 127th of it. On unit vectors of a
hundred dimensions that changes cosines in the third decimal; models are decoded to float32 when they are loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.store import Manifest, atomic_folder, read_artifact, write_manifest
from explorer.vectors.vectors import Vectors

__all__ = ["compact", "is_compact", "load_compact", "save_compact"]

KEYS, NUMBERS, SCALES, COUNTS, CARD = "keys.txt", "vectors.int8.npy", "scales.npy", "counts.npy", "README.md"


def compact(v: Vectors, keys: int = 40_000, dim: int | None = None) -> Vectors:
    """The most frequent keys, in the directions that keep cosines best.

    The directions are the leading eigenvectors of the second moments of unit rows: of all projections to ``dim``
    dimensions the one that changes inner products least (Eckart & Young 1936).

    Args:
        v: the vectors.
        keys: how many keys to keep.
        dim: how many dimensions; all by default.

    Raises:
        BadInput: fewer than one key, or more dimensions than there are.

    >>> compact(Vectors("abc", [[1, 0, 0], [0, 1, 0], [1, 1, 0]], [3, 1, 2]), keys=2, dim=2)
    <Vectors vectors: 2 keys × 2>
    """
    dim = v.dim if dim is None else dim
    if keys < 1 or not 1 <= dim <= v.dim:
        raise BadInput("static.compact_size_impossible", keys=keys, dim=dim, limit=v.dim)
    rows = np.array([v.index(key) for key in v.most_frequent(min(keys, len(v)))], np.int64)
    kept = np.asarray(v.vectors[rows], np.float32)
    step: dict[str, Any] = {"step": "compact", "keys": len(rows), "of": len(v), "dim": dim, "bits": 8}
    if dim < v.dim:
        unit = v.unit[rows].astype(np.float64)
        moments, axes = np.linalg.eigh(unit.T @ unit)
        axes = axes[:, np.argsort(-moments, kind="stable")[:dim]]
        axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(dim)] < 0, -1.0, 1.0)
        kept = np.ascontiguousarray(kept @ axes.astype(np.float32))
        step["share_kept"] = float(np.sort(moments)[::-1][:dim].sum() / moments.sum()) if moments.sum() > 0 else 1.0
    return v.derive(kept, step, rows)


def save_compact(v: Vectors, folder: Path, card: str = "", overwrite: bool = False) -> Path:
    """Write vectors a byte a number, with a model card.

    Raises:
        BadInput: the folder exists, or a key holds a line break.
        Unavailable: the disk is full or may not be written.
    """
    if any("\n" in key for key in v.keys):
        raise BadInput("static.key_with_line_break")
    scales = np.abs(v.vectors).max(axis=1).astype(np.float32) / np.float32(127)
    safe = np.where(scales > 0, scales, np.float32(1))
    numbers = np.rint(v.vectors / safe[:, None]).astype(np.int8)
    info = {entry: value for entry, value in v.info.items() if entry not in ("name", "params", "warnings")}
    manifest = Manifest(
        kind="vectors",
        name=folder.name,
        engine=str(v.info.get("model", "unknown")),
        params=dict(v.info.get("params") or {}),
        sizes={"keys": len(v), "dim": v.dim},
        provenance=info,
    )
    with atomic_folder(folder, overwrite) as temporary:
        (temporary / KEYS).write_text("\n".join(v.keys) + "\n", encoding="utf-8")
        np.save(temporary / NUMBERS, numbers, allow_pickle=False)
        np.save(temporary / SCALES, scales, allow_pickle=False)
        if v.counts is not None:
            np.save(temporary / COUNTS, v.counts.astype(np.uint32), allow_pickle=False)
        if card:
            (temporary / CARD).write_text(card, encoding="utf-8")
        write_manifest(temporary, manifest)
    return folder


def is_compact(folder: Path) -> bool:
    """Whether a folder holds vectors that :func:`save_compact` wrote."""
    return (folder / NUMBERS).is_file()


def load_compact(folder: Path) -> Vectors:
    """Decode what :func:`save_compact` wrote to float32.

    Raises:
        BadInput: it is no such artifact, or is damaged.
    """
    return read_artifact(folder, "vectors", lambda manifest: _open(folder, manifest))


def _open(folder: Path, manifest: Manifest) -> Vectors:
    try:
        keys = (folder / KEYS).read_text(encoding="utf-8").removesuffix("\n").split("\n")
        arrays: dict[str, npt.NDArray[Any]] = {
            name: np.load(folder / name, allow_pickle=False) for name in (NUMBERS, SCALES, COUNTS) if (folder / name).is_file()
        }
        numbers, scales = arrays[NUMBERS], arrays[SCALES]
        n, d = int(manifest.sizes["keys"]), int(manifest.sizes["dim"])
        counts = arrays.get(COUNTS)
        if len(keys) != n or numbers.shape != (n, d) or scales.shape != (n,) or numbers.dtype != np.int8:
            raise ValueError(f"{len(keys)} keys, {numbers.dtype} {numbers.shape}, scales {scales.shape}")
        if counts is not None and counts.shape != (n,):
            raise ValueError(f"counts {counts.shape}")
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise BadInput("static.model_damaged", folder=folder, reason=error) from error
    vectors = numbers.astype(np.float32) * scales.astype(np.float32)[:, None]
    info = {**manifest.provenance, "name": manifest.name, "params": dict(manifest.params)}
    return Vectors(keys, vectors, None if counts is None else counts.astype(np.int64), info)
