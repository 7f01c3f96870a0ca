"""What an overlap leaves in doubt, in words: orders that are gone from a new export, and corrections that
cannot be recognised."""

from datetime import datetime

import duckdb

from churn_pipeline.core.sql import one_row
from churn_pipeline.ingest.ledger.clean import Span

_KNOWN = 0.5
"""An upload is a new export of what the ledger has when it knows at least this share of its orders, or rows,
of the time."""


def overlap_warnings(connection: duckdb.DuckDBPyConnection, span: Span) -> tuple[str, ...]:
    """Sentences about the upload whose rows have just been paired (`incoming`, `candidates`, `pairs`,
    `upload_orders`)."""
    inside = {"first": span.first_event, "last": span.last_event}
    return (*_vanished_orders(connection, inside), *_rows_without_orders(connection, inside))


def _vanished_orders(
    connection: duckdb.DuckDBPyConnection, inside: dict[str, datetime | None]
) -> tuple[str, ...]:
    gone, known = connection.execute(
        """
        SELECT count(*) FILTER (said.order_id IS NULL), count(said.order_id)
        FROM (SELECT customer_id, order_id FROM candidates WHERE order_id IS NOT NULL
              GROUP BY ALL HAVING min(ts) > $first AND max(ts) < $last) AS old
        LEFT JOIN upload_orders AS said USING (customer_id, order_id)
        """,
        inside,
    ).fetchall()[0]
    if not gone or known < _KNOWN * (known + gone):
        return ()
    of_all = f"{gone:,} of the {known + gone:,} orders that the ledger has between its first and its last row"
    return (f"{of_all} are not in it; they stay: deliver it with --replace where they are to go.",)


def _rows_without_orders(
    connection: duckdb.DuckDBPyConnection, inside: dict[str, datetime | None]
) -> tuple[str, ...]:
    """Rows without order ids that are nearly known: same customer and time, another amount or product; and
    rows that are gone."""
    (known,) = one_row(
        connection, "SELECT count(*) FROM pairs JOIN incoming USING (n) WHERE order_id IS NULL"
    )
    alike, gone = connection.execute(
        """
        WITH old AS (SELECT * FROM candidates ANTI JOIN pairs USING (o) WHERE ts > $first AND ts < $last),
             new AS (SELECT * FROM incoming ANTI JOIN pairs USING (n))
        SELECT (SELECT count(*) FROM new SEMI JOIN old ON new.customer_id = old.customer_id
                AND date_trunc('day', new.ts) = date_trunc('day', old.ts)
                    AND (new.ts = old.ts OR new.day_only OR old.day_only)
                AND (new.order_id IS NULL OR old.order_id IS NULL)),
               (SELECT count(*) FROM old WHERE order_id IS NULL OR NOT EXISTS (FROM upload_orders))
        """,
        inside,
    ).fetchall()[0]
    said = []
    if alike and known >= _KNOWN * (known + alike):
        said.append(
            f"{alike:,} of its rows are nearly known: the ledger has the customer at that time with "
            f"another amount or product. Without "
            "order ids corrections cannot be recognised, so both count: map the order id, "
            "or deliver it with --replace."
        )
    if gone and known and known >= _KNOWN * (known + gone):
        said.append(
            f"{gone:,} rows that the ledger has between its first and its last row are not in it; "
            f"they stay (see --replace)."
        )
    return tuple(said)
