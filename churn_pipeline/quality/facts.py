"""What the ledger is like, in numbers: exact counts by DuckDB, one row of facts that the expectations are
stated about.

Shares are 0-1. A fact is None where the ledger cannot tell (an empty ledger, a column that the shop's file
lacks)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.ingest.ledger.rejections import Reason
from churn_pipeline.quality.rules import LARGEST_AMOUNT
from churn_pipeline.shop.orders import order_key, orders_sql

Facts = dict[str, Any]

OPTIONAL_COLUMNS = ("order_id", "product", "category", "quantity", "discount")
LEDGER_COLUMNS = (
    "customer_id",
    "order_id",
    "ts",
    "amount",
    "product",
    "category",
    "quantity",
    "discount",
    "is_return",
)
UNREADABLE = (
    Reason.BAD_DATE,
    Reason.BAD_AMOUNT,
    Reason.BAD_NUMBER,
    Reason.BAD_COLUMNS,
    Reason.NOT_JSON,
    Reason.LONG_ID,
)
OUTLIER_SD = 3.0
IQR_FENCE = 1.5
HEAVY_ORDERS_PER_DAY = 3.0
HEAVY_REVENUE_SHARE = 0.05

# an amount that is no number of money fails its own rule (expectations.py) and must not break the sums here
_USABLE = f"""
    CREATE TEMP VIEW transactions AS
    SELECT * REPLACE (CASE WHEN abs(amount) <= {LARGEST_AMOUNT} THEN amount END AS amount)
    FROM memory.main.transactions
"""  # noqa: S608 - a constant of ours

_SIZE = """
    SELECT count(*) AS rows, count(DISTINCT customer_id) AS customers, min(ts) AS first_row,
        max(ts) AS last_row,
           count(*) FILTER (is_return) AS return_rows,
           count(*) FILTER (amount = 0) AS zero_rows,
           count(*) FILTER (amount < 0 AND NOT is_return) AS negative_sale_rows,
           count(*) FILTER (discount < 0 OR (discount > 0 AND quantity = 0)) AS odd_discount_rows,
           count(*) FILTER (ts > $latest) AS future_rows,
           count(*) FILTER (ts < TIMESTAMP '1980-01-01') AS ancient_rows,
           count(*) FILTER (ts = date_trunc('day', ts)) AS midnight_rows,
           count(order_id) AS with_order_id, count(product) AS with_product, count(category) AS with_category,
           count(quantity) AS with_quantity, count(discount) AS with_discount
    FROM transactions
"""

# A till scans two equal items as two equal rows, so these are counted and reported, never taken away here.
# Grouping all rows by all
# columns is slow: only rows whose hash occurs twice are compared in full, which keeps the count exact.
_ROW = ", ".join(LEDGER_COLUMNS)
_EXACT_DUPLICATES = f"""
    WITH repeated AS (SELECT hash({_ROW}) AS key FROM transactions GROUP BY key HAVING count(*) > 1)
    SELECT coalesce(sum(copies - 1), 0) AS exact_duplicate_rows
    FROM (
        SELECT count(*) AS copies FROM transactions SEMI JOIN repeated ON hash({_ROW}) = repeated.key
        GROUP BY {_ROW} HAVING count(*) > 1
    )
"""  # noqa: S608 - column names of ours

_DUPLICATE_ORDERS = """
    SELECT coalesce(sum(copies - 1), 0) AS duplicate_transactions
    FROM (SELECT count(*) AS copies FROM orders GROUP BY customer_id, ordered_at, order_value
        HAVING count(*) > 1)
"""

_DUPLICATE_ROWS = """
    SELECT coalesce(sum(copies - 1), 0) AS duplicate_transactions
    FROM (SELECT count(*) AS copies FROM transactions WHERE NOT is_return GROUP BY customer_id, ts, amount
        HAVING count(*) > 1)
