"""What the documents of a map are coloured by, and where its regions are named."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.kit.hues import RAMP, Colouring, many, plain, scale, turned
from dashboards.kit.i18n import Text
from dashboards.kit.points import middles
from dashboards.kit.theme import colors

if TYPE_CHECKING:
    from explorer.analysis.document_records import DocumentMap

__all__ = ["COLOURS", "coloured_by", "names_of"]

COLOURS = ("region", "label", "length", "trust")
LABELLED = 12
"""Labels with a colour of their own: the most frequent. More could not be told apart, nor listed on a narrow map."""


def coloured_by(t: Text, made: DocumentMap, kind: str) -> Colouring:
    """Colours by one of :data:`COLOURS`; one for all where there are no labels or regions."""
    if kind == "label" and made.labels:
        return _by_label(t, made)
    if kind == "length":
        lengths = np.array([len(made.text(row)) for row in range(len(made))], float)
        most = max(float(np.quantile(lengths, 0.95)), lengths.min() + 1)
        ends = t("documents.characters", count=int(lengths.min())), t("documents.characters_more", count=int(most))
        return scale(lengths, ends, RAMP, (lengths.min(), most))
    if kind == "trust":
        return scale(made.projection.trust, (t("map.trust_low"), t("map.trust_high")), RAMP, (0.5, 1.0))
    if kind == "region" and made.layers:
        return turned(made.layers[0].labels)
    return plain(len(made))


def _by_label(t: Text, made: DocumentMap) -> Colouring:
    labels = np.array(made.labels, object)[made.numbers]
    counts = Counter(labels[labels != ""].tolist())
    names = [label for label, _ in counts.most_common(LABELLED)]
    rest, none = len(names), len(names) + 1
    code = {"": none, **dict.fromkeys(counts, rest), **{label: number for number, label in enumerate(names)}}
    codes = np.array([code[label] for label in labels], np.uint8)
    said = [*names, t("documents.rest"), t("documents.unlabelled")]
    palette = {
        scheme: [*many(scheme, len(names)), colors(scheme)["dim"], colors(scheme)["muted"]] for scheme in ("light", "dark")
    }
    return Colouring(codes, palette, tuple((int(one), said[one]) for one in np.unique(codes)))


def names_of(made: DocumentMap) -> list[list[list[Any]]]:
    """The names of regions with their places, ``[name, x, y]``, in layers from few to many."""
    return [
        [
            [region.name, *spot]
            for region, spot in zip(
                layer.regions, middles(made.projection.coords, layer.labels, len(layer.regions)), strict=True
            )
            if spot and region.words
        ]
        for layer in made.layers
    ]
