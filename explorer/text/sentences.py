"""Text to sentences."""

from __future__ import annotations

from collections.abc import Iterator

from explorer.core.errors import BadInput
from explorer.text.morphology import shared_kiwi, stretch_end
from explorer.text.normalise import normalise

__all__ = ["sentence_spans", "split_sentences"]

METHODS = ("kiwi", "line")


def split_sentences(text: str, method: str = "kiwi") -> list[str]:
    r"""Sentences of ``text`` as they stand in it, without surrounding white space; empty ones are left out.

    Args:
        text: any text.
        method: ``"kiwi"`` finds sentence ends by analysis, also where the full stop is missing (했다ㅋㅋ 그래서 …);
            ``"line"`` takes every line as one sentence.

    Raises:
        BadInput: an unknown method, or text with a lone surrogate.

    >>> split_sentences("왕이 왔다.\n왕비도 왔다.", method="line")
    ['왕이 왔다.', '왕비도 왔다.']
    """
    return [text[start:end] for start, end in sentence_spans(text, method)]


def sentence_spans(text: str, method: str = "kiwi") -> list[tuple[int, int]]:
    """Like :func:`split_sentences`, but ``(start, end)`` offsets into ``text``."""
    if method not in METHODS:
        raise BadInput("text.no_such_splitter", method=method, known=", ".join(METHODS))
    clean = normalise(text, strip_zero_width=True, jamo=True)
    if method == "kiwi":
        spans = list(_analysed(clean.text))
    else:
        spans, position = [], 0
        for line in clean.text.splitlines(keepends=True):
            spans.append((position, position + len(line)))
            position += len(line)
    trimmed: list[tuple[int, int]] = []
    for start, end in spans:
        piece = clean.text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if left < right:
            trimmed.append(clean.to_original(left, right))
    return trimmed


def _analysed(text: str) -> Iterator[tuple[int, int]]:
    """Sentences as Kiwi finds them, stretch by stretch."""
    kiwi, start = shared_kiwi(), 0
    while start < len(text):
        end, whole = stretch_end(text, start)
        found = [(start + one.start, start + one.end) for one in kiwi.split_into_sents(text[start:end], return_tokens=False)]
        if not whole and len(found) > 1:  # the last one is cut: it is read again from its beginning
            end = found.pop()[0]
        yield from found
        start = end
