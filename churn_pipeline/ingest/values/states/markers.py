"""Order ids by which tills mark cancellations."""

import duckdb

from churn_pipeline.core.sql import one_row


def reversal_order_sql(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """SQL: the order id is a cancellation's, as in 'C536379' beside plain numbers such as '536365' (the
    invoices of many till systems).

    Only where at least nine of ten order ids are plain numbers and the C is followed by as many digits as
    those have."""
    plain, ids, digits = one_row(
        connection,
        "SELECT count(*) FILTER (is_plain), count(*), mode(length(order_id)) FILTER (is_plain) "  # noqa: S608
        f"FROM (SELECT order_id, regexp_full_match(order_id, "
        f"'[0-9]+') AS is_plain FROM {relation} WHERE order_id IS NOT NULL)",
    )
    if not ids or plain < 0.9 * ids:
        return "false"
    return f"coalesce(regexp_full_match(order_id, '[Cc][0-9]{{{digits}}}'), false)"
