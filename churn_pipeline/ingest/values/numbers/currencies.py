"""Files that mix currencies: their amounts are added as they stand, which the shop has to know."""

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from churn_pipeline.ingest.files.raw import RawTable
from churn_pipeline.ingest.values.numbers.amounts import CURRENCY_CODES

_LOOKED_AT = 1_000
_NEARLY_ALL = 0.95


def mixed_currencies(column: str, rows: Counter[str]) -> str:
    """The warning about a column in which several currencies stand."""
    counted = ", ".join(f"{currency} in {count:,} rows" for currency, count in rows.most_common(5))
    return (
        f"column {column!r} holds several currencies ({counted}): amounts are added as they stand, "
        f"so convert them to one currency "
        "or deliver one shop per currency."
    )


def currency_columns(raw: RawTable) -> list[str]:
    """A warning for each column of currency codes (EUR, USD, ...) that names more than one."""
    return [mixed_currencies(name, rows) for name, rows in _code_columns(raw).items() if len(rows) > 1]


def currency_of(raw: RawTable, written: Counter[str]) -> str | None:
    """The currency of most rows: written with the amounts (`written`, rows by currency), or named in a column
    of codes, which may be filled on an order's first line alone; None: nowhere."""
    currency, most = next(iter(written.most_common(1)), ("", 0))
    if most > raw.rows_in / 2:
        return currency
    for rows in _code_columns(raw).values():
        currency, most = rows.most_common(1)[0]
        if most > rows.total() / 2:
            return currency
    return None


def _code_columns(raw: RawTable) -> dict[str, Counter[str]]:
    """Rows by currency code, of the columns whose filled cells are such codes."""
    found = {}
    for name in raw.columns:
        column = raw.cells[name]
        if _first_filled(column) not in CURRENCY_CODES:
            continue
        cells: Counter[str] = Counter()
        for value in pc.value_counts(column).to_pylist():
            cells[(value["values"] or "").strip().upper()] += value["counts"]
        del cells[""]
        rows = Counter({code: count for code, count in cells.items() if code in CURRENCY_CODES})
        if rows.total() >= _NEARLY_ALL * cells.total():
            found[name] = rows
    return found


def _first_filled(column: pa.ChunkedArray) -> str:
    """The first cell with something in it, among the first thousand; '' where there is none."""
    cells = ((cell or "").strip().upper() for cell in column.slice(0, _LOOKED_AT).to_pylist())
    return next((cell for cell in cells if cell), "")
