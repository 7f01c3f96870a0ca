"""Words and order ids by which shops mark returns and cancellations."""

import duckdb

from churn_pipeline.ingest.sql import in_list, one_row

REVERSALS = (
    "refund", "return", "credit", "credit note", "reversal", "chargeback", "gutschrift", "retoure", "rückgabe", "erstattung", "storno", "avoir", "remboursement",
    "retour", "devolución", "devolucion", "reembolso", "rimborso", "reso", "devolução", "terugbetaling", "retur", "återbetalning", "zwrot", "hyvitys",
)  # fmt: skip
"""Row types whose rows take back an earlier sale."""

CANCELLATIONS = (
    "cancelled", "canceled", "cancel", "void", "voided", "failed", "declined", "refunded", "returned", "reversed", "abandoned", "expired", "rejected",
    "storniert", "annulliert", "zurückgegeben", "erstattet", "annulé", "annulée", "annule", "remboursé", "cancelado", "cancelada", "devuelto", "reembolsado",
    "annullato", "rimborsato", "geannuleerd", "annullerad", "avbruten", "anulowane", "zwrócone", "отменен", "отменён", "возврат",
)  # fmt: skip
"""States of an order that was undone: its rows are no sale, and nothing else takes them back."""


def reversal_sql(status: str) -> str:
    """SQL: the status says that the row takes back a sale."""
    return f"coalesce(lower({status}) IN {in_list(REVERSALS)}, false)"


def cancelled_sql(status: str) -> str:
    """SQL: the status says that the sale was undone."""
    return f"coalesce(lower({status}) IN {in_list(CANCELLATIONS)}, false)"


def reversal_order_sql(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """SQL: the order id is a cancellation's, as in 'C536379' beside plain numbers such as '536365' (the invoices of many till systems).

    Only where at least nine of ten order ids are plain numbers and the C is followed by as many digits as those have.
    """
    plain, ids, digits = one_row(
        connection,
        f"SELECT count(*) FILTER (regexp_full_match(order_id, '[0-9]+')), count(*), mode(length(order_id)) FILTER (regexp_full_match(order_id, '[0-9]+')) "  # noqa: S608
        f"FROM {relation} WHERE order_id IS NOT NULL",
    )
    if not ids or plain < 0.9 * ids:
        return "false"
    return f"coalesce(regexp_full_match(order_id, '[Cc][0-9]{{{digits}}}'), false)"
