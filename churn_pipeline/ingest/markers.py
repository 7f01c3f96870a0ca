"""Words and order ids by which shops mark returns and cancellations."""

from collections.abc import Sequence

import duckdb

from churn_pipeline.ingest.sql import in_list, one_row
from churn_pipeline.ingest.vocabulary import VOCABULARY

REVERSALS = [w.strip() for w in VOCABULARY["reversals"].split(",")]
"""Row types whose rows take back an earlier sale."""

CANCELLATIONS = [w.strip() for w in VOCABULARY["cancellations"].split(",")]
"""States of an order that was undone: its rows are no sale, and nothing else takes them back."""

_MARKED = frozenset((*REVERSALS, *CANCELLATIONS))


def plain_state(text: str) -> str:
    """A state as the lists have it: lower case, 'wc-' off, underscores and hyphens as blanks."""
    return " ".join(text.lower().removeprefix("wc-").replace("_", " ").replace("-", " ").split())


def marked_share(texts: Sequence[str]) -> float:
    """Share of the filled texts that are a word for a return or a cancellation."""
    filled = [plain_state(t) for t in texts if t]
    return sum(t in _MARKED for t in filled) / len(filled) if filled else 0.0


def _plain_state_sql(status: str) -> str:
    return f"trim(replace(replace(regexp_replace(lower({status}), '^wc-', ''), '_', ' '), '-', ' '))"


def reversal_sql(status: str) -> str:
    """SQL: the status says that the row takes back a sale."""
    return f"coalesce({_plain_state_sql(status)} IN {in_list(REVERSALS)}, false)"


def cancelled_sql(status: str) -> str:
    """SQL: the status says that the sale was undone."""
    return f"coalesce({_plain_state_sql(status)} IN {in_list(CANCELLATIONS)}, false)"


def reversal_order_sql(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """SQL: the order id is a cancellation's, as in 'C536379' beside plain numbers such as '536365' (the invoices of many till systems).

    Only where at least nine of ten order ids are plain numbers and the C is followed by as many digits as those have.
    """
    plain, ids, digits = one_row(
        connection,
        "SELECT count(*) FILTER (is_plain), count(*), mode(length(order_id)) FILTER (is_plain) "  # noqa: S608
        f"FROM (SELECT order_id, regexp_full_match(order_id, '[0-9]+') AS is_plain FROM {relation} WHERE order_id IS NOT NULL)",
    )
    if not ids or plain < 0.9 * ids:
        return "false"
    return f"coalesce(regexp_full_match(order_id, '[Cc][0-9]{{{digits}}}'), false)"
