"""A column of dates: the one reading that fits all of it, or a question. Day and month are never guessed.

What settles 03/04/2024: a day above 12 anywhere in the column; failing that, the order of the rows, where the
file runs through time under one reading and not under the other. Otherwise BadInput asks for a date format.
"""

import duckdb

from churn_pipeline.core.errors import BadInput
from churn_pipeline.ingest.values.dates.date_shapes import DateForm, Family, Order, date_forms
from churn_pipeline.ingest.values.dates.date_sql import DateReading
from churn_pipeline.ingest.values.dates.day_and_month import (
    SURE_SHARE,
    Period,
    fits_of,
    forms_by_order,
    joining_order,
    settle_order,
)
from churn_pipeline.ingest.values.dates.given_format import read_given_format, strptime_format
from churn_pipeline.ingest.values.shapes import Shape, ShapedColumn


def read_dates(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    column: ShapedColumn,
    date_format: str | None,
    known: str | None = None,
    period: Period | None = None,
) -> DateReading:
    """Decides how the date column of `relation` (with ROW_NUMBER) is read.

    Args:
        column: the date column, in plain form (date_words.py).
        date_format: the user's format; None to find it from the whole column.
        known: the order of day and month that an earlier file of the shop settled; used where the column
            itself does not tell.
        period: what the shop's ledger covers; goes before `known` where the file joins it under one order
            alone, and is held against `date_format`.

    Raises:
        BadInput: no row is a date under the given format, or day and month cannot be told apart.
    """
    readings = {s.text: r for s in column.shapes if (r := date_forms(s.text)) is not None}
    if date_format:
        return read_given_format(connection, relation, column, strptime_format(date_format), readings, period)
    if column.shapes and not readings:
        raise BadInput(
            f"Column {column.name!r} holds no dates that can be read (for example {column.shapes[0].low!r}): "
            "map the date to another column or give --date-format."
        )
    forms: dict[str, DateForm] = {}
    settled: dict[Family, Order] = {}
    by_period = False
    for family in Family:
        members = {s: forms_by_order for s, (f, forms_by_order) in readings.items() if f is family}
        if members:
            hint = settled.get(Family.FOUR_DIGIT_YEAR, Order(known) if known else None)
            settled[family], joined = _settle(connection, relation, column, members, hint, period)
            by_period = by_period or joined
            forms |= {s: by_order[settled[family]] for s, by_order in members.items()}
    return DateReading(
        column,
        forms,
        None,
        settled.get(Family.FOUR_DIGIT_YEAR, settled.get(Family.TWO_DIGIT_YEAR)),
        by_period,
    )


def _settle(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    column: ShapedColumn,
    members: dict[str, dict[Order, DateForm]],
    known: Order | None,
    period: Period | None,
) -> tuple[Order, bool]:
    """The order of one family's shapes, from all of its rows; whether the shop's period told it."""
    candidates = forms_by_order(members)
    if len(candidates) == 1:
        return next(iter(candidates)), False
    fits = fits_of(connection, relation, column, candidates)
    shapes = [s for s in column.shapes if s.text in members]
    total = sum(s.rows for s in shapes)
    order = settle_order(fits, total, known)
    joining = joining_order(fits, total, period) if period else None
    if joining is not None and joining is not order:
        return joining, True
    if order is not None:
        return order, False
    possible = {o: forms for o, forms in candidates.items() if fits[o].valid > 0.5 * total}
    raise BadInput(_question(column.name, shapes[0], possible, max(f.valid for f in fits.values()), total))


def _question(
    column: str, example: Shape, candidates: dict[Order, dict[str, DateForm]], best: int, total: int
) -> str:
    if best < SURE_SHARE * total:
        return (
            f"Column {column!r} mixes dates of different order of day and month (for example "
            f"{example.low!r} and {example.high!r}): "
            "export it with one date format."
        )
    formats = " or ".join(
        f"--date-format '{next(iter(forms.values())).format}'" for forms in candidates.values()
    )
    return (
        f"Dates such as {example.low!r} in column {column!r} can be read in more than one order of day "
        f"and month, "
        f"and the whole column does not tell: say {formats}."
    )
