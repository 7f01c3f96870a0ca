"""The executor of every job: one run per shop at a time, tables published as a set, steps in one process or
side by side."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.execution.retries import RetryMode  # part of the public Executor's interface
from filelock import Timeout

from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.partitions import PARTITION_TAG, add_shop, drop_unborn_shop
from churn_pipeline.orchestration.run_origin import TRIGGER_TAG, trigger_of
from churn_pipeline.runtime.locks import shop_lock, take
from churn_pipeline.runtime.parallelism import parallelism
from churn_pipeline.runtime.processes import RUN_TAG, THREADS_TAG, give_way, process_tags
from churn_pipeline.runtime.run_folder import open_run_folder, publish_run

if TYPE_CHECKING:
    from dagster._core.execution.context.system import PlanOrchestrationContext
    from dagster._core.execution.plan.plan import ExecutionPlan
    from dagster._core.execution.step_dependency_config import StepDependencyConfig

LAST_STEP = "results"
progress: ContextVar[Callable[[str], None] | None] = ContextVar("progress", default=None)
"""Told about each finished step and the notes on an upload, where a command waits for the run in the same
process."""


class ShopExecutor(dg.Executor):
    """Executes a run's steps by another executor, under the shop's lock and in a folder of the run's own."""

    def __init__(self, inner: dg.Executor, step_threads: int | None = None) -> None:
        """step_threads: of each step's process; None where all steps share the run's process, which has its
        threads already."""
        self._inner = inner
        self._step_tags = {} if step_threads is None else {THREADS_TAG: str(step_threads)}

    @property
    def retries(self) -> RetryMode:
        return self._inner.retries

    @property
    def step_dependency_config(self) -> "StepDependencyConfig":
        return self._inner.step_dependency_config

    def execute(
        self, plan_context: "PlanOrchestrationContext", execution_plan: "ExecutionPlan"
    ) -> Iterator[dg.DagsterEvent]:
        """Yields the events of the steps. What the run has written is published when `results` is, or else
        when no step failed."""
        run = plan_context.dagster_run
        plan_context.instance.add_run_tags(
            run.run_id,
            {**process_tags(), RUN_TAG: run.run_id, TRIGGER_TAG: trigger_of(run), **self._step_tags},
        )
        shop = run.tags.get(PARTITION_TAG)
        if shop is None:
            yield from self._inner.execute(plan_context, execution_plan)
            return
        settings, instance = Settings(), plan_context.instance
        if multiprocessing.parent_process() is not None:  # started by a code server: nobody waits in front
            give_way(os.getpid(), settings.background_niceness)
        add_shop(instance, shop)
        lock = shop_lock(settings, shop)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            _report(plan_context, f"Another run of shop {shop} is in progress; waiting for it.")
            take(lock, settings, shop)
        try:
            yield from self._execute_and_publish(plan_context, execution_plan, settings, shop)
        finally:
            drop_unborn_shop(settings, instance, shop, run.run_id)
            lock.release()

    def _execute_and_publish(
        self,
        plan_context: "PlanOrchestrationContext",
        execution_plan: "ExecutionPlan",
        settings: Settings,
        shop: str,
    ) -> Iterator[dg.DagsterEvent]:
        from churn_pipeline.ingest.repair import repair_shop

        run = plan_context.dagster_run
        for sentence in repair_shop(settings, shop):
            _report(plan_context, sentence)
        open_run_folder(settings, shop, run.run_id, continues=continued_run(plan_context.instance, run))
        succeeded, failed, ended = set(), False, False
        try:
            for event in self._inner.execute(plan_context, execution_plan):
                if event.is_step_materialization:
                    _tell(*_notes(event))
                if event.is_step_success and event.step_key:
                    succeeded.add(event.step_key)
                    _tell(event.step_key)
                failed = failed or event.is_step_failure
                yield event
            ended = True
        finally:
            if LAST_STEP in succeeded or (ended and not failed):
                publish_run(settings, shop, run.run_id)


def continued_run(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str | None:
    """The failed run whose remaining steps this one executes, if it does: a retry, or "re-execute from
    failure". One that was killed before any of its steps had finished left nothing to go on from."""
    parent = (
        instance.get_run_by_id(run.parent_run_id) if run.parent_run_id and run.step_keys_to_execute else None
    )
    if parent is None or parent.status is dg.DagsterRunStatus.SUCCESS:
        return None
    finished = any(
        step.status is not None and step.status.value == "SUCCESS"
        for step in instance.get_run_step_stats(parent.run_id)
    )
    return parent.run_id if finished else None


def _notes(event: dg.DagsterEvent) -> list[str]:
    """What the user should know of an upload: the warnings in the metadata of a materialization."""
    said = event.step_materialization_data.materialization.metadata.get("warnings")
    return (
        [f"note: {warning}" for warning in said.value or ()] if isinstance(said, dg.JsonMetadataValue) else []
    )


def _report(plan_context: "PlanOrchestrationContext", sentence: str) -> None:
    """Enters what the executor did into the run's event log."""
    plan_context.instance.report_engine_event(sentence, plan_context.dagster_run)


def _tell(*sentences: str) -> None:
    say = progress.get()
    if say is not None:
        for sentence in sentences:
            say(sentence)


@dg.executor(name="shop", requirements=[])
def shop_executor(init_context: dg.InitExecutorContext) -> dg.Executor:
    """Steps in one process or side by side, whichever suits the machine; the setting CHURN_EXECUTOR forces
    either."""
    plan = parallelism(Settings())
    if plan.steps == 1:
        return ShopExecutor(_built(dg.in_process_executor, init_context, {"retries": {"enabled": {}}}))
    config = {
        "retries": {"enabled": {}},
        "max_concurrent": plan.steps,
        "start_method": {"forkserver": {"preload_modules": ["churn_pipeline.orchestration.code_location"]}},
    }
    return ShopExecutor(_built(dg.multiprocess_executor, init_context, config), plan.threads)


def _built(
    definition: dg.ExecutorDefinition, init_context: dg.InitExecutorContext, config: dict[str, object]
) -> dg.Executor:
    """An executor of Dagster's own with the given configuration."""
    creation = definition.executor_creation_fn
    assert creation is not None
    return creation(
        dg.InitExecutorContext(
            job=init_context.job,
            executor_def=definition,
            executor_config=config,
            instance=init_context.instance,
        )
    )
