"""Everything that Dagster loads: assets in the order of the data, checks, jobs, resources. Importing it
changes nothing in the process."""

from collections.abc import Sequence
from typing import Any

import dagster as dg

from churn_pipeline.orchestration.assets import (
    advice,
    insights,
    ledger,
    models,
    monitoring,
    results,
    scoring,
    snapshots,
)
from churn_pipeline.orchestration.automation.alerting import alerts
from churn_pipeline.orchestration.automation.due_shops import DEFAULT_TIMES, RoutineTime
from churn_pipeline.orchestration.automation.housekeeping import HOUSEKEEPERS, cleanup, weekly_cleanup
from churn_pipeline.orchestration.automation.retraining import retraining
from churn_pipeline.orchestration.automation.schedules import other_times_sensor, schedules_of
from churn_pipeline.orchestration.automation.sensors import file_drop
from churn_pipeline.orchestration.automation.webhooks import webhooks
from churn_pipeline.orchestration.checks.freshness import freshness, scores_are_fresh
from churn_pipeline.orchestration.checks.ledger_quality import ledger_quality
from churn_pipeline.orchestration.jobs import JOBS
from churn_pipeline.orchestration.metadata.groups import catalogued
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.shop_executor import shop_executor


def build_defs(times: Sequence[RoutineTime] = DEFAULT_TIMES, **overrides: Any) -> dg.Definitions:
    """The definitions.

    times: when shops are scored and trained, a schedule each. overrides: arguments of Definitions that take
        the place of ours (`executor=`, `resources=`, `sensors=` ...)."""
    schedules = schedules_of(times)
    starting = [file_drop, retraining, other_times_sensor(schedules)]
    ours: dict[str, Any] = {
        "assets": catalogued([ledger, snapshots, models, scoring, insights, advice, results, monitoring]),
        "asset_checks": [ledger_quality, scores_are_fresh],
        "jobs": [*JOBS, cleanup],
        "schedules": [*schedules.values(), weekly_cleanup],
        "sensors": [*starting, alerts, webhooks, freshness, *HOUSEKEEPERS],
        "resources": {"churn": ChurnSettings()},
        "executor": shop_executor,
    }
    return dg.Definitions(**ours | overrides)
