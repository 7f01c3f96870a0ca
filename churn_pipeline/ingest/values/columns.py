"""SQL of every ledger column over a file's cells, under a reading: ids, texts, numbers, times."""

from collections import Counter
from dataclasses import dataclass

import duckdb

from churn_pipeline.core.sql import literal, one_row
from churn_pipeline.ingest.files.raw import RawTable
from churn_pipeline.ingest.mapping.reading import Reading
from churn_pipeline.ingest.values.cells import CELLS, NUMBERS, register_cells, text_name
from churn_pipeline.ingest.values.dates.date_sql import DateReading, local_sql, offset_sql
from churn_pipeline.ingest.values.dates.day_and_month import Period
from churn_pipeline.ingest.values.dates.read_dates import read_dates
from churn_pipeline.ingest.values.numbers.amounts import currencies, number_sql, read_shapes, told_decimal
from churn_pipeline.ingest.values.numbers.currencies import currency_of, mixed_currencies
from churn_pipeline.ingest.values.numbers.discounts import (
    MOSTLY,
    DiscountKind,
    discount_facts,
    discount_kind,
    in_money,
)
from churn_pipeline.ingest.values.shapes import ShapedColumn
from churn_pipeline.ingest.values.states.consents import consent_sql
from churn_pipeline.shop.config import ColumnField

_TEXTS = (
    ColumnField.PRODUCT,
    ColumnField.CATEGORY,
    ColumnField.STATUS,
    ColumnField.NAME,
    ColumnField.EMAIL,
    ColumnField.PHONE,
)


@dataclass(frozen=True)
class ParsedColumns:
    """SQL by column name, how the dates are read, what the discount is, and what the user should know; the
    findings count in the quality score, the warnings do not."""

    sql: dict[str, str]
    dates: DateReading
    warnings: tuple[str, ...]
    findings: tuple[str, ...]
    discount_is: DiscountKind | None = None
    currency: str | None = None


def parsed_columns(
    connection: duckdb.DuckDBPyConnection, raw: RawTable, reading: Reading, period: Period | None = None
) -> ParsedColumns:
    """Registers the cells; the SQL of customer_id, order_id, ts, amount, quantity, discount, consent and the
    texts, null where not mapped.

    Raises:
        BadInput: dates or numbers cannot be read without guessing.
    """
    shaped = register_cells(connection, raw, reading.mapping)
    dates = read_dates(
        connection, CELLS, shaped[ColumnField.DATE], reading.date_format, reading.date_order, period
    )
    times, zone_warnings = _times(connection, dates, reading.timezone)
    numbers, number_warnings, mixed = _numbers(shaped, reading)
    discount_is, discount_warnings, doubts = _discount(
        connection, shaped.get(ColumnField.DISCOUNT), numbers, reading
    )
    texts = {f: text_name(raw, c) for f, c in reading.mapping.items()}
    consent, unread_consents = consent_sql(
        connection, texts.get(ColumnField.CONSENT), reading.mapping.get(ColumnField.CONSENT)
    )
    sql = {
        "customer_id": _identifier(texts.get(ColumnField.CUSTOMER_ID)),
        "order_id": f"nullif({_identifier(texts.get(ColumnField.ORDER_ID))}, '')",
        "ts": times,
        **numbers,
        **{f.value: f"nullif({texts[f]}, '')" if f in texts else "CAST(NULL AS VARCHAR)" for f in _TEXTS},
        "consent": consent,
    }
    priced = shaped.get(ColumnField.AMOUNT, shaped.get(ColumnField.UNIT_PRICE))
    currency = currency_of(raw, currencies(priced.shapes) if priced else Counter())
    warnings = zone_warnings + number_warnings + discount_warnings + unread_consents
    return ParsedColumns(sql, dates, warnings, mixed + doubts, discount_is, currency)


def _identifier(text: str | None) -> str:
    """A number that was read as 12345.0 is 12345; leading zeros stay."""
    if text is None:
        return "CAST(NULL AS VARCHAR)"
    return (
        f"(CASE WHEN suffix({text}, '.0') THEN regexp_replace({text}, '^([0-9]+)\\.0$', "
        f"'\\1') ELSE {text} END)"
    )


