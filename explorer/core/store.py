"""The home folder: artifacts written whole or not at all, each with a manifest.

Layout of the home folder (``EXPLORER_HOME``, else the platform's user data folder)::

    models/NAME/  tokenizers/NAME/  corpora/NAME/     artifacts, each with manifest.json
    people/ID/models/NAME/ …                          those of one person of a shared server, see explorer/core/workspace.py
    cache/                                            may be deleted at any time
    .locks/                                           one empty file for each name that was ever written
    .leases/                                          what running processes have begun, see explorer/core/leftovers.py

An artifact is built in a temporary sibling folder (``.partial-…``), flushed to disk and renamed into place under the lock of
its name, so a crash, a full disk or a kill leaves either the old one or the new one, never a half. What is replaced must
bear a manifest of ours and hold nothing else: a person's own files are never deleted. Nothing here is ever pickled.

Old and new change places in one step where the system can (Linux). Elsewhere the old one is first renamed to
``.replaced-NAME``; a writer killed right then left no folder under the name, and the next look at the name puts the old one
back.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from explorer.core.errors import BadInput, Unavailable, UnknownName, disk_errors
from explorer.core.exchange import exchange
from explorer.core.leftovers import temporary_file, temporary_folder
from explorer.core.messages import Message
from explorer.core.places import cache_path, home, make_folder
from explorer.core.workspace import FOLDERS, own_folder, roots, workspace

__all__ = [
    "FORMAT",
    "Manifest",
    "artifact_path",
    "atomic_file",
    "atomic_folder",
    "atomic_write",
    "cache_path",
    "check_mine",
    "check_name",
    "check_target",
    "discard_folder",
    "home",
    "is_own",
    "list_artifacts",
    "name_lock",
    "own_names",
    "put_folder",
    "read_artifact",
    "read_manifest",
    "remove_artifact",
    "rename_artifact",
    "sha256_file",
    "shipped_artifacts",
    "write_manifest",
]

FORMAT = 1
"""Version of the manifest layout; readers refuse newer ones."""

MANIFEST = "manifest.json"
_NAME = re.compile(r"[\w가-힣][\w가-힣.+-]{0,99}", re.ASCII)
_REPLACED = ".replaced-"
_LOCK_SECONDS = 60.0
_READS = 5
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
_KINDS = {"kind": str, "name": str, "engine": str, "params": dict, "sizes": dict, "files": dict, "provenance": dict}
_T = TypeVar("_T")


def derived_path(kind: str, fingerprint: str, *name: str) -> Path:
    """A path in the cache for what is made of a corpus: all of a kind in one folder for each corpus, so that it can go with it."""
    return cache_path(kind, hashlib.sha256(fingerprint.encode()).hexdigest()[:40], *name)


def check_name(name: str) -> str:
    """Return ``name`` if it can name an artifact, a file name on every platform.

    Raises:
        BadInput: it is empty, too long, starts with a dot or holds characters such as ``/``.
    """
    if not _NAME.fullmatch(name):
        raise BadInput("core.bad_name", name=name)
    return name


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an artifact is, how it was made, and how to tell whether it is intact.

    Attributes:
        kind: ``"vectors"``, ``"tokenizer"``, ``"corpus"``, ``"encoder"`` or ``"lab"``.
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


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield an empty temporary sibling of ``path``; on success it is flushed and becomes ``path``, on any error it vanishes.

    Raises:
        BadInput: ``path`` is a folder.
        Unavailable: the disk is full, or nobody may write there.
    """
    if path.is_dir():
        raise BadInput("core.folder_in_the_way", path=path)
    with disk_errors("core.writing", path=path):
        make_folder(path.parent)
        temporary = temporary_file(path.parent)
        try:
            yield temporary
            _sync(temporary)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def atomic_write(path: Path, content: bytes | str) -> None:
    """Write a whole file or nothing, as :func:`atomic_file`."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


@contextmanager
def name_lock(target: Path, wait: float = _LOCK_SECONDS, busy: Message | None = None) -> Iterator[None]:
    """Hold a path for this process and thread; the lock goes with the process, however it ends.

    Args:
        target: what is held; need not exist.
        wait: seconds to wait for another holder.
        busy: the message when it was held all that time.

    Raises:
        Unavailable: another process holds it.
    """
    from filelock import FileLock, Timeout

    # One path has one lock however it was spelled; the name in front is for people who look into the folder.
    place = os.path.normcase(os.path.join(os.path.realpath(target.parent), target.name))  # noqa: PTH118 - a string is hashed
    digest = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    file = home() / ".locks" / f"{target.name[:40]}-{digest}.lock"
    with disk_errors("core.making", path=file.parent):
        make_folder(file.parent)
    lock = FileLock(file, thread_local=False)
    try:
        with disk_errors("core.locking", path=target):
            lock.acquire(timeout=wait)
    except Timeout:
        busy = busy or Message("core.being_written", {"target": target})
        raise Unavailable(busy.code, **busy.values) from None
    try:
        yield
    finally:
        lock.release()


def check_target(target: Path, overwrite: bool, kind: str | None = None) -> None:
    """Refuse a place that may not be written: before long work, and once more under the lock.

    Args:
        target: the artifact's folder.
        overwrite: whether an artifact that is there may be replaced.
        kind: what will be written; an artifact of another kind is not replaced.

    Raises:
        BadInput: something is there and ``overwrite`` is false, or it is something that was not saved here: a file, a
            link, a folder without a manifest of ours, an artifact of another kind, or one with other files in it.
    """
    if not os.path.lexists(target):
        return
    if not overwrite:
        raise BadInput("core.already_exists", target=target)
    if target.is_symlink():
        raise BadInput("core.target_is_link", target=target)
    if not target.is_dir():
        raise BadInput("core.target_is_file", target=target)
    if not any(target.iterdir()):
        return
    found = _own(target)
    if found is None:
        raise BadInput("core.foreign_folder", target=target, manifest=MANIFEST)
    # A checkpoint gives way to whatever its training writes next.
    if kind is not None and found.kind not in (kind, "checkpoint"):
        raise BadInput("core.other_kind_there", target=target, found=found.kind, kind=kind)
    foreign = _foreign(target, found)
    if foreign is not None:
        raise BadInput("core.foreign_files", target=target, foreign=foreign)


def _own(folder: Path) -> Manifest | None:
    """The manifest of a folder that this store wrote, by this or a newer version; ``None`` if it is not ours."""
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("files"), dict):
        return None
    if type(data.get("format")) is not int or not all(isinstance(data.get(key), str) for key in ("kind", "name", "engine")):
        return None
    return Manifest(data["kind"], data["name"], data["engine"], files=data["files"], format=data["format"])


def _foreign(folder: Path, manifest: Manifest) -> str | None:
    """A file in an artifact's folder that its manifest does not name; what desktops strew about does not count."""
    for part in sorted(folder.rglob("*")):
        if part.is_dir() and not part.is_symlink():
            continue
        name = part.relative_to(folder).as_posix()
        if name not in manifest.files and name != MANIFEST and part.name not in _LITTER:
            return name
    return None


