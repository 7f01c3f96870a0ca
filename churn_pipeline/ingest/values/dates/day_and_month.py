"""Which of 03/04/2024 is the day: what the rows of a column allow, and what the period of the shop that they
join says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from churn_pipeline.core.sql import one_row
from churn_pipeline.ingest.files.raw import ROW_NUMBER
from churn_pipeline.ingest.values.dates.date_shapes import DateForm, Order
from churn_pipeline.ingest.values.dates.date_sql import DateReading, local_sql
from churn_pipeline.ingest.values.shapes import ShapedColumn

_EARLIEST = datetime(1950, 1, 1)
SURE_SHARE = 0.95
_LEAST_STEPS = 5
_JOINS, _SPREAD, _BUSY = timedelta(days=62), 25, 0.3


@dataclass(frozen=True)
class Fit:
    """How one order fits a family's rows: rows that are dates under it, and steps forward and back in time
    from row to row."""

    valid: int
    ahead: int = 0
    back: int = 0
    first: datetime | None = None
    last: datetime | None = None

    @property
    def days(self) -> int:
        """Days from the first to the last date."""
        return (self.last - self.first).days if self.first and self.last else 0

    @property
    def runs_through_time(self) -> bool:
        """In one direction alone, for so many steps that chance hardly does it (2 in 720 for five)."""
        return min(self.ahead, self.back) == 0 and self.ahead + self.back >= _LEAST_STEPS


@dataclass(frozen=True)
class Period:
    """What a shop's ledger covers, and the share (0-1) of its last 60 days on which it has sales."""

    first: datetime
    last: datetime
    busy: float

    @property
    def tells(self) -> bool:
        """Whether the shop sells on enough days for dates that are scattered over months to be strange."""
        return self.busy >= _BUSY

    def joined_by(self, fit: Fit) -> bool:
        """Whether these dates lie within the period, or next to it."""
        return (
            fit.first is not None
            and fit.last is not None
            and fit.first <= self.last + _JOINS
            and fit.last >= self.first - _JOINS
        )


def forms_by_order(members: dict[str, dict[Order, DateForm]]) -> dict[Order, dict[str, DateForm]]:
    """The forms of one family's shapes, by the order of day and month."""
    return {
        order: {s: by_order[order] for s, by_order in members.items()}
        for order in next(iter(members.values()))
    }


def settle_order(fits: dict[Order, Fit], total: int, known: Order | None = None) -> Order | None:
    """The one order that the rows allow; None where they do not tell.

    An order is out when another reads clearly more rows: at least all but a twentieth, and five times fewer
    failures. Among those that read equally many rows, `known` (what the shop's earlier files settled) is
    taken, else the only one under which the file runs forward (or backward) through time throughout."""
    best = max(f.valid for f in fits.values())
    if best < SURE_SHARE * total:
        return None
    left = {o: f for o, f in fits.items() if total - f.valid <= 5 * (total - best) and f.valid > 0.5 * total}
    left = {o: f for o, f in left.items() if f.valid == best} if best == total else left
    if len(left) == 1:
        return next(iter(left))
    if known in left:
        return known
    running = [o for o, f in left.items() if f.runs_through_time]
    return running[0] if len(running) == 1 else None


def joining_order(fits: dict[Order, Fit], total: int, period: Period) -> Order | None:
    """The one order under which the file is a short stretch at the shop's period, while it would be scattered
    over months under the others.

    Twelve days of February read the other way round are the second of twelve months. A shop that sells on few
    days, such as one that charges on the first of each month, may really be scattered, so its period says
    nothing."""
    possible = {o: f for o, f in fits.items() if f.valid == total and f.first and f.last}
    if not period.tells or len(possible) < 2:
        return None
    short = min(possible, key=lambda o: possible[o].days)
    scattered = all(is_scattered(f, possible[short]) for o, f in possible.items() if o is not short)
    return short if period.joined_by(possible[short]) and scattered else None


def is_scattered(fit: Fit, short: Fit) -> bool:
    """Whether dates are spread over months that another order keeps in a short stretch."""
    return fit.days >= max(_SPREAD, 4 * short.days)


def fits_of(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    column: ShapedColumn,
    candidates: dict[Order, dict[str, DateForm]],
) -> dict[Order, Fit]:
    """How many rows each order reads as a plausible date (1950 to tomorrow), and how the rows run through
    time under it."""
    latest = datetime.now() + timedelta(days=2)
    bounds = f"BETWEEN TIMESTAMP '{_EARLIEST}' AND TIMESTAMP '{latest:%Y-%m-%d}'"
    times = {o: local_sql(DateReading(column, forms)) for o, forms in candidates.items()}
    codes = ", ".join(map(str, column.codes(next(iter(candidates.values())))))
    rows = ", ".join(f"{sql} AS {o}" for o, sql in times.items())
    plausible = ", ".join(f"CASE WHEN {o} {bounds} THEN {o} END AS {o}" for o in candidates)
    steps = ", ".join(f"{o}, {o} - lag({o}) OVER (ORDER BY {ROW_NUMBER}) AS step_{o}" for o in candidates)
    counts = ", ".join(
        f"count({o}), count(*) FILTER (step_{o} > INTERVAL 0 SECOND), "
        f"count(*) FILTER (step_{o} < INTERVAL 0 SECOND), min({o}), max({o})"
        for o in candidates
    )
    found = one_row(
        connection,
        f"SELECT {counts} FROM (SELECT {steps} FROM (SELECT {ROW_NUMBER}, {plausible} FROM "  # noqa: S608
        f"(SELECT {ROW_NUMBER}, {rows} FROM {relation} WHERE {column.code} IN ({codes}))))",
    )
    return {o: Fit(*found[5 * i : 5 * i + 5]) for i, o in enumerate(candidates)}
