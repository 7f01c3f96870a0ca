"""Results that are too old to act on."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from churn_pipeline.app.contents.age import old_sentence, today_in

OVERVIEW = {"as_of": "2025-01-01T00:00:00", "churn_threshold_days": 60}


def test_within_the_horizon_nothing_is_said():
    assert old_sentence(OVERVIEW, date(2025, 3, 1)) is None


def test_beyond_it_the_newest_order_and_what_to_do_are():
    assert old_sentence(OVERVIEW, date(2025, 3, 2)) == (
        "The newest order is of 2024-12-31, 61 days ago: deliver newer files before you act on this."
    )


def test_what_was_never_scored_is_not_old():
    assert old_sentence(OVERVIEW | {"as_of": None}, date(2030, 1, 1)) is None


def test_today_is_the_shops():
    assert today_in("Pacific/Kiritimati") in (
        datetime.now(ZoneInfo("Pacific/Kiritimati")).date(),
        datetime.now(UTC).date(),
    )
