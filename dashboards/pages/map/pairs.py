"""The map that a page shows, alone or beside the same words by another model."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.app.state import load_model, state, version
from dashboards.pages.map.maps import Beside, Choice, Map, make, may_be_shipped, open_map, projection_of
from explorer.analysis.map_words import content_key
from explorer.analysis.shipped_maps import FACTS, shipped_map
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.core.store import Manifest, atomic_folder, cache_path, write_manifest

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["draw", "make_pair", "open_shown", "read_pair"]


def make_pair(vectors: Vectors, other: Vectors, choice: Choice, progress: ProgressCallback | None = None) -> Path:
    """Draw a map and the same words by another model, and keep both in the cache of the home folder."""
    from explorer.analysis.map_pairs import pair_maps

    alone = replace(choice, beside="").settled()
    drawn = shipped_map(vectors) if may_be_shipped(alone) else None
    name = "shipped"
    if drawn is None:
        name = (folder := make(vectors, alone, progress)).name
        drawn = projection_of(folder)
    asked = json.dumps([1, name, content_key(vectors, drawn.keys), content_key(other, other.keys)])
    folder = cache_path("maps", hashlib.sha256(asked.encode()).hexdigest())
    if folder.exists():
        return folder
    pair = pair_maps(vectors, other, drawn, progress=progress)
    facts = {name: getattr(pair.beside, name) for name in FACTS}
    with atomic_folder(folder, overwrite=True) as partial:
        for part, values in (("rows", pair.rows), ("coords", pair.beside.coords), ("overlap", pair.overlap)):
            np.save(partial / f"{part}.npy", values, allow_pickle=False)
        (partial / "pair.json").write_text(json.dumps({"facts": facts}, ensure_ascii=False), encoding="utf-8")
        write_manifest(partial, Manifest("map pair", folder.name, pair.beside.method))
    return folder


def read_pair(folder: Path, whole: Map) -> Map:
    """The words of a map that both models know, with their places by the other one.

    Raises:
        BadInput: the files are damaged; delete the folder.
    """
    try:
        facts: dict[str, Any] = json.loads((folder / "pair.json").read_text(encoding="utf-8"))["facts"]
        rows, coords, overlap = (np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("rows", "coords", "overlap"))
    except (OSError, ValueError) as error:
        raise BadInput("dashboards.kept_map_damaged", folder=folder, reason=error) from error
    kept = rows.tolist()
    return replace(
        whole,
        id=hashlib.sha256(folder.name.encode()).hexdigest()[:16],
        keys=tuple(whole.keys[row] for row in kept),
        words=tuple(whole.words[row] for row in kept),
        tags=tuple(whole.tags[row] for row in kept),
        coords=whole.coords[rows],
        trust=whole.trust[rows],
        region_of=whole.region_of[rows] if len(whole.region_of) else whole.region_of,
        beside=Beside(facts["model"], coords, overlap, facts),
    )


def draw(params: dict[str, Any], progress: ProgressCallback) -> Path:
    """In the worker process: open the models, make the map."""
    choice = Choice.of(params)
    vectors = load_model(choice.model, progress)
    if choice.beside:
        return make_pair(vectors, load_model(choice.beside, progress), choice, progress)
    return make(vectors, choice, progress)


def open_shown(choice: Choice) -> Map:
    """The map that is asked for, drawn in the background the first time.

    Raises:
        NotReady: it, or a model, is being prepared.
        ExplorerError: there is no such map.
    """
    if not choice.beside:
        return open_map(choice)
    here = state()
    choice = choice.settled()
    whole = open_map(replace(choice, beside=""))
    here.vectors(choice.beside)  # what is not there is said at once
    versions = [version(choice.model), version(choice.beside)]
    values: dict[str, Any] = {"a": choice.model, "b": choice.beside}

    def opener(_: ProgressCallback) -> Map:
        made = here.made("project", asdict(choice), "map.job_beside", of=versions, **values)
        return read_pair(Path(made["folder"]), whole)

    return here.opened("map", (choice, *versions), opener, "map.job_beside", patience=1.5, **values)
