"""Answers of steady callbacks (:mod:`dashboards.kit.steady`), kept to be given again: a class that follows one link asks the same thirty times.

What is kept is what was sent, by the request's body and language. It is given again to whoever asks the same, while what is stored in the
home folder is what it was, and what the answer rests on besides. Who has things of their own is answered anew each time, as is a
server that opens files by their paths, which may change unseen.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from dash import Dash
from flask import Response, g, request

from dashboards.app.kept import Kept
from dashboards.kit.i18n import current
from dashboards.kit.steady import Ground, grounds
from explorer.core import settings
from explorer.core.places import home
from explorer.core.store import MANIFEST, own_names
from explorer.core.workspace import FOLDERS, workspace

__all__ = ["BESIDE", "LARGEST", "LASTS", "Remembered", "guard", "stored"]

LARGEST = 16
"""One answer takes no more than one in so many parts of the room for all of them."""

BESIDE = 1024
"""Bytes that an answer is taken to need beside its body, so that very many small ones have a bound as well."""

LASTS = 3600.0
"""Seconds that an answer is given again. It leaves memory when the next one comes after that."""

_KEY = "key_of_answer"


@dataclass(slots=True)
class _Answer:
    kept: Kept
    grounds: tuple[Ground, ...]
    until: float
    size: int


class Remembered:
    """Answers by what was asked; those asked for longest ago go first.

    Args:
        room: bytes that all may take, each with :data:`BESIDE` of its own.
    """

    def __init__(self, room: int) -> None:
        self._room, self._used = room, 0
        self._answers: OrderedDict[bytes, _Answer] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._answers)

    def find(self, key: bytes) -> Kept | None:
        """The answer, unless there is none that is still good."""
        with self._lock:
            found = self._answers.get(key)
            if found is None or found.until < time.monotonic():
                return None
            self._answers.move_to_end(key)
            if found.size != found.kept.size:  # it was packed since
                self._used += found.kept.size - found.size
                found.size = found.kept.size
                self._fit()
        return None if any(look() != seen for look, seen in found.grounds) else found.kept

    def keep(self, key: bytes, kept: Kept, rests: tuple[Ground, ...]) -> None:
        """Have an answer found from now on, if it is not too large."""
        if kept.size > self._room // LARGEST:
            return
        now = time.monotonic()
        with self._lock:
            for gone in [key, *(other for other, answer in self._answers.items() if answer.until < now)]:
                if (before := self._answers.pop(gone, None)) is not None:
                    self._used -= before.size + BESIDE
            self._answers[key] = _Answer(kept, rests, now + LASTS, kept.size)
            self._used += kept.size + BESIDE
            self._fit()

    def _fit(self) -> None:
        while self._used > self._room:
            self._used -= self._answers.popitem(last=False)[1].size + BESIDE


def stored() -> tuple[tuple[str, int], ...]:
    """What is stored for everybody, and when each was written."""
    root = os.fspath(home())
    return tuple(sorted(entry for part in FOLDERS.values() for entry in _entries(f"{root}/{part}")))


def _entries(folder: str) -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(folder) as entries:
            found = [entry.path for entry in entries]
    except OSError:  # nothing of that kind
        return
    for path in found:
        try:
            yield path, os.stat(f"{path}/{MANIFEST}").st_mtime_ns  # noqa: PTH116 - at every request
        except OSError:
            yield path, 0


def guard(app: Dash, path: str) -> None:
    """Have ``app`` remember what callbacks at ``path`` answer. To be called after what turns away those who may not ask."""
    server, room = app.server, settings.remembered_limit()
    if not room:
        return
    answers = Remembered(room)

    def again() -> Response | None:
        if request.path != path or request.method != "POST" or settings.allow_paths() or own_names():
            return None
        around = repr((current(), bool(workspace()), stored())).encode("utf-8", "surrogateescape")
        key = hashlib.sha256(hashlib.sha256(request.get_data()).digest() + around).digest()
        found = answers.find(key)
        if found is None:
            setattr(g, _KEY, key)  # as things were before it was computed: what changes meanwhile makes it another
            return None
        return found.given()

    def keep(response: Response) -> Response:
        key = g.pop(_KEY, None)
        if key is not None and response.status_code == 200 and (rests := grounds()) is not None:
            answers.keep(key, Kept(response.get_data(), response.content_type), rests)
        return response

    server.before_request(again)
    server.after_request(keep)
