"""One small shop, run once by the real command, for all tests that look at what a run leaves."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from churn_pipeline_tests.builders.commands import HORIZON, MAPS, Churn, churn_in, raw_file
from churn_pipeline_tests.builders.ledgers import simulated_ledger
from churn_pipeline_tests.builders.loaded_commands import loaded_commands


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def churn(home: Path) -> Iterator[Churn]:
    with loaded_commands(home) as command:
        yield command


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the shop `tea` delivered."""
    return raw_file(
        tmp_path_factory.mktemp("delivered") / "sales.csv", simulated_ledger(customers=500, days=400, seed=3)
    )


@pytest.fixture(scope="session")
def results(home: Path, delivered: Path) -> dict:
    """The results document of `churn run --json` on the shop `tea`."""
    done = churn_in(home)("run", delivered, "--shop", "tea", "--horizon", HORIZON, "--json", *MAPS)
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.fixture(scope="session")
def folder(home: Path, results: dict) -> Path:
    """The shop's folder after the run."""
    return home / "data" / "shops" / "tea"