"""

_ORDERS = """
    SELECT count(*) AS orders, min(ordered_at) AS first_order, max(ordered_at) AS last_order,
           CAST(sum(order_value) AS DOUBLE) AS sales,
           avg(CAST(order_value AS DOUBLE)) AS order_value_mean,
               stddev_samp(CAST(order_value AS DOUBLE)) AS order_value_sd,
           quantile_cont(CAST(order_value AS DOUBLE), [0.25, 0.5, 0.75]) AS order_value_quartiles,
           CAST(max(order_value) AS DOUBLE) AS order_value_max
    FROM orders
"""

_OUTLIERS = """
    SELECT count(*) FILTER (abs(order_value - $mean) > $sd_fence) AS sd_outlier_orders,
           count(*) FILTER (order_value < $low OR order_value > $high) AS iqr_outlier_orders
    FROM orders
"""

_CUSTOMERS = """
    SELECT count(*) AS buyers, count(*) FILTER (orders >= 2) AS repeat_buyers,
           CAST(max(spend) AS DOUBLE) / CAST(sum(spend) AS DOUBLE) AS largest_customer_share,
           arg_max(customer_id, spend) AS largest_customer
    FROM (SELECT customer_id, count(*) AS orders, sum(order_value) AS spend FROM orders GROUP BY customer_id)
"""

_HEAVY_CUSTOMERS = """
    SELECT customer_id, count(*) AS orders, CAST(sum(order_value) AS DOUBLE) AS spend,
        count(*) OVER () AS found
    FROM orders GROUP BY customer_id
    HAVING count(*) > $orders OR CAST(sum(order_value) AS DOUBLE) > $spend
    ORDER BY spend DESC, customer_id LIMIT 20
"""

# two ids that differ only by case, leading zeros, blanks or a trailing .0 are probably one customer written
# in two ways
_ID_VARIANTS = r"""
    SELECT coalesce(sum(writings), 0) AS id_variants, count(*) AS id_variant_customers,
        min(example) AS id_variant_example
    FROM (
        SELECT count(*) AS writings, min(customer_id) || ' / ' || max(customer_id) AS example
        FROM (SELECT DISTINCT customer_id FROM transactions)
        GROUP BY regexp_replace(regexp_replace(lower(customer_id), '\s|\.0$', '', 'g'), '^0+', '')
        HAVING count(*) > 1
    )
"""

_ID_DAMAGE = r"""
    SELECT count(*) AS damaged_ids, min(customer_id) AS damaged_id_example
    FROM (SELECT DISTINCT customer_id FROM transactions)
    WHERE regexp_matches(customer_id, '^\d[.,]\d+[eE]\+\d+$') OR contains(customer_id, chr(65533))
"""

_SHARED_ORDERS = """
    SELECT count(*) FILTER (shared) AS shared_orders, count(*) AS order_numbers
    FROM (SELECT min(customer_id) <> max(customer_id) AS shared FROM transactions WHERE order_id IS NOT NULL
        GROUP BY order_id)
"""

_LONG_ORDERS = f"""
    SELECT count(*) AS long_orders
    FROM (
        SELECT 1 FROM transactions WHERE order_id IS NOT NULL AND NOT is_return
        GROUP BY customer_id, {order_key()} HAVING max(ts) - min(ts) > INTERVAL 2 DAY
    )
"""  # noqa: S608 - an expression of ours

_SILENCE = """
    SELECT max(date_diff('day', previous, day)) AS longest_silence_days,
           arg_max(previous, date_diff('day', previous, day)) AS silence_starts
    FROM (SELECT day, lag(day) OVER (ORDER BY day) AS previous
        FROM (SELECT DISTINCT CAST(ordered_at AS DATE) AS day FROM orders))
"""

# cents instead of euros, or another currency, shows as a jump of the usual order value from one month to
# another
_MONTHLY_LEVEL = """
    SELECT max(level) / nullif(min(level), 0) AS monthly_level_ratio,
           arg_max(month, level) AS dearest_month, arg_min(month, level) AS cheapest_month
    FROM (
        SELECT strftime(ordered_at, '%Y-%m') AS month,
            quantile_cont(CAST(order_value AS DOUBLE), 0.5) AS level
        FROM orders GROUP BY month HAVING count(*) >= 30
    )
