"""The one door: a name becomes an encoder."""

from __future__ import annotations

from pathlib import Path

from explorer.core.progress import ProgressCallback
from explorer.encoders.encoder import Encoder

__all__ = ["encoder"]


def encoder(
    name_or_path: str | Path, *, device: str | None = None, dtype: str = "float32", progress: ProgressCallback | None = None
) -> Encoder:
    """Open an encoder, or a decoder.

    Args:
        name_or_path: ``"mini"`` (it ships), the name of an encoder trained here, a folder as transformers saves it, or a
            Hugging Face id.
        device: ``"cpu"``, ``"cuda"``, ``"mps"``; the best one present by default.
        dtype: what it computes in: ``"float32"``, ``"bfloat16"``, or ``"int8"``.
        progress: told what is being opened.

    Raises:
        MissingExtra: torch is not installed.
        BadInput: the checkpoint or dtype cannot be used; says why.
        Unavailable: the checkpoint is not on this machine and cannot be fetched.

    >>> encoder("mini").vector("배", "배를 타고 섬에 갔다.").shape
    (256,)
    """
    return Encoder(name_or_path, device, dtype, progress)
