"""Profile: orders and their values, how often customers buy, returns, discounts."""

from typing import Any

import duckdb

from churn_pipeline.core.records import records
from churn_pipeline.shop.orders import SALE

BINS = 24

_ORDERS = """
    SELECT count(*) AS orders, sum(lines) AS lines, sum(value) AS sales,
           avg(value) AS value_mean, min(value) AS value_min, max(value) AS value_max,
           median(value) AS value_median, quantile_cont(value, 0.25) AS value_q25,
               quantile_cont(value, 0.75) AS value_q75,
           quantile_cont(value, 0.98) AS value_q98
    FROM orders
"""

# equal steps up to the 98th percentile; the last bin holds everything above
_VALUES = """
    SELECT least(CAST(floor(value / $width) AS INTEGER), $bins) AS bin, count(*) AS orders FROM orders
    GROUP BY bin ORDER BY bin
"""

_PACE = """
    SELECT CASE WHEN pace <= 3 THEN 'every 3 days' WHEN pace <= 7 THEN 'every week'
        WHEN pace <= 14 THEN 'every 2 weeks'
                WHEN pace <= 31 THEN 'every month' WHEN pace <= 61 THEN 'every 2 months'
                    WHEN pace <= 92 THEN 'every 3 months'
                WHEN pace <= 183 THEN 'every half-year' ELSE 'more rarely' END AS label, count(*) AS customers
    FROM (SELECT date_diff('day', first_order, last_order) / (orders - 1.0) AS pace FROM customers
        WHERE orders > 1)
    GROUP BY label ORDER BY min(pace)
"""

_RETURNS = """
    SELECT count(*) AS rows, count(DISTINCT customer_id) AS customers,
           coalesce(-CAST(sum(CAST(amount AS DECIMAL(18, 4))) AS DOUBLE), 0) AS value
    FROM transactions WHERE is_return
"""

_RETURNED_PRODUCTS = """
    SELECT product, count(*) FILTER (is_return) AS returns, count(*) AS rows
    FROM transactions WHERE product IS NOT NULL GROUP BY product HAVING count(*) FILTER (is_return) > 0
    ORDER BY returns DESC, product LIMIT 5
"""

_DISCOUNTS = f"""
    SELECT count(*) AS rows, count(*) FILTER (discount > 0) AS discounted_rows,
           CAST(sum(CAST(discount AS DECIMAL(18, 4))) FILTER (discount > 0) AS DOUBLE) AS given,
           CAST(sum(CAST(amount AS DECIMAL(18, 4))) FILTER (discount > 0) AS DOUBLE) AS discounted_sales,
           count(DISTINCT customer_id) FILTER (discount > 0) AS customers
    FROM transactions WHERE {SALE} AND discount IS NOT NULL
"""  # noqa: S608 - a condition of ours

_ONLY_DISCOUNTED = f"""
    SELECT count(*) AS customers FROM (
        SELECT customer_id FROM transactions WHERE {SALE} AND discount IS NOT NULL GROUP BY customer_id
        HAVING count(*) > 1 AND bool_and(discount > 0)
    )
"""  # noqa: S608 - a condition of ours


def order_profile(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Orders: counts, values in the shop's currency, their distribution (`from` and `to` of each bin), and
    how often customers buy."""
    summary = records(connection, _ORDERS)[0]
    width = (summary["value_q98"] or 1.0) / BINS
    bins = records(connection, _VALUES, {"width": width, "bins": BINS})
    values = [
        {
            "from": b["bin"] * width,
            "to": (b["bin"] + 1) * width if b["bin"] < BINS else None,
            "orders": b["orders"],
        }
        for b in bins
    ]
    return summary | {
        "lines_per_order": summary["lines"] / summary["orders"],
        "values": values,
        "pace": records(connection, _PACE),
    }


def return_profile(connection: duckdb.DuckDBPyConnection, sales: float) -> dict[str, Any]:
    """Returns and cancellations: rows, customers, value (positive), value as a share of sales, and the
    products returned most."""
    summary = records(connection, _RETURNS)[0]
    return summary | {
        "share_of_sales": summary["value"] / sales,
        "products": records(connection, _RETURNED_PRODUCTS),
    }


def discount_profile(connection: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """Discounts on sales, or None where the file has no discount column; `depth` is the discount as a share
    of the price before it."""
    summary = records(connection, _DISCOUNTS)[0]
    if not summary["rows"]:
        return None
    given, paid = summary["given"] or 0.0, summary["discounted_sales"] or 0.0
    return summary | {
        "share_of_rows": summary["discounted_rows"] / summary["rows"],
        "depth": given / (given + paid) if given else 0.0,
        "only_discounted_customers": records(connection, _ONLY_DISCOUNTED)[0]["customers"],
    }
