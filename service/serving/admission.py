"""A bounded queue in front of the models."""

import math
import time
from collections.abc import Callable
from typing import NoReturn, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from index.errors import Overloaded

T = TypeVar("T")
# How much of the last piece of work counts in the mean time that one takes.
_RECENT = 0.1
# For how many seconds the queue may be too short, and for how many it has to be long enough again.
_PATIENCE = 1.0


class Admission:
    """Lets some work run, some wait, and refuses the rest at once.

    A burst may fill the queue. A queue that stays full only makes everybody wait, so once there has
    been more than it holds for a second, nothing waits until a second goes by without a refusal. This
    is the idea of CoDel (Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 10 (5), 2012), by
    refusals instead of by delay.

    Belongs to one event loop. What waits is served in the order in which it came, and leaves the
    queue when its task is cancelled; what runs is finished, since a thread cannot be stopped.

    Args:
        name: What it is, for the message of a refusal.
        running: Pieces of work at once.
        waiting: Most pieces that wait for their turn.
        refused: Told the name at each refusal.
    """

    def __init__(self, name: str, running: int, waiting: int, refused: Callable[[str], None]) -> None:
        self._name = name
        self._refused = refused
        self._limiter = CapacityLimiter(running)
        self._running = running
        self._waiting = waiting
        self._admitted = 0
        # When the present run of refusals began, and when the last of them was.
        self._overloaded_since = self._refused_last = -math.inf
        self._seconds = 0.0
        self._started: set[float] = set()

    @property
    def running(self) -> int:
        """Pieces of work that run now."""
        return int(self._limiter.borrowed_tokens)

    @property
    def waiting(self) -> int:
        """Pieces of work that wait now."""
        return self._admitted - self.running

    async def run(self, work: Callable[[], T]) -> T:
        """Run ``work`` in a thread when its turn comes.

        Raises:
            Overloaded: Too much waits already; nothing was begun.
        """
        if self._admitted >= self._running + self._queue():
            self._refuse()
        self._admitted += 1
        try:
            return await run_sync(self._timed, work, limiter=self._limiter)
        finally:
            self._admitted -= 1

    def _queue(self) -> int:
        """How many may wait, for one that has just come."""
        now = time.monotonic()
        overloaded = now - self._refused_last < _PATIENCE <= now - self._overloaded_since
        return 0 if overloaded else self._waiting

    def _refuse(self) -> NoReturn:
        now = time.monotonic()
        if now - self._refused_last >= _PATIENCE:
            self._overloaded_since = now
        self._refused_last = now
        self._refused(self._name)
        raise Overloaded(
            f"The server is busy: {self.running} {self._name} are being worked on, {self.waiting} wait.",
            "Try again after the time that Retry-After states.",
            retry_after=self._retry_after(),
        )

    def _timed(self, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        self._started.add(started)
        try:
            return work()
        finally:
            self._started.discard(started)
            taken = time.perf_counter() - started
            self._seconds += _RECENT * (taken - self._seconds) if self._seconds else taken

    def _retry_after(self) -> int:
        """Whole seconds, at least one, in which what is here now should be done."""
        ahead = self._admitted / self._running
        now = time.perf_counter()
        # What has run longer than usual is not usual.
        longest = max((now - started for started in list(self._started)), default=0.0)
        return max(1, math.ceil(ahead * max(self._seconds, longest)))
