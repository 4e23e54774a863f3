"""The tokenizers that are here, by name: what each is and where it comes from; and files brought in under a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, UnknownName
from explorer.core.store import (
    MANIFEST,
    Manifest,
    artifact_path,
    atomic_folder,
    check_name,
    check_target,
    list_artifacts,
    read_manifest,
    remove_artifact,
    write_manifest,
)
from explorer.tokenizers.cards import card
from explorer.tokenizers.loading import REGISTRY, shipped_tokenizers, tokenizer, tokenizer_names
from explorer.tokenizers.token import Tokenizer

__all__ = [
    "TokenizerRecord",
    "import_tokenizer",
    "remove_tokenizer",
    "tokenizer_place",
    "tokenizer_record",
    "tokenizer_records",
]

_KINDS = {"eojeol": "white space", "syllable": "characters", "jamo": "letters", "kiwi": "morphemes", "mecab": "morphemes"}
_FILES = {"sentencepiece": "tokenizer.model", "hybrid": "tokenizer.model", "kiwi-sw": "tokenizer.json", "tekken": "tekken.json"}


@dataclass(frozen=True, slots=True)
class TokenizerRecord:
    """One tokenizer that a name gives.

    Attributes:
        name: what :func:`explorer.tokenizer` takes.
        where: ``"built in"``, ``"shipped"``, ``"saved"``, or ``"package"`` for one that another package carries.
        kind: the algorithm, or what the tokens are.
        vocab_size: entries of a closed vocabulary.
        folder: where its files lie, for shipped and saved ones.
        settings: what it was trained or is opened with.
        sizes: what was read to train it.
        provenance: the texts, the versions of the libraries, or where it was imported from.
    """

    name: str
    where: str
    kind: str | None = None
    vocab_size: int | None = None
    folder: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    sizes: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def tokenizer_record(name: str) -> TokenizerRecord:
    """What is known of a tokenizer, without opening it.

    Raises:
        UnknownName: none of that name is here.

    >>> tokenizer_record("ko-unigram-32k").vocab_size
    32000
    """
    if name in REGISTRY:
        return TokenizerRecord(name, "built in", _KINDS.get(name))
    saved = list_artifacts("tokenizer").get(name)
    if saved is not None:
        return _kept(name, "saved", saved, artifact_path("tokenizer", name))
    shipped = shipped_tokenizers()
    if name in shipped:
        return _kept(name, "shipped", read_manifest(shipped[name]), shipped[name])
    known = card(name)
    if known is not None and name in tokenizer_names():
        return TokenizerRecord(name, "package", known.kind, known.vocab_size, provenance={"source": known.source})
    raise UnknownName("tokenizer", name, tokenizer_names())


def tokenizer_records() -> list[TokenizerRecord]:
    """Every tokenizer that is here, in the order of :func:`~explorer.tokenizers.loading.tokenizer_names`."""
    return [tokenizer_record(name) for name in tokenizer_names()]


def _kept(name: str, where: str, manifest: Manifest, folder: Path) -> TokenizerRecord:
    sizes = dict(manifest.sizes)
    size = sizes.pop("vocabulary", None)
    settings, provenance = dict(manifest.params), dict(manifest.provenance)
    return TokenizerRecord(name, where, manifest.engine, size, str(folder), settings, sizes, provenance)


def tokenizer_place(name: str, overwrite: bool) -> Path:
    """The folder a tokenizer will be saved in.

    Raises:
        BadInput: no name for a tokenizer, or one that is taken and may not be replaced.
    """
    target = artifact_path("tokenizer", check_name(name))
    if target.exists() and not overwrite:
        raise BadInput("tokenizers.name_taken", name=name)
    check_target(target, overwrite, "tokenizer")
    return target


def import_tokenizer(
    source: str | Path, name: str, overwrite: bool = False, origin: str | None = None, note: Mapping[str, Any] | None = None
) -> Tokenizer:
    """Copy a tokenizer into the home folder, under a name.

    Args:
        source: a ``.model``, ``vocab.txt``, ``tokenizer.json`` or ``tekken.json``, a folder with one of them, or whatever else
            :func:`explorer.tokenizer` opens from a file.
        name: what it will be called.
        overwrite: replace a saved tokenizer of that name.
        origin: what to call the source in the provenance; by default ``source``.
        note: more to say in the provenance.

    Raises:
        BadInput: the name is taken, or ``source`` is no tokenizer or has no file (``kiwi``).
    """
    target = tokenizer_place(name, overwrite)
    opened = tokenizer(source)
    opened.tokenize("가")  # some files open and fail at the first text
    params = opened.params()
    if "path" not in params:
        raise BadInput("tokenizers.nothing_to_import", name=str(source))
    file, engine = Path(params["path"]), str(params["engine"])
    known = read_manifest(file.parent, "tokenizer") if (file.parent / MANIFEST).is_file() else None
    here = _FILES.get(engine) or ("vocab.txt" if file.suffix == ".txt" else "tokenizer.json")
    size = getattr(opened, "vocab_size", None)
    options = {key: value for key, value in params.items() if key not in ("name", "engine", "version", "path", "sha256")}
    manifest = Manifest(
        kind="tokenizer",
        name=name,
        engine=known.engine if known else engine,
        params={**(known.params if known else {}), "files": [here], "runs_with": engine, "options": options},
        sizes=known.sizes if known else {"vocabulary": size} if size else {},
        provenance={**(known.provenance if known else {}), "imported": origin or str(source), **(note or {})},
    )
    with atomic_folder(target, overwrite) as made:
        (made / here).write_bytes(file.read_bytes())
        write_manifest(made, manifest)
    return tokenizer(name)


def remove_tokenizer(name: str) -> None:
    """Delete a saved tokenizer.

    Raises:
        UnknownName: none of that name was saved.
        BadInput: it ships with the package.
    """
    if name not in list_artifacts("tokenizer") and name in shipped_tokenizers():
        raise BadInput("tokenizers.ships", name=name)
    remove_artifact("tokenizer", name)
