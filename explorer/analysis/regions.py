"""Named regions of a vocabulary: groups of near words in layers, from a few large ones to many small ones.

Words are joined bottom up by Ward's criterion (Ward 1963, JASA 58), in the original space and only along the graph of nearest
neighbours, so that a region is connected as well as compact. One tree gives all layers, and each region of a fine layer lies
in one region of a coarser layer.

A region is called after its medoid, the word nearest to its mean, and two words that belong to it most: the lift of word w in region
r of n_r among n words is the share of w's nearest neighbours that are in r, over n_r / n, and it counts times the cosine of w and the
mean. No word is a part of another one of the name. Only frequent nouns name a region; where it has too few, its roots, verbs and
adjectives do.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explorer.analysis.grouping import cut, levels_of, ward_tree
from explorer.analysis.map_words import map_words
from explorer.analysis.region_records import Layer, Region, Regions
from explorer.analysis.shipped_maps import shipped_regions
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.text.hangul import is_jamo
from explorer.text.tags import base_tag, tag_of, word_of
from explorer.vectors.search import Floats, neighbour_graph

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["LEAST", "LIGHT", "NEIGHBOURS", "Layer", "Region", "Regions", "regions"]

NEIGHBOURS = 15
"""Nearest words that a word can be joined with, and that its lift is counted over."""

LEAST = 20
"""Fewer words have no regions worth a name."""
_FREQUENT, _CANDIDATES = 0.35, 100
"""A name is looked for among this share of a region's words, the most frequent, and never among more than so many."""

_NAMING = frozenset(["", "NNG", "NNP"])
_ELSE = frozenset(["XR", "VV", "VA", "MAG"])
LIGHT = frozenset(
    [
        "하다",
        "되다",
        "있다",
        "없다",
        "같다",
        "이다",
        "이러",
        "그러",
        "저러",
        "어떠",
        "이렇다",
        "그렇다",
        "저렇다",
        "어떻다",
        "어떠하다",
    ]
)
"""Predicates that say nothing on their own."""


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
    naming = _Naming(keys, unit, near)
    layers: list[Layer[Region]] = []
    for count in levels:
        labels = cut(tree, n, count)
        coarser = layers[-1].labels if layers else None
        layers.append(Layer(tuple(naming.of(labels, coarser)), labels))
    return Regions(v.name, keys, tuple(layers))


class _Naming:
    """Calls regions by their words."""

    def __init__(self, keys: tuple[str, ...], unit: Floats, near: npt.NDArray[np.int32]) -> None:
        self.keys, self.unit, self.near = keys, unit, near
        self.words = list(map(word_of, keys))
        modern = np.array([not any(map(is_jamo, word)) for word in self.words])  # ㅋㅋ and forms of Middle Korean name nothing
        tags = [base_tag(tag_of(key)) for key in keys]
        short = np.array([len(word) < 2 for word in self.words])
        # 돈, 별 and 암 lie among longer words; 김, 태 and 드 (surnames, syllables of names) among their like.
        alone = short & (short[near].mean(axis=1) >= 0.4)
        alone |= short & np.array([tag == "NNP" for tag in tags])
        self.first = np.array([tag in _NAMING for tag in tags]) & ~alone & modern
        self.second = (
            np.array([tag in _ELSE and word not in LIGHT for tag, word in zip(tags, self.words, strict=True)]) & ~short & modern
        )

    def of(self, labels: npt.NDArray[np.int32], coarser: npt.NDArray[np.int32] | None) -> list[Region]:
        inside = labels[self.near] == labels[:, None]
        sizes = np.bincount(labels)
        lift = inside.mean(axis=1) * len(labels) / sizes[labels]
        found = []
        for number, size in enumerate(sizes.tolist()):
            rows = np.flatnonzero(labels == number)
            chosen = self._chosen(rows, lift)
            parent = -1 if coarser is None else int(coarser[rows[0]])
            found.append(
                Region(tuple(self.words[row] for row in chosen), tuple(self.keys[row] for row in chosen), size, parent)
            )
        return found

    def _chosen(self, rows: npt.NDArray[np.int64], lift: npt.NDArray[np.float64]) -> list[int]:
        most = min(max(8, int(_FREQUENT * len(rows))), _CANDIDATES)
        for fit in (self.first, self.first | self.second):
            able = rows[fit[rows]]
            if len(able) >= 3:
                break
        else:
            return []
        able = able[:most]
        near = self.unit[able] @ self.unit[rows].mean(axis=0)
        medoid = int(able[int(near.argmax())])
        chosen, words = [medoid], [self.words[medoid]]
        # Where the lift of many is as high as it can be, those in the middle of the region stand for it.
        for at in np.argsort(-lift[able] * near, kind="stable").tolist():
            row, word = int(able[at]), self.words[able[at]]
            if not any(word in other or other in word for other in words):  # 초등학교 beside 학교 says nothing more
                chosen.append(row)
                words.append(word)
                if len(chosen) == 3:
                    break
        return chosen
