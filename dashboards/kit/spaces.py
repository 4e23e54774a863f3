"""Each person's own things on a server that several share: whose an answer is, and how much room one person has."""

from __future__ import annotations

from typing import Any

from explorer.core import settings
from explorer.core.errors import BadInput
from explorer.core.store import own_names
from explorer.core.workspace import own_folder, workspace

__all__ = ["SPACE", "check_room", "space_of"]

SPACE = "workspace"
"""Among what a worker is told: the workspace it works in, where that is one person's."""


def space_of(*asked: Any) -> str:
    """The workspace of the person who asks, where the question names something of theirs; ``""`` where its answer is everybody's.

    What a name is part of another word counts as well: then an answer is made for one person that could have been for all.
    """
    names = own_names()
    whole = repr(asked) if names else ""
    return workspace() if any(name in whole for name in names) else ""


def check_room(more: int = 0) -> None:
    """Refuse to keep more for a person who has as much as one may have.

    Args:
        more: bytes that come.

    Raises:
        BadInput: with them it would be more than ``EXPLORER_PERSON_MB``.
    """
    own = own_folder()
    if own is None:
        return
    limit = settings.person_limit()
    used = sum(part.lstat().st_size for part in own.rglob("*") if part.is_file())
    if used + more > limit:
        raise BadInput("dashboards.workspace_full", used=used / 2**20, limit=limit / 2**20)
