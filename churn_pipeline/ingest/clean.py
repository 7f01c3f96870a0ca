"""From cells to ledger rows, in DuckDB: every row is usable, or set aside with its reason; returns and cancellations are recognised."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from churn_pipeline.ingest.cells import CELLS, text_name
from churn_pipeline.ingest.columns import parsed_columns
from churn_pipeline.ingest.currencies import currency_columns
from churn_pipeline.ingest.markers import cancelled_sql, reversal_order_sql, reversal_sql
from churn_pipeline.ingest.order_level import spread_over_lines
from churn_pipeline.ingest.raw import ROW_NUMBER, RawTable
from churn_pipeline.ingest.reading import Reading
from churn_pipeline.ingest.reasons import PLACEHOLDERS, Reason
from churn_pipeline.ingest.sql import in_list, literal, one_row
from churn_pipeline.shops import ColumnField

_FEWEST_ORDERS, _REPEATED = 15, 0.95

LEDGER_COLUMNS = ("customer_id", "order_id", "ts", "amount", "product", "category", "quantity", "discount", "is_return")
"""What makes two rows the same row, beside the upload that delivered them."""


@dataclass(frozen=True)
class Cleaned:
    """Counts of one upload; its rows are in the tables `usable` (LEDGER_COLUMNS and contacts) and `unusable` (row_number, reason, raw)."""

    rows_in: int
    usable: int
    rejected: dict[str, int]
    exact_duplicates: int
    first_ts: datetime | None
    last_ts: datetime | None
    date_format: str
    date_order: str | None
    warnings: tuple[str, ...]


def clean(connection: duckdb.DuckDBPyConnection, raw: RawTable, reading: Reading) -> Cleaned:
    """Reads the cells under the reading into the tables `usable` and `unusable` of the connection.

    Raises:
        BadInput: dates or numbers cannot be read without guessing.
    """
    columns = parsed_columns(connection, raw, reading)
    names = [raw.sql_name(c) for c in raw.columns]
    blank = " AND ".join(f"coalesce(trim({n}), '') = ''" for n in names)
    parsed = ", ".join(f"{sql} AS {name}" for name, sql in columns.sql.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE parsed AS SELECT {ROW_NUMBER}, {parsed}, hash({', '.join(names)}) AS cells_hash, "  # noqa: S608
        f"{blank} AS is_empty, {_blank_amount(raw, reading)} AS amount_is_blank FROM {CELLS}"
    )
    spread = spread_over_lines(connection, total_is_shared_out=reading.amount_per == "order")
    (duplicates,) = one_row(connection, "SELECT count(*) - count(DISTINCT cells_hash) FROM parsed")
    _judge(connection, reading)
    _fill_usable(connection, reading)
    _fill_unusable(connection, raw)
    connection.execute("DROP TABLE judged; DROP TABLE parsed")
    connection.unregister(CELLS)
    usable, first, last = one_row(connection, "SELECT count(*), min(ts), max(ts) FROM usable")
    rejected = dict(connection.execute("SELECT reason, count(*) FROM unusable GROUP BY reason ORDER BY reason").fetchall())
    dates = columns.dates
    warnings = (*raw.warnings, *columns.warnings, *currency_columns(raw), *spread, *_repeated_totals(connection, reading))
    return Cleaned(raw.rows_in, usable, rejected, duplicates, first, last, dates.description, dates.order, warnings)


def _blank_amount(raw: RawTable, reading: Reading) -> str:
    """SQL: the cell of the amount is blank; no row's is where the amount is made of price and quantity."""
    column = reading.mapping.get(ColumnField.AMOUNT)
    return "false" if column is None else f"coalesce({text_name(raw, column)}, '') = ''"


def _judge(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """The table `judged`: the parsed rows with the reason why they are unusable; null for the usable ones."""
    drop = reading.duplicates == "drop"
    repeat = f"row_number() OVER (PARTITION BY cells_hash ORDER BY {ROW_NUMBER})" if drop else "1"
    excluded = f"WHEN customer_id IN {in_list(reading.exclude_customers)} THEN '{Reason.EXCLUDED}'" if reading.exclude_customers else ""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE judged AS SELECT *, CASE
            WHEN is_empty THEN '{Reason.EMPTY_ROW}'
            WHEN ts IS NULL THEN '{Reason.BAD_DATE}'
            WHEN amount IS NULL OR NOT isfinite(amount) THEN '{Reason.BAD_AMOUNT}'
            WHEN customer_id IS NULL OR lower(customer_id) IN {in_list(PLACEHOLDERS)} THEN '{Reason.ANONYMOUS_SALE}'
            WHEN {cancelled_sql("status")} THEN '{Reason.CANCELLED}'
            {excluded}
            WHEN repeat > 1 THEN '{Reason.EXACT_DUPLICATE}' END AS reason
        FROM (SELECT *, {repeat} AS repeat FROM parsed)
    """)  # noqa: S608 - our own column names and quoted literals


def _fill_usable(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """The table `usable`. A return's amount is negative, also where the file tells it by a negative quantity or a marker alone."""
    returned = f"(amount < 0 OR coalesce(quantity, 1) < 0 OR {reversal_sql('status')} OR {reversal_order_sql(connection, 'judged')})"
    lines = f"count(*) OVER (PARTITION BY customer_id, coalesce(order_id, CAST({ROW_NUMBER} AS VARCHAR)))"
    pieces = lines if reading.amount_per == "order" else "1"
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE usable AS
        SELECT customer_id, order_id, ts, CASE WHEN is_return AND amount > 0 THEN -amount ELSE amount END / {pieces} AS amount,
               product, category, quantity, discount, is_return, name, email, phone
        FROM (SELECT *, {returned} AS is_return FROM judged WHERE reason IS NULL)
    """)  # noqa: S608


def _repeated_totals(connection: duckdb.DuckDBPyConnection, reading: Reading) -> tuple[str, ...]:
    """A warning where nearly every order of several lines has one amount on all of them: its total, probably, counted once per line."""
    if reading.amount_per == "order" or ColumnField.AMOUNT not in reading.mapping:
        return ()
    several, alike = one_row(
        connection,
        "SELECT count(*), count(*) FILTER (amounts = 1) FROM (SELECT count(DISTINCT amount) AS amounts FROM usable "
        "WHERE order_id IS NOT NULL GROUP BY customer_id, order_id HAVING count(*) > 1)",
    )
    if several < _FEWEST_ORDERS or alike < _REPEATED * several:
        return ()
    share, column = alike / several, reading.mapping[ColumnField.AMOUNT]
    return (
        f"in {share:.0%} of the {several:,} orders of several lines all lines have the same {column!r}: if it is the order's total, it is "
        "counted once per line; then map the line's own amount, or set amount_per: order in the shop's shop.yaml and deliver it again.",
    )


def _fill_unusable(connection: duckdb.DuckDBPyConnection, raw: RawTable) -> None:
    """The table `unusable`, with the cells as they came."""
    cells = ", ".join(f"{literal(c)}, {raw.sql_name(c)}" for c in raw.columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE unusable AS SELECT {ROW_NUMBER} AS row_number, reason, CAST(json_object({cells}) AS VARCHAR) AS raw "  # noqa: S608
        f"FROM judged JOIN {CELLS} USING ({ROW_NUMBER}) WHERE reason IS NOT NULL"
    )
    for line in raw.unusable:
        connection.execute("INSERT INTO unusable VALUES (?, ?, to_json(?))", [line.row_number, line.reason, {"line": line.text}])
