"""When a campaign is looked at: after each whole week, and at its end.

However often somebody asks, orders are counted up to the last whole week only, so that a campaign of K
weeks has K looks. An interval of confidence 1 - .05 / K at each look holds at all of them together with at
least 95 % (Bonferroni), however the weeks hang together: whoever stops at the first look that excludes 0 is
wrong in at most 5 % of campaigns without an effect."""

from dataclasses import dataclass
from datetime import datetime, timedelta

CONFIDENCE = 0.95
BETWEEN_LOOKS = timedelta(days=7)


@dataclass(frozen=True)
class Look:
    """until: orders before it are counted; number: of the look, 0 before the first; of: looks in all."""

    until: datetime
    number: int
    of: int
    is_last: bool

    @property
    def confidence(self) -> float:
        """Of an interval that holds at all looks together."""
        return 1 - (1 - CONFIDENCE) / self.of


def look_at(starts_at: datetime, ends_at: datetime, data_end: datetime) -> Look:
    """The newest look that the orders allow."""
    looks = max(-((starts_at - ends_at) // BETWEEN_LOOKS), 1)
    if data_end >= ends_at:
        return Look(ends_at, looks, looks, True)
    weeks = max((data_end - starts_at) // BETWEEN_LOOKS, 0)
    return Look(starts_at + weeks * BETWEEN_LOOKS, weeks, looks, False)
