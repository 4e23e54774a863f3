"""Opening a transformers checkpoint safely: local files first, safetensors only, no code from the checkpoint.

What is refused, each with one line: a folder that is no checkpoint, weights that exist only as a pickle, architectures that
need code from the checkpoint, missing weights, a missing tokenizer, and tokenizers that take Hangul apart into jamo their
vocabulary does not have (the lower-casing BERT normaliser does that), so that every Korean word would be unknown.

The weights are read once, with the heads that lie beside them. A head whose architecture needs a class of its own is read later,
when it is asked for, and put on the backbone that is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, ExplorerError, Unavailable
from explorer.core.messages import Message
from explorer.core.paths import expanded
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.bounds import first_line, require_believable, require_fitting, require_tokenizer
from explorer.encoders.forward import Network, in_precision, pick_device, require_transformers
from explorer.encoders.hub_models import PICKLES, TOKENIZERS, fetch_model, fetched_folder
from explorer.encoders.pieces import HubPieces

__all__ = ["Checkpoint", "cannot", "open_checkpoint"]

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_CLASSES = {
    "encoder": "AutoModel",
    "masked": "AutoModelForMaskedLM",
    "pair": "AutoModelForNextSentencePrediction",
    "causal": "AutoModelForCausalLM",
}
_OF_PAIRS = ("pooler", "seq_relationship")
_PROBE = "한국어로 쓴 문장"
_CONJOINING = re.compile("[\u1100-\u11ff]")
_SYLLABLE = re.compile("[가-힣]")


_CANNOT = {
    "encoder": Message("encoders.cannot_encoder"),
    "masked": Message("encoders.cannot_masked"),
    "pair": Message("encoders.cannot_pair"),
    "causal": Message("encoders.cannot_causal"),
}


def cannot(head: str) -> Message:
    """What a model without a head is told: the right model and command (``"encoder"``: words in their sentence)."""
    return _CANNOT[head]


@dataclass(frozen=True)
class Checkpoint:
    """A network and its pieces, ready to run; for the names see :class:`~explorer.encoders.forward.Network`."""

    name: str
    network: Network
    pieces: HubPieces


def open_checkpoint(
    name_or_path: str | Path,
    device: str | None = None,
    progress: ProgressCallback | None = None,
    *,
    dtype: str = "float32",
    called: str = "",
) -> Checkpoint:
    """Load a checkpoint from a folder, from the Hugging Face cache, or from the hub, in this order.

    Args:
        name_or_path: a folder as transformers saves it, or a hub id (``"bert-base-multilingual-cased"``).
        device: ``"cpu"``, ``"cuda"``, ``"mps"``; by default the best one present.
        progress: told what is being opened.
        dtype: what it computes in, one of :data:`~explorer.encoders.forward.DTYPES`.
        called: its name in refusals, where a person asked for the folder by another one.

    Raises:
        MissingExtra: torch is not installed.
        BadInput: the checkpoint cannot be used; says why.
        Unavailable: it is not on this machine and the hub cannot be reached.
    """
    name = called or str(name_or_path)
    folder = expanded(name_or_path)
    chosen = pick_device(device, dtype)
    if folder.is_dir():
        _check_folder(folder)
        report(progress, "opening the model", note=folder.name)
        source = str(folder)
        model, missing, tokenizer = _open(source, name)
    elif isinstance(name_or_path, Path) or not _HUB_ID.fullmatch(name) or folder.exists():
        raise BadInput("encoders.no_folder", folder=name)
    else:
        source = name
        model, missing, tokenizer = _from_hub(name, progress)
    _check_tokenizer(name, tokenizer, model)
    pieces = HubPieces(tokenizer, model.config, int(model.get_input_embeddings().weight.shape[0]))
    if pieces.capacity < 2:
        raise BadInput("encoders.few_tokens", model=name, capacity=pieces.capacity)
    model = in_precision(model.to(chosen).eval(), dtype, name)

    def attach(head: str, opened: Any) -> Any:
        _check_head(head, name, opened.config)
        if isinstance(opened, _class(head, opened.config)):
            _check_missing(missing, head, name)
            return opened
        if _gives(opened, head):
            _check_missing([key for key in missing if any(part in key for part in _OF_PAIRS) == (head == "pair")], head, name)
            return opened
        with _explained(source, name), _quiet():
            headed, lacking = _weights(_CLASSES[head], source, name)
        _check_missing(lacking, head, name)
        return _graft(headed.to(chosen).eval(), opened, dtype)

    return Checkpoint(name, Network(name, model, chosen, pieces.pad, attach), pieces)


def _class(head: str, config: Any) -> type:
    transformers = require_transformers()
    from transformers.models.auto import modeling_auto

    kinds = {
        "masked": modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES,
        "pair": modeling_auto.MODEL_FOR_NEXT_SENTENCE_PREDICTION_MAPPING_NAMES,
        "causal": modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    }
    found: type = getattr(transformers, kinds[head].get(config.model_type, ""), _NotHere)
    return found


def _gives(model: Any, head: str) -> bool:
    """Whether a model has both heads of BERT's training."""
    return head in ("masked", "pair") and hasattr(getattr(model, "cls", None), "seq_relationship")


