"""Starts a job for a shop in this process, and says in one sentence why it failed.

The run is an ordinary Dagster run: it is visible in the UI with its lineage, metadata and checks, whether or not a daemon runs.
"""

from collections.abc import Callable
from typing import Any

import dagster as dg
from sqlalchemy.exc import OperationalError

from churn_pipeline.orchestration.cleanup import clean_up
from churn_pipeline.orchestration.databases import wait_for_locked_databases
from churn_pipeline.orchestration.dead_runs import recover
from churn_pipeline.orchestration.environment import initialise
from churn_pipeline.orchestration.failures import known_trouble, reason_of_failure
from churn_pipeline.orchestration.partitions import DIMENSION
from churn_pipeline.orchestration.processes import process_tags
from churn_pipeline.orchestration.shop_executor import PARTITION_TAG, progress
from churn_pipeline.orchestration.shop_lock import holding
from churn_pipeline.settings import Settings
from churn_pipeline.shops import validated_shop_name


def run_job(
    settings: Settings, job: str, shop: str, upload: dict[str, Any] | None = None, say: Callable[[str], None] = lambda _: None
) -> str:
    """Runs a job for one shop and returns its run id; waits while another run of the same shop is in progress.

    `upload` is the configuration of raw_transactions (see UploadConfig). `say` is told about each step, for progress.
    Raises BadInput, QualityGateFailed or ChurnError with the sentence for the user; other errors come as they are.
    """
    validated_shop_name(shop)
    wait_for_locked_databases(settings)
    try:
        initialise(settings)
        with holding(settings, shop, say), dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            for sentence in recover(settings, instance):
                say(sentence)
            instance.add_dynamic_partitions(DIMENSION, [shop])
            return _execute(settings, instance, job, shop, upload or {}, say)
    except (OSError, OperationalError) as error:
        known = known_trouble(settings, str(error))
        if known is None:
            raise
        raise known from error


def clean_up_installation(settings: Settings, say: Callable[[str], None] = lambda _: None, dry_run: bool = False) -> list[str]:
    """Removes what nobody needs any more (see cleanup.py) and returns what it was; with dry_run nothing is removed."""
    initialise(settings)
    wait_for_locked_databases(settings)
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        for sentence in recover(settings, instance):
            say(sentence)
        return clean_up(settings, instance, dry_run=dry_run)


def job_named(name: str) -> dg.JobDefinition:
    """A job of the definitions; also called in the processes of the steps."""
    from churn_pipeline.orchestration.definitions import definitions

    return definitions.resolve_job_def(name)


def _execute(
    settings: Settings, instance: dg.DagsterInstance, job: str, shop: str, upload: dict[str, Any], say: Callable[[str], None]
) -> str:
    say(f"{job} {shop}")
    told = progress.set(say)
    try:
        result = dg.execute_job(
            dg.build_reconstructable_job(__name__, job_named.__name__, (job,)),
            instance=instance,
            run_config={"ops": _op_config(upload), "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={PARTITION_TAG: shop, "dagster/max_retries": "0", **process_tags()},
        )
    finally:
        progress.reset(told)
    if not result.success:
        raise reason_of_failure(settings, result.all_events, result.run_id)
    return result.run_id


def _op_config(upload: dict[str, Any]) -> dict[str, Any]:
    """Configuration of the steps; a job without raw_transactions would refuse one for it."""
    return {"raw_transactions": {"config": upload}} if upload else {}
