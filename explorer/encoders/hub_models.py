"""Checkpoints from the Hugging Face hub: what is needed and no more, resumed where it broke off, whole or not at all.

The hub's own package deletes what a broken transfer brought (2.4 does), so the bytes are fetched here, into the place its cache
gives them: ``blobs/HASH.incomplete`` grows, is compared with the hub's hash and renamed to ``blobs/HASH``. Only then does the
hub's package link it into a snapshot, and ``refs/main``, through which a snapshot is found, is written last of all.

Weights are fetched as safetensors; a pickle never. ``HF_ENDPOINT``, ``HF_HOME``, ``HF_HUB_CACHE``, ``HF_HUB_OFFLINE`` and
``HF_TOKEN`` mean what they mean to the hub's package, which reads them when it is imported.
"""

from __future__ import annotations

import json
import re
import shutil
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, Unavailable
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write
from explorer.encoders.hub_transfer import (
    HubFile,
    HubPlan,
    address,
    bytes_here,
    cache_room,
    explained,
    fetch_file,
    readable_size,
)
from explorer.tokenizers.hub import hub_reachable

__all__ = ["HubFile", "HubPlan", "fetch_model", "plan_fetch", "readable_size"]

PICKLES = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt", "tf_model.h5", "flax_model.msgpack")
TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
_BESIDE = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt", "generation_config.json")
_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
_WEIGHTS, _INDEX = "model.safetensors", "model.safetensors.index.json"


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
    with explained(name):
        found = HfApi(endpoint=constants.ENDPOINT).model_info(name, files_metadata=True, timeout=30)
    parts = {one.rfilename: one for one in found.siblings or []}
    names = _needed(name, list(parts))
    settings = found.config if isinstance(found.config, dict) else {}
    _check_architecture(name, settings)
    commit = str(found.sha)
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

        blob = fetch_file(plan, file, tell)
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
    return ["config.json", *sorted({*tokenizers, *(path for path in top if path in _BESIDE)}), *weights]


def _check_architecture(name: str, settings: dict[str, Any]) -> None:
    """Refuse what could not be opened before its weights are fetched."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    kind = settings.get("model_type")
    if not kind or kind in CONFIG_MAPPING_NAMES:
        return
    if settings.get("auto_map"):
        why = "it needs its own code to run, which is never executed here"
    else:
        why = f"its architecture {kind!r} is unknown to the installed transformers"
    raise BadInput("encoders.cannot_open_choose", model=name, reason=why)


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
    from huggingface_hub import constants, get_hf_file_metadata

    with explained(name):
        found = get_hf_file_metadata(address(name, commit, part.rfilename), timeout=30, endpoint=constants.ENDPOINT)
    if found.size is None or not found.etag:
        raise Unavailable("encoders.hub_size_unknown", file=part.rfilename, model=name)
    return HubFile(part.rfilename, int(found.size), str(found.etag))


def _check_room(plan: HubPlan) -> None:
    place = cache_room(plan.name)
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < plan.missing:
        raise Unavailable("encoders.hub_disk", model=plan.name, needed=readable_size(plan.missing), free=readable_size(free))


def _link(plan: HubPlan) -> None:
    """Make a snapshot of the files, config.json last, and only then let the name lead to it."""
    from huggingface_hub import constants, hf_hub_download

    for file in reversed(plan.files):
        with explained(plan.name):
            # The file is here under its hash: the hub's package finds it and links it, however this platform does that.
            hf_hub_download(plan.name, file.path, revision=plan.commit, endpoint=constants.ENDPOINT)
    atomic_write(cache_room(plan.name) / "refs" / "main", plan.commit)
