"""The ledger's rows, customers by customers, turned into `purchase_days`: the one table that all features are
aggregated from.

Customers come in groups of about GROUP_ROWS rows, so that memory depends on the group and not on the ledger.
The published ledger is sorted by customer, so that Parquet's statistics let each group read its own part
alone; in any other order the result is the same."""

from collections.abc import Collection, Iterator

from churn_pipeline.features.engines.engine import Engine
from churn_pipeline.features.templates import template
from churn_pipeline.shop.orders import SALE

GROUP_ROWS = 4_000_000

# What a feature may need of the ledger beyond customer, date and amount, as the SQL of how many rows tell
# about it.
NEEDS = {
    "product": "count(product) FILTER (WHERE {sale})",
    "category": "count(category) FILTER (WHERE {sale})",
    "quantity": "count(quantity) FILTER (WHERE {sale})",
    "discount": "count(discount) FILTER (WHERE {sale})",
    "time": "count_if(ts <> date_trunc('day', ts))",
    "returns": "count_if(is_return)",
}
_NEWEST_CUTOFF = "(SELECT max(cutoff) FROM cutoffs)"
_NO_PRODUCT_DAYS = """
    SELECT CAST(NULL AS INTEGER) AS customer_id, CAST(NULL AS DATE) AS day,
        CAST(NULL AS INTEGER) AS new_products,
           CAST(NULL AS INTEGER) AS repeated_products WHERE false
"""
_NO_CATEGORY_DAYS = """
    SELECT CAST(NULL AS INTEGER) AS customer_id, CAST(NULL AS DATE) AS day,
        CAST(NULL AS INTEGER) AS new_categories,
           CAST(NULL AS BIGINT) AS favorite, CAST(NULL AS DECIMAL(18, 6)) AS entropy_steps WHERE false
"""


def make_known_rows(engine: Engine) -> None:
    """Makes the view `known_rows`: the rows before the newest cutoff."""
    engine.relation("known_rows", f"SELECT * FROM transactions WHERE ts < {_NEWEST_CUTOFF}")  # noqa: S608 - constant


def known_needs(engine: Engine) -> frozenset[str]:
    """The keys of NEEDS that the view `known_rows` tells something about."""
    columns = (f"{sql.format(sale=SALE)} AS {need}" for need, sql in NEEDS.items())
    (counts,) = engine.fetch(f"SELECT {', '.join(columns)} FROM known_rows").to_pylist()  # noqa: S608
    return frozenset(need for need, count in counts.items() if count)


def make_codes(engine: Engine, needs: Collection[str]) -> None:
    """Makes the tables `customers` and `categories`, each text with its number by the alphabet, and
    `known_days`.

    customers has also the rows of each; known_days: each day of a sale before the newest cutoff with the
    first cutoff after it."""
    customers = """
        SELECT customer_id, CAST(row_number() OVER (ORDER BY customer_id) AS INTEGER) AS code, row_count
        FROM (SELECT customer_id, count(*) AS row_count FROM transactions GROUP BY customer_id)
    """
    engine.relation("customers", customers, kept=True)
    known = "category IS NOT NULL" if "category" in needs else "false"
    categories = f"""
        SELECT category, CAST(row_number() OVER (ORDER BY category) AS BIGINT) AS code
        FROM (SELECT DISTINCT category FROM known_rows WHERE {SALE} AND {known})
    """  # noqa: S608 - constants
    engine.relation("categories", categories, kept=True)
    days = f"""
        SELECT day, (SELECT min(cutoff) FROM cutoffs WHERE cutoff > day) AS known_at
        FROM (SELECT DISTINCT CAST(ts AS DATE) AS day FROM known_rows WHERE {SALE})
    """  # noqa: S608 - constant
    engine.relation("known_days", days, kept=True)


def customer_groups(engine: Engine) -> Iterator[str]:
    """SQL conditions on customer_id, each of customers with about GROUP_ROWS rows together; fewer, where
    there are many cutoffs."""
    cutoffs = engine.fetch("SELECT cutoff FROM cutoffs").num_rows
    rows = max(1, GROUP_ROWS // max(1, cutoffs // 4))
    bounds = engine.fetch(f"""
        SELECT min(customer_id) AS first_id, max(customer_id) AS last_id
        FROM (SELECT customer_id, (sum(row_count) OVER (ORDER BY code) - row_count) // {rows} AS part
            FROM customers)
        GROUP BY part ORDER BY part
    """)  # noqa: S608 - a number
    for bound in bounds.to_pylist():
        yield f"customer_id BETWEEN '{_quoted(bound['first_id'])}' AND '{_quoted(bound['last_id'])}'"


def row_views(needs: Collection[str]) -> dict[str, str]:
    """SQL of the steps between `ledger_part`, rows of some customers, and `purchase_days`, in their order.

    Products and categories are followed only where `needs` names them.
    """
    return {
        "sales": f"SELECT * FROM ledger_part WHERE {SALE}",  # noqa: S608 - constant
        "sale_rows": template("sale_rows"),
        "known_sales": f"SELECT * FROM sale_rows WHERE ts < {_NEWEST_CUTOFF}",  # noqa: S608 - constant
        "return_rows": f"""
            SELECT code AS customer_id, CAST(ts AS DATE) AS day, amount
            FROM ledger_part JOIN customers ON customers.customer_id = ledger_part.customer_id
            WHERE is_return AND ts < {_NEWEST_CUTOFF}
        """,  # noqa: S608 - constant
        "order_days": template("order_days"),
        "known_orders": f"SELECT * FROM order_days WHERE day < {_NEWEST_CUTOFF}",  # noqa: S608 - constant
        "product_days": template("product_days") if "product" in needs else _NO_PRODUCT_DAYS,
        "category_days": template("category_days") if "category" in needs else _NO_CATEGORY_DAYS,
        "purchase_days": template("purchase_days"),
    }


# Read more than once: kept as tables. The others are views, computed where they are read.
_TABLES = ("sale_rows", "order_days", "purchase_days")


def make_purchase_days(engine: Engine, needs: Collection[str], customers: str) -> None:
    """Makes `purchase_days` and `orders` of the customers in the condition; orders, after the cutoffs too:
    customer_id, ordered_at."""
    engine.relation("ledger_part", f"SELECT * FROM transactions WHERE {customers}")  # noqa: S608 - condition of ours
    for name, sql in row_views(needs).items():
        engine.relation(name, sql, kept=name in _TABLES)
    engine.relation(
        "orders",
        "SELECT customer_id, min(occurred_at) AS ordered_at FROM order_days GROUP BY customer_id, order_key",
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")
