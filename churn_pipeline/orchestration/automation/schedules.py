"""Schedules: every shop is scored weekly and trained monthly, at the times that its settings name.

There is one schedule for each time that a shop's settings name, made when the definitions load. A shop whose
time has no schedule yet is looked after by the sensor `other_times`. A machine that was off catches up with
one run per shop, and nothing runs twice."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

import dagster as dg

from churn_pipeline.core.errors import BadInput
from churn_pipeline.core.settings import Settings
from churn_pipeline.orchestration.automation.due_shops import (
    DEFAULT_TIMES,
    VERB,
    Judged,
    RoutineTime,
    judge_shop,
    time_of,
    told,
)
from churn_pipeline.orchestration.jobs import score, train
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.run_origin import SCHEDULE, TRIGGER_TAG
from churn_pipeline.shop.config import ShopConfig
from churn_pipeline.shop.directory import list_shops, load_shop

MOST_SCHEDULES = 40
"""More than so many different times are nobody's overview; the sensor looks after the rest."""
USUAL = dict(zip(DEFAULT_TIMES, ("weekly_score", "monthly_train"), strict=True))
SIGNS = {"*": "x", "-": "to", ",": "and", "/": "per"}
JOBS = {job.name: job for job in (score, train)}
OTHERS_TAG = ".dagster/churn_not_due"


def schedules_of(times: Sequence[RoutineTime]) -> dict[RoutineTime, dg.ScheduleDefinition]:
    """A schedule for each time, the usual ones first; one that Dagster's own reading of cron refuses is
    left out."""
    wanted = sorted(set(times), key=lambda time: (time not in USUAL, time))[:MOST_SCHEDULES]
    made = {time: _schedule(time) for time in wanted}
    return {time: schedule for time, schedule in made.items() if schedule is not None}


def other_times_sensor(scheduled: Collection[RoutineTime]) -> dg.SensorDefinition:
    """The sensor for the shops whose time is none of those scheduled: it was changed, or its shop came, since
    the definitions were loaded."""

    @dg.sensor(
        name="other_times",
        jobs=[score, train],
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Scores and trains the shops whose time has no schedule yet: it was changed, "
        "or its shop came, since the code location was loaded. Reload it to see their schedules.",
    )
    def other_times(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SensorResult:
        """Asks for what has come due among them."""
        settings, now = churn.load(), datetime.now(UTC)
        judged = [
            (job, judge_shop(settings, context.instance, config.name, config, job, now))
            for config in _configs(settings, context)
            for job in JOBS
            if time_of(config, job) not in scheduled
        ]
        requests = [_request(shop, job) for job, shop in judged if shop.due]
        skipped = told([shop for _, shop in judged]) or "The time of every shop has a schedule."
        return dg.SensorResult(run_requests=requests, skip_reason=None if requests else skipped)

    return other_times


def _schedule(time: RoutineTime) -> dg.ScheduleDefinition | None:
    name = USUAL.get(time) or _name(time)
    verb = {score.name: "Scores", train.name: "Trains"}[time.job]

    def due(
        context: dg.ScheduleEvaluationContext, churn: ChurnSettings
    ) -> list[dg.RunRequest] | dg.SkipReason:
        """A run for each shop of this time that is due."""
        settings, now = churn.load(), context.scheduled_execution_time
        judged = [
            judge_shop(settings, context.instance, config.name, config, time.job, now)
            if time_of(config, time.job) == time
            else Judged(config.name, None, f"{VERB[time.job]} at another time ({time_of(config, time.job)})")
            for config in _configs(settings, context)
        ]
        others = told([shop for shop in judged if not shop.due])
        requests = [_request(shop, time.job, others) for shop in judged if shop.due]
        return requests or dg.SkipReason(others or "There is no shop yet.")

    try:
        return dg.schedule(
            name=name,
            job=JOBS[time.job],
            cron_schedule=time.cron,
            execution_timezone=time.timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=f"{verb} the shops whose settings (shop.yaml, routine) name this time. "
            "Preview a tick to see which they are, and when each is due.",
        )(due)
    except dg.DagsterInvalidDefinitionError:
        return None


def _name(time: RoutineTime) -> str:
    """A schedule's name, different for different times: score_30_5_x_x_1_Europe_Berlin."""
    cron = "".join(SIGNS.get(sign, sign) for sign in time.cron)
    zone = time.timezone.replace("+", "plus").replace("-", "minus")
    return re.sub(r"[^0-9A-Za-z]+", "_", f"{time.job} {cron} {zone}")


def _configs(
    settings: Settings, context: dg.ScheduleEvaluationContext | dg.SensorEvaluationContext
) -> Iterator[ShopConfig]:
    """The settings of every shop; one whose settings cannot be read must not stop the others, and the alerts
    tell the operator."""
    for shop in list_shops(settings):
        try:
            yield load_shop(settings, shop)
        except BadInput as error:
            context.log.warning(str(error))


def _request(found: Judged, job: str, others: str = "") -> dg.RunRequest:
    tags = {TRIGGER_TAG: SCHEDULE, "reason": found.reason}
    return dg.RunRequest(
        run_key=f"{found.shop}:{found.due:%Y-%m-%dT%H:%M}",
        job_name=job,
        partition_key=found.shop,
        tags=tags | ({OTHERS_TAG: others} if others else {}),
    )
