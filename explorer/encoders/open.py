"""The one door: a name becomes an encoder, and its weights are read once a process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from explorer.core.errors import BadInput
from explorer.core.paths import as_name
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.checkpoints import cannot, open_checkpoint
from explorer.encoders.encoder import Encoder
from explorer.encoders.forward import Network, in_precision, pick_device
from explorer.encoders.hub_models import fetched_folder
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.morpheme.storing import encoder_folder, is_encoder, open_network

__all__ = ["encoder", "forget"]

_KEPT = 3
"""Encoders that stay open though nobody holds them."""
_SEEN = ("config.json", "manifest.json", "*.safetensors", "tokenizer*.json", "*.txt", "*.model")

_open: WeakValueDictionary[tuple[Any, ...], Encoder] = WeakValueDictionary()
_latest: OrderedDict[tuple[Any, ...], Encoder] = OrderedDict()
_turns: dict[tuple[Any, ...], threading.Lock] = {}
_lock = threading.Lock()


def encoder(
    name_or_path: str | Path, *, device: str | None = None, dtype: str = "float32", progress: ProgressCallback | None = None
) -> Encoder:
    """Open an encoder, or a decoder. Whoever asks for the same one gets the same weights, read once a process.

    Args:
        name_or_path: ``"mini"``, which ships; ``"e5-small"`` (multilingual; packages of the extra ``multilingual`` carry it, see
            :mod:`~explorer.encoders.packaged`); the name of an encoder trained here; a folder as transformers saves it; or a
            Hugging Face id (``"bert-base-multilingual-cased"``, ``"klue/bert-base"``, ``"skt/kogpt2-base-v2"``). Local files
            are used first; weights must be safetensors; no code from the checkpoint is run. ``"kiwi"`` knows what comes next
            and nothing else. :func:`explorer.list_models` lists those that are here.
        device: ``"cpu"``, ``"cuda"``, ``"mps"``; the best one present by default.
        dtype: what it computes in: ``"float32"``, ``"bfloat16"``, or ``"int8"`` (linear layers, processor only). What comes
            out is float32 whatever it is.
        progress: told what is being opened.

    Raises:
        MissingExtra: torch is not installed.
        BadInput: the checkpoint or dtype cannot be used; says why.
        Unavailable: the checkpoint is not on this machine and cannot be fetched.

    >>> encoder("mini").vector("배", "배를 타고 섬에 갔다.").shape
    (256,)
    """
    name = as_name(name_or_path)
    if name == "kiwi":
        return Encoder(name, stands_for="kiwi")
    folder = encoder_folder(name_or_path, progress)
    if folder is None and name in _static_names():
        return Encoder(name, stands_for="static")
    where = pick_device(device, dtype)
    key = (*_state(folder, name), where, dtype)
    with _lock:
        turn = _turns.setdefault(key, threading.Lock())
    while not turn.acquire(timeout=0.5):
        report(progress, "opening the model", note=name)  # somebody else is opening it; the person may still stop
    try:
        found = _open.get(key)
        if found is None:
            found = _opened(name_or_path, folder, where, dtype, progress)
            key = (*_state(folder, name), where, dtype)  # it may just have been fetched
        with _lock:
            _open[key] = _latest[key] = found
            _latest.move_to_end(key)
            while len(_latest) > _KEPT:
                _latest.popitem(last=False)
    finally:
        turn.release()
    report(progress, "opening the model", 1, 1, note=name)
    return found.named(name)


def forget() -> None:
    """Let go of what nobody holds."""
    with _lock:
        _latest.clear()


def _static_names() -> list[str]:
    from explorer.static.load import model_names

    return model_names()


def _state(folder: Path | None, name: str) -> tuple[Any, ...]:
    """The place of a checkpoint, and what changes when its files do."""
    folder = folder or fetched_folder(name)
    if folder is None:
        return name, None
    files = sorted(file for pattern in _SEEN for file in folder.glob(pattern))
    return str(folder.resolve()), tuple((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files)


def _opened(
    name_or_path: str | Path, folder: Path | None, device: str, dtype: str, progress: ProgressCallback | None
) -> Encoder:
    name = str(name_or_path)
    if folder is None or not is_encoder(folder):
        checkpoint = open_checkpoint(folder or name_or_path, device, progress, dtype=dtype, called=name)
        return Encoder(name, checkpoint.network, checkpoint.pieces, folder=folder or fetched_folder(name))
    report(progress, "opening the model", note=name)
    model, vocabulary, info = open_network(folder)
    model = in_precision(model.to(device), dtype, name)

    def attach(head: str, opened: Any) -> Any:
        if head != "masked":
            raise BadInput("encoders.morpheme_cannot", model=name, task=cannot(head))
        return opened

    pieces = MorphemePieces(vocabulary, length=int(model.config.max_position_embeddings))
    return Encoder(name, Network(name, model, device, pieces.pad, attach), pieces, info=info, folder=folder)
