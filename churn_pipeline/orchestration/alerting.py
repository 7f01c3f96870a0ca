"""The alert sensor: a digest of what needs an operator. It starts no run and fails none; a channel that is down makes its own tick fail."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from churn_pipeline.errors import ChurnError
from churn_pipeline.orchestration.dropped_file import FILE_TAG, ROUTE, SHA_TAG
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.sensors import PARTITION_TAG, dropped_files
from churn_pipeline.settings import Settings
from churn_pipeline.shops import shop_folder

if TYPE_CHECKING:
    from churn_pipeline.monitoring.alerts import Alert

LONGEST_REASON = 400


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sends a digest: failed runs, files in quarantine, waiting or missing, spikes, drift, degraded grades, valuable customers.",
)
def alerts(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SkipReason:
    """One digest of what is new, to every channel of CHURN_ALERT_URLS; ChurnError names the channels that could not be reached."""
    from churn_pipeline.monitoring.alerts import collect_alerts
    from churn_pipeline.monitoring.digest import send_digest

    settings, now = churn.load(), datetime.now(UTC).replace(tzinfo=None)
    known = [*failed_runs(context.instance, settings), *misplaced_files(settings), *collect_alerts(settings, now, ROUTE)]
    delivery = send_digest(settings, known, now)
    if delivery.failures:
        raise ChurnError(" ".join(delivery.failures))
    told = "" if settings.alert_urls else " CHURN_ALERT_URLS is empty, so nobody is told."
    return dg.SkipReason(f"{delivery.sent} alerts sent, {len(known)} things are known.{told}")


def failed_runs(instance: dg.DagsterInstance, settings: Settings) -> list["Alert"]:
    """An alert for each run that failed lately, but for those of a dropped file that an alert of its own speaks of."""
    from churn_pipeline.monitoring.alerts import Alert

    since = datetime.now(UTC) - timedelta(days=settings.alert_repeat_days)
    runs = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since))
    return [
        Alert(f"run:{run.run_id}", run.tags.get(PARTITION_TAG, ""), _failure(instance, run), f"{settings.dashboard_url}/runs/{run.run_id}")
        for run in runs
        if not _told_by_its_file(run, settings)
    ]


def misplaced_files(settings: Settings) -> list["Alert"]:
    """An alert for whatever lies in the incoming folder and belongs to no shop."""
    from churn_pipeline.monitoring.alerts import Alert

    sentences = dropped_files(settings.incoming_dir)[1]
    return [Alert(f"misplaced:{sentence}", "", sentence, "", lasting=True) for sentence in sentences]


def failure_reason(instance: dg.DagsterInstance, run_id: str) -> str:
    """What a run failed of: the innermost error of the first step that failed, on one line; empty where no step did."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        error = entry.get_dagster_event().step_failure_data.error
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
    from churn_pipeline.ingest.awaiting_mapping import awaiting_mapping
    from churn_pipeline.ingest.quarantine import QUARANTINE_DIR

    sha256, shop = run.tags.get(SHA_TAG), run.tags.get(PARTITION_TAG)
    if sha256 is None or shop is None:
        return False
    folder = shop_folder(settings, shop)
    return sha256 in awaiting_mapping(folder) or (folder / QUARANTINE_DIR / sha256 / "reason.json").exists()
