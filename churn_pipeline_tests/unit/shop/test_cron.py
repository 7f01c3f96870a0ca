"""The times of a cron expression: before an instant, newest first, also where the clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from churn_pipeline.shop.cron import times_before

BERLIN = ZoneInfo("Europe/Berlin")


def test_weekly_times_lie_a_week_apart_and_before_the_instant():
    found = list(islice(times_before("0 6 * * 1", datetime(2024, 6, 3, 6, tzinfo=UTC)), 3))
    assert found == [datetime(2024, 5, day, 6, tzinfo=UTC) for day in (27, 20, 13)]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)), st.integers(0, 23), st.integers(0, 59))
def test_a_daily_time_is_at_most_a_day_away(instant, hour, minute):
    newest = next(times_before(f"{minute} {hour} * * *", instant))
    assert timedelta(0) < instant - newest <= timedelta(days=1)
    assert (newest.hour, newest.minute, newest.second) == (hour, minute, 0)


def test_a_time_in_the_hour_that_summer_time_skips_is_not_lost_and_one_in_the_repeated_hour_comes_once():
    spring = [
        at.astimezone(UTC)
        for at in islice(times_before("30 2 * * *", datetime(2024, 4, 1, 12, tzinfo=BERLIN)), 3)
    ]
    assert [at.date().day for at in spring] == [1, 31, 30]
    autumn = [
        at.astimezone(UTC)
        for at in islice(times_before("30 2 * * *", datetime(2024, 10, 28, 12, tzinfo=BERLIN)), 3)
    ]
    assert [at.date().day for at in autumn] == [28, 27, 26]


@pytest.mark.parametrize("wrong", ["weekly", "61 6 * * 1", "0 6 0 * *", "0 0 6 * * 1", "@daily", ""])
def test_what_is_no_expression(wrong):
    with pytest.raises(ValueError, match="five fields"):
        times_before(wrong, datetime(2024, 1, 1))
