"""Maps of a model's words: which words, where they are kept, how they are searched."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.app.state import load_model, state, version
from explorer.analysis.map_words import MAP_WORDS, map_words
from explorer.analysis.shipped_maps import FACTS, MIN_DIST, N_NEIGHBORS, SEED, shipped_map, shipped_regions
from explorer.core.errors import BadInput, ExplorerError
from explorer.core.progress import ProgressCallback
from explorer.core.store import Manifest, atomic_folder, cache_path, write_manifest
from explorer.text.tags import split_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pandas import DataFrame

    from explorer.vectors.vectors import Vectors

__all__ = ["Choice", "Map", "Place", "find", "make", "may_be_shipped", "open_map", "read", "shipped", "with_regions"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which map is wanted.

    Attributes:
        model: a model's name.
        method: ``"pca"`` or ``"umap"``.
        words: how many, the most frequent content words.
        seed, n_neighbors, min_dist: as in :func:`explorer.analysis.projection.project`.
    """

    model: str
    method: str = "umap"
    words: int = MAP_WORDS
    seed: int = SEED
    n_neighbors: int = N_NEIGHBORS
    min_dist: float = MIN_DIST


@dataclass(frozen=True, slots=True)
class Place:
    """A region on a map: what it is called, and where."""

    name: str
    place: tuple[float, float]


