"""Names of the doors before there was one, for one more release: each opens what :func:`~explorer.encoders.open.encoder` opens."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

from explorer.core.progress import ProgressCallback
from explorer.encoders.activations import InsideModel
from explorer.encoders.encoder import Encoder
from explorer.encoders.fill import Filler
from explorer.encoders.forward import Layer
from explorer.encoders.generate import Decoder
from explorer.encoders.open import encoder
from explorer.encoders.pair_score import PairScore

__all__ = ["contextual", "next_sentence", "open_decoder", "open_filler", "open_inside"]


def _instead(name: str, new: str) -> None:
    warnings.warn(f"ex.{name} will go with the next release; use {new}", DeprecationWarning, stacklevel=3)


def contextual(
    name_or_path: str | Path,
    *,
    layer: Layer | None = None,
    pooling: str = "mean",
    device: str | None = None,
    dtype: str = "float32",
    progress: ProgressCallback | None = None,
) -> Encoder:
    """``encoder(…).using(layer=…, pooling=…)``.

    >>> contextual("mini", layer=-1).vector("배", "배를 타고 섬에 갔다.").shape
    (256,)
    """
    _instead("contextual", "ex.encoder")
    return encoder(name_or_path, device=device, dtype=dtype, progress=progress).using(layer=layer, pooling=pooling)


def open_filler(
    name_or_path: str | Path = "mini", *, device: str | None = None, progress: ProgressCallback | None = None
) -> Filler:
    """``encoder(…).filler``.

    >>> [gap] = open_filler("mini").fill("나는 밥을 [MASK].", 3)
    >>> len(gap.guesses)
    3
    """
    _instead("open_filler", "ex.encoder(…).fill")
    return encoder(name_or_path, device=device, progress=progress).filler


def open_inside(
    name_or_path: str | Path = "mini",
    *,
    device: str | None = None,
    background: Iterable[str] | None = None,
    progress: ProgressCallback | None = None,
) -> InsideModel:
    """``encoder(…).insight``, or one measured by other sentences.

    >>> open_inside("mini").read("배를 타고 섬에 갔다.").texts
    ('배를 타고 섬에 갔다.',)
    """
    _instead("open_inside", "ex.encoder(…).inside")
    opened = encoder(name_or_path, device=device, progress=progress)
    if background is None:
        return opened.insight
    return InsideModel(opened.network, opened.cutter, tuple(background), name=opened.name)


def open_decoder(name_or_path: str | Path, *, device: str | None = None, progress: ProgressCallback | None = None) -> Decoder:
    """``encoder(…).decoder``.

    >>> from explorer.core.errors import BadInput
    >>> try:
    ...     open_decoder("mini")
    ... except BadInput as error:  # it fills gaps, and has learnt nothing about what follows
    ...     error.code
    'encoders.morpheme_cannot'
    """
    _instead("open_decoder", "ex.encoder(…).next")
    return encoder(name_or_path, device=device, progress=progress).decoder


def next_sentence(
    name_or_path: str | Path, first: str, second: str, *, device: str | None = None, progress: ProgressCallback | None = None
) -> PairScore:
    """``encoder(…).pair(first, second)``.

    >>> from explorer.core.errors import BadInput
    >>> try:
    ...     next_sentence("mini", "비가 온다.", "우산을 썼다.")
    ... except BadInput as error:  # it has no such head
    ...     error.code
    'encoders.morpheme_cannot'
    """
    _instead("next_sentence", "ex.encoder(…).pair")
    return encoder(name_or_path, device=device, progress=progress).pair(first, second)
