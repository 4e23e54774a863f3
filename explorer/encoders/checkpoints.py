"""Opening a transformers checkpoint safely: local files first, safetensors only, no code from the checkpoint.

What is refused, each with one line: a folder that is no checkpoint, weights that exist only as a pickle, architectures that
need code from the checkpoint, missing weights, a missing tokenizer, and tokenizers that take Hangul apart into jamo their
vocabulary does not have (the lower-casing BERT normaliser does that), so that every Korean word would be unknown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, ExplorerError, MissingExtra, Unavailable
from explorer.core.paths import expanded
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.hub_models import PICKLES, TOKENIZERS, fetch_model
from explorer.encoders.precision import check_dtype, in_precision

__all__ = ["Checkpoint", "open_checkpoint"]

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_HEADS = {
    "encoder": "AutoModel",
    "masked": "AutoModelForMaskedLM",
    "pair": "AutoModelForNextSentencePrediction",
    "causal": "AutoModelForCausalLM",
}
_SAVED_WITHOUT = {"masked": "its masked-word head", "pair": "its next-sentence head", "causal": "its language-model head"}
_CANNOT = {"masked": "guess masked words", "pair": "score sentence pairs", "causal": "continue a text"}
_PROBE = "한국어로 쓴 문장"
_CONJOINING = re.compile("[\u1100-\u11ff]")
_SYLLABLE = re.compile("[가-힣]")


@dataclass(frozen=True)
class Checkpoint:
    """A model and its tokenizer, ready to run.

    Attributes:
        name: what it was asked for as.
        model: a transformers encoder in evaluation mode, on ``device``.
        tokenizer: its fast tokenizer (it knows character offsets).
        device: a torch device name.
        prefix, suffix: ids of the special tokens put around a text.
        capacity: text tokens that fit into one pass.
    """

    name: str
    model: Any
    tokenizer: Any
    device: str
    prefix: list[int]
    suffix: list[int]
    capacity: int


def open_checkpoint(
    name_or_path: str | Path,
    device: str | None = None,
    progress: ProgressCallback | None = None,
    *,
    head: str = "encoder",
    attentions: bool = False,
    dtype: str = "float32",
) -> Checkpoint:
    """Load a checkpoint from a folder, from the Hugging Face cache, or from the hub, in this order.

    Args:
        name_or_path: a folder as transformers saves it, or a hub id (``"bert-base-multilingual-cased"``).
        device: ``"cpu"``, ``"cuda"``, ``"mps"``; by default the best one present.
        progress: told what is being opened.
        head: ``"encoder"`` for states alone; ``"masked"`` to guess masked pieces, ``"pair"`` for the next-sentence score,
            ``"causal"`` for the next piece of a decoder.
        attentions: open it so that it can give its attention weights (the fast attention kernels keep none).
        dtype: what it computes in (:mod:`explorer.encoders.precision`).

    Raises:
        MissingExtra: torch is not installed.
        BadInput: the checkpoint cannot be used; says why.
        Unavailable: it is not on this machine and the hub cannot be reached.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtra("encoders.a_contextual_model", "bert") from error
    name = str(name_or_path)
    folder = expanded(name)
    chosen = _device(device, torch)
    check_dtype(dtype, chosen)
    if folder.is_dir():
        _check_folder(folder)
        report(progress, "opening the model", note=folder.name)
        model, tokenizer = _open(os.fspath(folder), name, True, head, attentions)
    elif isinstance(name_or_path, Path) or not _HUB_ID.fullmatch(name) or folder.exists():
        raise BadInput("encoders.no_folder", folder=name)
    else:
        model, tokenizer = _from_hub(name, progress, head, attentions)
    _check_tokenizer(name, tokenizer, model)
    if getattr(model.config, "is_encoder_decoder", False):
        model = model.get_encoder()
    prefix, suffix = _special_tokens(tokenizer)
    capacity = _positions(tokenizer, model.config) - len(prefix) - len(suffix)
    if capacity < 2:
        raise BadInput("encoders.few_tokens", model=name, capacity=capacity)
    model = in_precision(model.to(chosen).eval(), dtype, name)
    return Checkpoint(name, model, tokenizer, chosen, prefix, suffix, capacity)


def _device(device: str | None, torch: Any) -> str:
    if device is None:
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.zeros(1).to(device)
    except (RuntimeError, AssertionError) as error:
        raise BadInput("encoders.device_unusable", device=device) from error
    return device


