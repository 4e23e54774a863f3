"""Work on the workers of a Dask cluster (``distributed``, extra ``scale``).

The work is pieces, each of which ends as one file, written whole or not at all on a folder that all machines see. Nothing else comes
back from a worker: that the file is there is all that is asked. So nothing is lost with a worker, or with the scheduler: what
has no file yet is asked for again. A piece that takes much longer than others, where workers are idle, is given to another
worker as well.

Pieces and what makes them travel as Dask sends them, which means that workers run what the client says: a scheduler belongs into a network
that is trusted, or behind TLS (Dask's own settings).
"""

from __future__ import annotations

import logging
import statistics
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, MissingExtra, Unavailable, error_from
from explorer.core.leftovers import passing_folder
from explorer.core.pieces import Divided, Maker, Piece, is_whole, part_of
from explorer.core.settings import with_search_path
from explorer.core.store import cache_path

__all__ = ["make_part", "make_pieces", "on_cluster"]

PATIENCE = 60.0
"""Seconds without a scheduler, or without any worker, after which the work is given up."""

TRIES = 4
"""How often a piece may fail, or a cluster be lost with nothing done in between."""

_ASK, _LOOK = 1.0, 0.05
_SLOW, _SLOWER = 5.0, 3.0  # seconds; times the median


class _Lost(Exception):
    """The scheduler is gone."""


@dataclass(slots=True)
class _Flight:
    """A piece that was sent: to whom, and when."""

    piece: Piece
    since: float
    futures: list[Any]
    finished: float | None = None


def make_pieces(
    maker: Maker, pieces: Iterable[Piece], told: Callable[[Piece | None], None], cluster: str | None = None
) -> None:
    """Have pieces made here one after the other, or on a cluster; those that are there are passed over.

    Raises:
        ExplorerError: as :func:`on_cluster`, or what the maker says.
    """
    if cluster is not None:
        on_cluster(cluster, maker, pieces, told)
        return
    here = _Here(maker)
    for piece in pieces:
        here.make(piece)
        told(piece)


