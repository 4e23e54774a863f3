"""Maps of words: PCA at once, UMAP and t-SNE seeded, all from unit vectors, each with how far it can be trusted."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.map_costs import layout_phases
from explorer.analysis.trust import largest_k, measure_trust
from explorer.analysis.tsne import run_tsne
from explorer.core.cells import csv_text
from explorer.core.compiled import place_compiled
from explorer.core.errors import BadInput
from explorer.core.phases import phased
from explorer.core.progress import ProgressCallback, report, track
from explorer.display.map_svg import map_svg
from explorer.display.record import Record
from explorer.display.sheet import Sheet
from explorer.text.tags import word_of
from explorer.vectors.axes import direction
from explorer.vectors.search import Floats, neighbour_graph
from explorer.vectors.transform import principal_axes

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = [
    "DEFAULT_WORDS",
    "FACTS",
    "METHODS",
    "Graph",
    "Projection",
    "axis_direction",
    "project",
    "project_axes",
    "project_rows",
    "warm_up",
]

Graph = tuple[npt.NDArray[np.int32], Floats]
"""What :func:`~explorer.vectors.search.neighbour_graph` gives: neighbours of every row and their cosines, best first."""

METHODS = ("umap", "pca", "tsne")
DEFAULT_WORDS = 20_000
"""How many words a map shows when none are named: the most frequent."""
TRUST_K = 12
TRUST_SAMPLE = 2_000
CHANCE_SAMPLE = 500
"""Points on which a random map is measured: its numbers are means that hardly vary."""
WHOLE_MAP = 5_000
"""Up to this many points every one is measured."""
_MIN_WORDS = 5
_DRAWN = 1_000
_VERSION = 1  # changes whenever the same question would get another map

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
"""What a kept map says of itself, beside its points."""


@dataclass(frozen=True, repr=False)
class Projection(Record):
    """Words on a map.

    Attributes:
        keys: the n keys (for composed words: their parts, joined).
        words: the keys without tags.
        coords: n × dims float32.
        trust: trustworthiness of every point in [0, 1] (n float32); NaN where it was not measured.
        trustworthiness: the whole map's, in [0, 1]; about 0.5 for a random map.
        preserved: share of the nearest original neighbours that are nearest on the map too.
        trust_k: the neighbourhood both are about.
        measured: how many points they were measured on, each against all n; fewer than n on large maps.
        chance_trustworthiness, chance_preserved: the same two numbers when the words stand in each other's places: what a map
            that knows nothing gets.
        method: ``"pca"``, ``"umap"``, ``"tsne"`` or ``"axes"`` (:func:`project_axes`).
        dims: 2 or 3.
        seed: of every random choice.
        params: the method's parameters.
        explained: PCA: share of the variance on each axis.
        model: name of the model.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["왕", "여왕", "남자", "여자", "배"], [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0]])
    >>> found = project(v, method="pca")
    >>> isinstance(found, Projection), found.words[:2], found.coords.shape
    (True, ('왕', '여왕'), (5, 2))
    """

    keys: tuple[str, ...]
    words: tuple[str, ...]
    coords: Floats
    trust: Floats
    trustworthiness: float
    preserved: float
    trust_k: int
    measured: int
    method: str
    dims: int
    seed: int
    params: dict[str, Any] = field(default_factory=dict)
    explained: tuple[float, ...] = ()
    model: str = ""
    chance_trustworthiness: float = float("nan")
    chance_preserved: float = float("nan")

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def kept(
        cls, keys: Sequence[str], words: Sequence[str], coords: Floats, trust: Floats, facts: Mapping[str, Any]
    ) -> Projection:
        """A map from its points and what :attr:`facts` gave; maps of before lack the numbers of chance."""
        known = {name: facts[name] for name in FACTS if name in facts}
        return cls(tuple(keys), tuple(words), coords, trust, **known | {"explained": tuple(known["explained"])})

    @property
    def facts(self) -> dict[str, Any]:
        """What :data:`FACTS` names."""
        return {name: getattr(self, name) for name in FACTS}

    def to_dict(self) -> dict[str, Any]:
        """Plain data; a point whose trust was not measured has ``null``."""
        return {
            **self.facts,
            "params": dict(self.params),
            "explained": list(self.explained),
            "keys": list(self.keys),
            "words": list(self.words),
            "coords": self.coords.tolist(),
            "trust": [None if np.isnan(value) else float(value) for value in self.trust],
        }

    def to_frame(self) -> pd.DataFrame:
        """A table with the columns word, key, x, y (z), trust."""
        import pandas as pd

        axes = {"xyz"[axis]: self.coords[:, axis] for axis in range(self.dims)}
        return pd.DataFrame({"word": self.words, "key": self.keys, **axes, "trust": self.trust})

    def to_csv(self) -> str:
        """The table of :meth:`to_frame`; words that a spreadsheet would compute (``=1+1``) have an apostrophe in front."""
        return csv_text(self.to_frame())

    @property
    def stamp(self) -> str:
        """How the map was made and how far it can be trusted, in one line."""
        params = [f"{name}={value:g}" for name, value in self.params.items() if isinstance(value, int | float)]
        head = [self.model, self.method.upper(), f"n={len(self):,}", *params, f"seed={self.seed}"]
        return " · ".join([*filter(None, head), f"trustworthiness@{self.trust_k}={self.trustworthiness:.3f}"])

    def sheet(self) -> Sheet:
        """The map, its first thousand words drawn: those of all would be too much for a notebook to keep."""
        picture = map_svg(self.keys[:_DRAWN], self.coords[:_DRAWN], self.stamp, height=600)
        places = zip(self.keys, self.coords.tolist(), self.trust.tolist(), strict=True)
        rows = tuple((key, *at, trust) for key, at, trust in places)
        return Sheet(self.stamp, (), ("key", *"xyz"[: self.dims], "trust"), rows, picture=picture, table=False)

    @staticmethod
    def cache_key(v: Vectors, **options: Any) -> str:
        """A name for the map that ``project(v, **options)`` makes: the same for the same content, whatever the model is called.

        >>> from explorer.vectors.vectors import Vectors
        >>> v = Vectors("abcde", np.eye(5))
        >>> Projection.cache_key(v, seed=1) == Projection.cache_key(v, seed=1) != Projection.cache_key(v, seed=2)
        True
        """
        plan = _plan(v, _Asked(**options))
        digest = hashlib.sha256(json.dumps([_VERSION, plan.method, plan.dims, plan.seed, plan.params], sort_keys=True).encode())
        digest.update("\n".join(plan.keys).encode("utf-8", "surrogatepass"))
        digest.update(plan.unit.tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class _Asked:
    """The arguments of :func:`project`."""

    method: str = "umap"
    dims: int = 2
    words: Sequence[str] | None = None
    seed: int = 42
    n_neighbors: int = 15
    min_dist: float = 0.1
    perplexity: float = 30.0
    epochs: int | None = None
    trust_sample: int | None = TRUST_SAMPLE
    start: Floats | None = None


@dataclass(frozen=True)
class _Plan:
    keys: tuple[str, ...]
    unit: Floats
    method: str
    dims: int
    seed: int
    params: dict[str, Any]
    start: Floats | None = None


def _plan(v: Vectors, asked: _Asked) -> _Plan:
    """Every choice settled, so that the same plan is the same map."""
    _check(asked, v.dim)
    return _settled(*_choose(v, asked.words), asked)


def _check(asked: _Asked, dim: int) -> None:
    tuned = {name: getattr(asked, name) for name in ("n_neighbors", "min_dist", "perplexity", "epochs")}
    if asked.method not in METHODS:
        raise BadInput("analysis.unknown_projection", method=asked.method, allowed=", ".join(METHODS))
    if asked.dims not in (2, 3) or asked.dims > dim:
        raise BadInput("analysis.bad_map_dims", dim=dim, dims=asked.dims)
    if not 0 <= asked.seed < 2**32:
        raise BadInput("analysis.seed_out_of_range", seed=asked.seed)
    if (
        asked.n_neighbors < 2
        or not 0 <= asked.min_dist <= 1
        or not asked.perplexity >= 1
        or (asked.epochs is not None and asked.epochs < 1)
    ):
        raise BadInput("analysis.bad_map_parameters", **tuned)
    if asked.trust_sample is not None and asked.trust_sample < 1:
        raise BadInput("analysis.bad_trust_sample", trust_sample=asked.trust_sample)


def _settled(keys: tuple[str, ...], unit: Floats, asked: _Asked) -> _Plan:
    params: dict[str, Any] = {"trust_sample": asked.trust_sample}
    if asked.method == "umap":
        neighbours = min(asked.n_neighbors, len(keys) - 1)
        params |= {"n_neighbors": neighbours, "min_dist": float(asked.min_dist), "epochs": asked.epochs, "metric": "cosine"}
    elif asked.method == "tsne":
        params |= {"perplexity": float(min(asked.perplexity, (len(keys) - 1) / 3))}
    start = None
    if asked.start is not None and asked.method != "pca":
        start = np.asarray(asked.start, np.float32)
        if start.shape != (len(keys), asked.dims) or not np.all(np.isfinite(start)):
            raise BadInput("analysis.bad_map_start", words=len(keys), dims=asked.dims, shape=" × ".join(map(str, start.shape)))
        start = start - start.mean(axis=0)
        params["start"] = hashlib.sha256(start.tobytes()).hexdigest()[:16]
    return _Plan(keys, unit, asked.method, asked.dims, asked.seed, params, start)


def _choose(v: Vectors, words: Sequence[str] | None) -> tuple[tuple[str, ...], Floats]:
    """The keys on the map and their unit vectors; rows of zeros have no place and are left out unless they were asked for."""
    asked = v.most_frequent(min(DEFAULT_WORDS, len(v))) if words is None else words
    chosen: dict[str, str] = {}
    for word in asked:
        chosen.setdefault(v.resolve(word).key, word)
    keys, unit = tuple(chosen), v.unit_vectors(list(chosen.values()))
    kept = np.any(unit != 0, axis=1)
    if not kept.all():
        if words is not None:
            raise BadInput("analysis.zero_vector", word=keys[int(kept.argmin())])
        keys, unit = tuple(key for key, keep in zip(keys, kept, strict=True) if keep), unit[kept]
    if len(keys) < _MIN_WORDS:
        raise BadInput("analysis.map_words_too_few", minimum=_MIN_WORDS, count=len(keys))
    return keys, unit


def project(
    v: Vectors,
    *,
    method: str = "umap",
    dims: int = 2,
    words: Sequence[str] | None = None,
    seed: int = 42,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    perplexity: float = 30.0,
    epochs: int | None = None,
    trust_sample: int | None = TRUST_SAMPLE,
    start: Floats | None = None,
    progress: ProgressCallback | None = None,
) -> Projection:
    """Put words on a map.

    Args:
        v: the vectors; their unit rows are projected, so nearness means cosine.
        method: ``"umap"`` (default; McInnes, Healy & Melville 2018), ``"pca"`` (linear, at once) or ``"tsne"``.
        dims: 2 or 3.
        words: words or keys to show; by default the 20,000 most frequent keys.
        seed: makes the same map again on the same machine and library versions.
        n_neighbors, min_dist: UMAP's neighbourhood (2 or more; cut to the number of words) and tightness (0 to 1).
        perplexity: t-SNE's neighbourhood.
        epochs: UMAP's optimisation rounds; by default UMAP's own rule (200 above 10,000 words, else 500).
        trust_sample: on maps of more than 5,000 points, how many of them (drawn with ``seed``) are measured for trust, each
            against all; ``None`` measures every point.
        start: places that UMAP and t-SNE begin from, n × dims, in the order of ``words``: those of the same words on another map,
            so that the two can be compared. By default they begin from PCA.
        progress: told of every stage; may raise :class:`~explorer.core.errors.Cancelled`.

    Returns:
        The map with its trustworthiness, whole and per point.

    Raises:
        BadInput: an unknown method, fewer than 5 words, or impossible parameters.
        OutOfVocabulary: a named word has no vector.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors("abcdefgh", np.random.default_rng(0).normal(size=(8, 5)))
    >>> project(v, method="pca").coords.shape
    (8, 2)
    """
    plan = _plan(v, _Asked(method, dims, words, seed, n_neighbors, min_dist, perplexity, epochs, trust_sample, start))
    run = phased(progress, layout_phases(len(plan.keys), v.dim, method, epochs=epochs))
    return _drawn(plan, tuple(map(word_of, plan.keys)), v.name, None, run)


def project_rows(
    unit: Floats,
    keys: Sequence[str],
    words: Sequence[str],
    *,
    model: str = "",
    graph: Graph | None = None,
    progress: ProgressCallback | None = None,
    **options: Any,
) -> Projection:
    """Put any rows on a map, as :func:`project` does with words.

    Args:
        unit: n × d float32, unit rows.
        keys, words: what the n points are called, one name each.
        model: name of what made the rows.
        graph: the nearest neighbours of every row, where they are known already; at least as many as ``n_neighbors``.
        progress: told of every stage.
        **options: ``method``, ``dims``, ``seed``, ``n_neighbors``, ``min_dist``, ``perplexity``, ``epochs``, ``trust_sample``,
            ``start``.

    Raises:
        BadInput: an unknown method, or impossible parameters.

    >>> unit = np.eye(8, dtype=np.float32)
    >>> project_rows(unit, list("abcdefgh"), list("abcdefgh"), method="pca").coords.shape
    (8, 2)
    """
    asked = _Asked(**options)
    _check(asked, unit.shape[1])
    return _drawn(_settled(tuple(keys), unit, asked), tuple(words), model, graph, progress)


def _drawn(
    plan: _Plan, words: tuple[str, ...], model: str, graph: Graph | None, progress: ProgressCallback | None
) -> Projection:
    explained: tuple[float, ...] = ()
    if plan.method == "pca":
        report(progress, "PCA", 0, 1)
        coords, explained = _pca(plan.unit, plan.dims)
        report(progress, "PCA", 1, 1)
    elif plan.method == "umap":
        coords = _umap(plan, graph, progress)
    else:
        start = _pca(plan.unit, plan.dims)[0] if plan.start is None else plan.start
        coords = run_tsne(plan.unit, start, perplexity=plan.params["perplexity"], seed=plan.seed, progress=progress)
    return _measured(plan, words, coords, explained, model, progress)


def project_axes(
    v: Vectors,
    x: tuple[str | Sequence[str], str | Sequence[str]],
    y: tuple[str | Sequence[str], str | Sequence[str]],
    *,
    words: Sequence[str] | None = None,
    progress: ProgressCallback | None = None,
) -> Projection:
    """Put words where two semantic axes have them: from left to right by one, from below to above by the other.

    Args:
        v: the vectors.
        x, y: the poles of each axis, low and high: a word or several each, as in :meth:`Vectors.axis`. An empty low pole is the mean
            of all words on the map.
        words, progress: as in :func:`project`.

    Returns:
        A map whose method is ``"axes"`` and whose coordinates are cosines with the axes.

    Raises:
        BadInput: as :func:`project` and :meth:`Vectors.axis`.
        OutOfVocabulary: a word has no vector.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors("abcdef", np.vstack([np.eye(4), 0.5 * np.eye(4)[:2]]))
    >>> project_axes(v, ("a", "b"), ("c", "d")).coords[:2, 0].round(1).astype(str).tolist()
    ['-0.7', '0.7']
    """
    keys, unit = _choose(v, words)
    ways = [axis_direction(v, low, high, unit) for low, high in (x, y)]
    names = [[[one] if isinstance(one, str) else list(one) for one in poles] for poles in (x, y)]
    params = {"x": names[0], "y": names[1], "trust_sample": TRUST_SAMPLE}
    plan = _Plan(keys, unit, "axes", 2, 42, params)
    return _measured(plan, tuple(map(word_of, keys)), unit @ np.stack(ways, axis=1), (), v.name, progress)


def axis_direction(v: Vectors, low: str | Sequence[str], high: str | Sequence[str], among: Floats) -> Floats:
    """The unit vector (d float32) from the low pole to the high one; without a low pole, from the mean of ``among`` (n × d).

    Raises:
        BadInput: the high pole is empty, or both are the same.
    """
    low_words, high_words = ([one] if isinstance(one, str) else list(one) for one in (low, high))
    if not high_words:
        raise BadInput("vectors.high_pole_empty")
    way = direction(v.unit_vectors(low_words) if low_words else among, v.unit_vectors(high_words))
    if way is None:
        raise BadInput("vectors.poles_same", low=", ".join(low_words[:3]) or "…", high=", ".join(high_words[:3]))
    return way


def _measured(
    plan: _Plan,
    words: tuple[str, ...],
    coords: Floats,
    explained: tuple[float, ...],
    model: str,
    progress: ProgressCallback | None,
) -> Projection:
    coords = np.ascontiguousarray(coords, dtype=np.float32)
    k = min(TRUST_K, largest_k(len(plan.keys)))
    sample = None if len(plan.keys) <= WHOLE_MAP else plan.params["trust_sample"]
    trust = measure_trust(plan.unit, coords, k, sample=sample, seed=plan.seed, progress=progress)
    report(progress, "measuring a random map")
    shuffled = np.random.default_rng(plan.seed).permutation(coords)
    chance = measure_trust(plan.unit, shuffled, k, sample=CHANCE_SAMPLE, seed=plan.seed)
    coords.flags.writeable = False
    return Projection(
        plan.keys,
        words,
        coords,
        trust.points,
        trust.trustworthiness,
        trust.preserved,
        trust.k,
        trust.measured,
        plan.method,
        plan.dims,
        plan.seed,
        plan.params,
        explained,
        model,
        chance.trustworthiness,
        chance.preserved,
    )


def _pca(unit: Floats, dims: int) -> tuple[Floats, tuple[float, ...]]:
    mean, axes, variances = principal_axes(unit)
    coords = (unit - mean.astype(np.float32)) @ axes[:, :dims].astype(np.float32)
    total = float(variances.sum())
    return coords, tuple(float(value) / total if total > 0 else 0.0 for value in variances[:dims])


_listening = threading.local()
_patching = threading.Lock()
_fitting = threading.Lock()


def _keep_compiled() -> None:
    """Have numba keep on disk what of UMAP is compiled for a map: without this, every process compiles for seconds before its first.

    Of UMAP's two dispatchers of a round only the one that is used here: they share one function, so their files would be the same.
    """
    from umap import layouts, umap_

    for module, name in (
        (umap_, "smooth_knn_dist"),
        (umap_, "compute_membership_strengths"),
        (layouts, "_nb_optimize_layout_euclidean_single_epoch"),
    ):
        compiled = getattr(module, name, None)  # not every version of UMAP has the last
        if compiled is not None:
            with suppress(RuntimeError):  # no folder can be written: it is compiled for this process
                compiled.enable_caching()


def _tell_epochs() -> None:
    """Let UMAP's optimisation report its rounds, and be stopped between two of them; once in a process.

    UMAP offers no callback; its loop runs over ``tqdm(range(epochs))``. The name in UMAP's module is replaced once by a
    generator that reports to whoever listens in this thread, and is tqdm for everybody else. (Raising inside tqdm itself, from
    a file it writes to, would leave its lock taken for the rest of the process.)
    """
    place_compiled()
    from umap import layouts

    with _patching:
        bar = layouts.tqdm
        if getattr(bar, "tells_epochs", False):
            return
        _keep_compiled()

        def rounds(items: Any, **options: Any) -> Iterator[Any]:
            if not getattr(_listening, "active", False):
                yield from bar(items, **options)
            else:
                yield from track(items, _listening.progress, "UMAP", unit="epochs")

        rounds.tells_epochs = True  # type: ignore[attr-defined]
        layouts.tqdm = rounds


def _umap(plan: _Plan, graph: Graph | None, progress: ProgressCallback | None) -> Floats:
    import warnings

    n, k = len(plan.unit), plan.params["n_neighbors"]

    def step(done: int, total: int) -> None:
        report(progress, "finding neighbours", done, total, "words")

    # Exact neighbours cost less here than UMAP's own approximate search, whose compilation alone takes seconds.
    indices, cosine = neighbour_graph(plan.unit, k, step=step) if graph is None else graph
    # UMAP counts a point as its own first neighbour.
    own = np.arange(n, dtype=np.int32)[:, None]
    knn = np.hstack([own, indices[:, : k - 1]])
    distances = np.hstack([np.zeros((n, 1), np.float32), np.clip(1 - cosine[:, : k - 1], 0, 2)])
    report(progress, "starting UMAP", 0, 1)
    flat = _pca(plan.unit, plan.dims)[0] if plan.start is None else plan.start
    # A hair of noise, as UMAP adds to its own starts: points that coincide could never part.
    noise = np.random.default_rng(plan.seed).normal(scale=1e-4, size=flat.shape)
    start = 10 * flat / max(float(np.abs(flat).max()), 1e-12) + noise
    place_compiled()
    from umap import UMAP

    _tell_epochs()
    model = UMAP(
        n_components=plan.dims,
        n_neighbors=k,
        min_dist=plan.params["min_dist"],
        metric="cosine",
        n_epochs=plan.params["epochs"],
        # Started from PCA, the map keeps the large distances meaningful (Kobak & Linderman 2021, Nature Biotechnology).
        init=start.astype(np.float32),
        random_state=plan.seed,
        n_jobs=1,
        precomputed_knn=(knn, distances, None),
        force_approximation_algorithm=True,
    )
    # One map at a time: parts of UMAP are parallel kernels, and numba's simplest thread pool ends the process when two
    # threads enter it together. Waiting reports too, so that it can be cancelled.
    while not _fitting.acquire(timeout=0.2):
        report(progress, "waiting for another map")
    _listening.active, _listening.progress = True, progress
    try:
        with warnings.catch_warnings():
            # UMAP warns that a seed means one thread and that precomputed neighbours allow no transform; both are wanted.
            warnings.filterwarnings("ignore", module="umap")
            return np.asarray(model.fit_transform(plan.unit), dtype=np.float32)
    finally:
        _listening.active, _listening.progress = False, None
        _fitting.release()


def warm_up(done: Callable[[], None] | None = None) -> None:
    """Import and compile UMAP on a few points, so that the first map a person asks for does not wait for it.

    Takes some 20 s on first use on a machine, 2 s afterwards. Made to be called from a worker thread.
    """
    unit = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    plan = _Plan(tuple(map(str, range(40))), unit, "umap", 2, 0, {"n_neighbors": 5, "min_dist": 0.1, "epochs": 10})
    _umap(plan, None, None)
    if done is not None:
        done()
