"""Every customer with an order, as of an instant: last order, number of orders, spend, and whether a
probability can be given."""

from datetime import datetime

import duckdb
import pandas as pd

from churn_pipeline.churn_definition.labels import status_sql
from churn_pipeline.shop.orders import orders_sql


def customer_status(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, horizon: int, min_orders: int
) -> pd.DataFrame:
    """One row per customer with an order before `as_of`, sorted by customer; `connection` has a view
    `transactions`.

    Columns: customer_id, status, last_order_at, days_since_last_order (float days), orders, total_spend
        (currency, all rows, returns netted out). status: lapsed where the last order is more than `horizon`
        days ago, else new with fewer than `min_orders`, else eligible. Only rows before `as_of` are read."""
    connection.register(
        "scoring_instant", pd.DataFrame({"as_of": pd.Series([as_of]).astype("datetime64[us]")})
    )
    statement = f"""
        WITH known AS (SELECT transactions.* FROM transactions, scoring_instant WHERE ts < as_of),
        spend AS (SELECT customer_id, CAST(sum(CAST(amount AS DECIMAL(18, 4))) AS DOUBLE) AS total_spend
        FROM known GROUP BY ALL),
        last AS (
            SELECT customer_id, max(ordered_at) AS last_order_at, count(*) AS orders
            FROM ({orders_sql("known")}) GROUP BY ALL
        )
        SELECT customer_id,
               {status_sql("last_order_at", "orders", "as_of", horizon, min_orders)} AS status,
               last_order_at,
               date_diff('microsecond', last_order_at, as_of) / 86400e6 AS days_since_last_order,
               orders,
               total_spend
        FROM last JOIN spend USING (customer_id), scoring_instant
        ORDER BY customer_id
    """  # noqa: S608 - constants of ours and integers
    return connection.sql(statement).df()
