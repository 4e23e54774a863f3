"""Encoders over morphemes as folders: ``config.json``, ``model.safetensors``, ``morphemes.txt``, ``manifest.json``.

The first two are what transformers writes for a BERT, so ``BertForMaskedLM.from_pretrained`` opens them too; the third is
the vocabulary, one entry a line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, ExplorerError
from explorer.core.paths import expanded
from explorer.core.progress import ProgressCallback
from explorer.core.store import (
    MANIFEST,
    Manifest,
    artifact_path,
    read_artifact,
    read_manifest,
    shipped_artifacts,
    write_manifest,
)
from explorer.encoders.bounds import first_line, require_believable, require_fitting
from explorer.encoders.forward import require_torch, require_transformers
from explorer.encoders.packaged import PACKAGED, packaged_folder
from explorer.encoders.train.vocabulary import MorphemeVocabulary

__all__ = [
    "HEAD",
    "LABELS",
    "MINI",
    "VOCABULARY",
    "encoder_folder",
    "is_encoder",
    "named_folder",
    "open_network",
    "shipped_encoders",
    "stands_on",
    "write_encoder",
]

_SHIPPED = Path(__file__).parent.parent / "pretrained"
MINI = _SHIPPED / "mini"
"""The encoder that ships."""

CONFIG, WEIGHTS, VOCABULARY = "config.json", "model.safetensors", "morphemes.txt"
HEAD, LABELS = "classifier.safetensors", "classifier.json"
"""What a classifier has beside its encoder, or, where that ships, alone."""


def shipped_encoders() -> dict[str, Path]:
    """Folders of what comes with the package: the encoder ``mini``, and classifiers that are heads on it.

    >>> sorted(shipped_encoders())
    ['mini', 'reviews']
    """
    return shipped_artifacts(_SHIPPED, "encoder")


def named_folder(name_or_path: str | Path, progress: ProgressCallback | None = None) -> Path | None:
    """Where what has a name lies: ``"mini"`` (it ships), ``"e5-small"`` (unpacked at the first question), the name of an encoder or
    classifier trained here, that of a classifier that ships, or a folder; ``None`` if nothing is there.
    """
    if name_or_path == "mini":
        return MINI
    if name_or_path in PACKAGED:
        require_torch()  # else it would be unpacked for nothing
        return packaged_folder(str(name_or_path), progress)
    try:
        saved = artifact_path("encoder", str(name_or_path))
    except BadInput:  # no possible name, so a path
        saved = None
    if saved is not None and (saved / MANIFEST).is_file():
        return saved
    shipped = shipped_encoders().get(str(name_or_path))
    if shipped is not None:
        return shipped
    folder = expanded(name_or_path)
    return folder if folder.is_dir() else None


def encoder_folder(name_or_path: str | Path, progress: ProgressCallback | None = None) -> Path | None:
    """Where an encoder lies: as :func:`named_folder`, but where that holds a head alone, the encoder that it was trained on.

    Raises:
        BadInput: a head alone was trained on an encoder that does not ship, or on another version of it.
    """
    folder = named_folder(name_or_path, progress)
    if folder is None or (folder / CONFIG).is_file() or not (folder / LABELS).is_file():
        return folder
    said = read_manifest(folder, "encoder").provenance
    known = said.get("stands_on") or {}
    # Only what ships: a folder of somebody else's must not decide what is opened or fetched.
    base = next((place for place in shipped_encoders().values() if stands_on(place) == known), None)
    if base is None:
        raise BadInput("encoders.head_of_another", folder=folder, base=str(said.get("base")))
    return base


def stands_on(base: Path) -> dict[str, str] | None:
    """What a head alone notes of the encoder that ships in a folder, to be known again by it; ``None`` for any other folder."""
    if base not in shipped_encoders().values() or not is_encoder(base):
        return None
    manifest = read_manifest(base, "encoder")
    return {"name": manifest.name, "weights": manifest.files[WEIGHTS], "vocabulary": manifest.files[VOCABULARY]}


def is_encoder(folder: Path) -> bool:
    """Whether a folder holds an encoder over morphemes."""
    return (folder / CONFIG).is_file() and (folder / VOCABULARY).is_file()


def write_encoder(
    folder: Path, model: Any, vocabulary: MorphemeVocabulary, name: str, provenance: Mapping[str, Any], half: bool = True
) -> Manifest:
    """Write an encoder into an existing folder.

    Args:
        folder: an empty folder, best one of :func:`~explorer.core.store.atomic_folder`.
        model: a ``BertForMaskedLM``.
        vocabulary: its entries.
        name: for the manifest.
        provenance: corpus, parameters, seed, scores …
        half: in half precision (2 bytes a number) instead of single.
    """
    torch = require_torch()
    from safetensors.torch import save_file

    if model.config.vocab_size != len(vocabulary):
        raise BadInput("encoders.model_vocabulary_mismatch", rows=model.config.vocab_size, entries=len(vocabulary))
    kind = torch.float16 if half else torch.float32
    tensors = {key: parameter.detach().to("cpu", kind).contiguous() for key, parameter in model.named_parameters()}
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    config = model.config.to_dict() | {"architectures": ["BertForMaskedLM"], "dtype": "float16" if half else "float32"}
    text = json.dumps(config, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / CONFIG).write_text(text + "\n", encoding="utf-8")
    vocabulary.save(folder / VOCABULARY)
    numbers = sum(int(parameter.numel()) for parameter in model.parameters())
    sizes = {"entries": len(vocabulary), "layers": model.config.num_hidden_layers, "dim": model.config.hidden_size}
    return write_manifest(
        folder, Manifest("encoder", name, "bert", sizes=sizes | {"parameters": numbers}, provenance=dict(provenance))
    )


def open_network(folder: Path) -> tuple[Any, MorphemeVocabulary, dict[str, Any]]:
    """The network in single precision and evaluation mode, its vocabulary, and where it came from.

    Raises:
        BadInput: the folder holds something else, is damaged, or its parts do not belong together.
        MissingExtra: torch is not installed.
    """
    require_torch()
    return read_artifact(folder, "encoder", lambda manifest: _open(folder, manifest))


def _open(folder: Path, manifest: Manifest) -> tuple[Any, MorphemeVocabulary, dict[str, Any]]:
    from safetensors.torch import load_file

    transformers = require_transformers()
    vocabulary = MorphemeVocabulary.load(folder / VOCABULARY)
    require_believable(folder, folder.name)
    try:
        config = transformers.BertConfig(**json.loads((folder / CONFIG).read_text(encoding="utf-8")))
        config.dtype = "float32"
        require_fitting(lambda: transformers.BertForMaskedLM(config), folder, folder.name)
        tensors = load_file(folder / WEIGHTS)
        if config.vocab_size != len(vocabulary):
            raise BadInput(
                "encoders.folder_vocabulary_mismatch", folder=folder, rows=config.vocab_size, entries=len(vocabulary)
            )
        model = transformers.BertForMaskedLM(config)
    except ExplorerError:
        raise
    except Exception as error:  # whatever a wrong number makes transformers and PyTorch raise
        raise BadInput("encoders.encoder_damaged", folder=folder, reason=first_line(error)) from error
    wanted = dict(model.named_parameters())
    odd = sorted(set(wanted) ^ set(tensors)) or sorted(k for k, p in wanted.items() if p.shape != tensors[k].shape)
    if odd:
        raise BadInput("encoders.weights_config_mismatch", folder=folder, tensor=odd[0])
    model.load_state_dict({key: tensor.float() for key, tensor in tensors.items()}, strict=False)
    return model.eval(), vocabulary, dict(manifest.provenance)
