"""A column of dates: the one reading that fits all of it, or a question. Day and month are never guessed.

What settles 03/04/2024: a day above 12 anywhere in the column; failing that, the order of the rows, where the file runs through time under
one reading and not under the other. Otherwise BadInput asks for a date format.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from churn_pipeline.errors import BadInput
from churn_pipeline.ingest.date_shapes import EPOCHS, EXCEL, DateForm, Family, Offset, Order, date_forms
from churn_pipeline.ingest.date_words import plain_sql
from churn_pipeline.ingest.raw import ROW_NUMBER
from churn_pipeline.ingest.shapes import Shape, present, shape_sql, shapes_of
from churn_pipeline.ingest.sql import literal, one_row

_TEXT = "date_text"
_EARLIEST = datetime(1950, 1, 1)


@dataclass(frozen=True)
class DateReading:
    """How a date column is read: SQL over its text, and in words what was decided."""

    text_sql: str
    forms: dict[str, DateForm]
    explicit: str | None
    has_offsets: bool
    description: str
    order: Order | None = None


@dataclass(frozen=True)
class Fit:
    """How one order fits the rows of a family: rows that are dates under it, and steps forward and back in time between neighbouring rows."""

    valid: int
    ahead: int = 0
    back: int = 0

    @property
    def runs_through_time(self) -> bool:
        return (self.ahead > 0) != (self.back > 0)


_UNITS = {"unix": "seconds", "unix_s": "seconds", "s": "seconds", "epoch": "seconds", "unix_ms": "milliseconds", "ms": "milliseconds"}
_SPELLED = {"yyyy": "%Y", "yy": "%y", "dd": "%d", "d": "%d", "hh": "%H", "ss": "%S"}


def strptime_format(date_format: str) -> str:
    """A strptime format for texts in plain (lower-case) form, also from the spelling DD/MM/YYYY hh:mm:ss; `unix` and `unix_ms` name Unix times."""
    if date_format.lower() in _UNITS:
        return _UNITS[date_format.lower()]
    if "%" in date_format:
        return re.sub(r"%-?.|[A-Z]", lambda m: m[0] if m[0].startswith("%") else m[0].lower(), date_format)
    day, _, clock = date_format.lower().partition(" ")
    day = re.sub("yyyy|yy|mmm|mm?|dd?", lambda m: {"mmm": "%b", "mm": "%m", "m": "%m"}.get(m[0], _SPELLED.get(m[0], m[0])), day)
    clock = re.sub("hh|mm|ss", lambda m: {"mm": "%M"}.get(m[0], _SPELLED.get(m[0], m[0])), clock)
    return f"{day} {clock}".strip()


def read_dates(
    connection: duckdb.DuckDBPyConnection, relation: str, column_sql: str, column: str, date_format: str | None, known: str | None = None
) -> DateReading:
    """Decides how the date column of `relation` (with ROW_NUMBER) is read.

    Args:
        column_sql: SQL of the column's text.
        column: its name, for messages.
        date_format: the user's format; None to find it from the whole column.
        known: the order of day and month that an earlier file of the shop settled; used where the column itself does not tell.

    Raises:
        BadInput: no row is a date under the given format, or day and month cannot be told apart.
    """
    text = present(column_sql)
    found = shapes_of(connection, relation, text)
    text = plain_sql(text, [s.text for s in found])
    shapes = shapes_of(connection, relation, text)
    readings = {s.text: date_forms(s.text) for s in shapes}
    if date_format:
        return _explicit(connection, relation, text, column, strptime_format(date_format), readings)
    if shapes and not any(readings.values()):
        raise BadInput(
            f"Column {column!r} holds no dates that can be read (for example {shapes[0].low!r}): map the date to another column or give --date-format."
        )
    forms: dict[str, DateForm] = {}
    settled: dict[Family, Order] = {}
    hint = Order(known) if known else None
    for family in Family:
        members = [s for s in shapes if (r := readings[s.text]) is not None and r[0] is family]
        if members:
            settled[family] = _settle(connection, relation, text, column, family, members, settled.get(Family.FOUR_DIGIT_YEAR, hint))
            forms |= {s.text: r[1][settled[family]] for s in members if (r := readings[s.text])}
    described = sorted({f.format for f in forms.values()})
    year_last = settled.get(Family.FOUR_DIGIT_YEAR, settled.get(Family.TWO_DIGIT_YEAR))
    return DateReading(text, forms, None, any(f.offset for f in forms.values()), ", ".join(described[:3]), year_last)


def _explicit(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    text: str,
    column: str,
    date_format: str,
    readings: dict[str, tuple[Family, dict[Order, DateForm]] | None],
) -> DateReading:
    """The user's format, and beside it the forms that leave no doubt (a spreadsheet's own dates arrive in ISO form)."""
    sure = {s: r[1][Order.SURE] for s, r in readings.items() if r and r[0] is Family.SURE and r[1][Order.SURE].format.startswith("%Y-")}
    reading = DateReading(
        text, sure, date_format, "%z" in date_format.lower() or date_format in EPOCHS or any(f.offset for f in sure.values()), date_format
    )
    if not readings:
        return reading
    try:
        fits, example = one_row(connection, f"SELECT count({local_sql(reading, text)}), min({text}) FROM {relation}")  # noqa: S608
    except duckdb.Error as error:
        raise BadInput(f"Date format {date_format!r} is no strptime format such as %d/%m/%Y %H:%M: {str(error).splitlines()[0]}") from error
    if not fits:
        raise BadInput(
            f"No value of column {column!r} fits the date format {date_format!r} (for example {example!r}): give the format as it is in the file."
        )
    return reading


def _settle(
    connection: duckdb.DuckDBPyConnection, relation: str, text: str, column: str, family: Family, members: list[Shape], known: Order | None
) -> Order:
    """The order of one family's shapes, from all of its rows."""
    candidates: dict[Order, dict[str, DateForm]] = {}
    for shape in members:
        reading = date_forms(shape.text)
        for order, form in (reading[1] if reading else {}).items():
            candidates.setdefault(order, {})[shape.text] = form
    if len(candidates) == 1:
        return next(iter(candidates))
    fits = _fits(connection, relation, text, candidates)
    total = sum(s.rows for s in members)
    settled = settle_order(fits, total)
    if settled is None:
        if known is not None and known in fits and fits[known].valid == max(f.valid for f in fits.values()):
            return known
        raise BadInput(_question(column, members[0], {o: f for o, f in candidates.items() if fits[o].valid}, fits, total))
    return settled