@contextmanager
def atomic_folder(target: Path, overwrite: bool = False, private: bool = False) -> Iterator[Path]:
    """Yield an empty temporary sibling of ``target``; on success it becomes ``target``, on any error it vanishes.

    Nobody but its owner can open one that is ``private``, not even for the moment before it has its name.

    A folder in which no manifest was written can never be overwritten.

    Raises:
        BadInput: ``target`` exists and ``overwrite`` is false, or it is nothing that may be replaced (:func:`check_target`);
            also when it came into being during the work.
    """
    with disk_errors("core.writing", path=target):
        check_target(target, overwrite)
        make_folder(target.parent)
        temporary = temporary_folder(target.parent)
        try:
            if private:
                temporary.chmod(0o700)
            yield temporary
            put_folder(temporary, target, overwrite)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def put_folder(made: Path, target: Path, overwrite: bool = False) -> None:
    """Move a finished folder to its place beside it, under the lock of that place.

    Raises:
        BadInput: as :func:`check_target`; ``made`` stays where it is.
    """
    new = _own(made)
    with disk_errors("core.writing", path=target):
        for part in made.rglob("*"):
            _sync(part)
        _sync(made)
        doomed: Path | None = None
        with name_lock(target):
            _settle(target)
            # Looked at again: somebody else may have finished under this name while ours was made.
            check_target(target, overwrite, new.kind if new else None)
            if target.is_dir() and not any(target.iterdir()):
                target.rmdir()
            if not os.path.lexists(target):
                os.replace(made, target)
            elif exchange(made, target):
                doomed = _doom(made)
            else:
                doomed = _step_aside(made, target)
            _sync(target.parent)
        if doomed is not None:
            shutil.rmtree(doomed, ignore_errors=True)


def _replaced(target: Path) -> Path:
    return target.parent / f"{_REPLACED}{target.name}"


