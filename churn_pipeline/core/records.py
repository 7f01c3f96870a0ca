"""Rows of a DuckDB query as dictionaries."""

from typing import Any

import duckdb


def records(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """All rows of the query's answer, each by column name."""
    cursor = connection.execute(query, parameters or {})
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
