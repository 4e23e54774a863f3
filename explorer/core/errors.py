"""Every error this package raises on purpose.

    ExplorerError
    ├── BadInput          a value, a file or an expression that cannot be used
    ├── UnknownName       a name that no registry or store knows
    ├── OutOfVocabulary   a word that a model has no vector for
    ├── MissingExtra      an optional dependency that is not installed
    ├── Unavailable       something outside this process: network, disk, a server
    └── Cancelled         the person asked to stop

An error is a code and the values of its sentence; :mod:`explorer.core.messages` has the sentence in English and Korean. A sentence
says what came, what is allowed and what to do next, on one line. The command line prints it and exits with 1; the dashboard
shows it in place. Programs look at :attr:`ExplorerError.code`.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from explorer.core.messages import Message, Note, codes, listing

__all__ = [
    "BadInput",
    "Cancelled",
    "ExplorerError",
    "MissingExtra",
    "NoSuchName",
    "OutOfVocabulary",
    "Unavailable",
    "UnknownName",
    "disk_errors",
    "error_from",
    "listing",
    "packed",
    "unpacked",
]


class ExplorerError(Exception):
    """Base of all errors raised on purpose; ``str(error)`` is one English line fit for a person.

    Args:
        code: a code of the catalogue, ``"room.name"``.
        **values: what its sentence names.

    >>> BadInput("core.kind.model").code
    'core.kind.model'
    """

    def __init__(self, code: str, /, **values: Any) -> None:
        # Of other programs' errors only the text is kept: the object would keep its traceback, and all that hangs on it, alive.
        self.message = Message(code, {name: _plain(value) for name, value in values.items()})
        super().__init__(code)

    @property
    def code(self) -> str:
        """What went wrong, for programs."""
        return self.message.code

    @property
    def values(self) -> dict[str, Any]:
        """What the sentence names."""
        return dict(self.message.values)

    def said(self, language: str = "en") -> str:
        """The line in ``"en"`` or ``"ko"``."""
        return self.message.said(language)

    def __str__(self) -> str:
        return self.said()

    def _made_of(self) -> tuple[list[Any], dict[str, Any]]:
        """Arguments that make this error again."""
        return [self.code], self.values

    def to_dict(self) -> dict[str, Any]:
        """Plain data for another process; :func:`error_from` makes the error of it again."""
        arguments, values = self._made_of()
        kind = next(one.__name__ for one in type(self).__mro__ if one.__module__ == __name__)
        return {"kind": kind, "arguments": packed(arguments), "values": packed(values)}


class BadInput(ExplorerError, ValueError):
    """A value, a file or an expression that cannot be used as it is.

    >>> try:
    ...     raise BadInput("core.bad_name", name="../왕")
    ... except ValueError as error:
    ...     error.code, error.values
    ('core.bad_name', {'name': '../왕'})
    """


class UnknownName(ExplorerError, LookupError):
    """A name nobody registered or saved; carries what exists.

    Args:
        kind: what the name should have been, a code ``core.kind.*`` without that prefix, e.g. ``"tokenizer"``.
        name: what came.
        known: every name that would have been accepted.
        hint: the code of a sentence on what to do next.
        **values: what the hint names.

    >>> error = UnknownName("tokenizer", "kiwii", ["kiwi", "mecab"])
    >>> error.suggestions, error.known, "kiwii" in str(error)
    (('kiwi',), ('kiwi', 'mecab'), True)
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "", **values: Any) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(known))
        self.suggestions = tuple(difflib.get_close_matches(name, self.known, n=3, cutoff=0.6))
        self.hint = Message(hint, values) if hint else None
        code = f"core.kind.{kind.replace(' ', '_')}"
        said_kind = Message(code) if code in codes("core") else kind
        super().__init__("core.unknown", kind=said_kind, name=name, known=self.known, suggestions=self.suggestions)

    def _made_of(self) -> tuple[list[Any], dict[str, Any]]:
        hint = self.hint
        return [self.kind, self.name, self.known, hint.code if hint else ""], dict(hint.values) if hint else {}

    def said(self, language: str = "en") -> str:
        near = {"near": listing(self.suggestions)}
        parts = [
            super().said(language) if not self.suggestions else Message("core.unknown_near", self.values | near).said(language)
        ]
        parts.append(Message("core.known" if self.known else "core.none_known", self.values).said(language))
        return " ".join(parts + ([self.hint.said(language)] if self.hint else []))


