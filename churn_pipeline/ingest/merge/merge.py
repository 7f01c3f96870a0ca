"""One upload merged into the ledger: what it knows more of enriches a row, what it knows otherwise corrects
it, what is new is added.

An order that the upload has is what the upload says it is: lines that it no longer has go, and so does an
order that is cancelled in it, or not paid yet. An order that touches the upload's first or last instant, or
has a line that could not be read, may be cut: it is only added to. The uploads are merged from the oldest to
the newest (ages.py), so that the newest one has the last word."""

from dataclasses import dataclass, replace

import duckdb

from churn_pipeline.core.sql import in_list, literal, one_row
from churn_pipeline.ingest.ledger.clean import LEDGER_COLUMNS, Span
from churn_pipeline.ingest.ledger.rejections import Reason
from churn_pipeline.ingest.merge.contacts import merge_contacts
from churn_pipeline.ingest.merge.matching import AMOUNT, pair_rows
from churn_pipeline.ingest.merge.overlap import overlap_warnings
from churn_pipeline.ingest.merge.set_aside import merge_set_aside

KNOWN_SPANS = "known_spans"
"""Temporary table: upload_sha256, first_event, last_event, has_times of the uploads that the ledger's rows
come from."""

_NO_SALE = (Reason.CANCELLED, Reason.UNFINISHED)
_UNREAD = (Reason.BAD_AMOUNT, Reason.BAD_DATE, Reason.BAD_COLUMNS, Reason.NOT_JSON)
_FILLED = ("order_id", "product", "category", "quantity", "discount")


@dataclass(frozen=True)
class Merged:
    """What one upload changed, in rows, and what should be told."""

    added: int
    known: int
    corrected: int = 0
    enriched: int = 0
    removed: int = 0
    warnings: tuple[str, ...] = ()
    alone: bool = False
    """Nothing was known of its days or its orders, neither sold nor set aside."""


def merge(connection: duckdb.DuckDBPyConnection, span: Span, sha256: str, *, corrects: bool = True) -> Merged:
    """Merges the tables `usable` and `unusable` of an upload into `ledger`, `rejected` and `contacts`.

    corrects: the upload is newer than what the ledger has; else it only adds and fills what is blank.
    """
    is_first = _count(connection, "ledger") == 0
    _orders_of_upload(connection, span, "false" if is_first else "true")
    if is_first:
        columns = ", ".join(LEDGER_COLUMNS)
        connection.execute(
            f"INSERT INTO ledger BY NAME SELECT {columns}, {literal(sha256)} AS upload_sha256 FROM usable"  # noqa: S608
        )
        merged = Merged(_count(connection, "ledger"), 0)
    else:
        cancelled = _remove_cancelled_orders(connection, span) if corrects else 0
        connection.begin()  # rowids hold within a transaction
        merged = _merge_rows(connection, span, sha256, corrects)
        connection.commit()
        merged = replace(merged, removed=merged.removed + cancelled)
    merge_set_aside(connection, sha256, corrects=corrects)
    merge_contacts(connection)
    _note_span(connection, sha256, span)
    return merged


def _merge_rows(connection: duckdb.DuckDBPyConnection, span: Span, sha256: str, corrects: bool) -> Merged:
    _candidates(connection, span)
    _incoming(connection, span, corrects)
    pair_rows(connection)
    _settle_pairs(connection, corrects)
    connection.execute("CREATE OR REPLACE TEMP TABLE added AS FROM incoming ANTI JOIN pairs USING (n)")
    warnings = overlap_warnings(connection, span) if corrects else ()
    removed = (
        _remove_lost_lines(connection, span) + _remove_cancelled_rows(connection, span) if corrects else 0
    )
    corrected, enriched = one_row(
        connection,
        "SELECT count(*) FILTER (corrected), count(*) FILTER (NOT corrected) FROM settled WHERE changed",
    )
    added = _write_rows(connection, sha256)
    known = _count(connection, "usable") - added - corrected - enriched
    alone = _count(connection, "candidates") == 0 and not _meets_set_aside(connection, span)
    return Merged(added, known, corrected, enriched, removed, warnings, alone)


def _meets_set_aside(connection: duckdb.DuckDBPyConnection, span: Span) -> bool:
    """Whether earlier uploads have set aside rows of the upload's days or orders: a newer one may have
    cancelled what this one still sells."""
    found = connection.execute(
        """
        SELECT 1 FROM rejected
        WHERE date_trunc('day', ts) BETWEEN date_trunc('day', CAST($first AS TIMESTAMP))
            AND date_trunc('day', CAST($last AS TIMESTAMP))
           OR (customer_id, order_id) IN (SELECT (customer_id, order_id) FROM upload_orders)
        LIMIT 1
        """,
        {"first": span.first_event, "last": span.last_event},
    )
    return found.fetchone() is not None


