"""The map that a page shows, alone or beside the same words by another model."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.app.state import load_model, state, version
from dashboards.pages.map.maps import Choice, Map, make, may_be_shipped, open_map, parts_of, projection_of, whole_folder
from explorer.analysis.map_costs import word_phases
from explorer.analysis.map_words import content_key
from explorer.analysis.shipped_maps import shipped_map
from explorer.core.caches import intact, mark_used
from explorer.core.errors import BadInput
from explorer.core.phases import Phased
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import Manifest, atomic_folder, cache_path, write_manifest

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    asked = json.dumps([2, name, content_key(vectors, drawn.keys), content_key(other, other.keys)])
    folder = cache_path("maps", hashlib.sha256(asked.encode()).hexdigest())
    if intact(folder):
        return folder
    pair = pair_maps(vectors, other, drawn, progress=progress)
    maps = (("first", pair.first), ("beside", pair.beside))
    with atomic_folder(folder, overwrite=True) as partial:
        for part, values in (("rows", pair.rows), ("overlap", pair.overlap)):
            np.save(partial / f"{part}.npy", values, allow_pickle=False)
        for part, shown in maps:
            np.save(partial / f"{part}.npy", shown.coords, allow_pickle=False)
            np.save(partial / f"{part}-trust.npy", shown.trust, allow_pickle=False)
        data = {"k": pair.k, "keys": pair.beside.keys} | {part: shown.facts for part, shown in maps}
        (partial / "pair.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        write_manifest(partial, Manifest("map pair", folder.name, pair.beside.method))
    return folder


def read_pair(folder: Path, whole: Map) -> Map:
    """The words of a map that both models know, with their places by the other one.

    Raises:
        BadInput: the files are damaged; delete the folder.
    """
    from explorer.analysis.map_pairs import MapPair
    from explorer.analysis.projection import Projection

    mark_used(folder)

    def part(name: str) -> NDArray[Any]:
        values: NDArray[Any] = np.load(folder / f"{name}.npy", allow_pickle=False)
        return values

    try:
        data: dict[str, Any] = json.loads((folder / "pair.json").read_text(encoding="utf-8"))
        rows, overlap = part("rows"), part("overlap")
        kept = rows.tolist()
        keys, words, tags = (tuple(getattr(whole, name)[row] for row in kept) for name in ("keys", "words", "tags"))
        first = Projection.kept(keys, words, part("first"), part("first-trust"), data["first"])
        theirs = Projection.kept(data["keys"], words, part("beside"), part("beside-trust"), data["beside"])
        pair = MapPair(first, rows, theirs, overlap, data["k"])
    except (KeyError, OSError, TypeError, ValueError) as error:
        raise BadInput("dashboards.kept_map_damaged", folder=folder, reason=error) from error
    return replace(
        whole,
        id=hashlib.sha256(folder.name.encode()).hexdigest()[:16],
        keys=keys,
        words=words,
        tags=tags,
        coords=first.coords,
        trust=first.trust,
        facts=first.facts,
        region_of=whole.region_of[rows] if len(whole.region_of) else whole.region_of,
        pair=pair,
    )


def draw(params: dict[str, Any], progress: ProgressCallback) -> Path:
    """In the worker process: open the models, make the map."""
    choice = Choice.of(params)
    n = {"frequent": choice.words, "around": choice.reach, "list": len(parts_of(choice.own))}[choice.source]
    ready = bool(choice.beside) and may_be_shipped(replace(choice, beside="").settled())
    told = Phased(progress, word_phases(choice.model, n, choice.method, beside=choice.beside, ready=ready))
    report(told, "opening the model")
    vectors = load_model(choice.model, told)
    if choice.beside:
        return make_pair(vectors, load_model(choice.beside, told), choice, told)
    return make(vectors, choice, told)


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
        folder = whole_folder(lambda: here.made("project", asdict(choice), "map.job_beside", of=versions, **values))
        return read_pair(folder, whole)

    return here.opened("map", (choice, *versions), opener, "map.job_beside", patience=1.5, **values)
