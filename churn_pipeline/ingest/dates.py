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
from churn_pipeline.ingest.raw import ROW_NUMBER
from churn_pipeline.ingest.shapes import Shape, ShapedColumn
from churn_pipeline.ingest.sql import literal, one_row

_EARLIEST = datetime(1950, 1, 1)
_SURE_SHARE = 0.95
_LEAST_STEPS = 5


@dataclass(frozen=True)
class DateReading:
    """How each shape of a date column is read, and in words what was decided. `explicit`: the user's format, which goes first."""

    column: ShapedColumn
    forms: dict[str, DateForm]
    explicit: str | None = None
    order: Order | None = None

    @property
    def has_offsets(self) -> bool:
        return any(f.offset for f in self.forms.values()) or _explicit_is_utc(self.explicit)

    @property
    def description(self) -> str:
        return self.explicit or ", ".join(sorted({f.format for f in self.forms.values()})[:3])


@dataclass(frozen=True)
class Fit:
    """How one order fits a family's rows: rows that are dates under it, and steps forward and back in time from row to row."""

    valid: int
    ahead: int = 0
    back: int = 0

    @property
    def runs_through_time(self) -> bool:
        """In one direction alone, for so many steps that chance hardly does it (2 in 720 for five)."""
        return min(self.ahead, self.back) == 0 and self.ahead + self.back >= _LEAST_STEPS


_UNITS = {"unix": "seconds", "unix_s": "seconds", "s": "seconds", "epoch": "seconds", "unix_ms": "milliseconds", "ms": "milliseconds"}
_SPELLED = {"yyyy": "%Y", "yy": "%y", "dd": "%d", "d": "%d", "hh": "%H", "ss": "%S"}


def strptime_format(date_format: str) -> str:
    """A strptime format for texts in plain form, also from the spelling DD/MM/YYYY hh:mm:ss; `unix` and `unix_ms` name Unix times."""
    if date_format.lower() in _UNITS:
        return _UNITS[date_format.lower()]
    if "%" in date_format:
        plain = re.sub(r"%[aA][,.]?\s*", "", date_format.replace("%B", "%b"))
        return re.sub(r"%-?.|[A-Z]", lambda m: m[0] if m[0].startswith("%") else m[0].lower(), plain)
    day, _, clock = date_format.lower().partition(" ")
    day = re.sub("yyyy|yy|mmm|mm?|dd?", lambda m: {"mmm": "%b", "mm": "%m", "m": "%m"}.get(m[0], _SPELLED.get(m[0], m[0])), day)
    clock = re.sub("hh|mm|ss", lambda m: {"mm": "%M"}.get(m[0], _SPELLED.get(m[0], m[0])), clock)
    return f"{day} {clock}".strip()


def read_dates(
    connection: duckdb.DuckDBPyConnection, relation: str, column: ShapedColumn, date_format: str | None, known: str | None = None
) -> DateReading:
    """Decides how the date column of `relation` (with ROW_NUMBER) is read.

    Args:
        column: the date column, in plain form (date_words.py).
        date_format: the user's format; None to find it from the whole column.
        known: the order of day and month that an earlier file of the shop settled; used where the column itself does not tell.

    Raises:
        BadInput: no row is a date under the given format, or day and month cannot be told apart.
    """
    readings = {s.text: r for s in column.shapes if (r := date_forms(s.text)) is not None}
    if date_format:
        return _explicit(connection, relation, column, strptime_format(date_format), readings)
    if column.shapes and not readings:
        raise BadInput(
            f"Column {column.name!r} holds no dates that can be read (for example {column.shapes[0].low!r}): "
            "map the date to another column or give --date-format."
        )
    forms: dict[str, DateForm] = {}
    settled: dict[Family, Order] = {}
    for family in Family:
        members = {s: forms_by_order for s, (f, forms_by_order) in readings.items() if f is family}
        if members:
            hint = settled.get(Family.FOUR_DIGIT_YEAR, Order(known) if known else None)
            settled[family] = _settle(connection, relation, column, members, hint)
            forms |= {s: by_order[settled[family]] for s, by_order in members.items()}
    return DateReading(column, forms, None, settled.get(Family.FOUR_DIGIT_YEAR, settled.get(Family.TWO_DIGIT_YEAR)))


def _explicit(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    column: ShapedColumn,
    date_format: str,
    readings: dict[str, tuple[Family, dict[Order, DateForm]]],
) -> DateReading:
    """The user's format, and beside it the forms that leave no doubt (a spreadsheet's own dates arrive in ISO form)."""
    sure = {
        s: by_order[Order.SURE]
        for s, (family, by_order) in readings.items()
        if family is Family.SURE and by_order[Order.SURE].format.startswith("%Y-")
    }
    reading = DateReading(column, sure, date_format)
    try:
        fits, example = one_row(connection, f"SELECT count({local_sql(reading)}), min({column.text}) FROM {relation}")  # noqa: S608
    except duckdb.Error as error:
        raise BadInput(f"Date format {date_format!r} is no strptime format such as %d/%m/%Y %H:%M: {str(error).splitlines()[0]}") from error
    if not fits:
        raise BadInput(
            f"No value of column {column.name!r} fits the date format {date_format!r} (for example {example!r}): "
            "give the format as it is in the file."
        )
    return reading