"""


def ledger_facts(store: ShopStore) -> Facts:
    """Facts of the ledger of `store` (transactions and, where they are there, rejected_rows and uploads);
    see the module for units."""
    tables = [name for name in ("transactions", "rejected_rows", "uploads") if store.exists(name)]
    with store.query(tables) as connection:
        connection.execute(_USABLE)
        latest = _delivered_at(connection, tables) + timedelta(days=1)
        facts: Facts = _row(connection, _SIZE, {"latest": latest}) | {"latest_possible": latest}
        connection.execute(f"CREATE TEMP TABLE orders AS {orders_sql()}")
        facts |= (
            _row(connection, _EXACT_DUPLICATES) | _row(connection, _ORDERS) | _row(connection, _CUSTOMERS)
        )
        facts |= _row(connection, _DUPLICATE_ORDERS if facts["with_order_id"] else _DUPLICATE_ROWS)
        facts |= _outliers(connection, facts) | _heavy_customers(connection, facts)
        for query in (_ID_VARIANTS, _ID_DAMAGE, _SHARED_ORDERS, _LONG_ORDERS, _SILENCE, _MONTHLY_LEVEL):
            facts |= _row(connection, query)
        facts |= _rejections(connection, tables) | _upload_findings(connection, tables)
    return facts | _shares(facts)


def _row(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> Facts:
    cursor = connection.execute(query, parameters or {})
    names = [column[0] for column in cursor.description or []]
    values = cursor.fetchone() or [None] * len(names)
    return {name: _steady(value) for name, value in zip(names, values, strict=True)}


def _steady(value: Any) -> Any:
    """Doubles at ten significant digits: a sum over several threads differs in the last ones from run to
    run."""
    return float(f"{value:.10g}") if isinstance(value, float) else value


def _delivered_at(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> datetime:
    """When the newest file arrived (UTC): what is dated a day later cannot have happened."""
    found = (
        connection.execute("SELECT max(uploaded_at) FROM uploads").fetchone() if "uploads" in tables else None
    )
    return found[0] if found and found[0] else datetime.now(UTC).replace(tzinfo=None)


def _outliers(connection: duckdb.DuckDBPyConnection, facts: Facts) -> Facts:
    if not facts["orders"]:
        return {"sd_outlier_orders": 0, "iqr_outlier_orders": 0, "iqr_low": None, "iqr_high": None}
    low_quartile, _, high_quartile = facts["order_value_quartiles"]
    reach = IQR_FENCE * (high_quartile - low_quartile)
    fences = {"low": low_quartile - reach, "high": high_quartile + reach}
    spread = {"mean": facts["order_value_mean"], "sd_fence": OUTLIER_SD * (facts["order_value_sd"] or 0.0)}
    return _row(connection, _OUTLIERS, fences | spread) | {
        "iqr_low": fences["low"],
        "iqr_high": fences["high"],
    }


def _heavy_customers(connection: duckdb.DuckDBPyConnection, facts: Facts) -> Facts:
    """Customers so large that they are probably no single person: a till's collective id, a wholesaler."""
    if not facts["orders"]:
        return {"heavy_customers": 0, "heavy_customer_list": []}
    days = max(1, (facts["last_order"] - facts["first_order"]).days + 1)
    # a few customers always hold much of a tiny shop's revenue, hence at least 20 average customers' spend
    spend = max(HEAVY_REVENUE_SHARE, 20 / facts["buyers"]) * facts["sales"]
    limits = {"orders": max(10.0, HEAVY_ORDERS_PER_DAY * days), "spend": spend}
    found = connection.execute(_HEAVY_CUSTOMERS, limits).fetchall()
    listed = [
        {"customer_id": c, "orders": n, "spend": s, "revenue_share": s / facts["sales"]}
        for c, n, s, _ in found
    ]
    return {"heavy_customers": found[0][3] if found else 0, "heavy_customer_list": listed}


