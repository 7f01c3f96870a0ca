"""DuckDB as the engine of the features."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.features.engines.engine import Engine

_PARAMETER = re.compile(r"\$([a-z_]+)\b")


class DuckDbEngine:
    """Relations of a connection: views and tables that are temporary, so that they end with it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """connection: with a relation `transactions`."""
        self._connection = connection
        self._parameters: dict[str, int] = {}

    def parameter(self, name: str, value: int) -> None:
        self._parameters[name] = int(value)

    def register(self, name: str, rows: pa.Table) -> None:
        given = f"given_{name}"
        self._connection.register(given, rows)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {given}")  # noqa: S608 - names of ours
        self._connection.unregister(given)

    def relation(self, name: str, sql: str, *, kept: bool = False) -> None:
        self._connection.execute(
            f"CREATE OR REPLACE TEMP {'TABLE' if kept else 'VIEW'} {name} AS {self._bound(sql)}"
        )

    def append(self, name: str, sql: str) -> None:
        self._connection.execute(f"INSERT INTO {name} BY NAME {self._bound(sql)}")

    def fetch(self, sql: str) -> pa.Table:
        return self._connection.sql(self._bound(sql)).to_arrow_table()

    def _bound(self, sql: str) -> str:
        """The SQL with the parameters' values; KeyError for one that was not given. A view cannot hold
        prepared parameters."""
        return _PARAMETER.sub(lambda found: str(self._parameters[found[1]]), sql)


@contextmanager
def duckdb_engine(store: ShopStore, threads: int = 0) -> Iterator[Engine]:
    """The engine over a shop's ledger; threads: 0: all. NotFound when the shop has no transactions."""
    with store.query(["transactions"], threads) as connection:
        connection.execute("SET preserve_insertion_order = false")
        yield DuckDbEngine(connection)
