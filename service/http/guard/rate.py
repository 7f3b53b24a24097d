"""How many requests one caller may send."""

import math
import time

from index.errors import RateLimited


class RateLimit:
    """Counts requests in a moving window, in the memory of this process.

    Args:
        limit: Such as ``60/minute``.
    """

    def __init__(self, limit: str) -> None:
        from limits import parse
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        self._limit = parse(limit)
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def count(self, caller: str) -> None:
        """Count one request of a caller.

        Raises:
            RateLimited: It is one too many, and is not counted.
        """
        if self._window.hit(self._limit, caller):
            return
        until = self._window.get_window_stats(self._limit, caller).reset_time
        seconds = max(1, math.ceil(until - time.time()))
        raise RateLimited(f"The limit of {self._limit} is reached.", f"Wait {seconds} s.", seconds)
