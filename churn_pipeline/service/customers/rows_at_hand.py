"""Customers as they are shown, and their orders, in Arrow files beside the file for questions: one is found
by its place in a tenth of a millisecond, where planning a query for it takes ten.

Three files belong to a state of the tables, named after it: `shown` (`shown`: the customer as JSON, `action`:
the recommended one as JSON or null; by position), `orders` (one customer after the other, the newest first)
and `places` (by customer_id: the position, and where the orders begin). The first two are compressed in small
batches, the last is mapped into memory as it lies."""

import json
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from churn_pipeline.core.documents.json_values import json_safe
from churn_pipeline.core.sql import literal
from churn_pipeline.core.store import replacing, table_path
from churn_pipeline.shop.orders import orders_sql

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROWS_OF_A_BATCH = {"shown": 64, "orders": 256, "places": 65536}
MAPPED = "places"
HIDDEN = ("position", "as_of", "days_since_last_order")
"""Columns of `customers` that are not shown under their own name."""

_PLACES = """
    SELECT customer_id, position, coalesce(orders_from, 0) AS orders_from, coalesce(found.orders, 0) AS orders
    FROM customers LEFT JOIN (
        SELECT customer_id, min(rowid) AS orders_from, count(*) AS orders FROM orders GROUP BY customer_id
    ) AS found USING (customer_id) ORDER BY customer_id
"""


def part_path(file: Path, part: str) -> Path:
    """Where a part of the state of `file` lies."""
    return file.with_suffix(f".{part}.arrow")


class RowsAtHand:
    """The Arrow files of one state. May be asked by several threads."""

    def __init__(self, file: Path) -> None:
        import pyarrow as pa

        self._parts = {
            part: pa.ipc.open_file(pa.memory_map(str(part_path(file, part)))) for part in ROWS_OF_A_BATCH
        }
        self._places = self._parts[MAPPED].read_all()
        self._reading = Lock()  # a reader of Arrow keeps count of what it read

    def place(self, customer_id: str) -> dict[str, int] | None:
        """position, orders_from and orders of a customer; None for an unknown one."""
        ids = self._places["customer_id"]
        found = bisect_left(range(len(ids)), customer_id, key=lambda n: ids[n].as_py())
        if found == len(ids) or ids[found].as_py() != customer_id:
            return None
        names = ("position", "orders_from", "orders")
        return {name: int(self._places[name][found].as_py()) for name in names}

    def shown(self, positions: list[int]) -> list[str]:
        """The customers at these positions as they are shown, JSON objects as text."""
        size = ROWS_OF_A_BATCH["shown"]
        batches = {number: self._batch("shown", number) for number in {p // size for p in positions}}
        return [batches[p // size]["shown"][p % size].as_py() for p in positions]

    def action(self, position: int) -> dict[str, Any] | None:
        """The recommended action of the customer at a position; None where none pays."""
        size = ROWS_OF_A_BATCH["shown"]
        text = self._batch("shown", position // size)["action"][position % size].as_py()
        return None if text is None else json.loads(text)

    def orders(self, start: int, count: int) -> list[dict[str, Any]]:
        """Orders from a place on: ordered_at (ISO 8601), order_id, amount (currency), lines."""
        size, found = ROWS_OF_A_BATCH["orders"], []
        for number in range(start // size, -(-(start + count) // size)):
            first = max(start - number * size, 0)
            last = min(start + count - number * size, size)
            found += self._batch("orders", number).slice(first, last - first).to_pylist()
        rows: list[dict[str, Any]] = json_safe(found)
        return rows

    def _batch(self, part: str, number: int) -> "pa.RecordBatch":
        with self._reading:
            return self._parts[part].get_batch(number)


def write_rows_at_hand(connection: "duckdb.DuckDBPyConnection", folder: Path, file: Path) -> None:
    """Writes the parts beside `file`. connection: has the table `customers`; folder: of the shop."""
    ledger = f"read_parquet({literal(str(table_path(folder, 'transactions')))})"
    connection.execute(f"""
        CREATE TEMP TABLE orders AS
        SELECT customer_id, ordered_at, order_key AS order_id, CAST(order_value AS DOUBLE) AS amount, lines
        FROM ({orders_sql(ledger)}) ORDER BY customer_id, ordered_at DESC, order_key
    """)  # noqa: S608 - a path of ours
    _write(connection, file, "shown", _shown_sql(connection, folder))
    _write(connection, file, "orders", "SELECT * EXCLUDE (customer_id) FROM orders")
    _write(connection, file, "places", _PLACES)
    connection.execute("DROP TABLE orders")


def _shown_sql(connection: "duckdb.DuckDBPyConnection", folder: Path) -> str:
    """Every customer by position, and the action that pays."""
    shown = _as_json(connection, "customers", "known", {"days_since_purchase": "known.days_since_last_order"})
    actions = table_path(folder, "recommended_actions")
    if not actions.exists():
        return f"SELECT {shown} AS shown, NULL::VARCHAR AS action FROM customers AS known ORDER BY position"  # noqa: S608
    source = f"read_parquet({literal(str(actions))})"
    action = _as_json(connection, source, "told")
    return f"""
        SELECT {shown} AS shown, CASE WHEN told.customer_id IS NOT NULL THEN {action} END AS action
        FROM customers AS known LEFT JOIN {source} AS told ON told.customer_id = known.customer_id
        ORDER BY position
    """  # noqa: S608 - names and paths of ours


def _as_json(
    connection: "duckdb.DuckDBPyConnection", source: str, alias: str, more: dict[str, str] | None = None
) -> str:
    """SQL of a row of `source` as JSON text: times as ISO 8601, what is no number as null."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
    hidden = HIDDEN if source == "customers" else ("customer_id",)
    values = {str(name): _json_value(f'{alias}."{name}"', str(kind)) for name, kind, *_ in described}
    fields = {name: sql for name, sql in values.items() if name not in hidden} | (more or {})
    packed = ", ".join(f'"{name}" := {sql}' for name, sql in fields.items())
    return f"CAST(to_json(struct_pack({packed})) AS VARCHAR)"


def _json_value(column: str, kind: str) -> str:
    if kind.startswith("TIMESTAMP"):
        return f"strftime({column}, '%Y-%m-%dT%H:%M:%S')"
    return f"CASE WHEN isfinite({column}) THEN {column} END" if kind == "DOUBLE" else column


def _write(connection: "duckdb.DuckDBPyConnection", file: Path, part: str, sql: str) -> None:
    """Writes what `sql` gives, in batches as large as the reader expects, whole or not at all."""
    import pyarrow as pa

    size = ROWS_OF_A_BATCH[part]
    rows = connection.sql(sql).to_arrow_reader(50_000)
    options = pa.ipc.IpcWriteOptions(compression=None if part == MAPPED else "lz4")
    with (
        replacing(part_path(file, part)) as path,
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, rows.schema, options=options) as writer,
    ):
        for whole in _in_whole_batches(rows, size):
            writer.write_table(whole, max_chunksize=size)


def _in_whole_batches(rows: "pa.RecordBatchReader", size: int) -> "Iterator[pa.Table]":
    """The same rows in tables of a multiple of `size`, but for the last."""
    import pyarrow as pa

    left = rows.schema.empty_table()
    for batch in rows:
        left = pa.concat_tables([left, pa.Table.from_batches([batch])])
        whole = len(left) - len(left) % size
        yield left.slice(0, whole).combine_chunks()
        left = left.slice(whole)
    yield left.combine_chunks()
