"""A tokenizer by name: built-in, saved, a file, a folder, or a Hugging Face hub id."""

from __future__ import annotations

import inspect
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, UnknownName
from explorer.core.messages import Message
from explorer.core.paths import as_name, expanded
from explorer.core.registry import Registry
from explorer.core.store import MANIFEST, Manifest, artifact_path, list_artifacts, read_artifact, sha256_file, shipped_artifacts
from explorer.tokenizers.cards import CARDS, TEKKEN, card
from explorer.tokenizers.engine import Adopted, Engine
from explorer.tokenizers.engines.tekken import is_tekken, mistral_tekken, packaged_tekken
from explorer.tokenizers.foreign import not_here
from explorer.tokenizers.hub import HUB_FILES, hub_file
from explorer.tokenizers.token import Tokenizer

__all__ = ["ENGINES", "REGISTRY", "from_params", "shipped_tokenizers", "tokenizer", "tokenizer_names"]

REGISTRY = Registry(
    "tokenizer",
    {
        "eojeol": "explorer.tokenizers.engines.rules:EojeolTokenizer",
        "syllable": "explorer.tokenizers.engines.rules:SyllableTokenizer",
        "jamo": "explorer.tokenizers.engines.rules:JamoTokenizer",
        "kiwi": "explorer.tokenizers.engines.kiwi:KiwiTokenizer",
        "mecab": "explorer.tokenizers.engines.mecab:MecabTokenizer",
    },
    group="korean_explorer.tokenizers",
)
"""Tokenizers that a name alone makes. Other packages add theirs to the entry-point group."""

ENGINES = Registry(
    "tokenizer engine",
    {
        "kiwi-sw": "explorer.tokenizers.engines.kiwi_subword:KiwiSubwordTokenizer",
        "sentencepiece": "explorer.tokenizers.engines.sentencepiece:SentencePieceTokenizer",
        "huggingface": "explorer.tokenizers.engines.huggingface:HuggingFaceTokenizer",
        "hybrid": "explorer.tokenizers.engines.hybrid:HybridTokenizer",
        "tiktoken": "explorer.tokenizers.engines.tiktoken:TiktokenTokenizer",
        "tekken": "explorer.tokenizers.engines.tekken:TekkenTokenizer",
    },
)
"""Engines that need a file or an encoding name besides."""


_SHIPPED = Path(__file__).parent / "pretrained"


def shipped_tokenizers() -> dict[str, Path]:
    """Folders of the tokenizers that come with the package, by name."""
    return shipped_artifacts(_SHIPPED, "tokenizer")


def tokenizer_names() -> list[str]:
    """Names of the tokenizers that are here: built in, shipped, of an installed package, and saved; sorted.

    >>> {"kiwi", "ko-unigram-32k"} <= set(tokenizer_names())
    True
    """
    packaged = ["mistral-tekken"] if packaged_tekken() else []
    return sorted({*REGISTRY.names(), *shipped_tokenizers(), *packaged, *list_artifacts("tokenizer")})


def tokenizer(name_or_path: str | Path, **options: Any) -> Engine:
    """Make a tokenizer.

    Args:
        name_or_path: a name, or where a tokenizer lies:

            * built in: ``"kiwi"``, ``"mecab"`` (morphemes), ``"eojeol"``, ``"syllable"``, ``"jamo"``;
            * shipped: ``"ko-unigram-32k"``, ``"ko-bpe-32k"``, ``"ko-bytebpe-32k"``, ``"ko-wordpiece-32k"``, ``"ko-kiwi-unigram-32k"``;
            * downloaded, or brought by a package (:data:`explorer.tokenizers.cards.CARDS`): ``"klue-bert"``, ``"kcbert"``, ``"kobert"``,
              ``"koelectra-v3"``, ``"mbert"``, ``"xlm-r"``, ``"kogpt2"``, ``"gpt2"``, ``"cl100k"``, ``"o200k"``, ``"llama-3"``,
              ``"qwen-2.5"``, ``"gemma-2"``, ``"gemma-3"``, ``"exaone-3"``, ``"mistral-tekken"``;
            * the name of a saved one, or a path: ``.model`` is SentencePiece, ``vocab.txt`` WordPiece, ``tekken*.json`` Tekken,
              ``tokenizer.json`` or a folder Hugging Face; ``"tiktoken:NAME"``, ``"kiwi-sw:PATH"``, ``"hybrid:PATH"``;
            * a Hugging Face hub id such as ``"klue/bert-base"``.

            :func:`explorer.tokenizers` lists those that are here.
        **options: options of that tokenizer, see its class.

    Returns:
        The tokenizer, which can be called: see :class:`~explorer.tokenizers.engine.Engine`.

    Raises:
        UnknownName: nothing of that name exists; lists what does.
        BadInput: the file is no tokenizer, or an option is unknown or impossible.
        MissingExtra: an optional package is needed.
        Unavailable: the hub cannot be reached, or has no such tokenizer.

    >>> tokenizer("jamo", jamo="conjoining").name
    'jamo'
    """
    text = as_name(name_or_path)
    if text in REGISTRY:
        return _make(REGISTRY.get(text), text, options)
    engine, colon, rest = text.partition(":")
    if colon and rest and engine in ENGINES:
        return _make(ENGINES.get(engine), engine, {**options}, rest)
    if "/" not in text and "\\" not in text and text in list_artifacts("tokenizer"):
        return _saved(artifact_path("tokenizer", text), options)
    shipped = shipped_tokenizers().get(text)
    if shipped is not None:
        return _saved(shipped, options)
    path = expanded(text)
    if path.is_dir():
        return _folder(path, options)
    if path.is_file():
        return _file(path, options)
    if text.count("/") == 1 and not text.startswith((".", "/", "~")) and path.suffix != ".model":
        return _file(hub_file(text), {"name": text.rpartition("/")[2], **options})
    known = card(text)
    if known is not None and known.source == TEKKEN:
        return _make(mistral_tekken, known.name, options)
    if known is not None:
        return tokenizer(known.source, **{"name": known.name, **options})
    if "/" in text or path.suffix in (".model", ".json", ".txt"):
        raise BadInput("tokenizers.no_such_path", path=text, known=", ".join(tokenizer_names()))
    if (known_elsewhere := not_here(text, tokenizer_names())) is not None:
        raise known_elsewhere
    raise UnknownName("tokenizer", text, [*tokenizer_names(), *(entry.name for entry in CARDS)], "tokenizers.give_a_path")


