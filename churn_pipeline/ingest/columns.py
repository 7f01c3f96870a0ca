"""SQL of every ledger column over a file's cells, under a reading: ids, texts, numbers, times."""

from dataclasses import dataclass

import duckdb

from churn_pipeline.ingest.amounts import currencies, number_sql, read_shapes, told_decimal
from churn_pipeline.ingest.cells import CELLS, NUMBERS, register_cells, text_name
from churn_pipeline.ingest.currencies import mixed_currencies
from churn_pipeline.ingest.dates import DateReading, local_sql, offset_sql, read_dates
from churn_pipeline.ingest.raw import RawTable
from churn_pipeline.ingest.reading import Reading
from churn_pipeline.ingest.shapes import ShapedColumn
from churn_pipeline.ingest.sql import literal, one_row
from churn_pipeline.shops import ColumnField

_TEXTS = (ColumnField.PRODUCT, ColumnField.CATEGORY, ColumnField.STATUS, ColumnField.NAME, ColumnField.EMAIL, ColumnField.PHONE)


@dataclass(frozen=True)
class ParsedColumns:
    """SQL by column name, how the dates are read, and what the user should know."""

    sql: dict[str, str]
    dates: DateReading
    warnings: tuple[str, ...]


def parsed_columns(connection: duckdb.DuckDBPyConnection, raw: RawTable, reading: Reading) -> ParsedColumns:
    """Registers the cells; the SQL of customer_id, order_id, ts, amount, quantity, discount and the texts, null where not mapped.

    Raises:
        BadInput: dates or numbers cannot be read without guessing.
    """
    shaped = register_cells(connection, raw, reading.mapping)
    dates = read_dates(connection, CELLS, shaped[ColumnField.DATE], reading.date_format, reading.date_order)
    times, zone_warnings = _times(connection, dates, reading.timezone)
    numbers, number_warnings = _numbers(shaped, reading)
    texts = {f: text_name(raw, c) for f, c in reading.mapping.items()}
    sql = {
        "customer_id": _identifier(texts.get(ColumnField.CUSTOMER_ID)),
        "order_id": f"nullif({_identifier(texts.get(ColumnField.ORDER_ID))}, '')",
        "ts": times,
        **numbers,
        **{f.value: f"nullif({texts[f]}, '')" if f in texts else "CAST(NULL AS VARCHAR)" for f in _TEXTS},
    }
    return ParsedColumns(sql, dates, zone_warnings + number_warnings)


def _identifier(text: str | None) -> str:
    """A number that was read as 12345.0 is 12345; leading zeros stay."""
    if text is None:
        return "CAST(NULL AS VARCHAR)"
    return f"(CASE WHEN suffix({text}, '.0') THEN regexp_replace({text}, '^([0-9]+)\\.0$', '\\1') ELSE {text} END)"


def _times(connection: duckdb.DuckDBPyConnection, dates: DateReading, timezone: str | None) -> tuple[str, tuple[str, ...]]:
    """Times with an offset go to the shop's zone; without a zone they stay as in the file, or become UTC where the file mixes offsets."""
    local, offset = local_sql(dates), offset_sql(dates)
    if not dates.has_offsets:
        return local, ()
    utc = f"({local}) - to_minutes({offset})"
    if timezone:
        return f"coalesce(timezone({literal(timezone)}, timezone('UTC', {utc})), {local})", ()
    (offsets,) = one_row(connection, f"SELECT count(DISTINCT {offset}) FROM {CELLS}")  # noqa: S608
    if offsets <= 1:
        return local, ()
    warning = "the dates carry different UTC offsets and the shop has no time zone, so they are stored in UTC (set one with --timezone)."
    return f"coalesce({utc}, {local})", (warning,)


def _numbers(shaped: dict[ColumnField, ShapedColumn], reading: Reading) -> tuple[dict[str, str], tuple[str, ...]]:
    """SQL of amount, quantity and discount; the amount from unit price and quantity where there is no total."""
    sql = dict.fromkeys(NUMBERS, "CAST(NULL AS DOUBLE)")
    percent = ""
    warnings: list[str] = []
    sign = reading.decimal_sign or told_decimal(shaped[f].shapes for f in NUMBERS if f in shaped)
    for field in NUMBERS:
        if field not in shaped:
            continue
        column = shaped[field]
        readings = read_shapes(column.shapes, column.name, reading.decimal_sign, sign)
        plain = {s: r for s, r in readings.items() if not r.percent}
        sql[field] = number_sql(column, plain)
        if field is ColumnField.DISCOUNT and len(plain) < len(readings):
            percent = number_sql(column, {s: r for s, r in readings.items() if r.percent})
        if field in (ColumnField.AMOUNT, ColumnField.UNIT_PRICE) and len(mixed := currencies(column.shapes)) > 1:
            warnings.append(mixed_currencies(column.name, mixed))
        unread = sum(s.rows for s in column.shapes if s.text not in (readings if field is ColumnField.DISCOUNT else plain))
        if unread and field in (ColumnField.QUANTITY, ColumnField.DISCOUNT):
            warnings.append(f"{unread:,} values of column {column.name!r} are no numbers and are left empty.")
    amount = sql[ColumnField.AMOUNT]
    if ColumnField.AMOUNT not in shaped:
        amount = f"round(({sql[ColumnField.QUANTITY]}) * ({sql[ColumnField.UNIT_PRICE]}), 4)"
    discount = sql[ColumnField.DISCOUNT]
    if percent:
        discount = f"coalesce({discount}, {_discount_of_percent(amount, percent)})"
    return {"amount": amount, "quantity": sql[ColumnField.QUANTITY], "discount": discount}, tuple(warnings)


def _discount_of_percent(amount: str, percent: str) -> str:
    """A discount of p percent in currency, the amount being what was paid after it: amount x p / (100 - p)."""
    return f"CASE WHEN ({percent}) < 100 THEN round(abs({amount}) * ({percent}) / (100 - ({percent})), 4) END"
