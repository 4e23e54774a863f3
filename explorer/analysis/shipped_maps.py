"""Maps that come with the package, so that the first one a person sees is there at once.

A shipped map belongs to the content of a model, not to its name: another model, or the same one trained again, never shows it.
Made with::

    python -m explorer.analysis.make_maps korean

which writes ``data/maps/NAME.npz`` (places as 16-bit steps of the map's extent, trust in 255 steps, the finest region of each word, what
regions lie in, the rows of the words that name them) and beside it
``NAME.json``, the card: model, parameters, seed, versions, how far the map can be trusted.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.map_words import content_key, map_words
from explorer.analysis.projection import Projection
from explorer.analysis.region_records import Layer, Region, Regions
from explorer.text.tags import word_of

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["FOLDER", "MIN_DIST", "NOBODY", "N_NEIGHBORS", "SEED", "STEPS", "shipped_map", "shipped_regions"]

N_NEIGHBORS, MIN_DIST, SEED = 10, 0.05, 42
"""On 20,000 words of ``korean`` these keep 24.3 % of the neighbours; 15 and 0.1, UMAP's own defaults, keep 20.4 %."""

FOLDER = Path(__file__).parent / "data" / "maps"
STEPS = NOBODY = 2**16 - 1
"""Steps of a place; in the names of regions the row of no word."""


def shipped_map(v: Vectors) -> Projection | None:
    """The map that was made for just this model; ``None`` where none was.

    Its words are those of :func:`~explorer.analysis.map_words.map_words`; every point's trust is measured.
    """
    card = _cards(FOLDER).get(content_key(v, keys := map_words(v)))
    return None if card is None else _opened(FOLDER / f"{card['name']}.npz", card, tuple(keys))


@lru_cache(maxsize=1)
def _cards(folder: Path) -> dict[str, dict[str, Any]]:
    cards = [json.loads(path.read_text(encoding="utf-8")) | {"name": path.stem} for path in sorted(folder.glob("*.json"))]
    return {card["content"]: card for card in cards}


def _opened(path: Path, card: dict[str, Any], keys: tuple[str, ...]) -> Projection:
    with np.load(path, allow_pickle=False) as parts:
        steps, trust = parts["coords"], parts["trust"]
    low, scale = np.array(card["low"], np.float32), np.float32(card["scale"])
    coords = low + steps.astype(np.float32) * (scale / STEPS)
    coords.flags.writeable = False
    return Projection.kept(keys, list(map(word_of, keys)), coords, trust.astype(np.float32) / 255, card["facts"])


def shipped_regions(v: Vectors) -> Regions | None:
    """The regions of the words of :func:`shipped_map`; ``None`` where that has none for this model."""
    card = _cards(FOLDER).get(content_key(v, keys := map_words(v)))
    return None if card is None else _regions(FOLDER / f"{card['name']}.npz", tuple(keys), v.name)


def _regions(path: Path, keys: tuple[str, ...], model: str) -> Regions:
    with np.load(path, allow_pickle=False) as parts:
        labels = parts["labels"].astype(np.int32)
        stored = [(parts[f"names{level}"], parts[f"parents{level}"]) for level in range(int(parts["layers"]))]
    layers: list[Layer[Region]] = []
    for names, parents in reversed(stored):
        sizes = np.bincount(labels)
        named = [[keys[row] for row in rows if row != NOBODY] for rows in names.tolist()]
        parts_of = [
            Region(tuple(map(word_of, some)), tuple(some), int(size), int(parent))
            for some, size, parent in zip(named, sizes, parents, strict=True)
        ]
        layers.insert(0, Layer(tuple(parts_of), labels))
        labels = parents.astype(np.int32)[labels]
    return Regions(model, keys, tuple(layers))
