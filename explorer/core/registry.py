"""Names for the things people choose by name: resolved on first use, extendable from other packages.

A registry is a table ``name -> "module:attribute"``. Nothing is imported before it is asked for, so listing names is
free and heavy libraries stay out of start-up. Other distributions add entries by entry points in the registry's group;
a built-in name cannot be taken. In their ``pyproject.toml``::

    [project.entry-points."korean_explorer.models"]        # what ex.train trains: explorer.static.train.MODELS
    mine = "package.module:fit"
    [project.entry-points."korean_explorer.tokenizers"]    # what ex.tokenizer makes: explorer.tokenizers.loading
    mine = "package.module:make"
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any

from explorer.core.errors import ExplorerError, UnknownName

__all__ = ["Registry"]


class Registry:
    """A lazily resolved table of factories.

    Args:
        kind: what one entry is, for messages (``"tokenizer"``).
        entries: ``{name: "package.module:attribute"}``.
        group: entry-point group that other packages may use to add entries; ``None`` for a closed table.

    >>> Registry("number", {"pi": "math:pi"}).get("pi")
    3.141592653589793
    """

    def __init__(self, kind: str, entries: Mapping[str, str], group: str | None = None) -> None:
        self.kind = kind
        self.group = group
        self._builtin = dict(entries)

    @cached_property
    def _table(self) -> dict[str, str]:
        table = {}
        if self.group:
            table = {point.name: point.value for point in entry_points(group=self.group)}
        # Built-in names win: a plug-in must not silently change what "kiwi" means in a saved manifest.
        return {**table, **self._builtin}

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._table)

    def __contains__(self, name: object) -> bool:
        return name in self._table

    def get(self, name: str, hint: str = "") -> Any:
        """Import and return the attribute registered under ``name``.

        Raises:
            UnknownName: nothing is registered under that name; lists what is.
        """
        try:
            target = self._table[name]
        except KeyError:
            raise UnknownName(self.kind, name, self._table, hint) from None
        module, _, attribute = target.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except AttributeError as error:
            raise ExplorerError("core.target_missing", kind=self.kind, name=name, target=target) from error
