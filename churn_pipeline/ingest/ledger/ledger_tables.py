"""The ledger's own DuckDB connection: loading the published rows, the version of their content, writing the
staged tables."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from churn_pipeline.core.sql import connected, literal, one_row
from churn_pipeline.core.store import TableVersion, table_path, write_table
from churn_pipeline.core.tables import CONTACTS, REJECTED_ROWS, TRANSACTIONS, UPLOADS
from churn_pipeline.ingest.ledger.clean import LEDGER_COLUMNS
from churn_pipeline.ingest.merge.ages import span_of
from churn_pipeline.ingest.merge.merge import KNOWN_SPANS

_LEDGER = (
    "customer_id VARCHAR, order_id VARCHAR, ts TIMESTAMP, amount DOUBLE, product VARCHAR, category VARCHAR, "
    "quantity DOUBLE, discount DOUBLE, is_return BOOLEAN, upload_sha256 VARCHAR"
)
_REJECTED = (
    "upload_sha256 VARCHAR, row_number BIGINT, reason VARCHAR, raw VARCHAR, "
    "customer_id VARCHAR, order_id VARCHAR, ts TIMESTAMP, amount DOUBLE"
)
_CONTACTS = (
    "customer_id VARCHAR, name VARCHAR, name_at TIMESTAMP, email VARCHAR, email_at TIMESTAMP, "
    "phone VARCHAR, phone_at TIMESTAMP, consent VARCHAR, consent_at TIMESTAMP"
)
_SPANS = "upload_sha256 VARCHAR, first_event TIMESTAMP, last_event TIMESTAMP, has_times BOOLEAN"
_TABLES = (
    ("ledger", TRANSACTIONS.name, _LEDGER),
    ("rejected", REJECTED_ROWS.name, _REJECTED),
    ("contacts", CONTACTS.name, _CONTACTS),
)
_MEMORY = "1200MB"


@contextmanager
def fold_connection(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that spills below the shop's folder."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".ingest.") as spill, connected() as connection:
        connection.execute(f"SET temp_directory = {literal(spill)}; SET memory_limit = '{_MEMORY}'")
        yield connection


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates the tables `ledger`, `rejected`, `contacts` and KNOWN_SPANS, empty."""
    for table, columns in (*((t, c) for t, _, c in _TABLES), (KNOWN_SPANS, _SPANS)):
        connection.execute(f"CREATE TABLE {table} ({columns})")


def load(connection: duckdb.DuckDBPyConnection, folder: Path, register: list[dict[str, Any]]) -> None:
    """Creates the tables with the published rows of the shop, if any, and the spans of the uploads that they
    come from."""
    create(connection)
    for table, name, _ in _TABLES:
        if table_path(folder, name).exists():
            connection.execute(
                f"INSERT INTO {table} BY NAME SELECT * FROM "  # noqa: S608
                f"read_parquet({literal(str(table_path(folder, name)))})"
            )
    for entry in register:
        span = span_of(entry)
        values = [entry["upload_sha256"], span.first_event, span.last_event, span.has_times]
        connection.execute(f"INSERT INTO {KNOWN_SPANS} VALUES (?, ?, ?, ?)", values)  # noqa: S608


def ledger_version(connection: duckdb.DuckDBPyConnection) -> str:
    """The version of the ledger's content: equal for equal rows in any order, however they arrived."""
    columns = ", ".join(LEDGER_COLUMNS)
    content = one_row(connection, f"SELECT count(*), sum(hash({columns})::HUGEINT)::VARCHAR FROM ledger")  # noqa: S608
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def write_staged(
    connection: duckdb.DuckDBPyConnection, staged: Path, uploads: pa.Table, run_id: str, data_version: str
) -> None:
    """Writes the staged tables; rows in an order that depends on their content alone."""
    version = TableVersion(run_id, data_version)
    ordered = ", ".join(
        ("customer_id", "ts", *(c for c in LEDGER_COLUMNS if c not in ("customer_id", "ts")), "upload_sha256")
    )
    write_table(
        staged,
        REJECTED_ROWS.name,
        connection.sql("SELECT * FROM rejected ORDER BY upload_sha256, row_number, reason").to_arrow_table(),
        version,
    )
    write_table(
        staged,
        CONTACTS.name,
        connection.sql("SELECT * FROM contacts ORDER BY customer_id").to_arrow_table(),
        version,
    )
    write_table(staged, UPLOADS.name, uploads, version)
    write_table(
        staged,
        TRANSACTIONS.name,
        connection.sql(f"SELECT * FROM ledger ORDER BY {ordered}").to_arrow_table(),  # noqa: S608
        version,
    )
