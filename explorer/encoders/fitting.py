"""``train("contextual", …)``: static vectors out of an encoder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from explorer.core.progress import ProgressCallback
from explorer.encoders.averaging import average_contexts
from explorer.encoders.forward import Layer
from explorer.encoders.open import encoder as open_encoder

if TYPE_CHECKING:
    from explorer.tokenizers.token import Tokenizer
    from explorer.vectors.averaged import AveragedVectors

__all__ = ["fit_contextual"]


def fit_contextual(
    texts: Iterable[str],
    *,
    tokenizer: Tokenizer,
    progress: ProgressCallback | None = None,
    encoder: str = "mini",
    contexts: int = 50,
    layer: Layer = 1,
    pooling: str = "mean",
    centred: bool = True,
    min_count: int = 5,
    keys: str | None = None,
    groups: int = 8,
    device: str | None = None,
    dtype: str = "float32",
    seed: int = 42,
    workers: int | None = None,
    corpus: str | None = None,
) -> AveragedVectors:
    """``train("contextual", …)``: :func:`average_contexts` with ``encoder`` opened on ``device`` in ``dtype``."""
    model = open_encoder(encoder, device=device, dtype=dtype, progress=progress).using(layer=layer, pooling=pooling)
    return average_contexts(
        model, texts, contexts=contexts, centred=centred, min_count=min_count, tokenizer=tokenizer, keys=keys, groups=groups,
        seed=seed, workers=workers, corpus=corpus, progress=progress,
    )  # fmt: skip


fit_contextual.reads_texts = True  # type: ignore[attr-defined]  # it needs sentences, not the keys of a corpus
