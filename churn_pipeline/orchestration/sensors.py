"""Sensors: dropped files are ingested, grown ledgers scored, and the operator hears of what needs one."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from churn_pipeline.errors import BadInput
from churn_pipeline.orchestration.dropped_file import FILE_TAG, ROUTE, SHA_TAG
from churn_pipeline.orchestration.file_drop import Attempts, Cursor, FileRun, Stamp, decide, is_partial
from churn_pipeline.orchestration.jobs import append, score, train
from churn_pipeline.orchestration.partitions import DIMENSION, SHOPS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.settings import Settings
from churn_pipeline.shops import list_shops, shop_folder, validated_shop_name

if TYPE_CHECKING:
    from churn_pipeline.monitoring.alerts import Alert

PARTITION_TAG = "dagster/partition"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dg.sensor(
    jobs=[append, score, train],
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ingests files dropped into data/incoming/<shop>/, then scores (a new shop: trains) what has grown.",
)
def file_drop(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SensorResult | dg.SkipReason:
    """One tick: the pure decision (file_drop.decide) applied to the folders, and runs for ledgers that have grown."""
    from churn_pipeline.ingest.originals import sha256_of

    settings = churn.load()
    present, refused = dropped_files(settings.incoming_dir)
    for sentence in refused:
        context.log.warning(sentence)

    def digest(name: str) -> str | None:
        try:
            return sha256_of(settings.incoming_dir / name)
        except FileNotFoundError:
            return None

    decision = decide(
        present,
        Cursor.parse(context.cursor),
        time.time_ns(),
        settle_seconds=settings.settle_seconds,
        max_runs=settings.max_runs_per_tick,
        sha256=digest,
        attempts=lambda shop, sha256: attempts(context.instance, shop, sha256),
    )
    if decision.backlog:
        context.log.info(f"{decision.backlog} more files wait for the next tick")
    busy = {run.shop for run in decision.runs} | {name.partition("/")[0] for name in decision.cursor.waiting if not is_partial(name)}
    requests = [_append_request(settings, run) for run in decision.runs]
    requests += _update_requests(settings, context.instance, busy, settings.max_runs_per_tick - len(requests))
    known = set(context.instance.get_dynamic_partitions(DIMENSION))
    new = sorted({request.partition_key for request in requests if request.partition_key} - known)
    return dg.SensorResult(
        run_requests=requests, dynamic_partitions_requests=[SHOPS.build_add_request(new)] if new else [], cursor=decision.cursor.dump()
    )


def dropped_files(incoming: Path) -> tuple[dict[str, Stamp], list[str]]:
    """Every file in the shops' folders, `SHOP/NAME` -> (mtime_ns, size); and a sentence about each folder that is no shop's.

    Raises OSError where a folder cannot be listed: a failed read is not an empty folder.
    """
    found: dict[str, Stamp] = {}
    refused = []
    for folder in sorted(p for p in incoming.iterdir() if p.is_dir() and not p.name.startswith(".")):
        try:
            validated_shop_name(folder.name)
        except BadInput as error:
            refused.append(f"{folder}: {error}")
            continue
        for path in folder.iterdir():
            if path.is_file() and not path.is_symlink():
                status = path.stat()
                found[f"{folder.name}/{path.name}"] = (status.st_mtime_ns, status.st_size)
    return found, refused


def attempts(instance: dg.DagsterInstance, shop: str, sha256: str) -> Attempts:
    """The runs that a file's content had for a shop."""
    runs = instance.get_runs(dg.RunsFilter(tags={SHA_TAG: sha256, PARTITION_TAG: shop}))  # newest first
    return Attempts(len(runs), bool(runs) and runs[0].status in (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED))


def unfinished_shops(instance: dg.DagsterInstance) -> set[str]:
    """Shops with a run that is queued or in progress."""
    runs = instance.get_runs(dg.RunsFilter(statuses=UNFINISHED))
    return {run.tags[PARTITION_TAG] for run in runs if PARTITION_TAG in run.tags}


def _append_request(settings: Settings, run: FileRun) -> dg.RunRequest:
    path = str(settings.incoming_dir / run.shop / run.name)
    return dg.RunRequest(
        run_key=run.run_key,
        job_name=append.name,
        partition_key=run.shop,
        run_config={"ops": {"raw_transactions": {"config": {"files": [path], "route": ROUTE}}}},
        tags={FILE_TAG: path, SHA_TAG: run.sha256},
    )


def _update_requests(settings: Settings, instance: dg.DagsterInstance, busy: set[str], most: int) -> list[dg.RunRequest]:
    """A run for each shop whose ledger has grown by dropped files and that waits for nothing else."""
    from churn_pipeline.monitoring.pending import pending_update

    idle = [shop for shop in list_shops(settings) if shop not in busy]
    pending = {shop: update for shop in idle if (update := pending_update(shop_folder(settings, shop), ROUTE))}
    unfinished = unfinished_shops(instance) if pending else set()
    return [
        dg.RunRequest(run_key=f"{shop}:{update.job}:{update.data_version}", job_name=update.job, partition_key=shop)
        for shop, update in pending.items()
        if shop not in unfinished
    ][: max(0, most)]


@dg.sensor(
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Sends a digest of failed runs, quarantined files, drift, degraded grades and valuable customers newly at high risk.",
)
def alerts(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SkipReason:
    """One digest of what is new; starts no run."""
    from churn_pipeline.monitoring.alerts import collect_alerts, send_digest

    settings, now = churn.load(), datetime.now(UTC).replace(tzinfo=None)
    found = [*failed_runs(context.instance, settings), *collect_alerts(settings)]
    return dg.SkipReason(f"{send_digest(settings, found, now)} alerts sent, {len(found)} things are known.")


def failed_runs(instance: dg.DagsterInstance, settings: Settings) -> list["Alert"]:
    """An alert for each run that failed within the days after which an alert is repeated."""
    from churn_pipeline.monitoring.alerts import Alert

    since = datetime.now(UTC) - timedelta(days=settings.alert_repeat_days)
    runs = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], updated_after=since))
    return [
        Alert(
            f"run:{run.run_id}",
            run.tags.get(PARTITION_TAG, ""),
            f"The job {run.job_name} failed.",
            f"{settings.dashboard_url}/runs/{run.run_id}",
        )
        for run in runs
    ]


SENSORS = [file_drop, alerts]
