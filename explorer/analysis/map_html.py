"""Maps of words and of documents as one HTML file (:mod:`explorer.display.map_page`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explorer.core import settings
from explorer.display.map_page import PageLayer, Stems, map_page
from explorer.text.tags import word_of

if TYPE_CHECKING:
    from explorer.analysis.document_records import DocumentMap
    from explorer.analysis.projection import Projection
    from explorer.analysis.region_records import Regions

__all__ = ["documents_html", "words_html"]


def words_html(shown: Projection, regions: Regions | None = None, language: str | None = None) -> str:
    """A map of words as a page that opens from the disk: regions, search by word, part and 초성, without a network.

    Args:
        shown: the map; of one with three axes the first two are shown.
        regions: regions of its words; words outside them have none.
        language: of the page's own words; by default that of messages.
    """
    layers = []
    if regions is not None:
        row = {key: number for number, key in enumerate(regions.keys)}
        rows = np.array([row.get(key, -1) for key in shown.keys])
        for layer in regions.layers:
            of = np.where(rows >= 0, layer.labels[rows], len(layer.regions))
            layers.append(PageLayer([region.name for region in layer.regions], of))
    return map_page(
        shown.model, shown.stamp, shown.words, shown.coords, layers=layers, language=language or settings.language()
    )  # fmt: skip


def documents_html(made: DocumentMap, title: str = "", language: str | None = None) -> str:
    """A map of documents as a page that opens from the disk: regions, labels, search by word and 초성, every text to read.

    Args:
        made: the map.
        title: of the page; by default the name of what made the vectors.
        language: of the page's own words; by default that of messages.
    """
    numbers, points = made.words.postings
    return map_page(
        title or made.model,
        made.projection.stamp,
        [made.texts[number] for number in made.numbers.tolist()],
        made.projection.coords,
        labels=[made.label(row) for row in range(len(made))] if made.labels else (),
        layers=[PageLayer([region.name for region in layer.regions], layer.labels) for layer in made.layers],
        stems=Stems(list(map(word_of, made.words.keys)), numbers, points),
        language=language or settings.language(),
    )
