"""One command line in a process of its own, with limits; and what became of it.

The process is forked from one that has imported the command line, which saves a second or two a case.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from explorer.core.leftovers import give_back

__all__ = ["Outcome", "run"]


def _slowness() -> float:
    """How many times longer than on a usual machine (12 ms) some fixed work takes here; at least 1."""
    taken = []
    for _ in range(3):
        begin = time.thread_time()
        sum(number * number for number in range(200_000))
        taken.append(time.thread_time() - begin)
    return max(1.0, min(taken) / 0.012)


SECONDS = round(10 * _slowness())
"""Processor time after which a case counts as hanging: ten seconds of a usual machine. Waiting counts from :data:`WAITING` seconds on."""

WAITING = 900
MEMORY = 2 << 30
DISK = 1 << 30
_TRACEBACK = b"Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case.

    Attributes:
        verdict: ``"answered"``, ``"refused"``, ``"killed"`` where that was asked for, or what must not be: ``"traceback"``, ``"abort"``, ``"hang"``, ``"memory"``.
        code: exit status, negative for a signal.
        seconds: processor time, of its child processes too.
        memory: the most bytes that it held.
        said: the end of its standard error.
    """

    verdict: str
    code: int
    seconds: float
    memory: int
    said: str

    @property
    def bad(self) -> bool:
        return self.verdict not in ("answered", "refused", "killed")


def run(
    arguments: list[str],
    folder: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    *,
    kill: float | None = None,
    working: Path | None = None,
) -> Outcome:
    """Run a command line in ``working``, else in ``folder``, where its streams go; ``kill`` it after so many seconds."""
    given, told, answered = folder / ".stdin", folder / ".stderr", folder / ".stdout"
    given.write_bytes(stdin)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _child(arguments, working or folder, (given, answered, told), environment or {})
    end, waited = time.monotonic() + (WAITING if kill is None else kill), False
    while True:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end:
            waited = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            _, status, used = os.wait4(child, 0)
            break
        time.sleep(0.01 if kill is None else 0.0005)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what it may have left behind
    code = os.waitstatus_to_exitcode(status)
    seconds, memory = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
    said = told.read_bytes()[-3000:]
    verdict = "killed" if waited and kill is not None else _verdict(code, waited, seconds, memory, said)
    return Outcome(verdict, code, seconds, memory, said.decode("utf-8", "replace"))


def _verdict(code: int, waited: bool, seconds: float, memory: int, said: bytes) -> str:
    if waited or code == -signal.SIGXCPU or seconds > SECONDS:
        return "hang"
    if memory > MEMORY:
        return "memory"
    if _TRACEBACK in said:
        return "traceback"
    if code not in (0, 1, 2):
        return "abort"
    return "refused" if code else "answered"


def _child(arguments: list[str], folder: Path, streams: tuple[Path, Path, Path], environment: Mapping[str, str]) -> None:
    code = 70
    try:
        os.setpgid(0, 0)
        for number, path in enumerate(streams):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY, 0o600), number)
        resource.setrlimit(resource.RLIMIT_CPU, (3 * SECONDS, 3 * SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))
        resource.setrlimit(resource.RLIMIT_AS, (8 * MEMORY, 8 * MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.environ.update(environment)
        os.chdir(folder)
        sys.stdin = os.fdopen(0, encoding="utf-8", errors="surrogateescape")
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape")
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace")
        code = _main(arguments)
        give_back()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _main(arguments: list[str]) -> int:
    from explorer.cli import main

    try:
        main(arguments, prog_name="korean-explorer")
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    return 1
