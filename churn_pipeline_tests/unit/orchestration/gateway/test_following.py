"""Jobs that were asked for and have no run yet, and runs that nobody asked for here."""

import os
from datetime import UTC, datetime

import dagster as dg
import pytest

from churn_pipeline.core.documents.service import JobLaunch
from churn_pipeline.core.errors import NotFound
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.gateway.cancelling import cancel_job
from churn_pipeline.orchestration.gateway.following import job_status, list_jobs
from churn_pipeline.orchestration.gateway.instance import instance_of
from churn_pipeline.orchestration.gateway.launching import REQUEST_TAG, keep_launch, log_path
from churn_pipeline.orchestration.shop_executor import PARTITION_TAG
from churn_pipeline.runtime.processes import PID_TAG, process_tags, tags_of_process


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path)


def launched(settings: Settings, process: dict[str, str], shop: str = "tea", number: int = 1) -> JobLaunch:
    """A launch that waits for its run."""
    return keep_launch(
        settings,
        JobLaunch(
            job_id=f"train_{number:012d}",
            job="train",
            shop=shop,
            config={},
            requested_by="web team",
            requested_at=datetime.now(UTC).replace(tzinfo=None),
            process=process,
            run_id=None,
            cancelled_at=None,
        ),
    )


def gone() -> dict[str, str]:
    """Tags of a process of this machine that is no more."""
    return process_tags() | {PID_TAG: "4194000:1"}


def finished_run(settings: Settings, **tags: str) -> str:
    """A run that Dagster has, with tags; its id."""
    instance_of(settings)  # makes the home
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        made = instance.create_run_for_job(
            dg.GraphDefinition(name="grade").to_job(name="grade"), tags={PARTITION_TAG: "tea", **tags}
        )
        instance.report_run_canceled(made)
        return made.run_id


def test_it_waits_while_its_process_lives(settings):
    job = launched(settings, process_tags()).job_id
    status = job_status(settings, job)
    assert (status.status, status.progress, status.requested_by) == ("pending", 0, "web team")
    assert status.estimated_remaining_seconds == 90
    assert status.error is None


def test_a_process_that_ended_before_its_run_left_its_last_words(settings):
    job = launched(settings, gone()).job_id
    log_path(settings, job).write_text("churn: train tea\nThere is no shop 'tea'.\n")
    status = job_status(settings, job)
    assert (status.status, status.error) == ("failed", "There is no shop 'tea'.")
    assert status.estimated_remaining_seconds is None


def test_one_that_never_said_a_word(settings):
    status = job_status(settings, launched(settings, gone()).job_id)
    assert status.status == "failed"
    assert status.error is not None
    assert "ended before the job began" in status.error


def test_cancelled_before_its_run(settings):
    import subprocess
    import sys

    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    job = launched(settings, tags_of_process(process.pid)).job_id
    cancel_job(settings, job)
    assert process.wait(timeout=20) != 0
    assert job_status(settings, job).status == "cancelled"
    assert process.pid != os.getpid()


@pytest.mark.parametrize(
    "job", ["train_999999999999", "../../etc/passwd", "x", "", "b86fb550-a935-45a3-aa13-8fd6a612e329"]
)
def test_unknown_jobs(settings, job):
    with pytest.raises(NotFound):
        job_status(settings, job)


def test_runs_of_the_ui_a_schedule_or_a_command_show_alike(settings):
    instance_of(settings)
    run = finished_run(settings)
    status = job_status(settings, run)
    assert (status.job_id, status.run_id, status.status, status.job) == (run, run, "cancelled", "grade")
    assert status.requested_by is None


def test_a_run_is_found_by_the_request_that_it_was_started_for(settings):
    job = launched(settings, gone()).job_id
    run = finished_run(settings, **{REQUEST_TAG: job})
    assert job_status(settings, job).run_id == run
    assert [s.job_id for s in list_jobs(settings, None, 10)] == [job]


def test_lists_are_of_the_shops_asked_for_newest_first(settings):
    first = launched(settings, process_tags(), number=1).job_id
    run = finished_run(settings)
    other = launched(settings, process_tags(), shop="shoes", number=2).job_id
    assert [s.job_id for s in list_jobs(settings, None, 10)] == [other, run, first]
    assert [s.job_id for s in list_jobs(settings, ["tea"], 10)] == [run, first]
    assert [s.job_id for s in list_jobs(settings, ["tea"], 1, 1)] == [first]
    assert list_jobs(settings, [], 10) == []
