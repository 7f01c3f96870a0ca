"""Everything that Dagster loads: assets in the order of the data, checks, jobs, resources."""

import dagster as dg

from churn_pipeline.orchestration.assets import insights, ledger, models, monitoring, results, scoring, snapshots
from churn_pipeline.orchestration.checks import ledger_quality
from churn_pipeline.orchestration.environment import prepare_process
from churn_pipeline.orchestration.jobs import JOBS
from churn_pipeline.orchestration.resources import ChurnSettings
from churn_pipeline.orchestration.retraining import retraining
from churn_pipeline.orchestration.schedules import SCHEDULES
from churn_pipeline.orchestration.sensors import SENSORS
from churn_pipeline.settings import Settings

prepare_process(Settings())

definitions = dg.Definitions(
    assets=dg.load_assets_from_modules([ledger, snapshots, models, scoring, insights, results, monitoring]),
    asset_checks=[ledger_quality],
    jobs=JOBS,
    schedules=SCHEDULES,
    sensors=[*SENSORS, retraining],
    resources={"churn": ChurnSettings()},
    executor=dg.in_process_executor,
)
