"""Which column or field holds the text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from explorer.core.errors import BadInput, listing

__all__ = ["ID_NAMES", "TEXT_NAMES", "guess_field", "named_fields", "text_of"]

_LIKELIEST = ("text", "document", "content", "contents", "sentence", "review", "body", "article", "passage", "context")
_KOREAN = ("본문", "내용", "문장", "리뷰", "댓글", "글")
TEXT_NAMES = (*_LIKELIEST, "comment", "comments", "paragraph", "utterance", *_KOREAN)
"""Names that mean the text, the likeliest first."""

PAIRS = (("sentence1", "sentence2"), ("premise", "hypothesis"), ("question1", "question2"))
"""Two fields that hold a pair of texts; both belong to the document."""

ID_NAMES = ("id", "guid", "doc_id", "document_id", "idx", "번호")
TITLE_NAMES = ("title", "제목", "headline")

_HANGUL = re.compile("[가-힣ㄱ-ㅎㅏ-ㅣ]")


def named_fields(field: str, known: Sequence[str], place: str) -> tuple[str, ...]:
    """The fields a person asked for, several separated by commas.

    Raises:
        BadInput: one of them is not there; lists what is.
    """
    if field in known:
        return (field,)
    wanted = tuple(part.strip() for part in field.split(","))
    for one in wanted:
        if one not in known:
            raise BadInput("corpora.no_such_field", place=place, field=one, known=listing(known))
    return wanted


def guess_field(records: Sequence[Mapping[str, Any]], place: str) -> tuple[str, ...]:
    """The field that holds the text: one that is called so, else the one with most Hangul in the sample.

    Raises:
        BadInput: no field holds text.

    >>> guess_field([{"id": "1", "document": "재미있다"}], "a.tsv")
    ('document',)
    """
    known = {name for record in records for name, value in record.items() if isinstance(value, str)}
    lowered = {name.strip().lower(): name for name in sorted(known)}
    for name in TEXT_NAMES:
        if name in lowered:
            return (lowered[name],)
    for pair in PAIRS:
        if all(name in lowered for name in pair):
            return tuple(lowered[name] for name in pair)
    amounts = {
        name: sum(len(_HANGUL.findall(str(value))) for record in records if isinstance(value := record.get(name), str))
        for name in sorted(known)
    }
    if not any(amounts.values()):
        amounts = {
            name: sum(len(value) for record in records if isinstance(value := record.get(name), str)) for name in sorted(known)
        }
    best = max(amounts, key=lambda name: amounts[name], default=None)
    if best is None or not amounts[best]:
        raise BadInput("corpora.no_text_field", place=place, known=listing(sorted(known)) or "none")
    return (best,)


def text_of(record: Mapping[str, Any], fields: Sequence[str]) -> str | None:
    """The text of a record, several fields joined by a line end; ``None`` where none of them is text."""
    parts = [value for name in fields if isinstance(value := record.get(name), str)]
    return "\n".join(parts) if parts else None
