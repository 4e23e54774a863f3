"""Where what is made of a corpus is kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from explorer.core.store import cache_path

__all__ = ["derived_path"]


def derived_path(kind: str, fingerprint: str, *name: str) -> Path:
    """A path in the cache: all of a kind in one folder for each corpus, so that it can go with the corpus."""
    return cache_path(kind, hashlib.sha256(fingerprint.encode()).hexdigest()[:40], *name)