def _orders_of_upload(connection: duckdb.DuckDBPyConnection, span: Span, wanted: str) -> None:
    """The table `upload_orders`: the orders that the upload has lines of, sold or cancelled, and whether
    these are all of the order's.

    wanted: "false" leaves it empty, for a first upload, which meets nothing.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE upload_orders AS
        SELECT customer_id, order_id, count(*) FILTER (reason IS NULL) > 0 AS sold,
               count(*) FILTER (reason IN {in_list(_NO_SALE)}) > 0 AS cancelled,
               count(*) FILTER (ts IN ($first, $last) OR reason IN {in_list(_UNREAD)}) = 0 AS whole
        FROM (SELECT customer_id, order_id, ts, NULL AS reason FROM usable
            WHERE {wanted} AND order_id IS NOT NULL
              UNION ALL SELECT customer_id, order_id, ts, reason FROM unusable
              WHERE {wanted} AND order_id IS NOT NULL AND customer_id IS NOT NULL)
        GROUP BY ALL
        """,  # noqa: S608 - our own names
        {"first": span.first_event, "last": span.last_event},
    )


def _within(span: Span) -> tuple[str, dict[str, object]]:
    """SQL of the upload's time, whole days where it knows no times, and its parameters."""
    if span.has_times:
        return "ts BETWEEN $first AND $last", {"first": span.first_event, "last": span.last_event}
    return "date_trunc('day', ts) BETWEEN $first AND $last", {
        "first": span.first_event,
        "last": span.last_event,
    }


def _remove_cancelled_orders(connection: duckdb.DuckDBPyConnection, span: Span) -> int:
    """Removes the rows of orders that the upload has as cancelled or unfinished, whole; returns how many."""
    size = _count(connection, "ledger")
    within, parameters = _within(span)
    connection.execute(
        f"DELETE FROM ledger USING upload_orders AS said WHERE ledger.customer_id = said.customer_id "  # noqa: S608
        f"AND ledger.order_id = said.order_id "
        f"AND said.cancelled AND NOT said.sold AND (said.whole OR {within})",
        parameters,
    )
    return size - _count(connection, "ledger")


def _candidates(connection: duckdb.DuckDBPyConnection, span: Span) -> None:
    """The table `candidates`: rows of the ledger that the upload can know, of its days and of its orders; o
    is their rowid."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidates AS
        SELECT ledger.rowid AS o, upload_sha256, {", ".join(f"ledger.{c}" for c in LEDGER_COLUMNS)},
               NOT coalesce(has_times, true) AND ts = date_trunc('day', ts) AS day_only,
               coalesce(CASE WHEN has_times THEN ts ELSE date_trunc('day', ts) END
                   IN (first_event, last_event), true) AS at_edge
        FROM ledger LEFT JOIN {KNOWN_SPANS} USING (upload_sha256)
        WHERE date_trunc('day', ts) BETWEEN date_trunc('day', CAST($first AS TIMESTAMP))
            AND date_trunc('day', CAST($last AS TIMESTAMP))
           OR (customer_id, order_id) IN (SELECT (customer_id, order_id) FROM upload_orders)
        """,  # noqa: S608
        {"first": span.first_event, "last": span.last_event},
    )


def _incoming(connection: duckdb.DuckDBPyConnection, span: Span, corrects: bool) -> None:
    """The table `incoming`: the upload's usable rows, numbered. The lines of an order that may be cut on both
    sides are not corrected."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE incoming AS
        SELECT row_number() OVER () AS n, {", ".join(f"usable.{c}" for c in LEDGER_COLUMNS)},
            {not span.has_times} AS day_only,
               {corrects} AND coalesce(whole OR NOT cut, false) AS corrects
        FROM usable LEFT JOIN upload_orders USING (customer_id, order_id)
        LEFT JOIN (SELECT customer_id, order_id, bool_or(at_edge) AS cut FROM candidates
        WHERE order_id IS NOT NULL GROUP BY ALL) AS known
        USING (customer_id, order_id)
    """)  # noqa: S608