def from_params(params: Mapping[str, Any]) -> Engine:
    """Rebuild a tokenizer from its ``params()``.

    Raises:
        BadInput: the parameters name no engine, or the file they name has changed since or is gone.

    >>> from_params(tokenizer("eojeol").params()).name
    'eojeol'
    """
    options = {key: value for key, value in params.items() if key not in ("engine", "version", "sha256")}
    engine = params.get("engine")
    if not isinstance(engine, str):
        raise BadInput("tokenizers.params_without_engine", params=dict(params))
    registry = REGISTRY if engine in REGISTRY else ENGINES
    path, digest = params.get("path"), params.get("sha256")
    if path is not None and digest is not None and Path(path).is_file() and sha256_file(Path(path)) != digest:
        raise BadInput("tokenizers.tokenizer_changed", path=path)
    if registry is REGISTRY and "name" not in inspect.signature(registry.get(engine)).parameters:
        options.pop("name", None)
    return _make(registry.get(engine), engine, options)


def on_worker(params: Mapping[str, Any], name: str) -> Engine:
    """Rebuild a tokenizer in the worker of a cluster, where it must be the very one of whoever sent its ``params()``.

    Raises:
        BadInput: it cannot be rebuilt there, or is another version.
    """
    made = from_params(params)
    if dict(made.params()) != dict(params):
        raise BadInput("tokenizers.differs_on_worker", tokenizer=name, worker=platform.node())
    return made


def _make(factory: Any, name: str, options: dict[str, Any], *arguments: Any) -> Engine:
    allowed = [parameter for parameter in inspect.signature(factory).parameters.values() if parameter.name != "self"]
    names = [parameter.name for parameter in allowed]
    unknown = [option for option in options if option not in names]
    if unknown and not any(parameter.kind is parameter.VAR_KEYWORD for parameter in allowed):
        choices = [option for option in names if option not in ("path", "name")] or Message("tokenizers.without_options")
        raise BadInput("tokenizers.no_such_option", tokenizer=name, unknown=", ".join(unknown), choices=choices)
    try:
        made: Tokenizer = factory(*arguments, **options)
    except TypeError as error:
        raise BadInput("tokenizers.options_refused", tokenizer=name, options=options, reason=error) from error
    return made if isinstance(made, Engine) else Adopted(made)


def _saved(folder: Path, options: dict[str, Any]) -> Engine:
    return read_artifact(folder, "tokenizer", lambda manifest: _open(folder, manifest, options))


def _open(folder: Path, manifest: Manifest, options: dict[str, Any]) -> Engine:
    parts = [name for name in manifest.params.get("files", ()) if (folder / name).is_file()]
    engine = manifest.params.get("runs_with")
    if not parts or not isinstance(engine, str):
        raise BadInput("tokenizers.tokenizer_files_missing", folder=folder)
    settings = {"name": manifest.name, **manifest.params.get("options", {}), **options}
    return _make(ENGINES.get(engine), manifest.name, settings, folder / parts[0])


def _folder(folder: Path, options: dict[str, Any]) -> Engine:
    if (folder / MANIFEST).is_file():
        return _saved(folder, options)
    for name in HUB_FILES:
        if (folder / name).is_file():
            return _file(folder / name, {"name": folder.resolve().name, **options})
    models = sorted(folder.glob("*.model"))
    if len(models) == 1:
        return _file(models[0], {"name": folder.resolve().name, **options})
    raise BadInput("tokenizers.folder_without_tokenizer", folder=folder, files=", ".join(HUB_FILES))


def _file(path: Path, options: dict[str, Any]) -> Engine:
    if path.suffix == ".model":
        return _make(ENGINES.get("sentencepiece"), str(path), options, path)
    if is_tekken(path):
        return _make(ENGINES.get("tekken"), str(path), options, path)
    if path.suffix in (".txt", ".json"):
        return _make(ENGINES.get("huggingface"), str(path), options, path)
    raise BadInput("tokenizers.not_tokenizer_file", path=path)
