"""The library's errors in the language of the page: a short title and one line of what to do."""

from __future__ import annotations

from pathlib import PurePath

from dashboards.kit.i18n import Text
from explorer.core.errors import (
    BadInput,
    Cancelled,
    ExplorerError,
    MissingExtra,
    OutOfVocabulary,
    Unavailable,
    UnknownName,
    listing,
)
from explorer.core.messages import Message

__all__ = ["explain", "on_page"]

_TAKEN = {
    "core.already_exists": "dashboards.name_taken",
    "corpora.corpus_exists": "dashboards.corpus_name_taken",
    "static.name_taken": "dashboards.name_taken",
    "tokenizers.name_taken": "dashboards.name_taken",
}
"""Messages on a name that is taken, which advise an option of the command line, and what a page says instead."""


def on_page(error: ExplorerError) -> ExplorerError:
    """The error as a page says it: what to do there, and no folder of this machine.

    >>> on_page(BadInput("core.already_exists", target="/home/ann/models/reviews")).said()
    "'reviews' exists already; choose another name"
    """
    code = _TAKEN.get(error.code)
    return BadInput(code, name=error.values.get("name") or PurePath(str(error.values["target"])).name) if code else error


def explain(error: ExplorerError, t: Text) -> tuple[str, str]:
    """Title and line for an error.

    >>> explain(OutOfVocabulary("뷁", ["뷔"]), Text("en"))
    ('No vector for “뷁”', 'Did you mean 뷔?')
    """
    error = on_page(error)
    match error:
        case OutOfVocabulary():
            near = t("error.near", words=", ".join(error.suggestions[:6])) if error.suggestions else t("error.not_near")
            return t("error.oov", word=error.word), near
        case UnknownName():
            return Message("core.unknown", error.values).said(t.language), t(
                "error.known", names=listing(error.known, 12)
            ) if error.known else t("error.none")
        case MissingExtra():
            return t("error.extra", feature=error.feature.said(t.language)), t("error.install", extra=error.extra)
        case Cancelled():
            return t("error.cancelled"), t("error.again")
        case Unavailable():
            return t("error.unavailable"), error.said(t.language)
        case BadInput():
            return t("error.input"), error.said(t.language)
    return t("error.internal"), error.said(t.language)
