"""Fetching: only when asked to, with progress, resumed where it broke off, checked, and whole or not there at all.

``EXPLORER_MIRROR`` names a server that holds copies: ``https://dumps.wikimedia.org/x`` is then asked for at
``$EXPLORER_MIRROR/dumps.wikimedia.org/x``. Proxies are taken from the environment (``HTTPS_PROXY`` …).
"""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corpora.catalogue import Part, card
from corpora.library import StoredCorpus, add
from explorer.core import settings
from explorer.core.errors import BadInput, MissingExtra, Unavailable, disk_errors
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import artifact_path, atomic_write, cache_path, check_target, list_artifacts, sha256_file

__all__ = ["download", "fetch", "fetch_dataset", "mirrored"]

CONNECT_SECONDS = 10.0
STALL_SECONDS = 30.0
"""How long a server may send nothing before the connection counts as broken."""

ATTEMPTS = 4
_BLOCK = 1 << 14  # what a broken connection can lose of what had arrived


def mirrored(url: str) -> str:
    """The address to ask instead, where ``EXPLORER_MIRROR`` is set.

    Raises:
        BadInput: the mirror is no http(s) address.
    """
    mirror = settings.mirror()
    if not mirror:
        return url
    if urlsplit(mirror).scheme not in ("http", "https"):
        raise BadInput("corpora.bad_mirror", mirror=mirror)
    parts = urlsplit(url)
    return f"{mirror.rstrip('/')}/{parts.netloc}{parts.path}"


class _Resuming:
    """A downloader for pooch that keeps what arrived in a ``.part`` file beside the target and goes on from there."""

    def __init__(self, target: Path, progress: ProgressCallback | None) -> None:
        self._part = target.with_name(f"{target.name}.part")
        self._mark = target.with_name(f"{target.name}.part.json")
        self._progress = progress
        self._name = target.name

    def __call__(self, url: str, output_file: Any, pooch: Any, check_only: bool = False) -> bool | None:
        import requests

        last = ""
        failures = 0
        while failures < ATTEMPTS:
            if failures:
                time.sleep(min(2.0, 0.2 * 2**failures))
            before = self._size()
            try:
                self._attempt(url)
            except (requests.Timeout, requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
                last = _network_words(error, url)
                # A connection that breaks now and then but brings something each time gets there in the end.
                failures = 1 if self._size() > before else failures + 1
                continue
            Path(output_file).unlink(missing_ok=True)
            self._part.replace(output_file)
            self._mark.unlink(missing_ok=True)
            return None
        raise Unavailable("corpora.fetch_interrupted", url=url, reason=last, attempts=ATTEMPTS, size=self._size())

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _attempt(self, url: str) -> None:
        import requests

        have = self._size()
        tag = self._tag(url) if have else ""
        if have and not tag:
            self._drop()
            have = 0
        headers = {"Accept-Encoding": "identity", "User-Agent": "korean-explorer"}
        if have:
            # The server sends the rest only if the file is still the one the beginning came from.
            headers |= {"Range": f"bytes={have}-", "If-Range": tag}
        with requests.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, STALL_SECONDS)) as answer:
            if answer.status_code == 416:
                if answer.headers.get("Content-Range", "").rpartition("/")[2] == str(have):
                    return  # all of it was here already
                self._drop()
                raise requests.ConnectionError("the part that was here does not fit the file any more")
            _check_status(answer.status_code, url)
            resumed = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            start = have if resumed else 0
            length = answer.headers.get("Content-Length")
            total = start + int(length) if length else None
            self._mark_with(url, answer.headers)
            with disk_errors("core.writing", path=self._part), self._part.open("ab" if resumed else "wb") as stream:
                self._copy(answer, stream, start, total)
            if total is not None and self._size() != total:
                raise requests.ConnectionError(f"cut off after {self._size():,} of {total:,} bytes")

    def _copy(self, answer: Any, stream: Any, start: int, total: int | None) -> None:
        done = start
        told = 0.0
        for block in answer.iter_content(_BLOCK):
            stream.write(block)
            done += len(block)
            if time.monotonic() - told >= 0.1 or done == total:
                told = time.monotonic()
                report(self._progress, f"fetching {self._name}", done, total, "bytes")

    def _tag(self, url: str) -> str:
        """What identified the file when its beginning was fetched; empty if it was another address."""
        try:
            mark = json.loads(self._mark.read_text(encoding="utf-8"))
            return str(mark["tag"]) if mark["url"] == url else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _mark_with(self, url: str, headers: Any) -> None:
        tag = headers.get("ETag", "")
        tag = "" if tag.startswith("W/") else tag or headers.get("Last-Modified", "")
        atomic_write(self._mark, json.dumps({"url": url, "tag": tag}))

    def _drop(self) -> None:
        self._part.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)


