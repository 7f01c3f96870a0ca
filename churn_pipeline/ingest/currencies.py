"""Files that mix currencies: their amounts are added as they stand, which the shop has to know."""

from collections import Counter

import pyarrow.compute as pc

from churn_pipeline.ingest.amounts import CURRENCY_CODES
from churn_pipeline.ingest.raw import RawTable


def mixed_currencies(column: str, rows: Counter[str]) -> str:
    """The warning about a column in which several currencies stand."""
    counted = ", ".join(f"{currency} in {count:,} rows" for currency, count in rows.most_common(5))
    return (
        f"column {column!r} holds several currencies ({counted}): amounts are added as they stand, so convert them to one currency "
        "or deliver one shop per currency."
    )


def currency_columns(raw: RawTable) -> list[str]:
    """A warning for each column of currency codes (EUR, USD, ...) that names more than one."""
    warnings = []
    for name in raw.columns:
        column = raw.cells[name]
        if not len(column) or (column[0].as_py() or "").strip().upper() not in CURRENCY_CODES:
            continue
        counted = {(v["values"] or "").strip().upper(): v["counts"] for v in pc.value_counts(column).to_pylist()}
        rows = Counter({code: count for code, count in counted.items() if code in CURRENCY_CODES})
        if len(rows) > 1:
            warnings.append(mixed_currencies(name, rows))
    return warnings
