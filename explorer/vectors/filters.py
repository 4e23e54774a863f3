"""Which keys a question may be answered with: those with a tag, seen often enough, in a script."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.text.scripts import SCRIPTS, in_script
from explorer.text.tags import tag_of, word_of
from explorer.vectors.search import Ints

__all__ = ["Filters"]


class Filters:
    """What is known of keys for choosing among them; each part is made when it is first asked for. Safe from several threads.

    Args:
        keys: in row order.
        counts: occurrences of each, if known.

    >>> found = Filters(["배/NNG", "가다/VV", "SUV/SL"], None)
    >>> found.mask("NNG", 0).tolist(), found.mask(None, 0, "latin").tolist(), found.mask(None, 0)
    ([True, False, False], [False, False, True], None)
    """

    def __init__(self, keys: Sequence[str], counts: Ints | None) -> None:
        self._keys, self._counts = keys, counts
        self._lock = threading.RLock()
        self._tagged: tuple[dict[str, int], npt.NDArray[np.int32]] | None = None
        self._scripts: dict[str, npt.NDArray[np.bool_]] = {}

    def mask(self, tags: str | Iterable[str] | None, min_count: int, script: str = "any") -> npt.NDArray[np.bool_] | None:
        """Which keys a filter keeps (n booleans), or ``None`` when it keeps all.

        Raises:
            BadInput: a tag no key has, counts asked of a model without them, or an unknown script.
        """
        mask: npt.NDArray[np.bool_] | None = None
        if tags is not None:
            wanted = {tags} if isinstance(tags, str) else set(tags)
            numbers, tagged = self._tag_numbers()
            if (missing := sorted(wanted - numbers.keys())) or not wanted:
                raise BadInput(
                    "vectors.no_such_tag",
                    missing=missing or Message("vectors.none_given"),
                    known=sorted(numbers.keys() - {""}) or Message("vectors.no_tags"),
                )
            mask = np.isin(tagged, [numbers[tag] for tag in wanted])
        if min_count > 0:
            if self._counts is None:
                raise BadInput("vectors.no_counts")
            frequent = self._counts >= min_count
            mask = frequent if mask is None else mask & frequent
        if script != "any":
            written = self._in_script(script)
            mask = written if mask is None else mask & written
        return mask

    def tags(self) -> dict[str, int]:
        """The tags of the keys, with how many keys have each, the most frequent first."""
        numbers, tagged = self._tag_numbers()
        found = dict(zip(numbers, np.bincount(tagged, minlength=len(numbers)).tolist(), strict=True))
        return {tag: found[tag] for tag in sorted(found, key=lambda tag: -found[tag]) if tag}

    def _tag_numbers(self) -> tuple[dict[str, int], npt.NDArray[np.int32]]:
        """The tags numbered as they first appear, and the number of each key's."""
        with self._lock:
            if self._tagged is None:
                numbers: dict[str, int] = {}
                tagged = [numbers.setdefault(tag_of(key), len(numbers)) for key in self._keys]
                self._tagged = numbers, np.array(tagged, np.int32)
            return self._tagged

    def _in_script(self, script: str) -> npt.NDArray[np.bool_]:
        if script not in SCRIPTS:
            raise BadInput("vectors.unknown_script", script=script, allowed=", ".join(SCRIPTS))
        with self._lock:
            if script not in self._scripts:
                self._scripts[script] = np.array([in_script(word_of(key), script) for key in self._keys], dtype=np.bool_)
            return self._scripts[script]
