"""What a page may open besides the names the server lists: nothing, unless whoever started the server allowed it.

A dashboard that others can reach must not read any file a visitor types. On one's own machine that is a wanted
convenience: ``EXPLORER_ALLOW_PATHS=1 korean-explorer serve`` lets pages take paths and Hugging Face ids.
"""

from __future__ import annotations

from explorer.core import settings

__all__ = ["SETTING", "paths_allowed", "short_name"]

SETTING = "EXPLORER_ALLOW_PATHS"


def paths_allowed() -> bool:
    """Whether pages may open paths of this machine and ids of the hub."""
    return settings.allow_paths()


def short_name(name: str) -> str:
    """A path or id short enough for a label.

    >>> short_name("/data/koelectra/vocab.txt"), short_name("klue/bert-base"), short_name("kiwi")
    ('koelectra', 'bert-base', 'kiwi')
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    if len(parts) > 1 and parts[-1] in ("vocab.txt", "tokenizer.json", "tok.model", "tokenizer.model", "spiece.model"):
        return parts[-2]
    return parts[-1] if parts else name
