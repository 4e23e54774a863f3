"""Checkpoints opened for one question, with a line that names the right command where a model cannot answer it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput
from explorer.core.paths import expanded
from explorer.core.progress import ProgressCallback
from explorer.encoders.checkpoints import Checkpoint, open_checkpoint

__all__ = ["open_headed"]

_CANNOT = {
    "masked": "guesses no masked words; for masks use an encoder such as mini or bert-base-multilingual-cased, and to continue a "
    "text `korean-explorer next`",
    "pair": "has no next-sentence score, which only BERT and few of its kin were trained for; use one such as "
    "bert-base-multilingual-cased",
    "causal": "does not continue texts; to continue one use a decoder such as KoGPT2, or kiwi, and for masked words "
    "`korean-explorer mask`",
}


def open_headed(
    name_or_path: str | Path, head: str, device: str | None = None, progress: ProgressCallback | None = None
) -> Checkpoint:
    """Open a checkpoint with the head a question needs (see :func:`~explorer.encoders.checkpoints.open_checkpoint`).

    Raises:
        BadInput: the architecture has no such head, the checkpoint was saved without it, or it cannot be used at all.
    """
    name = str(name_or_path)
    _check_own(name, head)
    try:
        checkpoint = open_checkpoint(name_or_path, device, progress, head=head)
    except BadInput as error:
        if "Unrecognized configuration class" in str(error.__cause__ or error):
            raise BadInput("encoders.model_cannot", model=name, task=_CANNOT[head]) from error
        if head == "causal" and error.code == "encoders.saved_without" and _encoder_only(_config(name)):
            raise BadInput("encoders.model_cannot", model=name, task=_CANNOT[head]) from error
        raise
    if head == "causal" and _encoder_only(checkpoint.model.config):
        raise BadInput("encoders.model_cannot", model=name, task=_CANNOT[head])
    return checkpoint


def _check_own(name: str, head: str) -> None:
    """Names of this package that mean something else than a checkpoint."""
    from explorer.encoders.morpheme.storing import encoder_folder, is_encoder
    from explorer.static.load import model_names

    if name == "kiwi" and head == "causal":
        raise BadInput("encoders.kiwi_no_checkpoint")
    if name == "kiwi":
        raise BadInput("encoders.kiwi_cannot", task=_CANNOT[head])
    if name in model_names():
        raise BadInput("encoders.static_cannot", model=name, task=_CANNOT[head])
    folder = encoder_folder(name)
    if folder is not None and is_encoder(folder):
        raise BadInput("encoders.morpheme_cannot", model=name, task=_CANNOT[head])


def _config(name: str) -> Any:
    """The configuration of a checkpoint that is on this machine: it has just been opened."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(expanded(name) if expanded(name).is_dir() else name, local_files_only=True)


def _encoder_only(config: Any) -> bool:
    """Whether a configuration is a masked model's, which transformers would also run, badly, as a decoder."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

    if getattr(config, "is_encoder_decoder", False):
        return True
    return config.model_type in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not getattr(config, "is_decoder", False)
