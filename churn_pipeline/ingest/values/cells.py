"""A file's cells as a DuckDB relation: as they came (c0, c1, ...), the mapped columns trimmed (t0, ...) and
the numbers of their shapes."""

import duckdb
import pyarrow as pa

from churn_pipeline.ingest.files.raw import ROW_NUMBER, RawTable
from churn_pipeline.ingest.values.dates.date_words import has_words, plain_sql
from churn_pipeline.ingest.values.shapes import ShapedColumn, shape_codes, shaped_column, trimmed
from churn_pipeline.shop.config import ColumnField

CELLS = "cells"
NUMBERS = (ColumnField.AMOUNT, ColumnField.QUANTITY, ColumnField.UNIT_PRICE, ColumnField.DISCOUNT)


def register_cells(
    connection: duckdb.DuckDBPyConnection, raw: RawTable, mapping: dict[ColumnField, str]
) -> dict[ColumnField, ShapedColumn]:
    """Registers the relation CELLS; returns the date and number columns with their shapes. Texts of the date
    column are in plain form."""
    names = raw.columns
    columns: dict[str, pa.ChunkedArray | pa.Array] = {ROW_NUMBER: raw.cells.column(ROW_NUMBER)}
    columns |= {f"c{i}": raw.cells.column(n) for i, n in enumerate(names)}
    columns |= {text_name(raw, c): trimmed(raw.cells.column(c)) for c in set(mapping.values())}
    found: dict[ColumnField, tuple[str, str, list[str]]] = {}
    for field in (ColumnField.DATE, *NUMBERS):
        if field in mapping:
            text, code = text_name(raw, mapping[field]), f"s_{field}"
            codes, shapes = shape_codes(columns[text])
            if field is ColumnField.DATE and has_words(shapes):
                text = "plain_date"
                columns[text] = _plain(connection, columns[text_name(raw, mapping[field])], shapes)
                codes, shapes = shape_codes(columns[text])
            columns[code] = codes
            found[field] = (text, code, shapes)
    connection.register(CELLS, pa.table(columns))
    return {f: shaped_column(connection, CELLS, mapping[f], *names_of) for f, names_of in found.items()}


def text_name(raw: RawTable, column: str) -> str:
    """SQL name of a mapped column's trimmed text."""
    return f"t{raw.columns.index(column)}"


def _plain(
    connection: duckdb.DuckDBPyConnection, texts: pa.ChunkedArray, shapes: list[str]
) -> pa.ChunkedArray:
    connection.register("dates_as_written", pa.table({"t": texts}))
    plain = connection.sql(
        f"SELECT {plain_sql('t', [s for s in shapes if s])} AS t FROM dates_as_written"  # noqa: S608
    ).to_arrow_table()
    connection.unregister("dates_as_written")
    return plain.column("t").cast(pa.string())
