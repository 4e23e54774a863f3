"""The one Kiwi analyser of this process.

Loading it takes a second and 300 MB, so it is built once, on first use, and shared by everything that asks for the same settings.
Analysis is thread-safe; building is guarded by a lock.
"""

from __future__ import annotations

import os
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from explorer.core.errors import BadInput, ExplorerError

__all__ = ["MODEL_TYPES", "cpu_count", "has_threads", "shared_kiwi", "stretch_end", "stretches", "without_threads"]

MODEL_TYPES = ("none", "largest", "knlm", "sbg", "cong", "cong-global")

_LONG = 10_000
"""Characters that Kiwi gets at a time: its time grows faster than a text does, and 430,000 characters of one line took over a minute. Cut
at the ends of sentences, one morpheme in twenty thousand is read otherwise."""

_SENTENCE_END = re.compile(r"[.!?…。]+[\"'”’)\]]*\s|\n")

_lock = threading.Lock()
_instances: dict[tuple[str, str, tuple[tuple[str, str, float], ...], int], Any] = {}
_alone = threading.Event()


def cpu_count() -> int:
    """Cores this process may use, at least 1."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # no affinity on this platform
        return max(1, os.cpu_count() or 1)


def without_threads() -> None:
    """Let every Kiwi of this process, from the next on, do without threads of its own.

    For a process that is forked: its children have none of its threads, and a batch given to them would never come back.
    """
    _alone.set()


def has_threads() -> bool:
    """Whether Kiwi takes many texts at a time here; where not, it is given one after the other."""
    return not _alone.is_set()


def shared_kiwi(
    model_type: str | None = None,
    *,
    dialects: str | None = None,
    user_words: Sequence[tuple[str, str, float]] = (),
    workers: int | None = None,
) -> Any:
    """A ready ``kiwipiepy.Kiwi``, shared between callers with the same settings.

    Args:
        model_type: one of :data:`MODEL_TYPES`; ``None`` takes Kiwi's default (cong).
        dialects: comma-separated Kiwi dialect names (``"jeju,gyeongsang"``), to be allowed in analysis.
        user_words: ``(form, tag, score)`` entries added to the dictionary.
        workers: threads of its batch analysis; ``None`` uses all cores. After :func:`without_threads` there are none.

    Raises:
        BadInput: an unknown model type, dialect or tag.
    """
    threads = 0 if not has_threads() else cpu_count() if workers is None else max(1, workers)
    words = tuple((form, tag, float(score)) for form, tag, score in user_words)
    key = (model_type or "none", (dialects or "").lower(), words, threads)
    with _lock:
        if key not in _instances:
            _instances[key] = _build(*key)
        return _instances[key]


def _build(model_type: str, dialects: str, user_words: Sequence[tuple[str, str, float]], threads: int) -> Any:
    from kiwipiepy import Dialect, Kiwi

    if model_type not in MODEL_TYPES:
        raise BadInput("text.no_such_kiwi_model", model=model_type, known=", ".join(MODEL_TYPES))
    names = [name.strip() for name in dialects.split(",") if name.strip()]
    known = sorted(dialect.name.lower() for dialect in Dialect)
    for name in names:
        if name not in {*known, "standard"}:
            raise BadInput("text.no_such_dialect", dialect=name, known=", ".join(known))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            kiwi = Kiwi(num_workers=threads, model_type=model_type, enabled_dialects=",".join(names) or None)
        for form, tag, score in user_words:
            if not kiwi.add_user_word(form, tag, score) and not form.strip():
                raise BadInput("text.user_word_empty")
        kiwi.tokenize("")  # loading is lazy; it has to happen under the lock
    except (ValueError, KeyError) as error:
        raise BadInput("text.kiwi_settings_refused", reason=error) from error
    except OSError as error:
        raise ExplorerError("text.kiwi_model_unloadable", model=model_type, reason=error) from error
    return kiwi


def stretches(text: str) -> Iterator[tuple[int, int]]:
    """A long text in the stretches that Kiwi is given; the last one ends with the text, and an empty text is one.

    >>> list(stretches("왕이 왔다. 왕비도 왔다."))
    [(0, 14)]
    """
    start = 0
    while True:
        end, _ = stretch_end(text, start)
        yield start, end
        if end == len(text):
            return
        start = end


def stretch_end(text: str, start: int) -> tuple[int, bool]:
    """Where the stretch that begins here ends, and whether a sentence ends there; else a word does, or nothing."""
    if len(text) - start <= _LONG:
        return len(text), True
    least, most = start + _LONG // 2, start + _LONG
    ends = [found.end() for found in _SENTENCE_END.finditer(text, least, most)]
    return (ends[-1], True) if ends else (text.rfind(" ", least, most) + 1 or most, False)
