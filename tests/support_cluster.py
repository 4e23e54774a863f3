"""A cluster as somebody else would run it, and work for it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.pieces import Piece

ROOT = Path(__file__).parents[1]


class Cluster:
    """A scheduler and workers, as somebody else would run them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start()

    def _run(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{what}", *arguments]
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
            "EXPLORER_HOME": str(self.folder / "elsewhere"),
        }
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self) -> None:
        arguments = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-show", "--no-jupyter")
        self.scheduler = self._run("dask_scheduler", *arguments)

    def man(self, count: int) -> None:
        folder = ("--local-directory", str(self.folder))
        for _ in range(count):
            options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--death-timeout", "60", "--memory-limit", "0")
            self.workers.append(self._run("dask_worker", self.address, *options, *folder))

    def wait_for(self, workers: int) -> None:
        from distributed import Client

        with Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)

    def end(self) -> None:
        for process in [self.scheduler, *self.workers]:
            process.kill()
            process.wait()


class Numbers:
    """Writes its number into a file, after a while; what it was told to do besides it does once or always."""

    def __init__(self, folder: Path, seconds: float = 0.0, fault: str = "") -> None:
        self.folder, self.seconds, self.fault = folder, seconds, fault

    def open(self) -> None:
        if self.fault == "open":
            raise BadInput("core.bad_part", part="of the worker")

    def make(self, given: int) -> None:
        first = self.folder / f"{given}.tried"
        again = first.exists()
        first.touch()
        if self.fault == "refuse":
            raise BadInput("core.bad_part", part=str(given))
        if self.fault == "fail" or (self.fault == "fail once" and not again):
            raise RuntimeError("wrong")
        if self.fault == "exit":
            os._exit(1)
        if self.fault == "nothing":
            return
        time.sleep(60 if self.fault == "hang once" and given == 3 and not again else self.seconds)
        temporary = self.folder / f".{os.getpid()}-{given}.npz"
        np.savez(temporary, number=given)
        temporary.rename(self.folder / f"{given}.npz")

    def pieces(self, count: int) -> Iterator[Piece]:
        for number in range(count):
            yield Piece(self.folder / f"{number}.npz", number)

    def made(self) -> list[int]:
        return sorted(int(np.load(path)["number"]) for path in self.folder.glob("[!.]*.npz"))
