"""The five verbs of the features' engine, as DuckDB has them."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.shop_store import ShopStore
from churn_pipeline.features.engines.duckdb_engine import DuckDbEngine, duckdb_engine


@pytest.fixture
def engine() -> Iterator[DuckDbEngine]:
    with duckdb.connect() as connection:
        yield DuckDbEngine(connection)


def numbers(*values: int) -> pa.Table:
    return pa.table({"n": pa.array(values, pa.int64())})


def test_a_kept_relation_stays_as_it_was_computed_and_another_follows_what_it_reads(
    engine: DuckDbEngine,
) -> None:
    engine.register("given", numbers(1, 2))
    engine.relation("followed", "SELECT n * 10 AS n FROM given")
    engine.relation("kept", "SELECT n * 10 AS n FROM given", kept=True)
    engine.register("given", numbers(7))
    assert engine.fetch("SELECT n FROM followed").equals(numbers(70))
    assert engine.fetch("SELECT n FROM kept ORDER BY n").equals(numbers(10, 20))


def test_rows_are_appended_by_the_names_of_their_columns(engine: DuckDbEngine) -> None:
    engine.relation("kept", "SELECT 1 AS a, 2 AS b", kept=True)
    engine.append("kept", "SELECT 4 AS b, 3 AS a")
    engine.append("kept", "SELECT 5 AS b")
    rows = engine.fetch("SELECT a, b FROM kept ORDER BY b").to_pylist()
    assert rows == [{"a": 1, "b": 2}, {"a": 3, "b": 4}, {"a": None, "b": 5}]


def test_a_parameter_stands_for_its_value_in_views_too_and_one_that_was_not_given_is_an_error(
    engine: DuckDbEngine,
) -> None:
    engine.parameter("horizon", 45)
    engine.relation("doubled", "SELECT 2 * $horizon AS n")
    assert engine.fetch("SELECT n FROM doubled").to_pylist() == [{"n": 90}]
    with pytest.raises(KeyError, match="least_orders"):
        engine.fetch("SELECT $least_orders AS n")


def test_a_shop_without_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="transactions"), duckdb_engine(ShopStore(tmp_path)):
        pass
