"""The templates in Spark's dialect, judged by Spark itself: its parser reads them, and it has every function
that they call. Needs Java 17, and pyspark beside the environment, where
`make test-all` puts it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlglot import parse_one

from churn_pipeline.features.templates import SQL_FOLDER

pytestmark = pytest.mark.slow
CALLED = re.compile(r"'(\w+)\(")
"""How a function whose name Spark has not looked up yet is written in a plan: 'median('days)."""


@pytest.fixture(scope="module")
def unknown_functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], set[str]]]:
    """What parses a statement of DuckDB's in Spark's dialect, and returns the functions that Spark lacks."""
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .getOrCreate()
    )
    parser = spark._jsparkSession.sessionState().sqlParser()

    def unknown(duckdb_sql: str) -> set[str]:
        plan = parser.parsePlan(parse_one(duckdb_sql, dialect="duckdb").sql(dialect="spark", comments=False))
        called = {name.lower() for name in CALLED.findall(plan.toString())}
        return {name for name in called if not spark.catalog.functionExists(name)}

    yield unknown
    spark.stop()


@pytest.mark.parametrize("file", sorted(SQL_FOLDER.glob("*.sql")), ids=lambda file: file.stem)
def test_spark_reads_every_template(file: Path, unknown_functions: Callable[[str], set[str]]) -> None:
    assert unknown_functions(file.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("only_duckdb", ["getvariable('horizon')", "to_microseconds(1)", "list_sum(x)"])
def test_what_duckdb_alone_has_is_found(
    only_duckdb: str, unknown_functions: Callable[[str], set[str]]
) -> None:
    assert unknown_functions(f"SELECT count(*), {only_duckdb} AS y FROM history") == {
        only_duckdb.partition("(")[0]
    }
