"""A few threads for what has to be opened in this process, and fair turns among those who ask."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable

from explorer.core.errors import BadInput

__all__ = ["Pool"]


class Pool:
    """Runs functions in at most ``size`` threads; the owners take turns, and one of them never holds all threads.

    Args:
        size: threads at most. None waits for work: a thread ends when nothing is left for it.
        share: threads one owner may hold at a time.
        waiting: functions of one owner that may wait.
    """

    def __init__(self, size: int = 8, share: int = 5, waiting: int = 400) -> None:
        self._size, self._share, self._waiting = size, share, waiting
        self._lock = threading.Lock()
        self._queues: OrderedDict[str, deque[Callable[[], None]]] = OrderedDict()
        self._running: Counter[str] = Counter()
        self._threads = 0

    def submit(self, owner: str, function: Callable[[], None]) -> None:
        """Have ``function`` run when it is its turn; it handles its own errors.

        Raises:
            BadInput: too much of this owner waits already.
        """
        with self._lock:
            queue = self._queues.setdefault(owner, deque())
            if len(queue) >= self._waiting:
                raise BadInput("dashboards.too_many_jobs_of_yours", most=self._waiting)
            queue.append(function)
            if self._threads >= self._size:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="opening", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                owner = next((one for one in self._queues if self._running[one] < self._share), None)
                if owner is None:
                    self._threads -= 1
                    return
                queue = self._queues.pop(owner)
                function = queue.popleft()
                if queue:
                    self._queues[owner] = queue  # to the end of the line
                self._running[owner] += 1
            try:
                function()
            finally:
                del function  # what it has opened must not stay in memory through this thread
                with self._lock:
                    self._running[owner] -= 1
                    if not self._running[owner]:
                        del self._running[owner]
