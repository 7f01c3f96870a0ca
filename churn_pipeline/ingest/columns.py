"""SQL of every ledger column over a file's cells, under a reading: ids, texts, numbers, times."""

from dataclasses import dataclass

import duckdb

from churn_pipeline.ingest.amounts import NumberShape, number_sql, read_shapes
from churn_pipeline.ingest.dates import DateReading, local_sql, offset_sql, read_dates
from churn_pipeline.ingest.raw import RawTable
from churn_pipeline.ingest.reading import Reading
from churn_pipeline.ingest.shapes import present, shape_sql, shapes_of, trimmed
from churn_pipeline.ingest.sql import literal, one_row
from churn_pipeline.shops import ColumnField

CELLS = "cells"
"""The relation of a file's cells, with ROW_NUMBER and the columns under their SQL names."""

DATE_TEXT = "date_text"
"""The date column's text in plain form; the SQL below expects it beside the cells."""

_TEXTS = (ColumnField.PRODUCT, ColumnField.CATEGORY, ColumnField.STATUS, ColumnField.NAME, ColumnField.EMAIL, ColumnField.PHONE)


@dataclass(frozen=True)
class ParsedColumns:
    """SQL by column name, how the dates are read, and what the user should know."""

    sql: dict[str, str]
    dates: DateReading
    warnings: tuple[str, ...]


def parsed_columns(connection: duckdb.DuckDBPyConnection, raw: RawTable, reading: Reading) -> ParsedColumns:
    """The SQL of customer_id, order_id, ts, amount, quantity, discount and the texts; columns that are not mapped are null.

    Raises:
        BadInput: dates or numbers cannot be read without guessing.
    """
    name = reading.mapping[ColumnField.DATE]
    dates = read_dates(connection, CELLS, raw.sql_name(name), name, reading.date_format, reading.date_order)
    times, zone_warnings = _times(connection, dates, reading.timezone)
    numbers, number_warnings = _numbers(connection, raw, reading)
    cells = {f: raw.sql_name(c) for f, c in reading.mapping.items()}
    sql = {
        "customer_id": _identifier(cells.get(ColumnField.CUSTOMER_ID)),
        "order_id": f"nullif({_identifier(cells.get(ColumnField.ORDER_ID))}, '')",
        "ts": times,
        **numbers,
        **{f.value: f"nullif({trimmed(cells[f])}, '')" if f in cells else "CAST(NULL AS VARCHAR)" for f in _TEXTS},
    }
    return ParsedColumns(sql, dates, zone_warnings + number_warnings)


def _identifier(cell: str | None) -> str:
    """Trimmed text; a number that was read as 12345.0 is 12345, leading zeros stay."""
    return f"regexp_replace({trimmed(cell)}, '^([0-9]+)\\.0$', '\\1')" if cell else "CAST(NULL AS VARCHAR)"


def _times(connection: duckdb.DuckDBPyConnection, dates: DateReading, timezone: str | None) -> tuple[str, tuple[str, ...]]:
    """Times with an offset go to the shop's zone; without a zone they stay as in the file, or become UTC where the file mixes offsets."""
    local, offset = local_sql(dates, DATE_TEXT), offset_sql(dates, DATE_TEXT)
    if not dates.has_offsets:
        return local, ()
    utc = f"({local}) - to_minutes({offset})"
    if timezone:
        return f"coalesce(timezone({literal(timezone)}, timezone('UTC', {utc})), {local})", ()
    query = f"SELECT count(DISTINCT {offset}) FROM (SELECT {dates.text_sql} AS {DATE_TEXT} FROM {CELLS})"  # noqa: S608
    (offsets,) = one_row(connection, query)
    if offsets <= 1:
        return local, ()
    warning = "the dates carry different UTC offsets and the shop has no time zone, so they are stored in UTC (set one with --timezone)."
    return f"coalesce({utc}, {local})", (warning,)


def _numbers(connection: duckdb.DuckDBPyConnection, raw: RawTable, reading: Reading) -> tuple[dict[str, str], tuple[str, ...]]:
    """SQL of amount, quantity and discount; a discount in percent becomes currency, of the amount before it."""
    sql: dict[ColumnField, str] = {}
    percents: dict[str, NumberShape] = {}
    warnings: list[str] = []
    for field in (ColumnField.AMOUNT, ColumnField.QUANTITY, ColumnField.UNIT_PRICE, ColumnField.DISCOUNT):
        column = reading.mapping.get(field)
        if column is None:
            sql[field] = "CAST(NULL AS DOUBLE)"
            continue
        text = present(raw.sql_name(column))
        shapes = shapes_of(connection, CELLS, text)
        readings = read_shapes(shapes, column, reading.decimal_sign)
        percents = {s: r for s, r in readings.items() if r.percent}
        plain = {s: r for s, r in readings.items() if not r.percent}
        sql[field] = number_sql(text, shape_sql(text), plain)
        known = plain | percents if field is ColumnField.DISCOUNT else plain
        unread = sum(s.rows for s in shapes if s.text not in known)
        if unread and field in (ColumnField.QUANTITY, ColumnField.DISCOUNT):
            warnings.append(f"{unread:,} values of column {column!r} are no numbers and are left empty.")
    if ColumnField.AMOUNT not in reading.mapping:
        sql[ColumnField.AMOUNT] = f"round(({sql[ColumnField.QUANTITY]}) * ({sql[ColumnField.UNIT_PRICE]}), 4)"
    discount = sql[ColumnField.DISCOUNT]
    if percents and ColumnField.DISCOUNT in reading.mapping:
        percent = number_sql(text, shape_sql(text), percents)
        discount = (
            f"coalesce({discount}, CASE WHEN ({percent}) < 100 THEN abs({sql[ColumnField.AMOUNT]}) * ({percent}) / (100 - ({percent})) END)"
        )
    return {"amount": sql[ColumnField.AMOUNT], "quantity": sql[ColumnField.QUANTITY], "discount": discount}, tuple(warnings)
