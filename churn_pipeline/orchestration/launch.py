"""Starts a job for a shop in this process, and says in one sentence why it failed.

The run is an ordinary Dagster run: it is visible in the UI with its lineage, metadata and checks, whether or
not a daemon runs."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableJob
from dagster._core.execution.api import execute_run  # dg.execute_job takes no origin
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from churn_pipeline.access.webhooks.subscriptions import any_webhook
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.announcements import announce_ended_runs
from churn_pipeline.orchestration.automation.cleanup import clean_up
from churn_pipeline.orchestration.automation.dead_runs import recover
from churn_pipeline.orchestration.failures import known_trouble, reason_of_failure
from churn_pipeline.orchestration.installation import initialise
from churn_pipeline.orchestration.partitions import PARTITION_TAG, add_shop
from churn_pipeline.orchestration.run_origin import COMMAND, TRIGGER_TAG, job_origin
from churn_pipeline.orchestration.shop_executor import progress
from churn_pipeline.runtime.databases import locked_databases_waited_for
from churn_pipeline.runtime.environment import prepared
from churn_pipeline.runtime.locks import holding
from churn_pipeline.runtime.processes import process_tags
from churn_pipeline.shop.config import validated_shop_name

COLLECTED_AFTER = (20_000, 20, 50)
"""Objects before a look at the youngest, looks at the younger before one at the older, and so on."""


def run_job(
    settings: Settings,
    job: str,
    shop: str,
    upload: dict[str, Any] | None = None,
    say: Callable[[str], None] = lambda _: None,
    tags: Mapping[str, str] | None = None,
) -> str:
    """Runs a job for one shop and returns its run id; waits while another run of the same shop is in
    progress.

    `upload` is the configuration of raw_transactions (see UploadConfig). `say` is told about each step, for
    progress. `tags`: further ones of the run.
    Raises BadInput, QualityGateFailed or ChurnError with the sentence for the user; other errors
    come as they are."""
    validated_shop_name(shop)
    try:
        with _instance(settings, shop, say) as instance:
            add_shop(instance, shop)
            return _execute(settings, instance, job, shop, upload or {}, say, tags or {})
    except (OSError, OperationalError) as error:
        known = known_trouble(settings, str(error))
        if known is None:
            raise
        raise known from error
    finally:
        _tell_webhooks(settings, say)


def _tell_webhooks(settings: Settings, say: Callable[[str], None]) -> None:
    """Tells the webhooks what has ended; the shop is free meanwhile."""
    try:
        if any_webhook(settings):
            with _instance(settings, None, say) as instance:
                for sentence in announce_ended_runs(settings, instance)[1]:
                    say(sentence)
    except (OSError, SQLAlchemyError) as error:  # the job has done its work; they are told by who comes next
        say(f"The webhooks were not told: {error}")


def clean_up_installation(
    settings: Settings, say: Callable[[str], None] = lambda _: None, dry_run: bool = False
) -> list[str]:
    """Removes what nobody needs any more (see cleanup.py) and returns what it was; with dry_run nothing is
    removed."""
    with _instance(settings, None, say) as instance:
        return clean_up(settings, instance, dry_run=dry_run)


@contextmanager
def _instance(
    settings: Settings, shop: str | None, say: Callable[[str], None]
) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance after dead runs were closed, in a process prepared for it; the shop, where one is
    named, is held meanwhile."""
    with prepared(settings), locked_databases_waited_for(settings):
        initialise(settings)
        shop_held = nullcontext() if shop is None else holding(settings, shop, say)
        with shop_held, dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            for sentence in recover(settings, instance):
                say(sentence)
            yield instance


def job_named(name: str) -> dg.JobDefinition:
    """A job of the definitions; also called in the processes of the steps."""
    from churn_pipeline.orchestration.definitions import build_defs

    return build_defs().resolve_job_def(name)


def _execute(
    settings: Settings,
    instance: dg.DagsterInstance,
    job: str,
    shop: str,
    upload: dict[str, Any],
    say: Callable[[str], None],
    tags: Mapping[str, str],
) -> str:
    say(f"{job} {shop}")
    told = progress.set(say)
    try:
        with seldom_collected():
            result = execute_run(*_created_run(instance, job, shop, upload, tags), instance)
    finally:
        progress.reset(told)
    if not result.success:
        raise reason_of_failure(settings, result.all_events, result.run_id)
    return result.run_id


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Lets Python look for cycles of garbage every 20,000 new objects instead of every 700: each look at all
    objects takes a quarter of a second once every library is there."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _created_run(
    instance: dg.DagsterInstance, job: str, shop: str, upload: dict[str, Any], tags: Mapping[str, str]
) -> tuple[ReconstructableJob, dg.DagsterRun]:
    """The job and a run of it, entered as the webserver enters those that it launches."""
    reconstructable = dg.build_reconstructable_job(__name__, job_named.__name__, (job,))
    ours = {PARTITION_TAG: shop, TRIGGER_TAG: COMMAND, "dagster/max_retries": "0", **process_tags()}
    run = instance.create_run_for_job(
        reconstructable.get_definition(),
        run_config={
            "ops": _op_config(upload),
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        tags={**ours, **tags},
        job_code_origin=reconstructable.get_python_origin(),
        remote_job_origin=job_origin(job),
    )
    return reconstructable, run


def _op_config(upload: dict[str, Any]) -> dict[str, Any]:
    """Configuration of the steps; a job without raw_transactions would refuse one for it."""
    return {"raw_transactions": {"config": upload}} if upload else {}
