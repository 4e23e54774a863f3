"""What the engines that load a file share: finding it, naming it, and telling two files apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.paths import expanded
from explorer.core.store import sha256_file

__all__ = ["file_name", "file_params", "require_file"]

_GENERIC = {"tokenizer", "vocab", "tok", "spiece", "sentencepiece", "spm", "model", "sentencepiece.bpe", "tekken"}


def require_file(path: str | Path, code: str) -> Path:
    """The absolute path of an existing file; ``code`` is that of a phrase, what it should hold.

    Raises:
        BadInput: there is none, or it is a folder.
    """
    found = expanded(path)
    if not found.is_file():
        raise BadInput("tokenizers.not_a_file", path=path, what=Message(code))
    # Not resolved: the hub's cache links names such as vocab.txt to files named by their hash, and the name says what it is.
    return found.absolute()


def file_name(path: Path) -> str:
    """A short name for what a file holds: its own, or its folder's where the file is called like all of its kind.

    >>> file_name(Path("koelectra/vocab.txt")), file_name(Path("my.model"))
    ('koelectra', 'my')
    """
    return path.parent.name if path.stem in _GENERIC and path.parent.name else path.stem


def file_params(path: Path) -> dict[str, Any]:
    """The path, and the hash that tells whether it still is the same file."""
    return {"path": str(path), "sha256": sha256_file(path)}
