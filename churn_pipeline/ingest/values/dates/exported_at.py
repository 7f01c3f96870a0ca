"""When a file was exported, where one of its columns says so."""

from datetime import datetime

import duckdb
import pyarrow as pa

from churn_pipeline.core.sql import one_row
from churn_pipeline.ingest.files.raw import ROW_NUMBER, RawTable
from churn_pipeline.ingest.values.dates.date_sql import local_sql
from churn_pipeline.ingest.values.dates.read_dates import read_dates
from churn_pipeline.ingest.values.shapes import shape_codes, shaped_column, trimmed

_CELLS = "export_cells"


def newest_export(
    connection: duckdb.DuckDBPyConnection, raw: RawTable, column: str, date_order: str | None
) -> datetime | None:
    """The latest time in the column; None where it is blank.

    Raises:
        BadInput: its dates cannot be read without guessing.
    """
    texts = trimmed(raw.cells.column(column))
    codes, shapes = shape_codes(texts)
    connection.register(_CELLS, pa.table({ROW_NUMBER: raw.cells.column(ROW_NUMBER), "t": texts, "s": codes}))
    found: datetime | None = None
    shaped = shaped_column(connection, _CELLS, column, "t", "s", shapes)
    if shaped.shapes:
        dates = read_dates(connection, _CELLS, shaped, None, date_order)
        (found,) = one_row(connection, f"SELECT max({local_sql(dates)}) FROM {_CELLS}")  # noqa: S608 - our own relation
    connection.unregister(_CELLS)
    return found