def _settle_pairs(connection: duckdb.DuckDBPyConnection, corrects: bool) -> None:
    """The table `settled`: o and the row as both sides know it together; of what they know differently, the
    newer one's."""
    new, old = ("new", "old") if corrects else ("old", "new")
    same_day = "date_trunc('day', new.ts) = date_trunc('day', old.ts)"
    time = f"CASE WHEN {new}.day_only AND NOT {old}.day_only AND {same_day} THEN {old}.ts ELSE {new}.ts END"
    filled = ", ".join(
        f"CASE WHEN same_line THEN coalesce({new}.{c}, {old}.{c}) ELSE {new}.{c} END AS {c}" for c in _FILLED
    )
    kept = ", ".join(f"old.{c} AS old_{c}" for c in LEDGER_COLUMNS)
    changed = " OR ".join(f"{c} IS DISTINCT FROM old_{c}" for c in LEDGER_COLUMNS)
    otherwise = " OR ".join(f"coalesce({c} <> old_{c}, false)" for c in (*_FILLED[1:], "is_return"))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE settled AS
        SELECT *, {changed} AS changed,
               {AMOUNT} <> round(old_amount, 4) OR {otherwise}
                   OR (ts <> old_ts AND NOT gained_time) AS corrected
        FROM (
            SELECT n, o, new.customer_id, {time} AS ts, {new}.amount AS amount, {new}.is_return AS is_return,
                {filled}, {kept},
                   old.day_only AND NOT new.day_only AND {same_day} AS gained_time
            FROM pairs JOIN incoming AS new USING (n) JOIN candidates AS old USING (o)
        )
    """)  # noqa: S608


def _remove_lost_lines(connection: duckdb.DuckDBPyConnection, span: Span) -> int:
    """Removes the lines, within the upload's time, that an order no longer has in the upload; returns how
    many."""
    size = _count(connection, "ledger")
    within, parameters = _within(span)
    connection.execute(
        f"DELETE FROM ledger WHERE rowid IN (SELECT o FROM candidates ANTI JOIN pairs USING (o) "  # noqa: S608
        f"JOIN upload_orders USING (customer_id, order_id) WHERE whole AND sold AND {within})",
        parameters,
    )
    return size - _count(connection, "ledger")


def _remove_cancelled_rows(connection: duckdb.DuckDBPyConnection, span: Span) -> int:
    """Removes the rows that the upload has as cancelled or unfinished, without an order id or in an order
    that may be cut; returns how many."""
    columns = ", ".join(
        c if c in ("customer_id", "order_id", "ts", "amount", "product") else f"NULL AS {c}"
        for c in LEDGER_COLUMNS
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE incoming AS
        SELECT row_number() OVER () AS n, {columns}, {not span.has_times} AS day_only, false AS corrects
        FROM unusable LEFT JOIN upload_orders AS said USING (customer_id, order_id)
        WHERE reason IN {in_list(_NO_SALE)} AND customer_id IS NOT NULL
            AND (order_id IS NULL OR (sold AND NOT whole))
    """)  # noqa: S608
    if _count(connection, "incoming") == 0:
        return 0
    connection.execute(
        "DELETE FROM candidates WHERE o IN (SELECT o FROM pairs) OR o NOT IN (SELECT rowid FROM ledger)"
    )
    pair_rows(connection)
    removed = _count(connection, "pairs")
    connection.execute("DELETE FROM ledger WHERE rowid IN (SELECT o FROM pairs)")
    return removed


def _write_rows(connection: duckdb.DuckDBPyConnection, sha256: str) -> int:
    """Puts changed and new rows into the ledger; returns how many are new."""
    columns, upload = ", ".join(LEDGER_COLUMNS), literal(sha256)
    _own_edges(connection, upload)
    connection.execute("DELETE FROM ledger WHERE rowid IN (SELECT o FROM settled WHERE changed)")
    connection.execute(
        f"INSERT INTO ledger BY NAME SELECT {columns}, coalesce(edge_of, {upload}) AS upload_sha256 "  # noqa: S608
        f"FROM settled LEFT JOIN edges USING (o) WHERE changed"
    )
    size = _count(connection, "ledger")
    connection.execute(f"INSERT INTO ledger BY NAME SELECT {columns}, {upload} AS upload_sha256 FROM added")  # noqa: S608
    return _count(connection, "ledger") - size


def _own_edges(connection: duckdb.DuckDBPyConnection, upload: str) -> None:
    """The table `edges`: o and edge_of, the upload that known rows of orders at its edge go on coming from.

    It is the former one, so that the order stays one that may be cut; rows whose order this upload has whole
    come from this one from now on, changed or not."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE edges AS
        SELECT o, CASE WHEN whole THEN {upload} ELSE upload_sha256 END AS edge_of
        FROM pairs JOIN candidates USING (o) LEFT JOIN upload_orders USING (customer_id, order_id)
        WHERE at_edge AND order_id IS NOT NULL
    """)  # noqa: S608 - our own names
    connection.execute(
        "UPDATE ledger SET upload_sha256 = edge_of FROM edges WHERE ledger.rowid = edges.o "  # noqa: S608
        f"AND edge_of = {upload}"
    )


def _note_span(connection: duckdb.DuckDBPyConnection, sha256: str, span: Span) -> None:
    connection.execute(f"DELETE FROM {KNOWN_SPANS} WHERE upload_sha256 = ?", [sha256])  # noqa: S608
    connection.execute(
        f"INSERT INTO {KNOWN_SPANS} VALUES (?, ?, ?, ?)",  # noqa: S608
        [sha256, span.first_event, span.last_event, span.has_times],
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    (rows,) = one_row(connection, f"SELECT count(*) FROM {table}")  # noqa: S608 - our own table names
    return int(rows)
