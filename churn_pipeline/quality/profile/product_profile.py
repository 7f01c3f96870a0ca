"""Profile: what sells, and how many different things customers buy."""

from typing import Any

import duckdb

from churn_pipeline.core.records import records
from churn_pipeline.shop.orders import SALE

TOP = 10


def product_profile(connection: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """Best sellers and diversity by product and by category; None where the file has neither."""
    sections = {column: _assortment(connection, column) for column in ("product", "category")}
    return sections if any(sections.values()) else None


def _assortment(connection: duckdb.DuckDBPyConnection, column: str) -> dict[str, Any] | None:
    """Of one column: how many there are, the TOP by sales with their share (0-1), and how many a customer
    buys."""
    sold = f"FROM transactions WHERE {SALE} AND {column} IS NOT NULL"
    summary = records(
        connection,
        f"SELECT count(DISTINCT {column}) AS distinct_count, sum(CAST(amount AS DECIMAL(18, "
        f"4)))::DOUBLE AS sales {sold}",
    )[0]
    if not summary["distinct_count"]:
        return None
    top = records(
        connection,
        f"""
        SELECT {column} AS label, count(*) AS rows, count(DISTINCT customer_id) AS customers,
               sum(CAST(amount AS DECIMAL(18, 4)))::DOUBLE AS sales
        {sold} GROUP BY label ORDER BY sales DESC, label LIMIT {TOP}
        """,
    )
    per_customer = records(
        connection,
        f"""
        SELECT avg(n) AS per_customer_mean, median(n) AS per_customer_median
        FROM (SELECT count(DISTINCT {column}) AS n {sold} GROUP BY customer_id)
        """,  # noqa: S608 - column names of ours
    )[0]
    return summary | per_customer | {"top": [row | {"share": row["sales"] / summary["sales"]} for row in top]}
