"""Schedules: every shop is scored weekly and trained monthly, at the times that its settings name.

One schedule serves all shops: it ticks every minute and asks for what has come due since the shop's last run. So a machine
that was off catches up with one run per shop at the next tick, and nothing runs twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from churn_pipeline.errors import BadInput, ChurnError
from churn_pipeline.orchestration.jobs import score, train
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.sensors import PARTITION_TAG
from churn_pipeline.shops import list_shops, load_shop, shop_folder

TICK_CRON = "* * * * *"


@dataclass(frozen=True)
class Routine:
    """One shop's routine for one job: its cron expression, its time zone, and when it last ran (None: never; aware times)."""

    shop: str
    cron: str
    timezone: str
    last_run: datetime | None


def due_routines(
    routines: list[Routine], now: datetime, latest_tick: Callable[[str, datetime, str], datetime]
) -> list[tuple[str, datetime]]:
    """The shops whose newest due time lies after their last run, with that time; a shop that never ran waits for its first file.

    latest_tick: (cron, now, time zone) -> the last time at or before `now`. However many times were missed, a shop is due once.
    """
    found = []
    for routine in routines:
        due = latest_tick(routine.cron, now, routine.timezone)
        if routine.last_run is not None and routine.last_run < due:
            found.append((routine.shop, due))
    return found


def latest_tick(cron: str, now: datetime, timezone: str) -> datetime:
    """The last time of a cron expression at or before `now`, in the time zone; ChurnError where there is no such expression."""
    from dagster._utils.schedules import is_valid_cron_schedule, reverse_cron_string_iterator  # Dagster's own clockwork

    if not is_valid_cron_schedule(cron):
        raise ChurnError(f"{cron!r} is no cron expression; write five fields such as '0 6 * * 1'.")
    return next(reverse_cron_string_iterator(now.timestamp(), cron, timezone))


def last_run_of(instance: dg.DagsterInstance, shop: str, jobs: tuple[str, ...]) -> datetime | None:
    """When the last run of one of the jobs was created for the shop, whatever became of it: a failed one is alerted, not repeated."""
    created = [
        record.create_timestamp.replace(tzinfo=UTC) if record.create_timestamp.tzinfo is None else record.create_timestamp
        for job in jobs
        for record in instance.get_run_records(dg.RunsFilter(job_name=job, tags={PARTITION_TAG: shop}), limit=1)
    ]
    return max(created, default=None)


@dg.schedule(
    job=score,
    cron_schedule=TICK_CRON,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Looks every minute which shops are due, and scores those: weekly unless the shop's settings say otherwise.",
)
def weekly_score(context: dg.ScheduleEvaluationContext, churn: ChurnSettings) -> list[dg.RunRequest] | dg.SkipReason:
    """Scores every shop at its time, with the registered champion."""
    return _requests(context, churn, score.name, fresh_after=(score.name, train.name))


@dg.schedule(
    job=train,
    cron_schedule=TICK_CRON,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Looks every minute which shops are due, and trains those: monthly unless the shop's settings say otherwise.",
)
def monthly_train(context: dg.ScheduleEvaluationContext, churn: ChurnSettings) -> list[dg.RunRequest] | dg.SkipReason:
    """Trains every shop at its time; the champion is replaced only by a better one."""
    return _requests(context, churn, train.name, fresh_after=(train.name,))


def _requests(
    context: dg.ScheduleEvaluationContext, churn: ChurnSettings, job: str, fresh_after: tuple[str, ...]
) -> list[dg.RunRequest] | dg.SkipReason:
    """A run for each shop that is due; fresh_after: the jobs after which this one has nothing to add until the next due time."""
    settings, routines = churn.load(), []
    for shop in list_shops(settings):
        try:
            config = load_shop(settings, shop)
        except BadInput as error:  # one shop's unreadable settings must not stop the others; the alerts tell the operator
            context.log.warning(str(error))
            continue
        if getattr(config.routine, job) and (shop_folder(settings, shop) / "results.json").exists():
            cron, zone = getattr(config.routine, f"{job}_cron"), config.timezone or "UTC"
            routines.append(Routine(shop, cron, zone, last_run_of(context.instance, shop, fresh_after)))
    due = due_routines(routines, context.scheduled_execution_time, latest_tick)
    if not due:
        return dg.SkipReason(f"Nothing is due among {len(routines)} shops.")
    return [dg.RunRequest(run_key=f"{shop}:{at:%Y-%m-%dT%H:%M}", partition_key=shop) for shop, at in due]


SCHEDULES = [weekly_score, monthly_train]
