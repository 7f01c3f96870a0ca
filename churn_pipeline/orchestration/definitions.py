"""Everything that Dagster loads: assets in the order of the data, checks, jobs, resources."""

import dagster as dg

from churn_pipeline.orchestration.alerting import alerts
from churn_pipeline.orchestration.assets import insights, ledger, models, monitoring, results, scoring, snapshots
from churn_pipeline.orchestration.catalogue import catalogued
from churn_pipeline.orchestration.checks import ledger_quality
from churn_pipeline.orchestration.environment import prepare_process
from churn_pipeline.orchestration.housekeeping import HOUSEKEEPERS, cleanup, weekly_cleanup
from churn_pipeline.orchestration.jobs import JOBS
from churn_pipeline.orchestration.processes import end_with_parent
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.retraining import retraining
from churn_pipeline.orchestration.schedules import SCHEDULES
from churn_pipeline.orchestration.sensors import file_drop
from churn_pipeline.orchestration.shop_executor import shop_executor
from churn_pipeline.settings import Settings

prepare_process(Settings())
end_with_parent()

definitions = dg.Definitions(
    assets=catalogued([ledger, snapshots, models, scoring, insights, results, monitoring]),
    asset_checks=[ledger_quality],
    jobs=[*JOBS, cleanup],
    schedules=[*SCHEDULES, weekly_cleanup],
    sensors=[file_drop, retraining, alerts, *HOUSEKEEPERS],
    resources={"churn": ChurnSettings()},
    executor=shop_executor,
)
