"""Makes the maps and regions that come with the package: ``python -m explorer.analysis.make_maps korean``."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.map_words import content_key, map_words
from explorer.analysis.projection import project
from explorer.analysis.regions import regions
from explorer.analysis.shipped_maps import FACTS, FOLDER, MIN_DIST, N_NEIGHBORS, NOBODY, SEED, STEPS
from explorer.core.progress import ProgressCallback, terminal_progress
from explorer.core.store import atomic_write

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["make_map"]


def make_map(v: Vectors, folder: Path = FOLDER, progress: ProgressCallback | None = None) -> Path:
    """Draw the map of a model, find its regions, and write both into ``folder``; gives the path of the card."""
    keys = map_words(v)
    drawn = project(
        v, words=keys, seed=SEED, n_neighbors=N_NEIGHBORS, min_dist=MIN_DIST, trust_sample=len(keys), progress=progress
    )
    low = drawn.coords.min(axis=0)
    scale = float((drawn.coords - low).max())
    found = regions(v, words=keys, progress=progress)
    row = {key: number for number, key in enumerate(keys)}
    arrays: dict[str, Any] = {
        "coords": np.round((drawn.coords - low) / scale * STEPS).astype(np.uint16),
        "trust": np.round(drawn.trust * 255).astype(np.uint8),
        "layers": np.array(len(found)),
        "labels": found.layers[-1].labels.astype(np.uint16),
    }
    for level, layer in enumerate(found.layers):
        names = np.full((len(layer.regions), 3), NOBODY, np.uint16)
        for number, region in enumerate(layer.regions):
            names[number, : len(region.keys)] = [row[key] for key in region.keys]
        arrays |= {f"names{level}": names, f"parents{level}": np.array([one.parent for one in layer.regions], np.int16)}
    parts = BytesIO()
    np.savez_compressed(parts, **arrays)
    card = {
        "content": content_key(v, keys),
        "facts": {name: getattr(drawn, name) for name in FACTS},
        "low": low.tolist(),
        "regions": [len(layer.regions) for layer in found.layers],
        "scale": scale,
        "versions": {name: version(name) for name in ("korean-explorer", "numpy", "scikit-learn", "umap-learn")},
        "words": len(keys),
    }
    atomic_write(folder / f"{v.name}.npz", parts.getvalue())
    atomic_write(folder / f"{v.name}.json", json.dumps(card, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return folder / f"{v.name}.json"


if __name__ == "__main__":
    from explorer.static.load import load

    with terminal_progress() as told:
        for name in sys.argv[1:]:
            make_map(load(name, progress=told), progress=told)
