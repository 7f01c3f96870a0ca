"""DuckDB connections, pieces of SQL text, and single rows of a result."""

from collections.abc import Iterable
from typing import Any

import duckdb


def connected(database: str = ":memory:", *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that writes nothing to the terminal: its progress bar would stand in the middle of
    what a command prints, such as JSON, wherever a query takes longer than two seconds."""
    connection = duckdb.connect(database, read_only=read_only)
    connection.execute("SET enable_progress_bar = false")
    return connection


def literal(text: str) -> str:
    """A text quoted for SQL."""
    return "'" + text.replace("'", "''") + "'"


def in_list(values: Iterable[str]) -> str:
    """A list of texts for SQL's IN."""
    return "(" + ", ".join(literal(v) for v in values) + ")"


def one_row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The only row of an aggregate; the result is read to its end, so that the connection is free again."""
    (row,) = connection.execute(query).fetchall()
    return row
