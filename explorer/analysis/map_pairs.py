"""The same words on the maps of two models, drawn so that they can be compared, and which words moved.

The second map is begun at the places of the first, so that what the models agree on stays where it was; a map begun anew would be
turned and mirrored at will. How far a word moved on paper says little, for maps lose most neighbours: movers are ranked by the share
of a word's nearest neighbours that both models name, each in its own space (overlap@k; Wendlandt, Kummerfeld & Mihalcea 2018, NAACL).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.analysis.projection import Projection, project_axes, project_rows
from explorer.analysis.shared_words import shared_words
from explorer.analysis.trust import largest_k
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.text.tags import word_of
from explorer.vectors.search import Floats, neighbour_graph

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["MapPair", "pair_maps"]

K = 12
_LEAST = 5


@dataclass(frozen=True)
class MapPair:
    """Words of one map that a second model knows, too.

    Attributes:
        model: name of the first model.
        rows: their rows on the first map (n int64), in its order.
        keys: as the first model writes them.
        coords: their places on the first map.
        beside: their map by the second model, in the same order.
        overlap: share of the ``k`` nearest of these words that both models name (n float32).
        k: the neighbourhood.
    """

    model: str
    rows: Any
    keys: tuple[str, ...]
    coords: Floats
    beside: Projection
    overlap: Floats
    k: int

    def movers(self) -> list[int]:
        """Rows of the words here by how few neighbours they kept; of equal ones the more frequent first."""
        return [int(row) for row in np.argsort(self.overlap, kind="stable")]

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "k": self.k,
            "keys": list(self.keys),
            "coords": self.coords.tolist(),
            "overlap": self.overlap.tolist(),
            "beside": self.beside.to_dict(),
        }

    def to_frame(self) -> pd.DataFrame:
        """The movers first: word, key, overlap, and the places on both maps (x, y and x2, y2 …)."""
        import pandas as pd

        order = self.movers()
        frame = {"word": [word_of(self.keys[row]) for row in order], "key": [self.keys[row] for row in order]}
        axes = {"xyz"[axis]: self.coords[order, axis] for axis in range(self.coords.shape[1])}
        others = {f"{'xyz'[axis]}2": self.beside.coords[order, axis] for axis in range(self.beside.dims)}
        return pd.DataFrame(frame | {"overlap": self.overlap[order]} | axes | others)


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
    keys = tuple(drawn.keys[row] for row in rows.tolist())
    theirs = [key for _, key in pairs]
    coords = drawn.coords[rows]

    def step(done: int, total: int) -> None:
        report(progress, "finding neighbours", done, total, "words")

    unit = b.unit_vectors(theirs)
    k = min(k, largest_k(len(rows)))
    most = min(len(rows) - 1, max(k, drawn.params.get("n_neighbors", k)))
    graph = neighbour_graph(unit, most, step=step)
    near, _ = neighbour_graph(a.unit_vectors(list(keys)), k, step=step)
    beside = _drawn(b, theirs, unit, graph, drawn, coords, progress)
    overlap = [
        len(np.intersect1d(ours, others[:k], assume_unique=True)) / k for ours, others in zip(near, graph[0], strict=True)
    ]
    return MapPair(a.name, rows, keys, coords, beside, np.array(overlap, np.float32), k)


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
