"""What BG/NBD and Gamma-Gamma know of a customer: how many repeat purchases, when the last one, for how long
under observation.

A purchase is a day with at least one order, as in Fader, Hardie & Lee (2005): two orders of one day are one
purchase."""

from datetime import datetime

import duckdb
import pandas as pd

from churn_pipeline.shop.orders import orders_sql

_SUMMARIES = """
    SELECT customer_id,
           CAST(count(*) - 1 AS DOUBLE) AS x,
           CAST(max(day) - min(day) AS DOUBLE) AS t_x,
           (epoch($as_of) - epoch(CAST(min(day) AS TIMESTAMP))) / 86400 AS T,
           CAST(sum(value) AS DOUBLE) / count(*) AS mean_order_value,
           CAST(sum(orders) AS BIGINT) AS orders
    FROM days
    GROUP BY customer_id
    ORDER BY customer_id
"""


def purchase_summaries(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> pd.DataFrame:
    """One row per customer with an order before `as_of`, sorted by customer; `connection` has a view
    `transactions`.

    Only rows strictly before `as_of` are read. Columns: customer_id (str); x (float64): repeat purchase days;
    t_x (float64): days from the first to the last purchase day; T (float64): days from the first purchase day
    to `as_of`; mean_order_value (float64): spend per purchase day, over all of the customer's purchase days,
    currency; orders (int64): orders, of which one day may have several."""
    statement = f"""
        WITH past AS (SELECT * FROM transactions WHERE ts < $as_of), days AS ({purchase_days_sql("past")})
        {_SUMMARIES}
    """  # noqa: S608 - composed of our own SQL only
    return connection.execute(statement, {"as_of": as_of}).df()


def summaries_of_days(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> pd.DataFrame:
    """`purchase_summaries` from a relation `purchase_days` that holds `purchase_days_sql` of all times;
    as_of: a midnight."""
    statement = f"WITH days AS (SELECT * FROM purchase_days WHERE day < $as_of) {_SUMMARIES}"  # noqa: S608 - ours
    return connection.execute(statement, {"as_of": as_of}).df()


def purchase_days_sql(rows: str = "transactions") -> str:
    """SQL of one row per customer and day with an order among `rows`: customer_id, day, value (DECIMAL
    currency), orders."""
    return f"""
        SELECT customer_id, CAST(ordered_at AS DATE) AS day, sum(order_value) AS value, count(*) AS orders
        FROM ({orders_sql(rows)})
        GROUP BY ALL
    """  # noqa: S608 - composed of our own SQL only


def share_kept_after_returns(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> float:
    """Share of the order value before `as_of` that returns leave, between 0 and 1."""
    statement = f"""
        WITH past AS (SELECT * FROM transactions WHERE ts < $as_of), orders AS ({orders_sql("past")})
        SELECT CAST((SELECT sum(CAST(amount AS DECIMAL(18, 4))) FROM past
            WHERE amount < 0 OR is_return) AS DOUBLE),
               CAST((SELECT sum(order_value) FROM orders) AS DOUBLE)
    """  # noqa: S608 - composed of our own SQL only
    returned, sold = connection.execute(statement, {"as_of": as_of}).fetchall()[0]
    return float(min(max(1 + (returned or 0.0) / sold, 0.0), 1.0)) if sold else 1.0