def _check_head(head: str, name: str, config: Any) -> None:
    """Refuse what the architecture was never made for."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    both = getattr(config, "is_encoder_decoder", False)
    # Transformers would run a masked model, badly, as a decoder.
    masked = config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not getattr(config, "is_decoder", False)
    if both or _class(head, config) is _NotHere or (head == "causal" and masked):
        raise BadInput("encoders.model_cannot", model=name, task=cannot(head))


def _check_missing(missing: list[str], head: str, name: str) -> None:
    if missing and head == "masked":
        raise BadInput("encoders.saved_without_masked", model=name, missing=missing[0])
    if missing and head == "pair":
        raise BadInput("encoders.saved_without_pair", model=name, missing=missing[0])
    if missing:
        raise BadInput("encoders.saved_without_causal", model=name, missing=missing[0])


def _graft(headed: Any, opened: Any, dtype: str) -> Any:
    """Let a headed model stand on the backbone that is there; its own is dropped."""
    base = opened.base_model
    headed = headed.bfloat16() if dtype == "bfloat16" else headed
    for name, part in headed.base_model.named_children():
        if getattr(base, name, None) is None:
            setattr(base, name, part)  # a pooler
    setattr(headed, headed.base_model_prefix, base)
    headed.tie_weights()
    return headed


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


def _from_hub(name: str, progress: ProgressCallback | None) -> tuple[Any, list[str], Any]:
    report(progress, "opening the model", note=name)
    try:
        return _open(name, name)
    except _NotHere:
        pass
    fetch_model(name, progress)
    report(progress, "opening the model", note=name)
    try:
        return _open(name, name)
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


def _open(source: str, name: str) -> tuple[Any, list[str], Any]:
    """The model with what heads lie beside it, names of the head's weights that do not, and the tokenizer."""
    transformers = require_transformers()
    options = {"trust_remote_code": False, "local_files_only": True}
    folder = Path(source) if Path(source).is_dir() else fetched_folder(source)
    if folder is not None:
        require_believable(folder, name)
        require_tokenizer(folder)
    with _explained(source, name), _quiet():
        config = transformers.AutoConfig.from_pretrained(source, **options)
        kind = _best_class(config)
        if folder is not None:
            require_fitting(lambda: getattr(transformers, kind).from_config(config), folder, name)
        model, missing = _weights(kind, source, name)
        return model, missing, transformers.AutoTokenizer.from_pretrained(source, use_fast=True, **options)


def _best_class(config: Any) -> str:
    """The class that holds all that a checkpoint of this kind may hold."""
    from transformers.models.auto import modeling_auto

    saved = (getattr(config, "architectures", None) or [""])[0]
    if config.model_type in modeling_auto.MODEL_FOR_NEXT_SENTENCE_PREDICTION_MAPPING_NAMES and (
        config.model_type in modeling_auto.MODEL_FOR_PRETRAINING_MAPPING_NAMES and not getattr(config, "is_decoder", False)
    ):
        return "AutoModelForPreTraining"
    if saved == modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES.get(config.model_type):
        return _CLASSES["encoder" if getattr(config, "is_encoder_decoder", False) else "masked"]
    return _CLASSES["causal" if saved == modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(config.model_type) else "encoder"]


def _weights(kind: str, source: str, name: str) -> tuple[Any, list[str]]:
    """A model in single precision, whatever it was saved in, and which of its head's weights are missing.

    Raises:
        BadInput: some of the backbone's are.
    """
    model, loaded = getattr(require_transformers(), kind).from_pretrained(
        source, use_safetensors=True, output_loading_info=True, trust_remote_code=False, local_files_only=True, dtype="float32"
    )
    base = "" if model.base_model is model else f"{model.base_model_prefix}."
    missing = sorted(key for key in loaded["missing_keys"] if "position_ids" not in key)
    lost = [key.removeprefix(base) for key in missing if key.startswith(base) and "pooler" not in key]
    if lost:
        raise BadInput("encoders.weights_missing", model=name, count=len(lost), example=lost[0])
    return model, missing if base else []


@contextmanager
def _explained(source: str, name: str) -> Iterator[None]:
    """What transformers' errors mean to a person."""
    try:
        yield
    except ExplorerError:
        raise
    except OSError as error:
        line = first_line(error)
        if Path(source).is_dir() and "safetensors" in line and "does not appear" in line:
            raise BadInput("encoders.no_safetensors", model=name) from error
        if Path(source).is_dir():
            raise BadInput("encoders.cannot_open", model=name, reason=line) from error
        raise _NotHere(line) from error
    except ImportError as error:
        raise BadInput("encoders.package_missing", model=name, reason=first_line(error)) from error
    except Exception as error:  # whatever a broken checkpoint makes transformers raise is the person's bad input
        if "trust_remote_code" in str(error):
            raise BadInput("encoders.own_code", model=name) from error
        raise BadInput("encoders.cannot_open", model=name, reason=first_line(error)) from error


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
