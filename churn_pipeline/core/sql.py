"""Pieces of SQL text, and single rows of a result."""

from collections.abc import Iterable
from typing import Any

import duckdb


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
