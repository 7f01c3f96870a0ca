"""Tells the shops' webhooks which jobs have ended; called by a sensor where a daemon runs, and by the process
of a job itself, since perhaps none does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dagster as dg

from churn_pipeline.access.rights import now_utc
from churn_pipeline.access.webhooks.deliveries import JobEnd, is_waited_for, queue_job_end
from churn_pipeline.access.webhooks.send import send_due
from churn_pipeline.access.webhooks.subscriptions import any_webhook
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.failures import reason_of_failure
from churn_pipeline.orchestration.gateway.launching import REQUEST_TAG
from churn_pipeline.orchestration.shop_executor import PARTITION_TAG

WILL_RETRY_TAG = "dagster/will_retry"
ENDS = {
    dg.DagsterRunStatus.SUCCESS: "completed",
    dg.DagsterRunStatus.FAILURE: "failed",
    dg.DagsterRunStatus.CANCELED: "cancelled",
}
LOOKED_BACK = timedelta(days=2)
"""A run whose end nobody announced within so long, since nothing ran here, is no news any more."""


def announce_ended_runs(settings: Settings, instance: dg.DagsterInstance) -> tuple[int, list[str]]:
    """Queues what ended lately and sends what is due: how many messages arrived, and a sentence about each
    that did not. Whoever comes first announces a run, and nobody a second time."""
    if not any_webhook(settings):
        return 0, []
    since = datetime.now(UTC) - LOOKED_BACK
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(ENDS), updated_after=since)):
        end = _end_of(record)
        if end is not None and is_waited_for(settings, end):
            queue_job_end(settings, _with_reason(settings, instance, end), now_utc())
    return send_due(settings)


def _end_of(record: dg.RunRecord) -> JobEnd | None:
    """How a run of a shop ended; None for one that Dagster repeats by itself, or of no shop."""
    run = record.dagster_run
    shop = run.tags.get(PARTITION_TAG)
    if shop is None or run.tags.get(WILL_RETRY_TAG) == "true":
        return None
    seconds = record.end_time or record.update_timestamp.timestamp()
    ended_at = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    job_id = run.tags.get(REQUEST_TAG, run.run_id)
    return JobEnd(shop, run.run_id, job_id, run.job_name, ENDS[run.status], ended_at)


def _with_reason(settings: Settings, instance: dg.DagsterInstance, end: JobEnd) -> JobEnd:
    if end.status != "failed":
        return end
    events = [entry.dagster_event for entry in instance.all_logs(end.run_id) if entry.dagster_event]
    return replace(end, reason=str(reason_of_failure(settings, events, end.run_id, show_traceback=False)))
