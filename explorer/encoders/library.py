"""The encoders that are here by name: what each is, where it comes from, whether it is on the disk yet."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from explorer.core.errors import BadInput, UnknownName
from explorer.core.store import Manifest, list_artifacts, read_manifest, remove_artifact
from explorer.encoders.morpheme.storing import shipped_encoders
from explorer.encoders.packaged import EXTRA, PACKAGED, is_here

__all__ = ["EncoderRecord", "encoder_names", "encoder_record", "encoder_records", "is_shipped", "remove_encoder"]


@dataclass(frozen=True, slots=True)
class EncoderRecord:
    """One encoder that a name opens.

    Attributes:
        name: what :func:`explorer.encoder` takes.
        where: ``"shipped"``, ``"saved"``, ``"package"`` for one that installed packages carry and the first question unpacks, or
            ``"extra"`` for one whose packages are not installed.
        model: its architecture.
        entries, layers, dim, parameters: its size, the layers without the input; ``None`` before it is unpacked.
        corpus: what it was trained on; empty where nothing says so.
        extra: what brings its packages (``pip install 'korean-explorer[multilingual]'``).
        provenance: where it came from, its licence, how it was trained.
        kind: always ``"encoder"``, as a list with word vectors needs.
    """

    name: str
    where: str
    model: str
    entries: int | None = None
    layers: int | None = None
    dim: int | None = None
    parameters: int | None = None
    corpus: str = ""
    extra: str | None = None
    provenance: dict[str, Any] = field(default_factory=dict)
    kind: str = "encoder"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def encoder_records() -> list[EncoderRecord]:
    """Every encoder that has a name here, sorted: what ships, what packages carry, what was saved.

    >>> [one.where for one in encoder_records() if one.name == "mini"]
    ['shipped']
    """
    saved = list_artifacts("encoder")
    found = {name: _packaged(name) for name in PACKAGED}
    found |= {name: _described(name, "saved", manifest) for name, manifest in saved.items()}
    # The name mini means what ships, whatever lies in the home folder; other names that somebody had first stay theirs.
    found |= {
        name: _described(name, "shipped", read_manifest(folder, "encoder"))
        for name, folder in shipped_encoders().items()
        if is_shipped(name)
    }
    return [found[name] for name in sorted(found)]


def is_shipped(name: str) -> bool:
    """Whether a name means what comes with the package: an encoder, or a classifier that is a head on it."""
    return name == "mini" or (name in shipped_encoders() and name not in list_artifacts("encoder"))


def encoder_names() -> list[str]:
    """The names of :func:`encoder_records`."""
    return sorted({*shipped_encoders(), *PACKAGED, *list_artifacts("encoder")})


def encoder_record(name: str) -> EncoderRecord:
    """What is known of an encoder, without opening it.

    Raises:
        UnknownName: none of that name is here.
    """
    for record in encoder_records():
        if record.name == name:
            return record
    raise UnknownName("encoder", name, encoder_names())


def remove_encoder(name: str) -> None:
    """Delete a saved encoder, or the copy that was unpacked of one that packages carry.

    Raises:
        UnknownName: none of that name was saved.
        BadInput: it ships with the package.
    """
    if is_shipped(name):
        raise BadInput("encoders.ships", name=name)
    remove_artifact("encoder", name)


def _described(name: str, where: str, manifest: Manifest) -> EncoderRecord:
    entries, layers, dim, parameters = (manifest.sizes.get(key) for key in ("entries", "layers", "dim", "parameters"))
    known = dict(manifest.provenance or {})
    extra = EXTRA if name in PACKAGED and "packages" in known else None
    corpus = str(known.get("corpus") or "")
    return EncoderRecord(name, where, manifest.engine, entries, layers, dim, parameters, corpus, extra, known)


def _packaged(name: str) -> EncoderRecord:
    known = PACKAGED[name]
    packages = {one.package: one.version for one in known.sources}
    provenance = {"source": known.hub, "licence": known.licence, "packages": packages}
    return EncoderRecord(name, "package" if is_here(name) else "extra", "bert", extra=EXTRA, provenance=provenance)
