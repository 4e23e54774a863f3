"""Trying a native engine on a file in a process of its own, before this process opens it.

Some engines are C++ libraries that end the process, or touch memory that is not theirs, where a file is damaged; no
``except`` sees that. A child process that dies is one clear line, a server that dies takes everybody's work with it.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from explorer.core.errors import BadInput, Unavailable
from explorer.core.messages import Message
from explorer.core.settings import with_search_path

__all__ = ["SAMPLE", "require_opening"]

SAMPLE = "왕이 밥을 먹었다ㅋㅋ. 뷁 abc 1,234 漢字 😀\n갔닼 \u1112\u1161\u11ab"
"""What a trial tokenizes: known and unknown words, jamo, other scripts and a character of two UTF-16 units."""

_TARGETS = {
    "kiwi-sw": "explorer.tokenizers.engines.kiwi_subword:try_subwords",
    "mecab": "explorer.tokenizers.engines.mecab:try_dictionaries",
}
"""Functions that open the files named by their arguments and use what they opened."""

_SECONDS = 120
_MEMORY = 4 << 30
_REFUSED, _NO_ENGINE = 10, 11

_lock = threading.Lock()
_verdicts: dict[tuple[object, ...], str | Message | None] = {}


def require_opening(engine: str, arguments: list[str | None], what: Message) -> None:
    """Return when a child process could open and use the files; the verdict is kept while they stay as they are.

    Args:
        engine: a key of the trials known here.
        arguments: what its trial takes: paths, ``None`` for one that is not given.
        what: what the files should be, for the message.

    Raises:
        BadInput: the engine refused them, died of them, or did not end.
        Unavailable: no child process could be started, or the engine is not installed for it.
    """
    paths = [Path(argument) for argument in arguments if argument]
    key = (engine, tuple(arguments), *_state(paths))
    with _lock:  # one at a time: each takes as much memory as the engine itself
        if key not in _verdicts:
            _verdicts[key] = _run(engine, arguments)
        reason = _verdicts[key]
    if reason is not None:
        raise BadInput("tokenizers.trial_failed", paths=", ".join(map(str, paths)), what=what, reason=reason)


def _state(paths: Iterable[Path]) -> Iterator[tuple[str, int, int, int]]:
    """Name, time, size and inode of every file: enough to see that one was written again."""
    for path in paths:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            with suppress(OSError):
                found = file.stat()
                yield str(file), found.st_mtime_ns, found.st_size, found.st_ino


def _run(engine: str, arguments: list[str | None]) -> str | Message | None:
    root = Path(__file__).resolve().parents[3]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "explorer.tokenizers.engines.trial", engine, json.dumps(arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a C++ library's last words quote the file
            env=with_search_path(root),
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadInput("tokenizers.trial_slow", engine=engine, seconds=_SECONDS) from error
    except OSError as error:
        raise Unavailable("tokenizers.trial_not_run", engine=engine, reason=error.strerror or error) from error
    if done.returncode == 0:
        return None
    said = " ".join(done.stdout.decode("utf-8", "replace").split())[:300]
    if done.returncode == _NO_ENGINE:
        raise Unavailable("tokenizers.trial_not_run", engine=engine, reason=said)
    if done.returncode == _REFUSED:
        return said
    return Message("tokenizers.trial_died")


def _limit() -> None:
    if sys.platform == "win32":
        return
    import resource

    for kind, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # not every system enforces each
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main(engine: str, arguments: str) -> int:
    """The child's side: 0 when the engine opened and used its files; otherwise a line on standard output says why."""
    _limit()
    module, _, name = _TARGETS[engine].partition(":")
    try:
        getattr(importlib.import_module(module), name)(*json.loads(arguments))
    except ImportError as error:
        sys.stdout.write(str(error))
        return _NO_ENGINE
    except Exception as error:  # whatever a native engine says of a bad file
        sys.stdout.write(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
        return _REFUSED
    return 0


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # threads of an engine that read a bad file need not be waited for
