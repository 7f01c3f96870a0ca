"""How often somebody may ask: counted for each key or user, and wrong keys for each address."""

import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from churn_pipeline.core.settings import Settings
from churn_pipeline.service.errors import TooManyRequests


class TooFast(TooManyRequests):
    """One request too many; retry_after: seconds until the next is welcome."""

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(f"{sentence} Try again in {retry_after} seconds.")
        self.retry_after = retry_after


class RateLimits:
    """The counters of one process, or of several where the setting names a store that they share."""

    def __init__(self, settings: Settings) -> None:
        self._window = FixedWindowRateLimiter(storage_from_string(settings.rate_limit_storage))
        self._reads = RateLimitItemPerMinute(settings.reads_per_minute, namespace="reads")
        self._writes = RateLimitItemPerMinute(settings.writes_per_minute, namespace="writes")
        self._failures = RateLimitItemPerMinute(settings.failures_per_minute, namespace="failures")

    def count(self, caller: str, changes: bool) -> None:
        """Counts a request of a caller; TooFast when it is over the limit."""
        limit = self._writes if changes else self._reads
        if not self._window.hit(limit, caller):
            what = "that change something" if changes else "that read"
            raise TooFast(f"At most {limit.amount} requests a minute {what}.", self._wait(limit, caller))

    def count_failure(self, address: str) -> None:
        """Counts a wrong key or password; TooFast where too many came from an address. A right key from there
        is let in nevertheless: behind a proxy all have one address."""
        if not self._window.hit(self._failures, address):
            wait = self._wait(self._failures, address)
            raise TooFast("Too many wrong keys came from this address.", wait)

    def _wait(self, limit: RateLimitItem, who: str) -> int:
        return max(1, math.ceil(self._window.get_window_stats(limit, who).reset_time - time.time()))
