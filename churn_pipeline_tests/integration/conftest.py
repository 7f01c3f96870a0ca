"""One small shop, run once by the real command, for all tests that look at what a run leaves."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from churn_pipeline_tests.ledgers import simulated_ledger

HORIZON = 45
COLUMNS = {
    "customer_id": "customer",
    "order_id": "order",
    "ts": "when",
    "amount": "total",
    "product": "item",
    "category": "kind",
    "quantity": "n",
}
MAPS = [f"--map={'date' if field == 'ts' else field}={column}" for field, column in COLUMNS.items()]


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.err.strip().splitlines()[-1] if self.err.strip() else ""


Churn = Callable[..., Finished]


def churn_in(home: Path) -> Churn:
    """The `churn` command in a home of its own."""

    def run(*arguments: object) -> Finished:
        command = [sys.executable, "-m", "churn_pipeline.cli", *map(str, arguments)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("CHURN_", "DAGSTER_", "MLFLOW_"))}
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment | {"CHURN_HOME": str(home)}, timeout=600, check=False
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    return run


def raw_file(path: Path, ledger: pd.DataFrame) -> Path:
    """The ledger as a shop would export it."""
    ledger[list(COLUMNS)].rename(columns=COLUMNS).to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def churn(home: Path) -> Churn:
    return churn_in(home)


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the shop `tea` delivered."""
    return raw_file(tmp_path_factory.mktemp("delivered") / "sales.csv", simulated_ledger(customers=500, days=400, seed=3))


@pytest.fixture(scope="session")
def results(churn: Churn, delivered: Path) -> dict:
    """The results document of `churn run --json` on the shop `tea`."""
    done = churn("run", delivered, "--shop", "tea", "--horizon", HORIZON, "--json", *MAPS)
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.fixture(scope="session")
def folder(home: Path, results: dict) -> Path:
    """The shop's folder after the run."""
    return home / "data" / "shops" / "tea"
