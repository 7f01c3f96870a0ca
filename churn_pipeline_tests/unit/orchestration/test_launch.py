"""Runs that one process starts one after the other: each begins as the first one did."""

import gc
import os

import dagster as dg
import pytest
from dagster._core.storage.tags import REPOSITORY_LABEL_TAG
from sqlalchemy import create_engine

from churn_pipeline.core.settings import Settings
from churn_pipeline.core.store import table_version
from churn_pipeline.orchestration.launch import run_job, seldom_collected
from churn_pipeline.orchestration.run_origin import TRIGGER_TAG
from churn_pipeline.runtime.processes import THREADS_TAG
from churn_pipeline.shop.directory import shop_folder
from churn_pipeline_tests.builders.ledgers import simulated_ledger

COLUMNS = ["customer_id", "ts", "amount"]
LISTED_UNDER = "__repository__@churn_pipeline"  # by the webserver, for the code location in workspace.yaml
MAPPING = {"customer_id": "customer_id", "date": "ts", "amount": "amount"}


@pytest.fixture
def upload(tmp_path):
    file = tmp_path / "sales.csv"
    simulated_ledger(customers=150, days=300, seed=3)[COLUMNS].to_csv(file, index=False)
    return {"files": [str(file)], "mapping": MAPPING, "route": "cli"}


def state_of_process():
    """What a run could leave behind: variables of the environment, and how long a database connection waits
    for a lock."""
    with create_engine("sqlite://").connect() as connection:
        return dict(os.environ), connection.exec_driver_sql("PRAGMA busy_timeout").scalar()


@pytest.mark.parametrize(
    ("executor", "threads_of_step"),
    [("in_process", None), pytest.param("multiprocess", "2", marks=pytest.mark.slow)],
)
def test_a_second_run_in_a_process_behaves_like_the_first(
    tmp_path, monkeypatch, upload, executor, threads_of_step
):
    for name, value in {"HOME": tmp_path, "EXECUTOR": executor, "THREADS": 4, "PARALLEL_STEPS": 2}.items():
        monkeypatch.setenv(f"CHURN_{name}", str(value))
    settings, before = Settings(), state_of_process()
    said, versions, runs = [], [], []
    for _ in range(2):
        sentences: list[str] = []
        runs.append(run_job(settings, "ingest", "kiosk", upload, sentences.append))
        assert state_of_process() == before
        said.append(sentences)
        versions.append(table_version(shop_folder(settings, "kiosk"), "transactions").data_version)
    assert said[0][0] == "ingest kiosk" and said[0][-1] == said[1][-1]
    assert versions[0] == versions[1]
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        found = [instance.get_run_by_id(run) for run in runs]
        threads = [run.tags.get(THREADS_TAG) for run in found]
        listed = instance.get_runs(
            dg.RunsFilter(job_name="ingest", tags={REPOSITORY_LABEL_TAG: LISTED_UNDER})
        )
    assert threads == [threads_of_step, threads_of_step]
    assert {run.run_id for run in listed} == set(runs), "in the job's own list of runs too"
    shown = {name for name in found[0].tags if not name.startswith((".dagster/", "dagster/"))}
    assert shown == {TRIGGER_TAG} and found[0].tags[TRIGGER_TAG] == "command"


def test_garbage_is_collected_as_before_once_a_job_has_ended() -> None:
    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), seldom_collected():
        assert gc.get_threshold()[0] > before[0]
        raise ZeroDivisionError
    assert gc.get_threshold() == before