def settle_order(fits: dict[Order, Fit], total: int) -> Order | None:
    """The one order that the rows allow; None where they do not tell.

    An order is out when another reads clearly more rows: at least all but a twentieth, and five times fewer failures. Among those that
    read equally many rows, the only one under which the file runs forward (or backward) through time throughout is taken.
    """
    best = max(f.valid for f in fits.values())
    if best < 0.95 * total:
        return None
    left = {o: f for o, f in fits.items() if total - f.valid <= 5 * (total - best) and f.valid > 0.5 * total}
    left = {o: f for o, f in left.items() if f.valid == best} if best == total else left
    if len(left) == 1:
        return next(iter(left))
    running = [o for o, f in left.items() if f.runs_through_time]
    return running[0] if len(running) == 1 else None


def _fits(
    connection: duckdb.DuckDBPyConnection, relation: str, text: str, candidates: dict[Order, dict[str, DateForm]]
) -> dict[Order, Fit]:
    """How many rows each order reads as a plausible date (1950 to tomorrow), and how the rows run through time under it."""
    latest = datetime.now() + timedelta(days=2)
    columns = []
    for order, forms in candidates.items():
        reading = DateReading(text, forms, None, False, "")
        bounds = f"BETWEEN TIMESTAMP '{_EARLIEST}' AND TIMESTAMP '{latest:%Y-%m-%d}'"
        columns.append(f"(CASE WHEN {local_sql(reading, _TEXT)} {bounds} THEN {local_sql(reading, _TEXT)} END) AS {order}")
    shapes = ", ".join(literal(s) for s in next(iter(candidates.values())))
    rows = f"SELECT {ROW_NUMBER}, {text} AS {_TEXT} FROM {relation} WHERE {shape_sql(text)} IN ({shapes})"  # noqa: S608
    steps = ", ".join(f"{o}, {o} - lag({o}) OVER (ORDER BY {ROW_NUMBER}) AS step_{o}" for o in candidates)
    counts = ", ".join(
        f"count({o}), count(*) FILTER (step_{o} > INTERVAL 0 SECOND), count(*) FILTER (step_{o} < INTERVAL 0 SECOND)" for o in candidates
    )
    found = one_row(
        connection,
        f"SELECT {counts} FROM (SELECT {steps} FROM (SELECT {ROW_NUMBER}, {', '.join(columns)} FROM ({rows})))",  # noqa: S608
    )
    return {o: Fit(*found[3 * i : 3 * i + 3]) for i, o in enumerate(candidates)}