def _check_folder(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise BadInput("encoders.no_config", folder=folder)
    if not any(folder.glob("*.safetensors")):
        pickles = [part.name for pattern in PICKLES for part in folder.glob(pattern)]
        if pickles:
            raise BadInput("encoders.only_pickles", folder=folder, pickle=pickles[0])
        raise BadInput("encoders.no_weights", folder=folder)
    if not any(any(folder.glob(pattern)) for pattern in TOKENIZERS):
        raise BadInput("encoders.no_tokenizer_files", folder=folder, files=", ".join(TOKENIZERS))


def _from_hub(name: str, progress: ProgressCallback | None, head: str, attentions: bool) -> tuple[Any, Any]:
    try:
        report(progress, "opening the model", note=name)
        return _open(name, name, True, head, attentions)
    except _NotHere:
        pass
    fetch_model(name, progress)
    report(progress, "opening the model", note=name)
    try:
        return _open(name, name, True, head, attentions)
    except _NotHere as error:
        raise Unavailable("encoders.fetched_not_opened", model=name, reason=error) from error


class _NotHere(Exception):
    """The files are not where they were looked for."""


@contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' own bars and notes: missing weights are checked here."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _open(source: str, name: str, local: bool, head: str, attentions: bool) -> tuple[Any, Any]:
    import transformers

    if head not in _HEADS:
        raise BadInput("encoders.head_unknown", head=head, allowed=", ".join(_HEADS))
    kind, tokenizers = getattr(transformers, _HEADS[head]), transformers.AutoTokenizer
    options = {"trust_remote_code": False, "local_files_only": local}
    how: dict[str, Any] = {"dtype": "float32"}  # whatever it was saved in
    if attentions:
        how["attn_implementation"] = "eager"
    try:
        with _quiet():
            model, loaded = kind.from_pretrained(source, use_safetensors=True, output_loading_info=True, **options, **how)
            tokenizer = tokenizers.from_pretrained(source, use_fast=True, **options)
    except ExplorerError:
        raise
    except OSError as error:
        line = _first_line(error)
        if Path(source).is_dir() and "safetensors" in line and "does not appear" in line:
            raise BadInput("encoders.no_safetensors", model=name) from error
        if Path(source).is_dir():
            raise BadInput("encoders.cannot_open", model=name, reason=line) from error
        raise _NotHere(line) from error
    except ImportError as error:
        raise BadInput("encoders.package_missing", model=name, reason=_first_line(error)) from error
    except Exception as error:  # whatever a broken checkpoint makes transformers raise is the person's bad input
        line = _first_line(error)
        if "trust_remote_code" in str(error):
            line = "it needs its own code to run, which is never executed here; choose a checkpoint of a standard architecture"
        raise BadInput("encoders.cannot_open", model=name, reason=line) from error
    unneeded = ("position_ids",) if head == "pair" else ("position_ids", "pooler")  # only the pair score is made of the pooler
    missing = sorted(key for key in loaded["missing_keys"] if not any(part in key for part in unneeded))
    if missing and head != "encoder" and not any(".layer." in key or "embeddings" in key for key in missing):
        raise BadInput("encoders.saved_without", model=name, part=_SAVED_WITHOUT[head], missing=missing[0], task=_CANNOT[head])
    if missing:
        raise BadInput("encoders.weights_missing", model=name, count=len(missing), example=missing[0])
    return model, tokenizer


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    line = text.splitlines()[0].strip()
    return line if len(line) <= 300 else line[:299] + "…"


def _check_tokenizer(name: str, tokenizer: Any, model: Any) -> None:
    if not getattr(tokenizer, "is_fast", False):
        raise BadInput("encoders.no_offsets", model=name)
    entries = len(tokenizer)
    rows = model.get_input_embeddings().weight.shape[0]
    if entries > rows:
        raise BadInput("encoders.tokenizer_mismatch", model=name, entries=entries, rows=rows)
    vocabulary = tokenizer.get_vocab()
    normaliser = getattr(tokenizer.backend_tokenizer, "normalizer", None)
    taken_apart = normaliser is not None and _CONJOINING.search(normaliser.normalize_str(_PROBE)) is not None
    if taken_apart and any(map(_SYLLABLE.search, vocabulary)):
        raise BadInput("encoders.splits_hangul", model=name)
    ids = tokenizer(_PROBE, add_special_tokens=False)["input_ids"]
    if not any(map(_SYLLABLE.search, vocabulary)) and ids and set(ids) <= {tokenizer.unk_token_id}:
        raise BadInput("encoders.no_hangul", model=name)


def _special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Ids that the tokenizer puts before and after a text."""
    plain = tokenizer(_PROBE, add_special_tokens=False)["input_ids"]
    whole = tokenizer(_PROBE)["input_ids"]
    for start in range(len(whole) - len(plain) + 1):
        if whole[start : start + len(plain)] == plain:
            return whole[:start], whole[start + len(plain) :]
    return [], []


def _positions(tokenizer: Any, config: Any) -> int:
    """Tokens in one pass, special ones included."""
    limits = [512 if tokenizer.model_max_length > 1 << 20 else tokenizer.model_max_length]
    positions = getattr(config, "max_position_embeddings", None)
    if isinstance(positions, int) and positions > 0:
        # RoBERTa and its kin number positions from the padding id on.
        shifted = "roberta" in str(getattr(config, "model_type", "")) or getattr(config, "model_type", "") == "camembert"
        limits.append(positions - (config.pad_token_id or 0) - 1 if shifted else positions)
        if tokenizer.model_max_length > 1 << 20:
            limits.remove(512)
    return int(min(limits))
