"""Files of others are opened in a process of its own first, with limits, before this process opens them.

Parsers written in C++ or Rust end the process, touch memory that is not theirs or never come back where a file is damaged or made
to do so; no ``except`` sees that. A child process that dies is one clear line, a server that dies takes everybody's work with it.
The child opens the whole file with the library itself and says whether it could; then it is opened here.

Each file pays once: that it opened is kept in the cache of the home folder under its SHA-256, and what lies in the home folder's own
artifacts or in this package, as its manifest says, is opened without asking. Processor time and memory are limited where the system has
such limits (Linux both, macOS the time); the time on the clock everywhere.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, ExplorerError, Unavailable, error_from, packed, unpacked
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.core.settings import with_search_path
from explorer.core.store import MANIFEST, atomic_write, home, read_manifest, sha256_file

__all__ = ["require_opening"]

SECONDS = 30
"""Processor time of a trial, and a second more for each :data:`RATE` bytes."""

RATE = 4 << 20
WAITING = 4
"""So many times as long may it take on the clock."""

MEMORY = 4 << 30
_OUTPUT = 16 << 20
_SAID = 300
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Threads reserve memory that counts and is never used."""

_AT_ONCE = threading.BoundedSemaphore(2)  # each takes as much memory as the engine itself
_answers: dict[tuple[object, ...], dict[str, Any]] = {}
"""What was said of files as they lie there; what is wrong with one names its path."""

_opened: set[str] = set()
"""Contents that opened, wherever they lay."""


def require_opening(
    trial: str,
    paths: Sequence[Path | None],
    what: Message,
    *,
    library: str,
    options: Mapping[str, Any] | None = None,
    progress: ProgressCallback | None = None,
) -> None:
    """Return when a child process could open and use the files.

    Args:
        trial: ``"module:function"``; the function is called with the paths as texts and with ``options``, and raises where it cannot.
        paths: the files, or folders of files; ``None`` for one that is not given.
        what: what they should be, for the message.
        library: the distribution that opens them; another version of it is asked anew.
        options: further arguments, plain data.
        progress: told now and then while the child works; what it raises ends the child.

    Raises:
        BadInput: the library refused them, died of them, or did not end; or whatever the trial itself says of them.
        Unavailable: no child process could be started, or the library is not installed for it.
    """
    given = [path for path in paths if path is not None]
    if given and all(map(_kept, given)):
        return
    asked = {"trial": trial, "paths": [path and str(path) for path in paths], "options": dict(options or {})}
    state = (json.dumps(asked), *_state(given))
    if state not in _answers:
        content = _content(asked, given, library)
        place = home() / "cache" / "opened" / content
        _answers[state] = {} if content in _opened or place.is_file() else _run(asked, given, progress)
        if not _answers[state] and content not in _opened:
            _opened.add(content)
            with suppress(OSError, ExplorerError):  # a home that cannot be written costs time, nothing else
                atomic_write(place, json.dumps({"opened": trial}))
    answer = _answers[state]
    if "error" in answer:
        raise error_from(answer["error"])
    if answer:
        raise BadInput("core.guard_refused", paths=", ".join(map(str, given)), what=what, reason=unpacked(answer["reason"]))


def _kept(path: Path) -> bool:
    """Whether a file is one of ours: part of an artifact of the home folder or of this package, as the manifest says."""
    folder = path.parent
    ours = folder.resolve().is_relative_to(Path(__file__).resolve().parents[1]) or folder.parent.parent == home()
    if not ours or not (folder / MANIFEST).is_file():
        return False
    try:
        return read_manifest(folder).files.get(path.name) == sha256_file(path)
    except (BadInput, OSError):
        return False


def _files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _state(paths: Iterable[Path]) -> Iterator[tuple[str, int, int, int]]:
    """Name, time, size and inode of every file: enough to see that one was written again."""
    for file in (file for path in paths for file in _files(path)):
        with suppress(OSError):
            found = file.stat()
            yield str(file), found.st_mtime_ns, found.st_size, found.st_ino


def _content(asked: Mapping[str, Any], paths: Iterable[Path], library: str) -> str:
    """The same for files that hold the same, wherever they lie."""
    releases = []
    for name in ("korean-explorer", library):
        with suppress(PackageNotFoundError):
            releases.append(version(name))
    content = [
        [file.name if path.is_dir() else "", sha256_file(file)] for path in paths for file in _files(path) if file.is_file()
    ]
    about = json.dumps([asked["trial"], asked["options"], releases, content])
    return hashlib.sha256(about.encode()).hexdigest()[:40]


def _run(asked: Mapping[str, Any], paths: Iterable[Path], progress: ProgressCallback | None) -> dict[str, Any]:
    """What the child answers: nothing where all is well."""
    size = sum(file.stat().st_size for path in paths for file in _files(path) if file.is_file())
    seconds = SECONDS + size // RATE
    request = json.dumps({**asked, "seconds": seconds, "memory": MEMORY}).encode()
    with _AT_ONCE, _started() as child:
        try:
            said = _heard(child, request, WAITING * seconds, progress)
        finally:
            child.kill()
    if said is None or child.returncode == -getattr(signal, "SIGXCPU", 0):
        raise BadInput("core.guard_slow", paths=", ".join(map(str, paths)), seconds=seconds)
    try:
        answer = json.loads(said)
    except ValueError:
        return {"reason": packed(Message("core.guard_died"))}
    if "absent" in answer:
        raise Unavailable("core.guard_not_run", reason=answer["absent"])
    return dict(answer)


def _started() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "explorer.core.guarded"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's last words quote the file
            env=with_search_path(Path(__file__).resolve().parents[2]) | _ONE_THREAD,
        )
    except OSError as error:
        raise Unavailable("core.guard_not_run", reason=error.strerror or error) from error


def _heard(child: subprocess.Popen[bytes], asked: bytes, seconds: float, progress: ProgressCallback | None) -> bytes | None:
    """What the child writes until it ends; nothing where it does not end in time."""
    end = time.monotonic() + seconds
    request: bytes | None = asked
    while time.monotonic() < end:
        report(progress, "looking at the file")
        try:
            return child.communicate(request, timeout=0.25)[0]
        except subprocess.TimeoutExpired:
            request = None  # it has been sent
    return None


def _limit(seconds: int, memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    limits = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, _OUTPUT),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, most in limits:
        with suppress(ValueError, OSError):  # not every system enforces each
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _tried(asked: Mapping[str, Any]) -> dict[str, Any]:
    module, _, name = asked["trial"].partition(":")
    try:
        getattr(importlib.import_module(module), name)(*asked["paths"], **asked["options"])
    except ExplorerError as error:
        return {"error": error.to_dict()}
    except ImportError as error:
        return {"absent": str(error)[:_SAID]}
    except MemoryError:
        return {"reason": packed(Message("core.guard_memory", {"most": asked["memory"] >> 30}))}
    except BaseException as error:  # whatever a native engine says of a bad file; Rust's panics are no Exception
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return {"reason": " ".join(said.split())[:_SAID]}
    return {}


def main() -> None:
    """The child's side: a line of JSON on standard output, empty braces when the files could be opened and used."""
    asked = json.loads(sys.stdin.buffer.read())
    answer = os.dup(1)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)  # a library that talks must not be heard
    _limit(asked["seconds"], asked["memory"])
    os.write(answer, json.dumps(_tried(asked)).encode())
    os._exit(0)  # threads of an engine that read a bad file need not be waited for


if __name__ == "__main__":
    main()