def _question(column: str, example: Shape, candidates: dict[Order, dict[str, DateForm]], fits: dict[Order, Fit], total: int) -> str:
    if not candidates or max(fits[o].valid for o in candidates) < 0.95 * total:
        return f"Column {column!r} mixes dates of different order of day and month (for example {example.low!r} and {example.high!r}): export it with one date format."
    formats = " or ".join(f"--date-format '{next(iter(forms.values())).format}'" for forms in candidates.values())
    return f"Dates such as {example.low!r} in column {column!r} can be read in more than one order of day and month, and the whole column does not tell: say {formats}."


def local_sql(reading: DateReading, text: str) -> str:
    """SQL (TIMESTAMP) of the text `text` (in plain form) as read, before any conversion of its offset; null where it is no date."""
    sql = _cases(text, {shape: _form_sql(text, form) for shape, form in reading.forms.items()}, "TIMESTAMP")
    return sql if reading.explicit is None else f"coalesce({_explicit_sql(text, reading.explicit)}, {sql})"


def offset_sql(reading: DateReading, text: str) -> str:
    """SQL (INTEGER) of the text's offset from UTC in minutes; null where it has none."""
    offsets = {shape: _offset_sql(text, form.offset) for shape, form in reading.forms.items() if form.offset}
    sql = _cases(text, offsets, "INTEGER")
    if reading.explicit is not None and ("%z" in reading.explicit.lower() or reading.explicit in EPOCHS):
        return f"coalesce({sql}, 0)"
    return sql


def _cases(text: str, by_shape: dict[str, str], kind: str) -> str:
    branches: dict[str, list[str]] = {}
    for shape, sql in by_shape.items():
        branches.setdefault(sql, []).append(literal(shape))
    if not branches:
        return f"CAST(NULL AS {kind})"
    cases = " ".join(f"WHEN {shape_sql(text)} IN ({', '.join(shapes)}) THEN {sql}" for sql, shapes in branches.items())
    return f"(CASE {cases} END)"


def _form_sql(text: str, form: DateForm) -> str:
    if form.format in EPOCHS:
        return f"make_timestamp(CAST(TRY_CAST({text} AS DECIMAL(38, 6)) * {1_000_000} / {EPOCHS[form.format]} AS BIGINT))"
    if form.format == EXCEL:
        return f"make_timestamp(CAST(round((TRY_CAST({text} AS DOUBLE) - 25569) * 86400) AS BIGINT) * 1000000)"
    return f"try_strptime(substr({text}, 1, {form.length}), {literal(form.format)})"


def _explicit_sql(text: str, date_format: str) -> str:
    if date_format in EPOCHS:
        return f"make_timestamp(CAST(TRY_CAST({text} AS DECIMAL(38, 6)) * {1_000_000} / {EPOCHS[date_format]} AS BIGINT))"
    parsed = f"try_strptime({text}, {literal(date_format)})"
    return f"timezone('UTC', {parsed})" if "%z" in date_format.lower() else parsed


def _offset_sql(text: str, offset: Offset | None) -> str:
    if offset is None or offset.hours is None:
        return "0"
    minutes = f" + CAST(substr({text}, {offset.minutes + 1}, 2) AS INTEGER)" if offset.minutes is not None else ""
    return f"{offset.sign} * (60 * CAST(substr({text}, {offset.hours + 1}, 2) AS INTEGER){minutes})"
