"""A child process for heavy computing, spoken to in lines of JSON; :mod:`dashboards.app.runners` tells it what to do.

UMAP and the recovery of Kiwi's vectors hold Python's lock for seconds; in a thread of the server they would freeze every
page. The child is an ordinary ``python -m dashboards.app.worker``: nothing is pickled, it runs on Linux, macOS and Windows
alike, it ends when the server does (its standard input ends then), and stopping a task means ending the process (results are written whole or not at all).
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from explorer.core import errors
from explorer.core.errors import Unavailable
from explorer.core.progress import Progress, ProgressCallback
from explorer.core.settings import with_search_path

__all__ = ["Worker"]


class Worker:
    """A child process that does one task at a time; started on first use, started again after it was stopped."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()

    def call(self, task: str, params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
        """Do one task (see :data:`dashboards.app.worker.TASKS`) and return its answer.

        Raises:
            Cancelled: ``progress`` said stop; the child was ended.
            ExplorerError: what the task raised, or :class:`~explorer.core.errors.Unavailable` when the child died.
        """
        try:
            message = self._do(task, params, progress)
        except BaseException:
            self.stop()  # cancelled or dead: the next task gets a fresh child
            raise
        if "error" in message:
            raise errors.error_from(message["error"])
        answer: dict[str, Any] = message["answer"]
        return answer

    def _do(self, task: str, params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
        process = self._start()
        assert process.stdin is not None
        last = Progress("starting")
        try:
            process.stdin.write(json.dumps({"task": task, "params": params}) + "\n")
            process.stdin.flush()
        except OSError as error:
            raise Unavailable("dashboards.worker_silent", reason=error) from error
        while True:
            progress(last)  # also while nothing was heard, so that a person can stop it
            try:
                line = self._lines.get(timeout=0.2)
            except queue.Empty:
                continue
            if line is None:
                raise Unavailable("dashboards.worker_ended", status=process.wait())
            message: dict[str, Any] = json.loads(line)
            if "progress" not in message:
                return message
            last = Progress.of(message["progress"])

    def _start(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()  # what is left of one that ended by itself
        root = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dashboards.app.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=with_search_path(root),
        )
        self._lines = queue.Queue()
        threading.Thread(target=_read, args=(self._process, self._lines), daemon=True).start()
        return self._process

    def stop(self) -> None:
        """End the child, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            if process.stdin is not None:
                with suppress(OSError):
                    process.stdin.close()


def _read(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)
