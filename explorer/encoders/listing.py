"""Every model that a name opens: word vectors, then encoders, which read words in their sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from explorer.core.errors import BadInput
from explorer.display.record import Record
from explorer.encoders.library import EncoderRecord, encoder_records
from explorer.static.load import KnownModel, known_models

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KINDS", "ModelList", "list_models"]

Known: TypeAlias = KnownModel | EncoderRecord

KINDS = ("vectors", "encoder")


@dataclass(frozen=True, slots=True, repr=False)
class ModelList(Sequence[Known], Record):
    """Models by name; reads like a tuple of their records.

    Attributes:
        models: the records; :attr:`names` are what :func:`explorer.load` and :func:`explorer.encoder` take.
    """

    models: tuple[Known, ...]

    @overload
    def __getitem__(self, index: int) -> Known: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Known, ...]: ...
    def __getitem__(self, index: int | slice) -> Known | tuple[Known, ...]:
        return self.models[index]

    def __len__(self) -> int:
        return len(self.models)

    def __iter__(self) -> Iterator[Known]:
        return iter(self.models)

    @property
    def names(self) -> list[str]:
        """The names alone."""
        return [one.name for one in self.models]

    def to_dict(self) -> dict[str, Any]:
        return {"models": [one.to_dict() for one in self.models]}

    def to_frame(self) -> pd.DataFrame:
        """A table, a row a model: name, kind, where, model, entries (keys, or pieces of a vocabulary), dim, from."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=["name", "kind", "where", "model", "entries", "dim", "from"])

    def rows(self) -> list[tuple[Any, ...]]:
        """The rows of :meth:`to_frame`."""
        found: list[tuple[Any, ...]] = []
        for one in self.models:
            entries, source = (
                (one.keys, one.corpus)
                if isinstance(one, KnownModel)
                else (one.entries, one.corpus or str(one.provenance.get("source") or ""))
            )
            found.append((one.name, one.kind, one.where, one.model, entries, one.dim, source))
        return found


def list_models(kind: str | None = None) -> ModelList:
    """Every model that is here by name; nothing is opened.

    Args:
        kind: ``"vectors"`` or ``"encoder"``; by default both.

    Raises:
        BadInput: there is no such kind.

    >>> {"korean", "mini"} <= set(list_models().names), "mini" in list_models("vectors").names
    (True, False)
    """
    if kind is not None and kind not in KINDS:
        raise BadInput("encoders.no_such_kind", kind=kind, allowed=", ".join(KINDS))
    words = known_models() if kind != "encoder" else []
    return ModelList((*words, *(encoder_records() if kind != "vectors" else [])))