def _check_status(status: int, url: str) -> None:
    if status in (404, 410):
        raise Unavailable("corpora.address_gone", url=url, status=status)
    if status in (401, 403):
        raise Unavailable("corpora.server_refused", url=url, status=status)
    if status not in (200, 206):
        raise Unavailable("corpora.server_error", url=url, status=status)


def _network_words(error: Exception, url: str) -> str:
    import requests

    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not answer; check HTTPS_PROXY"
    if isinstance(error, requests.ReadTimeout):
        return f"the server sent nothing for {STALL_SECONDS:g} seconds"
    if isinstance(error, requests.ConnectTimeout):
        return f"{urlsplit(url).netloc} does not answer; are you online?"
    text = str(error)
    if any(mark in text for mark in ("NameResolution", "Name or service", "getaddrinfo", "nodename", "refused", "unreachable")):
        return f"{urlsplit(url).netloc} cannot be reached; are you online?"
    if "cut off" in text or "does not fit" in text:
        return text
    return "the connection broke off"


def download(part: Part, folder: Path, progress: ProgressCallback | None = None) -> Path:
    """Fetch one file into a folder, or return it if it is there and intact.

    Args:
        part: its address, and its hash if that is known.
        folder: where to keep it.
        progress: told about the bytes.

    Raises:
        Unavailable: no connection, a server that refuses, or a file that is not the one expected; says what to do.
    """
    import pooch

    target = folder / part.file
    url = mirrored(part.url)
    if urlsplit(url).scheme not in ("http", "https"):
        raise BadInput("corpora.unsupported_address", url=url)
    with disk_errors("core.writing", path=folder):
        folder.mkdir(parents=True, exist_ok=True)
    pooch.get_logger().setLevel(logging.WARNING)  # its own reports of hashes are no news to a person
    downloader: Callable[..., Any] = _Resuming(target, progress)
    if part.sha256 and target.exists() and sha256_file(target) != part.sha256:
        target.unlink()
    try:
        found = pooch.retrieve(
            url,
            known_hash=f"sha256:{part.sha256}" if part.sha256 else None,
            fname=part.file,
            path=folder,
            downloader=downloader,
        )
    except ValueError as error:
        raise Unavailable("corpora.checksum_mismatch", url=url, sha256=part.sha256) from error
    return Path(found)