def _doom(folder: Path) -> Path:
    """Rename a folder into one that nobody looks at, so that an interrupted deletion leaves nothing that looks whole."""
    doomed = temporary_folder(folder.parent)
    os.replace(folder, doomed / "old")
    return doomed


def discard_folder(folder: Path, *, locked: bool = False) -> None:
    """Delete a folder, which nobody sees half gone; a reader that has its files open keeps them.

    Args:
        folder: what goes; it may be gone already.
        locked: whether the caller holds its :func:`name_lock`.
    """
    with disk_errors("core.removing", path=folder), nullcontext() if locked else name_lock(folder):
        if not folder.is_dir():
            return
        doomed = _doom(folder)
    shutil.rmtree(doomed, ignore_errors=True)


def _step_aside(made: Path, target: Path) -> Path:
    """Replace a folder in two renames, for systems without an exchange; returns the old one, to be deleted."""
    old = _replaced(target)
    if os.path.lexists(old):
        raise BadInput("core.in_the_way", old=old)
    try:
        os.replace(target, old)
        os.replace(made, target)
    except BaseException:
        _settle(target)
        raise
    return _doom(old)


def _settle(target: Path) -> None:
    """Finish what a writer that was killed between its two renames left; called under the lock.

    With nothing under the name, the old folder takes its place again; with the new one there, the old one goes.
    """
    old = _replaced(target)
    if old.is_symlink() or _own(old) is None:
        return
    if os.path.lexists(target):
        shutil.rmtree(_doom(old), ignore_errors=True)
    else:
        os.replace(old, target)


def _recover(target: Path) -> None:
    """Put back what a killed writer took away; waits for a writer that is at it. Costs a look at the disk or two."""
    if not os.path.lexists(target) and os.path.lexists(_replaced(target)):
        with disk_errors("core.putting_back", path=target), name_lock(target):
            _settle(target)


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Hash every file in ``folder`` and write ``manifest.json`` beside them; returns the completed manifest."""
    files = {
        part.relative_to(folder).as_posix(): sha256_file(part)
        for part in sorted(folder.rglob("*"))
        if part.is_file() and part.name != MANIFEST
    }
    complete = Manifest(**(manifest.to_dict() | {"files": files}))
    (folder / MANIFEST).write_text(_manifest_text(complete), encoding="utf-8")
    return complete


def _manifest_text(manifest: Manifest) -> str:
    return json.dumps(manifest.to_dict(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def read_manifest(folder: Path, kind: str | None = None) -> Manifest:
    """Read and check ``manifest.json``.

    Raises:
        BadInput: the folder is no artifact, is of another kind, is damaged, or was written by a newer version.
    """
    _recover(folder)
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if (wrong := _misfit(data)) is not None:
            raise BadInput("core.damaged_artifact", path=path, reason=wrong)
        manifest = Manifest(**data)
    except BadInput:
        raise
    except FileNotFoundError:
        raise BadInput("core.not_artifact", folder=folder, manifest=MANIFEST) from None
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise BadInput("core.damaged_artifact", path=path, reason=error) from error
    if not isinstance(manifest.format, int) or manifest.format > FORMAT:
        raise BadInput("core.format_too_new", folder=folder, written=manifest.format, readable=FORMAT)
    if kind is not None and manifest.kind != kind:
        raise BadInput("core.wrong_kind", folder=folder, kind=manifest.kind, wanted=kind)
    return manifest


def _misfit(data: Any) -> Message | None:
    """What keeps plain data from being a manifest."""
    if not isinstance(data, dict):
        return Message("core.not_object")
    wrong = next((key for key, kind in _KINDS.items() if not isinstance(data.get(key, kind()), kind)), None)
    return Message("core.wrong_value", {"key": wrong, "value": json.dumps(data[wrong])[:40]}) if wrong is not None else None


def read_artifact(folder: Path, kind: str, read: Callable[[Manifest], _T]) -> _T:
    """Read an artifact whose parts all belong to one version of it, also while it is being overwritten.

    Args:
        folder: the artifact's folder.
        kind: what it must be.
        read: opens the parts; called again if another version took the folder's place meanwhile.

    Raises:
        BadInput: as :func:`read_manifest`, or what ``read`` raised.
        Unavailable: it was replaced again at every try.
    """
    for _ in range(_READS):
        before = _version(folder)
        try:
            result = read(read_manifest(folder, kind))
        except (BadInput, OSError):
            if _version(folder) == before:
                raise
            continue
        if _version(folder) == before:
            return result
    raise Unavailable("core.replaced_meanwhile", folder=folder)


def _version(folder: Path) -> tuple[int, int, int] | None:
    """What tells one version of a folder from the next."""
    _recover(folder)
    try:
        status = (folder / MANIFEST).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns


def artifact_path(kind: str, name: str) -> Path:
    """Where the artifact of this kind and name lives, or would be made: in a workspace a person's own, else everybody's."""
    places = [root / check_name(name) for root in roots(kind)]
    for place in places:
        _recover(place)
    return next((place for place in places if os.path.lexists(place)), places[0])


def list_artifacts(kind: str) -> dict[str, Manifest]:
    """Every intact artifact of a kind, by name. Half-written folders are never listed."""
    found: dict[str, Manifest] = {}
    for root in reversed(roots(kind)):
        found |= _listed(root, kind)
    return dict(sorted(found.items()))


def _listed(root: Path, kind: str) -> dict[str, Manifest]:
    found: dict[str, Manifest] = {}
    if not root.is_dir():
        return found
    for left in root.glob(f"{_REPLACED}*"):
        _recover(root / left.name.removeprefix(_REPLACED))
    for folder in sorted(root.iterdir()):
        if folder.name.startswith(".") or not (folder / MANIFEST).is_file():
            continue
        try:
            found[folder.name] = read_manifest(folder, kind)
        except BadInput:
            continue  # read_manifest on the name itself tells the person what is wrong with it
    return found


def own_names() -> set[str]:
    """Names of all artifacts that are the workspace's own, of whatever kind; none outside any."""
    own = own_folder()
    if own is None or not own.is_dir():
        return set()
    return {folder.name for part in FOLDERS.values() for folder in (own / part).glob("[!.]*")}


