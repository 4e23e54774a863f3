"""Answers that are in memory, to be sent many times: packed once for each way of packing, however often they are sent.

Flask-Compress packs every answer for itself, which takes longer than to look up what was answered before. It leaves alone what is packed.
"""

from __future__ import annotations

import gzip
import sys
from functools import lru_cache

import brotli
from flask import Response, request
from werkzeug.http import parse_accept_header

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["LEVELS", "SMALLEST", "Kept", "wanted"]

SMALLEST = 1000
"""Bytes below which nothing is packed."""

LEVELS = {"zstd": 6, "br": 5, "gzip": 6}
"""The ways of packing, the best for what they take first, and how hard each tries. Of the first page's scripts these leave a tenth less
than Flask-Compress's own, for some ten milliseconds more."""


@lru_cache(maxsize=256)
def wanted(accepted: str) -> str:
    """The way of packing for an ``Accept-Encoding``; ``""`` for none.

    >>> wanted("gzip, deflate, br, zstd"), wanted("gzip;q=1.0, br;q=0.5"), wanted("zstd;q=0, *"), wanted("")
    ('zstd', 'gzip', 'br', '')
    """
    asked = parse_accept_header(accepted)
    named = {name.lower(): quality for name, quality in asked}
    found = {way: named.get(way, named.get("*", 0.0)) for way in LEVELS}
    best = max(LEVELS, key=lambda way: found[way])  # the first of those that are wanted alike
    return best if found[best] > 0 and found[best] >= named.get("identity", 0.0) else ""


def _packed(body: bytes, way: str) -> bytes:
    if way == "zstd":
        return bytes(zstd.compress(body, level=LEVELS[way]))
    if way == "br":
        return bytes(brotli.compress(body, quality=LEVELS[way]))
    return gzip.compress(body, LEVELS[way], mtime=0)


class Kept:
    """One answer.

    Args:
        body: as it is sent to who wants nothing packed.
        kind: its content type.
    """

    __slots__ = ("body", "kind", "ways")

    def __init__(self, body: bytes, kind: str) -> None:
        self.body, self.kind = body, kind
        self.ways: dict[str, bytes] = {}

    @property
    def size(self) -> int:
        """Bytes that it takes by now."""
        return len(self.body) + sum(map(len, list(self.ways.values())))

    def given(self) -> Response:
        """What is answered to the request that is being answered."""
        way = wanted(request.headers.get("Accept-Encoding", "")) if len(self.body) >= SMALLEST else ""
        if not way:
            return Response(self.body, content_type=self.kind)
        found = self.ways.get(way)
        if found is None:  # two threads may do it at once, with the same result
            found = self.ways[way] = _packed(self.body, way)
        return Response(found, headers={"Content-Encoding": way}, content_type=self.kind)
