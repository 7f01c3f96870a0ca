"""What keeps an installation in order by itself: dead runs are closed, old things are removed."""

import dagster as dg

from churn_pipeline.orchestration.resources import ChurnSettings


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Closes runs whose process was killed and finishes what they were publishing.",
)
def recovery(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SkipReason:
    """Closes runs whose process is gone and finishes publications that a crash interrupted; starts no run."""
    from churn_pipeline.orchestration.automation.dead_runs import recover

    return dg.SkipReason(
        " ".join(recover(churn.load(), context.instance)) or "Every run in progress has a living process."
    )


@dg.op
def remove_what_is_old(context: dg.OpExecutionContext, churn: ChurnSettings) -> None:
    """Old runs, event logs, trainings, model versions and leftovers, by the ages in the settings."""
    from churn_pipeline.orchestration.automation.cleanup import clean_up

    removed = clean_up(churn.load(), context.instance)
    for what in removed:
        context.log.info(what)
    context.log.info(f"{len(removed)} things removed")


@dg.job(description="Removes old runs, event logs, trainings, model versions and leftovers of crashes.")
def cleanup() -> None:
    remove_what_is_old()


@dg.schedule(
    job=cleanup,
    cron_schedule="30 2 * * 0",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Sunday night: removes old runs, trainings, model versions and leftovers.",
)
def weekly_cleanup() -> dg.RunRequest:
    """Sunday night."""
    return dg.RunRequest()


HOUSEKEEPERS = [recovery]
