"""The largest numbers that a row can carry and be believed: a barcode in the column of pieces is no purchase
of 4,006,381,333,931,001."""

import duckdb

from churn_pipeline.core.wording import counted, number

LARGEST = {"quantity": 1e6, "amount": 1e12, "unit_price": 1e12, "discount": 1e12}
"""Absolute values, pieces and currency (a million euros are 3e10 dong); what passes fits the features'
DECIMAL(18, 4)."""


def bad_number_sql() -> str:
    """SQL: a row of `parsed` has a quantity, unit price or discount out of bounds (its amount is judged by
    itself)."""
    outside = (
        f"NOT coalesce(abs({field}) <= {largest}, true)"
        for field, largest in LARGEST.items()
        if field != "amount"
    )
    return f"({' OR '.join(outside)})"


def told_out_of_bounds(connection: duckdb.DuckDBPyConnection, judged: str) -> tuple[str, ...]:
    """A sentence for each field with values out of bounds, which names the first of their rows."""
    parts = ", ".join(
        f"count(*) FILTER (abs({f}) > {n}), min(__row_number) FILTER (abs({f}) > {n}), arg_min({f}, "
        f"__row_number) FILTER (abs({f}) > {n})"
        for f, n in LARGEST.items()
    )
    found = connection.execute(
        f"SELECT {parts} FROM {judged} WHERE reason IN ('bad_number', 'bad_amount')"  # noqa: S608
    ).fetchall()[0]
    sentences = []
    for place, (field, largest) in enumerate(LARGEST.items()):
        rows, first, value = found[3 * place : 3 * place + 3]
        if rows:
            article = "an" if field == "amount" else "a"
            above = f"with {article} {field.replace('_', ' ')} above {number(largest, 0)}"
            sentences.append(
                f"{counted(rows, 'rows')} {above} {'is' if rows == 1 else 'are'} set aside "
                f"(row {number(first)} has {number(value, 0)}): is another column mapped?"
            )
    return tuple(sentences)
