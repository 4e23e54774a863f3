"""The same words on the maps of two models, drawn so that they can be compared, and which words moved.

The second map is begun at the places of the first, so that what the models agree on stays where it was; a map begun anew would be
turned and mirrored at will. How far a word moved on paper says little, for maps lose most neighbours: movers are ranked by the share
of a word's nearest neighbours that both models name, each in its own space (overlap@k; Wendlandt, Kummerfeld & Mihalcea 2018, NAACL).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.projection import Projection, project_axes, project_rows
from explorer.analysis.shared_words import shared_words
from explorer.analysis.trust import largest_k, measure_trust
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.display.record import Record
from explorer.text.tags import word_of
from explorer.vectors.search import Floats, neighbour_graph

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["MapPair", "pair_maps"]

K = 12
_LEAST = 5
_SAMPLE = 2_000
"""Points on which the trust of the first map is measured again, for the words that both models know."""


@dataclass(frozen=True, repr=False)
class MapPair(Record):
    """Words of one map that a second model knows, too.

    Attributes:
        first: the first model's map of these words alone: places as they were, trust as these words have it among each other.
        rows: their rows on the map it was taken from (n int64), in its order.
        beside: their map by the second model, in the same order, its keys as that model writes them.
        overlap: share of the ``k`` nearest of these words that both models name (n float32).
        k: the neighbourhood.
    """

    first: Projection
    rows: npt.NDArray[np.int64]
    beside: Projection
    overlap: Floats
    k: int

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def model(self) -> str:
        """Name of the first model."""
        return self.first.model

    @property
    def keys(self) -> tuple[str, ...]:
        """The words, as the first model writes them."""
        return self.first.keys

    @property
    def agreement(self) -> float:
        """The mean overlap, in [0, 1]."""
        return float(self.overlap.mean())

    @property
    def strangers(self) -> float:
        """Share of the words of whose neighbours the models have none in common, in [0, 1]."""
        return float((self.overlap == 0).mean())

    def movers(self) -> list[int]:
        """Rows of the words here by how few neighbours they kept; of equal ones the more frequent first."""
        return [int(row) for row in np.argsort(self.overlap, kind="stable")]

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "k": self.k,
            "agreement": self.agreement,
            "strangers": self.strangers,
            "keys": list(self.keys),
            "coords": self.first.coords.tolist(),
            "overlap": self.overlap.tolist(),
            "first": self.first.to_dict(),
            "beside": self.beside.to_dict(),
        }

    def to_frame(self) -> pd.DataFrame:
        """The movers first: word, key, overlap, and the places on both maps (x, y and x2, y2 …)."""
        import pandas as pd

        order = self.movers()
        frame: dict[str, Any] = {name: [getattr(self.first, f"{name}s")[row] for row in order] for name in ("word", "key")}
        frame |= {"overlap": self.overlap[order]}
        for mark, shown in (("", self.first), ("2", self.beside)):
            frame |= {f"{'xyz'[axis]}{mark}": shown.coords[order, axis] for axis in range(shown.dims)}
        return pd.DataFrame(frame)


def pair_maps(a: Vectors, b: Vectors, drawn: Projection, *, k: int = K, progress: ProgressCallback | None = None) -> MapPair:
    """Draw the words of a map again by another model.

    Args:
        a: the model of the map.
        b: the other model.
        drawn: the map of ``a`` (:func:`~explorer.analysis.projection.project`); the other is drawn by its method and parameters.
        k: neighbours that movers are ranked by.
        progress: told of every stage.

    Raises:
        BadInput: the models share fewer than 5 words of the map.

    >>> from explorer.analysis.projection import project
    >>> from explorer.vectors.vectors import Vectors
    >>> rows = np.random.default_rng(0).normal(size=(40, 8))
    >>> v = Vectors([f"단어{i}" for i in range(40)], rows)
    >>> pair = pair_maps(v, v, project(v, method="pca"))
    >>> len(pair.keys), float(pair.overlap.min())
    (40, 1.0)
    """
    shared = shared_words(a, b)
    other = {key: b.keys[row] for key, row in zip(shared.keys, shared.rows_b.tolist(), strict=True)}
    pairs = [(row, other[key]) for row, key in enumerate(drawn.keys) if key in other and np.any(b.vectors[b.index(other[key])])]
    if len(pairs) < _LEAST:
        raise BadInput("analysis.too_few_shared_on_map", minimum=_LEAST, count=len(pairs), a=a.name, b=b.name)
    rows = np.array([row for row, _ in pairs], np.int64)
    keys = [drawn.keys[row] for row in rows.tolist()]
    theirs = [key for _, key in pairs]
    coords = drawn.coords[rows]

    def step(done: int, total: int) -> None:
        report(progress, "finding neighbours", done, total, "words")

    unit = b.unit_vectors(theirs)
    k = min(k, largest_k(len(rows)))
    most = min(len(rows) - 1, max(k, drawn.params.get("n_neighbors", k)))
    graph = neighbour_graph(unit, most, step=step)
    ours = a.unit_vectors(keys)
    near, _ = neighbour_graph(ours, k, step=step)
    beside = _drawn(b, theirs, unit, graph, drawn, coords, progress)
    overlap = np.array([len(np.intersect1d(*both, assume_unique=True)) for both in zip(near, graph[0][:, :k], strict=True)])
    return MapPair(_of_rows(drawn, rows, ours, progress), rows, beside, (overlap / k).astype(np.float32), k)


def _of_rows(drawn: Projection, rows: npt.NDArray[np.int64], unit: Floats, progress: ProgressCallback | None) -> Projection:
    """Some words of a map: what was measured on all of them does not hold for these among each other."""
    if len(rows) == len(drawn):
        return drawn
    coords = drawn.coords[rows]
    k = min(drawn.trust_k, largest_k(len(rows)))
    trust = measure_trust(unit, coords, k, sample=_SAMPLE, seed=drawn.seed, progress=progress)
    shuffled = np.random.default_rng(drawn.seed).permutation(coords)
    chance = measure_trust(unit, shuffled, k, sample=_SAMPLE, seed=drawn.seed)
    return replace(
        drawn,
        keys=tuple(drawn.keys[row] for row in rows.tolist()),
        words=tuple(drawn.words[row] for row in rows.tolist()),
        coords=coords,
        trust=trust.points,
        trustworthiness=trust.trustworthiness,
        preserved=trust.preserved,
        trust_k=k,
        measured=trust.measured,
        chance_trustworthiness=chance.trustworthiness,
        chance_preserved=chance.preserved,
    )


def _drawn(
    b: Vectors,
    keys: Sequence[str],
    unit: Floats,
    graph: Any,
    like: Projection,
    coords: Floats,
    progress: ProgressCallback | None,
) -> Projection:
    params = like.params
    if like.method == "axes":
        return project_axes(b, tuple(params["x"]), tuple(params["y"]), words=keys, progress=progress)
    options: dict[str, Any] = {"method": like.method, "dims": like.dims, "seed": like.seed}
    options |= {name: params[name] for name in ("n_neighbors", "min_dist", "perplexity", "epochs") if name in params}
    if like.method == "umap":
        options |= {"graph": graph}
    if like.method != "pca":
        options |= {"start": coords}
    return project_rows(unit, keys, list(map(word_of, keys)), model=b.name, progress=progress, **options)
