"""One customer's features after orders that were never placed, through the feature SQL that made everybody's.

The customer's rows, with the hypothetical ones among them, are a ledger of their own, small enough for an
answer at once. What such a ledger cannot know (the purchase models' parameters, whom ranks compare with)
comes from the rest of the shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pandas as pd

from churn_pipeline.core.enums import Status
from churn_pipeline.core.errors import NotFound
from churn_pipeline.features.engines.duckdb_engine import DuckDbEngine
from churn_pipeline.features.rest_of_shop import RestOfShop
from churn_pipeline.features.snapshots import snapshots_over
from churn_pipeline.scoring.status import customer_status
from churn_pipeline.scoring.what_if.hypothetical import HypotheticalOrder


@dataclass(frozen=True)
class CustomerState:
    """A customer as of an instant: status, last order, and the features where eligible (None otherwise)."""

    as_of: datetime
    status: str
    days_since_last_order: float
    orders: int
    features: pd.Series | None


def replay(
    connection: duckdb.DuckDBPyConnection,
    customer_id: str,
    orders: Sequence[HypotheticalOrder],
    as_of: datetime,
    horizon: int,
    min_orders: int,
    rest: RestOfShop,
) -> CustomerState:
    """The customer after `orders`, judged anew at `as_of` (a midnight, later than all of them).

    connection: with a view `ledger` of all transactions; temporary tables are left in it. NotFound for an
        unknown customer and for one without an order before `as_of`."""
    _make_transactions(connection, customer_id, orders)
    connection.execute(
        "PRAGMA disable_optimizer"
    )  # over a few rows, optimising a statement takes longer than running it
    known = customer_status(connection, as_of, horizon, min_orders)
    if known.empty:
        raise NotFound(
            f"Customer {customer_id!r} has no order before {as_of:%Y-%m-%d}; "
            f"give one with --order DATE:AMOUNT."
        )
    status = known.iloc[0]
    features = None
    if status["status"] == Status.ELIGIBLE:
        own = snapshots_over(
            DuckDbEngine(connection), [as_of], horizon, min_orders, labelled=False, rest=rest
        ).to_pandas()
        features = own.drop(columns=["customer_id", "cutoff"]).iloc[0].astype(float)
    return CustomerState(
        as_of, str(status["status"]), float(status["days_since_last_order"]), int(status["orders"]), features
    )


def _make_transactions(
    connection: duckdb.DuckDBPyConnection, customer_id: str, orders: Sequence[HypotheticalOrder]
) -> None:
    """Makes the table `transactions`: the customer's rows of the ledger and those of the hypothetical
    orders."""
    connection.execute(
        "CREATE TEMP TABLE transactions AS SELECT * FROM ledger WHERE customer_id = ?", [customer_id]
    )
    rows, quantities, discounts = connection.execute(
        "SELECT count(*), count(quantity), count(discount) FROM transactions"
    ).fetchall()[0]
    if not rows:
        raise NotFound(f"The shop has no customer {customer_id!r}.")
    placed = [
        (
            customer_id,
            f"what-if {number}",
            order.at,
            order.amount,
            order.product,
            order.category,
            1.0 if quantities else None,
            0.0 if order.discount is None and discounts else order.discount,
        )
        for number, order in enumerate(orders)
    ]
    if placed:
        connection.executemany("INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, false, '')", placed)
