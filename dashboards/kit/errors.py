"""The library's errors in the language of the page: a short title and one line of what to do."""

from __future__ import annotations

import re

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

__all__ = ["explain", "remark"]


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


_SHARE = r"(?P<share>[\d.]+ %|under 0\.01 %)"
_REMARKS = {
    f"{_SHARE} of the characters are under unknown tokens": "w_unknown",
    f"loses {_SHARE} of the characters: (?P<characters>.*)": "w_lost",
    f"{_SHARE} of the documents do not come back, though only white space changes": "w_return_space",
    f"{_SHARE} of the documents do not come back": "w_return",
    r"open vocabulary: Rényi efficiency is over the (?P<types>[\d,]+) types that occur.*": "n_open",
    "its unknown tokens are guesses, no text is hidden": "n_guess",
    "is itself the reference of the boundary scores": "n_reference",
}


def remark(line: str, t: Text) -> str:
    """What a comparison says beside a row, in the language of the page; lines this page does not know stay as they are.

    >>> remark("3.20 % of the documents do not come back", Text("en"))
    '3.20 % of the documents do not come back'
    """
    for pattern, key in _REMARKS.items():
        found = re.fullmatch(pattern, line, re.DOTALL)
        if found:
            return t(f"bench.{key}", **found.groupdict())
    return line
