"""Purchase summaries from a ledger: days, not rows; nothing at or after the cutoff."""

from datetime import datetime

import duckdb
import pandas as pd

from churn_pipeline.purchase_model.summaries import (
    purchase_days_sql,
    purchase_summaries,
    summaries_of_days,
)
from churn_pipeline_tests.builders.ledgers import simulated_ledger


def summaries(ledger: pd.DataFrame, as_of: str) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.register("transactions", ledger)
        return purchase_summaries(connection, datetime.fromisoformat(as_of)).set_index("customer_id")


def rows(*cells: tuple[str, str | None, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(cells, columns=["customer_id", "order_id", "ts", "amount"])
    frame["ts"] = pd.to_datetime(frame.ts)
    return frame.assign(quantity=float("nan"), is_return=frame.amount < 0)


def test_two_orders_of_one_day_are_one_purchase() -> None:
    ledger = rows(
        ("ä", "1", "2024-01-01 09:00", 10),
        ("ä", "1", "2024-01-01 09:01", 5),
        ("ä", "2", "2024-01-01 18:00", 15),
        ("ä", "3", "2024-01-11 23:59", 50),
        ("ä", "4", "2024-01-12 08:00", -50),
    )
    row = summaries(ledger, "2024-01-21").loc["ä"]
    assert (row.x, row.t_x, row["T"], row.orders) == (1, 10, 20, 3)
    assert row.mean_order_value == 40


def test_rows_at_or_after_the_cutoff_are_not_read() -> None:
    ledger = simulated_ledger(customers=60)
    cutoff = "2024-07-01"
    changed = ledger.copy()
    later = changed.ts >= pd.Timestamp(cutoff)
    changed.loc[later, "amount"] = 999.0
    changed.loc[later, "is_return"] = False
    pd.testing.assert_frame_equal(summaries(ledger, cutoff), summaries(changed, cutoff))
    pd.testing.assert_frame_equal(summaries(ledger, cutoff), summaries(ledger[~later], cutoff))


def test_summaries_are_possible_ones_whatever_the_time_of_day() -> None:
    ledger = simulated_ledger(customers=60)
    ledger["order_id"] = None
    frame = summaries(ledger, "2024-06-30 13:30:00")
    assert (frame["T"] >= frame.t_x).all()
    assert (frame.t_x > 0).equals(frame.x > 0)
    assert (frame.orders >= frame.x + 1).all()


def test_a_customer_with_returns_only_has_no_summary() -> None:
    assert summaries(
        rows(("c", None, "2024-01-01", -5), ("d", None, "2024-01-02", 5)), "2024-02-01"
    ).index.tolist() == ["d"]


def test_days_kept_once_answer_for_every_cutoff() -> None:
    ledger = simulated_ledger(customers=60)
    with duckdb.connect() as connection:
        connection.register("transactions", ledger)
        connection.execute(f"CREATE TABLE purchase_days AS {purchase_days_sql()}")
        for day in ("2024-04-01", "2024-07-01", "2024-10-01"):
            as_of = datetime.fromisoformat(day)
            anew = purchase_summaries(connection, as_of)
            assert len(anew)
            pd.testing.assert_frame_equal(summaries_of_days(connection, as_of), anew, check_exact=True)
