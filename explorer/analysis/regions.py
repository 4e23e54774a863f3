"""Named regions of a vocabulary: groups of near words in layers, from a few large ones to many small ones.

Words are joined bottom up by Ward's criterion (Ward 1963, JASA 58), in the original space and only along the graph of nearest
neighbours, so that a region is connected as well as compact. One tree gives all layers, and each region of a fine layer lies
in one region of a coarser layer. What they are called is said in :mod:`explorer.analysis.region_names`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.analysis.grouping import cut, levels_of, ward_tree
from explorer.analysis.map_words import map_words
from explorer.analysis.region_names import RegionNames
from explorer.analysis.region_records import Layer, Region, Regions
from explorer.analysis.shipped_maps import shipped_regions
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.search import neighbour_graph

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["LEAST", "NEIGHBOURS", "Layer", "Region", "Regions", "regions"]

NEIGHBOURS = 15
"""Nearest words that a word can be joined with, and that its lift is counted over."""

LEAST = 20
"""Fewer words have no regions worth a name."""


def regions(
    v: Vectors,
    *,
    words: Sequence[str] | None = None,
    counts: Sequence[int] | None = None,
    progress: ProgressCallback | None = None,
) -> Regions:
    """Find and name the regions of a vocabulary.

    Args:
        v: the vectors; nearness is cosine.
        words: words or keys, the most frequent first; by default those a map shows
            (:func:`~explorer.analysis.map_words.map_words`). The regions of those ship with the package for the default model.
        counts: how many regions each layer has, rising; by default one for 540, 180 and 60 words.
        progress: told of every stage.

    Returns:
        Layers of regions, the same for the same words and vectors.

    Raises:
        BadInput: fewer than 20 words, counts that do not rise or do not fit them, or a word without a vector.
        OutOfVocabulary: a named word is not known.

    >>> from explorer.vectors.vectors import Vectors
    >>> centres = np.repeat(np.eye(4), 10, axis=0) + np.random.default_rng(0).normal(scale=0.1, size=(40, 4))
    >>> found = regions(Vectors([f"단어{i}/NNG" for i in range(40)], centres), counts=[2, 4])
    >>> [[region.size for region in layer.regions] for layer in found.layers]
    [[20, 20], [10, 10, 10, 10]]
    """
    if words is None and counts is None and (ready := shipped_regions(v)) is not None:
        return ready
    keys = tuple(map_words(v) if words is None else dict.fromkeys(v.resolve(word).key for word in words))
    n = len(keys)
    if n < LEAST:
        raise BadInput("analysis.region_words_too_few", minimum=LEAST, count=n)
    levels = levels_of(n) if counts is None else tuple(counts)
    if not levels or levels[0] < 2 or levels[-1] > n // 2 or any(a >= b for a, b in itertools.pairwise(levels)):
        raise BadInput("analysis.bad_region_counts", counts=", ".join(map(str, levels)), largest=n // 2)
    unit = v.unit_vectors(list(keys))
    if not (filled := np.any(unit != 0, axis=1)).all():
        raise BadInput("analysis.zero_vector", word=keys[int(filled.argmin())])
    k = min(NEIGHBOURS, n - 1)
    near, _ = neighbour_graph(unit, k, step=lambda done, total: report(progress, "finding neighbours", done, total, "words"))
    report(progress, "joining words into regions")
    tree = ward_tree(unit, near)
    report(progress, "naming regions")
    naming = RegionNames(v, keys, unit, near)
    layers: list[Layer[Region]] = []
    for count in levels:
        labels = cut(tree, n, count)
        coarser = layers[-1].labels if layers else None
        layers.append(Layer(tuple(naming.of(labels, coarser)), labels))
    return Regions(v.name, keys, tuple(layers))
