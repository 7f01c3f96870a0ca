"""What an export says once per order, on its first line alone: the order's state, and its total.

Shopify and others leave these cells blank on an order's further lines. Rows are of one order by customer and
order id."""

import duckdb

from churn_pipeline.core.sql import one_row
from churn_pipeline.core.wording import number
from churn_pipeline.ingest.files.raw import ROW_NUMBER


def spread_over_lines(connection: duckdb.DuckDBPyConnection, *, total_is_shared_out: bool) -> tuple[str, ...]:
    """Completes the table `parsed` (columns as in clean.py, and amount_is_blank) where it has order ids; a
    sentence about blank amounts.

    Blank states become the order's, where its lines name just one. Blank amounts become 0 where one line of
    the order has an amount, so that the total counts once; with `total_is_shared_out` they become that total,
    which is then divided among the lines."""
    states, stateless, blank = one_row(
        connection,
        "SELECT count(status), count(*) FILTER (status IS NULL), "
        "count(*) FILTER (amount_is_blank) FROM parsed WHERE order_id IS NOT NULL",
    )
    if not (states and stateless) and not blank:
        return ()
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE completed AS
        SELECT parsed.{ROW_NUMBER}, coalesce(status, one_state) AS status,
               amount_is_blank AND amounts = 1 AS is_further_line,
               CASE WHEN is_further_line THEN {"total" if total_is_shared_out else "0"}
                   ELSE amount END AS amount
        FROM parsed JOIN (
            SELECT customer_id, order_id, CASE
                WHEN min(status) = max(status) THEN min(status) END AS one_state,
                   count(amount) AS amounts, min(amount) AS total
            FROM parsed WHERE order_id IS NOT NULL AND customer_id IS NOT NULL GROUP BY ALL
        ) AS orders USING (customer_id, order_id)
        WHERE (status IS NULL AND one_state IS NOT NULL) OR (amount_is_blank AND amounts = 1)
    """)  # noqa: S608 - our own column names
    connection.execute(
        f"UPDATE parsed SET status = completed.status, amount = completed.amount FROM completed WHERE parsed.{ROW_NUMBER} = completed.{ROW_NUMBER}"  # noqa: S608, E501
    )
    (lines,) = one_row(connection, "SELECT count(*) FILTER (is_further_line) FROM completed")
    connection.execute("DROP TABLE completed")
    if not lines:
        return ()
    how = "is divided among its lines" if total_is_shared_out else "counts once, on that line"
    return (f"{number(lines)} further lines of orders have no amount: the one amount of their order {how}.",)
