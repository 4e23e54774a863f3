"""The library's errors in the language of the page: a short title and one line of what to do."""

from __future__ import annotations

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

__all__ = ["explain"]


def explain(error: ExplorerError, t: Text) -> tuple[str, str]:
    """Title and line for an error.

    >>> explain(OutOfVocabulary("뷁", ["뷔"]), Text("en"))
    ('No vector for “뷁”', 'Did you mean 뷔?')
    """
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
