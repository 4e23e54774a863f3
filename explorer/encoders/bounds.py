"""Whether what a checkpoint of others says of itself can be believed, asked before memory or time is taken for it.

A configuration is a few numbers, and a thousand million of layers, labels or columns are written as fast as twelve. So numbers that count
something have a bound; then the network is laid out without memory for its numbers (on PyTorch's ``meta`` device), and has to stay in
proportion to the weights that lie beside it. A ``tokenizer.json`` and SentencePiece models are opened in a process of their own first.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput
from explorer.core.guarded import require_opening
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback

__all__ = ["first_line", "require_believable", "require_fitting", "require_tokenizer"]

_JSON = 16 << 20
"""Bytes of a JSON file of a checkpoint, but its vocabulary."""
_COUNTED = re.compile(r"(layers?|heads|experts|blocks|depth|labels)$")
_MOST = 1 << 16
_PARTS = 20
"""Modules a tensor, and so many more as :data:`_SPARE_PARTS`: BERT has one and a half."""
_SPARE_PARTS = 2_000
_NUMBERS = 4
"""Numbers a byte of the weights: four bits each would be two. A head that is missing, and what is computed, needs some more."""
_SPARE_NUMBERS = 1 << 24


def require_believable(folder: Path, name: str) -> None:
    """Look at the sizes of a checkpoint's JSON files, and at what ``config.json`` counts.

    Raises:
        BadInput: a file is larger than 16 MiB; or it has more than 65,536 layers, heads, experts or labels.
    """
    for file in folder.glob("*.json"):
        if file.name != "tokenizer.json" and file.stat().st_size > _JSON:
            raise BadInput("encoders.json_too_large", model=name, file=file.name, size=file.stat().st_size, most=_JSON)
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput("encoders.cannot_open", model=name, reason=f"config.json: {error}") from error
    if not isinstance(config, dict):
        raise BadInput("encoders.config_not_an_object", model=name)
    for key, value in _counts(config):
        if value > _MOST:
            raise BadInput("encoders.config_counts", model=name, key=key, value=value, most=_MOST)


def _counts(part: Any) -> Iterator[tuple[str, float]]:
    waiting = [part]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield from ((key, value) for key, value in one.items() if isinstance(value, int | float) and _COUNTED.search(key))
        waiting += [value for value in (one.values() if isinstance(one, dict) else one) if isinstance(value, dict | list)]


def require_fitting(build: Callable[[], Any], folder: Path, name: str) -> None:
    """Build a network without its numbers, and compare it with the weights of its folder.

    Args:
        build: makes the network from its configuration.

    Raises:
        BadInput: it is out of all proportion to the weights, or more than this machine has room for in single precision.
        SafetensorError: the header of the weights is wrong; and whatever ``build`` raises.
    """
    import torch
    from safetensors import safe_open

    size = tensors = 0
    for file in sorted(folder.glob("*.safetensors")):
        size += file.stat().st_size
        with safe_open(file, "pt") as opened:
            tensors += len(opened.keys())
    with _at_most(_PARTS * tensors + _SPARE_PARTS, name), torch.device("meta"):
        network = build()
    numbers = sum(one.numel() for one in chain(network.parameters(), network.buffers()))
    if numbers > _NUMBERS * size + _SPARE_NUMBERS:
        raise BadInput("encoders.config_out_of_proportion", model=name, numbers=numbers, size=size)
    if numbers * 4 > (room := _memory()):
        raise BadInput("encoders.larger_than_memory", model=name, needed=numbers * 4 / 1e9, room=room / 1e9)


@contextmanager
def _at_most(parts: int, name: str) -> Iterator[None]:
    """Stop what this thread builds at so many modules."""
    from torch.nn.modules.module import register_module_module_registration_hook

    ours, made = threading.get_ident(), 0

    def count(*_: Any) -> None:
        nonlocal made
        made += threading.get_ident() == ours
        if made > parts:
            raise BadInput("encoders.config_many_parts", model=name, most=parts)

    hook = register_module_module_registration_hook(count)
    try:
        yield
    finally:
        hook.remove()


def _memory() -> float:
    """Bytes of memory of this machine."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # nobody can tell
        return float("inf")


def require_tokenizer(folder: Path, progress: ProgressCallback | None = None) -> None:
    """Have the files that native libraries read as this checkpoint's tokenizer tried first (:mod:`explorer.core.guarded`).

    Raises:
        BadInput: one of them does not open.
    """
    if (file := folder / "tokenizer.json").is_file():
        what = Message("tokenizers.the_tokenizer_json")
        trial = "explorer.tokenizers.engines.huggingface:try_tokenizer"
        require_opening(trial, [file], what, library="tokenizers", progress=progress)
        return
    for file in sorted(folder.glob("*.model")):
        what = Message("tokenizers.the_sentencepiece")
        trial = "explorer.tokenizers.engines.sentencepiece:try_model"
        require_opening(trial, [file], what, library="sentencepiece", progress=progress)


def first_line(error: BaseException) -> str:
    """What an error says, as one line of at most 300 characters."""
    text = str(error).strip() or type(error).__name__
    line = text.splitlines()[0].strip()
    return line if len(line) <= 300 else line[:299] + "…"