@dataclass(frozen=True)
class Map:
    """A drawn map; rows in order of frequency.

    Attributes:
        id: changes with anything that changes the map.
        keys, words, tags: of every point (a tag is ``""`` where the model has none).
        coords: n × 2 float32.
        trust: n float32 in [0, 1], NaN where it was not measured.
        facts: what :data:`~explorer.analysis.shipped_maps.FACTS` names; maps of before lack the numbers of chance.
        regions: named regions in layers, from few to many; none where the model's are not known.
        region_of: the coarsest region of every point, -1 outside all; empty without regions.
    """

    id: str
    keys: tuple[str, ...]
    words: tuple[str, ...]
    tags: tuple[str, ...]
    coords: NDArray[np.float32]
    trust: NDArray[np.float32]
    facts: dict[str, Any]
    regions: tuple[tuple[Place, ...], ...] = ()
    region_of: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of every key."""
        return {key: row for row, key in enumerate(self.keys)}

    @cached_property
    def initials(self) -> tuple[str, ...]:
        """초성 of every word."""
        from explorer.text.hangul import choseong

        return tuple(choseong(word) for word in self.words)

    def to_frame(self) -> DataFrame:
        """The points as a table, as :meth:`explorer.analysis.projection.Projection.to_frame` gives it."""
        import pandas as pd

        x, y = self.coords.T
        return pd.DataFrame({"word": self.words, "key": self.keys, "x": x, "y": y, "trust": self.trust})


def make(vectors: Vectors, choice: Choice, progress: ProgressCallback | None = None) -> Path:
    """Draw a map and keep it in the cache of the home folder; one that is there is not drawn again."""
    from explorer.analysis.projection import Projection, project

    options: dict[str, Any] = {"method": choice.method, "words": map_words(vectors, choice.words), "seed": choice.seed}
    if choice.method == "umap":
        options |= {"n_neighbors": choice.n_neighbors, "min_dist": choice.min_dist}
    folder = cache_path("maps", Projection.cache_key(vectors, **options))
    if folder.exists():
        return folder
    drawn = project(vectors, **options, progress=progress)
    facts = {name: getattr(drawn, name) for name in FACTS}
    with atomic_folder(folder, overwrite=True) as partial:
        np.save(partial / "coords.npy", drawn.coords, allow_pickle=False)
        np.save(partial / "trust.npy", drawn.trust, allow_pickle=False)
        (partial / "map.json").write_text(
            json.dumps({"keys": drawn.keys, "facts": facts}, ensure_ascii=False), encoding="utf-8"
        )
        write_manifest(partial, Manifest("map", folder.name, choice.method))
    return folder


def read(folder: Path) -> Map:
    """A kept map.

    Raises:
        BadInput: its files are damaged; delete the folder.
    """
    try:
        data = json.loads((folder / "map.json").read_text(encoding="utf-8"))
        coords = np.load(folder / "coords.npy", allow_pickle=False)
        trust = np.load(folder / "trust.npy", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadInput("dashboards.kept_map_damaged", folder=folder, reason=error) from error
    return _map(folder.name, data["keys"], coords, trust, data["facts"])


def may_be_shipped(choice: Choice) -> bool:
    """Whether this is the map that comes with the package for models that have one."""
    return choice == Choice(choice.model)


def shipped(vectors: Vectors, choice: Choice) -> Map | None:
    """The map that comes with the package, where it is the one that is wanted."""
    drawn = shipped_map(vectors) if may_be_shipped(choice) else None
    return (
        None
        if drawn is None
        else _map("shipped", drawn.keys, drawn.coords, drawn.trust, {name: getattr(drawn, name) for name in FACTS})
    )


def _map(name: str, keys: Sequence[str], coords: NDArray[np.float32], trust: NDArray[np.float32], facts: dict[str, Any]) -> Map:
    words, tags = zip(*map(split_key, keys), strict=True)
    return Map(hashlib.sha256(name.encode()).hexdigest()[:16], tuple(keys), words, tags, coords, trust, facts)


def with_regions(shown: Map, vectors: Vectors) -> Map:
    """The map with the regions of its words, where they are known; each is written at the word nearest to its middle."""
    known = shipped_regions(vectors)
    if known is None:
        return shown
    row_of = {key: row for row, key in enumerate(known.keys)}
    rows = np.array([row_of.get(key, -1) for key in shown.keys])
    layers = []
    for layer in known.layers:
        labels = np.where(rows >= 0, layer.labels[rows], -1).astype(np.int32)
        places = []
        for number, region in enumerate(layer.regions):
            points = shown.coords[labels == number]
            if len(points) and region.words:
                middle = points[np.abs(points - np.median(points, axis=0)).sum(axis=1).argmin()]
                places.append(Place(region.name, (float(middle[0]), float(middle[1]))))
        layers.append((tuple(places), labels))
    return replace(shown, regions=tuple(places for places, _ in layers), region_of=layers[0][1])


def draw(params: dict[str, Any], progress: ProgressCallback) -> Path:
    """In the worker process: open the model, make the map."""
    choice = Choice(**params)
    return make(load_model(choice.model, progress), choice, progress)


def open_map(choice: Choice) -> Map:
    """The map, drawn in the background the first time.

    Raises:
        NotReady: it, or the model, is being prepared.
    """
    here = state()
    vectors = here.vectors(choice.model)

    def opener(progress: ProgressCallback) -> Map:
        if (ready := shipped(vectors, choice)) is not None:
            return with_regions(ready, vectors)
        if choice.method == "pca":
            return with_regions(read(make(vectors, choice, progress)), vectors)
        return with_regions(
            read(Path(here.made("project", asdict(choice), "job.map", of=version(choice.model), words=choice.words)["folder"])),
            vectors,
        )

    # Patience: PCA of some thousand words is a matter of a second, sooner there than a progress bar is read.
    return here.opened("map", (choice, version(choice.model)), opener, "job.map", patience=1.5, words=choice.words)


def find(shown: Map, query: str, most: int = 300, vectors: Vectors | None = None) -> list[int]:
    """Rows a search finds: 초성 (ㅎㄱ), the word itself, its dictionary form, then words that begin with it or hold it.

    Args:
        shown: the map.
        query: what was typed; nothing finds nothing.
        most: how many rows at most.
        vectors: the model, to take inflected words back to their dictionary form.
    """
    from explorer.text.hangul import is_jamo, to_compatible

    wanted = query.strip().casefold()
    if not wanted:
        return []
    ranked: dict[int, int] = {}
    if all(is_jamo(character) for character in wanted):
        wanted = to_compatible(wanted)
        for row, initials in enumerate(shown.initials):
            if wanted in initials:
                ranked[row] = 0 if initials == wanted else 1 if initials.startswith(wanted) else 2
        return sorted(ranked, key=lambda row: (ranked[row], row))[:most]
    if vectors is not None:
        try:
            resolution = vectors.resolve(query)
            ranked.update((shown.rows[part], 1) for part in resolution.parts if part in shown.rows)
        except ExplorerError:
            pass  # no such word; parts of words are still looked for
    for row, (word, key) in enumerate(zip(shown.words, shown.keys, strict=True)):
        lower = word.casefold()
        if lower == wanted or key.casefold() == wanted:
            ranked[row] = 0
        elif wanted in lower:
            ranked.setdefault(row, 2 if lower.startswith(wanted) else 3)
    return sorted(ranked, key=lambda row: (ranked[row], row))[:most]
