"""Checkpoints from the Hugging Face hub: what is needed and no more, resumed where it broke off, whole or not at all.

:mod:`explorer.tokenizers.hub` brings the files. A snapshot is made when all are here, and ``refs/main``, through which a snapshot
is found, is written last of all. Weights are fetched as safetensors; a pickle never.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from explorer.core.download import free_bytes, readable_size
from explorer.core.errors import BadInput, Unavailable
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write
from explorer.encoders.forward import require_transformers
from explorer.tokenizers.hub import (
    HubError,
    HubFile,
    asking_hub,
    bring_file,
    bytes_here,
    cache_room,
    describe_file,
    hub_reachable,
    link_file,
)

__all__ = ["PICKLES", "TOKENIZERS", "HubPlan", "fetch_model", "fetched_folder", "plan_fetch"]

PICKLES = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt", "tf_model.h5", "flax_model.msgpack")
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
_BESIDE = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt", "generation_config.json")
_SENTENCES = ("modules.json", "config_sentence_transformers.json", "1_Pooling/config.json")
"""How sentence-transformers makes vectors of sentences."""
_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
_WEIGHTS, _INDEX = "model.safetensors", "model.safetensors.index.json"


@dataclass(frozen=True, slots=True)
class HubPlan:
    """What fetching a checkpoint would bring.

    Attributes:
        name: what was asked for.
        repository: what the hub calls it now; another name where it was renamed.
        commit: the revision, a Git hash.
        files: in the order they are fetched, weights last.
        missing: bytes that are not on this machine yet.
    """

    name: str
    repository: str
    commit: str
    files: tuple[HubFile, ...]
    missing: int

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)


def plan_fetch(name: str) -> HubPlan:
    """What :func:`fetch_model` would bring, without fetching it.

    Raises:
        BadInput: the repository has its weights only as a pickle, needs code of its own, or has no tokenizer.
        Unavailable: the hub cannot be reached or has no such model for this person.
    """
    from huggingface_hub import HfApi, constants

    if constants.HF_HUB_OFFLINE:
        raise Unavailable("encoders.offline_set", model=name)
    if not hub_reachable():  # the hub's package itself would go on trying for a minute
        raise Unavailable("encoders.hub_unreachable", model=name)
    with _explained(name), asking_hub():
        found = HfApi(endpoint=constants.ENDPOINT).model_info(name, files_metadata=True, timeout=30)
    parts = {one.rfilename: one for one in found.siblings or []}
    names = _needed(name, list(parts))
    settings = found.config if isinstance(found.config, dict) else {}
    _check_architecture(name, settings)
    commit = str(found.sha)
    with _explained(name):
        files = tuple(_described(name, commit, parts[path]) for path in names)
    return HubPlan(name, str(found.id or name), commit, files, sum(file.size - bytes_here(name, file) for file in files))


def fetch_model(name: str, progress: ProgressCallback | None = None) -> HubPlan:
    """Bring a checkpoint into the Hugging Face cache.

    Args:
        name: a hub id.
        progress: told the size before anything comes, then the bytes; raising Cancelled in it stops the transfer, and the next
            call goes on from there.

    Raises:
        BadInput: the checkpoint cannot be used; found before its weights are fetched.
        Unavailable: offline, refused, broken off for good, or no room on the disk; says which.
    """
    plan = plan_fetch(name)
    stage = "fetching the model"
    note = f"{name}, {readable_size(plan.size)}" + ("" if plan.repository == name else f", now called {plan.repository}")
    report(progress, stage, plan.size - plan.missing, plan.size, "bytes", note)
    _check_room(plan)
    done = 0
    for file in plan.files:
        before = done

        def tell(here: int, before: int = before) -> None:
            report(progress, stage, before + here, plan.size, "bytes", note)

        with _explained(name, file):
            blob = bring_file(name, file, plan.commit, tell=tell)
        done += file.size
        if file.path == "config.json":
            _check_architecture(name, _settings(name, blob))
    _link(plan)
    return plan


def _needed(name: str, paths: list[str]) -> list[str]:
    """The files to fetch, small ones first."""
    top = [path for path in paths if "/" not in path]
    shards = sorted(path for path in top if _SHARD.fullmatch(path))
    weights = [_WEIGHTS] if _WEIGHTS in top else [_INDEX, *shards] if _INDEX in top and shards else []
    if "config.json" not in top:
        raise BadInput("encoders.hub_no_config", model=name)
    if not weights:
        pickles = [path for path in top if any(fnmatch(path, pattern) for pattern in PICKLES)]
        if pickles:
            raise BadInput("encoders.hub_only_pickles", model=name, pickle=pickles[0])
        raise BadInput("encoders.hub_no_weights", model=name)
    tokenizers = [path for path in top if any(fnmatch(path, pattern) for pattern in TOKENIZERS)]
    if not tokenizers:
        raise BadInput("encoders.hub_no_tokenizer", model=name, files=", ".join(TOKENIZERS))
    beside = {path for path in paths if path in _BESIDE or path in _SENTENCES}
    return ["config.json", *sorted({*tokenizers, *beside}), *weights]


def _check_architecture(name: str, settings: dict[str, Any]) -> None:
    """Refuse what could not be opened before its weights are fetched."""
    require_transformers()
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    kind = settings.get("model_type")
    if not kind or kind in CONFIG_MAPPING_NAMES:
        return
    own = settings.get("auto_map")
    reason = Message("encoders.needs_own_code") if own else Message("encoders.unknown_architecture", {"kind": kind})
    raise BadInput("encoders.cannot_open_choose", model=name, reason=reason)


def _settings(name: str, path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput("encoders.config_not_json", model=name, reason=error) from error
    return found if isinstance(found, dict) else {}


def _described(name: str, commit: str, part: Any) -> HubFile:
    """Size and hash of a file, as the hub's list says, or asked for where it does not (some mirrors)."""
    lfs = part.lfs
    if lfs is not None and lfs.size is not None and lfs.sha256:
        return HubFile(part.rfilename, int(lfs.size), str(lfs.sha256))
    if part.size is not None and part.blob_id and lfs is None:
        return HubFile(part.rfilename, int(part.size), str(part.blob_id))
    return describe_file(name, part.rfilename, commit)


