"""What changed against the previous period: churn, active customers, order value, orders, counted in the
ledger."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import pandas as pd

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.core.tables import CHURN_DRIVERS
from churn_pipeline.core.wording import money, number, percent
from churn_pipeline.shop.orders import orders_sql


@dataclass(frozen=True)
class Period:
    """One period of H days.

    orders; active: customers with one; order_value: their mean (currency, None without orders);
    active_before: customers with an order in the period before; lost_share: share of these without one in
    this period."""

    orders: int
    active: int
    order_value: float | None
    active_before: int
    lost_share: float | None


def period_changes(
    store: ShopStore, as_of: datetime, horizon: int, currency: str, threads: int = 0
) -> pd.DataFrame:
    """Findings of kind `change` (CHURN_DRIVERS): the H days before `as_of` against those before; empty where
    history is too short."""
    with store.query(["transactions"], threads) as connection:
        latest, before = _period(connection, as_of, horizon, 0), _period(connection, as_of, horizon, 1)
    rows = []
    if latest.lost_share is not None and before.lost_share is not None:
        sentence = (
            f"Of the {number(latest.active_before)} customers active {horizon} days ago "
            f"{percent(latest.lost_share)} "
            f"have not ordered since; one period earlier it was {percent(before.lost_share)} of "
            f"{number(before.active_before)}."
        )
        rows.append(_row("lost_share", latest.lost_share, before.lost_share, sentence))
    if before.orders and latest.order_value is not None and before.order_value is not None:
        shown = f"({money(latest.order_value, currency)} after {money(before.order_value, currency)})"
        for name, words, now, then, figures in (
            ("order_value", "The average order value", latest.order_value, before.order_value, shown),
            (
                "active_customers",
                "The number of customers with an order",
                latest.active,
                before.active,
                f"({number(latest.active)} after {number(before.active)})",
            ),
            (
                "orders",
                "The number of orders",
                latest.orders,
                before.orders,
                f"({number(latest.orders)} after {number(before.orders)})",
            ),
        ):
            rows.append(
                _row(name, now, then, f"{words} {_moved(now, then)} in the last {horizon} days {figures}.")
            )
    return pd.DataFrame(rows, columns=CHURN_DRIVERS.schema.names)


def _period(connection: duckdb.DuckDBPyConnection, as_of: datetime, horizon: int, ago: int) -> Period:
    """The period that ended `ago` periods before `as_of`; orders are known by their rows before that end."""
    statement = f"""
        WITH ends AS (SELECT $as_of::TIMESTAMP - to_days($days * $ago) AS ended),
        past AS (SELECT t.* FROM transactions t, ends WHERE t.ts < ended),
        orders AS ({orders_sql("past")}),
        placed AS (
            SELECT o.*, ordered_at >= ended - to_days($days) AS latest FROM orders o, ends
            WHERE ordered_at >= ended - to_days(2 * $days)
        ),
        customers AS (SELECT customer_id, bool_or(latest) AS active, bool_or(NOT latest) AS active_before
        FROM placed GROUP BY customer_id)
        SELECT (SELECT count(*) FROM placed WHERE latest), (SELECT count(*) FROM customers WHERE active),
               (SELECT CAST(sum(order_value) AS DOUBLE) / nullif(count(*), 0) FROM placed WHERE latest),
               (SELECT count(*) FROM customers WHERE active_before),
               (SELECT avg(CAST(NOT active AS INT)) FROM customers WHERE active_before)
    """  # noqa: S608 - no user input in it
    row = connection.execute(statement, {"as_of": as_of, "days": horizon, "ago": ago}).fetchone()
    orders, active, order_value, active_before, lost = row or (0, 0, None, 0, None)
    return Period(int(orders), int(active), order_value, int(active_before), lost)


def _moved(now: float, then: float) -> str:
    change = now / then - 1
    if abs(change) < 0.005:
        return "stayed the same"
    return f"{'rose' if change > 0 else 'dropped'} by {percent(abs(change))}"


def _row(name: str, now: float, then: float, sentence: str) -> dict[str, object]:
    empty = {"factor": None, "threshold": np.nan, "mean_contribution": np.nan}
    return empty | {
        "segment": "all",
        "kind": "change",
        "feature": name,
        "inside": float(now),
        "outside": float(then),
        "sentence": sentence,
    }
