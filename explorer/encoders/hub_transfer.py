"""Bytes from the Hugging Face hub into its cache: counted, gone on with where a transfer broke, checked by their hash."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from explorer.core.errors import BadInput, ExplorerError, Unavailable, disk_errors

__all__ = ["HubFile", "HubPlan", "address", "bytes_here", "cache_room", "explained", "fetch_file", "readable_size"]

# Whose errors mean the network; the hub's package has changed its client more than once.
_CLIENTS = ("httpx", "httpcore", "requests", "urllib3")
_TRY_LATER = frozenset({408, 429, 500, 502, 503, 504})
_RETRIES = 5
_PAUSE = 1.0
_ENOUGH = 1 << 20
"""An attempt that brought this much was no failure: the next one starts counting anew."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a repository: its path, its size in bytes, and the hash that names it (SHA-256, or Git's for small ones)."""

    path: str
    size: int
    hash: str


@dataclass(frozen=True, slots=True)
class HubPlan:
    """What fetching a checkpoint would bring.

    Attributes:
        name: what was asked for.
        repository: what the hub calls it now; another name where it was renamed.
        commit: the revision, a Git hash.
        files: in the order they are fetched, weights last.
        missing: bytes that are not on this machine yet.
    """

    name: str
    repository: str
    commit: str
    files: tuple[HubFile, ...]
    missing: int

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(file.size for file in self.files)


def readable_size(size: float) -> str:
    """Bytes for a person.

    >>> readable_size(714_290_682), readable_size(2_500_000_000), readable_size(812)
    ('714 MB', '2.5 GB', '812 bytes')
    """
    for unit, factor, form in (("GB", 1e9, ".1f"), ("MB", 1e6, ".0f"), ("kB", 1e3, ".0f")):
        if size >= factor:
            return f"{size / factor:{form}} {unit}"
    return f"{size:.0f} bytes"


def address(name: str, commit: str, path: str) -> str:
    from huggingface_hub import constants, hf_hub_url

    return hf_hub_url(name, path, revision=commit, endpoint=constants.ENDPOINT)


def cache_room(name: str) -> Path:
    """Where the hub's cache keeps a repository."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    return Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model")


def _places(name: str, file: HubFile) -> tuple[Path, Path]:
    """A file's place in the cache, and where it grows."""
    if not re.fullmatch(r"[\w.-]+", file.hash):  # it becomes a file's name
        raise Unavailable("encoders.hub_no_hash", file=file.path, model=name, hash=file.hash[:60])
    blob = cache_room(name) / "blobs" / file.hash
    return blob, blob.with_name(f"{file.hash}.incomplete")


def bytes_here(name: str, file: HubFile) -> int:
    """How many of its bytes are here."""
    blob, part = _places(name, file)
    if blob.exists():
        return file.size
    return min(_size(part), file.size)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def fetch_file(plan: HubPlan, file: HubFile, tell: Callable[[int], None]) -> Path:
    """A file in the cache under its hash, fetched or gone on with where it is not."""
    blob, part = _places(plan.name, file)
    with disk_errors("core.writing", path=blob.parent):
        blob.parent.mkdir(parents=True, exist_ok=True)
    with _alone(plan.name, file, tell):
        if not blob.exists():
            _transfer(plan, file, part, tell)
            if _digest(part, file) != file.hash:
                part.unlink()
                raise Unavailable("encoders.hub_damaged", file=file.path, model=plan.name)
            with disk_errors("core.writing", path=blob):
                part.replace(blob)
    tell(file.size)
    return blob


@contextmanager
def _alone(name: str, file: HubFile, tell: Callable[[int], None]) -> Iterator[None]:
    """The hub's own lock for this file, so that no two processes write it."""
    from filelock import FileLock, Timeout

    room = cache_room(name)
    place = room.parent / ".locks" / room.name / f"{file.hash}.lock"
    with disk_errors("core.writing", path=place.parent):
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(place)
        while True:
            try:
                lock.acquire(timeout=0.5)
                break
            except Timeout:
                tell(bytes_here(name, file))  # somebody else is fetching it; the person may still stop
    try:
        yield
    finally:
        lock.release()


