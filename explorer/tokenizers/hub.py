"""The Hugging Face hub: its files into its own cache, whole or not at all, and tokenizers out of it.

The hub's package deletes what a broken transfer brought (2.4 does) and takes whatever a server sends, so the bytes are fetched
here, into the place its cache gives them: ``blobs/HASH.incomplete`` grows, is compared with the hub's hash and becomes
``blobs/HASH``. Then the hub's package finds it and links it, however this platform does that.

``HF_ENDPOINT``, ``HF_HOME``, ``HF_HUB_CACHE``, ``HF_HUB_OFFLINE`` and ``HF_TOKEN`` mean what they mean to the hub's package,
which reads them when it is imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.core import settings
from explorer.core.download import Remote, fetch_file, size_of
from explorer.core.errors import Unavailable, disk_errors
from explorer.core.messages import Message

__all__ = [
    "HUB_FILES",
    "HubError",
    "HubFile",
    "asking_hub",
    "bring_file",
    "bytes_here",
    "cache_room",
    "describe_file",
    "hub_file",
    "hub_reachable",
    "link_file",
]

HUB_FILES = ("tokenizer.json", "vocab.txt", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "tekken.json")
"""What may hold a tokenizer, the file that says most first."""

LIMIT = 50_000_000
"""Bytes of the largest tokenizer that is fetched."""

# Whose errors mean the network; the hub's package has changed its client more than once, and not every error is wrapped.
_CLIENTS = ("httpx", "httpcore", "requests", "urllib3")


class HubError(Exception):
    """Why the hub gives nothing; each room has its own sentences for it.

    Args:
        kind: ``"gated"``, ``"absent"`` (no such repository), ``"missing"`` (no such file in it), ``"refused"``, ``"silent"`` (no
            answer) or ``"name"`` (no name of a repository).
        detail: the HTTP status of a refusal, the kind of the client's error for silence.
    """

    def __init__(self, kind: str, detail: Any = "") -> None:
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


@contextmanager
def asking_hub() -> Iterator[None]:
    """Turn the errors of the hub's package and of its client into :class:`HubError`."""
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError as error:
        raise HubError("gated") from error
    except errors.RepositoryNotFoundError as error:
        raise HubError("absent") from error
    except errors.LocalEntryNotFoundError as error:  # an EntryNotFoundError as well, but no connection is what it means
        raise HubError("silent", type(error).__name__) from error
    except errors.EntryNotFoundError as error:
        raise HubError("missing", 404) from error
    except errors.HfHubHTTPError as error:
        raise HubError("refused", getattr(error.response, "status_code", "error")) from error
    except errors.HFValidationError as error:
        raise HubError("name") from error
    except Exception as error:
        if isinstance(error, ConnectionError | TimeoutError) or type(error).__module__.startswith(_CLIENTS):
            raise HubError("silent", type(error).__name__) from error
        raise


