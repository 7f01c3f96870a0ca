"""What an order is: the one SQL that every stage uses (features, labels, quality, purchase model)."""

SALE = "round(amount, 4) > 0 AND coalesce(quantity, 1) > 0 AND NOT is_return"
"""SQL of a row that sells something: amounts count to four decimals, so the residue of a sum in a sheet
(5.55e-17) sells nothing."""


def order_key(prefix: str = "") -> str:
    """SQL of what makes rows of one customer one order: the order id or, where there is none, the same
    timestamp."""
    return f"coalesce({prefix}order_id, 'at ' || CAST({prefix}ts AS VARCHAR))"


def orders_sql(rows: str = "transactions") -> str:
    """SQL (DuckDB) of the orders among `rows`, a relation with the columns of the ledger.

    One row per order: customer_id, order_key, ordered_at (its earliest sale row), order_value (its sale rows,
    DECIMAL currency), lines. Rows of returns, cancellations and free goods alone make no order. To stay free
    of leakage, `rows` has to be filtered to `ts < cutoff` before it is passed in: an order that goes on after
    a cutoff is known only by its rows before it."""
    return f"""
        SELECT customer_id, {order_key()} AS order_key, min(ts) AS ordered_at,
               sum(CAST(amount AS DECIMAL(18, 4))) AS order_value, count(*) AS lines
        FROM {rows}
        WHERE {SALE}
        GROUP BY ALL
    """  # noqa: S608 - `rows` is a relation name of ours, never user input
