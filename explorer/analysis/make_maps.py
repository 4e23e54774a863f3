"""Makes the maps and regions that come with the package: ``python -m explorer.analysis.make_maps korean``.

With ``--names`` the maps that are there get new names for their regions, and nothing else of them changes.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.map_words import content_key, map_words
from explorer.analysis.projection import project
from explorer.analysis.region_names import RegionNames
from explorer.analysis.region_records import Layer, Regions
from explorer.analysis.regions import NEIGHBOURS, regions
from explorer.analysis.shipped_maps import FOLDER, MIN_DIST, N_NEIGHBORS, NOBODY, SEED, STEPS, shipped_regions
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report, terminal_progress
from explorer.core.store import atomic_write
from explorer.vectors.search import neighbour_graph

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["make_map", "rename_regions"]


def make_map(v: Vectors, folder: Path = FOLDER, progress: ProgressCallback | None = None) -> Path:
    """Draw the map of a model, find its regions, and write both into ``folder``; gives the path of the card."""
    keys = map_words(v)
    drawn = project(
        v, words=keys, seed=SEED, n_neighbors=N_NEIGHBORS, min_dist=MIN_DIST, trust_sample=len(keys), progress=progress
    )
    low = drawn.coords.min(axis=0)
    scale = float((drawn.coords - low).max())
    found = regions(v, words=keys, progress=progress)
    arrays: dict[str, Any] = {
        "coords": np.round((drawn.coords - low) / scale * STEPS).astype(np.uint16),
        "trust": np.round(drawn.trust * 255).astype(np.uint8),
        **_region_arrays(found),
    }
    card = {
        "content": content_key(v, keys),
        "facts": drawn.facts,
        "low": low.tolist(),
        "regions": [len(layer.regions) for layer in found.layers],
        "scale": scale,
        "versions": {name: version(name) for name in ("korean-explorer", "numpy", "scikit-learn", "umap-learn")},
        "words": len(keys),
    }
    _write(folder / f"{v.name}.npz", arrays)
    atomic_write(folder / f"{v.name}.json", json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return folder / f"{v.name}.json"


def rename_regions(v: Vectors, folder: Path = FOLDER, progress: ProgressCallback | None = None) -> Path:
    """Give the regions of a map that is there the names that :mod:`explorer.analysis.region_names` gives them now.

    Raises:
        BadInput: there is no map of this model.
    """
    known = shipped_regions(v)
    path = folder / f"{v.name}.npz"
    if known is None or not path.exists():
        raise BadInput("analysis.no_shipped_map", model=v.name, folder=str(folder))
    unit = v.unit_vectors(list(known.keys))

    def step(done: int, total: int) -> None:
        report(progress, "finding neighbours", done, total, "words")

    naming = RegionNames(v, known.keys, unit, neighbour_graph(unit, min(NEIGHBOURS, len(unit) - 1), step=step)[0])
    coarser = [None, *(layer.labels for layer in known.layers)]
    layers = [
        Layer(tuple(naming.of(layer.labels, above)), layer.labels) for layer, above in zip(known.layers, coarser, strict=False)
    ]
    with np.load(path, allow_pickle=False) as parts:
        arrays = {name: parts[name] for name in parts.files}
    _write(path, arrays | _region_arrays(Regions(v.name, known.keys, tuple(layers))))
    return path


def _region_arrays(found: Regions) -> dict[str, npt.NDArray[Any]]:
    row = {key: number for number, key in enumerate(found.keys)}
    arrays: dict[str, npt.NDArray[Any]] = {"layers": np.array(len(found)), "labels": found.layers[-1].labels.astype(np.uint16)}
    for level, layer in enumerate(found.layers):
        names = np.full((len(layer.regions), 3), NOBODY, np.uint16)
        for number, region in enumerate(layer.regions):
            names[number, : len(region.keys)] = [row[key] for key in region.keys]
        arrays |= {f"names{level}": names, f"parents{level}": np.array([one.parent for one in layer.regions], np.int16)}
    return arrays


def _write(path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
    parts = BytesIO()
    np.savez_compressed(parts, **arrays)  # type: ignore[arg-type]
    atomic_write(path, parts.getvalue())


if __name__ == "__main__":
    from explorer.static.load import load

    with terminal_progress() as told:
        work = rename_regions if "--names" in sys.argv else make_map
        for name in sys.argv[1:]:
            if name != "--names":
                work(load(name, progress=told), progress=told)