def _check_room(plan: HubPlan) -> None:
    free = free_bytes(cache_room(plan.name))
    if free < plan.missing:
        raise Unavailable("encoders.hub_disk", model=plan.name, needed=readable_size(plan.missing), free=readable_size(free))


def _link(plan: HubPlan) -> None:
    """Make a snapshot of the files, config.json last, and only then let the name lead to it."""
    for file in reversed(plan.files):
        with _explained(plan.name):
            link_file(plan.name, file.path, plan.commit)
    atomic_write(cache_room(plan.name) / "refs" / "main", plan.commit)


@contextmanager
def _explained(name: str, file: HubFile | None = None) -> Iterator[None]:
    """What the hub's refusals and a broken transfer of ``file`` mean to a person."""
    try:
        yield
    except HubError as error:
        if error.kind == "gated":
            raise Unavailable("encoders.hub_gated", model=name) from error
        if error.kind == "absent":
            raise Unavailable("encoders.hub_no_model", model=name) from error
        if error.kind == "silent":
            raise Unavailable("encoders.hub_connection", model=name, reason=error.detail) from error
        if error.kind == "name":
            raise BadInput("encoders.hub_bad_name", model=name) from error
        raise Unavailable("encoders.hub_refused", model=name, status=error.detail) from error
    except Unavailable as error:
        if file is not None and error.code == "core.fetch_wrong_hash":
            raise Unavailable("encoders.hub_damaged", file=file.path, model=name) from error
        if file is not None and error.code == "core.fetch_interrupted":
            now, size = readable_size(error.values["size"]), readable_size(file.size)
            reason = error.values["reason"]
            raise Unavailable(
                "encoders.fetch_broke_off", model=name, now=now, size=size, file=file.path, reason=reason
            ) from error
        raise


def fetched_folder(name: str) -> Path | None:
    """Where a checkpoint lies in the cache of the Hugging Face hub."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(name, "config.json")
    except HFValidationError:
        return None
    return Path(found).parent if isinstance(found, str) else None
