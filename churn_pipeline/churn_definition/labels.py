"""Who is eligible, lapsed or new at a cutoff and who ordered after it: one SQL for training, test, grading
and the preview of a horizon.

Every order is its customer's last one for the cutoffs after it, up to and including the next order's instant.
So one pass over the orders, each with its number and the time of the next, answers every cutoff at once;
there is no scan per cutoff."""

from collections.abc import Sequence
from datetime import datetime

import duckdb
import pyarrow as pa

from churn_pipeline.core.enums import Status
from churn_pipeline.shop.orders import orders_sql

CUTOFFS = "cutoffs"


ELIGIBLE = (Status.ELIGIBLE,)


def population(
    connection: duckdb.DuckDBPyConnection,
    cutoffs: Sequence[datetime],
    horizon: int,
    min_orders: int,
    statuses: Sequence[Status] = ELIGIBLE,
) -> pa.Table:
    """Every customer with one of the `statuses` at each cutoff, ordered by cutoff and customer_id;
    `connection` has a view `transactions`.

    Eligible: an order in [cutoff - H, cutoff) and at least `min_orders` orders before the cutoff; new: fewer
        of them; lapsed: the last order before that window. Columns: customer_id (string); cutoff and
        last_order_at (timestamp[us]); orders (int64) before the cutoff; status (string), unless only the
        eligible are asked for; churned (int8): 1 when no order is in [cutoff, cutoff + H), null where the
        outcome is not known yet (cutoff + H after the data end)."""
    register_cutoffs(connection, cutoffs)
    statement = f"""
        WITH orders AS ({orders_sql()})
        {eligible_sql("orders", horizon, min_orders, statuses)}
        ORDER BY cutoff, customer_id
    """
    return connection.sql(statement).to_arrow_table()


def register_cutoffs(connection: duckdb.DuckDBPyConnection, cutoffs: Sequence[datetime]) -> None:
    """Makes the cutoffs known to the connection as the table that `eligible_sql` reads; equal ones count
    once."""
    rows = pa.table({"cutoff": pa.array(sorted(set(cutoffs)), pa.timestamp("us"))})
    connection.register("given_cutoffs", rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {CUTOFFS} AS SELECT cutoff FROM given_cutoffs")  # noqa: S608 - constant
    connection.unregister("given_cutoffs")


def eligible_sql(
    orders: str,
    horizon: int,
    min_orders: int,
    statuses: Sequence[Status] = ELIGIBLE,
    numbered: str | None = None,
) -> str:
    """SQL (DuckDB) of `population` over `orders`, a relation with customer_id and ordered_at, one row per
    order of the whole history; numbered: a relation that holds `numbered_sql` of them, where there is one.

    Orders after a cutoff decide only about the label: whether and when a next order came. Data end is the
    midnight after the last order."""
    return f"""
        SELECT * EXCLUDE (next_order_at, data_end), {churned_sql(horizon)} AS churned
        FROM ({last_orders_sql(numbered or f"({numbered_sql(orders)})", horizon, min_orders, statuses)})
        CROSS JOIN (SELECT {data_end_sql("max(ordered_at)")} AS data_end FROM {orders})
    """  # noqa: S608 - a relation name of ours and integers


def numbered_sql(orders: str) -> str:
    """SQL of the orders, each with its number among its customer's and the time of the next (null: none)."""
    return f"""
        SELECT customer_id, ordered_at,
               row_number() OVER sequence AS order_number,
               lead(ordered_at) OVER sequence AS next_order_at
        FROM {orders}
        WINDOW sequence AS (PARTITION BY customer_id ORDER BY ordered_at)
    """  # noqa: S608 - a relation name of ours


def last_orders_sql(
    numbered: str, horizon: int, min_orders: int, statuses: Sequence[Status] = ELIGIBLE
) -> str:
    """`eligible_sql` before the label, over a relation of `numbered_sql`: next_order_at, the order after the
    cutoff (null: none), stands in its place.

    It judges each customer alone, so the relation may hold some of the customers; data end, which the label
    needs too, is that of all."""
    active = f"ordered_at >= cutoff - to_days({int(horizon)})"
    among = {
        Status.ELIGIBLE: f"{active} AND order_number >= {int(min_orders)}",
        Status.LAPSED: f"NOT {active}",
        Status.NEW: f"{active} AND order_number < {int(min_orders)}",
    }
    told = status_sql("ordered_at", "order_number", "cutoff", horizon, min_orders) + " AS status,"
    return f"""
        SELECT customer_id, cutoff, ordered_at AS last_order_at, order_number AS orders,
               {"" if tuple(statuses) == ELIGIBLE else told} next_order_at
        FROM {numbered}
        JOIN {CUTOFFS} ON ordered_at < cutoff
                      AND (next_order_at IS NULL OR next_order_at >= cutoff)
        WHERE {" OR ".join(among[status] for status in statuses)}
    """  # noqa: S608 - a relation name of ours and integers


def status_sql(last_order: str, orders: str, at: str, horizon: int, min_orders: int) -> str:
    """SQL of a customer's status at an instant `at`, from the time of the last order before it and the number
    of orders before it: the one rule for training, scoring and grading."""
    return (
        f"CASE WHEN {last_order} < {at} - to_days({int(horizon)}) THEN '{Status.LAPSED}' "
        f"WHEN {orders} < {int(min_orders)} THEN '{Status.NEW}' ELSE '{Status.ELIGIBLE}' END"
    )


def churned_sql(horizon: int) -> str:
    """SQL of the label (TINYINT, null where not mature) over cutoff, next_order_at and data_end."""
    end = f"cutoff + to_days({int(horizon)})"
    return (
        f"CASE WHEN {end} <= data_end THEN CAST(next_order_at IS NULL OR next_order_at >= {end} AS "
        f"TINYINT) END"
    )


def data_end_sql(last_order: str) -> str:
    """SQL of the midnight after `last_order`, the SQL of the time of the ledger's last order."""
    return f"date_trunc('day', {last_order}) + to_days(1)"
