"""``load``: vectors by name or by file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.errors import BadInput, UnknownName
from explorer.core.paths import as_name, expanded
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import MANIFEST, artifact_path, check_name, list_artifacts, read_manifest, shipped_artifacts

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["BUILT_IN", "DEFAULT_MODEL", "KnownModel", "known_models", "load", "model_names", "shipped_models"]

BUILT_IN = ("kiwi",)
"""Names that are computed, not stored."""

DEFAULT_MODEL = "korean"
"""What answers where no model is named: of those that ship, the best on every test (docs/embeddings.md)."""

_SHIPPED = Path(__file__).parent / "pretrained"


def shipped_models() -> dict[str, Path]:
    """Folders of the vectors that come with the package, by name."""
    return shipped_artifacts(_SHIPPED, "vectors")


def model_names() -> list[str]:
    """Every name :func:`load` accepts: built in, shipped and saved, sorted."""
    return sorted({*BUILT_IN, *shipped_models(), *list_artifacts("vectors")})


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that :func:`load` accepts by name.

    Attributes:
        name: what it is called.
        where: ``"saved"``, ``"shipped"`` or ``"computed"``.
        model: what made it (``"word2vec"`` …).
        keys, dim: its size; ``None`` before it is computed.
        corpus: what it was trained on; empty where nothing says so.
        kind: always ``"vectors"``, as a list with encoders needs.
    """

    name: str
    where: str
    model: str
    keys: int | None
    dim: int | None
    corpus: str
    kind: str = "vectors"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def known_models() -> list[KnownModel]:
    """Every model of :func:`model_names`, with what is known of it unopened."""
    saved = list_artifacts("vectors")
    shipped = {name: read_manifest(folder, "vectors") for name, folder in shipped_models().items() if name not in saved}
    found = []
    for name in model_names():
        manifest = saved.get(name) or shipped.get(name)
        if manifest is None:
            found.append(KnownModel(name, "computed", name, None, None, ""))
            continue
        corpus = str(manifest.provenance.get("corpus") or "")
        where = "saved" if name in saved else "shipped"
        found.append(KnownModel(name, where, manifest.engine, manifest.sizes.get("keys"), manifest.sizes.get("dim"), corpus))
    return found


def load(name_or_path: str | Path, progress: ProgressCallback | None = None) -> Vectors:
    """Open vectors.

    Args:
        name_or_path: one that ships: ``"korean"`` (the best), ``"word2vec"``, ``"glove"``, or ``"kiwi"``, which is recovered on first use;
            the name of a saved model; a folder written by ``Vectors.save``; or a file in a known format
            (:mod:`explorer.vectors.files.formats`). :func:`explorer.list_models` lists those that are here.
        progress: told about long work.

    Raises:
        UnknownName: nothing of that name; lists what there is.
        BadInput: the file or folder holds no vectors.

    >>> v = load("word2vec")
    >>> v.name, len(v) > 10_000, v.resolve("왕에게").key
    ('word2vec', True, '왕/NNG')
    """
    from explorer.vectors.files.formats import load_vectors, read_vectors

    name = as_name(name_or_path)
    if not name:
        raise BadInput("static.model_name_empty", choices=", ".join(model_names()))
    if name == "kiwi":
        from explorer.static.kiwi import kiwi_vectors

        return kiwi_vectors(progress)
    if _is_name(name) and (artifact_path("vectors", name) / MANIFEST).is_file():
        return load_vectors(artifact_path("vectors", name))
    shipped = shipped_models()
    path = shipped.get(name, expanded(name))
    if path.is_dir():
        return load_vectors(path)
    if path.is_file():
        report(progress, f"reading {path.name}")
        return read_vectors(path, progress=progress)
    if "/" in name or "\\" in name or path.suffix:
        raise UnknownName("model", name, model_names(), "static.no_such_file", path=path)
    raise UnknownName("model", name, model_names(), "static.give_a_name")


def _is_name(text: str) -> bool:
    try:
        check_name(text)
    except BadInput:
        return False
    return True
