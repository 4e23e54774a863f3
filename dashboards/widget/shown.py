"""What a map in a notebook shows: points with names, colours and regions, of words or of documents."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.kit.hues import Colouring, plain
from dashboards.kit.i18n import Text
from dashboards.kit.points import coloured
from dashboards.pages.map.colours import labelled, simply
from dashboards.pages.map.maps import Map, in_regions
from dashboards.pages.map.search import find
from dashboards.pages.map.sending import placed, written
from explorer.analysis.document_records import DocumentMap
from explorer.analysis.map_words import map_words
from explorer.analysis.projection import Projection, project
from explorer.analysis.region_records import Regions
from explorer.analysis.shipped_maps import shipped_map, shipped_regions
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.display.sheet import shown as line_of
from explorer.static.load import load
from explorer.text.tags import split_key
from explorer.vectors.vectors import Vectors

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Shown", "shown_of"]

NEAR = 12
"""Neighbours of a pressed word."""
LINE = 60
"""Characters of a document under the pointer; all of it is shown where it is pressed."""
LINES_MOST = 40_000
"""Documents whose beginnings travel with the map; of more, pointing tells the number and pressing the text."""
TEXT_MOST = 4_000
"""Characters of a pressed document."""


@dataclass(frozen=True)
class Shown:
    """A map to be drawn.

    Attributes:
        map: the points.
        stamp: how it was made, in one line.
        vectors: the model of its words, where it is known: for neighbours, frequencies, and inflected forms in the search.
        documents: what its points are, where they are no words.
    """

    map: Map
    stamp: str
    vectors: Vectors | None = None
    documents: DocumentMap | None = None

    @property
    def colors(self) -> tuple[str, ...]:
        """What the points can be coloured by, the default first."""
        there = {
            "label": self.documents is not None and bool(self.documents.labels),
            "tag": any(self.map.tags),
            "region": len(self.map.region_of) > 0,
            "frequency": self.documents is None,
            "trust": bool(np.isfinite(self.map.trust).any()),
            "script": self.documents is None,
            "plain": True,
        }
        return tuple(kind for kind, known in there.items() if known)

    def coloured(self, kind: str, t: Text) -> dict[str, Any]:
        """Colours as they travel, and what they mean."""
        found = self._colouring(kind, t)
        return coloured(self.map.id, found) | {"kind": kind, "legend": found.legend, "ends": found.ends}

    def _colouring(self, kind: str, t: Text) -> Colouring:
        if kind == "plain":
            return plain(len(self.map.keys))
        if kind == "label" and self.documents is not None:
            return labelled([self.documents.label(row) for row in range(len(self.documents))])
        return simply(self.map, self.vectors, kind, lambda key: t(f"map.{key}"))

    def drawing(self, t: Text) -> dict[str, Any]:
        """Places, names and what can be chosen, as they travel."""
        names = written(self.map)
        return {
            "placed": placed(self.map, self.stamp, []),
            "written": names | {"names": [t.maybe(f"tags.{tag}", tag) for tag in names["tags"]]},
            "labelled": self.documents is None,
            "colors": [
                [kind, t(f"widget.{kind}" if kind in ("label", "plain") else f"map.color_{kind}")] for kind in self.colors
            ],
        }

    def find(self, query: str) -> list[int]:
        """Points that a search finds, as pages find them."""
        return self.documents.find(query) if self.documents is not None else find(self.map, query, vectors=self.vectors)

    def near(self, row: int) -> list[str]:
        """Keys of the nearest words in the original space; none without vectors."""
        return [] if self.vectors is None else [one.key for one in self.vectors.similar(self.map.keys[row], NEAR)]

    def panel(self, row: int, near: Sequence[str], t: Text) -> dict[str, str]:
        """What is said of a pressed point."""
        if self.documents is not None:
            text = self.documents.text(row)
            title = " · ".join(filter(None, (t("widget.document", number=self.map.keys[row]), self.documents.label(row))))
            return {"title": title, "line": text[:TEXT_MOST] + ("…" if len(text) > TEXT_MOST else "")}
        words = ", ".join(split_key(key)[0] for key in near)
        return {"title": self.map.words[row], "line": f"{t('map.neighbours')}: {words}" if words else ""}

    def rows_of(self, names: Sequence[str]) -> list[int]:
        """Points by key, or words by their form where only one point has it.

        Raises:
            BadInput: there is no such point, or several.
        """
        forms = Counter(self.map.words)
        rows = []
        for name in dict.fromkeys(names):
            if name in self.map.rows:
                rows.append(self.map.rows[name])
            elif self.documents is None and forms[name] == 1:
                rows.append(self.map.words.index(name))
            else:
                raise BadInput("dashboards.not_on_the_map", name=name)
        return rows

    def to_frame(self, rows: Sequence[int]) -> pd.DataFrame:
        """Some of the points as a table."""
        table = self.map.to_frame() if self.documents is None else self.documents.to_frame()
        return table.iloc[list(rows)].reset_index(drop=True)


def shown_of(
    what: str | Vectors | Projection | DocumentMap,
    words: Sequence[str] | None,
    vectors: Vectors | None,
    regions: Regions | None,
    progress: ProgressCallback | None,
    options: dict[str, Any],
) -> Shown:
    """The map of what was given: of a model that of its most frequent words, which ships for some.

    Raises:
        BadInput: nothing of which there is a map; ``words`` or ``options`` for a map that is drawn already.
    """
    if isinstance(what, str):
        what = load(what, progress=progress)
    if isinstance(what, Vectors):
        ready = shipped_map(what) if words is None and not options else None
        drawn = ready or project(what, words=map_words(what) if words is None else words, progress=progress, **options)
        return _of_words(drawn, what, regions)
    if words is not None or options:
        raise BadInput("dashboards.map_is_drawn", names=", ".join([*(["words"] if words is not None else []), *options]))
    if isinstance(what, Projection):
        return _of_words(what, vectors, regions)
    if isinstance(what, DocumentMap):
        return _of_documents(what)
    raise BadInput("dashboards.no_map_of", kind=type(what).__name__)


def _of_words(drawn: Projection, vectors: Vectors | None, regions: Regions | None) -> Shown:
    if regions is None and vectors is not None:
        regions = shipped_regions(vectors)
    return Shown(_points(drawn, drawn.keys, regions), drawn.stamp, vectors)


def _of_documents(made: DocumentMap) -> Shown:
    drawn = made.projection
    texts = [made.texts[number] for number in made.numbers.tolist()] if len(made) <= LINES_MOST else drawn.keys
    lines = [line_of(text[: 4 * LINE], LINE) for text in texts]
    regions = Regions(made.model, drawn.keys, made.layers) if made.layers else None  # type: ignore[arg-type]  # they are regions, too
    return Shown(_points(drawn, lines, regions), drawn.stamp, documents=made)


def _points(drawn: Projection, names: Sequence[str], regions: Regions | None) -> Map:
    digest = hashlib.sha256("\n".join(drawn.keys).encode("utf-8", "surrogatepass") + drawn.coords.tobytes()).hexdigest()[:16]
    words, tags = (names, [""] * len(drawn)) if names is not drawn.keys else zip(*map(split_key, names), strict=True)
    found = Map(digest, drawn.keys, tuple(words), tuple(tags), drawn.coords, drawn.trust, drawn.facts)
    return found if regions is None else in_regions(found, regions)
