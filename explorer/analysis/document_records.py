"""What a map of documents is: points with texts, labels, words, and regions in layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.document_words import DocumentWords, TellingWord, content_keys
from explorer.analysis.region_records import Layer, Region
from explorer.analysis.word_groups import rows_inside
from explorer.core.cells import csv_text
from explorer.core.errors import BadInput
from explorer.display.record import Record
from explorer.display.sheet import Sheet, say
from explorer.text.hangul import is_jamo
from explorer.text.normalise import nfc

if TYPE_CHECKING:
    import pandas as pd

    from explorer.analysis.projection import Projection
    from explorer.tokenizers.token import Tokenizer

__all__ = ["DocumentMap", "DocumentRegion"]


@dataclass(frozen=True, slots=True)
class DocumentRegion(Region):
    """A region of documents; the words that name it are those that tell it from all (:meth:`DocumentWords.telling`).

    Attributes:
        lifts: of each of its words, how many times oftener its documents have it than all.
        document: number of the document nearest to its mean, which stands for it.
    """

    lifts: tuple[float, ...] = ()
    document: int = -1

    def to_dict(self) -> dict[str, Any]:
        found = {"words": list(self.words), "keys": list(self.keys), "lifts": list(self.lifts), "document": self.document}
        return {"name": self.name, **found, "size": self.size, "parent": self.parent}


@dataclass(frozen=True, eq=False, repr=False)
class DocumentMap(Record):
    """Documents on a map.

    Attributes:
        texts: all N documents as given, perhaps mapped from the disk.
        labels: one a document, ``""`` where it has none; empty without labels.
        numbers: which documents are on the map (n int64, rising): those with a vector.
        projection: where they lie and how far that can be trusted; its keys are their numbers from 1.
        layers: regions of the n documents, from the coarsest to the finest; none for fewer than 20.
        words: the content words of the n documents.
        how: how the vectors were made, as plain data.
    """

    texts: Sequence[str]
    labels: tuple[str, ...]
    numbers: npt.NDArray[np.int64]
    projection: Projection
    layers: tuple[Layer[DocumentRegion], ...]
    words: DocumentWords
    how: Mapping[str, Any]

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def model(self) -> str:
        """What made the vectors."""
        return self.projection.model

    @property
    def missing(self) -> int:
        """How many documents have no vector, and so no place."""
        return len(self.texts) - len(self.numbers)

    def text(self, row: int) -> str:
        """The document of a point.

        Raises:
            BadInput: there is no such point.
        """
        return self.texts[int(self.numbers[self._row(row)])]

    def label(self, row: int) -> str:
        """The label of a point; ``""`` where it has none."""
        return self.labels[int(self.numbers[self._row(row)])] if self.labels else ""

    def regions_of(self, row: int) -> tuple[DocumentRegion, ...]:
        """The regions a point lies in, from the coarsest to the finest."""
        return tuple(layer.regions[layer.labels[self._row(row)]] for layer in self.layers)

    def _row(self, row: int) -> int:
        if not 0 <= row < len(self):
            raise BadInput("analysis.no_document", row=row, last=len(self) - 1)
        return row

    def telling(self, rows: Sequence[int], n: int = 10) -> tuple[TellingWord, ...]:
        """The words that tell some points from all, best first.

        Raises:
            BadInput: one of the points does not exist.
        """
        chosen = np.array([self._row(row) for row in dict.fromkeys(rows)], np.int64)
        return self.words.telling(chosen, n)

    def inside(self, corners: Sequence[tuple[float, float]]) -> list[int]:
        """Points inside a polygon on the map (of its first two axes), by the even-odd rule.

        Raises:
            BadInput: fewer than three corners.
        """
        if len(corners) < 3:
            raise BadInput("analysis.polygon_too_small", count=len(corners))
        rows: list[int] = rows_inside(self.projection.coords, [value for corner in corners for value in corner]).tolist()
        return rows

    def find(self, query: str, tokenizer: Tokenizer | None = None) -> list[int]:
        """Points whose document has a word: as it is written, then by its morphemes (학교에서 finds 학교), or by 초성 (ㅎㄱ).

        Args:
            query: a word or several, which must all be there.
            tokenizer: what takes the query apart; Kiwi by default.

        Returns:
            Rows, those that hold the query as it is written first; none for an empty query.
        """
        wanted = nfc(query).strip().casefold()
        if not wanted:
            return []
        found: dict[int, None] = {}
        for row, number in enumerate(self.numbers.tolist()):
            if wanted in nfc(self.texts[number]).casefold():
                found[row] = None
        if all(is_jamo(character) for character in wanted):
            more = self.words.by_initials(wanted)
        else:
            more = self._with_words(query, tokenizer)
        found.update(dict.fromkeys(more.tolist()))
        return list(found)

    def _with_words(self, query: str, tokenizer: Tokenizer | None) -> npt.NDArray[np.int32]:
        from explorer.tokenizers.loading import tokenizer as opened

        keys = content_keys((tokenizer or opened("kiwi")).tokenize(query))
        rows = [self.words.holding(key) for key in keys]
        if not rows:
            return np.empty(0, np.int32)
        common = rows[0]
        for more in rows[1:]:
            common = np.intersect1d(common, more, assume_unique=True)
        return common

    def sheet(self) -> Sheet:
        """How the map was made, its coarsest regions, and the documents."""
        named = [region.name for region in self.layers[0].regions if region.words] if self.layers else []
        notes = (say("display.in_regions", names=named),) if named else ()
        texts = [self.texts[number] for number in self.numbers.tolist()]
        labels = [self.label(row) for row in range(len(self))] if self.labels else None
        columns = ("number", *(("label",) if labels else ()), "text")
        cells = (self.numbers + 1).tolist(), *((labels,) if labels else ()), texts
        return Sheet(self.projection.stamp, notes, columns, tuple(zip(*cells, strict=True)))

    def to_dict(self) -> dict[str, Any]:
        """Plain data; everything but ``documents`` is about those on the map."""
        plain = self.projection.to_dict()
        facts = {name: value for name, value in plain.items() if name not in ("keys", "words", "coords", "trust")}
        return {
            **facts,
            "how": dict(self.how),
            "documents": len(self.texts),
            "numbers": self.numbers.tolist(),
            "texts": [self.texts[number] for number in self.numbers.tolist()],
            "labels": [self.label(row) for row in range(len(self))] if self.labels else [],
            "coords": plain["coords"],
            "trust": plain["trust"],
            "layers": [layer.to_dict() for layer in self.layers],
        }

    def to_frame(self) -> pd.DataFrame:
        """A table with the columns number (from 1), text, label, x, y (z), trust, and region1 … from the coarsest layer on."""
        import pandas as pd

        placed = self.projection
        columns: dict[str, Any] = {
            "number": self.numbers + 1,
            "text": [self.texts[number] for number in self.numbers.tolist()],
            "label": [self.label(row) for row in range(len(self))],
            **{"xyz"[axis]: placed.coords[:, axis] for axis in range(placed.dims)},
            "trust": placed.trust,
        }
        for level, layer in enumerate(self.layers, 1):
            names = np.array([region.name for region in layer.regions], object)
            columns[f"region{level}"] = names[layer.labels]
        return pd.DataFrame(columns)

    def listed(self, rows: Sequence[int]) -> pd.DataFrame:
        """Some of the points as a table with the columns number (from 1), label, text."""
        import pandas as pd

        return pd.DataFrame(
            {
                "number": [int(self.numbers[self._row(row)]) + 1 for row in rows],
                "label": [self.label(row) for row in rows],
                "text": [self.text(row) for row in rows],
            }
        )

    def to_csv(self) -> str:
        """The table of :meth:`to_frame`; texts that a spreadsheet would compute (``=1+1``) have an apostrophe in front."""
        return csv_text(self.to_frame())
