"""The unit a corpus is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Document"]


@dataclass(slots=True)
class Document:
    r"""One text with what its source says about it.

    Attributes:
        id: the source's own identifier, else ``file:line``.
        text: NFC text without NUL characters; lines end with ``\n``.
        title: the source's title, or empty.
        meta: whatever else the source says (rating, category, url …), JSON-serialisable.

    >>> Document("1", "봄이 왔다.").to_dict()
    {'id': '1', 'text': '봄이 왔다.', 'title': '', 'meta': {}}
    """

    id: str
    text: str
    title: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "text": self.text, "title": self.title, "meta": dict(self.meta)}
