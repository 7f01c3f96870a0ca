"""Which row of an upload is which row of the ledger.

Within an order that both know, lines find each other by what they share, the most alike first. Rows of which
only one side has an order id are the same where customer and amount agree, and time and product as far as
both know them; equal ones pair off one to one, so that an identical row counts as often as on the side that
has it most often."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from churn_pipeline.core.sql import one_row
from churn_pipeline.ingest.ledger.clean import LEDGER_COLUMNS

AMOUNT = "round(amount, 4)"
_RANKED_BY = "ts, product, category, quantity, discount, amount, is_return, order_id"
_SIDES = (("incoming", "n"), ("candidates", "o"))


@dataclass(frozen=True)
class _Pass:
    """Rows that agree in `keys` (SQL, null equal to null) pair off one to one; the conditions say which rows
    of either side take part."""

    keys: tuple[str, ...]
    incoming: str = "true"
    candidates: str = "true"
    same_line: str = "true"
    """SQL over the pair (`new`, `old`; alike: how many rows of the side take part with its keys): whether it
    is surely the same line."""


def pair_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Fills the table `pairs` (n, o, same_line) from `incoming` and `candidates`.

    Both have LEDGER_COLUMNS and day_only (the time of day is not known); `incoming` also n and corrects: the
    order's other lines may be corrected by it; `candidates` also o. same_line is false where the two may be
    different lines of one order."""
    connection.execute("CREATE OR REPLACE TEMP TABLE pairs (n BIGINT, o BIGINT, same_line BOOLEAN)")
    _pair(connection, _Pass(LEDGER_COLUMNS), *(f"{side}" for side, _ in _SIDES))
    for side, key in _SIDES:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {side}_left AS SELECT * FROM {side} ANTI JOIN pairs USING ({key})"  # noqa: S608
        )
    for step in (*_within_orders(), *_without_orders()):
        new, old = (f"SELECT count(*) FROM {side}_left" for side, _ in _SIDES)  # noqa: S608 - our own names, as below
        some = f"({new} WHERE {step.incoming}), ({old} WHERE {step.candidates})"
        *left, left_new, left_old = one_row(connection, f"SELECT ({new}), ({old}), {some}")
        if not all(left):
            return
        if left_new and left_old and _pair(connection, step, "incoming_left", "candidates_left"):
            for side, key in _SIDES:
                connection.execute(f"DELETE FROM {side}_left WHERE {key} IN (SELECT {key} FROM pairs)")  # noqa: S608


def _within_orders() -> Iterator[_Pass]:
    """Lines of one order: first those of one time and amount, then, where the order may be corrected, the
    most alike of the rest."""
    order, known = ("customer_id", "order_id"), "order_id IS NOT NULL"
    corrects = f"{known} AND corrects"
    yield from _alike((*order, AMOUNT), known, known)
    for product in _products():
        yield _Pass(
            (*order, AMOUNT, *product.keys),
            f"{corrects} AND {product.incoming}",
            f"{known} AND {product.candidates}",
        )
    sure = "new.product = old.product OR (new.alike = 1 AND old.alike = 1)"
    for product in _products():
        conditions = f"{corrects} AND {product.incoming}", f"{known} AND {product.candidates}"
        yield _Pass((*order, *product.keys), *conditions, same_line=f"coalesce({sure}, false)")
    yield _Pass((*order, AMOUNT), corrects, known)
    yield _Pass(order, corrects, known, same_line="false")


def _without_orders() -> Iterator[_Pass]:
    """Rows of which at least one side has no order id."""
    keys, unknown = ("customer_id", AMOUNT), "order_id IS NULL"
    yield from _alike(keys, unknown, "true")
    yield from _alike(keys, "order_id IS NOT NULL", unknown)


def _alike(keys: tuple[str, ...], incoming: str, candidates: str) -> Iterator[_Pass]:
    """Rows of one time, then of one day where one side knows no more; each by equal product, then where one
    side has none."""
    times = (
        ("ts", "true", "true"),
        ("date_trunc('day', ts)", "day_only", "NOT day_only"),
        ("date_trunc('day', ts)", "NOT day_only", "day_only"),
    )
    for time, new, old in times:
        for product in _products():
            yield _Pass(
                (*keys, time, *product.keys),
                f"{incoming} AND {new} AND {product.incoming}",
                f"{candidates} AND {old} AND {product.candidates}",
            )


def _products() -> tuple[_Pass, ...]:
    missing, given = "product IS NULL", "product IS NOT NULL"
    return _Pass(("product",)), _Pass((), missing, given), _Pass((), given, missing)


def _pair(connection: duckdb.DuckDBPyConnection, step: _Pass, incoming: str, candidates: str) -> int:
    """Pairs off what agrees; returns how many pairs."""
    names = [f"k{i}" for i in range(len(step.keys))]
    keys = ", ".join(f"{sql} AS {name}" for sql, name in zip(step.keys, names, strict=True))
    same = " AND ".join(f"new.{k} IS NOT DISTINCT FROM old.{k}" for k in (*names, "rank"))
    together = ", ".join(step.keys)
    ranked = f"row_number() OVER (PARTITION BY {together} ORDER BY {_RANKED_BY}) AS rank"
    alike = f"count(*) OVER (PARTITION BY {together}) AS alike"
    new, old = (
        f"SELECT {key}, product, {keys}, {ranked}, {alike} FROM {table} WHERE {which}"  # noqa: S608 - our own names, as below
        for table, key, which in ((incoming, "n", step.incoming), (candidates, "o", step.candidates))
    )
    (pairs,) = one_row(
        connection,
        f"INSERT INTO pairs SELECT n, o, {step.same_line} FROM ({new}) AS new JOIN ({old}) AS old ON {same}",  # noqa: S608
    )
    return int(pairs)
