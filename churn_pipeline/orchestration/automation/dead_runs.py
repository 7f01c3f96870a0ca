"""Closes runs that say they are in progress though their process is gone: it was killed, or the machine
restarted."""

from datetime import UTC, datetime

import dagster as dg

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.partitions import PARTITION_TAG
from churn_pipeline.runtime.locks import is_free
from churn_pipeline.runtime.processes import RUN_TAG, process_lives
from churn_pipeline.runtime.run_folder import finish_publications

NOT_YET = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]
IN_PROGRESS = [*NOT_YET, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
GRACE_SECONDS = 60  # between a run's start and its hold of the shop's lock


def recover(settings: Settings, instance: dg.DagsterInstance) -> list[str]:
    """Closes dead runs and finishes publications that a crash interrupted; returns a sentence about each."""
    return [*close_dead_runs(settings, instance), *finish_publications(settings)]


def close_dead_runs(settings: Settings, instance: dg.DagsterInstance) -> list[str]:
    """Marks as failed every run in progress whose process is gone. Where its process cannot be seen from
    here, the shop's lock decides: whoever works for a shop holds it."""
    said = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=IN_PROGRESS)):
        run, shop = record.dagster_run, record.dagster_run.tags.get(PARTITION_TAG)
        inherited = (
            run.tags.get(RUN_TAG, run.run_id) != run.run_id
        )  # a retry begins with the tags of the run that it repeats
        lives = None if inherited else process_lives(run.tags)
        if lives is None and run.status not in NOT_YET:
            since = record.start_time or record.create_timestamp.timestamp()
            lives = (
                datetime.now(UTC).timestamp() - since < GRACE_SECONDS
                or shop is None
                or not is_free(settings, shop)
            )
        if lives is False:
            reason = "The process of this run is gone: it was killed, or the machine restarted."
            instance.report_run_failed(run, reason)
            said.append(f"run {run.run_id} ({run.job_name} {shop or ''}) is closed. {reason}")
    return said
