"""A server for looking only: what would add, train or remove asks here first."""

from __future__ import annotations

from explorer.core import settings
from explorer.core.errors import BadInput

__all__ = ["WORDLESS", "WRITING", "check_writable"]

WRITING = frozenset(["train", "add corpus", "import"])
"""Tasks of the worker that leave something in the home folder beside caches."""

WORDLESS = ("compare models", "train")
"""Tasks that are told names and no words: what became of them stays when a person clears the list, as it may have taken long."""


def check_writable() -> None:
    """Refuse what changes the home folder where people shall look only.

    Raises:
        BadInput: ``EXPLORER_PUBLIC`` is set, or ``serve --public`` opened this server.
    """
    if settings.public():
        raise BadInput("dashboards.public_mode")
