"""How a column of dates is read, and its SQL: the time as written, and its offset from UTC."""

from dataclasses import dataclass

from churn_pipeline.core.sql import literal
from churn_pipeline.ingest.values.dates.date_shapes import EPOCHS, EXCEL, DateForm, Offset, Order
from churn_pipeline.ingest.values.dates.zone_names import ZONES, one_clock
from churn_pipeline.ingest.values.shapes import ShapedColumn


@dataclass(frozen=True)
class DateReading:
    """How each shape of a date column is read, and in words what was decided. `explicit`: the user's format,
    which goes first."""

    column: ShapedColumn
    forms: dict[str, DateForm]
    explicit: str | None = None
    order: Order | None = None
    by_period: bool = False
    """Whether the shop's period, and not the column itself, has told day from month."""
    doubt: str | None = None
    """What the shop's period says against the user's format, in a sentence."""

    @property
    def has_offsets(self) -> bool:
        return any(f.offset for f in self.forms.values()) or _explicit_is_utc(self.explicit)

    @property
    def tells_one_clock(self) -> bool:
        """Whether the zone is always named, and the names are those of one clock on a wall: PST in winter and
        PDT in summer."""
        return self.explicit is None and one_clock(
            {f.offset.zone if f.offset else None for f in self.forms.values()}
        )

    @property
    def description(self) -> str:
        return self.explicit or ", ".join(sorted({f.format for f in self.forms.values()})[:3])


def local_sql(reading: DateReading) -> str:
    """SQL (TIMESTAMP) of the date as written, before any conversion of its offset; null where it is no
    date."""
    text = reading.column.text
    lengths = {s: len(s) for s in reading.forms}
    sql = reading.column.cases(
        {s: _form_sql(text, form, lengths[s]) for s, form in reading.forms.items()}, "TIMESTAMP"
    )
    return sql if reading.explicit is None else f"coalesce({_explicit_sql(text, reading.explicit)}, {sql})"


def offset_sql(reading: DateReading) -> str:
    """SQL (INTEGER) of the offset from UTC in minutes; null where the date has none."""
    text = reading.column.text
    sql = reading.column.cases(
        {s: _offset_sql(text, form.offset) for s, form in reading.forms.items() if form.offset}, "INTEGER"
    )
    return f"coalesce({sql}, 0)" if _explicit_is_utc(reading.explicit) else sql


def _explicit_is_utc(date_format: str | None) -> bool:
    return date_format is not None and ("%z" in date_format.lower() or date_format in EPOCHS)


def _form_sql(text: str, form: DateForm, length: int) -> str:
    if form.format in EPOCHS:
        return (
            f"make_timestamp(CAST(TRY_CAST({text} AS DECIMAL(38, "
            f"6)) * {1_000_000} / {EPOCHS[form.format]} AS BIGINT))"
        )
    if form.format == EXCEL:
        return (
            f"make_timestamp(CAST(round((TRY_CAST({text} AS DOUBLE) - 25569) * 86400) AS BIGINT) * 1000000)"
        )
    read = text if form.length == length else f"substr({text}, 1, {form.length})"
    return f"try_strptime({read}, {literal(form.format)})"


def _explicit_sql(text: str, date_format: str) -> str:
    if date_format in EPOCHS:
        return (
            f"make_timestamp(CAST(TRY_CAST({text} AS DECIMAL(38, "
            f"6)) * {1_000_000} / {EPOCHS[date_format]} AS BIGINT))"
        )
    parsed = f"try_strptime({text}, {literal(date_format)})"
    return f"timezone('UTC', {parsed})" if "%z" in date_format.lower() else parsed


def _offset_sql(text: str, offset: Offset | None) -> str:
    if offset is None or offset.hours is None:
        return str(ZONES[offset.zone][0]) if offset and offset.zone else "0"
    minutes = (
        f" + CAST(substr({text}, {offset.minutes + 1}, 2) AS INTEGER)" if offset.minutes is not None else ""
    )
    return f"{offset.sign} * (60 * CAST(substr({text}, {offset.hours + 1}, 2) AS INTEGER){minutes})"
