"""A date format that the user has given, in strptime's or a spreadsheet's spelling."""

import re
from dataclasses import replace

import duckdb

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.sql import one_row
from churn_pipeline.core.wording import number
from churn_pipeline.ingest.values.dates.date_shapes import DateForm, Family, Order
from churn_pipeline.ingest.values.dates.date_sql import DateReading, local_sql
from churn_pipeline.ingest.values.dates.day_and_month import (
    Fit,
    Period,
    fits_of,
    forms_by_order,
    is_scattered,
)
from churn_pipeline.ingest.values.shapes import ShapedColumn

_UNITS = {
    "unix": "seconds",
    "unix_s": "seconds",
    "s": "seconds",
    "epoch": "seconds",
    "unix_ms": "milliseconds",
    "ms": "milliseconds",
}
_SPELLED = {"yyyy": "%Y", "yy": "%y", "dd": "%d", "d": "%d", "hh": "%H", "ss": "%S"}


def strptime_format(date_format: str) -> str:
    """A strptime format for texts in plain form, also from the spelling DD/MM/YYYY hh:mm:ss; `unix` and
    `unix_ms` name Unix times."""
    if date_format.lower() in _UNITS:
        return _UNITS[date_format.lower()]
    if "%" in date_format:
        plain = re.sub(r"%[aA][,.]?\s*", "", date_format.replace("%B", "%b"))
        return re.sub(r"%-?.|[A-Z]", lambda m: m[0] if m[0].startswith("%") else m[0].lower(), plain)
    day, _, clock = date_format.lower().partition(" ")
    day = re.sub(
        "yyyy|yy|mmm|mm?|dd?",
        lambda m: {"mmm": "%b", "mm": "%m", "m": "%m"}.get(m[0], _SPELLED.get(m[0], m[0])),
        day,
    )
    clock = re.sub("hh|mm|ss", lambda m: {"mm": "%M"}.get(m[0], _SPELLED.get(m[0], m[0])), clock)
    return f"{day} {clock}".strip()


def read_given_format(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    column: ShapedColumn,
    date_format: str,
    readings: dict[str, tuple[Family, dict[Order, DateForm]]],
    period: Period | None = None,
) -> DateReading:
    """The user's format, and beside it the forms that leave no doubt (a spreadsheet's own dates arrive in ISO
    form); with the doubt that the shop's period raises.

    Raises:
        BadInput: it is no format, or no value fits it.
    """
    sure = {
        s: by_order[Order.SURE]
        for s, (family, by_order) in readings.items()
        if family is Family.SURE and by_order[Order.SURE].format.startswith("%Y-")
    }
    reading = DateReading(column, sure, date_format)
    try:
        fits, example = one_row(
            connection,
            f"SELECT count({local_sql(reading)}), min({column.text}) FROM {relation}",  # noqa: S608
        )
    except duckdb.Error as error:
        raise BadInput(
            f"Date format {date_format!r} is no strptime format such as %d/%m/%Y %H:%M: "
            f"{str(error).splitlines()[0]}"
        ) from error
    if not fits:
        raise BadInput(
            f"No value of column {column.name!r} fits the date format {date_format!r} (for example "
            f"{example!r}): "
            "give the format as it is in the file."
        )
    doubt = _doubt(connection, relation, reading, readings, period) if period and period.tells else None
    return replace(reading, doubt=doubt)


def _doubt(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    reading: DateReading,
    readings: dict[str, tuple[Family, dict[Order, DateForm]]],
    period: Period,
) -> str | None:
    """A sentence where another order of day and month reads every date as one short stretch at the shop's
    period, and the given format does not."""
    for family in (Family.FOUR_DIGIT_YEAR, Family.TWO_DIGIT_YEAR):
        members = {s: by_order for s, (f, by_order) in readings.items() if f is family}
        if not members:
            continue
        fits = fits_of(connection, relation, reading.column, forms_by_order(members))
        total = sum(s.rows for s in reading.column.shapes if s.text in members)
        given = _as_given(connection, relation, reading, list(members))
        for order, fit in fits.items():
            reads_more = fit.valid == total > given.valid
            if fit.valid == total and period.joined_by(fit) and (reads_more or is_scattered(given, fit)):
                form = next(iter(members.values()))[order].format
                return _swapped(reading.explicit or "", given, total, form, fit)
    return None


def _as_given(
    connection: duckdb.DuckDBPyConnection, relation: str, reading: DateReading, shapes: list[str]
) -> Fit:
    """How the given format fits the rows of these shapes."""
    codes = ", ".join(map(str, reading.column.codes(shapes)))
    valid, first, last = one_row(
        connection,
        f"SELECT count(t), min(t), max(t) FROM (SELECT {local_sql(reading)} AS t FROM {relation} "  # noqa: S608
        f"WHERE {reading.column.code} IN ({codes}))",
    )
    return Fit(valid, first=first, last=last)


def _swapped(given: str, as_given: Fit, total: int, form: str, fit: Fit) -> str:
    spread = f"only {number(as_given.valid)} of its {number(total)} dates can be read"
    if as_given.valid == total:
        spread = f"its dates are spread from {as_given.first:%Y-%m-%d} to {as_given.last:%Y-%m-%d}"
    return (
        f"under the shop's date format {given!r} {spread}; with day and month swapped they are "
        f"{fit.first:%Y-%m-%d} to {fit.last:%Y-%m-%d}, which joins what the shop has: "
        f"say --date-format {form!r} if that is right."
    )
