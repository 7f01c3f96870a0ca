"""The alert sensor: a digest of what needs an operator. It starts no run and fails none; a channel that is
down makes its own tick fail."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from churn_pipeline.core.errors import ChurnError
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.automation.sensors import dropped_files
from churn_pipeline.orchestration.partitions import PARTITION_TAG
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.runtime.dropped_file import FILE_TAG, ROUTE, SHA_TAG
from churn_pipeline.shop.directory import shop_store

if TYPE_CHECKING:
    from churn_pipeline.monitoring.alerts.alert import Alert

LONGEST_REASON = 400
MOST_LISTED = 10


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sends a digest: failed runs, files in quarantine, waiting or missing, spikes, drift, "
    "degraded grades, valuable customers.",
)
def alerts(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SkipReason:
    """One digest of what is new, to every channel of CHURN_ALERT_URLS; ChurnError names the channels that
    could not be reached."""
    from churn_pipeline.monitoring.alerts.alerts import collect_alerts
    from churn_pipeline.monitoring.alerts.digest import send_digest

    settings, now = churn.load(), datetime.now(UTC).replace(tzinfo=None)
    known = [
        *failed_runs(context.instance, settings),
        *misplaced_files(settings),
        *collect_alerts(settings, now, ROUTE),
    ]
    delivery = send_digest(settings, known, now)
    if delivery.failures:
        raise ChurnError(" ".join(delivery.failures))
    told = "" if settings.alert_urls else " CHURN_ALERT_URLS is empty, so nobody is told."
    return dg.SkipReason(f"{delivery.sent} alerts sent, {len(known)} things are known.{told}{_listed(known)}")


def _listed(known: list["Alert"]) -> str:
    """What is known, for those who read the tick."""
    lines = [f"{alert.shop}: {alert.text}" if alert.shop else alert.text for alert in known[:MOST_LISTED]]
    if len(known) > MOST_LISTED:
        lines.append(f"And {len(known) - MOST_LISTED} more.")
    return "".join(f" ({number}) {line}" for number, line in enumerate(lines, start=1))


def failed_runs(instance: dg.DagsterInstance, settings: Settings) -> list["Alert"]:
    """An alert for each run that failed lately, but for those of a dropped file that an alert of its own
    speaks of."""
    from churn_pipeline.monitoring.alerts.alert import Alert

    since = datetime.now(UTC) - timedelta(days=settings.alert_repeat_days)
    runs = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since))
    return [
        Alert(
            f"run:{run.run_id}",
            run.tags.get(PARTITION_TAG, ""),
            _failure(instance, run),
            f"{settings.dashboard_url}/runs/{run.run_id}",
        )
        for run in runs
        if not _told_by_its_file(run, settings)
    ]


def misplaced_files(settings: Settings) -> list["Alert"]:
    """An alert for whatever lies in the incoming folder and belongs to no shop."""
    from churn_pipeline.monitoring.alerts.alert import Alert

    sentences = dropped_files(settings.incoming_dir)[1]
    return [Alert(f"misplaced:{sentence}", "", sentence, "", lasting=True) for sentence in sentences]


def failure_reason(instance: dg.DagsterInstance, run_id: str) -> str:
    """What a run failed of: the sentence of the first step that failed, or its innermost error, on one line;
    empty where no step did."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        failure = entry.get_dagster_event().step_failure_data
        if failure.user_failure_data is not None and failure.user_failure_data.description:
            return " ".join(failure.user_failure_data.description.split())[:LONGEST_REASON]
        error = failure.error
        while error and error.cause:
            error = error.cause
        if error:
            return " ".join(error.message.split())[:LONGEST_REASON]
    return ""


def _failure(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    about = f" on {Path(run.tags[FILE_TAG]).name}" if FILE_TAG in run.tags else ""
    retry = f" To try again, touch {run.tags[FILE_TAG]}." if FILE_TAG in run.tags else ""
    reason = failure_reason(instance, run.run_id)
    return f"The job {run.job_name} failed{about}{': ' + reason if reason else '.'}{retry}"


def _told_by_its_file(run: dg.DagsterRun, settings: Settings) -> bool:
    """Whether the run's dropped file is in quarantine or waits for a mapping."""
    from churn_pipeline.ingest.ledger.files_held_back import QUARANTINE_DIR, awaiting_mapping

    sha256, shop = run.tags.get(SHA_TAG), run.tags.get(PARTITION_TAG)
    if sha256 is None or shop is None:
        return False
    store = shop_store(settings, shop)
    return sha256 in awaiting_mapping(store.folder) or store.has_document(f"{QUARANTINE_DIR}/{sha256}/reason")
