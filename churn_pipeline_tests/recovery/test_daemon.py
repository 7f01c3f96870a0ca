"""A daemon whose run is killed, and a daemon that is killed itself: the file that was dropped goes in once,
without anybody's help."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest

from churn_pipeline.core.store import read_table, table_path
from churn_pipeline.runtime.processes import PID_TAG
from churn_pipeline.shop.directory import load_shop, save_shop
from churn_pipeline_tests.builders.installations import SHOP, Installation, new_installation

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[2]
SECONDS = 240


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A shop without a training schedule: a dropped file is all that happens; every process that it started
    is ended."""
    found = new_installation(tmp_path)
    assert found.churn("init").code == 0
    config = load_shop(found.settings, SHOP)
    save_shop(
        found.settings,
        config.model_copy(
            update={"routine": config.routine.model_copy(update={"score": False, "train": False})}
        ),
    )
    yield found
    for process in processes_of(found):
        process.kill()


def processes_of(installation: Installation) -> list[psutil.Process]:
    """The processes of this home: daemon, code servers, runs."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get("CHURN_HOME") == str(installation.home):
                found.append(process)
        except psutil.Error:  # gone meanwhile, or another user's
            continue
    return found


def start_daemon(installation: Installation) -> subprocess.Popen[bytes]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CHURN_", "DAGSTER_", "MLFLOW_"))}
    home = {
        "CHURN_HOME": str(installation.home),
        "DAGSTER_HOME": str(installation.settings.dagster_home),
        "CHURN_SETTLE_SECONDS": "0",
    }
    daemon = [Path(sys.executable).with_name("dagster-daemon"), "run", "-w", "workspace.yaml"]
    with (installation.home / "daemon.log").open("ab") as log:
        return subprocess.Popen(daemon, env=clean | home, cwd=REPOSITORY, stdout=log, stderr=log)


def until(found: Callable[[], Any], what: str) -> Any:
    """Waits until something is found; the test fails when it is not in time."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.2)
    pytest.fail(f"not within {SECONDS} seconds: {what}")


def runs(instance: dg.DagsterInstance, *statuses: dg.DagsterRunStatus) -> list[dg.DagsterRun]:
    return [
        run
        for run in instance.get_runs(dg.RunsFilter(job_name="ingest_dropped_file"))
        if not statuses or run.status in statuses
    ]


def at_work(instance: dg.DagsterInstance) -> int:
    """The process of a run that has begun to work; 0 where there is none."""
    found = [
        int(run.tags[PID_TAG].partition(":")[0])
        for run in runs(instance, dg.DagsterRunStatus.STARTED)
        if PID_TAG in run.tags
    ]
    return found[0] if found else 0


@pytest.mark.parametrize("whom", ["run", "daemon", "all"])
def test_a_dropped_file_goes_in_once_whatever_is_killed(installation, whom):
    (installation.settings.incoming_dir / SHOP).mkdir()
    daemon = start_daemon(installation)
    with dg.DagsterInstance.from_config(str(installation.settings.dagster_home)) as instance:
        (installation.settings.incoming_dir / SHOP / "first.csv").write_bytes(installation.first.read_bytes())
        worker = until(lambda: at_work(instance), "a run of the dropped file")
        if whom == "run":
            os.kill(worker, signal.SIGKILL)
        else:
            for process in processes_of(installation) if whom == "all" else [psutil.Process(daemon.pid)]:
                process.kill()
            daemon.wait(timeout=20)
            daemon = start_daemon(installation)
        until(lambda: runs(instance, dg.DagsterRunStatus.SUCCESS), "the file in the ledger")
        statuses = sorted(run.status.value for run in runs(instance))
        assert statuses == (["SUCCESS"] if whom == "daemon" else ["FAILURE", "SUCCESS"])
    assert table_path(installation.folder, "transactions").exists()
    uploads = read_table(installation.folder, "uploads")
    assert uploads["file_name"].tolist() == ["first.csv"]
    assert (
        len(read_table(installation.folder, "transactions"))
        == uploads["rows_kept"].sum()
        == uploads["rows_in"].sum()
    )
