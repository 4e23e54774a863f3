"""The home folder: artifacts written whole or not at all, each with a manifest.

Layout of the home folder (``EXPLORER_HOME``, else the platform's user data folder)::

    models/NAME/  tokenizers/NAME/  corpora/NAME/     artifacts, each with manifest.json
    cache/                                            may be deleted at any time

An artifact is built in a temporary sibling folder, flushed to disk and renamed into place, so a crash, a full disk or a
kill leaves either the old one or the new one, never a half. Nothing here is ever pickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, UnknownName, disk_errors

__all__ = [
    "FORMAT",
    "Manifest",
    "artifact_path",
    "atomic_folder",
    "atomic_write",
    "cache_path",
    "check_name",
    "home",
    "list_artifacts",
    "read_manifest",
    "remove_artifact",
    "sha256_file",
    "write_manifest",
]

FORMAT = 1
"""Version of the manifest layout; readers refuse newer ones."""

MANIFEST = "manifest.json"
_NAME = re.compile(r"[\w가-힣][\w가-힣.+-]{0,99}", re.ASCII)
_PARTIAL = ".partial-"


def home() -> Path:
    """The home folder: ``EXPLORER_HOME`` if set, else the platform's user data folder. Not created by asking."""
    chosen = os.environ.get("EXPLORER_HOME")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("korean-explorer", appauthor=False)


def cache_path(*parts: str) -> Path:
    """A path under the cache of the home folder, its parent folder made."""
    path = home().joinpath("cache", *parts)
    with disk_errors(f"making {path.parent}"):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def check_name(name: str) -> str:
    """Return ``name`` if it can name an artifact, a file name on every platform.

    Raises:
        BadInput: it is empty, too long, starts with a dot or holds characters such as ``/``.
    """
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"{name!r} cannot be a name; use 1 to 100 letters, digits, 가-힣 or . _ + - (starting with a letter or digit)"
        )
    return name


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an artifact is, how it was made, and how to tell whether it is intact.

    Attributes:
        kind: ``"vectors"``, ``"tokenizer"`` or ``"corpus"``.
        name: the name it was saved under.
        engine: registry name of what made it (``"word2vec"``, ``"unigram"``).
        params: every parameter, seed included.
        sizes: counts a person asks for (keys, dimensions, documents …).
        files: sha256 of every part, by file name.
        provenance: corpus, tokenizer and library versions.
    """

    kind: str
    name: str
    engine: str
    params: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def atomic_write(path: Path, content: bytes | str) -> None:
    """Write a whole file or nothing: temporary sibling, fsync, rename."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with disk_errors(f"writing {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=_PARTIAL)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@contextmanager
def atomic_folder(target: Path, overwrite: bool = False) -> Iterator[Path]:
    """Yield an empty temporary sibling of ``target``; on success it becomes ``target``, on any error it vanishes.

    Raises:
        BadInput: ``target`` exists and ``overwrite`` is false.
    """
    if target.exists() and not overwrite:
        raise BadInput(f"{target} exists already; choose another name, or overwrite it on purpose (--force)")
    with disk_errors(f"writing {target}"):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=_PARTIAL))
        try:
            yield temporary
            temporary.chmod(0o755)
            for part in temporary.rglob("*"):
                _sync(part)
            _sync(temporary)
            if target.exists():
                # A folder cannot be replaced in one step; the old one steps aside and is deleted only after the rename.
                aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=_PARTIAL))
                os.replace(target, aside / "old")
                os.replace(temporary, target)
                shutil.rmtree(aside, ignore_errors=True)
            else:
                os.replace(temporary, target)
            _sync(target.parent)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Hash every file in ``folder`` and write ``manifest.json`` beside them; returns the completed manifest."""
    files = {
        part.relative_to(folder).as_posix(): sha256_file(part)
        for part in sorted(folder.rglob("*"))
        if part.is_file() and part.name != MANIFEST
    }
    complete = Manifest(**(manifest.to_dict() | {"files": files}))
    text = json.dumps(complete.to_dict(), ensure_ascii=False, indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return complete


def read_manifest(folder: Path, kind: str | None = None) -> Manifest:
    """Read and check ``manifest.json``.

    Raises:
        BadInput: the folder is no artifact, is of another kind, is damaged, or was written by a newer version.
    """
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(**data)
    except FileNotFoundError:
        raise BadInput(f"{folder} is no artifact: it has no {MANIFEST}") from None
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(f"{path} is damaged ({error}); save or train the artifact again") from error
    if not isinstance(manifest.format, int) or manifest.format > FORMAT:
        raise BadInput(
            f"{folder} was written by a newer version (format {manifest.format}, this one reads up to {FORMAT}); upgrade korean-explorer"
        )
    if kind is not None and manifest.kind != kind:
        raise BadInput(f"{folder} holds a {manifest.kind}, not a {kind}")
    return manifest


_FOLDERS = {"vectors": "models", "tokenizer": "tokenizers", "corpus": "corpora", "encoder": "encoders"}


def artifact_path(kind: str, name: str) -> Path:
    """Where the artifact of this kind and name lives (whether or not it exists)."""
    return home() / _FOLDERS[kind] / check_name(name)


def list_artifacts(kind: str) -> dict[str, Manifest]:
    """Every intact artifact of a kind, by name. Half-written folders are never listed."""
    root = home() / _FOLDERS[kind]
    found: dict[str, Manifest] = {}
    if not root.is_dir():
        return found
    for folder in sorted(root.iterdir()):
        if folder.name.startswith(".") or not (folder / MANIFEST).is_file():
            continue
        try:
            found[folder.name] = read_manifest(folder, kind)
        except BadInput:
            continue  # read_manifest on the name itself tells the person what is wrong with it
    return found


def remove_artifact(kind: str, name: str) -> None:
    """Delete an artifact; a reader that has it open keeps its files until it closes them.

    Raises:
        UnknownName: there is none of that name.
    """
    folder = artifact_path(kind, name)
    if not (folder / MANIFEST).is_file():
        raise UnknownName(kind, name, list_artifacts(kind))
    with disk_errors(f"removing {folder}"):
        # Renamed first, so that an interrupted removal leaves nothing that looks whole.
        doomed = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_PARTIAL))
        os.replace(folder, doomed / "old")
        shutil.rmtree(doomed)
