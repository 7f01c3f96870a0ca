"""Times of a routine between a form and cron, and rows of files."""

from datetime import time

from churn_pipeline.app.contents.settings import (
    mapping_rows,
    monthly,
    monthly_cron,
    shop_rows,
    upload_rows,
    weekly,
    weekly_cron,
)
from churn_pipeline.app.contents.tables import NOTHING
from churn_pipeline.shop.routine import Routine


def test_the_usual_routine_is_a_day_and_a_time_and_comes_back_the_same():
    usual = Routine()
    assert weekly(usual.score_cron) == ("Monday", time(6, 0))
    assert weekly_cron(*weekly(usual.score_cron)) == usual.score_cron
    assert monthly(usual.train_cron) == (1, time(3, 0))
    assert monthly_cron(*monthly(usual.train_cron)) == usual.train_cron


def test_sunday_is_0_and_7():
    assert weekly("30 22 * * 0") == weekly("30 22 * * 7") == ("Sunday", time(22, 30))
    assert weekly_cron("Sunday", time(22, 30)) == "30 22 * * 0"


def test_other_times_stay_cron():
    for cron in ("0 6 * * 1,4", "*/5 * * * 1", "0 6 1 * 1"):
        assert weekly(cron) is None
    for cron in ("0 3 1,15 * *", "0 3 * * *", "0 3 1 1 *"):
        assert monthly(cron) is None


def test_columns_and_files_are_named_as_the_upload_page_names_them():
    assert mapping_rows({"column_mapping": {"date": "when"}}) == [
        {"What": "Date of purchase", "Column": "when"}
    ]
    taken = {"filename": "a.csv", "uploaded_at": "2026-01-01T10:00:00", "rows": 1200, "rows_rejected": 3}
    waits = {"filename": "b.csv", "uploaded_at": "2026-02-01T10:00:00", "rows": 5, "rows_rejected": None}
    rows = upload_rows([taken | {"state": "in_ledger"}, waits | {"state": "received"}])
    assert [row["File"] for row in rows] == ["b.csv", "a.csv"]
    assert rows[0]["State"] == "waits for the next training" and rows[0]["Set aside"] == NOTHING
    assert rows[1]["Rows"] == "1,200"


def test_a_shop_without_results_has_no_threshold_yet():
    shop = {"shop": "tea", "rows": 1200, "churn_threshold_days": None, "currency": ""}
    (row,) = shop_rows([shop | {"sentence": "not scored yet"}])
    assert (row["Rows"], row["Churned after"], row["Currency"]) == ("1,200", NOTHING, NOTHING)
