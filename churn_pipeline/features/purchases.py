"""The ledger's rows before the newest cutoff, turned into `purchases`: the one table that all features are aggregated from."""

from collections.abc import Collection

import duckdb

from churn_pipeline.features.templates import template
from churn_pipeline.orders import SALE

# What a feature may need of the ledger beyond customer, date and amount, as the SQL of how many rows tell about it.
NEEDS = {
    "product": "count(product) FILTER (WHERE {sale})",
    "category": "count(category) FILTER (WHERE {sale})",
    "quantity": "count(quantity) FILTER (WHERE {sale})",
    "discount": "count(discount) FILTER (WHERE {sale})",
    "time": "count_if(ts <> date_trunc('day', ts))",
    "returns": "count_if(is_return)",
}
_WITHOUT_PRODUCTS = "SELECT *, CAST(NULL AS BOOLEAN) AS new_product, CAST(NULL AS BOOLEAN) AS product_repeated FROM sale_rows"
_WITHOUT_CATEGORIES = """
    SELECT *, CAST(NULL AS BIGINT) AS category_count, CAST(NULL AS BOOLEAN) AS category_in_order, CAST(NULL AS BOOLEAN) AS new_category,
           CAST(NULL AS DECIMAL(18, 9)) AS entropy_step
    FROM product_rows
"""


# Customers become numbers in the order of their ids; orders, products and categories, which are only compared within one customer, become
# 64-bit hashes. Grouping and sorting numbers takes half the time and memory of texts.
CODED_ROWS = """
    SELECT code AS customer_id, ts, CAST(ts AS DATE) AS day, amount, quantity, discount, is_return,
           hash(order_id, CASE WHEN order_id IS NULL THEN ts END) AS order_key,
           CASE WHEN product IS NOT NULL THEN hash(product) END AS product,
           CASE WHEN category IS NOT NULL THEN hash(category) END AS category
    FROM known_rows JOIN customers ON customers.customer_id = known_rows.customer_id
"""


def make_known_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the view `known_rows`: the rows before the newest cutoff."""
    connection.execute("CREATE TEMP VIEW known_rows AS SELECT * FROM transactions WHERE ts < (SELECT max(cutoff) FROM cutoffs)")


def known_needs(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The keys of NEEDS that the view `known_rows` tells something about."""
    counts = connection.execute(f"SELECT {', '.join(sql.format(sale=SALE) for sql in NEEDS.values())} FROM known_rows").fetchone()  # noqa: S608
    return frozenset(need for need, count in zip(NEEDS, counts or (), strict=True) if count)


def make_customers(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the table `customers`: each customer_id of the ledger and its number."""
    connection.execute("""
        CREATE TEMP TABLE customers AS
        SELECT customer_id, CAST(row_number() OVER (ORDER BY customer_id) AS INTEGER) AS code
        FROM (SELECT DISTINCT customer_id FROM transactions)
    """)


def row_views(needs: Collection[str]) -> dict[str, str]:
    """SQL of the views between `known_rows` and `purchases`; products and categories are followed only where `needs` names them."""
    return {
        "coded_rows": CODED_ROWS,
        "sale_rows": f"SELECT * FROM coded_rows WHERE {SALE}",  # noqa: S608 - constant
        "return_rows": "SELECT * FROM coded_rows WHERE is_return",
        "product_rows": template("product_rows") if "product" in needs else _WITHOUT_PRODUCTS,
        "category_rows": template("category_rows") if "category" in needs else _WITHOUT_CATEGORIES,
    }


def make_purchases(connection: duckdb.DuckDBPyConnection, needs: Collection[str]) -> None:
    """Makes the table `purchases` from the view `known_rows`."""
    for name, sql in row_views(needs).items():
        connection.execute(f"CREATE TEMP VIEW {name} AS {sql}")
    connection.execute(f"CREATE TEMP TABLE purchases AS {template('purchases')}")
