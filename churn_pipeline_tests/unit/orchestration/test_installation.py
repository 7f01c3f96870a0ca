"""What `churn init` leaves for `dagster dev`, which lets `.env` win over the environment: the environment is
asked first."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from dagster._core.secrets.env_file import get_env_var_dict

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration import installation
from churn_pipeline.training.lifecycle.registry import registry_client


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    home = tmp_path / "a shop's #1 checkout"
    home.mkdir()
    (home / ".env").write_text("TOKEN=abc\nCHURN_HOME=/old/place\nDAGSTER_HOME=/old/place/data/dagster\n")
    installation._write_dotenv(home / ".env", Settings(home=home))
    return home


def test_without_an_environment_the_checkout_is_the_home(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CHURN_HOME", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "/of/another/project")
    told = {"TOKEN": "abc", "CHURN_HOME": str(checkout), "DAGSTER_HOME": str(checkout / "data" / "dagster")}
    assert get_env_var_dict(str(checkout)) == told


def test_what_the_environment_says_wins(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CHURN_HOME", "/elsewhere")
    found = get_env_var_dict(str(checkout))
    assert (found["CHURN_HOME"], found["DAGSTER_HOME"]) == ("/elsewhere", "/elsewhere/data/dagster")


def test_writing_it_again_changes_nothing(checkout: Path):
    before = (checkout / ".env").read_text()
    installation._write_dotenv(checkout / ".env", Settings(home=checkout))
    assert (checkout / ".env").read_text() == before


def test_a_first_start_that_was_cut_off_amid_mlflows_migration_begins_anew(tmp_path: Path):
    settings = Settings(home=tmp_path)
    database = tmp_path / "mlruns" / "mlflow.db"
    database.parent.mkdir()
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(
            "CREATE TABLE runs (run_uuid TEXT); CREATE TABLE _alembic_tmp_params (a INT);"
        )
    installation.initialise(settings)
    assert registry_client(settings).search_experiments(max_results=1)
    assert (tmp_path / "mlruns" / "mlflow.cut-off").exists()