def fetch(
    name: str,
    *,
    save_as: str | None = None,
    force: bool = False,
    keep: bool = False,
    drop: str | None = None,
    progress: ProgressCallback | None = None,
) -> StoredCorpus:
    """Download a corpus of the catalogue and store it.

    Args:
        name: the card's name.
        save_as: what to call it; the card's name by default.
        force: replace a corpus of that name.
        keep: keep the downloaded files in the cache afterwards.
        drop: see :func:`corpora.library.add`.
        progress: told about bytes fetched and read.

    Raises:
        UnknownName: no such card.
        BadInput: it needs no fetching, or the name is taken.
        Unavailable: the source cannot be reached or has changed.
    """
    what = card(name)
    if what.fetch == "shipped":
        raise BadInput("corpora.fetch_not_needed", name=name, corpus=name)
    if what.fetch != "download":
        raise BadInput("corpora.not_single_file", name=name, note=what.note)
    title = save_as or name
    _check_free(title, force)
    _check_extra(what.extra, what.name)
    folder = cache_path("downloads", name, "x").parent
    before = _known_hashes(title)
    paths = [download(part, folder, progress) for part in what.parts]
    hashes = {path.name: sha256_file(path) for path in paths}
    changed = sorted(file for file, digest in hashes.items() if before.get(file, digest) != digest)
    origin: dict[str, Any] = {
        **what.provenance,
        "fetched": {
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "sha256": hashes,
            "urls": [part.url for part in what.parts],
        },
    }
    if changed:
        origin["changed_since_last_fetch"] = changed
    stored = add(paths, title, force=force, field=what.field, drop=drop, progress=progress, source=origin)
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
    return stored


def _known_hashes(name: str) -> dict[str, str]:
    """The hashes of the last fetch of this corpus."""
    manifest = list_artifacts("corpus").get(name)
    fetched = manifest.provenance.get("fetched", {}) if manifest else {}
    return dict(fetched.get("sha256", {}))


def _check_free(name: str, force: bool) -> None:
    if artifact_path("corpus", name).exists() and not force:
        raise BadInput("corpora.already_fetched", name=name)
    check_target(artifact_path("corpus", name), force, "corpus")


def _check_extra(extra: str, name: str) -> None:
    """Before gigabytes are fetched, not after."""
    import importlib.util

    needed = {"corpora": ("mwparserfromhell",), "datasets": ("datasets",)}.get(extra, ())
    if any(importlib.util.find_spec(module) is None for module in needed):
        raise MissingExtra("corpora.the_corpus", extra, name=name)


def fetch_dataset(
    identity: str,
    name: str,
    *,
    config: str | None = None,
    split: str | None = None,
    field: str | None = None,
    force: bool = False,
    drop: str | None = None,
    progress: ProgressCallback | None = None,
) -> StoredCorpus:
    """Read a dataset of the Hugging Face hub (or a local dataset folder) and store its rows as a corpus.

    Args:
        identity: ``owner/dataset``.
        name: what to call the corpus.
        config: which configuration, where there are several.
        split: which split; all of them by default, each row saying which.
        field: which column holds the text.
        force: replace a corpus of that name.
        drop: see :func:`corpora.library.add`.
        progress: told about the rows.

    Raises:
        MissingExtra: the package ``datasets`` is not installed.
        Unavailable: the hub cannot be reached, or has no such dataset.
    """
    _check_free(name, force)
    _check_extra("datasets", identity)
    import datasets

    folder = cache_path("downloads", f"hf-{name}", "x").parent
    with disk_errors("core.writing", path=folder):
        folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rows.jsonl"
    try:
        loaded = datasets.load_dataset(identity, config, split=split, streaming=True)
        _write_rows(loaded if split is None else {split: loaded}, path, progress)
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        words = " ".join(str(error).split())[:300]
        raise Unavailable("corpora.dataset_unreadable", dataset=identity, reason=words) from error
    origin = {"source": f"https://huggingface.co/datasets/{identity}", "config": config, "split": split}
    stored = add(path, name, force=force, field=field, drop=drop, progress=progress, source=origin)
    shutil.rmtree(folder, ignore_errors=True)
    return stored


def _write_rows(splits: Any, path: Path, progress: ProgressCallback | None) -> None:
    import orjson

    done = 0
    with disk_errors("core.writing", path=path), path.open("wb") as stream:
        for split, rows in splits.items():
            for row in rows:
                stream.write(orjson.dumps({**row, "split": str(split)}, default=str, option=orjson.OPT_APPEND_NEWLINE))
                done += 1
                if done % 1000 == 0:
                    report(progress, "fetching rows", done, None, "rows")