def _rejections(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> Facts:
    reasons: dict[str, int] = {}
    if "rejected_rows" in tables:
        reasons = dict(
            connection.execute(
                "SELECT reason, count(*) FROM rejected_rows GROUP BY reason ORDER BY reason"
            ).fetchall()
        )
    return {
        "rejected_by_reason": reasons,
        "rejected_rows": sum(reasons.values()),
        "anonymous_rows": reasons.get(Reason.ANONYMOUS_SALE, 0),
        "undated_rows": reasons.get(Reason.BAD_DATE, 0),
        "unpriced_rows": reasons.get(Reason.BAD_AMOUNT, 0),
        "unreadable_rows": sum(reasons.get(reason, 0) for reason in UNREADABLE),
    }


def _upload_findings(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> Facts:
    """What did not fit the shop in the files that it is made of, those aside whose period a later file
    replaced; registers of earlier versions have no such column."""
    known = "uploads" in tables and "findings" in [
        name for name, *_ in connection.execute("DESCRIBE uploads").fetchall()
    ]
    rows = (
        connection.execute(
            "SELECT file_name, findings FROM uploads AS u WHERE findings IS NOT NULL AND NOT EXISTS "
            "(FROM uploads AS later WHERE later.mode = 'replace' AND later.uploaded_at > u.uploaded_at "
            "AND CAST(later.first_ts AS DATE) <= CAST(u.first_ts AS DATE) "
            "AND CAST(u.last_ts AS DATE) <= CAST(later.last_ts AS DATE)) ORDER BY uploaded_at DESC"
        )
        if known
        else None
    )
    listed = [
        f"{name}: {text}" for name, texts in (rows.fetchall() if rows else []) for text in json.loads(texts)
    ]
    return {"upload_findings": len(listed), "upload_finding_list": listed[:20]}


def _shares(facts: Facts) -> Facts:
    """Rates of the counts. Rows delivered are the ledger's and those set aside; rows known from an earlier
    upload count once."""
    rows, orders, customers = facts["rows"], facts["orders"], facts["customers"]
    delivered = rows + facts["rejected_rows"]
    first, last = facts["first_order"], facts["last_order"]
    midnight = _share(facts["midnight_rows"], rows)
    transactions = orders if facts["with_order_id"] else rows
    shares = {
        "delivered_rows": delivered,
        "history_days": _history_days(first, last),
        "missing_customer_id": _share(facts["anonymous_rows"], delivered),
        "missing_date": _share(facts["undated_rows"], delivered),
        "missing_amount": _share(facts["unpriced_rows"], delivered),
        "unusable_share": _share(facts["unreadable_rows"], delivered),
        "exact_duplicate_share": _share(facts["exact_duplicate_rows"], rows),
        "duplicate_transaction_share": _share(facts["duplicate_transactions"], transactions),
        "zero_share": _share(facts["zero_rows"], rows),
        "odd_discount_share": _share(facts["odd_discount_rows"], rows) if facts["with_discount"] else None,
        "return_share": _share(facts["return_rows"], rows),
        "sd_outlier_share": _share(facts["sd_outlier_orders"], orders),
        "iqr_outlier_share": _share(facts["iqr_outlier_orders"], orders),
        "repeat_share": _share(facts["repeat_buyers"], facts["buyers"]),
        "id_variant_share": _share(facts["id_variants"], customers),
        "mixed_time_share": None if midnight is None else min(midnight, 1 - midnight),
        "shared_order_share": _share(facts["shared_orders"], facts["order_numbers"])
        if facts["with_order_id"]
        else None,
        "long_order_share": _share(facts["long_orders"], orders) if facts["with_order_id"] else None,
    }
    for column in OPTIONAL_COLUMNS:
        filled = facts[f"with_{column}"]
        shares[f"missing_{column}"] = 1 - filled / rows if rows and filled else None
    return shares


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _history_days(first: datetime | None, last: datetime | None) -> int:
    """Days from the midnight before the first order to data end, the midnight after the last one."""
    return (last.date() - first.date()).days + 1 if first and last else 0