def _check_answer(status: int, headers: Mapping[str, str]) -> None:
    """A file was refused."""
    kinds = {"GatedRepo": "gated", "RepoNotFound": "absent", "EntryNotFound": "missing"}
    if status >= 400:
        raise HubError(kinds.get(headers.get("X-Error-Code", ""), "refused"), status)


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a repository: its path, its size in bytes, and the hash that names it (SHA-256, or Git's for small ones)."""

    path: str
    size: int
    hash: str


def cache_room(name: str) -> Path:
    """Where the hub's cache keeps a repository."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    return Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model")


def _places(name: str, file: HubFile) -> tuple[Path, Path]:
    """A file's place in the cache, and where it grows."""
    if not re.fullmatch(r"[\w.-]+", file.hash):  # it becomes a file's name
        raise Unavailable("tokenizers.hub_no_hash", file=file.path, model=name, hash=file.hash[:60])
    blob = cache_room(name) / "blobs" / file.hash
    return blob, blob.with_name(f"{file.hash}.incomplete")


def bytes_here(name: str, file: HubFile) -> int:
    """How many of its bytes are here."""
    blob, part = _places(name, file)
    return file.size if blob.exists() else min(size_of(part), file.size)


def _address(name: str, path: str, revision: str) -> str:
    from huggingface_hub import constants, hf_hub_url

    return hf_hub_url(name, path, revision=revision, endpoint=constants.ENDPOINT)


def describe_file(name: str, path: str, revision: str = "main") -> HubFile:
    """Ask the hub for the size and the hash of a file.

    Raises:
        HubError: it does not answer, or refuses.
        Unavailable: it does not say them.
    """
    from huggingface_hub import constants, get_hf_file_metadata

    with asking_hub():
        found = get_hf_file_metadata(_address(name, path, revision), timeout=30, endpoint=constants.ENDPOINT)
    if found.size is None or not found.etag:
        raise Unavailable("tokenizers.hub_size_unknown", file=path, model=name)
    return HubFile(path, int(found.size), str(found.etag))


def bring_file(
    name: str,
    file: HubFile,
    revision: str = "main",
    *,
    tell: Callable[[int], None] = lambda here: None,
    limit: int | None = None,
) -> Path:
    """A file in the cache under its hash, fetched or gone on with where it is not.

    Args:
        name, file, revision: which.
        tell: told how many of its bytes are here.
        limit: bytes that are taken at most, whatever the hub says.

    Raises:
        HubError: the hub refuses.
        Unavailable: see :func:`~explorer.core.download.fetch_file`.
    """
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    blob, part = _places(name, file)
    with _alone(name, file, tell):
        if not blob.exists():
            # Weights lie on another host, to which the client follows without the token.
            remote = Remote(_address(name, file.path, revision), file.size, limit, file.hash, build_hf_headers(), fixed=True)
            fetch_file(remote, blob, part=part, check=_check_answer, tell=lambda here, _: tell(here))
    tell(file.size)
    return blob


def link_file(name: str, path: str, revision: str = "main") -> Path:
    """A file that was brought, in a snapshot of its repository."""
    from huggingface_hub import constants, hf_hub_download

    with asking_hub():
        return Path(hf_hub_download(name, path, revision=revision, endpoint=constants.ENDPOINT))


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


def hub_file(repository: str) -> Path:
    """The tokenizer file of a hub repository, from the hub's cache or downloaded into it.

    Raises:
        Unavailable: no connection and nothing cached, no such repository, none this person may read, a transfer that broke off,
            a file of more than 50 MB, or no tokenizer in it that this program can run.
    """
    cached = _cached(repository)
    if cached is not None:
        return cached
    if not hub_reachable():
        raise _absent(repository, Message("tokenizers.hub_not_reached"))
    for path in HUB_FILES:
        try:
            return _fetched(repository, path)
        except HubError as error:
            if error.kind == "missing":
                continue
            if error.kind == "gated":
                raise Unavailable("tokenizers.repository_gated", repository=repository) from error
            if error.kind == "absent":
                raise Unavailable("tokenizers.no_such_repository", repository=repository) from error
            if error.kind == "refused":
                raise _absent(repository, Message("tokenizers.hub_refused", {"status": error.detail})) from error
            raise _absent(repository, Message("tokenizers.hub_no_answer")) from error
        except Unavailable as error:
            if error.code in ("core.fetch_interrupted", "core.fetch_wrong_hash"):
                reason = error.values.get("reason") or Message("tokenizers.hub_damaged")
                raise _absent(repository, Message("tokenizers.hub_broke_off", {"reason": reason})) from error
            raise
    raise Unavailable("tokenizers.repository_without_tokenizer", repository=repository, files=", ".join(HUB_FILES))


def _cached(repository: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    try:
        with asking_hub():
            found = [try_to_load_from_cache(repository, path) for path in HUB_FILES]
    except HubError as error:  # no repository can have this name
        raise Unavailable("tokenizers.no_such_repository", repository=repository) from error
    return next((Path(path) for path in found if isinstance(path, str)), None)


def _fetched(repository: str, path: str) -> Path:
    bring_file(repository, describe_file(repository, path), limit=LIMIT)
    return link_file(repository, path)


def _absent(repository: str, reason: Message) -> Unavailable:
    return Unavailable("tokenizers.hub_tokenizer_unavailable", repository=repository, reason=reason)


def hub_reachable() -> bool:
    """Whether a connection opens within seconds; the hub client itself would go on trying for minutes."""
    import socket
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    if settings.hub_offline():
        return False
    address = urlsplit(settings.hub_endpoint())
    if address.scheme in getproxies():
        return True  # only the proxy can tell
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname or "huggingface.co", port), timeout=5).close()
    except OSError:
        return False
    return True
