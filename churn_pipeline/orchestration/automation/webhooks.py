"""The sensor that tells the shops' webhooks which jobs have ended."""

import dagster as dg

from churn_pipeline.orchestration.resources import ChurnSettings


@dg.sensor(
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells the shops' webhooks which jobs have ended, and tries again where one was not reached.",
)
def webhooks(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SkipReason:
    """Queues a message for each job that ended and sends what is due; it starts no run."""
    from churn_pipeline.orchestration.announcements import announce_ended_runs

    arrived, problems = announce_ended_runs(churn.load(), context.instance)
    return dg.SkipReason(" ".join([f"{arrived} messages sent.", *problems]))
