"""Tables in TOML whose entries share facts: cards of corpora, test sets.

A ``[[group]]`` holds what its entries share, and ``[group.ENTRIES.NAME]`` what is said of one alone, which wins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["grouped"]


def grouped(path: Path, entries: str) -> Iterator[tuple[str, dict[str, Any]]]:
    r"""Every entry of a file with its facts, those of its group among them.

    Args:
        path: the file.
        entries: what the entries of a group are called in it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "cards.toml")
    ...     _ = path.write_text("[[group]]\nlicence = 'MIT'\n[group.cards.a]\n[group.cards.b]\nlicence = 'CC0'\n")
    ...     list(grouped(path, "cards"))
    [('a', {'licence': 'MIT'}), ('b', {'licence': 'CC0'})]
    """
    for group in tomllib.loads(path.read_text(encoding="utf-8"))["group"]:
        for name, own in group.pop(entries).items():
            yield name, group | own
