"""Fetching: only when asked to, with progress, resumed where it broke off, checked, and whole or not there at all.

``EXPLORER_MIRROR`` names a server that holds copies: ``https://dumps.wikimedia.org/x`` is then asked for at
``$EXPLORER_MIRROR/dumps.wikimedia.org/x``. Proxies are taken from the environment (``HTTPS_PROXY`` …).
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from corpora.catalogue import Part, card
from corpora.corpus import StoredCorpus
from corpora.library import add, check_free
from explorer.core import settings
from explorer.core.download import Remote, fetch_file
from explorer.core.errors import BadInput, MissingExtra, Unavailable, disk_errors
from explorer.core.evaluation_sets import SetFile, evaluation_set
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import cache_path, list_artifacts, sha256_file

__all__ = ["download", "fetch", "fetch_dataset", "fetch_set", "mirrored"]


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


def _check_status(status: int, _: Mapping[str, str], url: str) -> None:
    if status in (404, 410):
        raise Unavailable("corpora.address_gone", url=url, status=status)
    if status in (401, 403):
        raise Unavailable("corpora.server_refused", url=url, status=status)


def download(part: Part, folder: Path, progress: ProgressCallback | None = None) -> Path:
    """Fetch one file into a folder, or return it if it is there and intact.

    Args:
        part: its address, and its hash if that is known.
        folder: where to keep it.
        progress: told about the bytes.

    Raises:
        Unavailable: no connection, a server that refuses, or a file that is not the one expected; says what to do.
    """
    target = folder / part.file
    if target.exists():
        if not part.sha256 or sha256_file(target) == part.sha256:
            return target
        target.unlink()
    url = mirrored(part.url)
    return fetch_file(
        Remote(url, hash=part.sha256 or ""),
        target,
        check=partial(_check_status, url=url),
        tell=lambda done, total: report(progress, f"fetching {target.name}", done, total, "bytes"),
    )


def fetch_set(name: str, *, progress: ProgressCallback | None = None) -> list[Path]:
    """Download a test set that has a name, or what is missing of it.

    Args:
        name: as :func:`~explorer.core.evaluation_sets.evaluation_sets` lists it.
        progress: told about the bytes.

    Returns:
        Where its files are now.

    Raises:
        UnknownName: no such test set.
        BadInput: it ships.
        Unavailable: no connection, or a file that is not the one that was published.
    """
    files = evaluation_set(name).files
    if not files:
        raise BadInput("corpora.set_ships", name=name, set_name=name)
    return [_set_file(file, progress) for file in files]


def _set_file(file: SetFile, progress: ProgressCallback | None) -> Path:
    if file.path.is_file() and sha256_file(file.path) == file.sha256:
        return file.path
    return fetch_file(
        Remote(mirrored(file.url), size=file.size, limit=file.size, hash=file.sha256, fixed=True),
        file.path,
        tell=lambda done, total: report(progress, f"fetching {file.name}", done, total, "bytes"),
    )


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
    check_free(title, force, fetching=True)
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
    check_free(name, force, fetching=True)
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
