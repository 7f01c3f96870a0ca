"""The real `churn` command, and files as a shop would deliver them."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

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


def environment_of(home: Path) -> dict[str, str]:
    """The environment of a command in a home, without settings of whoever runs the tests."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("CHURN_", "DAGSTER_", "MLFLOW_"))}
    return ours | {"CHURN_HOME": str(home)}


def churn_in(home: Path) -> Churn:
    """The `churn` command in a home of its own."""

    def run(*arguments: object) -> Finished:
        command = [sys.executable, "-m", "churn_pipeline.cli", *map(str, arguments)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=environment_of(home),
            timeout=600,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    return run


def raw_file(path: Path, ledger: pd.DataFrame) -> Path:
    """The ledger as a shop would export it."""
    ledger[list(COLUMNS)].rename(columns=COLUMNS).to_csv(path, index=False)
    return path