def _settle(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    column: ShapedColumn,
    members: dict[str, dict[Order, DateForm]],
    known: Order | None,
) -> Order:
    """The order of one family's shapes, from all of its rows."""
    candidates = {order: {s: by_order[order] for s, by_order in members.items()} for order in next(iter(members.values()))}
    if len(candidates) == 1:
        return next(iter(candidates))
    fits = _fits(connection, relation, column, candidates)
    shapes = [s for s in column.shapes if s.text in members]
    total = sum(s.rows for s in shapes)
    order = settle_order(fits, total, known)
    if order is not None:
        return order
    possible = {o: forms for o, forms in candidates.items() if fits[o].valid > 0.5 * total}
    raise BadInput(_question(column.name, shapes[0], possible, max(f.valid for f in fits.values()), total))


def settle_order(fits: dict[Order, Fit], total: int, known: Order | None = None) -> Order | None:
    """The one order that the rows allow; None where they do not tell.

    An order is out when another reads clearly more rows: at least all but a twentieth, and five times fewer failures. Among those that
    read equally many rows, `known` (what the shop's earlier files settled) is taken, else the only one under which the
    file runs forward (or backward) through time throughout.
    """
    best = max(f.valid for f in fits.values())
    if best < _SURE_SHARE * total:
        return None
    left = {o: f for o, f in fits.items() if total - f.valid <= 5 * (total - best) and f.valid > 0.5 * total}
    left = {o: f for o, f in left.items() if f.valid == best} if best == total else left
    if len(left) == 1:
        return next(iter(left))
    if known in left:
        return known
    running = [o for o, f in left.items() if f.runs_through_time]
    return running[0] if len(running) == 1 else None


def _fits(
    connection: duckdb.DuckDBPyConnection, relation: str, column: ShapedColumn, candidates: dict[Order, dict[str, DateForm]]
) -> dict[Order, Fit]:
    """How many rows each order reads as a plausible date (1950 to tomorrow), and how the rows run through time under it."""
    latest = datetime.now() + timedelta(days=2)
    bounds = f"BETWEEN TIMESTAMP '{_EARLIEST}' AND TIMESTAMP '{latest:%Y-%m-%d}'"
    times = {o: local_sql(DateReading(column, forms)) for o, forms in candidates.items()}
    codes = ", ".join(map(str, column.codes(next(iter(candidates.values())))))
    rows = ", ".join(f"{sql} AS {o}" for o, sql in times.items())
    plausible = ", ".join(f"CASE WHEN {o} {bounds} THEN {o} END AS {o}" for o in candidates)
    steps = ", ".join(f"{o}, {o} - lag({o}) OVER (ORDER BY {ROW_NUMBER}) AS step_{o}" for o in candidates)
    counts = ", ".join(
        f"count({o}), count(*) FILTER (step_{o} > INTERVAL 0 SECOND), count(*) FILTER (step_{o} < INTERVAL 0 SECOND)" for o in candidates
    )
    found = one_row(
        connection,
        f"SELECT {counts} FROM (SELECT {steps} FROM (SELECT {ROW_NUMBER}, {plausible} FROM "  # noqa: S608
        f"(SELECT {ROW_NUMBER}, {rows} FROM {relation} WHERE {column.code} IN ({codes}))))",
    )
    return {o: Fit(*found[3 * i : 3 * i + 3]) for i, o in enumerate(candidates)}


def _question(column: str, example: Shape, candidates: dict[Order, dict[str, DateForm]], best: int, total: int) -> str:
    if best < _SURE_SHARE * total:
        return (
            f"Column {column!r} mixes dates of different order of day and month (for example {example.low!r} and {example.high!r}): "
            "export it with one date format."
        )
    formats = " or ".join(f"--date-format '{next(iter(forms.values())).format}'" for forms in candidates.values())
    return (
        f"Dates such as {example.low!r} in column {column!r} can be read in more than one order of day and month, "
        f"and the whole column does not tell: say {formats}."
    )


def local_sql(reading: DateReading) -> str:
    """SQL (TIMESTAMP) of the date as written, before any conversion of its offset; null where it is no date."""
    text = reading.column.text
    lengths = {s: len(s) for s in reading.forms}
    sql = reading.column.cases({s: _form_sql(text, form, lengths[s]) for s, form in reading.forms.items()}, "TIMESTAMP")
    return sql if reading.explicit is None else f"coalesce({_explicit_sql(text, reading.explicit)}, {sql})"


def offset_sql(reading: DateReading) -> str:
    """SQL (INTEGER) of the offset from UTC in minutes; null where the date has none."""
    text = reading.column.text
    sql = reading.column.cases({s: _offset_sql(text, form.offset) for s, form in reading.forms.items() if form.offset}, "INTEGER")
    return f"coalesce({sql}, 0)" if _explicit_is_utc(reading.explicit) else sql


def _explicit_is_utc(date_format: str | None) -> bool:
    return date_format is not None and ("%z" in date_format.lower() or date_format in EPOCHS)


def _form_sql(text: str, form: DateForm, length: int) -> str:
    if form.format in EPOCHS:
        return f"make_timestamp(CAST(TRY_CAST({text} AS DECIMAL(38, 6)) * {1_000_000} / {EPOCHS[form.format]} AS BIGINT))"
    if form.format == EXCEL:
        return f"make_timestamp(CAST(round((TRY_CAST({text} AS DOUBLE) - 25569) * 86400) AS BIGINT) * 1000000)"
    read = text if form.length == length else f"substr({text}, 1, {form.length})"
    return f"try_strptime({read}, {literal(form.format)})"


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