class _Here:
    """A maker in this process, opened when there is something to make."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._open = False

    def make(self, piece: Piece) -> bool:
        """Make a piece unless it is there; whether it was not."""
        if is_whole(piece.target):
            return False
        if not self._open:
            self._maker.open()
            self._open = True
        self._maker.make(piece.given)
        return True


def make_part(
    maker: Maker, pieces: Iterable[Piece], part: str, told: Callable[[Piece | None], None] = lambda _: None
) -> Divided:
    """Make every Nth piece from the ith on, for ``part="i/N"``, unless it is there.

    Args:
        maker, pieces: as for :func:`make_pieces`; every process is given the same pieces, in the same order.
        part: from ``"1/N"`` to ``"N/N"``; N may change from run to run.
        told: called with each piece of this part that is there.

    Raises:
        BadInput: there is no such part.
    """
    first, parts = part_of(part)
    here = _Here(maker)
    made, found, targets = 0, 0, []
    for number, piece in enumerate(pieces):
        targets.append(piece.target)
        if number % parts == first - 1:
            if here.make(piece):
                made += 1
            else:
                found += 1
            told(piece)
    left = sum(not is_whole(target) for target in targets)
    return Divided(f"{first}/{parts}", len(targets), made, found, left)


def on_cluster(where: str, maker: Maker, pieces: Iterable[Piece], told: Callable[[Piece | None], None]) -> None:
    """Have pieces made on a cluster.

    Args:
        where: ``"local:N"`` starts so many workers on this machine for as long as the work takes; else the address of a
            scheduler, such as ``"tcp://host:8786"``.
        maker: what makes them.
        pieces: read as they are needed, about two for every worker ahead.
        told: called with every piece that is there, and with ``None`` many times a second; what it raises ends the work.

    Raises:
        MissingExtra: ``distributed`` is not installed.
        BadInput: ``where`` is neither; or what a worker says of a piece.
        Unavailable: there is no such scheduler, it is gone for a minute, it has no workers for a minute, a piece fails again and
            again, or the workers' files do not appear here.
    """
    local = _workers_of(where)
    try:
        import distributed
    except ImportError:
        raise MissingExtra("core.a_cluster", "scale") from None
    work = _Work(pieces, told)
    losses = 0
    with _quiet():
        while True:
            before = work.done
            try:
                with ExitStack() as stack:
                    site = stack.enter_context(_Local(local)) if local else _Remote(where)
                    client = _connected(distributed, site, told, again=losses > 0)
                    stack.callback(_let_go, client)
                    session = _Session(client, site, maker, work)
                    stack.callback(session.leave)
                    return session.run()
            except _Lost:
                losses = 1 if work.done > before else losses + 1
                if losses >= TRIES:
                    raise Unavailable("core.cluster_lost", where=where) from None
                work.land_all()


def _workers_of(where: str) -> int:
    """How many workers ``local:N`` names; 0 for an address."""
    kind, _, rest = where.partition(":")
    if kind == "local" and rest.isascii() and rest.isdigit() and 0 < int(rest) <= 1024:
        return int(rest)
    if kind in ("tcp", "tls", "ucx", "ws", "wss") and rest.startswith("//") and len(rest) > 2:
        return 0
    raise BadInput("core.bad_cluster", where=where)


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask tells of lost connections in pages; what matters is said by the one who called."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


class _Remote:
    """A scheduler that somebody else runs."""

    def __init__(self, address: str) -> None:
        self.address = address

    def keep(self) -> None:
        """Workers that are gone are the affair of whoever runs them."""


class _Local:
    """A scheduler in this process, and worker processes that end with it."""

    def __init__(self, workers: int) -> None:
        self._wanted = workers
        self._started = 0
        self._stack = ExitStack()
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> _Local:
        from distributed import LocalCluster

        with ExitStack() as stack:
            self._folder = stack.enter_context(passing_folder(cache_path("cluster", "x").parent))
            settings = {"n_workers": 0, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
            self.address = stack.enter_context(LocalCluster(host="127.0.0.1", **settings)).scheduler_address
            stack.callback(self._end)
            self.keep()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def keep(self) -> None:
        """Start the workers, or new ones for those that died.

        Raises:
            Unavailable: they die again and again; says what the last one said.
        """
        self._running = [process for process in self._running if process.poll() is None]
        for _ in range(self._wanted - len(self._running)):
            if self._started >= TRIES * self._wanted:
                raise Unavailable("core.cluster_workers_die", reason=self._last_words())
            self._started += 1
            # A process of its own, not a fork or a spawned copy of this one: whatever runs here need not be importable.
            command = [sys.executable, "-m", "distributed.cli.dask_worker", self.address, "--no-nanny", "--nthreads", "1"]
            command += [
                "--host",
                "127.0.0.1",
                "--dashboard-address",
                "127.0.0.1:0",
                "--memory-limit",
                "0",
                "--death-timeout",
                "60",
            ]
            command += ["--local-directory", str(self._folder)]
            environment = with_search_path(Path(__file__).parents[2])
            with self._log(self._started).open("wb") as log:
                self._running.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment))

    def _log(self, number: int) -> Path:
        return Path(self._folder) / f"{number}.log"

    def _last_words(self) -> str:
        lines = self._log(self._started).read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "–")[:300]

    def _end(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _connected(distributed: Any, site: _Local | _Remote, told: Callable[[None], None], again: bool) -> Any:
    deadline = time.monotonic() + PATIENCE
    while True:
        told(None)
        try:
            return distributed.Client(site.address, timeout=min(5.0, PATIENCE), set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            if time.monotonic() > deadline or not again:
                code = "core.cluster_lost" if again else "core.cluster_unreachable"
                raise Unavailable(code, where=site.address, reason=error) from None


def _let_go(client: Any) -> None:
    with suppress(Exception):  # it may be gone already, in any of the ways in which connections end
        client.close(timeout=2)


class _Work:
    """What is to be done, over all sessions with the cluster."""

    def __init__(self, pieces: Iterable[Piece], told: Callable[[Piece | None], None]) -> None:
        self._pieces = iter(pieces)
        self._again: deque[Piece] = deque()
        self._failures: Counter[Path] = Counter()
        self.told = told
        self.done = 0
        self.flights: dict[Path, _Flight] = {}
        self.times: deque[float] = deque(maxlen=100)

    def take(self) -> Piece | None:
        """The next piece that nobody has made yet."""
        while (piece := self._again.popleft() if self._again else next(self._pieces, None)) is not None:
            if not is_whole(piece.target):
                return piece
            self.end(piece)
        return None

    def end(self, piece: Piece) -> None:
        flight = self.flights.pop(piece.target, None)
        if flight is not None:
            self.times.append(time.monotonic() - flight.since)
        self.done += 1
        self.told(piece)

    def failed(self, piece: Piece, reason: Any) -> None:
        self._failures[piece.target] += 1
        if self._failures[piece.target] >= TRIES:
            raise Unavailable("core.cluster_piece_fails", tries=TRIES, reason=reason)
        self.land(piece)

    def land(self, piece: Piece) -> None:
        """Put a piece back that was sent for nothing."""
        del self.flights[piece.target]
        self._again.append(piece)

    def land_all(self) -> None:
        for flight in list(self.flights.values()):
            self.land(flight.piece)


class _Session:
    """One connection to a scheduler, until all is done or it is lost."""

    def __init__(self, client: Any, site: _Local | _Remote, maker: Maker, work: _Work) -> None:
        self._client, self._site, self._work = client, site, work
        self._threads = 0
        self._asked = float("-inf")
        self._manned = time.monotonic()
        from explorer.core.cluster_worker import MakerPlugin

        self._plugin = MakerPlugin(maker)
        try:
            self._asking(client.register_plugin, self._plugin)
        except Exception as error:  # whatever keeps a worker from loading it is raised here
            if isinstance(error, _Lost):
                raise
            raise Unavailable("core.cluster_workers_refuse", reason=error) from error

    def leave(self) -> None:
        """Take the plug-in back, from workers that go on living."""
        with suppress(Exception):  # they may be gone
            if self._client.status == "running":
                self._client.sync(self._client.unregister_worker_plugin, self._plugin.name, callback_timeout=5)

    def run(self) -> None:
        work = self._work
        while True:
            self._look_after()
            more = self._send()
            if not work.flights and not more:
                return
            for flight in list(work.flights.values()):
                self._settle(flight)
            if not more and len(work.flights) < self._threads:
                self._hurry()
            work.told(None)
            time.sleep(_LOOK)

    def _asking(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        try:
            return call(*arguments, **named)
        except (OSError, TimeoutError, RuntimeError, ValueError) as error:  # comms that are closed are any of these
            raise _Lost from error

    def _look_after(self) -> None:
        """Count the workers now and then, and see whether there are any."""
        now = time.monotonic()
        if now - self._asked < _ASK:
            return
        self._asked = now
        if self._client.status != "running":
            raise _Lost
        self._site.keep()
        facts = self._asking(self._client.sync, self._client.scheduler.identity, n_workers=0, callback_timeout=PATIENCE / 2)
        self._threads = int(facts["total_threads"])
        if self._threads:
            self._manned = now
        elif now - self._manned > PATIENCE:
            raise Unavailable("core.cluster_without_workers", where=self._site.address, seconds=int(PATIENCE))

    def _send(self) -> bool:
        """Send what the workers can take; whether there may be more."""
        work = self._work
        while len(work.flights) < 2 * self._threads:
            piece = work.take()
            if piece is None:
                return False
            work.flights[piece.target] = _Flight(piece, time.monotonic(), [self._submit(piece)])
        return True

    def _submit(self, piece: Piece) -> Any:
        from explorer.core.cluster_worker import make

        return self._asking(self._client.submit, make, self._plugin.name, piece.given, pure=False, retries=0)

    def _settle(self, flight: _Flight) -> None:
        piece = flight.piece
        if flight.finished is not None or any(future.status == "finished" for future in flight.futures):
            if is_whole(piece.target):
                self._client.cancel([future for future in flight.futures if future.status == "pending"])
                self._work.end(piece)
                return
            self._await_file(flight)
        elif all(future.status in ("cancelled", "lost") for future in flight.futures):
            self._work.land(piece)
        elif all(future.status not in ("pending", "finished") for future in flight.futures):
            broken = next((future for future in flight.futures if future.status == "error"), None)
            self._work.failed(piece, "?" if broken is None else self._asking(broken.exception))

    def _await_file(self, flight: _Flight) -> None:
        """A worker says it is done, and the file is not here: it said why not, or a shared folder shows it late, or never."""
        now = time.monotonic()
        if flight.finished is None:
            flight.finished = now
            said = self._asking(next(future for future in flight.futures if future.status == "finished").result)
            if said is not None:
                raise error_from(said)
        if now - flight.finished > PATIENCE:
            raise Unavailable("core.cluster_elsewhere", folder=flight.piece.target.parent)

    def _hurry(self) -> None:
        """Nothing is left to send and workers are idle: pieces that take long are sent to a second one."""
        bar = max(_SLOW, _SLOWER * statistics.median(self._work.times)) if self._work.times else float("inf")
        now = time.monotonic()
        for flight in self._work.flights.values():
            if len(flight.futures) == 1 and now - flight.since > bar:
                flight.futures.append(self._submit(flight.piece))
