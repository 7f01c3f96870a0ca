"""From cells to ledger rows, in DuckDB: every row is usable, or set aside with its reason; returns and
cancellations are recognised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from churn_pipeline.core.sql import in_list, literal, one_row
from churn_pipeline.core.wording import counted_doing, number, percent
from churn_pipeline.ingest.files.raw import ROW_NUMBER, RawTable
from churn_pipeline.ingest.ledger.rejections import LONGEST_ID, Reason, placeholders
from churn_pipeline.ingest.mapping.reading import Reading
from churn_pipeline.ingest.values.cells import CELLS, text_name
from churn_pipeline.ingest.values.columns import parsed_columns
from churn_pipeline.ingest.values.dates.day_and_month import Period
from churn_pipeline.ingest.values.dates.exported_at import newest_export
from churn_pipeline.ingest.values.numbers.bounds import LARGEST, bad_number_sql, told_out_of_bounds
from churn_pipeline.ingest.values.numbers.currencies import currency_columns
from churn_pipeline.ingest.values.states.markers import reversal_order_sql
from churn_pipeline.ingest.values.states.order_level import spread_over_lines
from churn_pipeline.ingest.values.states.order_states import Meaning, states_in
from churn_pipeline.shop.config import ColumnField

_FEWEST_ORDERS, _REPEATED = 15, 0.95

LEDGER_COLUMNS = (
    "customer_id",
    "order_id",
    "ts",
    "amount",
    "product",
    "category",
    "quantity",
    "discount",
    "is_return",
)
"""What makes two rows the same row, beside the upload that delivered them."""


CONTACT_COLUMNS = ("name", "email", "phone", "consent")


@dataclass(frozen=True)
class Span:
    """The time that an upload covers, cancelled rows and those set aside included, and what else decides
    which upload is newer."""

    first_event: datetime | None
    last_event: datetime | None
    exported_at: datetime | None
    has_times: bool
    """Whether any row has a time of day; else the time of its orders within the day is not known."""


@dataclass(frozen=True)
class Cleaned:
    """Counts of one upload. Its rows are in the tables `usable` (LEDGER_COLUMNS and contacts) and `unusable`
    (row_number, reason, raw, and customer_id, order_id, ts, amount, product as far as they could be read)."""

    rows_in: int
    usable: int
    rejected: dict[str, int]
    exact_duplicates: int
    first_ts: datetime | None
    last_ts: datetime | None
    span: Span
    date_format: str
    date_order: str | None
    warnings: tuple[str, ...]
    discount_is: Literal["amount", "percent", "fraction"] | None = None
    currency: str | None = None
    order_by_period: bool = False
    date_doubt: str | None = None
    """What the shop's period says against the format that its dates were read in."""
    findings: tuple[str, ...] = ()
    """Those of the warnings that the quality score counts."""


def clean(
    connection: duckdb.DuckDBPyConnection, raw: RawTable, reading: Reading, period: Period | None = None
) -> Cleaned:
    """Reads the cells under the reading into the tables `usable` and `unusable` of the connection; `period`:
    what the shop's ledger covers.

    Raises:
        BadInput: dates or numbers cannot be read without guessing.
    """
    columns = parsed_columns(connection, raw, reading, period)
    names = [raw.sql_name(c) for c in raw.columns]
    blank = " AND ".join(f"coalesce(trim({n}), '') = ''" for n in names)
    parsed = ", ".join(f"{sql} AS {name}" for name, sql in columns.sql.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE parsed AS SELECT {ROW_NUMBER}, {parsed}, "  # noqa: S608
        f"hash({', '.join(names)}) AS cells_hash, "
        f"{blank} AS is_empty, {_blank_amount(raw, reading)} AS amount_is_blank FROM {CELLS}"
    )
    spread = spread_over_lines(connection, total_is_shared_out=reading.amount_per == "order")
    (duplicates,) = one_row(connection, "SELECT count(*) - count(DISTINCT cells_hash) FROM parsed")
    states = states_in(connection, "parsed")
    _judge(connection, reading, states.by_meaning)
    _fill_usable(connection, reading, states.by_meaning)
    _fill_unusable(connection, raw)
    long_ids = _long_ids(connection, reading)
    out_of_bounds = told_out_of_bounds(connection, "judged")
    span = _span(connection, raw, reading)
    connection.execute("DROP TABLE judged; DROP TABLE parsed")
    connection.unregister(CELLS)
    usable, first, last = one_row(connection, "SELECT count(*), min(ts), max(ts) FROM usable")
    rejected = dict(
        connection.execute("SELECT reason, count(*) FROM unusable GROUP BY reason ORDER BY reason").fetchall()
    )
    dates = columns.dates
    findings = (
        *columns.findings,
        *states.unknown,
        *out_of_bounds,
        *long_ids,
        *currency_columns(raw),
        *_repeated_totals(connection, reading),
    )
    warnings = (*raw.warnings, *columns.warnings, *spread, *states.unfinished, *findings)
    return Cleaned(
        raw.rows_in,
        usable,
        rejected,
        duplicates,
        first,
        last,
        span,
        dates.description,
        dates.order,
        warnings,
        columns.discount_is,
        columns.currency,
        dates.by_period,
        dates.doubt,
        findings,
    )