def _times(
    connection: duckdb.DuckDBPyConnection, dates: DateReading, timezone: str | None
) -> tuple[str, tuple[str, ...]]:
    """Times with an offset go to the shop's zone; without a zone they stay as in the file, or become UTC
    where the file mixes offsets."""
    local, offset = local_sql(dates), offset_sql(dates)
    if not dates.has_offsets:
        return local, ()
    utc = f"({local}) - to_minutes({offset})"
    if timezone:
        return f"coalesce(timezone({literal(timezone)}, timezone('UTC', {utc})), {local})", ()
    if dates.tells_one_clock:
        return local, ()
    (offsets,) = one_row(connection, f"SELECT count(DISTINCT {offset}) FROM {CELLS}")  # noqa: S608
    if offsets <= 1:
        return local, ()
    warning = (
        "the dates carry different UTC offsets and the shop has no time zone, "
        "so they are stored in UTC (set one with --timezone)."
    )
    return f"coalesce({utc}, {local})", (warning,)


def _numbers(
    shaped: dict[ColumnField, ShapedColumn], reading: Reading
) -> tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]:
    """SQL of the numbers, warnings, and findings (several currencies); the amount from unit price and
    quantity where there is no total. `percent`: discounts with a percent sign."""
    sql = dict.fromkeys(NUMBERS, "CAST(NULL AS DOUBLE)")
    percent = ""
    warnings: list[str] = []
    findings: list[str] = []
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
        if (
            field in (ColumnField.AMOUNT, ColumnField.UNIT_PRICE)
            and len(mixed := currencies(column.shapes)) > 1
        ):
            findings.append(mixed_currencies(column.name, mixed))
        unread = sum(
            s.rows
            for s in column.shapes
            if s.text not in (readings if field is ColumnField.DISCOUNT else plain)
        )
        if unread and field in (ColumnField.QUANTITY, ColumnField.DISCOUNT):
            warnings.append(f"{unread:,} values of column {column.name!r} are no numbers and are left empty.")
    amount = sql[ColumnField.AMOUNT]
    if ColumnField.AMOUNT not in shaped:
        amount = f"({sql[ColumnField.QUANTITY]}) * ({sql[ColumnField.UNIT_PRICE]})"
    amount = f"(round({amount}, 4) + 0)"  # + 0: a rounded -1e-17 is -0.0
    numbers = {f.value: sql[f] for f in (ColumnField.QUANTITY, ColumnField.UNIT_PRICE, ColumnField.DISCOUNT)}
    return numbers | {"amount": amount, "percent": percent}, tuple(warnings), tuple(findings)


def _discount(
    connection: duckdb.DuckDBPyConnection,
    column: ShapedColumn | None,
    numbers: dict[str, str],
    reading: Reading,
) -> tuple[DiscountKind | None, tuple[str, ...], tuple[str, ...]]:
    """Turns the discount of `numbers` (changed in place, `percent` taken out) into money; what it was, and
    what is told about it: how it was read, or a doubt."""
    percent, discount, amount = numbers.pop("percent"), numbers["discount"], numbers["amount"]
    if column is None:
        return reading.discount_is, (), ()
    facts = discount_facts(connection, CELLS, discount, amount)
    both = f"coalesce({discount}, {percent})"
    minus = discount_facts(connection, CELLS, both, amount).minus if percent else facts.minus
    if minus > MOSTLY:  # written as what is taken off: -5.00
        discount = f"-({discount})"
        percent = percent and f"-({percent})"
    kind, told = discount_kind(facts, column.name, reading.discount_is)
    numbers["discount"] = in_money(kind, discount, amount)
    if percent:
        numbers["discount"] = f"coalesce({numbers['discount']}, {in_money('percent', percent, amount)})"
    said = (told,) if told else ()
    return (kind, (), said) if kind == "amount" else (kind, said, ())