def is_own(kind: str, name: str) -> bool:
    """Whether an artifact may be changed from here: in a workspace only its own, outside any whatever is there."""
    return not workspace() or artifact_path(kind, name).parent == roots(kind)[0]


def check_mine(kind: str, name: str) -> None:
    """Refuse to change what is everybody's from within a workspace.

    Raises:
        BadInput: it is.
    """
    if not is_own(kind, name):
        raise BadInput("core.for_everybody", name=name)


def shipped_artifacts(root: Path, kind: str) -> dict[str, Path]:
    """Folders of the artifacts of a kind that come with the package, by name; ``root`` is the room's ``pretrained`` folder."""
    try:
        changed = root.stat().st_mtime_ns
    except OSError:
        return {}
    return dict(_shipped(root, kind, changed))


@lru_cache(maxsize=32)
def _shipped(root: Path, kind: str, changed: int) -> dict[str, Path]:
    """Read once: what comes with the package stays as it is, and is asked for dozens of times a page."""
    folders = [manifest.parent for manifest in sorted(root.glob(f"*/{MANIFEST}"))]
    return {folder.name: folder for folder in folders if read_manifest(folder).kind == kind}


def remove_artifact(kind: str, name: str) -> None:
    """Delete an artifact; a reader that has it open keeps its files until it closes them.

    Raises:
        UnknownName: there is none of that name.
        BadInput: it is everybody's, and work is done in a workspace.
    """
    check_mine(kind, name)
    folder = artifact_path(kind, name)
    doomed: Path | None = None
    with disk_errors("core.removing", path=folder):
        if folder.parent.is_dir():
            with name_lock(folder):
                _settle(folder)
                if (folder / MANIFEST).is_file():
                    if folder.is_symlink():  # the link goes, what it leads to is somebody else's
                        folder.unlink()
                        return
                    doomed = _doom(folder)
        if doomed is None:
            raise UnknownName(kind, name, list_artifacts(kind))
        shutil.rmtree(doomed)


def rename_artifact(kind: str, name: str, new: str) -> None:
    """Give an artifact another name.

    Raises:
        UnknownName: there is none of that name.
        BadInput: the new name is no name, or taken; or the artifact is everybody's, and work is done in a workspace.
    """
    check_mine(kind, name)
    old, target = artifact_path(kind, name), artifact_path(kind, new)
    if not (old / MANIFEST).is_file():
        raise UnknownName(kind, name, list_artifacts(kind))
    check_target(target, False)
    first, second = sorted((old, target))  # one order for everybody, so that two renamings never wait for each other
    with disk_errors("core.writing", path=target), name_lock(first), name_lock(second):
        check_target(target, False)
        manifest = replace(read_manifest(old, kind), name=new)
        os.replace(old, target)
        atomic_write(target / MANIFEST, _manifest_text(manifest))
        _sync(target.parent)
