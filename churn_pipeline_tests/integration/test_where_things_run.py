"""`dagster dev` in an initialised checkout, with CHURN_HOME elsewhere: the environment wins, and the checkout
is left alone."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from churn_pipeline_tests.builders.commands import churn_in

REPOSITORY = Path(__file__).parents[2]


def dagster_dev(checkout: Path, home: Path, log: Path, until: str, seconds: float = 120) -> str:
    """What `dagster dev` logs until a text occurs in it or it ends; it is then stopped."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CHURN_", "DAGSTER_", "MLFLOW_"))}
    command = [str(Path(sys.executable).with_name("dagster")), "dev", "-w", "workspace.yaml", "-p", "0"]
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=checkout,
            env=environment | {"CHURN_HOME": str(home), "PYTHONPATH": str(REPOSITORY)},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        deadline = time.monotonic() + seconds
        while process.poll() is None and until not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.5)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)
    return log.read_text()


@pytest.mark.slow
def test_the_environment_wins_over_the_checkouts_dotenv(tmp_path: Path):
    checkout, home = tmp_path / "checkout", tmp_path / "elsewhere"
    checkout.mkdir()
    shutil.copy(REPOSITORY / "workspace.yaml", checkout)
    assert churn_in(checkout)("init").code == 0
    before = {p: p.stat().st_mtime_ns for p in checkout.rglob("*") if p.is_file()}
    refused = dagster_dev(checkout, home, tmp_path / "log", until="is not a directory or does not exist")
    assert str(home / "data" / "dagster") in refused
    assert churn_in(home)("init").code == 0
    assert "sensor: file_drop" in dagster_dev(checkout, home, tmp_path / "log", until="sensor: file_drop")
    assert (home / "data" / "dagster" / "schedules" / "schedules.db").exists()
    assert {p: p.stat().st_mtime_ns for p in checkout.rglob("*") if p.is_file()} == before
