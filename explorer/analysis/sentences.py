"""One door to vectors of sentences: any encoder, or static vectors, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from explorer.vectors.sentences import Sentences

__all__ = ["sentences"]


def sentences(
    texts: Iterable[str],
    *,
    model: str | None = None,
    encoder: str | None = None,
    keep: bool = False,
    progress: ProgressCallback | None = None,
    **options: Any,
) -> Sentences:
    """Vectors of whole sentences: which are near to which, and the matrix.

    Args:
        texts: sentences or documents; with ``keep`` any number of them, from any iterable.
        model: static vectors, by a name or file that :func:`~explorer.static.load.load` takes; the default model if not said.
            See :meth:`~explorer.vectors.vectors.Vectors.sentences`.
        encoder: an encoder instead, by a name that :func:`~explorer.encoders.open.encoder` takes; slower and often better.
            See :meth:`~explorer.encoders.encoder.Encoder.sentences`.
        keep: put texts and vectors into the home folder's cache, from where they are mapped the next time.
        progress: told what is being opened and read.
        **options: for the one or the other: ``components``, ``a``; ``pooling``, ``prefix``, ``layer``.

    Raises:
        BadInput: there is no sentence, both kinds of model were asked for, or an option does not belong to the one that was.
        UnknownName: there is no such model.

    >>> found = sentences(["배를 타고 섬에 갔다.", "영화가 재미있었다."], model="word2vec")
    >>> found.similar("재미없는 영화였다.", 1)[0].text
    '영화가 재미있었다.'
    """
    from explorer.core.errors import BadInput

    if model is not None and encoder is not None:
        raise BadInput("analysis.model_and_encoder", model=model, encoder=encoder)
    known = ("pooling", "prefix", "layer", "components") if encoder is not None else ("a", "components")
    wrong = next((option for option in options if option not in known), None)
    if wrong is not None:
        raise BadInput("analysis.no_sentence_option", option=wrong, known=", ".join(known))
    if encoder is not None:
        from explorer.encoders.open import encoder as opened

        return opened(encoder, progress=progress).sentences(texts, keep=keep, progress=progress, **options)
    from explorer.static.load import DEFAULT_MODEL, load

    return load(model or DEFAULT_MODEL, progress).sentences(texts, keep=keep, progress=progress, **options)