def _span(connection: duckdb.DuckDBPyConnection, raw: RawTable, reading: Reading) -> Span:
    first, last, timed = one_row(
        connection,
        "SELECT min(ts), max(ts), coalesce(bool_or(ts <> date_trunc('day', ts)), "
        "false) FROM judged WHERE isfinite(ts)",
    )
    column = reading.mapping.get(ColumnField.EXPORTED_AT)
    return Span(
        first, last, newest_export(connection, raw, column, reading.date_order) if column else None, timed
    )


def _blank_amount(raw: RawTable, reading: Reading) -> str:
    """SQL: the cell of the amount is blank; no row's is where the amount is made of price and quantity."""
    column = reading.mapping.get(ColumnField.AMOUNT)
    return "false" if column is None else f"coalesce({text_name(raw, column)}, '') = ''"


def _judge(connection: duckdb.DuckDBPyConnection, reading: Reading, states: dict[Meaning, list[str]]) -> None:
    """The table `judged`: the parsed rows with the reason why they are unusable; null for the usable ones."""
    drop = reading.duplicates == "drop"
    repeat = f"row_number() OVER (PARTITION BY cells_hash ORDER BY {ROW_NUMBER})" if drop else "1"
    excluded = (
        f"WHEN customer_id IN {in_list(reading.exclude_customers)} THEN '{Reason.EXCLUDED}'"
        if reading.exclude_customers
        else ""
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE judged AS SELECT *, CASE
            WHEN is_empty THEN '{Reason.EMPTY_ROW}'
            WHEN ts IS NULL THEN '{Reason.BAD_DATE}'
            WHEN amount IS NULL OR NOT abs(amount) <= {LARGEST["amount"]} THEN '{Reason.BAD_AMOUNT}'
            WHEN customer_id IS NULL
                OR lower(customer_id) IN {in_list(placeholders())} THEN '{Reason.ANONYMOUS_SALE}'
            WHEN length(customer_id) > {LONGEST_ID} THEN '{Reason.LONG_ID}'
            WHEN {bad_number_sql()} THEN '{Reason.BAD_NUMBER}'
            WHEN {_in_states(states, Meaning.UNDONE)} THEN '{Reason.CANCELLED}'
            WHEN {_in_states(states, Meaning.UNFINISHED)} THEN '{Reason.UNFINISHED}'
            {excluded}
            WHEN repeat > 1 THEN '{Reason.EXACT_DUPLICATE}' END AS reason
        FROM (SELECT *, {repeat} AS repeat FROM parsed)
    """)  # noqa: S608 - our own column names and quoted literals


def _long_ids(connection: duckdb.DuckDBPyConnection, reading: Reading) -> tuple[str, ...]:
    """A warning where rows are set aside for the length of their customer's id."""
    rows, first, longest = one_row(
        connection,
        f"SELECT count(*), min({ROW_NUMBER}), max(length(customer_id)) FROM judged "  # noqa: S608
        f"WHERE reason = '{Reason.LONG_ID}'",
    )
    if not rows:
        return ()
    column = reading.mapping[ColumnField.CUSTOMER_ID]
    return (
        f"{counted_doing(rows, 'rows', 'has', 'have')} a customer id of more than {LONGEST_ID} characters in "
        f"{column!r} (up to {number(longest)}, first in row {number(first)}): set aside; is another column "
        "the customer's?",
    )


def _in_states(states: dict[Meaning, list[str]], meaning: Meaning) -> str:
    """SQL: the row's state is one of those with this meaning."""
    return f"coalesce(status IN {in_list(states[meaning])}, false)" if states[meaning] else "false"


def _fill_usable(
    connection: duckdb.DuckDBPyConnection, reading: Reading, states: dict[Meaning, list[str]]
) -> None:
    """The table `usable`. A return's amount is negative, also where the file tells it by a negative quantity
    or a marker alone."""
    returned = (
        f"(amount < 0 OR coalesce(quantity, 1) < 0 OR {_in_states(states, Meaning.REVERSAL)} OR "
        f"{reversal_order_sql(connection, 'judged')})"
    )
    lines = f"count(*) OVER (PARTITION BY customer_id, coalesce(order_id, CAST({ROW_NUMBER} AS VARCHAR)))"
    pieces = lines if reading.amount_per == "order" else "1"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE usable AS
        SELECT customer_id, order_id, ts,
            round(CASE WHEN is_return AND amount > 0 THEN -amount ELSE amount END / {pieces}, 4) AS amount,
               product, category, quantity, discount, is_return, name, email, phone, consent
        FROM (SELECT *, {returned} AS is_return FROM judged WHERE reason IS NULL)
    """)  # noqa: S608
    if reading.order_ids == "day":
        number_orders_by_day(connection)


def number_orders_by_day(connection: duckdb.DuckDBPyConnection) -> None:
    """Puts the day before the order ids of `usable`, which a till counts anew each day."""
    connection.execute(
        "UPDATE usable SET order_id = strftime(ts, '%Y-%m-%d') || ' ' || order_id WHERE order_id IS NOT NULL"
    )


def _repeated_totals(connection: duckdb.DuckDBPyConnection, reading: Reading) -> tuple[str, ...]:
    """A warning where nearly every order of several lines has one amount on all of them: its total, probably,
    counted once per line."""
    if reading.amount_per == "order" or ColumnField.AMOUNT not in reading.mapping:
        return ()
    several, alike = one_row(
        connection,
        "SELECT count(*), count(*) FILTER (amounts = 1) FROM (SELECT count(DISTINCT amount) AS amounts "
        "FROM usable "
        "WHERE order_id IS NOT NULL GROUP BY customer_id, order_id HAVING count(*) > 1)",
    )
    if several < _FEWEST_ORDERS or alike < _REPEATED * several:
        return ()
    share, column = alike / several, reading.mapping[ColumnField.AMOUNT]
    return (
        f"in {percent(share)} of the {number(several)} orders of several lines all lines have the same "
        f"{column!r}: if it is the order's total, it is counted once per line; then map the "
        "line's own amount, or set amount_per: order in the shop's shop.yaml and deliver it again.",
    )


def _fill_unusable(connection: duckdb.DuckDBPyConnection, raw: RawTable) -> None:
    """The table `unusable`, with the cells as they came."""
    cells = ", ".join(f"{literal(c)}, {raw.sql_name(c)}" for c in raw.columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE unusable AS SELECT {ROW_NUMBER} AS row_number, reason, "  # noqa: S608
        f"CAST(json_object({cells}) AS VARCHAR) "
        f"AS raw, customer_id, order_id, ts, amount, product FROM judged JOIN {CELLS} USING "
        f"({ROW_NUMBER}) WHERE reason IS NOT NULL"
    )
    for line in raw.unusable:
        connection.execute(
            "INSERT INTO unusable (row_number, reason, raw) VALUES (?, ?, to_json(?))",
            [line.row_number, line.reason, {"line": line.text}],
        )
