"""Starts a job for a shop in this process, and says in one sentence why it failed.

The run is an ordinary Dagster run: it is visible in the UI with its lineage, metadata and checks, whether or not a daemon runs.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
from filelock import AcquireReturnProxy, FileLock, Timeout

from churn_pipeline.errors import BadInput, ChurnError, NotFound, QualityGateFailed
from churn_pipeline.orchestration.environment import initialise
from churn_pipeline.orchestration.partitions import DIMENSION
from churn_pipeline.settings import Settings
from churn_pipeline.shops import shop_folder

PID_TAG, BOOT_TAG = "churn/pid", "churn/boot"
LOCK_TIMEOUT_SECONDS = 3600
USER_ERRORS: dict[str | None, type[ChurnError]] = {c.__name__: c for c in (ChurnError, BadInput, NotFound, QualityGateFailed)}


def run_job(
    settings: Settings, job: str, shop: str, upload: dict[str, Any] | None = None, say: Callable[[str], None] = lambda _: None
) -> str:
    """Runs a job for one shop and returns its run id.

    `upload` is the configuration of raw_transactions (see UploadConfig). `say` is told about each step, for progress.
    Raises BadInput, QualityGateFailed or ChurnError with the sentence for the user; other errors come as they are.
    """
    folder = shop_folder(settings, shop)
    initialise(settings)
    folder.mkdir(parents=True, exist_ok=True)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance, _only_run_of(folder / ".lock", shop, say):
        close_dead_runs(instance)
        instance.add_dynamic_partitions(DIMENSION, [shop])
        return _execute(instance, job, shop, upload or {}, say)


def _only_run_of(path: Path, shop: str, say: Callable[[str], None]) -> AcquireReturnProxy:
    """The shop's lock, taken, to be used in a with statement; waits for another run of the same shop to end."""
    lock = FileLock(path)
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        say(f"another run of shop {shop} is in progress; waiting for it")
    try:
        return lock.acquire(timeout=LOCK_TIMEOUT_SECONDS)
    except Timeout as error:
        raise ChurnError(
            f"Another run of shop {shop!r} did not end within an hour; look at it in the Dagster UI, then try again."
        ) from error


def _execute(instance: dg.DagsterInstance, job: str, shop: str, upload: dict[str, Any], say: Callable[[str], None]) -> str:
    from churn_pipeline.orchestration.definitions import definitions

    me = psutil.Process()
    say(f"{job} {shop}")
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        partition_key=shop,
        raise_on_error=False,
        run_config={"ops": _op_config(upload), "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        tags={PID_TAG: f"{me.pid}:{me.create_time():.2f}", BOOT_TAG: f"{psutil.boot_time():.0f}"},
    )
    if not result.success:
        raise _reason(result)
    return result.run_id


def _op_config(upload: dict[str, Any]) -> dict[str, Any]:
    """Configuration of the steps; a job without raw_transactions would refuse one for it."""
    return {"raw_transactions": {"config": upload}} if upload else {}


def _reason(result: dg.ExecuteInProcessResult) -> ChurnError:
    """The first failure of a run as the exception that a user should see."""
    failed = [
        e.asset_check_evaluation_data
        for e in result.all_events
        if e.event_type_value == "ASSET_CHECK_EVALUATION"
        and not e.asset_check_evaluation_data.passed
        and e.asset_check_evaluation_data.severity == dg.AssetCheckSeverity.ERROR
    ]
    if failed:
        return QualityGateFailed(" ".join(str(f.description) for f in failed))
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            while error.cause:
                error = error.cause
            if error.cls_name in USER_ERRORS:
                return USER_ERRORS[error.cls_name](error.message.split(":", 1)[1].strip())
            sys.stderr.write(error.to_string())
            return ChurnError(f"Step {event.step_key} failed: {error.message.strip().splitlines()[0]} (run {result.run_id})")
    return ChurnError(f"Run {result.run_id} failed; see it in the Dagster UI.")


def close_dead_runs(instance: dg.DagsterInstance) -> int:
    """Marks as failed every run that says it is running though its process is gone (killed, or the machine restarted); returns how many."""
    closed = 0
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])):
        pid = run.tags.get(PID_TAG)
        if pid and not _lives(pid, run.tags.get(BOOT_TAG, "")):
            instance.report_run_failed(run, "The process of this run is gone (killed or machine restarted).")
            closed += 1
    return closed


def _lives(tag: str, boot: str) -> bool:
    number, _, created = tag.partition(":")
    try:
        return boot == f"{psutil.boot_time():.0f}" and f"{psutil.Process(int(number)).create_time():.2f}" == created
    except psutil.NoSuchProcess:
        return False
