"""What regions of a vocabulary are: layers of groups of words, each with a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.display.record import Record
from explorer.display.sheet import Sheet, say

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Layer", "Region", "Regions"]


@dataclass(frozen=True, slots=True)
class Region:
    """One region.

    Attributes:
        words: up to three words that name it, the medoid first; none where no word of it can name anything.
        keys: their keys.
        size: how many words it has.
        parent: its region in the next coarser layer; -1 in the coarsest.
    """

    words: tuple[str, ...]
    keys: tuple[str, ...]
    size: int
    parent: int

    @property
    def name(self) -> str:
        """The words with dots between them: ``"질환 · 치료 · 의사"``."""
        return " · ".join(word.replace("_", " ") for word in self.words)

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "words": list(self.words), "keys": list(self.keys), "size": self.size, "parent": self.parent}


R = TypeVar("R", bound=Region)


@dataclass(frozen=True)
class Layer(Generic[R]):
    """The same words or documents in one number of regions.

    Attributes:
        regions: the largest first.
        labels: the region of each (n int32).
    """

    regions: tuple[R, ...]
    labels: npt.NDArray[np.int32]

    def to_dict(self) -> dict[str, Any]:
        return {"regions": [region.to_dict() for region in self.regions], "labels": self.labels.tolist()}


@dataclass(frozen=True, repr=False)
class Regions(Record):
    """Layers of regions, from the coarsest to the finest.

    Attributes:
        model: name of the model.
        keys: the n keys.
        layers: see :class:`Layer`.
    """

    model: str
    keys: tuple[str, ...]
    layers: tuple[Layer[Region], ...]

    def __len__(self) -> int:
        return len(self.layers)

    def of(self, key: str) -> tuple[Region, ...]:
        """The regions a key lies in, from the coarsest to the finest.

        Raises:
            BadInput: the key is not among those of the regions.
        """
        if key not in self.keys:
            raise BadInput("analysis.no_region", key=key)
        row = self.keys.index(key)
        return tuple(layer.regions[layer.labels[row]] for layer in self.layers)

    def to_dict(self) -> dict[str, Any]:
        return {"model": self.model, "keys": list(self.keys), "layers": [layer.to_dict() for layer in self.layers]}

    def sheet(self) -> Sheet:
        """Names and sizes, layer by layer, each with the coarser region it lies in."""
        rows = [
            (level, region.name, region.size, self.layers[level - 2].regions[region.parent].name if level > 1 else "")
            for level, layer in enumerate(self.layers, 1)
            for region in layer.regions
        ]
        title = say("display.regions", model=self.model, counts=[len(layer.regions) for layer in self.layers])
        return Sheet(
            title,
            (),
            ("layer", "name", "word_count", "within"),
            tuple((*row[:1], *(cell or None for cell in row[1:])) for row in rows),
        )

    def to_frame(self) -> pd.DataFrame:
        """A table with the columns layer, region, name, size, parent."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"layer": level, "region": number, "name": region.name, "size": region.size, "parent": region.parent}
                for level, layer in enumerate(self.layers)
                for number, region in enumerate(layer.regions)
            ]
        )
