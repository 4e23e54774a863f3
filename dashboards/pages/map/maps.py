"""Maps of a model's words: which words, how they are placed, where they are kept."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.app.state import state, version
from dashboards.kit.points import middles
from explorer.analysis.map_words import MAP_WORDS, by_frequency, content_key, map_words, words_around
from explorer.analysis.shipped_maps import MIN_DIST, N_NEIGHBORS, SEED, shipped_map, shipped_regions
from explorer.core.caches import intact, mark_used
from explorer.core.errors import BadInput, ExplorerError
from explorer.core.progress import ProgressCallback
from explorer.core.store import Manifest, atomic_folder, cache_path, write_manifest
from explorer.text.tags import split_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from pandas import DataFrame

    from explorer.analysis.map_pairs import MapPair
    from explorer.analysis.projection import Projection
    from explorer.analysis.region_records import Regions
    from explorer.vectors.suggest import Suggester
    from explorer.vectors.vectors import Vectors

__all__ = [
    "AROUND",
    "METHODS",
    "PERPLEXITY",
    "SOURCES",
    "Choice",
    "Map",
    "Place",
    "X",
    "Y",
    "in_regions",
    "make",
    "may_be_shipped",
    "open_map",
    "options_of",
    "pair_of",
    "parts_of",
    "projection_of",
    "read",
    "shipped",
    "whole_folder",
    "with_regions",
    "words_of",
]

METHODS = ("umap", "tsne", "pca", "axes")
SOURCES = ("frequent", "list", "around")
PERPLEXITY = 30.0
AROUND = 500
"""Words around a word or a topic."""
X, Y = ("남자", "여자"), ("낮다", "높다")
"""Poles of the axes, as long as nobody names others."""

_READS = {
    "umap": ("dims", "seed", "n_neighbors", "min_dist"),
    "tsne": ("dims", "seed", "perplexity"),
    "pca": ("dims",),
    "axes": ("x", "y"),
    "frequent": ("words",),
    "list": ("own",),
    "around": ("around", "reach"),
}
"""What each method and each source of words reads of a choice."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which map is wanted.

    Attributes:
        model: a model's name.
        method: one of :data:`METHODS`.
        dims: 2 or 3.
        source: where the words come from, one of :data:`SOURCES`.
        words: how many, the most frequent content words.
        own: a person's own words, with commas, spaces or lines between them.
        around, reach: a word, or a few that mean a topic, and how many words around them.
        seed, n_neighbors, min_dist, perplexity: as in :func:`explorer.analysis.projection.project`.
        x, y: low and high pole of each axis, words with commas.
        beside: another model that draws the same words, or ``""``.
    """

    model: str
    method: str = "umap"
    dims: int = 2
    source: str = "frequent"
    words: int = MAP_WORDS
    own: str = ""
    around: str = ""
    reach: int = AROUND
    seed: int = SEED
    n_neighbors: int = N_NEIGHBORS
    min_dist: float = MIN_DIST
    perplexity: float = PERPLEXITY
    x: tuple[str, str] = X
    y: tuple[str, str] = Y
    beside: str = ""

    def settled(self) -> Choice:
        """The same map, with everything it does not read as it stands by default, so that one map is one choice."""
        reads = {name: getattr(self, name) for name in (*_READS[self.method], *_READS[self.source])}
        return Choice(self.model, self.method, source=self.source, beside=self.beside, **reads)

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Choice:
        """From :func:`dataclasses.asdict`, also through JSON."""
        return cls(**plain | {"x": tuple(plain["x"]), "y": tuple(plain["y"])})


@dataclass(frozen=True, slots=True)
class Place:
    """A region on a map: what it is called, and where."""

    name: str
    place: tuple[float, float]


@dataclass(frozen=True)
class Map:
    """A drawn map; words around a word are the nearest first, all others the most frequent.

    Attributes:
        id: changes with anything that changes the map.
        keys, words, tags: of every point (a tag is ``""`` where the model has none).
        coords: n × 2 or n × 3 float32.
        trust: n float32 in [0, 1], NaN where it was not measured.
        facts: what :data:`~explorer.analysis.projection.FACTS` names; maps of before lack the numbers of chance.
        regions: named regions in layers, from few to many; none where the model's are not known.
        region_of: the coarsest region of every point, -1 outside all; empty without regions.
        unknown: words a person asked for that have no vector.
        pair: with the same words by another model, if there is one.
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
    region_names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    pair: MapPair | None = None

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of every key."""
        return {key: row for row, key in enumerate(self.keys)}

    @cached_property
    def initials(self) -> tuple[str, ...]:
        """초성 of every word."""
        from explorer.text.hangul import choseong

        return tuple(choseong(word) for word in self.words)

    @cached_property
    def suggester(self) -> Suggester:
        """Finds words of the map that are spelt like another."""
        from explorer.vectors.suggest import Suggester

        return Suggester(self.words)

    def to_frame(self) -> DataFrame:
        """The points as a table, as :meth:`explorer.analysis.projection.Projection.to_frame` gives it."""
        import pandas as pd

        axes = {"xyz"[axis]: self.coords[:, axis] for axis in range(self.coords.shape[1])}
        return pd.DataFrame({"word": self.words, "key": self.keys, **axes, "trust": self.trust})


def pair_of(shown: Map) -> MapPair:
    """Both maps.

    Raises:
        BadInput: there is no second model.
    """
    if shown.pair is None:
        raise BadInput("dashboards.map_without_beside")
    return shown.pair


def parts_of(typed: str) -> list[str]:
    r"""Words with commas, spaces or lines between them, each once.

    >>> parts_of(" 왕, 여왕\n바다 왕 ")
    ['왕', '여왕', '바다']
    """
    return list(dict.fromkeys(part for part in re.split(r"[\s,;、，]+", typed) if part))


def words_of(vectors: Vectors, choice: Choice) -> tuple[list[str], list[str]]:
    """The keys a map shows, and the words of a person's list that have no vector.

    Raises:
        OutOfVocabulary: the word that others are wanted around has no vector.
    """
    if choice.source == "frequent":
        return map_words(vectors, choice.words), []
    if choice.source == "around":
        return words_around(vectors, parts_of(choice.around) or [""], choice.reach), []
    keys: dict[str, None] = {}
    unknown: list[str] = []
    for word in parts_of(choice.own):
        try:
            resolution = vectors.resolve(word)
        except ExplorerError:
            unknown.append(word)
            continue
        # A vector that is only put together from parts of a word is no entry of the model.
        keys.update(dict.fromkeys([resolution.key] if vectors.row(resolution.key) is not None else []))
        if vectors.row(resolution.key) is None:
            unknown.append(word)
    return by_frequency(vectors, keys), unknown


def options_of(choice: Choice) -> dict[str, Any]:
    """What :func:`explorer.analysis.projection.project` is asked, beside the words."""
    names = [name for name in _READS[choice.method] if name not in ("x", "y")]
    return {"method": choice.method} | {name: getattr(choice, name) for name in names}


def make(vectors: Vectors, choice: Choice, progress: ProgressCallback | None = None) -> Path:
    """Draw a map and keep it in the cache of the home folder; one that is there is not drawn again."""
    from explorer.analysis.projection import Projection, project, project_axes

    keys, _ = words_of(vectors, choice)
    if choice.method == "axes":
        x, y = ((parts_of(low), parts_of(high)) for low, high in (choice.x, choice.y))
        asked = json.dumps(["axes", content_key(vectors, keys), x, y])
        folder = cache_path("maps", hashlib.sha256(asked.encode()).hexdigest())
        if not intact(folder):
            _keep(project_axes(vectors, x, y, words=keys, progress=progress), folder)
        return folder
    options = options_of(choice) | {"words": keys}
    folder = cache_path("maps", Projection.cache_key(vectors, **options))
    if not intact(folder):
        _keep(project(vectors, **options, progress=progress), folder)
    return folder


def _keep(drawn: Projection, folder: Path) -> None:
    with atomic_folder(folder, overwrite=True) as partial:
        np.save(partial / "coords.npy", drawn.coords, allow_pickle=False)
        np.save(partial / "trust.npy", drawn.trust, allow_pickle=False)
        (partial / "map.json").write_text(
            json.dumps({"keys": drawn.keys, "facts": drawn.facts}, ensure_ascii=False), encoding="utf-8"
        )
        write_manifest(partial, Manifest("map", folder.name, drawn.method))


def read(folder: Path) -> Map:
    """A kept map.

    Raises:
        BadInput: its files are damaged; delete the folder.
    """
    mark_used(folder)
    try:
        data = json.loads((folder / "map.json").read_text(encoding="utf-8"))
        coords = np.load(folder / "coords.npy", allow_pickle=False)
        trust = np.load(folder / "trust.npy", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise BadInput("dashboards.kept_map_damaged", folder=folder, reason=error) from error
    return _map(folder.name, data["keys"], coords, trust, data["facts"])


def projection_of(folder: Path) -> Projection:
    """A kept map as the library gave it."""
    from explorer.analysis.projection import Projection

    kept = read(folder)
    return Projection.kept(kept.keys, kept.words, kept.coords, kept.trust, kept.facts)


def may_be_shipped(choice: Choice) -> bool:
    """Whether this is the map that comes with the package for models that have one."""
    return choice == Choice(choice.model)


def shipped(vectors: Vectors, choice: Choice) -> Map | None:
    """The map that comes with the package, where it is the one that is wanted."""
    drawn = shipped_map(vectors) if may_be_shipped(choice) else None
    return None if drawn is None else _map("shipped", drawn.keys, drawn.coords, drawn.trust, drawn.facts)


def _map(name: str, keys: Sequence[str], coords: NDArray[np.float32], trust: NDArray[np.float32], facts: dict[str, Any]) -> Map:
    words, tags = zip(*map(split_key, keys), strict=True)
    return Map(hashlib.sha256(name.encode()).hexdigest()[:16], tuple(keys), words, tags, coords, trust, facts)


def with_regions(shown: Map, vectors: Vectors) -> Map:
    """The map with the regions of its words, where they are known."""
    known = shipped_regions(vectors)
    return shown if known is None else in_regions(shown, known)


def in_regions(shown: Map, known: Regions) -> Map:
    """The map with regions; each is written at the point nearest to its middle."""
    row_of = {key: row for row, key in enumerate(known.keys)}
    rows = np.array([row_of.get(key, -1) for key in shown.keys])
    layers = []
    for layer in known.layers:
        labels = np.where(rows >= 0, layer.labels[rows], -1).astype(np.int32)
        spots = zip(layer.regions, middles(shown.coords, labels, len(layer.regions)), strict=True)
        places = [Place(region.name, spot) for region, spot in spots if spot and region.words]
        layers.append((tuple(places), labels))
    names = tuple(region.name for region in known.layers[0].regions)
    return replace(shown, regions=tuple(places for places, _ in layers), region_of=layers[0][1], region_names=names)


def whole_folder(made: Callable[[], dict[str, Any]]) -> Path:
    """The folder that an answer names; a damaged one is deleted, and asked for once more, which draws it again."""
    folder = Path(made()["folder"])
    return folder if intact(folder) else Path(made()["folder"])


def open_map(choice: Choice) -> Map:
    """The map, drawn in the background the first time.

    Raises:
        NotReady: it, or the model, is being prepared.
        ExplorerError: there is no such map.
    """
    here = state()
    choice = choice.settled()
    vectors = here.vectors(choice.model)
    label, words = f"map.job_{choice.source}", f"{choice.words:,}"

    def opener(progress: ProgressCallback) -> Map:
        if (ready := shipped(vectors, choice)) is not None:
            return with_regions(ready, vectors)
        if choice.method in ("pca", "axes"):
            folder = make(vectors, choice, progress)
        else:
            folder = whole_folder(lambda: here.made("project", asdict(choice), label, of=version(choice.model), words=words))
        shown = read(folder)
        if choice.source == "list":
            shown = replace(shown, unknown=tuple(words_of(vectors, choice)[1]))
        return with_regions(shown, vectors) if choice.source == "frequent" else shown

    # Patience: PCA of some thousand words is a matter of a second, sooner there than a progress bar is read.
    return here.opened("map", (choice, version(choice.model)), opener, label, patience=1.5, words=words)
