"""Tekken: the byte-level vocabularies of Mistral's models, from their ``tekken.json`` or the ``mistral-common`` package.

Pieces have ranks as tiktoken's have; in the models' ids a block of special tokens comes before them
(https://github.com/mistralai/mistral-common, Apache-2.0).
"""

from __future__ import annotations

import base64
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, MissingExtra
from explorer.core.guarded import require_opening
from explorer.core.messages import Message
from explorer.tokenizers.engines.files import file_name, file_params, require_file
from explorer.tokenizers.engines.tiktoken import ByteEncoding
from explorer.tokenizers.engines.trial import probes

__all__ = ["TekkenTokenizer", "is_tekken", "mistral_tekken", "packaged_tekken"]


def _opened(path: Path) -> tuple[Any, int, str]:
    """A ``tiktoken.Encoding``, how many special tokens come before its pieces, and the pattern it cuts with."""
    try:
        import tiktoken
    except ImportError as error:
        raise MissingExtra("tokenizers.the_tekken", "llm") from error
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        config = found["config"]
        special = int(config["default_num_special_tokens"])
        # The file may hold more pieces than the models use.
        pieces = found["vocab"][: int(config["default_vocab_size"]) - special]
        ranks = {base64.b64decode(piece["token_bytes"], validate=True): int(piece["rank"]) for piece in pieces}
        # A gap, or a byte without a piece, would end the engine instead of raising.
        if sorted(ranks.values()) != list(range(len(pieces))) or any(bytes([byte]) not in ranks for byte in range(256)):
            raise ValueError("ranks")
        pattern = str(config["pattern"])
        return tiktoken.Encoding(path.stem, pat_str=pattern, mergeable_ranks=ranks, special_tokens={}), special, pattern
    except (ValueError, KeyError, TypeError, RecursionError) as error:  # ValueError: JSON, UTF-8, base64, the pattern
        raise BadInput("tokenizers.not_tekken", path=path) from error


def try_vocabulary(path: str) -> None:
    """Open a vocabulary and use it; for a process that may end of it."""
    encoding, _, pattern = _opened(Path(path))
    for text in probes(pattern):
        encoding.encode_ordinary(text)


class TekkenTokenizer(ByteEncoding):
    """A Tekken file: bytes merged by rank, inside what a pattern cuts off.

    Args:
        path: the ``tekken.json``.

    Raises:
        MissingExtra: tiktoken, which runs it, is not installed.
        BadInput: the file is no Tekken vocabulary.
    """

    def __init__(self, path: str | Path, *, name: str | None = None) -> None:
        self.path = require_file(path, "tokenizers.file_tekken")
        what = Message("tokenizers.the_tekken_file")
        require_opening("explorer.tokenizers.engines.tekken:try_vocabulary", [self.path], what, library="tiktoken")
        made, special, _ = _opened(self.path)
        super().__init__(name or file_name(self.path), made, special)

    def params(self) -> dict[str, Any]:
        return {"name": self.name, "engine": "tekken", **file_params(self.path)}


def is_tekken(path: Path) -> bool:
    """Whether a file is called as Tekken files are.

    >>> is_tekken(Path("tekken_240911.json")), is_tekken(Path("tokenizer.json"))
    (True, False)
    """
    return path.suffix == ".json" and path.name.startswith("tekken")


def packaged_tekken() -> Path | None:
    """The newest Tekken file of the ``mistral-common`` package; ``None`` where that is not installed."""
    package = find_spec("mistral_common")
    folders = package.submodule_search_locations if package else None
    files = [file for folder in folders or () for file in Path(folder, "data").glob("tekken*.json")]
    return max(files, key=lambda file: file.name, default=None)


def mistral_tekken(*, name: str = "mistral-tekken") -> TekkenTokenizer:
    """The Tekken vocabulary that Mistral's package carries.

    Raises:
        MissingExtra: the package is not installed.
    """
    path = packaged_tekken()
    if path is None:
        raise MissingExtra("tokenizers.the_tekken", "llm")
    return TekkenTokenizer(path, name=name)
