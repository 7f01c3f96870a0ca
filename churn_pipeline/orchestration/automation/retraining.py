"""The sensor that trains a shop before its time when drift or its grades say so."""

from datetime import UTC, datetime

import dagster as dg

from churn_pipeline.orchestration.automation.due_shops import last_run_of
from churn_pipeline.orchestration.jobs import train
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.run_origin import DRIFT, TRIGGER_TAG
from churn_pipeline.shop.directory import list_shops, shop_store


@dg.sensor(
    job=train,
    minimum_interval_seconds=3600,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Trains a shop before its time when drift or its grades say so, at most once per cool-down.",
)
def retraining(context: dg.SensorEvaluationContext, churn: ChurnSettings) -> dg.SensorResult:
    """Trains again where drift or graded scores crossed their limit, at most once per cool-down; only a
    better model becomes champion."""
    from churn_pipeline.monitoring.retraining_reasons import retraining_reasons

    settings, now = churn.load(), datetime.now(UTC)
    requests = []
    for shop in list_shops(settings):
        last = last_run_of(context.instance, shop, (train.name,))
        reasons = retraining_reasons(shop_store(settings, shop), settings.limits, last, now)
        if reasons:
            tags = {TRIGGER_TAG: DRIFT, "reason": reasons[0]}
            requests.append(
                dg.RunRequest(run_key=f"{shop}:retrain:{now:%Y-%m-%d}", partition_key=shop, tags=tags)
            )
    return dg.SensorResult(run_requests=requests)
