"""Maps that come with the package, so that the first one a person sees is there at once.

A shipped map belongs to the content of a model, not to its name: another model, or the same one trained again, never shows it.
Made with::

    python -m explorer.analysis.shipped_maps korean

which writes ``data/maps/NAME.npz`` (places as 16-bit steps of the map's extent, trust in 255 steps) and beside it
``NAME.json``, the card: model, parameters, seed, versions, how far the map can be trusted.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.map_words import MAP_WORDS, content_key, map_words
from explorer.analysis.projection import Projection, project
from explorer.core.progress import ProgressCallback, terminal_progress
from explorer.core.store import atomic_write
from explorer.text.tags import word_of

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["FACTS", "MIN_DIST", "N_NEIGHBORS", "SEED", "make_map", "shipped_map"]

N_NEIGHBORS, MIN_DIST, SEED = 10, 0.05, 42
"""On 20,000 words of ``korean`` these keep 24.3 % of the neighbours; 15 and 0.1, UMAP's own defaults, keep 20.4 %."""

FACTS = (
    "model",
    "method",
    "dims",
    "seed",
    "params",
    "explained",
    "trustworthiness",
    "preserved",
    "trust_k",
    "measured",
    "chance_trustworthiness",
    "chance_preserved",
)
"""What a kept map says of itself."""

_FOLDER = Path(__file__).parent / "data" / "maps"
_STEPS = 2**16 - 1


def shipped_map(v: Vectors) -> Projection | None:
    """The map that was made for just this model; ``None`` where none was.

    Its words are those of :func:`~explorer.analysis.map_words.map_words`; every point's trust is measured.
    """
    card = _cards().get(content_key(v, keys := map_words(v)))
    return None if card is None else _opened(_FOLDER / f"{card['name']}.npz", card, tuple(keys))


@lru_cache(maxsize=1)
def _cards() -> dict[str, dict[str, Any]]:
    cards = [json.loads(path.read_text(encoding="utf-8")) | {"name": path.stem} for path in sorted(_FOLDER.glob("*.json"))]
    return {card["content"]: card for card in cards}


def _opened(path: Path, card: dict[str, Any], keys: tuple[str, ...]) -> Projection:
    with np.load(path, allow_pickle=False) as parts:
        steps, trust = parts["coords"], parts["trust"]
    low, scale = np.array(card["low"], np.float32), np.float32(card["scale"])
    coords = low + steps.astype(np.float32) * (scale / _STEPS)
    coords.flags.writeable = False
    facts = {name: card["facts"][name] for name in FACTS} | {"explained": tuple(card["facts"]["explained"])}
    return Projection(keys, tuple(map(word_of, keys)), coords, trust.astype(np.float32) / 255, **facts)


def make_map(v: Vectors, folder: Path = _FOLDER, progress: ProgressCallback | None = None) -> Path:
    """Draw the map of a model and write it into ``folder``; gives the path of its card."""
    keys = map_words(v, MAP_WORDS)
    drawn = project(
        v, words=keys, seed=SEED, n_neighbors=N_NEIGHBORS, min_dist=MIN_DIST, trust_sample=len(keys), progress=progress
    )
    low = drawn.coords.min(axis=0)
    scale = float((drawn.coords - low).max())
    steps = np.round((drawn.coords - low) / scale * _STEPS).astype(np.uint16)
    parts = BytesIO()
    np.savez_compressed(parts, coords=steps, trust=np.round(drawn.trust * 255).astype(np.uint8))
    card = {
        "content": content_key(v, keys),
        "facts": {name: getattr(drawn, name) for name in FACTS},
        "low": low.tolist(),
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
