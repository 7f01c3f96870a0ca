"""A file that does not come: by the shop's settings, or by the rhythm of its deliveries."""

from datetime import datetime, timedelta

import pandas as pd

from churn_pipeline.monitoring.alerts.expected_files import overdue_file

START = datetime(2024, 1, 1, 5)


def uploads(*days, route="file_drop"):
    return pd.DataFrame(
        {"uploaded_at": pd.to_datetime([START + timedelta(days=d) for d in days]), "route": route}
    )


def overdue_on(day, table, every_days=None):
    return overdue_file(table, "file_drop", every_days, START + timedelta(days=day))


def test_by_the_settings_from_the_day_after_it_was_due():
    weekly = uploads(0)
    assert overdue_on(7.5, weekly, 7) is None
    late = overdue_on(8, weekly, 7)
    assert (late.every_days, late.learned, late.last) == (7, False, datetime(2024, 1, 1))
    assert overdue_on(100, weekly, 0) is None, "0: none is ever expected"
    assert overdue_on(100, uploads(), 7) is None


def test_by_the_rhythm_once_there_are_three_gaps():
    assert overdue_on(100, uploads(0, 7, 14)) is None
    weekly = uploads(0, 7, 14, 21)
    assert overdue_on(21 + 11, weekly) is None
    late = overdue_on(21 + 13, weekly)
    assert (late.every_days, late.learned) == (7, True)


def test_a_shop_that_is_closed_at_weekends_is_not_late_on_monday():
    weekdays = uploads(*(week * 7 + day for week in range(4) for day in range(5)))
    assert overdue_on(28, weekdays) is None
    assert overdue_on(25 + 6, weekdays) is not None


def test_several_files_of_one_day_and_old_rhythms_teach_nothing():
    assert overdue_on(100, uploads(0, 0.1, 0.2, 0.3, 0.4)) is None
    grown_faster = uploads(0, 90, 180, *(180 + 7 * k for k in range(1, 10)))
    assert overdue_on(180 + 63 + 13, grown_faster).every_days == 7


def test_deliveries_by_hand_have_no_rhythm_but_end_a_silence():
    assert overdue_on(100, uploads(0, 7, 14, 21, 28, route="cli")) is None
    mixed = pd.concat([uploads(0, 7, 14, 21), uploads(33, route="cli")])
    assert overdue_on(34, mixed) is None
