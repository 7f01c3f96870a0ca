"""DuckDB connections of the product."""

from pathlib import Path

import churn_pipeline
from churn_pipeline.core.sql import connected, one_row

PACKAGE = Path(churn_pipeline.__file__).parent


def test_a_connection_writes_nothing_into_what_a_command_prints(tmp_path: Path) -> None:
    with connected(str(tmp_path / "x.duckdb")) as connection:
        setting = "SELECT value FROM duckdb_settings() WHERE name = 'enable_progress_bar'"
        assert one_row(connection, setting) == ("false",)


def test_every_connection_is_such_a_one() -> None:
    opening = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "duckdb.connect(" in path.read_text(encoding="utf-8")
    ]
    assert opening == ["core/sql.py"]