def _transfer(plan: HubPlan, file: HubFile, part: Path, tell: Callable[[int], None]) -> None:
    """Let the part grow until it is as long as the file; give up after several attempts in a row that brought nothing."""
    failures = best = 0
    while True:
        have = _size(part)
        if have > file.size:
            part.unlink()
            have = 0
        best = max(best, have)
        if have == file.size:
            part.touch()  # an empty file is a file too
            return
        tell(have)
        try:
            _stream(plan, file, part, have, tell)
            why = "the connection ended early"
        except ExplorerError:
            raise
        except Exception as error:
            why = _passing(error)
            if not why:
                with explained(plan.name):
                    raise
        now = _size(part)
        if now == file.size:
            continue
        failures = 1 if best + _ENOUGH <= now <= file.size else failures + 1
        if failures > _RETRIES:
            raise Unavailable(
                "encoders.fetch_broke_off",
                model=plan.name,
                now=readable_size(now),
                size=readable_size(file.size),
                file=file.path,
                reason=why,
            )
        resume = time.monotonic() + _PAUSE * 2 ** (failures - 1)
        while time.monotonic() < resume:
            tell(now)
            time.sleep(min(0.1, _PAUSE))


def _stream(plan: HubPlan, file: HubFile, part: Path, have: int, tell: Callable[[int], None]) -> None:
    """One attempt: the rest of the file, or all of it where the server does not know how to go on."""
    from huggingface_hub import constants, get_session
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status  # type: ignore[attr-defined]

    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    source = address(plan.name, plan.commit, file.path)
    timeout = constants.HF_HUB_DOWNLOAD_TIMEOUT
    # Weights lie on another host, to which the client follows without the token.
    with get_session().stream("GET", source, headers=headers, timeout=timeout, follow_redirects=True) as answer:
        if answer.status_code == 416:
            part.unlink(missing_ok=True)  # longer than the file: it is another one
            return
        hf_raise_for_status(answer)
        resumed = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        done = have if resumed else 0
        if answer.status_code == 206 and not resumed:
            part.unlink(missing_ok=True)
            return
        told = 0.0
        with disk_errors("core.writing", path=part):
            stream = part.open("ab" if resumed else "wb")
        with stream:
            for block in answer.iter_bytes():
                with disk_errors("core.writing", path=part):
                    stream.write(block)
                    stream.flush()
                done += len(block)
                if time.monotonic() - told >= 0.1:
                    told = time.monotonic()
                    tell(done)


def _passing(error: Exception) -> str:
    """What went wrong if it may go right the next time; empty if not."""
    from huggingface_hub.errors import HfHubHTTPError

    if isinstance(error, HfHubHTTPError):
        status = getattr(error.response, "status_code", 0)
        return f"HTTP {status}" if status in _TRY_LATER else ""
    if isinstance(error, ConnectionError | TimeoutError) or type(error).__module__.startswith(_CLIENTS):
        return type(error).__name__
    return ""


def _digest(path: Path, file: HubFile) -> str:
    """The file's hash of the kind the hub gave; an unknown kind is taken as it is, the size having been right."""
    if len(file.hash) == 64:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    if len(file.hash) == 40:
        content = path.read_bytes()
        return hashlib.sha1(b"blob %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()
    return file.hash


@contextmanager
def explained(name: str) -> Iterator[None]:
    """What the hub's and the network's errors mean to a person."""
    from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    try:
        yield
    except ExplorerError:
        raise
    except GatedRepoError as error:
        raise Unavailable("encoders.hub_gated", model=name) from error
    except RepositoryNotFoundError as error:
        raise Unavailable("encoders.hub_no_model", model=name) from error
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", "error")
        raise Unavailable("encoders.hub_refused", model=name, status=status) from error
    except EntryNotFoundError as error:
        raise Unavailable("encoders.hub_silent", model=name) from error
    except Exception as error:
        if isinstance(error, ConnectionError | TimeoutError) or type(error).__module__.startswith(_CLIENTS):
            raise Unavailable("encoders.hub_connection", model=name, reason=type(error).__name__) from error
        if type(error).__name__ == "HFValidationError":
            raise BadInput("encoders.hub_bad_name", model=name) from error
        raise
