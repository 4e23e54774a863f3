"""One file from elsewhere: resumed where it broke off, within a limit, compared with its hash, whole or not there at all.

What arrived lies in a ``.part`` file beside the target and is gone on with by the next call. No transfer is without end: it stops
at the declared size and a little, or at a stated limit, and before the disk is full. Proxies are taken from the environment.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from explorer.core.errors import BadInput, Unavailable, disk_errors
from explorer.core.messages import Message
from explorer.core.store import atomic_write

__all__ = ["LIMIT", "Check", "Remote", "Tell", "fetch_file", "free_bytes", "readable_size", "size_of"]

LIMIT = 20_000_000_000
"""Bytes that are taken at most where nothing says how large the file is."""

RESERVE = 64_000_000
"""Bytes that stay free on the disk."""

CONNECT_SECONDS = 10.0
STALL_SECONDS = 30.0
"""How long a server may send nothing before the connection counts as broken."""

ATTEMPTS = 5
PAUSE = 0.5
ENOUGH = 1 << 14
"""An attempt that brought this much more than any before was no failure: counting starts anew."""

_BLOCK = 1 << 18
_REDIRECTS = 10
_TRY_LATER = frozenset({408, 429, 500, 502, 503, 504})

Tell = Callable[[int, int | None], None]
"""Told how many bytes are here, and of how many; what it raises ends the transfer, and what arrived stays."""

Check = Callable[[int, Mapping[str, str]], None]
"""Given an answer's status and headers, raises what they mean where the caller knows better."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file that lies elsewhere.

    Attributes:
        url: http or https.
        size: in bytes, where it was declared.
        limit: bytes that are taken at most, whatever was declared.
        hash: 64 hexadecimal digits are a SHA-256, 40 a SHA-1 of the content or Git's; any other is not compared.
        headers: to send along.
        fixed: the address never means another content, so a beginning always fits.
    """

    url: str
    size: int | None = None
    limit: int | None = None
    hash: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    fixed: bool = False

    @property
    def most(self) -> int:
        """Bytes after which a transfer is refused.

        >>> Remote("https://a.example/b", size=1000).most, Remote("https://a.example/b", size=1000, limit=100).most
        (1050, 100)
        """
        most = LIMIT if self.size is None else self.size * 105 // 100
        return most if self.limit is None else min(most, self.limit)


def readable_size(size: float) -> str:
    """Bytes for a person.

    >>> readable_size(714_290_682), readable_size(2_500_000_000), readable_size(812)
    ('714 MB', '2.5 GB', '812 bytes')
    """
    for unit, factor, form in (("GB", 1e9, ".1f"), ("MB", 1e6, ".0f"), ("kB", 1e3, ".0f")):
        if size >= factor:
            return f"{size / factor:{form}} {unit}"
    return f"{size:.0f} bytes"


def size_of(path: Path) -> int:
    """A file's bytes; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def free_bytes(place: Path) -> int:
    """What is free on the disk of a folder that may not exist yet."""
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def fetch_file(
    remote: Remote, target: Path, *, part: Path | None = None, check: Check | None = None, tell: Tell | None = None
) -> Path:
    """Fetch a file, or go on with one whose beginning is here.

    Args:
        remote: where it lies and what is known of it.
        target: where it shall be; replaced, and only by all of it.
        part: where it grows; beside the target by default.
        check: see :data:`Check`.
        tell: see :data:`Tell`; also told while waiting between attempts.

    Raises:
        BadInput: an address that is neither http nor https.
        Unavailable: ``core.fetch_interrupted`` (what arrived stays), ``core.fetch_wrong_hash``, ``core.fetch_too_large``,
            ``core.fetch_redirects`` (nothing stays), ``core.fetch_no_room``, ``core.fetch_status``, or what ``check`` raises.
    """
    tell = tell or (lambda done, total: None)
    with disk_errors("core.writing", path=target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
    transfer = _Transfer(remote, part or target.with_name(f"{target.name}.part"), check, tell)
    best, failures = transfer.have, 0
    while True:
        try:
            transfer.attempt(last=failures + 1 >= ATTEMPTS)
            break
        except _PassingError as error:
            reason = error.reason
        have = transfer.have
        failures = 1 if have >= best + ENOUGH else failures + 1
        best = max(best, have)
        if failures >= ATTEMPTS:
            raise Unavailable("core.fetch_interrupted", url=remote.url, reason=reason, attempts=ATTEMPTS, size=have)
        resume = time.monotonic() + PAUSE * 2 ** (failures - 1)
        while (left := resume - time.monotonic()) > 0:
            tell(have, remote.size)
            time.sleep(min(0.1, left))
    transfer.finish(target)
    return target


class _PassingError(Exception):
    """What may go right the next time."""

    def __init__(self, reason: Message) -> None:
        super().__init__()
        self.reason = reason


class _Transfer:
    """A part that grows: its hash so far, and beside it a mark that says what it is the beginning of."""

    def __init__(self, remote: Remote, part: Path, check: Check | None, tell: Tell) -> None:
        self.remote, self.check, self.tell = remote, check, tell
        self.part, self.mark = part, part.with_name(f"{part.name}.json")
        self.hashes: list[Any] = []
        self.hashed = -1

    @property
    def have(self) -> int:
        return size_of(self.part)

    def drop(self) -> None:
        self.part.unlink(missing_ok=True)
        self.mark.unlink(missing_ok=True)

    def attempt(self, last: bool) -> None:
        """Ask for what is missing and take it; all of the file is here when this returns."""
        import requests
        from urllib3.exceptions import HTTPError

        tag = self._tag()
        have, size = self.have, self.remote.size
        if have > (self.remote.most if size is None else size) or not (tag or self.remote.fixed):
            self.drop()
            have = 0
        if have == size:
            self.part.touch()  # an empty file is a file too
            return
        headers = {"Accept-Encoding": "identity", "User-Agent": "korean-explorer", **self.remote.headers}
        if have:
            # The server sends the rest only if the file is still the one the beginning came from.
            headers |= {"Range": f"bytes={have}-"} | ({"If-Range": tag} if tag else {})
        try:
            with requests.Session() as session:
                session.max_redirects = _REDIRECTS
                seconds = (CONNECT_SECONDS, STALL_SECONDS)
                with session.get(self.remote.url, headers=headers, stream=True, timeout=seconds) as answer:
                    self._take(answer, have, last)
        except requests.TooManyRedirects as error:
            raise Unavailable("core.fetch_redirects", url=self.remote.url) from error
        except (requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema, requests.exceptions.InvalidURL) as error:
            raise BadInput("core.fetch_scheme", url=self.remote.url) from error
        except (requests.RequestException, HTTPError) as error:
            raise _PassingError(_reason(error, self.remote.url)) from error

    def _take(self, answer: Any, have: int, last: bool) -> None:
        status, headers, url = answer.status_code, answer.headers, self.remote.url
        if status == 416 and have:
            if headers.get("Content-Range", "").rpartition("/")[2] == str(have):
                return  # all of it was here already
            self.drop()
            raise _PassingError(Message("core.fetch_part_misfits"))
        if status in _TRY_LATER and not last:
            raise _PassingError(Message("core.fetch_http", {"status": status}))
        if self.check is not None:
            self.check(status, headers)
        if status not in (200, 206):
            raise Unavailable("core.fetch_status", url=url, status=status)
        start = have if status == 206 else 0
        if status == 206 and not headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            self.drop()
            raise _PassingError(Message("core.fetch_part_misfits"))
        encoded = headers.get("Content-Encoding", "identity") != "identity"
        length = headers.get("Content-Length", "")
        total = start + int(length) if length.isdecimal() and not encoded else None
        self._refuse(total or 0, total - start if total else 0)
        if not self.remote.fixed:
            tag = "" if encoded or headers.get("ETag", "").startswith("W/") else headers.get("ETag", "")
            atomic_write(self.mark, json.dumps({"url": url, "tag": tag or headers.get("Last-Modified", "")}))
        total = total if self.remote.size is None else self.remote.size
        self._copy(answer.raw, start, total)
        if total is not None and self.have < total:
            raise _PassingError(Message("core.fetch_cut_off", {"done": self.have, "total": total}))

    def _copy(self, raw: Any, done: int, total: int | None) -> None:
        told = 0.0
        self._catch_up(done)
        with disk_errors("core.writing", path=self.part), self.part.open("ab" if done else "wb") as stream:
            while block := raw.read1(_BLOCK, decode_content=True):
                stream.write(block)
                stream.flush()
                done += len(block)
                self._hash(block)
                now = time.monotonic()
                if done > self.remote.most or done == total or now - told >= 0.1:
                    told = now
                    self._refuse(done, 0)
                    self.tell(done, total)

    def _refuse(self, size: int, needed: int) -> None:
        """Stop at what is too large for the limit, or for the disk."""
        most, place = self.remote.most, self.part.parent
        if size > most:
            self.drop()
            raise Unavailable("core.fetch_too_large", url=self.remote.url, limit=readable_size(most))
        free = free_bytes(place)
        if free < needed + RESERVE:
            raise Unavailable("core.fetch_no_room", url=self.remote.url, folder=place, free=readable_size(free))

    def _hash(self, block: bytes) -> None:
        self.hashed += len(block)
        for one in self.hashes:
            one.update(block)

    def _catch_up(self, done: int) -> None:
        """Hashes of the first ``done`` bytes of the part."""
        if self.hashed == done:
            return
        self.hashed, self.hashes = 0, []
        if len(self.remote.hash) == 64:
            self.hashes = [hashlib.sha256()]
        elif len(self.remote.hash) == 40:
            heads = [b""] if self.remote.size is None else [b"", b"blob %d\x00" % self.remote.size]
            self.hashes = [hashlib.sha1(head, usedforsecurity=False) for head in heads]
        if done:
            with self.part.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    self._hash(block)

    def finish(self, target: Path) -> None:
        """Compare the hash and let the file appear."""
        self._catch_up(self.have)
        if self.hashes and self.remote.hash not in {one.hexdigest() for one in self.hashes}:
            self.drop()
            raise Unavailable("core.fetch_wrong_hash", url=self.remote.url, sha256=self.remote.hash)
        with disk_errors("core.writing", path=target):
            self.part.replace(target)
        self.mark.unlink(missing_ok=True)

    def _tag(self) -> str:
        """What identified the file when its beginning was fetched; empty if it was another address."""
        try:
            mark = json.loads(self.mark.read_text(encoding="utf-8"))
            return str(mark["tag"]) if mark["url"] == self.remote.url else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""


def _reason(error: Exception, url: str) -> Message:
    """What a connection's error means to a person."""
    import requests
    from urllib3.exceptions import NewConnectionError, ReadTimeoutError

    host = {"host": urlsplit(url).netloc}
    if isinstance(error, requests.exceptions.ProxyError):
        return Message("core.fetch_proxy")
    if isinstance(error, requests.ReadTimeout | ReadTimeoutError):
        return Message("core.fetch_stalled", {"seconds": STALL_SECONDS})
    if isinstance(error, requests.ConnectTimeout):
        return Message("core.fetch_silent", host)
    if error.args and isinstance(getattr(error.args[0], "reason", None), NewConnectionError):
        return Message("core.fetch_unreachable", host)
    return Message("core.fetch_broke_off")