class OutOfVocabulary(ExplorerError, KeyError):
    """A word the model has no vector for, with the nearest words it does have; ``hint`` is the code of a further sentence.

    A ``KeyError``, as ``v[word]`` is asked for in ``try`` by habit.

    >>> from explorer.vectors.vectors import Vectors
    >>> try:
    ...     Vectors(["왕비", "배"], [[1, 0], [0, 1]])["뷁"]
    ... except KeyError as error:
    ...     type(error).__name__, error.word
    ('OutOfVocabulary', '뷁')
    """

    def __init__(self, word: str, suggestions: Sequence[str] = (), hint: str = "", **values: Any) -> None:
        self.word = word
        self.suggestions = tuple(suggestions)
        self.hint = Message(hint, values) if hint else None
        super().__init__("core.no_vector" if not suggestions else "core.no_vector_near", word=word, near=self.suggestions)

    def _made_of(self) -> tuple[list[Any], dict[str, Any]]:
        hint = self.hint
        return [self.word, self.suggestions, hint.code if hint else ""], dict(hint.values) if hint else {}

    def said(self, language: str = "en") -> str:
        line = super().said(language)
        return f"{line}. {self.hint.said(language)}" if self.hint else line


class MissingExtra(ExplorerError, ImportError):
    """An optional dependency that is not installed; says how to install it.

    Args:
        feature: what needs it, the code of a noun phrase.
        extra: the extra that brings it.
        **values: what the noun phrase names.

    >>> error = MissingExtra("tokenizers.the_mecab", "mecab")
    >>> error.extra, "mecab" in str(error)
    ('mecab', True)
    """

    def __init__(self, feature: str, extra: str, **values: Any) -> None:
        self.feature = Message(feature, values)
        self.extra = extra
        super().__init__("core.missing_extra", feature=self.feature, extra=extra)

    def _made_of(self) -> tuple[list[Any], dict[str, Any]]:
        return [self.feature.code, self.extra], dict(self.feature.values)


class NoSuchName(ExplorerError, AttributeError):
    """An attribute that another package has and this one calls otherwise, or has not (:mod:`explorer.core.foreign`).

    >>> from explorer.vectors.vectors import Vectors
    >>> try:
    ...     Vectors(["왕"], [[1.0]]).syn0
    ... except AttributeError as error:
    ...     str(error)
    "'syn0' is what gensim calls it; here write v.vectors"
    """

    @classmethod
    def of(cls, message: Message) -> NoSuchName:
        """The error that says a sentence."""
        return cls(message.code, **message.values)


class Unavailable(ExplorerError):
    """Something outside this process refused: the network, a server, the disk.

    >>> error = Unavailable("corpora.disk_full", path="/home")
    >>> isinstance(error, ExplorerError), "/home" in error.said("ko")
    (True, True)
    """


class Cancelled(ExplorerError):
    """The person asked to stop. Raised inside a progress callback, it ends the work cleanly.

    >>> from explorer.core.progress import Progress, track
    >>> def stop(step: Progress) -> None:
    ...     raise Cancelled
    >>> try:
    ...     list(track([1, 2], stop, "counting"))
    ... except Cancelled as error:
    ...     str(error)
    'cancelled; nothing half-made was kept'
    """

    def __init__(self, code: str = "core.cancelled", /, **values: Any) -> None:
        super().__init__(code, **values)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, BaseException) and not isinstance(value, ExplorerError) else value


def error_from(data: Mapping[str, Any]) -> ExplorerError:
    """The error that :meth:`ExplorerError.to_dict` wrote down; of a class unknown here, its nearest of this module.

    >>> error_from(BadInput("core.writing", path="a.txt").to_dict()).values
    {'path': 'a.txt'}
    """
    kinds = {
        one.__name__: one for one in (BadInput, UnknownName, NoSuchName, OutOfVocabulary, MissingExtra, Unavailable, Cancelled)
    }
    made: ExplorerError = kinds.get(data["kind"], ExplorerError)(*unpacked(data["arguments"]), **unpacked(data["values"]))
    return made


def packed(value: Any) -> Any:
    """Values with messages and errors among them as plain data; :func:`unpacked` reads it, and leaves a sentence as it is."""
    if isinstance(value, Note):
        value = value.message
    if isinstance(value, Message):
        return {"message": value.code, "values": packed(value.values)}
    if isinstance(value, ExplorerError):
        return {"error": value.to_dict()}
    if isinstance(value, Mapping):
        return {str(key): packed(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [packed(one) for one in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def unpacked(value: Any) -> Any:
    """What :func:`packed` was given."""
    if isinstance(value, list):
        return [unpacked(one) for one in value]
    if isinstance(value, dict) and "message" in value:
        return Message(value["message"], unpacked(value["values"]))
    if isinstance(value, dict) and "error" in value:
        return error_from(value["error"])
    return {key: unpacked(one) for key, one in value.items()} if isinstance(value, dict) else value


@contextmanager
def disk_errors(code: str, /, **values: Any) -> Iterator[None]:
    """Turn the operating system's refusals while writing into one clear line.

    Args:
        code: what is being done, the code of a phrase such as ``"core.writing"``.
        **values: what the phrase names.
    """
    doing = Message(code, values)
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise Unavailable("core.disk_full", doing=doing) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Unavailable("core.no_permission", doing=doing, where=error.filename or error.strerror) from error
        if error.errno == errno.ENOTDIR:
            raise Unavailable("core.file_in_the_way", doing=doing, where=error.filename or error.strerror) from error
        raise
