"""Everything of one's own in the home folder, in one list: vectors, tokenizers, encoders, corpora; unopened, with their sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from explorer.core.errors import BadInput, UnknownName
from explorer.core.store import MANIFEST, Manifest, artifact_path, list_artifacts

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["KINDS", "Saved", "saved", "saved_frame", "saved_one"]

KINDS = ("vectors", "tokenizer", "encoder", "corpus")
"""What is listed, in this order."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One artifact.

    Attributes:
        kind: one of :data:`KINDS`.
        name: what it is called.
        engine: what made it (``"word2vec"``, ``"unigram"``).
        bytes: on the disk.
        when: the time it was written, UTC, as ISO 8601 has it.
        sizes, params, provenance: as its manifest says.
    """

    kind: str
    name: str
    engine: str
    bytes: int
    when: str
    sizes: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def facts(self) -> DataFrame:
        """Everything that is known, a line each, as a table.

        Returns:
            ``part`` (``"sizes"``, ``"params"``, ``"provenance"``), ``what`` (of a table in a table ``outer.inner``), and ``value``:
            text as it is, anything else as JSON.
        """
        import json

        import pandas as pd

        rows = []
        for part in ("sizes", "params", "provenance"):
            for name, value in getattr(self, part).items():
                inner = {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
                for what, one in inner.items():
                    rows.append((part, what, one if isinstance(one, str) else json.dumps(one, ensure_ascii=False, default=str)))
        return pd.DataFrame(rows, columns=["part", "what", "value"])


def saved(kinds: Sequence[str] = KINDS) -> list[Saved]:
    """What is saved of these kinds, each kind by name.

    Raises:
        BadInput: no such kind.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise BadInput("core.unknown_kind", kind=unknown[0], allowed=", ".join(KINDS))
    return [_saved(kind, name, manifest) for kind in kinds for name, manifest in list_artifacts(kind).items()]


def saved_one(kind: str, name: str) -> Saved:
    """One of them.

    Raises:
        UnknownName: none of that kind has this name.
        BadInput: no such kind.
    """
    found = {one.name: one for one in saved([kind])}
    if name not in found:
        raise UnknownName(kind, name, found)
    return found[name]


def _saved(kind: str, name: str, manifest: Manifest) -> Saved:
    folder = artifact_path(kind, name)
    size = 0
    for part in (*manifest.files, MANIFEST):
        try:
            size += (folder / part).stat().st_size
        except OSError:  # being replaced just now
            continue
    try:
        when = datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, UTC).isoformat(timespec="seconds")
    except OSError:
        when = ""
    parts = (dict(one) for one in (manifest.sizes, manifest.params, manifest.provenance))
    return Saved(kind, name, manifest.engine, size, when, *parts)


def saved_frame(kinds: Sequence[str] = KINDS) -> DataFrame:
    """The list as a table: kind, name, engine, bytes, when."""
    import pandas as pd

    rows = [(one.kind, one.name, one.engine, one.bytes, one.when) for one in saved(kinds)]
    return pd.DataFrame(rows, columns=["kind", "name", "engine", "bytes", "when"])
