"""Uploads merged into the ledger, each row exactly once.

Among overlapping uploads an identical row counts as often as in the upload that has it most often: an upload adds only the copies that the
ledger lacks, and one that replaces its period removes the period's rows first. `rejected` follows the same rule, row by row.
"""

from dataclasses import dataclass

import duckdb

from churn_pipeline.ingest.clean import LEDGER_COLUMNS, Cleaned
from churn_pipeline.ingest.sql import literal, one_row


@dataclass(frozen=True)
class Merged:
    """What one upload changed: rows added, rows the ledger already had, rows of the period that it replaced."""

    added: int
    known: int
    replaced: int


def merge(connection: duckdb.DuckDBPyConnection, cleaned: Cleaned, sha256: str, *, replace: bool) -> Merged:
    """Merges the tables `usable` and `unusable` of an upload into the ledger."""
    replaced = _remove_period(connection, cleaned) if replace else 0
    added = _add_rows(connection, sha256)
    _add_rejected(connection, sha256)
    _add_contacts(connection)
    return Merged(added, cleaned.usable - added, replaced)


def _remove_period(connection: duckdb.DuckDBPyConnection, cleaned: Cleaned) -> int:
    """Removes the ledger's rows of the upload's period, whole days; returns how many."""
    if cleaned.first_ts is None:
        return 0
    period = "ts >= date_trunc('day', CAST(? AS TIMESTAMP)) AND ts < date_trunc('day', CAST(? AS TIMESTAMP)) + INTERVAL 1 DAY"
    size = _count(connection, "ledger")
    connection.execute(f"DELETE FROM ledger WHERE {period}", [cleaned.first_ts, cleaned.last_ts])  # noqa: S608
    return size - _count(connection, "ledger")


def _add_rows(connection: duckdb.DuckDBPyConnection, sha256: str) -> int:
    """Adds the copies of each row that the ledger lacks; returns how many."""
    columns = ", ".join(LEDGER_COLUMNS)
    size = _count(connection, "ledger")
    if size == 0:
        connection.execute(f"INSERT INTO ledger BY NAME SELECT {columns}, {literal(sha256)} AS upload_sha256 FROM usable")  # noqa: S608
        return _count(connection, "ledger")
    same = " AND ".join(f"have.{c} IS NOT DISTINCT FROM new.{c}" for c in LEDGER_COLUMNS)
    connection.execute(f"""
        INSERT INTO ledger BY NAME
        SELECT {", ".join(f"new.{c}" for c in LEDGER_COLUMNS)}, {literal(sha256)} AS upload_sha256
        FROM (SELECT {columns}, row_number() OVER (PARTITION BY {columns}) AS copy FROM usable) AS new
        LEFT JOIN (SELECT {columns}, count(*) AS copies FROM ledger
                   WHERE ts BETWEEN (SELECT min(ts) FROM usable) AND (SELECT max(ts) FROM usable) GROUP BY ALL) AS have ON {same}
        WHERE new.copy > coalesce(have.copies, 0)
    """)  # noqa: S608
    return _count(connection, "ledger") - size


def _add_rejected(connection: duckdb.DuckDBPyConnection, sha256: str) -> None:
    connection.execute(f"""
        INSERT INTO rejected BY NAME
        SELECT {literal(sha256)} AS upload_sha256, new.row_number, new.reason, new.raw
        FROM (SELECT *, row_number() OVER (PARTITION BY reason, raw ORDER BY row_number) AS copy FROM unusable) AS new
        LEFT JOIN (SELECT reason, raw, count(*) AS copies FROM rejected GROUP BY ALL) AS have
        ON have.reason = new.reason AND have.raw = new.raw
        WHERE new.copy > coalesce(have.copies, 0)
    """)  # noqa: S608


def _add_contacts(connection: duckdb.DuckDBPyConnection) -> None:
    """A customer's newest contact details win, each on its own."""
    connection.execute("""
        CREATE OR REPLACE TABLE contacts AS
        SELECT customer_id, arg_max(name, ts) FILTER (name IS NOT NULL) AS name, arg_max(email, ts) FILTER (email IS NOT NULL) AS email,
               arg_max(phone, ts) FILTER (phone IS NOT NULL) AS phone
        FROM (SELECT customer_id, name, email, phone, ts FROM usable WHERE coalesce(name, email, phone) IS NOT NULL
              UNION ALL SELECT customer_id, name, email, phone, TIMESTAMP '0001-01-01' FROM contacts)
        GROUP BY customer_id
    """)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    (rows,) = one_row(connection, f"SELECT count(*) FROM {table}")  # noqa: S608 - our own table names
    return int(rows)
