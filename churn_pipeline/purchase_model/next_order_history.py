"""What is known of the next order as of a date: every customer's purchase summary, BG/NBD, and how the orders
came after earlier dates."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import numpy as np
import pandas as pd

from churn_pipeline.purchase_model.bg_nbd import BgNbd, fit_bg_nbd, probability_alive, probability_no_order
from churn_pipeline.purchase_model.next_order import (
    LIKELY,
    YEAR,
    NextOrderTiming,
    clock_of,
    fit_timing,
    next_order_days,
)
from churn_pipeline.purchase_model.summaries import purchase_summaries
from churn_pipeline.shop.orders import orders_sql

MOST_ORIGINS = 6
MOST_CUSTOMERS = 30_000
"""Drawn by a hash: enough for five numbers."""


@dataclass(frozen=True)
class NextOrders:
    """Everybody's summaries as of a date, BG/NBD fitted on them, and the law of the next order."""

    as_of: datetime
    summaries: pd.DataFrame
    model: BgNbd
    timing: NextOrderTiming


def next_orders(connection: duckdb.DuckDBPyConnection, as_of: datetime, horizon: int) -> NextOrders:
    """As of a date; `connection` has a view `transactions`, of which only rows before `as_of` are read."""
    summaries = purchase_summaries(connection, as_of)
    model = fit_bg_nbd(summaries["x"], summaries["t_x"], summaries["T"])
    return NextOrders(as_of, summaries, model, fit_timing(_past_orders(connection, as_of, horizon, model)))


def expected_next_order(known: NextOrders, horizon: int, return_probability: pd.Series) -> pd.DataFrame:
    """customer_id, expected_next_order_low, expected_next_order_at, expected_next_order_high (naive times;
    NaT where an order within twelve months is less likely than not), in the order of the summaries.

    return_probability: of an order within `horizon` days, indexed by customer; customers whom it lacks get
        BG/NBD's."""
    s, model = known.summaries, known.model
    own = 1 - probability_no_order(model, horizon, s["x"], s["t_x"], s["T"])
    given = return_probability.reindex(s["customer_id"]).to_numpy(float)
    p = np.where(np.isnan(given), own, given)
    days = next_order_days(known.timing, model, s, horizon, p)
    names = ("expected_next_order_low", "expected_next_order_at", "expected_next_order_high")
    times = {
        name: pd.Timestamp(known.as_of) + pd.Series(pd.to_timedelta(column, unit="D")).dt.round("s")
        for name, column in zip(names, days.T, strict=True)
    }
    return pd.DataFrame({"customer_id": s["customer_id"], **times})


def _past_orders(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, horizon: int, model: BgNbd
) -> pd.DataFrame:
    """The rows that `fit_timing` takes: at dates one, two, ... horizons before `as_of`, customers likely to
    order within a year who did so before `as_of`. BG/NBD is fitted anew at each date."""
    _make_purchase_days(connection, as_of)
    (first,) = connection.execute("SELECT min(day) FROM next_order_days").fetchall()[0]
    parts = []
    for step in range(1, MOST_ORIGINS + 1):
        origin = as_of - timedelta(days=step * horizon)
        if first is None or origin.date() < first + timedelta(days=horizon):
            break
        rows = _at_origin(connection, origin)
        model = fit_bg_nbd(rows["x"], rows["t_x"], rows["T"], start=model)
        parts.append(_ordered(rows, model, origin, min(YEAR, (as_of - origin).days)))
    columns = ["origin", "exponent", "age", "days", "window"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _make_purchase_days(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """The table next_order_days: each day with an order before `as_of` and the time of its first one, of at
    most MOST_CUSTOMERS customers."""
    drawn = f"""
        SELECT customer_id FROM (SELECT DISTINCT customer_id FROM transactions)
        ORDER BY md5(customer_id) LIMIT {MOST_CUSTOMERS}
    """  # noqa: S608 - a number
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE next_order_days AS
        WITH past AS (SELECT * FROM transactions WHERE ts < $as_of AND customer_id IN ({drawn}))
        SELECT customer_id, CAST(ordered_at AS DATE) AS day, min(ordered_at) AS ordered_at
        FROM ({orders_sql("past")})
        GROUP BY ALL
    """,  # noqa: S608 - composed of our own SQL only
        {"as_of": as_of},
    )


def _at_origin(connection: duckdb.DuckDBPyConnection, origin: datetime) -> pd.DataFrame:
    """x, t_x, T (days) at `origin`, a midnight, and days to the next order (NaN: none yet), by customer."""
    statement = """
        SELECT CAST(count_if(day < $origin) - 1 AS DOUBLE) AS x,
               CAST(max(day) FILTER (WHERE day < $origin) - min(day) AS DOUBLE) AS t_x,
               CAST(CAST($origin AS DATE) - min(day) AS DOUBLE) AS T,
               epoch(min(ordered_at) FILTER (WHERE ordered_at >= $origin) - $origin) / 86400 AS days
        FROM next_order_days
        GROUP BY customer_id
        HAVING min(day) < $origin
        ORDER BY customer_id
    """
    return connection.execute(statement, {"origin": origin}).df()


def _ordered(rows: pd.DataFrame, model: BgNbd, origin: datetime, window: float) -> pd.DataFrame:
    """Those likely to order within a year, at `origin`, who did so within the window."""
    clock = clock_of(model, rows)
    alive = probability_alive(model, rows["x"], rows["t_x"], rows["T"])
    likely = alive * -np.expm1(-clock.elapsed(YEAR)) >= LIKELY
    known = pd.DataFrame(
        {
            "origin": pd.Timestamp(origin),
            "exponent": clock.exponent,
            "age": clock.age,
            "days": rows["days"],
            "window": window,
        }
    )
    return known[likely & (known["days"] > 0) & (known["days"] < window)]
