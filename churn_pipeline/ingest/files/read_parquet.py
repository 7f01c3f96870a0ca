"""Parquet files into cells."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from churn_pipeline.core.errors import BadInput
from churn_pipeline.ingest.files.damage import damage_told
from churn_pipeline.ingest.files.raw import Origin, RawTable, column_names, numbered


@damage_told("Parquet", "deliver it again", pa.ArrowException, OSError, UnicodeError)
def read_parquet(path: Path, name: str) -> RawTable:
    """Reads a Parquet file; typed columns become text that reads back without loss.

    Raises:
        BadInput: damaged, or without rows.
    """
    table = pq.read_table(path)
    if table.num_rows == 0:
        raise BadInput(
            f"{name} has columns ({', '.join(table.column_names)}) but no rows: "
            f"deliver a file with one row per purchase."
        )
    names = column_names(table.column_names)
    columns = {
        n: _text(c) for n, c in zip(names, table.columns, strict=True) if not pa.types.is_nested(c.type)
    }
    left = [n for n, c in zip(names, table.columns, strict=True) if pa.types.is_nested(c.type)]
    warnings = (
        (f"columns {', '.join(map(repr, left))} hold lists or records and were not read.",) if left else ()
    )
    header = tuple(
        h for h, c in zip(table.column_names, table.columns, strict=True) if not pa.types.is_nested(c.type)
    )
    return RawTable(numbered(columns), Origin("parquet"), warnings=warnings, header=header)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return _number_text(column.cast(pa.float64()))
    if pa.types.is_timestamp(kind):
        utc = kind.tz is not None
        naive = (
            column.cast(pa.timestamp("us", "UTC"), safe=False)
            if utc
            else column.cast(pa.timestamp("us"), safe=False)
        )
        return pc.strftime(naive, "%Y-%m-%d %H:%M:%SZ" if utc else "%Y-%m-%d %H:%M:%S")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return column.cast(pa.binary()).cast(pa.string())
    return column.cast(pa.string())


def _number_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers as such (ids read as floats would be 1e+09 otherwise), the others in the shortest form
    that reads back."""
    whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), 1e15))
    integers = pc.if_else(whole, column, pa.scalar(None, pa.float64())).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(integers, column.cast(pa.string()))
