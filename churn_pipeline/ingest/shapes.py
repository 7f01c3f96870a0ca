"""Shapes: a column of texts with every digit written as 9. A column of a million texts has a handful of shapes, so that Python can decide
per shape what the texts mean, and SQL applies the decision to all rows."""

from dataclasses import dataclass

import duckdb

from churn_pipeline.ingest.sql import literal

BLANKS = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\ufeff\u200b"
"""White space to trim, the no-break and zero-width kinds included."""

MISSING = ("", "null", "none", "nan", "nat", "n/a", "na", "#n/a", "\\n", "-", "--", "?")
"""Cells of a date or number column that say 'nothing here'."""


@dataclass(frozen=True)
class Shape:
    """One shape of a column with the number of rows and two of its texts (smallest and largest)."""

    text: str
    rows: int
    low: str
    high: str


def trimmed(expression: str) -> str:
    """SQL of a text without white space around it; null stays null."""
    return f"trim({expression}, {literal(BLANKS)})"


def present(expression: str) -> str:
    """SQL of a trimmed text of a date or number column, null where it says 'nothing here'."""
    words = ", ".join(literal(w) for w in MISSING)
    return f"(CASE WHEN lower({trimmed(expression)}) IN ({words}) THEN NULL ELSE {trimmed(expression)} END)"


def shape_sql(expression: str) -> str:
    """SQL of a text's shape."""
    return f"translate({expression}, '0123456789', '9999999999')"


def shapes_of(connection: duckdb.DuckDBPyConnection, relation: str, expression: str) -> list[Shape]:
    """The shapes of a column, most frequent first."""
    rows = connection.execute(
        f"SELECT {shape_sql('t')} AS shape, count(*), min(t), max(t) FROM (SELECT {expression} AS t FROM {relation}) "  # noqa: S608
        "WHERE t IS NOT NULL GROUP BY shape ORDER BY 2 DESC, 1"
    ).fetchall()
    return [Shape(*row) for row in rows]
