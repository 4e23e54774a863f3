"""Every error this package raises on purpose.

    ExplorerError
    ├── BadInput          a value, a file or an expression that cannot be used
    ├── UnknownName       a name that no registry or store knows
    ├── OutOfVocabulary   a word that a model has no vector for
    ├── MissingExtra      an optional dependency that is not installed
    ├── Unavailable       something outside this process: network, disk, a server
    └── Cancelled         the person asked to stop

A message says what came, what is allowed and what to do next, on one line. The command line prints that line and exits
with 1; the dashboard shows it in place.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

__all__ = [
    "BadInput",
    "Cancelled",
    "ExplorerError",
    "MissingExtra",
    "OutOfVocabulary",
    "Unavailable",
    "UnknownName",
    "disk_errors",
    "listing",
]


class ExplorerError(Exception):
    """Base of all errors raised on purpose; ``str(error)`` is one line fit for a person."""


class BadInput(ExplorerError, ValueError):
    """A value, a file or an expression that cannot be used as it is."""


class UnknownName(ExplorerError, LookupError):
    """A name nobody registered or saved; carries what exists.

    Args:
        kind: what the name should have been, e.g. ``"tokenizer"``.
        name: what came.
        known: every name that would have been accepted.
        hint: what to do next, a full sentence.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(known))
        near = difflib.get_close_matches(name, self.known, n=3, cutoff=0.6)
        self.suggestions = tuple(near)
        text = f"unknown {kind} {name!r}"
        text += f"; did you mean {' or '.join(near)}?" if near else "."
        text += f" Known: {listing(self.known)}." if self.known else f" No {kind} exists yet."
        super().__init__(f"{text} {hint}".strip())


class OutOfVocabulary(ExplorerError, LookupError):
    """A word the model has no vector for, with the nearest words it does have."""

    def __init__(self, word: str, suggestions: Sequence[str] = (), hint: str = "") -> None:
        self.word = word
        self.suggestions = tuple(suggestions)
        text = f"no vector for {word!r}"
        if self.suggestions:
            text += f"; near it in the vocabulary: {', '.join(self.suggestions)}"
        super().__init__(f"{text}. {hint}".strip() if hint else text)


class MissingExtra(ExplorerError, ImportError):
    """An optional dependency that is not installed; says how to install it."""

    def __init__(self, feature: str, extra: str) -> None:
        self.feature = feature
        self.extra = extra
        super().__init__(
            f"{feature} needs the optional packages of {extra!r}; install them with: pip install 'korean-explorer[{extra}]'"
        )


class Unavailable(ExplorerError):
    """Something outside this process refused: the network, a server, the disk."""


class Cancelled(ExplorerError):
    """The person asked to stop. Raised inside a progress callback, it ends the work cleanly."""

    def __init__(self, message: str = "cancelled; nothing half-made was kept") -> None:
        super().__init__(message)


def listing(names: Iterable[str], limit: int = 40) -> str:
    """Join names for a message, cutting a long list and saying by how much.

    >>> listing(["a", "b"])
    'a, b'
    """
    all_names = list(names)
    shown = ", ".join(all_names[:limit])
    return shown if len(all_names) <= limit else f"{shown}, … and {len(all_names) - limit} more"


@contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turn the operating system's refusals while writing into one clear line."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable(f"the disk is full while {doing}; free some space and run it again") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Unavailable(
                f"no permission while {doing} ({error.filename or error.strerror}); choose another home folder with --home or EXPLORER_HOME"
            ) from error
        raise
