"""The profile of a shop's ledger: what a shop owner wants to see before anything is predicted
(profile.json)."""

from datetime import date
from typing import Any

import duckdb

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.quality.findings import cleaning_advice, findings
from churn_pipeline.quality.profile.customer_profile import cohort_retention, customer_profile
from churn_pipeline.quality.profile.order_profile import discount_profile, order_profile, return_profile
from churn_pipeline.quality.profile.product_profile import product_profile
from churn_pipeline.quality.profile.time_profile import time_profile
from churn_pipeline.quality.suite import QualityReport
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.orders import orders_sql

_CUSTOMERS = """
    CREATE TEMP TABLE customers AS
    SELECT customer_id, count(*) AS orders, min(ordered_at) AS first_order, max(ordered_at) AS last_order,
           CAST(sum(order_value) AS DOUBLE) AS spend
    FROM orders GROUP BY customer_id
"""


def build_profile(
    store: ShopStore, config: ShopConfig, settings: Settings, report: QualityReport
) -> dict[str, Any]:
    """The profile of the ledger in `store`: JSON-ready, shares 0-1, money in the shop's currency, times ISO
    8601.

    Keys: shop, currency, period, customers, transactions, time, products, returns, discounts, cohorts,
        quality, findings, cleaning. Sections that the file has nothing for are null. BadInput where the
        ledger holds no order."""
    with store.query(["transactions"], threads=1) as connection:  # sums of doubles: the same from run to run
        period = _prepare(connection)
        orders = order_profile(connection)
        profile: dict[str, Any] = {
            "shop": config.name,
            "currency": config.currency,
            "period": period,
            "customers": customer_profile(connection),
            "transactions": orders,
            "time": time_profile(connection),
            "products": product_profile(connection),
            "returns": return_profile(connection, orders["sales"]),
            "discounts": discount_profile(connection),
            "cohorts": cohort_retention(connection, months=max(1, period["days"] // 30)),
        }
    profile |= {"quality": report.to_document()}
    return profile | {"findings": findings(profile), "cleaning": cleaning_advice(report)}


def _prepare(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Makes the relations `orders` and `customers` that the sections read; the period that the orders
    cover."""
    connection.execute(
        f"CREATE TEMP TABLE orders AS SELECT *, CAST(order_value AS DOUBLE) AS value FROM ({orders_sql()})"  # noqa: S608
    )
    connection.execute(_CUSTOMERS)
    first, last = connection.execute("SELECT min(ordered_at), max(ordered_at) FROM orders").fetchone() or (
        None,
        None,
    )
    if first is None:
        raise BadInput(
            "The ledger holds no order (a row with an amount above zero), "
            "so there is nothing to profile: check the amount column."
        )
    return {
        "first_order": first.isoformat(),
        "last_order": last.isoformat(),
        "days": _days(first.date(), last.date()),
    }


def _days(first: date, last: date) -> int:
    return (last - first).days + 1
