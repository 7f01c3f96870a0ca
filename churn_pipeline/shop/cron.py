"""The times that a cron expression names."""

from datetime import datetime

from cronsim import CronSim, CronSimError


def times_before(cron: str, instant: datetime) -> CronSim:
    """The times of a five-field cron expression before an instant, newest first, in the instant's time zone,
    as Debian's cron has them: one in the hour that summer time skips comes when that hour is over, one in the
    hour that is repeated comes once.

    ValueError where there is no such expression.
    """
    return _times(cron, instant, reverse=True)


def times_after(cron: str, instant: datetime) -> CronSim:
    """The same after an instant, soonest first."""
    return _times(cron, instant, reverse=False)


def _times(cron: str, instant: datetime, *, reverse: bool) -> CronSim:
    if len(cron.split()) == 5:  # the library also takes a sixth field, of seconds
        try:
            return CronSim(cron, instant, reverse=reverse)
        except CronSimError:
            pass
    raise ValueError(f"{cron!r} is no cron expression of five fields, such as '0 6 * * 1'")
