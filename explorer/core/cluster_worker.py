"""What runs in the workers of a cluster: loaded there, and by the client when it sends the plug-in."""

from __future__ import annotations

import secrets
from typing import Any

from distributed import WorkerPlugin, get_worker

from explorer.core.errors import ExplorerError
from explorer.core.pieces import Maker

__all__ = ["MakerPlugin", "make"]


class MakerPlugin(WorkerPlugin):  # type: ignore[misc]
    """Holds what makes the pieces, opened once a worker: a tokenizer is never sent."""

    def __init__(self, maker: Maker) -> None:
        self.name = f"korean-explorer-{secrets.token_hex(8)}"
        self.maker = maker
        self.refused: dict[str, Any] | None = None

    def setup(self, worker: Any) -> None:
        try:
            self.maker.open()
        except ExplorerError as error:
            self.refused = error.to_dict()  # said by the first piece; raised here, it would only end this worker


def make(plugin: str, given: Any) -> dict[str, Any] | None:
    """Have a piece made in this worker; what it refuses is told as plain data."""
    held: MakerPlugin = get_worker().plugins[plugin]
    if held.refused is None:
        try:
            held.maker.make(given)
        except ExplorerError as error:
            return error.to_dict()
    return held.refused
