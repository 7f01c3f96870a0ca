"""A job cancelled: its process is asked to stop, and what it had not published is dropped."""

import os
import signal
from collections.abc import Mapping
from datetime import UTC, datetime

from churn_pipeline.core.documents.service import JobStatus
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.gateway.following import Status, find_run, job_status
from churn_pipeline.orchestration.gateway.instance import instance_of
from churn_pipeline.orchestration.gateway.launching import find_launch, keep_launch
from churn_pipeline.runtime.processes import PID_TAG, process_lives


def cancel_job(settings: Settings, job_id: str) -> JobStatus:
    """Asks a job to stop and returns how it stands: a run in progress ends its step first. One that has ended
    stays as it ended. NotFound where there is none."""
    instance, launch = instance_of(settings), find_launch(settings, job_id)
    record = find_run(instance, job_id)
    if record is not None and record.dagster_run.is_finished:
        return job_status(settings, job_id)
    if launch is not None and launch.cancelled_at is None and job_status(settings, job_id).status != "failed":
        now = datetime.now(UTC).replace(tzinfo=None)
        keep_launch(settings, launch.model_copy(update={"cancelled_at": now}))
    if record is None:
        if launch is not None:
            _stop(launch.process)
        return job_status(settings, job_id)
    run = record.dagster_run
    if run.status in (Status.QUEUED, Status.NOT_STARTED):
        instance.report_run_canceled(run)
    elif process_lives(run.tags):
        instance.report_run_canceling(run)
        _stop(run.tags)
    else:
        instance.run_launcher.terminate(run.run_id)
    return job_status(settings, job_id)


def _stop(tags: Mapping[str, str]) -> bool:
    """Interrupts the process that the tags name, if it lives and can be seen from here; whether it did."""
    if not process_lives(tags):
        return False
    os.kill(int(tags[PID_TAG].partition(":")[0]), signal.SIGINT)
    return True
